//! The end of input that a person types: a line of a single dot. Programs may ask for it; to all others it is data.

/// Takes octets up to a line of a single dot, whatever the blocks they come in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LoneDot(At);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Start,
    /// Behind a dot that began the line.
    Dot,
    /// Behind that and a CR.
    DotCr,
    Line,
}

impl LoneDot {
    /// Adds what stands before the end; true where that was found.
    pub(super) fn feed(&mut self, block: &[u8], out: &mut Vec<u8>) -> bool {
        for &octet in block {
            self.0 = match (self.0, octet) {
                (At::Dot | At::DotCr, b'\n') => return true,
                (At::Start, b'.') => At::Dot,
                (At::Dot, b'\r') => At::DotCr,
                (at, octet) => {
                    out.extend_from_slice(at.held());
                    out.push(octet);
                    if octet == b'\n' { At::Start } else { At::Line }
                }
            };
        }
        false
    }
}

impl At {
    /// Octets that came and were not given yet.
    fn held(self) -> &'static [u8] {
        match self {
            At::Start | At::Line => b"",
            At::Dot => b".",
            At::DotCr => b".\r",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(blocks: &[&[u8]]) -> (Vec<u8>, bool) {
        let (mut dot, mut out) = (LoneDot::default(), Vec::new());
        let ended = blocks.iter().any(|block| dot.feed(block, &mut out));
        (out, ended)
    }

    #[test]
    fn a_line_of_one_dot_ends_it_at_every_block_border() {
        for (given, wanted, ended) in [
            (&b"a\n.\nb\n"[..], &b"a\n"[..], true),
            (b"a\r\n.\r\nb", b"a\r\n", true),
            (b".\na", b"", true),
            (b"a\n..\n.b\n. \n", b"a\n..\n.b\n. \n", false),
            (b"a.\n", b"a.\n", false),
            (b"a\n.\rb\n", b"a\n.\rb\n", false),
            (b"a\n.\r\r\n", b"a\n.\r\r\n", false),
            // The last line too, where nothing ends it.
            (b"a\n.", b"a\n", false),
            (b"a\n.\r", b"a\n", false),
            (b"", b"", false),
        ] {
            for cut in 0..=given.len() {
                for second in cut..=given.len() {
                    let blocks = [&given[..cut], &given[cut..second], &given[second..]];
                    assert_eq!(taken(&blocks), (wanted.to_vec(), ended), "{given:?} cut at {cut}, {second}");
                }
            }
        }
    }
}
