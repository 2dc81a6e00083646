//! Who logs on and with what, found out before the first packet.

use super::plan::usage;
use crate::cli::shared::{AuthChoice, ServerArgs};
use crate::config::secrets::choice::{Wanted, fetch};
use crate::config::secrets::kind::Kind;
use crate::console::prompt;
use crate::terms::auth::Auth;
use crate::terms::endpoint::Endpoint;
use crate::terms::failure::Failure;
use crate::terms::plan::Login;
use crate::watch::wait::Watch;
use std::sync::Arc;

/// The log-on that the options, the environment and the server's URL ask for.
pub fn login(args: &ServerArgs, endpoint: &Endpoint, watch: &Arc<Watch>) -> Result<Option<Login>, Failure> {
    let Some(auth) = wanted(args.auth) else { return Ok(None) };
    let of = |user: &str, secret, is_token| Login {
        user: user.to_owned(),
        auth,
        secret,
        is_token,
        in_clear: args.auth_in_clear,
    };
    if auth == Auth::External {
        return Ok(Some(of(endpoint.user.as_deref().unwrap_or(""), None, false)));
    }
    let names_a_secret = args.password_file.is_some()
        || args.password_command.is_some()
        || args.token_file.is_some()
        || args.token_command.is_some();
    let Some(user) = &endpoint.user else {
        if names_a_secret || args.auth.is_some_and(|auth| auth != AuthChoice::Auto) {
            return Err(usage("a log-on is asked for, but no user: --user NAME names one"));
        }
        return Ok(None);
    };
    let kind = kind(args, auth);
    let (file, command) = match kind {
        Kind::Password => (args.password_file.as_deref(), args.password_command.as_deref()),
        Kind::Token => (args.token_file.as_deref(), args.token_command.as_deref()),
    };
    let wanted =
        Wanted { file, command, prompt: prompt::can_ask(), ..Wanted::new(kind, user, endpoint.host()) };
    let found = fetch(&wanted, watch, &mut |question| prompt::ask(question, watch))?;
    Ok(Some(of(user, Some(Arc::new(found.secret)), kind == Kind::Token)))
}

fn wanted(choice: Option<AuthChoice>) -> Option<Auth> {
    Some(match choice.unwrap_or(AuthChoice::Auto) {
        AuthChoice::None => return None,
        AuthChoice::Auto => Auth::Auto,
        AuthChoice::Plain => Auth::Plain,
        AuthChoice::Login => Auth::Login,
        AuthChoice::CramMd5 => Auth::CramMd5,
        AuthChoice::ScramSha1 => Auth::ScramSha1,
        AuthChoice::ScramSha256 => Auth::ScramSha256,
        AuthChoice::XOAuth2 => Auth::XOAuth2,
        AuthChoice::OAuthBearer => Auth::OAuthBearer,
        AuthChoice::External => Auth::External,
    })
}

/// A token where one is named or the mechanism wants one; else a password.
fn kind(args: &ServerArgs, auth: Auth) -> Kind {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let named = args.token_file.is_some() || args.token_command.is_some();
    let oauth = matches!(auth, Auth::XOAuth2 | Auth::OAuthBearer);
    let password =
        args.password_file.is_some() || args.password_command.is_some() || set(Kind::Password.variable());
    let around = auth == Auth::Auto && !password && set(Kind::Token.variable());
    if named || oauth || around { Kind::Token } else { Kind::Password }
}
