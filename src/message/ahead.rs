//! A message opened before its turn: only what is read in no time, and it counts only if its file was left alone since.

use super::measure::{SMALL, measure};
use super::open::{HEADER_LIMIT, Handling, Held, Message, Origin};
use super::scan::Scan;
use super::source::Source;
use crate::watch::wait::Watch;

impl Message {
    /// Opens and measures a small file ahead of its turn. Anything else, and whatever is wrong with it, waits for that: a pipe
    /// must not be touched before.
    pub fn open_ahead(origin: &Origin, handling: &Handling, watch: &Watch) -> Option<Message> {
        let Origin::Path(path) = origin else { return None };
        let (mut source, mut scan) = (Source::of_small_file(path, SMALL)?, Scan::new(HEADER_LIMIT));
        measure(&mut source, &mut scan, watch).ok()?;
        Message::judged(Held::Kept(source), scan.finish(), HEADER_LIMIT, handling).ok()
    }

    /// True where opening it now would give the same again.
    pub fn is_as_opened(&self) -> bool {
        matches!(&self.source, Held::Kept(source) if source.is_untouched())
    }
}
