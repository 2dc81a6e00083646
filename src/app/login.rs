//! Who logs on and with what, found out before the first packet.

use super::plan::usage;
use crate::cli::shared::{AuthChoice, ServerArgs};
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

/// The log-on that the options, the environment, the server's URL and the account ask for; `account` is what that has for it.
pub fn login(
    args: &ServerArgs,
    endpoint: &Endpoint,
    account: Option<&Credentials>,
    watch: &Arc<Watch>,
) -> Result<Option<Login>, Failure> {
    log_on(args, endpoint, account, true, watch)
}

/// The same where nobody is to be asked, terminal or not.
pub fn login_unasked(
    args: &ServerArgs,
    endpoint: &Endpoint,
    account: Option<&Credentials>,
    watch: &Arc<Watch>,
) -> Result<Option<Login>, Failure> {
    log_on(args, endpoint, account, false, watch)
}

fn log_on(
    args: &ServerArgs,
    endpoint: &Endpoint,
    account: Option<&Credentials>,
    may_ask: bool,
    watch: &Arc<Watch>,
) -> Result<Option<Login>, Failure> {
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
        if let Some(account) = account {
            let words =
                format!("the account {} has a secret, but no user: --user NAME names one", account.account);
            return Err(usage(words));
        }
        return Ok(None);
    };
    let is_ours = Environment::read().other_than(endpoint).is_none();
    let kind = kind(args, auth, account, is_ours);
    let (file, command) = match kind {
        Kind::Password => (args.password_file.as_deref(), args.password_command.as_deref()),
        Kind::Token => (args.token_file.as_deref(), args.token_command.as_deref()),
    };
    let wanted = Wanted::new(kind, user, endpoint.host());
    let environment = wanted.environment.filter(|_| is_ours && !beats_the_environment(account, kind));
    let (account, prompt) = (account.and_then(|account| account.of(kind)), may_ask && prompt::can_ask());
    let wanted = Wanted { file, command, environment, account, prompt, ..wanted };
    let found = fetch(&wanted, watch, &mut |question| prompt::ask(question, watch))?;
    Ok(Some(of(user, Some(Arc::new(found.secret)), kind == Kind::Token)))
}

/// An account that was named has its secret before the environment.
pub fn beats_the_environment(account: Option<&Credentials>, kind: Kind) -> bool {
    account.is_some_and(|account| account.named && account.of(kind).is_some())
}

pub fn wanted(choice: Option<AuthChoice>) -> Option<Auth> {
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

/// A token where one is named or the mechanism wants one; else a password. Who comes first decides: options, an account that
/// was named, the environment, another account.
///
/// The environment has a say where it is for this server.
pub fn kind(args: &ServerArgs, auth: Auth, account: Option<&Credentials>, environment: bool) -> Kind {
    if args.token_file.is_some()
        || args.token_command.is_some()
        || matches!(auth, Auth::XOAuth2 | Auth::OAuthBearer)
    {
        return Kind::Token;
    }
    if args.password_file.is_some() || args.password_command.is_some() {
        return Kind::Password;
    }
    let of_account =
        account.map(|it| if it.of(Kind::Token).is_some() { Kind::Token } else { Kind::Password });
    let of_environment = match (is_set(Kind::Password.variable()), is_set(Kind::Token.variable())) {
        _ if !environment => None,
        (true, _) => Some(Kind::Password),
        (false, true) if auth == Auth::Auto => Some(Kind::Token),
        _ => None,
    };
    let first = if account.is_some_and(|it| it.named) {
        of_account.or(of_environment)
    } else {
        of_environment.or(of_account)
    };
    first.unwrap_or(Kind::Password)
}
