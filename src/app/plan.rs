//! From options to a plan: names, limits and wishes, judged before the first packet.

use super::pem;
use crate::cli::shared::{DsnReturn, EnvelopeArgs, ServerArgs, TlsChoice, TlsMin};
use crate::config::words;
use crate::console::voice::os;
use crate::net::tls::Securing;
use crate::terms::address::AddressProblem;
use crate::terms::endpoint::Endpoint;
use crate::terms::envelope::{Dsn, Notify, Return, envid};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::plan::{Family, Limits, Plan};
use crate::terms::tls::{Oldest, Tls, TlsWishes};
use crate::watch::wait::Watch;
use std::path::PathBuf;

/// A failure of the command line itself.
pub fn usage(text: impl Into<String>) -> Failure {
    Failure::new(Stage::Input, Cause::Usage(text.into()))
}

/// What went wrong with a file of our own, and why in words: neither a number of the system's nor the name of a draft.
pub fn told(problem: &anyhow::Error) -> String {
    let words = problem.chain().map(|part| part.downcast_ref().map_or_else(|| part.to_string(), os));
    words.collect::<Vec<_>>().join(": ")
}

pub fn plan(
    endpoint: Endpoint,
    server: &ServerArgs,
    envelope: &EnvelopeArgs,
    watch: &Watch,
) -> Result<Plan, Failure> {
    if endpoint.tls_first && server.tls == Some(TlsChoice::Off) {
        return Err(usage("--tls off contradicts a server with TLS from the first byte (smtps://, 465)"));
    }
    let tls = tls(server, watch)?;
    let family = match (server.ipv4, server.ipv6) {
        (true, _) => Family::V4,
        (_, true) => Family::V6,
        _ => Family::Any,
    };
    let hello = server.helo.as_deref().map(hello).transpose()?;
    let limits = limits(server);
    let dsn = dsn(envelope)?;
    Ok(Plan {
        endpoint,
        hello,
        tls,
        limits,
        family,
        source: server.source_address,
        proxy: None,
        partial: envelope.partial,
        max_recipients: None,
        chunking: !server.no_chunking,
        dsn,
        login: None,
    })
}

fn tls(server: &ServerArgs, watch: &Watch) -> Result<TlsWishes, Failure> {
    let name = server.tls_name.as_deref().map(tls_name).transpose()?;
    let names_files = server.ca_file.is_some() || server.client_cert.is_some() || server.client_key.is_some();
    let wishes_more = name.is_some()
        || names_files
        || !server.tls_fingerprint.is_empty()
        || server.tls_min == Some(TlsMin::Tls13)
        || server.insecure;
    if server.tls == Some(TlsChoice::Off) && wishes_more {
        return Err(usage("--tls off contradicts the other options about TLS"));
    }
    let file =
        |what, path: &Option<PathBuf>| path.as_deref().map(|path| pem::read(what, path, watch)).transpose();
    let when = server.tls.map(|choice| match choice {
        TlsChoice::Required => Tls::Required,
        TlsChoice::Opportunistic => Tls::Opportunistic,
        TlsChoice::Off => Tls::Off,
    });
    // Without a file of its own the key stands beside the certificate.
    const CERT: &str = "the client certificate";
    let (client_cert, client_key) = match (&server.client_cert, &server.client_key) {
        (Some(both), None) => (Some(pem::key(CERT, both, watch)?), None),
        (cert, Some(key)) => (file(CERT, cert)?, Some(pem::key("the client key", key, watch)?)),
        (None, None) => (None, None),
    };
    let wishes = TlsWishes {
        when,
        name,
        ca_file: file("--ca-file", &server.ca_file)?,
        pins: server.tls_fingerprint.clone(),
        client_cert,
        client_key,
        oldest: if server.tls_min == Some(TlsMin::Tls13) { Oldest::Tls13 } else { Oldest::Tls12 },
        insecure: server.insecure,
    };
    // Files are judged now; the system's store is read only when TLS begins.
    if wishes.ca_file.is_some() || wishes.client_cert.is_some() {
        Securing::new(&wishes, "localhost", Tls::Required)
            .judge()
            .map_err(|cause| Failure::new(Stage::Input, cause))?;
    }
    Ok(wishes)
}

fn tls_name(name: &str) -> Result<String, Failure> {
    words::tls_name(name).map_err(|why| bad_word("--tls-name", name, why))
}

fn limits(server: &ServerArgs) -> Limits {
    let mut limits = server.timeout.map_or_else(Limits::default, Limits::all);
    limits.connect = server.connect_timeout.unwrap_or(limits.connect);
    limits.dot = server.dot_timeout.unwrap_or(limits.dot);
    limits
}

/// Judges what reaches the wire as it was given: a control character there could add a line.
fn without_controls(option: &str, text: &str) -> Result<(), Failure> {
    if text.chars().any(char::is_control) {
        return Err(bad_word(option, text, "it holds a control character"));
    }
    Ok(())
}

fn bad_word(option: &str, text: &str, why: &'static str) -> Failure {
    let problem = AddressProblem { text: text.to_owned(), why };
    Failure::new(Stage::Input, Cause::BadAddress(problem)).about(option)
}

fn hello(name: &str) -> Result<String, Failure> {
    words::helo(name).map_err(|why| bad_word("--helo", name, why))
}

fn dsn(envelope: &EnvelopeArgs) -> Result<Dsn, Failure> {
    let text = |option: &str, problem: String| usage(format!("{option}: {problem}"));
    let notify = envelope.dsn_notify.as_deref().map(Notify::parse).transpose();
    let ret = envelope.dsn_return.map(|wanted| match wanted {
        DsnReturn::Full => Return::Full,
        DsnReturn::Headers => Return::Headers,
    });
    if let Some(id) = &envelope.dsn_envid {
        without_controls("--dsn-envid", id)?;
    }
    let id = envelope.dsn_envid.as_deref().map(envid).transpose();
    let dsn = Dsn {
        notify: notify.map_err(|problem| text("--dsn-notify", problem))?,
        ret,
        envid: id.map_err(|problem| text("--dsn-envid", problem))?,
        required: envelope.require_dsn,
    };
    if dsn.required && !dsn.is_wanted() {
        return Err(usage("--require-dsn needs a wish: --dsn-notify, --dsn-return or --dsn-envid"));
    }
    Ok(dsn)
}
