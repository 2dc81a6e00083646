//! The sentences about a proxy that was reached, but gave no way to the server.

use crate::terms::proxy::ProxyProblem;

/// `proxy` is the proxy by its name, `server` the server that was wanted.
pub(super) fn sentence(problem: &ProxyProblem, proxy: &str, server: &str) -> String {
    match problem {
        ProxyProblem::Closed => format!("{proxy} hung up before there was a way to {server}"),
        ProxyProblem::WantsLogOn => format!("{proxy} wants a log-on"),
        ProxyProblem::NoMethod => format!("{proxy} takes no log-on by password, nor a client without one"),
        ProxyProblem::LogOnRefused => format!("{proxy} refused the log-on"),
        ProxyProblem::Socks(code) => socks(*code, proxy, server),
        ProxyProblem::Status(code, _) => match code {
            403 => format!("{proxy} does not allow the way to {server} (403)"),
            404 | 502..=504 => format!("{proxy} did not reach {server} ({code})"),
            _ => format!("{proxy} gave no way to {server} ({code})"),
        },
        ProxyProblem::Garbled(why, _) => format!("{proxy} gave no answer that makes sense: {why}"),
    }
}

/// RFC 1928 section 6.
fn socks(code: u8, proxy: &str, server: &str) -> String {
    let unreached = |why: &str| format!("{proxy} did not reach {server}: {why}");
    match code {
        1 => unreached("it failed for a reason that it does not tell"),
        2 => format!("{proxy} does not allow the way to {server}"),
        3 => unreached("the network is unreachable"),
        4 => unreached("the host is unreachable"),
        5 => unreached("connection refused"),
        6 => unreached("the time to live expired"),
        7 => format!("{proxy} does not make connections for others"),
        8 => format!("{proxy} does not know such an address as that of {server}"),
        code => unreached(&format!("it gave the unknown code {code}")),
    }
}

pub(super) fn hint(problem: &ProxyProblem) -> Option<&'static str> {
    match problem {
        ProxyProblem::WantsLogOn => Some("--proxy SCHEME://USER@HOST and --proxy-password-file name one"),
        ProxyProblem::LogOnRefused => {
            Some("look at the user of --proxy and at where its password comes from")
        }
        ProxyProblem::Garbled(..) => Some("is it of the other kind? --proxy takes socks5:// and http://"),
        _ => None,
    }
}
