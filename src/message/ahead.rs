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
    pub fn is_still_at(&self, origin: &Origin) -> bool {
        match (origin, &self.source) {
            (Origin::Path(path), Held::Kept(source)) => source.is_still_at(path),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn another_file_at_the_same_path_is_another_message() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let place = |file: &str| {
            let (link, new) = (path("now"), path("new"));
            std::os::unix::fs::symlink(path(file), &new).unwrap();
            fs::rename(new, link).unwrap();
        };
        for name in ["one", "two"] {
            fs::write(path(name), "Subject: x\n\ny\n").unwrap();
        }
        place("one");
        let origin = Origin::Path(path("now"));
        let message = Message::open_ahead(&origin, &Handling::default(), &Watch::default()).unwrap();
        assert!(message.is_still_at(&origin));
        place("two");
        assert!(!message.is_still_at(&origin));
        place("one");
        assert!(message.is_still_at(&origin));
    }
}
