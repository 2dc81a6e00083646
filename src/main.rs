//! The program, as far as this branch needs it.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use mailxport::cli::sink::SinkArgs;
use mailxport::sink::SinkProblem;

#[derive(Parser)]
enum Command {
    Sink(SinkArgs),
}

fn main() -> ExitCode {
    let Command::Sink(args) = Command::parse();
    match mailxport::app::sink::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let hint = if matches!(problem, SinkProblem::Remote(_)) {
                "\n  hint: --allow-remote allows it"
            } else {
                ""
            };
            let _ = writeln!(std::io::stderr(), "mailxport: {problem}{hint}");
            match problem {
                SinkProblem::Remote(_) | SinkProblem::Store(_) => ExitCode::from(2),
                _ => ExitCode::FAILURE,
            }
        }
    }
}
