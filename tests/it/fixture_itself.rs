//! The fixture's own tests: what a client or a script does wrong must be seen, and what is right must pass.
//!
//! The client's part is played by a puppet inside this process, whose moves are written line by line beside each script.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::fixture::client::{Client, Ended, Ending, Launch, Program};
use crate::fixture::escape;
use crate::fixture::play::play;
use crate::fixture::scene::{Cue, Limits};

const LIMITS: Limits = Limits {
    line: Duration::from_millis(600),
    run: Duration::from_secs(2),
    ahead: Duration::from_millis(20),
};

/// `> line` says a line, `>. text` says escaped octets, `<` hears one reply, `<eof` hears the end, `hang up`, `dial`,
/// `out text`, `err text`, `exit N`, `die N`. It dials the last word of its command line first unless told `stay`.
struct Puppet(&'static str);

struct Line {
    writer: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Line {
    fn dial(launch: &Launch<'_>) -> Result<Self, String> {
        let address = String::from_utf8_lossy(&launch.words.last().unwrap().octets).into_owned();
        let writer = TcpStream::connect(&address).map_err(|error| format!("{address}: {error}"))?;
        writer.set_read_timeout(Some(LIMITS.run)).unwrap();
        let reader = BufReader::new(writer.try_clone().unwrap());
        Ok(Self { writer, reader })
    }

    fn reply(&mut self) {
        let mut line = String::new();
        while self.reader.read_line(&mut line).is_ok_and(|octets| octets > 0) {
            if line.as_bytes().get(3) != Some(&b'-') {
                break;
            }
            line.clear();
        }
    }
}

impl Client for Puppet {
    fn run(&self, launch: &Launch<'_>, _: &Cue) -> Result<Ended, String> {
        let begun = Instant::now();
        let mut line = if self.0.starts_with("stay") { None } else { Some(Line::dial(launch)?) };
        let (mut stdout, mut stderr, mut ending) = (Vec::new(), Vec::new(), Ending::Status(0));
        for step in self.0.lines().map(str::trim) {
            let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
            match (verb, &mut line) {
                (">", Some(line)) => drop(line.writer.write_all(format!("{rest}\r\n").as_bytes())),
                (">.", Some(line)) => drop(line.writer.write_all(&escape::octets(rest)?)),
                ("<", Some(line)) => line.reply(),
                ("<eof", Some(line)) => drop(std::io::copy(&mut line.reader, &mut std::io::sink())),
                ("hang", line) => *line = None,
                ("dial", line) => *line = Some(Line::dial(launch)?),
                ("out", _) => stdout.extend(escape::octets(rest)?),
                ("err", _) => stderr.extend(escape::octets(rest)?),
                ("exit", _) => ending = Ending::Status(rest.parse().unwrap()),
                ("die", _) => ending = Ending::Signal(rest.parse().unwrap()),
                ("stay" | "", _) => {}
                _ => return Err(format!("the puppet cannot {step}")),
            }
        }
        Ok(Ended { ending, stdout, stderr, took: begun.elapsed() })
    }
}

/// A dialogue that most rows share: a message with a dot in it, sent in one flight.
const SCRIPT: &str = "$ mailxport {server}
-- note.eml
Subject: x

.hi
-- wire
S: 220 fixture
C: EHLO {helo}
S: 250-fixture
S: 250 PIPELINING
C[
C: MAIL FROM:<a@d.example> SIZE={size}
C: RCPT TO:<b@d.example>
C]
S: 250 ok
S: 250 ok
C: DATA
S: 354 go on
C~ note.eml
C: .
S: 250 queued
";

const MOVES: &str = "<
> EHLO a.example
<
>. MAIL FROM:<a@d.example> SIZE=19\\r\\nRCPT TO:<b@d.example>\\r\\n
<
<
> DATA
<
>. Subject: x\\r\\n\\r\\n..hi\\r\\n.\\r\\n
<
> QUIT
<eof";

fn outcome(script: &str, moves: &'static str) -> Result<(), String> {
    play(script, &Puppet(moves), LIMITS)
}

#[track_caller]
fn fails(claim: &str, script: &str, moves: &'static str, wanted: &str) {
    let report = outcome(script, moves).expect_err(claim);
    assert!(report.contains(wanted), "{claim}: {wanted:?} is not in the report:\n{report}");
}

#[test]
fn a_dialogue_as_written_passes() {
    outcome(SCRIPT, MOVES).unwrap();
}

/// The moves with one of them changed, kept for the length of the run.
fn moves(from: &str, to: &str) -> &'static str {
    assert!(MOVES.contains(from), "{from}");
    MOVES.replacen(from, to, 1).leak()
}

#[test]
fn what_a_client_does_wrong_on_the_wire_is_seen() {
    for (claim, from, to, wanted) in [
        ("another command", "> DATA", "> data", "expected DATA"),
        ("a name that is none", "EHLO a.example", "EHLO a b", "expected EHLO {helo}"),
        ("a dot that is not doubled", "..hi", ".hi", "expected ..hi"),
        ("a line too many", "..hi\\r\\n", "..hi\\r\\n\\r\\n", "another line was expected"),
        ("a line missing", "\\r\\n..hi", "..hi", "note.eml line 2"),
        ("a bare LF", "Subject: x\\r\\n", "Subject: x\\n", "a bare LF crossed"),
        ("a bare CR", "..hi", "..h\\ri", "a bare CR crossed"),
        ("a wrong size", "SIZE=19", "SIZE=20", "SIZE=19"),
        ("DATA ahead of the answer", "example>\\r\\n\n", "example>\\r\\nDATA\\r\\n\n", "octets ran ahead"),
        (
            "MAIL ahead of the answer",
            "> EHLO a.example",
            ">. EHLO a.example\\r\\nMAIL FROM:<>\\r\\n",
            "octets ran ahead",
        ),
        ("a word after the end", "> QUIT", "> NOOP", "not in the script: NOOP"),
        ("QUIT twice", "> QUIT", ">. QUIT\\r\\nQUIT\\r\\n", "not in the script: QUIT"),
        ("half a line after the end", "> QUIT\n<eof", ">. QUI", "not in the script: QUI"),
        ("a second connection", "<eof", "dial\n<", "wire 2: a connection that is not in the script"),
        ("an early leave", "> DATA", "hang up", "the client closed the connection"),
        (
            "an early leave without its answer",
            "..hi\\r\\n.\\r\\n\n<",
            "..hi\\r\\n.\\r\\n\nhang up",
            "left before it was answered",
        ),
        ("half a line, then nothing", "> DATA\n<", ">. DA\nhang up", "after a part of a line: DA"),
    ] {
        let moves = moves(from, to);
        // Whatever comes behind a closed connection would only be a complaint of the puppet.
        let moves =
            if moves.contains("hang up") { moves.split_inclusive("hang up").next().unwrap() } else { moves };
        fails(claim, SCRIPT, moves, wanted);
    }
}

#[test]
fn a_flight_that_comes_in_steps_is_seen() {
    let lock_step = moves("SIZE=19\\r\\nRCPT TO:<b@d.example>\\r\\n", "SIZE=19\\r\\n");
    fails("a bracket not filled", SCRIPT, lock_step, "expected RCPT TO:<b@d.example>");
}

#[test]
fn a_client_may_quit_with_or_without_waiting_or_not_at_all() {
    for end in ["..hi\\r\\n.\\r\\nQUIT\\r\\n\n<\n<", "..hi\\r\\n.\\r\\n\n<\nhang up"] {
        let mut text: String = MOVES.split("..hi").next().unwrap().to_owned();
        text.push_str(end);
        outcome(SCRIPT, text.leak()).unwrap();
    }
    fails(
        "a QUIT that is asked for",
        &format!("{SCRIPT}C: QUIT\nS* close\n"),
        moves("> QUIT\n<eof", "hang up"),
        "expected QUIT",
    );
}

#[test]
fn a_client_that_has_quit_need_not_wait_for_the_answer() {
    let script = format!("{SCRIPT}C: QUIT\nS: 500 no\n");
    outcome(&script, moves("> QUIT\n<eof", "> QUIT\nhang up")).unwrap();
    outcome(&script, moves("> QUIT\n<eof", "> QUIT\n<\nhang up")).unwrap();
    fails(
        "a word after it",
        &script,
        moves("> QUIT\n<eof", ">. QUIT\\r\\nNOOP\\r\\n"),
        "octets ran ahead of the answer: NOOP",
    );
}

#[test]
fn a_server_that_does_nothing_still_sees_the_client_leave() {
    outcome("$ mailxport {server}\n-- wire\nS* stall\n", "> a line that nobody reads\nhang up").unwrap();
    let stays =
        "$ mailxport -c 'exec 3<>/dev/tcp/127.0.0.1/{port}; read line'\n-- stdin open\n-- wire\nS* stall\n";
    let report = play(stays, &Program("/bin/bash".into()), LIMITS).unwrap_err();
    assert!(report.contains("did not end in time"), "{report}");
}

#[test]
fn lines_left_over_are_seen() {
    fails("lines left", &format!("{SCRIPT}C: RSET\nS: 250 ok\n"), MOVES, "expected RSET");
    fails("a wire left", "$ mailxport {server}\n-- wire\nS: 220 x\n", "stay", "never made this connection");
    fails("no wire", "$ mailxport {server}\n", "<", "not in the script");
    fails("another road", "$ mailxport {server}\n-- wire unix\nS: 220 x\n", "<", "by another road: Four");
}

#[test]
fn an_outcome_other_than_written_is_seen() {
    let run = "$ mailxport {server}\n";
    for (claim, sections, moves, wanted) in [
        ("a status", "", "stay\nexit 40", "exit: expected S_OK, was 40 MXP_E_OUTCOME_UNKNOWN"),
        ("a name", "-- exit IXP_E_TIMEOUT\n", "stay\nexit 14", "was 14 IXP_E_FAILED_TO_CONNECT"),
        ("a signal for a status", "-- exit 143\n", "stay\ndie 15", "was signal 15"),
        ("a status for a signal", "-- exit signal TERM\n", "stay\nexit 143", "was 143"),
        ("noise on stderr", "", "stay\nerr hello\\n", "stderr: silence was expected"),
        ("noise on stdout", "-- exit 2\n", "stay\nexit 2\nout x", "stdout: silence was expected"),
        (
            "other words",
            "-- stderr\nhello {*}\n",
            "stay\nerr good bye\\n",
            "stderr: other lines were expected",
        ),
        ("a line too many", "-- stdout\nx\n", "stay\nout x\\ny\\n", "stdout: other lines"),
        ("an escape sequence", "-- stderr\n...\n", "stay\nerr \\e[31mred\\n", "stderr: a control character"),
        ("a C1 control", "-- stderr\n...\n", "stay\nerr \\xc2\\x9b\\n", "stderr: a control character"),
        ("a carriage return", "-- stderr\n...\n", "stay\nerr x\\ry\\n", "stderr: a control character"),
        ("a tab", "-- stdout\n...\n", "stay\nout x\\ty\\n", "stdout: a control character"),
        ("no UTF-8", "-- stderr\n...\n", "stay\nerr \\xff\\n", "stderr: not UTF-8"),
        ("no JSON", "-- json\na = 1\n", "stay", "json: 1 objects were expected, 0 came"),
        ("not an object", "-- json\na = 1\n", "stay\nout 17\\n", "json: no object"),
        (
            "another value",
            "-- json\na[0].b = \"y{*}\"\n",
            "stay\nout {\"a\":[{\"b\":\"x\"}]}\\n",
            "a[0].b is \"x\"",
        ),
        ("no value", "-- json\na = {*}\n", "stay\nout {\"a\":null}\\n", "a is null"),
        ("no key", "-- json\nb = null\n", "stay\nout {\"a\":null}\\n", "b is not there"),
        ("a file", "-- after f\nx\n", "stay", "after: f: No such file"),
        ("no file", "-- f\nx\n-- after f absent\n", "stay", "after: f is there"),
        ("a changed file", "-- f\nx\n-- after f\ny\n", "stay", "after: f holds something else"),
    ] {
        fails(claim, &format!("{run}{sections}"), moves, wanted);
    }
}

#[test]
fn an_outcome_as_written_passes() {
    let script = "$ mailxport {server}\n-- f\na\n-- exit IXP_E_TIMEOUT\n-- stderr\nmailxport: {*}\n...\n-- json\na = [1, {*}]\nb = \"{port}\"\n-- after f\n{*}\n-- after g absent\n";
    let script = script.replace("[1, {*}]", "[1, \"{*}\"]");
    outcome(&script, "stay\nerr mailxport: x\\ny\\nz\\n\nout {\"a\":[1,\"z\"],\"b\":\"\nexit 25")
        .unwrap_err();
    let script = script.replace("b = \"{port}\"\n", "");
    outcome(&script, "stay\nerr mailxport: x\\ny\\nz\\n\nout {\"a\":[1,\"z\"]}\\n\nexit 25").unwrap();
}

#[test]
fn a_script_that_is_no_script_is_refused() {
    let wire = "$ mailxport\n-- wire\n";
    for (text, wanted) in [
        (String::new(), "no command"),
        ("hello\n".to_owned(), "neither a command nor a section"),
        (format!("{wire}X: y\n"), "line 3: not a line of a dialogue"),
        (format!("{wire}C: EHLO x\nC: MAIL FROM:<>\n"), "needs a bracket"),
        (format!("{wire}C[\nC: x\n"), "never closed"),
        (format!("{wire}C[\nS: x\nC]\n"), "only the client acts within a bracket"),
        (format!("{wire}C]\n"), "brackets do not pair"),
        (format!("{wire}S* close\nS: 220 x\n"), "nothing can follow"),
        (format!("{wire}S* dance\n"), "no such deed"),
        (format!("{wire}C~ a.eml\nC: QUIT\n"), "only the final dot"),
        (format!("{wire}S: x\n-- wire\nS: x\n"), "called `wire 2`"),
        ("$ mailxport 'x\n".to_owned(), "a quote without its end"),
        ("$ mailxport\n-- exit 1\nx\n".to_owned(), "belongs to no section"),
        ("$ mailxport\n-- exit IXP_E_NO\n".to_owned(), "no exit status is called"),
        ("$ mailxport\n-- f escaped\n\\q\n".to_owned(), "unknown escape"),
        ("$ mailxport\n-- json 2\na = 1\n".to_owned(), "must come in order"),
    ] {
        fails("a bad script", &text, "stay", wanted);
    }
}

#[test]
fn a_message_may_be_cut_but_not_ended() {
    let script = |last: &str| {
        format!(
            "$ mailxport {{server}}\n-- big.eml\nSubject: x\n\n.long\nline\n-- wire\nS: 220 x\nC~ big.eml first 14\n{last}\n-- exit 15\n"
        )
    };
    outcome(&script("C~ big.eml cut"), "<\n>. Subject: x\\r\\n\\r\\n..lon\nexit 15").unwrap();
    outcome(
        &script("S: 421 no\nC~ big.eml cut"),
        "<\n>. Subject: x\\r\\n\\r\\n\n<\n>. ..long\\r\\nline\\r\\n\nexit 15",
    )
    .unwrap();
    let whole = "<\n>. Subject: x\\r\\n\\r\\n..long\\r\\nline\\r\\n.\\r\\n\nexit 15";
    fails("a final dot", &script("C~ big.eml cut"), whole, "came whole, and behind it: .");
    fails(
        "other octets",
        &script("C~ big.eml cut"),
        "<\n>. Subject: x\\r\\n\\r\\n.lon\nexit 15",
        "octet 1 differs",
    );
    let stays = "<\n>. Subject: x\\r\\n\\r\\n..lo\n<\nexit 15";
    fails("a connection kept open", &script("C~ big.eml cut"), stays, "the connection stays open");
}

#[test]
fn the_size_of_a_message_with_holes_is_held_against_what_came() {
    let script = SCRIPT.replace("Subject: x\n", "Date: {date}\n");
    let right = moves("SIZE=19", "SIZE=47").replace("Subject: x", "Date: Fri, 21 Nov 2025 10:00:00 +0000");
    fails("a size", &script, right.leak(), "SIZE=47 was declared and 46 octets came");
}

#[test]
fn a_client_that_runs_on_is_killed_by_its_id() {
    let shell = Program("/bin/sh".into());
    let began = Instant::now();
    let report = play("$ mailxport -c 'read line' \n-- stdin open\n", &shell, LIMITS).unwrap_err();
    assert!(report.contains("did not end in time and was killed"), "{report}");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_program_runs_in_a_clean_room() {
    let shell = Program("/bin/sh".into());
    for script in [
        "$ mailxport -c 'echo \"$HOME $X\"; env | grep -c TZ; pwd'\n-- env\nX=y\n-- stdout\n{dir} y\n0\n{dir}\n",
        "$ mailxport -c 'cat; cat f/g'\n-- f/g\nb\n-- stdin no-final-newline\na\n-- stdout\nab\n",
        "$ mailxport -c 'cat'\n-- stdin closed\n-- exit 1\n",
        "$ mailxport -c 'kill -TERM $$'\n-- exit signal TERM\n",
        "$ mailxport -c 'echo x' >out\n-- after out\nx\n",
        "$ mailxport -c 'echo x' >broken\n-- exit signal PIPE\n",
        "$ nohup mailxport -c 'kill -HUP $$; echo alive'\n-- stdout\nalive\n",
        "$ mailxport -c 'echo x' 2>&-\n-- stdout\nx\n",
        "$ mailxport -c 'printf %s $1' sh $'a\\x41'\n-- stdout\naA\n",
    ] {
        play(script, &shell, LIMITS).unwrap_or_else(|report| panic!("{script}\n{report}"));
    }
}
