//! The answer: its head, where it points to, and as much of its body as is asked for or worth a line.

use super::exchange::Exchange;
use super::via::judge::{Body, Judgement};
use super::via::service::Simple;
use crate::net::wire::Wire;
use crate::terms::answer::Answer;
use crate::terms::failure::Cause;
use crate::terms::mask::{self, Form};
use crate::terms::printable::printable_octets;
use crate::terms::reply::Reply;
use hyper::Response;
use hyper::body::Incoming;
use reqwest::Url;
use reqwest::header::{CONNECTION, CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use std::io::Write;
use std::time::{Duration, Instant, SystemTime};

/// Octets of a body that are looked at for a line of it, and letters of that line.
const LOOKED_AT: usize = 4 * 1024;
const LONGEST_LINE: usize = 300;

/// How long the words of a refusal may hold up the report of it.
const WORDS: Duration = Duration::from_secs(2);

/// The longest body in which a verdict is looked for.
const LONGEST_VERDICT: usize = 256 * 1024;

/// The body of the answer, to whom it is wanted.
pub type Output<'a> = Option<&'a mut dyn Write>;

/// An answer and what only the road needs of it.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) answer: Answer,
    /// As the server wrote it.
    pub(super) location: Option<String>,
    pub(super) fields: HeaderMap,
    /// The body was asked for and did not come whole.
    pub(super) is_cut: bool,
    /// The connection, where it was to be kept and the server keeps it too.
    pub(super) wire: Option<Wire>,
}

/// A service whose answers are judged, and how many recipients it was told.
pub(super) type Judged<'s> = Option<(&'s Simple, usize)>;

/// Reads what is wanted of an answer.
pub(super) fn hear<'m>(
    response: Response<Incoming>,
    mut exchange: Exchange<'_>,
    output: Output<'_>,
    judged: Judged<'_>,
    keeps: bool,
    masks: impl Iterator<Item = &'m Form>,
) -> Heard {
    let keeps = keeps && goes_on(&response);
    let fields = response.headers().clone();
    let status = response.status();
    let said =
        response.extensions().get::<hyper::ext::ReasonPhrase>().map(|reason| reason.as_bytes().to_vec());
    let reason = said.unwrap_or_else(|| status.canonical_reason().unwrap_or_default().into());
    let mut body = reqwest::Response::from(response.map(reqwest::Body::wrap));
    let (mut line, mut is_cut, mut is_read) = (String::new(), false, false);
    let mut judgement = Judgement::default();
    match (output, judged) {
        (output, Some((service, told))) => {
            let (code, limit) = (status.as_u16(), exchange.verdict_limit());
            let said = match status.is_success() {
                true if !service.reads_success() && output.is_none() => Said::default(),
                false if output.is_none() => deciding(&mut exchange, &mut body, output, false, WORDS),
                is_success => deciding(&mut exchange, &mut body, output, is_success, limit),
            };
            is_cut = said.is_missed;
            let whole = if said.is_whole { Body::Whole(&said.octets) } else { Body::Cut };
            judgement = service.judgement(code, whole, told);
            if !status.is_success() || judgement.inside.is_some() {
                let looked_at = &said.octets[..said.octets.len().min(LOOKED_AT)];
                line = judgement.words.take().unwrap_or_else(|| in_a_line(&fields, looked_at));
                line = shortened(&line);
            }
        }
        (Some(output), None) => {
            is_read = copy(&mut exchange, &mut body, output, status.is_success()).is_ok();
            is_cut = !is_read;
        }
        (None, None) if status.is_success() => {}
        (None, None) => {
            let octets;
            (octets, is_read) = excerpt(&mut exchange, &mut body);
            line = in_a_line(&fields, &octets);
        }
    }
    let wire = exchange.finish(keeps && is_read);
    let reason = printable_octets(&reason);
    let words = without_title(&line, status.as_u16(), &reason).to_owned();
    let mut lines = vec![reason];
    lines.extend(Some(words).filter(|words| !words.is_empty()));
    // The name of the message is as little a place for a secret as its words are.
    let has_id = judgement.id.is_some();
    lines.extend(judgement.id);
    let mut reply = Reply { code: status.as_u16(), enhanced: None, lines };
    mask::apply(masks, &mut reply);
    let id = if has_id { reply.lines.pop() } else { None };
    let text = |name| fields.get(name).and_then(|value: &hyper::http::HeaderValue| value.to_str().ok());
    let answer = Answer {
        reply,
        location: None,
        retry_after: come_again(&fields),
        dav_is_off: text("x-dav-error").is_some_and(|text| text.trim_start().starts_with("1204")),
        inside: judgement.inside,
        id,
    };
    let location = fields.get(LOCATION).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    Heard { answer, location, fields, is_cut, wire }
}

