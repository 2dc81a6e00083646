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
    /// An encoded-word stands on this line.
    encoded: bool,
    /// Nothing stands behind the name yet: a fold there would make some readers see a blank too many.
    bare: bool,
}

impl Field {
    pub(super) fn new(name: &str) -> Field {
        Field { text: format!("{name}:"), column: name.len() + 1, encoded: false, bare: true }
    }

    /// A value alone, which will stand behind a name of so many octets.
    pub(super) fn value_behind(name: &str) -> Field {
        Field { text: String::new(), column: name.len() + 1, encoded: false, bare: true }
    }

    /// Adds a word behind a blank, on a new line where this one would grow too long; the first stands by the name.
    pub(super) fn word(&mut self, word: &str) {
        let most = if self.encoded { ENCODED_LINE + 1 } else { LINE };
        if !self.bare && self.column + 1 + word.len() > most {
            self.fold();
            self.text.push_str(word);
            self.column += word.len();
        } else {
            self.text.push(' ');
            self.text.push_str(word);
            self.column += 1 + word.len();
        }
        self.bare = false;
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
            self.text.push(' ');
            self.text.push_str(word);
            self.column += 1 + word.len();
        }
        (self.encoded, self.bare) = (true, false);
    }

    fn fold(&mut self) {
        self.text.push_str("\r\n ");
        (self.column, self.encoded) = (1, false);
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
