//! Command lines. Nothing in an argument can end one: what holds a CR, LF or NUL is not written.

use super::capability::Capabilities;
use crate::terms::address::Address;
use crate::terms::envelope::{Dsn, Return, Sender};
use crate::terms::failure::{Cause, Stage};
use crate::terms::xtext::xtext;

/// A command with the stage that its reply belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub stage: Stage,
    line: String,
}

impl Command {
    pub fn new(stage: Stage, line: impl Into<String>) -> Result<Command, Cause> {
        let line = line.into();
        judge(&line).map(|()| Command { stage, line })
    }

    /// Without its line end.
    pub fn text(&self) -> &str {
        &self.line
    }

    pub fn write_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.line.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
}

fn judge(line: &str) -> Result<(), Cause> {
    match line.bytes().fold(false, |odd, octet| odd | (octet < 0x20) | (octet == 0x7f)) {
        true => Err(Cause::Bug("a command line holds a control character".to_owned())),
        false => Ok(()),
    }
}

/// What MAIL declares about a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    pub size: Option<u64>,
    pub eight_bit: bool,
    pub binary: bool,
    pub utf8: bool,
}

/// `MAIL FROM`, with the parameters that are needed and offered.
pub fn mail(
    sender: &Sender,
    declared: Declared,
    dsn: &Dsn,
    offered: &Capabilities,
) -> Result<Command, Cause> {
    let mut line = format!("MAIL FROM:<{sender}>");
    if let (Some(size), true) = (declared.size, offered.size) {
        line.push_str(&format!(" SIZE={size}"));
    }
    if declared.binary {
        line.push_str(" BODY=BINARYMIME");
    } else if declared.eight_bit && offered.eight_bit {
        line.push_str(" BODY=8BITMIME");
    }
    if declared.utf8 && offered.utf8 {
        line.push_str(" SMTPUTF8");
    }
    if offered.dsn {
        match dsn.ret {
            Some(Return::Full) => line.push_str(" RET=FULL"),
            Some(Return::Headers) => line.push_str(" RET=HDRS"),
            None => {}
        }
        if let Some(envid) = &dsn.envid {
            line.push_str(&format!(" ENVID={}", xtext(envid)));
        }
    }
    Command::new(Stage::Mail, line)
}

/// Makes a line `RCPT TO`; the original recipient is named along with a wish for reports (RFC 3461 section 4.2).
pub fn rcpt(line: &mut String, recipient: &Address, dsn: &Dsn, offered: &Capabilities) -> Result<(), Cause> {
    line.clear();
    line.push_str("RCPT TO:<");
    line.push_str(recipient.as_str());
    line.push('>');
    if let (Some(notify), true) = (dsn.notify, offered.dsn) {
        line.push_str(&format!(" NOTIFY={notify}"));
        if !recipient.needs_utf8() {
            line.push_str(&format!(" ORCPT=rfc822;{}", xtext(&recipient.to_string())));
        }
    }
    judge(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::envelope::Notify;
    use proptest::prelude::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    #[test]
    fn parameters_stand_only_where_they_are_needed_and_offered() {
        let all = Capabilities {
            pipelining: true,
            size: true,
            size_limit: None,
            eight_bit: true,
            utf8: true,
            dsn: true,
            enhanced: true,
            ..Capabilities::default()
        };
        let dsn = Dsn {
            notify: Some(Notify::Never),
            ret: Some(Return::Headers),
            envid: Some("a=b c".to_owned()),
            required: false,
        };
        let declared = Declared { size: Some(17), eight_bit: true, binary: false, utf8: true };
        let sender = Sender::Mailbox(address("a@x"));
        let line = |declared, dsn: &Dsn, offered: &Capabilities| {
            mail(&sender, declared, dsn, offered).unwrap().text().to_owned()
        };
        let full = "MAIL FROM:<a@x> SIZE=17 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+3Db+20c";
        assert_eq!(line(declared, &dsn, &all), full);
        assert_eq!(line(declared, &dsn, &Capabilities::default()), "MAIL FROM:<a@x>");
        assert_eq!(line(Declared::default(), &Dsn::default(), &all), "MAIL FROM:<a@x>");
        assert_eq!(
            mail(&Sender::Null, Declared::default(), &dsn, &Capabilities::default()).unwrap().text(),
            "MAIL FROM:<>"
        );
        let (to, mut line) = (address("b+c@x"), "what was there before".to_owned());
        rcpt(&mut line, &to, &dsn, &all).unwrap();
        assert_eq!(line, "RCPT TO:<b+c@x> NOTIFY=NEVER ORCPT=rfc822;b+2Bc@x");
        rcpt(&mut line, &to, &dsn, &Capabilities::default()).unwrap();
        assert_eq!(line, "RCPT TO:<b+c@x>");
    }

    proptest! {
        #[test]
        fn no_octet_of_an_argument_adds_a_line(text in ".{0,40}", odd in "[a@.\r\n\0\u{85}\u{2028}<> \"\\\\]{0,12}") {
            for given in [&text, &odd, &format!("{odd}@d.example"), &format!("a@{odd}")] {
                let Ok(address) = Address::parse(given) else { continue };
                let (mut line, mut wire) = (String::new(), Vec::new());
                rcpt(&mut line, &address, &Dsn::default(), &Capabilities::default()).unwrap();
                Command::new(Stage::Rcpt, line.as_str()).unwrap().write_to(&mut wire);
                let ends = wire.iter().filter(|octet| matches!(octet, b'\r' | b'\n' | 0)).count();
                prop_assert_eq!(ends, 2);
                let has_frame = line.starts_with("RCPT TO:<") && line.ends_with('>');
                prop_assert!(has_frame);
            }
            let second_line = Command::new(Stage::Mail, format!("{text}\r\nDATA"));
            prop_assert!(second_line.is_err());
        }
    }
}