/// True where the server does not leave behind this answer (RFC 9112 section 9.3).
fn goes_on(response: &Response<Incoming>) -> bool {
    let leaves = |value: &hyper::http::HeaderValue| {
        let words = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        words.split(',').any(|word| word.trim() == "close")
    };
    response.version() == hyper::Version::HTTP_11
        && !response.headers().get_all(CONNECTION).iter().any(leaves)
}

/// What was read of a body.
#[derive(Debug, Default)]
struct Said {
    octets: Vec<u8>,
    is_whole: bool,
    /// It was wanted elsewhere, and did not get there whole.
    is_missed: bool,
}

/// Reads a body that decides, and hands it on; it is kept up to the longest in which a verdict is looked for.
fn deciding(
    exchange: &mut Exchange<'_>,
    body: &mut reqwest::Response,
    mut output: Output<'_>,
    is_success: bool,
    limit: Duration,
) -> Said {
    exchange.stop_sending();
    let until = Instant::now() + limit;
    let wanted = output.is_some();
    let (mut said, mut fits) = (Said::default(), true);
    loop {
        match exchange.read(body.chunk(), Some(until)) {
            Ok(Ok(Some(octets))) => {
                fits &= said.octets.len() + octets.len() <= LONGEST_VERDICT;
                if fits {
                    said.octets.extend_from_slice(&octets);
                }
                output = output.and_then(|it| it.write_all(&octets).is_ok().then_some(it));
                if !fits && output.is_none() {
                    break;
                }
            }
            Ok(Ok(None)) => {
                said.is_whole = fits;
                let is_nothing = !is_success && said.is_whole && said.octets.is_empty();
                let flushed = output.map(|it| is_nothing || it.flush().is_ok());
                said.is_missed = wanted && flushed != Some(true);
                return said;
            }
            Ok(Err(_)) | Err(_) => break,
        }
    }
    said.is_missed = wanted;
    said
}

/// Hands the whole body on.
fn copy(
    exchange: &mut Exchange<'_>,
    body: &mut reqwest::Response,
    output: &mut dyn Write,
    is_success: bool,
) -> Result<(), Cause> {
    exchange.stop_sending();
    let until = Instant::now() + exchange.verdict_limit();
    let mut is_something = is_success;
    loop {
        match exchange.read(body.chunk(), Some(until))? {
            // Who does not listen any more misses the rest.
            Ok(Some(octets)) => {
                is_something |= !octets.is_empty();
                output.write_all(&octets).map_err(Cause::WriteFailed)?;
            }
            // A refusal without words has nothing to hand on; a success without any is an answer.
            Ok(None) if !is_something => return Ok(()),
            Ok(None) => return output.flush().map_err(Cause::WriteFailed),
            Err(_) => return Err(Cause::Closed),
        }
    }
}

/// The first octets of the body, as far as they come soon; true where they are all of it.
fn excerpt(exchange: &mut Exchange<'_>, body: &mut reqwest::Response) -> (Vec<u8>, bool) {
    exchange.stop_sending();
    let until = Instant::now() + WORDS;
    let mut octets = Vec::new();
    while octets.len() < LOOKED_AT {
        match exchange.read(body.chunk(), Some(until)) {
            Ok(Ok(Some(more))) => octets.extend_from_slice(&more[..more.len().min(LOOKED_AT - octets.len())]),
            Ok(Ok(None)) => return (octets, true),
            Ok(Err(_)) | Err(_) => break,
        }
    }
    (octets, false)
}

