//! The proxy of a run and its password, judged before the first packet.

use super::plan::usage;
use crate::cli::shared::ServerArgs;
use crate::config::environment;
use crate::config::secrets::choice::first_line_of;
use crate::terms::endpoint::{Place, Server};
use crate::terms::failure::Failure;
use crate::terms::proxy::Proxy;
use crate::watch::wait::Watch;

/// Reads `--proxy`, and the password where it names a user.
pub fn proxy(server: &Server, args: &ServerArgs, watch: &Watch) -> Result<Option<Proxy>, Failure> {
    let Some(text) = &args.proxy else { return Ok(None) };
    let proxy = Proxy { in_clear: args.auth_in_clear, ..Proxy::parse(text).map_err(usage)? };
    match server {
        Server::Sink(_) => return Err(usage("an embedded sink (sink:DIR) is not behind a --proxy")),
        Server::At(endpoint) if matches!(endpoint.place, Place::Unix(_)) => {
            return Err(usage("a unix socket is not behind a --proxy"));
        }
        Server::At(_) => {}
    }
    let password = match (&proxy.user, &args.proxy_password_file) {
        (None, None) => return Ok(Some(proxy)),
        (None, Some(_)) => {
            return Err(usage("--proxy-password-file needs a user in --proxy (socks5://USER@HOST)"));
        }
        (Some(_), Some(path)) => first_line_of(path, watch)?,
        (Some(_), None) => environment::proxy_password().ok_or_else(|| {
            usage(
                "the user of --proxy has no password: --proxy-password-file FILE or \
                 $MAILXPORT_PROXY_PASSWORD hand it over",
            )
        })?,
    };
    proxy.with_password(password).map(Some).map_err(usage)
}
