//! A connection that says commands and counts replies; plain, or TLS from the first octet with the system's bundle read.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use super::Trouble;

/// What carries the octets.
enum Pipe {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// A connection and what came by it.
pub(super) struct Wire {
    pipe: Pipe,
    inbox: Vec<u8>,
    start: usize,
}

/// Where the bundle lies if the environment names no other.
const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

impl Wire {
    pub(super) fn connect(address: &str, tls: bool) -> Result<Wire, Trouble> {
        let socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        let pipe = if tls { Pipe::Tls(Box::new(secure(socket)?)) } else { Pipe::Plain(socket) };
        Ok(Wire { pipe, inbox: Vec::new(), start: 0 })
    }

    /// Connects and gets through with the greeting and EHLO.
    pub(super) fn open(address: &str, tls: bool) -> Result<Wire, Trouble> {
        let mut wire = Wire::connect(address, tls)?;
        wire.replies(1)?;
        wire.say(b"EHLO floor.example\r\n")?;
        wire.replies(1)?;
        Ok(wire)
    }

    /// The socket, where nothing stands between.
    pub(super) fn socket(&self) -> &TcpStream {
        match &self.pipe {
            Pipe::Plain(socket) => socket,
            Pipe::Tls(stream) => &stream.sock,
        }
    }

    pub(super) fn say(&mut self, octets: &[u8]) -> io::Result<()> {
        match &mut self.pipe {
            Pipe::Plain(socket) => socket.write_all(octets),
            Pipe::Tls(stream) => stream.write_all(octets),
        }
    }

    /// Reads so many replies, none of which may be a refusal.
    pub(super) fn replies(&mut self, wanted: usize) -> Result<(), Trouble> {
        let mut landed = self.landed()?;
        while landed < wanted {
            self.read()?;
            landed += self.landed()?;
        }
        Ok(())
    }

    /// Reads what is there.
    pub(super) fn read(&mut self) -> Result<(), Trouble> {
        let mut block = [0; 16 * 1024];
        let count = match &mut self.pipe {
            Pipe::Plain(socket) => socket.read(&mut block)?,
            Pipe::Tls(stream) => stream.read(&mut block)?,
        };
        if count == 0 {
            return Err("the server hung up".into());
        }
        self.inbox.extend_from_slice(&block[..count]);
        Ok(())
    }

    /// Counts the whole replies at hand and forgets them.
    pub(super) fn landed(&mut self) -> Result<usize, Trouble> {
        let mut landed = 0;
        while let Some(end) = memchr::memchr(b'\n', &self.inbox[self.start..]) {
            let line = &self.inbox[self.start..self.start + end];
            if !matches!(line.first(), Some(b'2' | b'3')) {
                return Err(format!("the server said {}", String::from_utf8_lossy(line).trim_end()).into());
            }
            landed += usize::from(line.get(3) != Some(&b'-'));
            self.start += end + 1;
        }
        self.inbox.drain(..self.start);
        self.start = 0;
        Ok(landed)
    }

    /// Says QUIT and goes.
    pub(super) fn quit(&mut self) -> Result<(), Trouble> {
        self.say(b"QUIT\r\n")?;
        if let Pipe::Tls(stream) = &mut self.pipe {
            stream.conn.send_close_notify();
            stream.flush()?;
        }
        Ok(())
    }
}

fn secure(socket: TcpStream) -> Result<StreamOwned<ClientConnection, TcpStream>, Trouble> {
    let bundle = std::fs::read(std::env::var_os("SSL_CERT_FILE").unwrap_or_else(|| BUNDLE.into()))?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&bundle).filter_map(Result::ok));
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let session = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost")?)?;
    Ok(StreamOwned::new(session, socket))
}