/// A body in one line: tags of HTML left out, blanks drawn together.
fn in_a_line(fields: &HeaderMap, octets: &[u8]) -> String {
    let kind = fields.get(CONTENT_TYPE).map(|kind| kind.as_bytes().to_ascii_lowercase()).unwrap_or_default();
    let start = octets.iter().position(|octet| !octet.is_ascii_whitespace()).unwrap_or(0);
    let is_markup = memchr::memmem::find(&kind, b"html").is_some()
        || memchr::memmem::find(&kind, b"xml").is_some()
        || octets[start..].first() == Some(&b'<');
    let text = String::from_utf8_lossy(octets);
    let text = if is_markup { without_tags(&text) } else { text.into_owned() };
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    shortened(words.trim_end_matches('\u{fffd}'))
}

/// Pages of errors repeat the status as their title and as their heading.
fn without_title<'l>(line: &'l str, status: u16, reason: &str) -> &'l str {
    let title = format!("{status} {reason}");
    let mut rest = line;
    while let Some(behind) = rest.strip_prefix(&title).filter(|_| !reason.is_empty()) {
        rest = behind.trim_start();
    }
    rest
}

fn shortened(words: &str) -> String {
    let mut line: String = words.chars().take(LONGEST_LINE).collect();
    if line.len() < words.len() {
        line.push('…');
    }
    line
}

fn without_tags(text: &str) -> String {
    let mut left = String::new();
    for (at, part) in text.split('<').enumerate() {
        match part.split_once('>') {
            Some((_, behind)) if at > 0 => {
                left.push(' ');
                left.push_str(behind);
            }
            _ if at > 0 => {}
            _ => left.push_str(part),
        }
    }
    left
}

/// How long the server asks to be left alone.
fn come_again(fields: &HeaderMap) -> Option<Duration> {
    let text = |name| fields.get(name).and_then(|value| value.to_str().ok());
    // Clocks differ, and may be set meanwhile: a date that the server names is by its own.
    let now = text(DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    retry_after(text(RETRY_AFTER)?, now.unwrap_or_else(SystemTime::now))
}

/// Seconds, or a date (RFC 9110 section 10.2.3).
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    httpdate::parse_http_date(text).ok().map(|at| at.duration_since(now).unwrap_or_default())
}

/// Resolves what Location says (RFC 9110 section 10.2.2, RFC 3986 section 5).
pub(super) fn resolved(base: &str, location: &str) -> Option<String> {
    let joined = Url::parse(base).ok()?.join(location).ok()?;
    Some(joined.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_one_line_that_a_person_can_read() {
        let mut html = HeaderMap::new();
        html.insert(CONTENT_TYPE, hyper::http::HeaderValue::from_static("text/html; charset=utf-8"));
        for (fields, octets, line) in [
            (HeaderMap::new(), &b"  too\r\n  large \n"[..], "too large"),
            (HeaderMap::new(), b"{\"error\":\n \"a<b\"}", "{\"error\": \"a<b\"}"),
            (HeaderMap::new(), b"<html><p>no</p> way", "no way"),
            (html, b"413 <h1>Too\nlarge</h1><hr", "413 Too large"),
            (HeaderMap::new(), b"", ""),
            (HeaderMap::new(), b"cut off in caf\xc3", "cut off in caf"),
        ] {
            assert_eq!(in_a_line(&fields, octets), line);
        }
        let long = in_a_line(&HeaderMap::new(), &[b'x'; 5000]);
        assert_eq!(long.chars().count(), LONGEST_LINE + 1);
    }

    #[test]
    fn when_to_come_again_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (text, found) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
        ] {
            assert_eq!(retry_after(text, now), found.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn a_location_may_be_relative() {
        for (location, found) in [
            ("/b", "https://h/b"),
            ("c?d=e", "https://h/a/c?d=e"),
            ("//other/x", "https://other/x"),
            ("http://h/x", "http://h/x"),
        ] {
            assert_eq!(resolved("https://h/a/b", location).as_deref(), Some(found));
        }
    }
}
