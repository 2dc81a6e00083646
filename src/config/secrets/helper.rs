//! A command that prints the secret: a keyring, a vault, `pass`.
//!
//! It gets nothing of ours but standard error: no standard input, which may hold the mail, and no secret in its environment.
//! It has a process group of its own, so that whatever it started ends with it when a limit, the deadline or a signal comes.

use super::file::{failure, halted};
use super::octets::{Came, LONGEST, Octets};
use super::words::{Call, split};
use crate::terms::amount::in_words;
use crate::terms::failure::{Cause, Failure};
use crate::terms::secret::Secret;
use crate::watch::wait::{Halt, Watch};
use rustix::event::PollFlags;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use signal_hook::consts::signal::{SIGCHLD, SIGTTIN, SIGTTOU};
use signal_hook::{SigId, low_level};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a command may take.
pub(super) const LIMIT: Duration = Duration::from_secs(30);

/// What no child of ours sees. They stay in our own environment, which cannot be changed safely once there are threads;
/// every child that is started leaves them out instead.
const SECRETS: [&str; 3] = ["MAILXPORT_PASSWORD", "MAILXPORT_TOKEN", "MAILXPORT_PROXY_PASSWORD"];

/// Runs a command and takes the first line of its output; `option` is where the command was given.
pub(super) fn run(line: &str, option: &str, limit: Duration, watch: &Watch) -> Result<Secret, Failure> {
    let unusable = |words: String| failure(Cause::Config(format!("{option}: {words}")));
    let call = split(line).map_err(|why| unusable(format!("the command {why}")))?;
    let name = name(line, &call);
    let started = Running::start(&call, line).map_err(|error| {
        unusable(match error.kind() {
            io::ErrorKind::NotFound => format!("\"{name}\" was not found"),
            _ => format!("\"{name}\" cannot be run: {error}"),
        })
    });
    let mut octets = Octets::new();
    let status = match started?.finish(&mut octets, limit, watch) {
        Ok(status) => status,
        Err(End::AtTerminal) => {
            return Err(unusable(format!("\"{name}\" asks at the terminal, which it cannot do from here")));
        }
        Err(End::TooMuch) => {
            return Err(unusable(format!("\"{name}\" printed {} KiB or more", LONGEST / 1024)));
        }
        Err(End::Halt(Halt::Limit)) => {
            return Err(unusable(format!("\"{name}\" was not done within {}", in_words(limit))));
        }
        Err(End::Halt(halt @ (Halt::Deadline(_) | Halt::Signal(_)))) => return Err(halted(halt, limit)),
        Err(End::Halt(Halt::Failed(error)) | End::Lost(error)) => {
            return Err(unusable(format!("\"{name}\" was lost: {error}")));
        }
    };
    if !status.success() {
        return Err(unusable(match (status.code(), status.signal()) {
            (Some(code), _) => format!("\"{name}\" ended with status {code}"),
            (None, signal) => format!("\"{name}\" was ended by signal {}", signal.unwrap_or_default()),
        }));
    }
    let secret = octets.into_secret();
    if secret.is_empty() {
        return Err(unusable(format!("\"{name}\" printed nothing in its first line")));
    }
    Ok(secret)
}

/// The word that names a command: never an assignment in front of it, which could be a secret itself.
fn name(line: &str, call: &Call) -> String {
    match call {
        Call::Words(words) => words.first().cloned().unwrap_or_default(),
        Call::Shell => {
            let word = line.split_whitespace().next().filter(|word| !word.contains(['=', '"', '\'']));
            word.unwrap_or("/bin/sh").to_owned()
        }
    }
}

fn command(call: &Call, line: &str) -> Command {
    let mut command = match call {
        Call::Words(words) => {
            let mut command = Command::new(words.first().map_or("", String::as_str));
            command.args(words.iter().skip(1));
            command
        }
        Call::Shell => {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", line]);
            command
        }
    };
    for name in SECRETS {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).process_group(0);
    command
}

