//! Floor 5: the only writer to a person, and to the scripts that read along.

pub mod check;
pub mod compose;
pub mod dry_run;
pub mod explain;
pub mod findings;
pub mod last_words;
pub mod out;
mod own_side;
pub mod panel;
mod passage;
mod posted;
pub mod progress;
pub mod prompt;
pub mod record;
pub mod security;
pub mod sendmail;
pub mod service;
pub mod settings;
pub mod sink;
pub mod voice;
