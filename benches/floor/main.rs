//! The floor: a bare sender that does only what the protocol demands, for the product to be measured against.
//!
//! It shares no code with the product, asks for nothing, checks little and explains nothing. Run without arguments it
//! lists its cases. `scripts/race` runs it.

mod drain;
mod send;
mod wire;

use std::process::ExitCode;
use std::time::Duration;

type Trouble = Box<dyn std::error::Error>;

const CASES: &str = "\
floor message ADDRESS FILE        a small message in one flight
floor message-tls ADDRESS FILE    the same by TLS from the first octet, with the system's bundle read
floor many ADDRESS LIST           one message a line of LIST down one connection, each behind the verdict on the last
floor chunk ADDRESS FILE          one pass over the file, then sendfile behind BDAT
floor raw ADDRESS FILE            the same without the pass
floor sealed ADDRESS FILE         a raw TLS stream of the file behind BDAT
floor data ADDRESS FILE           DATA with the dots doubled
floor lines ADDRESS FILE          DATA with CRLF for each LF, where no line starts with a dot
floor pipe ADDRESS SIZE           standard input: read, one pass, write behind BDAT
floor recipients ADDRESS FILE N   all recipients and the message in one flight
floor ask ADDRESS FILE N          the message behind the replies to the recipients
floor make FILE SIZE [dots|lf]    a message of that size
floor certificate DIR             an authority (ca.pem) and what it vouches for (cert.pem, key.pem): localhost
floor drain                       a server that forgets everything; says its address
floor relay ADDRESS MS            a relay to that server, each octet so late; says its address
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            // Nobody may be there to read it.
            let _ =
                std::io::Write::write_all(&mut std::io::stderr(), format!("floor: {trouble}\n").as_bytes());
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), Trouble> {
    match *words {
        ["message", address, file] => send::message(address, file, false),
        ["message-tls", address, file] => send::message(address, file, true),
        ["many", address, list] => send::many(address, list),
        ["chunk", address, file] => send::chunk(address, file, true),
        ["raw", address, file] => send::chunk(address, file, false),
        ["sealed", address, file] => send::sealed(address, file),
        ["data", address, file] => send::data(address, file),
        ["pipe", address, size] => send::pipe(address, size.parse()?),
        ["recipients", address, file, count] => send::recipients(address, file, count.parse()?, false),
        ["ask", address, file, count] => send::recipients(address, file, count.parse()?, true),
        ["lines", address, file] => send::lines(address, file),
        ["make", file, size] => send::make(file, size.parse()?, false, "\r\n"),
        ["make", file, size, "dots"] => send::make(file, size.parse()?, true, "\r\n"),
        ["make", file, size, "lf"] => send::make(file, size.parse()?, false, "\n"),
        ["certificate", dir] => certificate(std::path::Path::new(dir)),
        ["drain"] => drain::drain(),
        ["relay", address, delay] => drain::relay(address, Duration::from_millis(delay.parse()?)),
        _ => Err(format!("no such case; there are\n{CASES}").into()),
    }
}

fn certificate(dir: &std::path::Path) -> Result<(), Trouble> {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let (authority_key, key) = (KeyPair::generate()?, KeyPair::generate()?);
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.distinguished_name.push(rcgen::DnType::CommonName, "race authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let own = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);
    let leaf = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    let leaf = leaf.signed_by(&key, &issuer)?;
    std::fs::write(dir.join("ca.pem"), own.pem())?;
    std::fs::write(dir.join("cert.pem"), leaf.pem())?;
    Ok(std::fs::write(dir.join("key.pem"), key.serialize_pem())?)
}
