//! A header field that grows word by word and is folded between words (RFC 5322 sections 2.1.1, 2.2.3).

/// Octets that a line should have at most, without its end.
const LINE: usize = 78;
/// Octets of a line with an encoded-word, one kept for what may follow it (RFC 2047 section 2).
const ENCODED_LINE: usize = 75;

/// The longest word that is written as it stands: no line passes 998 octets with it.
pub(super) const LONGEST_WORD: usize = 900;

/// A field on its way; words in it hold no line end.
#[derive(Debug)]
pub(super) struct Field {
    text: String,
    column: usize,
}

impl Field {
    pub(super) fn new(name: &str) -> Field {
        Field { text: format!("{name}:"), column: name.len() + 1 }
    }

    /// A value alone, which will stand behind a name of so many octets.
    pub(super) fn value_behind(name: &str) -> Field {
        Field { text: String::new(), column: name.len() + 1 }
    }

    /// Adds a word behind a blank, on a new line where this one would grow too long.
    pub(super) fn word(&mut self, word: &str) {
        if self.column > 1 && self.column + 1 + word.len() > LINE {
            self.fold();
            self.text.push_str(word);
            self.column += word.len();
        } else {
            self.text.push(' ');
            self.text.push_str(word);
            self.column += 1 + word.len();
        }
    }

    /// Adds to the last word.
    pub(super) fn glue(&mut self, more: &str) {
        self.text.push_str(more);
        self.column += more.len();
    }

    /// Octets that an encoded-word may have on this line.
    pub(super) fn room(&self) -> usize {
        ENCODED_LINE.saturating_sub(self.column + 1)
    }

    /// Octets that it may have on a line of its own.
    pub(super) const ROOM: usize = ENCODED_LINE - 1;

    /// Adds an encoded-word that was made for the room there is, or for a line of its own.
    pub(super) fn encoded(&mut self, word: &str) {
        if word.len() > self.room() {
            self.fold();
            self.text.push_str(word);
            self.column += word.len();
        } else {
            self.word(word);
        }
    }

    fn fold(&mut self) {
        self.text.push_str("\r\n ");
        self.column = 1;
    }

    /// The field with its line end.
    pub(super) fn line(mut self) -> String {
        self.text.push_str("\r\n");
        self.text
    }

    /// The value without what stands in front of it.
    pub(super) fn value(self) -> String {
        self.text.strip_prefix(' ').map(str::to_owned).unwrap_or(self.text)
    }
}
