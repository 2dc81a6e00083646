//! Who logs on at a resource and with what, found out before the first packet.

use super::login::beats_the_environment;
use super::plan::usage;
use crate::cli::shared::ServerArgs;
use crate::config::environment::{Environment, is_set};
use crate::config::secrets::choice::{Wanted, fetch};
use crate::config::secrets::kind::Kind;
use crate::config::settled::Credentials;
use crate::console::prompt;
use crate::terms::auth::Auth;
use crate::terms::endpoint::Endpoint;
use crate::terms::failure::Failure;
use crate::terms::plan::Login;
use crate::watch::wait::Watch;
use std::sync::Arc;

/// The log-on that options, environment and account ask for; `said` is what the options alone say, `usual` who logs on with a
/// password where nobody is named.
///
/// What the environment has for a mail server goes to no other host: it counts only where `MAILXPORT_SERVER` is not set or
/// names this one.
pub(super) fn login(
    said: &ServerArgs,
    in_force: &ServerArgs,
    endpoint: &Endpoint,
    usual: Option<&str>,
    account: Option<&Credentials>,
    watch: &Arc<Watch>,
) -> Result<Option<Login>, Failure> {
    let is_ours = Environment::read().other_than(endpoint).is_none();
    let user = endpoint.user.as_deref();
    let names_token = said.token_file.is_some() || said.token_command.is_some();
    let names_password = said.password_file.is_some() || said.password_command.is_some();
    let of_account =
        account.map(|it| if it.of(Kind::Token).is_some() { Kind::Token } else { Kind::Password });
    let of_environment = match (is_set(Kind::Password.variable()), is_set(Kind::Token.variable())) {
        _ if !is_ours => None,
        (true, _) if user.is_some() || usual.is_some() => Some(Kind::Password),
        (_, true) => Some(Kind::Token),
        _ => None,
    };
    let first = if account.is_some_and(|it| it.named) {
        of_account.or(of_environment)
    } else {
        of_environment.or(of_account)
    };
    let user = user.or(usual.filter(|_| !names_token && first != Some(Kind::Token)));
    let kind = match (names_token, names_password) {
        (true, _) => Kind::Token,
        (_, true) => Kind::Password,
        _ => match (first, user) {
            (Some(kind), _) => kind,
            (None, Some(_)) => Kind::Password,
            (None, None) => return Ok(None),
        },
    };
    if kind == Kind::Password && user.is_none() {
        return Err(usage("a log-on is asked for, but no user: --user NAME names one"));
    }
    // RFC 7617 section 2: the first colon ends the user.
    if kind == Kind::Password && user.is_some_and(|user| user.contains(':')) {
        return Err(usage("the user of a log-on over HTTP cannot hold a colon"));
    }
    let (file, command) = match kind {
        Kind::Password => (said.password_file.as_deref(), said.password_command.as_deref()),
        Kind::Token => (said.token_file.as_deref(), said.token_command.as_deref()),
    };
    let user = user.unwrap_or_default();
    let wanted = Wanted::new(kind, user, endpoint.host());
    let environment = wanted.environment.filter(|_| is_ours && !beats_the_environment(account, kind));
    let (account, prompt) = (account.and_then(|account| account.of(kind)), prompt::can_ask());
    let wanted = Wanted { file, command, environment, account, prompt, ..wanted };
    let found = fetch(&wanted, watch, &mut |question| prompt::ask(question, watch))?;
    Ok(Some(Login {
        user: user.to_owned(),
        auth: Auth::Auto,
        secret: Some(Arc::new(found.secret)),
        is_token: kind == Kind::Token,
        in_clear: in_force.auth_in_clear,
    }))
}
