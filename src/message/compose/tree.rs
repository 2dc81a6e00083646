//! How the parts of a message stand to each other, built by lettre and taken apart where the bodies go (RFC 2046, RFC 2387).
//!
//! lettre's builder holds every body in memory, so it is given a mark for each; what it makes of them is cut at the marks,
//! and the bodies are written between the pieces as they are read. Two things of it are not as they should be on the wire:
//! a part that is the whole message gets an empty line too many at its end, and multipart/related lacks the `type` that
//! RFC 2387 asks for.

use super::leaf::{Kind, Leaf};
use lettre::message::header::ContentType;
use lettre::message::{MultiPart, SinglePart};

/// A part, or parts that belong together.
enum Branch {
    Leaf(SinglePart),
    Many(MultiPart),
}

/// What is written: a piece, the body of the first leaf, a piece, and so on; the last piece ends the message.
pub(super) fn pieces(leaves: &[Leaf], nonce: &str) -> Option<Vec<Vec<u8>>> {
    let marks: Vec<String> = (0..leaves.len()).map(|at| format!("={nonce}.{at}=")).collect();
    let mut skeleton = match root(leaves, &marks, nonce)? {
        Branch::Many(many) => many.formatted(),
        Branch::Leaf(leaf) => {
            let mut whole = leaf.formatted();
            whole.truncate(whole.len() - b"\r\n".len());
            whole
        }
    };
    let mut pieces = Vec::with_capacity(leaves.len() + 1);
    for mark in &marks {
        let at = memchr::memmem::find(&skeleton, mark.as_bytes())?;
        let rest = skeleton.split_off(at + mark.len());
        skeleton.truncate(at);
        pieces.push(std::mem::replace(&mut skeleton, rest));
    }
    pieces.push(skeleton);
    // A body ends its last line, or has none: the line end that lettre puts behind it belongs to the boundary.
    Some(pieces)
}

fn root(leaves: &[Leaf], marks: &[String], nonce: &str) -> Option<Branch> {
    let is_text = |wanted: &str| {
        let found = leaves
            .iter()
            .position(|leaf| matches!(leaf.kind, Kind::Text { subtype, .. } if subtype == wanted));
        found.map(|at| Branch::Leaf(leaves[at].part(&marks[at])))
    };
    let those = |wanted: fn(&Kind) -> bool| -> Vec<SinglePart> {
        let chosen = leaves.iter().zip(marks).filter(|(leaf, _)| wanted(&leaf.kind));
        chosen.map(|(leaf, mark)| leaf.part(mark)).collect()
    };
    let inline = those(|kind| matches!(kind, Kind::Inline { .. }));
    let html = match is_text("html") {
        Some(html) if !inline.is_empty() => {
            let mut parts = vec![html];
            parts.extend(inline.into_iter().map(Branch::Leaf));
            Some(together("related", "; type=\"text/html\"", nonce, parts)?)
        }
        html => html,
    };
    let words = match (is_text("plain"), html) {
        (Some(plain), Some(html)) => Some(together("alternative", "", nonce, vec![plain, html])?),
        (plain, html) => plain.or(html),
    };
    let attached = those(|kind| matches!(kind, Kind::Attachment { .. }));
    if attached.is_empty() {
        return words;
    }
    together("mixed", "", nonce, words.into_iter().chain(attached.into_iter().map(Branch::Leaf)).collect())
}

/// The boundary holds `=_`, which neither base64 nor quoted-printable can, and what nobody can guess.
fn together(kind: &str, more: &str, nonce: &str, parts: Vec<Branch>) -> Option<Branch> {
    let letter = kind.get(..1)?;
    let value = format!("multipart/{kind}; boundary=\"=_{letter}{nonce}\"{more}");
    let many = MultiPart::builder().header(ContentType::parse(&value).ok()?).build();
    Some(Branch::Many(parts.into_iter().fold(many, |many, part| match part {
        Branch::Leaf(leaf) => many.singlepart(leaf),
        Branch::Many(inner) => many.multipart(inner),
    })))
}
