//! Buffered octets of one session, both ways, in bounded memory.
//!
//! Replies wait in the buffer while there is input in hand, so that a flight of commands (RFC 2920) is answered in few
//! writes; they leave before every read that could wait, and when more than [`FULL`] of them have gathered.

use std::io::{self, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use super::stream::Stream;

/// The octets read at once.
const BLOCK: usize = 64 * 1024;
/// The octets of replies that may wait for the input to run dry.
const FULL: usize = 32 * 1024;
/// The longest command line, its line end included.
pub(super) const LONGEST_LINE: usize = 4096;

/// Tells what came where a command line was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Whole,
    TooLong,
    End,
}

/// Reads lines and blocks from a stream and gathers the replies to it.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    input: Box<[u8]>,
    start: usize,
    end: usize,
    output: Vec<u8>,
}

impl Wire {
    /// Takes over a stream.
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        let input = vec![0; BLOCK].into_boxed_slice();
        Self { stream, input, start: 0, end: 0, output: Vec::new() }
    }

    /// Shows the octets in hand, read from the stream if there were none; empty means that the peer has ended.
    pub(super) fn block(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.flush()?;
            self.start = 0;
            self.end = 0;
            self.end = loop {
                match self.stream.read(&mut self.input) {
                    Err(trouble) if trouble.kind() == ErrorKind::Interrupted => {}
                    read => break read?.min(BLOCK),
                }
            };
        }
        Ok(&self.input[self.start..self.end])
    }

    /// Takes octets that were shown out of the buffer.
    pub(super) fn consume(&mut self, octets: usize) {
        self.start = (self.start + octets).min(self.end);
    }

    /// Reads one command line without its end, CRLF or LF; the rest of one that is too long is swallowed.
    pub(super) fn line(&mut self, line: &mut Vec<u8>) -> io::Result<Line> {
        line.clear();
        let mut too_long = false;
        loop {
            let block = self.block()?;
            if block.is_empty() {
                return Ok(Line::End);
            }
            let end = memchr::memchr(b'\n', block);
            let taken = end.map_or(block.len(), |end| end + 1);
            too_long |= line.len() + taken > LONGEST_LINE;
            if !too_long {
                line.extend_from_slice(&block[..taken]);
            }
            self.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if line.pop_if(|last| *last == b'\n').is_some() {
            line.pop_if(|last| *last == b'\r');
        }
        Ok(if too_long { Line::TooLong } else { Line::Whole })
    }

    /// Reads `octets` and forgets them; false means that the peer ended before.
    pub(super) fn swallow(&mut self, mut octets: u64) -> io::Result<bool> {
        while octets > 0 {
            let block = self.block()?.len();
            if block == 0 {
                return Ok(false);
            }
            let taken = usize::try_from(octets).map_or(block, |left| left.min(block));
            self.consume(taken);
            octets -= taken as u64;
        }
        Ok(true)
    }

    /// Puts octets of a reply behind those that wait.
    pub(super) fn say(&mut self, octets: &[u8]) -> io::Result<()> {
        self.output.extend_from_slice(octets);
        if self.output.len() > FULL { self.flush() } else { Ok(()) }
    }

    /// Sends what waits.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let sent = self.stream.write_all(&self.output);
        self.output.clear();
        sent?;
        self.stream.flush()
    }

    /// Tells whether octets are in hand that nobody has taken yet.
    pub(super) fn is_ahead(&self) -> bool {
        self.start < self.end
    }

    /// Goes on over another stream; whatever came by the old one is forgotten.
    pub(super) fn change(&mut self, stream: Box<dyn Stream>) {
        self.stream = stream;
        (self.start, self.end) = (0, 0);
    }

    /// Sends what waits, says that nothing more will come, and waits a moment for the peer to end: closing with octets
    /// unread would reset the connection and could take the last reply from the peer.
    pub(super) fn farewell(mut self, patience: Duration) {
        let until = Instant::now() + patience;
        if self.flush().is_err() || self.stream.end().is_err() || self.stream.wait_at_most(patience).is_err()
        {
            return;
        }
        while Instant::now() < until && matches!(self.stream.read(&mut self.input), Ok(1..)) {}
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use super::{LONGEST_LINE, Line, Wire};
    use crate::sink::stream::Stream;

    /// Gives its input in pieces of at most `piece` octets and remembers each write.
    struct Script {
        input: Vec<u8>,
        piece: usize,
        writes: Arc<Mutex<Vec<usize>>>,
    }

    impl Read for Script {
        fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
            let taken = self.input.len().min(self.piece).min(block.len());
            block[..taken].copy_from_slice(&self.input[..taken]);
            self.input.drain(..taken);
            Ok(taken)
        }
    }

    impl Write for Script {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            self.writes.lock().unwrap().push(octets.len());
            Ok(octets.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Stream for Script {
        fn wait_at_most(&self, _: Duration) -> io::Result<()> {
            Ok(())
        }
        fn end(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn wire(input: &[u8], piece: usize) -> (Wire, Arc<Mutex<Vec<usize>>>) {
        let writes = Arc::new(Mutex::new(Vec::new()));
        let script = Script { input: input.to_vec(), piece, writes: Arc::clone(&writes) };
        (Wire::new(Box::new(script)), writes)
    }

    #[test]
    fn lines_are_the_same_whatever_the_pieces() {
        for piece in 1..20 {
            let (mut wire, _) = wire(b"EHLO a\r\nNOOP\nRSET\r\r\n\r\nQU", piece);
            let mut line = Vec::new();
            for expected in [&b"EHLO a"[..], b"NOOP", b"RSET\r", b""] {
                assert_eq!(wire.line(&mut line).unwrap(), Line::Whole);
                assert_eq!(line, expected);
            }
            assert_eq!(wire.line(&mut line).unwrap(), Line::End);
        }
    }

    #[test]
    fn a_line_of_4096_octets_is_read_and_a_longer_one_is_swallowed() {
        for (length, expected) in
            [(LONGEST_LINE, Line::Whole), (LONGEST_LINE + 1, Line::TooLong), (1 << 20, Line::TooLong)]
        {
            let mut input = vec![b'x'; length - 2];
            input.extend_from_slice(b"\r\nNOOP\r\n");
            for piece in [1000, 4095, 4096, 65536] {
                let (mut wire, _) = wire(&input, piece);
                let mut line = Vec::new();
                assert_eq!(wire.line(&mut line).unwrap(), expected);
                assert!(line.len() <= LONGEST_LINE);
                assert_eq!(wire.line(&mut line).unwrap(), Line::Whole);
                assert_eq!(line, b"NOOP");
            }
        }
    }

    #[test]
    fn replies_leave_in_few_writes_and_never_gather_without_bound() {
        let (mut wire, writes) = wire(&b"NOOP\r\n".repeat(9000), 65536);
        let mut line = Vec::new();
        while wire.line(&mut line).unwrap() == Line::Whole {
            wire.say(b"250 2.0.0 ok\r\n").unwrap();
        }
        let writes = writes.lock().unwrap();
        assert_eq!(writes.iter().sum::<usize>(), 9000 * 14);
        assert!(writes.len() < 8, "{writes:?}");
        assert!(writes.iter().all(|&write| write < 33 * 1024), "{writes:?}");
    }
}
