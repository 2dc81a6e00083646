//! Server and user from the command line and the environment: an option beats the environment.

use super::environment::Environment;
use crate::terms::endpoint::Server;

/// Why no server could be settled on, as a usage error says it.
pub const NO_SERVER: &str = "no server is named: use --server HOST or a URL, or set MAILXPORT_SERVER; \
                             --server sink:DIR needs none and keeps the message in a directory";

/// Who is spoken to, and who logs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub server: Server,
}

impl Settings {
    pub fn settle(
        server: Option<&str>,
        user: Option<&str>,
        environment: &Environment,
    ) -> Result<Settings, String> {
        let named = server.or(environment.server.as_deref()).ok_or_else(|| NO_SERVER.to_owned())?;
        let mut server = Server::parse(named)?;
        if let Some(user) = user {
            if user.contains(':') {
                return Err(
                    "a password does not stand in --user, where every process list shows it".to_owned()
                );
            }
            if user.is_empty() || user.chars().any(char::is_control) {
                return Err("--user is empty or holds a control character".to_owned());
            }
        }
        match &mut server {
            Server::At(endpoint) => {
                let named = user.map(str::to_owned).or(endpoint.user.take());
                endpoint.user = named.or_else(|| environment.user.clone());
            }
            Server::Sink(_) if user.is_some() => {
                return Err("an embedded sink has no users to log on".to_owned());
            }
            Server::Sink(_) => {}
        }
        Ok(Settings { server })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_beats_the_environment() {
        let set = |server: &str, user: &str| Environment {
            server: Some(server.to_owned()),
            user: Some(user.to_owned()),
        };
        for (option, user, environment, settled) in [
            (Some("a"), None, Environment::default(), Some(("a:587", None))),
            (None, None, set("b", "u"), Some(("b:587", Some("u")))),
            (Some("smtp://v@a"), None, set("b", "u"), Some(("a:25", Some("v")))),
            (Some("smtp://v@a"), Some("w"), set("b", "u"), Some(("a:25", Some("w")))),
            (None, None, Environment::default(), None),
            (Some("a"), Some("ada:secret"), Environment::default(), None),
            (Some("a"), Some(""), Environment::default(), None),
        ] {
            let found =
                Settings::settle(option, user, &environment).ok().map(|settings| match settings.server {
                    Server::At(endpoint) => (endpoint.to_string(), endpoint.user),
                    Server::Sink(_) => panic!("no sink was named"),
                });
            assert_eq!(
                found,
                settled.map(|(at, user)| (at.to_owned(), user.map(str::to_owned))),
                "{option:?}"
            );
        }
    }
}