/// Why a command's output was not waited for to its end.
enum End {
    TooMuch,
    /// It was stopped, because the terminal does not listen to a group that is not in front.
    AtTerminal,
    Halt(Halt),
    Lost(io::Error),
}

/// A command that runs; where it is left, its whole group is killed.
struct Running {
    child: Child,
    output: ChildStdout,
    bell: Bell,
    over: bool,
}

impl Running {
    fn start(call: &Call, line: &str) -> io::Result<Running> {
        let bell = Bell::hang()?;
        let mut child = command(call, line).spawn()?;
        let Some(output) = child.stdout.take() else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let running = Running { child, output, bell, over: false };
        rustix::io::ioctl_fionbio(&running.output, true)?;
        Ok(running)
    }

    /// Takes the output until the command is over. What it left running in its place may keep the pipe open.
    fn finish(mut self, octets: &mut Octets, limit: Duration, watch: &Watch) -> Result<ExitStatus, End> {
        let last = Instant::now() + limit;
        let mut open = true;
        loop {
            let status = self.child.try_wait().map_err(End::Lost)?;
            self.over = status.is_some();
            while open && !octets.are_full() {
                match octets.read(self.output.as_fd()).map_err(End::Lost)? {
                    Came::Some => {}
                    Came::NotYet => break,
                    Came::End => open = false,
                }
            }
            if octets.are_full() {
                return Err(End::TooMuch);
            }
            if let Some(status) = status {
                return Ok(status);
            }
            if self.is_at_terminal() {
                return Err(End::AtTerminal);
            }
            self.wait(open, last, watch)?;
        }
    }

    fn is_at_terminal(&self) -> bool {
        let look = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let state = waitid(WaitId::Pid(Pid::from_child(&self.child)), look).ok().flatten();
        let signal = state.and_then(|state| state.stopping_signal());
        signal.is_some_and(|signal| [SIGTTIN, SIGTTOU].contains(&signal))
    }

