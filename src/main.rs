//! The program: hands its arguments to the house and ends with the status that comes back.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(mailxport::app::run::run(std::env::args_os().collect()))
}
