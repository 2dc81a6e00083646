//! The two kinds of secret, and what their sources are called.

/// What kind of secret is wanted: it decides the names of its sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Password,
    Token,
}

impl Kind {
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Password => "password",
            Kind::Token => "token",
        }
    }
    pub fn title(self) -> &'static str {
        match self {
            Kind::Password => "Password",
            Kind::Token => "Token",
        }
    }
    pub fn file_option(self) -> &'static str {
        match self {
            Kind::Password => "--password-file",
            Kind::Token => "--token-file",
        }
    }
    pub fn command_option(self) -> &'static str {
        match self {
            Kind::Password => "--password-command",
            Kind::Token => "--token-command",
        }
    }
    pub fn variable(self) -> &'static str {
        match self {
            Kind::Password => "MAILXPORT_PASSWORD",
            Kind::Token => "MAILXPORT_TOKEN",
        }
    }
    /// Its file in `$CREDENTIALS_DIRECTORY`.
    pub fn credential(self) -> &'static str {
        match self {
            Kind::Password => "mailxport.password",
            Kind::Token => "mailxport.token",
        }
    }
}
