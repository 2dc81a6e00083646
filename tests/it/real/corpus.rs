//! Messages with something odd in them; all have Date and Message-ID, so that nothing need be added.

const HEAD: &str =
    "Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <1@d.example>\nFrom: a@d.example\nSubject: x\n";

/// Name and octets of each.
pub(super) fn messages() -> Vec<(&'static str, Vec<u8>)> {
    let with = |body: &[u8]| [HEAD.as_bytes(), b"\n", body].concat();
    vec![
        ("seven bits", with(b"hello\n")),
        ("eight bits", with("Grüße, 世界\n".as_bytes())),
        ("every high octet", with(&(128..=255).collect::<Vec<u8>>())),
        (
            "crlf",
            with(b"a\nb\n")
                .iter()
                .flat_map(|octet| if *octet == b'\n' { vec![b'\r', b'\n'] } else { vec![*octet] })
                .collect(),
        ),
        ("dots in odd places", with(b".\n..\n.a\na.\n...\n.\r\n.b\n.")),
        ("no final line end", with(b"good bye")),
        ("empty lines at the end", with(b"hello\n\n\n\n")),
        ("lone CR and LF mixed", with(b"a\rb\r\r\nc\n\rd\r\n\n.\r.e\r\r")),
        ("an empty body", with(b"")),
        ("a header alone", HEAD.as_bytes().to_vec()),
        ("a line of ten thousand octets", with(&[&[b'x'; 10_000][..], b"\n.y\n"].concat())),
        ("five megabytes", with(&b".a line with a dot in front of it\r\nand one without\n".repeat(100_000))),
        ("a dot at every border", with(&b".\n".repeat(70_000))),
    ]
}
