//! The variables that are read.

/// What the environment says about the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    pub server: Option<String>,
    pub user: Option<String>,
}

impl Environment {
    /// Reads them once; an empty one says nothing.
    pub fn read() -> Environment {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Environment { server: set("MAILXPORT_SERVER"), user: set("MAILXPORT_USER") }
    }
}
