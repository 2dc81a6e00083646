//! What a composed message is known by, whenever and however often it is written: all of it but its date and its boundaries.

use super::fields::Head;
use super::leaf::Leaf;
use super::tree::pieces;
use super::write::Supply;
use crate::message::content::Content;
use crate::message::source::keep;
use crate::terms::failure::{Failure, Stage};
use crate::watch::wait::Watch;

/// Reads every part once more; a stream is kept meanwhile, on disk beyond 1 MiB. The head has no id yet.
pub fn content(head: &Head, leaves: &mut [Leaf], watch: &Watch) -> Result<Content, Failure> {
    let mut content = Content::new(&head.from.address.to_string(), &[]);
    let block = head.block();
    // The date stands in the first line.
    content.field(block.split_once("\r\n").map_or("", |(_, rest)| rest));
    for piece in pieces(leaves, "").into_iter().flatten() {
        content.field(&String::from_utf8_lossy(&piece));
    }
    for leaf in leaves {
        let failed = |cause| Failure::new(Stage::Input, cause).about(leaf.origin.clone());
        if let Supply::Stream(stream) = &leaf.supply {
            leaf.supply = Supply::Kept(keep(stream, watch, |_| ()).map_err(failed)?);
        }
        if let Supply::Kept(source) = &leaf.supply {
            content.octets(&source.sha256(watch).map_err(failed)?);
        }
    }
    Ok(content)
}
