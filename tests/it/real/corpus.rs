//! Messages with something odd in them; all have Date and Message-ID, so that nothing need be added.

const HEAD: &str =
    "Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <1@d.example>\nFrom: a@d.example\nSubject: x\n";

/// The same message under another name of one figure.
pub(super) fn named(number: usize, file: &[u8]) -> Vec<u8> {
    let at = file.windows(4).position(|four| four == b": <1").map(|at| at + 3);
    let figure = format!("{number:x}");
    let mut file = file.to_vec();
    at.into_iter().for_each(|at| file.splice(at..=at, figure.bytes()).for_each(drop));
    file
}

/// The number by which a message was named.
pub(super) fn number(file: &[u8]) -> Option<usize> {
    let lead = b"Message-ID: <";
    let at = file.windows(lead.len()).position(|octets| octets == lead)? + lead.len();
    let figure = std::str::from_utf8(file.get(at..=at)?).ok()?;
    usize::from_str_radix(figure, 16).ok()
}

/// Name and octets of each.
pub(super) fn messages() -> Vec<(&'static str, Vec<u8>)> {
    let with = |body: &[u8]| [HEAD.as_bytes(), b"\n", body].concat();
    vec![
        ("seven bits", with(b"hello\n")),
        ("eight bits", with("Grüße, 世界\n".as_bytes())),
        ("header fields in UTF-8", format!("{HEAD}Comments: Grüße, 世界\n\nhello\n").into_bytes()),
        ("every high octet", with(&(128..=255).collect::<Vec<u8>>())),
        ("crlf", crlf(&with(b"a\nb\n"))),
        ("dots in odd places", with(b".\n..\n.a\na.\n...\n.\r\n.b\n.")),
        ("no final line end", with(b"good bye")),
        ("empty lines at the end", with(b"hello\n\n\n\n")),
        ("lone CR and LF mixed", with(b"a\rb\r\r\nc\n\rd\r\n\n.\r.e\r\r")),
        ("an empty body", with(b"")),
        ("a header alone", HEAD.as_bytes().to_vec()),
        ("a line of ten thousand octets", with(&[&[b'x'; 10_000][..], b"\n.y\n"].concat())),
        ("a megabyte of plain lines", with(&[&[b'x'; 76][..], b"\n"].concat().repeat(13_000))),
        (
            "a megabyte of plain lines with CRLF",
            crlf(&with(&[&[b'z'; 76][..], b"\n"].concat().repeat(13_000))),
        ),
        ("lines as long as they may be", with(&[&[b'y'; 998][..], b"\n"].concat().repeat(300))),
        ("five megabytes", with(&b".a line with a dot in front of it\r\nand one without\n".repeat(100_000))),
        ("a dot at every border", with(&b".\n".repeat(70_000))),
    ]
}

fn crlf(text: &[u8]) -> Vec<u8> {
    text.iter().flat_map(|octet| if *octet == b'\n' { vec![b'\r', b'\n'] } else { vec![*octet] }).collect()
}

/// What a dialogue is under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cover {
    Clear,
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// How a message may travel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) cover: Cover,
    pub(super) chunks: bool,
    /// From a pipe, by `send-stream`.
    pub(super) stream: bool,
}

/// Every way that there is.
pub(super) fn ways() -> impl Iterator<Item = Way> {
    [Cover::Clear, Cover::StartTls, Cover::Tls]
        .into_iter()
        .flat_map(|cover| (0..4).map(move |bits| Way { cover, chunks: bits & 1 == 0, stream: bits & 2 != 0 }))
}