    fn wait(&mut self, open: bool, last: Instant, watch: &Watch) -> Result<(), End> {
        let both = [(self.bell.woken.as_fd(), PollFlags::IN), (self.output.as_fd(), PollFlags::IN)];
        // Whoever started us may have blocked SIGCHLD: then the bell never rings, and a look now and then must do.
        let look = last.min(Instant::now() + Duration::from_secs(1));
        match watch.wait_any(if open { &both } else { &both[..1] }, Some(look)) {
            Err(Halt::Limit) if Instant::now() < last => Ok(()),
            Err(halt) => Err(End::Halt(halt)),
            Ok(_) => {
                self.bell.hush();
                Ok(())
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Its id is its own as long as nobody has waited for it.
        if !self.over {
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

/// Rings when a child ends, as something a wait can end with.
struct Bell {
    woken: UnixStream,
    rope: SigId,
}

impl Bell {
    fn hang() -> io::Result<Bell> {
        let (woken, waker) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        waker.set_nonblocking(true)?;
        Ok(Bell { woken, rope: low_level::pipe::register(SIGCHLD, waker)? })
    }

    fn hush(&mut self) {
        let _ = self.woken.read(&mut [0; 64]);
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        low_level::unregister(self.rope);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::ixp::Ixp;

    /// The secret, or the status and the sentence.
    fn printed(line: &str) -> Result<String, (u8, String)> {
        told(run(line, "--password-command", Duration::from_secs(20), &Watch::default()))
    }

    fn told(ran: Result<Secret, Failure>) -> Result<String, (u8, String)> {
        let secret = ran.map_err(|failure| {
            let words = match &failure.cause {
                Cause::Config(words) => words.clone(),
                other => format!("{other:?}"),
            };
            (Ixp::of(&failure).exit(), words)
        })?;
        Ok(String::from_utf8(secret.expose().to_vec()).unwrap())
    }

    #[test]
    fn the_first_line_of_the_output_is_the_secret() {
        for (line, secret) in [
            ("echo pencil", "pencil"),
            ("printf 'pen cil\\r\\nsecond\\n'", "pen cil"),
            ("printf \"%s\" '$HOME  x'", "$HOME  x"),
            ("echo one two | tr a-z A-Z", "ONE TWO"),
            ("X=1; echo $X", "1"),
            // Standard input is not ours: it is there, and empty.
            ("cat; echo end", "end"),
            // What is left behind in the background may keep the pipe.
            ("sleep 20 & echo $!", ""),
        ] {
            let printed = printed(line).unwrap();
            if secret.is_empty() {
                // It was left alone, and is no longer needed.
                let pid = Pid::from_raw(printed.parse().unwrap()).unwrap();
                rustix::process::kill_process(pid, Signal::KILL).unwrap();
            } else {
                assert_eq!(printed, secret, "{line}");
            }
        }
        let long = printed("head -c 65000 /dev/zero | tr '\\0' x").unwrap();
        assert_eq!(long.len(), 65000);
    }

    #[test]
    fn a_command_that_gives_no_secret_is_told_by_its_name_and_status() {
        for (line, words) in [
            ("false", "\"false\" ended with status 1"),
            ("sh -c 'echo pencil; exit 3'", "\"sh\" ended with status 3"),
            ("echo pencil; exit 4", "\"echo\" ended with status 4"),
            ("PIN=1234 false", "\"/bin/sh\" ended with status 1"),
            ("sh -c 'kill -9 $$'", "\"sh\" was ended by signal 9"),
            ("true", "\"true\" printed nothing in its first line"),
            ("cat", "\"cat\" printed nothing in its first line"),
            ("printf '\\npencil\\n'", "\"printf\" printed nothing in its first line"),
            ("/nowhere/at-all x", "\"/nowhere/at-all\" was not found"),
            ("/", "\"/\" cannot be run: Permission denied (os error 13)"),
            ("head -c 65536 /dev/zero", "\"head\" printed 64 KiB or more"),
            ("cat /dev/zero", "\"cat\" printed 64 KiB or more"),
            ("echo 'pencil", "the command has a quote that is not closed"),
            (" ", "the command names no command"),
        ] {
            assert_eq!(printed(line), Err((43, format!("--password-command: {words}"))), "{line}");
        }
    }

    #[test]
    fn a_limit_ends_the_command_and_what_it_started() {
        let (reader, writer) = std::io::pipe().unwrap();
        let path = format!("/proc/{}/fd/{}", std::process::id(), std::os::fd::AsRawFd::as_raw_fd(&writer));
        let line = format!("sh -c '(sleep 20; sleep 20) >{path} & sleep 20 >{path}'");
        let ran = run(&line, "--password-command", Duration::from_millis(300), &Watch::default());
        let words = "--password-command: \"sh\" was not done within 300 ms";
        assert_eq!(told(ran), Err((43, words.to_owned())));
        drop(writer);
        // Everyone who could write there is gone: the pipe is at its end.
        let (ready, took) = (Instant::now(), io::read_to_string(reader).unwrap());
        assert_eq!(took, "");
        assert!(ready.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn the_deadline_ends_the_command() {
        let whole = Duration::from_millis(50);
        let watch = Watch::new(Some((Instant::now() + whole, whole)), None);
        let start = Instant::now();
        let ran = run("sleep 20", "--password-command", LIMIT, &watch);
        assert_eq!(told(ran).unwrap_err().0, 25);
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_command_that_asks_at_the_terminal_is_not_waited_for() {
        for signal in ["TTIN", "TTOU"] {
            let line = format!("sh -c 'kill -{signal} $$; echo pencil'");
            let words = "--password-command: \"sh\" asks at the terminal, which it cannot do from here";
            assert_eq!(printed(&line), Err((43, words.to_owned())));
        }
    }

    #[test]
    fn no_child_is_given_our_secrets() {
        for call in [Call::Words(vec!["env".to_owned()]), Call::Shell] {
            let command = command(&call, "env");
            for name in SECRETS {
                assert!(command.get_envs().any(|(key, value)| key == name && value.is_none()), "{name}");
            }
        }
    }
}
