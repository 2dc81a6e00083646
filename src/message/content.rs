//! A message id made of what a message says and whom it is for: the same again for the same, so that two tries of a script are
//! known to be one message.

use ring::digest::{Context, SHA256};
use std::fmt;

/// Content under way to an id. What is given in parts is told from what is given whole by the lengths in between.
#[derive(Clone)]
pub struct Content(Context);

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content")
    }
}

impl Content {
    /// Content for an envelope; the order of its recipients makes no difference, nor does one of them twice.
    pub fn new(sender: &str, recipients: &[String]) -> Content {
        let mut content = Content(Context::new(&SHA256));
        content.field(sender);
        let mut recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
        recipients.sort_unstable();
        recipients.dedup();
        content.field(&recipients.len().to_string());
        recipients.iter().for_each(|recipient| content.field(recipient));
        content
    }

    /// A text with its length in front.
    pub fn field(&mut self, text: &str) {
        self.octets(&(text.len() as u64).to_be_bytes());
        self.octets(text.as_bytes());
    }

    pub fn octets(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }

    /// 160 bits of the digest, at the given domain.
    pub fn id(self, domain: &str) -> String {
        let digest = self.0.finish();
        let hex: String = digest.as_ref().iter().take(20).map(|octet| format!("{octet:02x}")).collect();
        format!("<{hex}@{domain}>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(sender: &str, recipients: &[&str], octets: &str) -> String {
        let recipients: Vec<String> = recipients.iter().map(|&text| text.to_owned()).collect();
        let mut content = Content::new(sender, &recipients);
        content.octets(octets.as_bytes());
        content.id("d.example")
    }

    #[test]
    fn the_same_has_one_id_and_anything_else_another() {
        let one = id("a@x", &["b@x", "c@x"], "hello");
        assert_eq!(one.len(), "<>".len() + 40 + "@d.example".len());
        assert_eq!(one, id("a@x", &["c@x", "b@x", "c@x"], "hello"));
        for (sender, recipients, octets) in [
            ("", &["b@x", "c@x"][..], "hello"),
            ("a@x", &["b@x"], "hello"),
            ("a@x", &["b@xc@x"], "hello"),
            ("a@x", &["b@x", "c@x"], "hello\r\n"),
            ("a@xb@x", &["c@x"], "hello"),
        ] {
            assert_ne!(one, id(sender, recipients, octets), "{sender} {recipients:?} {octets:?}");
        }
    }
}
