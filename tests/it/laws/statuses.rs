//! Every status that a run can end with, and the test that ends one so.

use crate::fixture::exits::status;
use crate::fixture::story::Story;
use mailxport::net::link::Link;
use mailxport::net::wire::Wire;
use mailxport::terms::failure::{Cause, Failure, Stage};
use mailxport::terms::ixp::{Emitted, Ixp};
use mailxport::watch::wait::Watch;
use std::collections::HashSet;
use std::fs::{File, read_to_string};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What proves a status.
enum Proof {
    /// A story whose `-- exit` is this status.
    Ends(&'static str),
    /// A story whose JSON names it; the run itself ends otherwise: by a signal, or with what several messages come to.
    Tells(&'static str),
    /// A test of that name in that file.
    Test(&'static str, &'static str),
}

use Proof::{Ends, Tells, Test};

const FAULTS: &str = "tests/it/laws/faults.rs";
const POST: &str = "tests/it/post/verdicts.rs";
const HERE: &str = "tests/it/laws/statuses.rs";

#[rustfmt::skip]
const PROOFS: &[(&str, Proof)] = &[
    ("S_OK", Ends("verdicts/accepted_is_silent")),
    ("E_INVALIDARG", Ends("input/an_unknown_option")),
    ("E_OUTOFMEMORY", Ends("input/a_spool_without_room_is_for_now")),
    ("E_FAIL", Test(FAULTS, "a_fault_is_1_before_the_end_and_40_behind_it")),
    ("E_ABORT", Tells("signals/a_signal_is_told_as_an_abort")),
    ("IXP_E_CONN", Test(HERE, "what_no_server_of_a_test_can_bring_about_has_its_status")),
    ("IXP_E_NOT_CONNECTED", Tells("many/a_message_whose_session_was_lost_is_not_sent")),
    ("IXP_E_INCOMPLETE", Ends("many/a_file_that_shrinks_is_dropped_without_its_end")),
    ("IXP_E_CANT_FIND_HOST", Ends("greeting/a_host_without_an_address_of_the_family_is_not_there")),
    ("IXP_E_FAILED_TO_CONNECT", Ends("greeting/a_port_where_nobody_listens_is_a_failure_for_now")),
    ("IXP_E_CONNECTION_DROPPED", Ends("greeting/a_closed_connection_is_not_a_greeting")),
    ("IXP_E_INVALID_ADDRESS", Ends("envelope/a_recipient_with_a_line_break_never_leaves")),
    ("IXP_E_INVALID_ADDRESS_LIST", Ends("envelope/a_list_with_a_bad_entry_never_leaves")),
    ("IXP_E_SOCKET_READ_ERROR", Test(HERE, "what_no_server_of_a_test_can_bring_about_has_its_status")),
    ("IXP_E_SOCKET_WRITE_ERROR", Test(HERE, "what_no_server_of_a_test_can_bring_about_has_its_status")),
    ("IXP_E_SOCKET_INIT_ERROR", Ends("greeting/too_few_descriptors_for_a_socket")),
    ("IXP_E_SOCKET_CONNECT_ERROR", Ends("lmtp/a_missing_socket_is_a_local_reason")),
    ("IXP_E_TIMEOUT", Ends("time/a_server_that_does_not_answer_mail")),
    ("IXP_E_INVALID_CERT_CN", Ends("tls/another_name_than_the_certificates_ends_the_handshake")),
    ("IXP_E_INVALID_CERT_DATE", Test("tests/it/tls/certificates.rs", "what_is_wrong_with_a_certificate_is_said")),
    ("IXP_E_SECURE_CONNECT_FAILED", Ends("tls/octets_behind_the_220_are_an_attack")),
    ("IXP_E_SMTP_NO_STARTTLS_SUPPORT", Ends("tls/without_an_offer_nothing_but_quit_is_said")),
    ("MXP_E_CERT_UNTRUSTED", Ends("tls/an_unknown_authority_ends_the_handshake")),
    ("E_ACCESSDENIED", Ends("login/a_password_file_that_others_can_read_is_refused")),
    ("IXP_E_INVALID_ACCOUNT", Ends("config/an_unknown_account_is_told_with_those_that_there_are")),
    ("IXP_E_USER_CANCEL", Test("tests/it/login/prompt.rs", "a_question_that_is_not_answered_is_a_cancelled_run")),
    ("IXP_E_SICILY_LOGON_FAILED", Ends("login/a_refused_log_on_is_the_end")),
    ("(unnamed 0x800CCC80)", Ends("login/no_log_on_offered_to_a_user_is_a_failure")),
    ("MXP_E_CONFIG", Ends("login/a_password_command_that_fails_sends_nothing")),
    ("IXP_E_SMTP_RESPONSE_ERROR", Ends("greeting/codes_that_differ_in_one_greeting_are_no_reply")),
    ("IXP_E_SMTP_UNKNOWN_RESPONSE_CODE", Ends("greeting/650_is_no_greeting")),
    ("IXP_E_SMTP_500_SYNTAX_ERROR", Ends("verdicts/500_to_the_dot_keeps_its_code")),
    ("IXP_E_SMTP_501_PARAM_SYNTAX", Ends("verdicts/501_to_the_dot_keeps_its_code")),
    ("IXP_E_SMTP_502_COMMAND_NOTIMPL", Ends("hello/a_refused_helo_is_the_end")),
    ("IXP_E_SMTP_503_COMMAND_SEQ", Ends("verdicts/503_to_data_keeps_its_code")),
    ("IXP_E_SMTP_504_COMMAND_PARAM_NOTIMPL", Ends("eightbit/the_refusal_has_its_own_sentence")),
    ("IXP_E_SMTP_421_NOT_AVAILABLE", Ends("verdicts/421_to_the_dot_keeps_its_code")),
    ("IXP_E_SMTP_450_MAILBOX_BUSY", Ends("verdicts/450_to_rcpt_is_for_now")),
    ("IXP_E_SMTP_550_MAILBOX_NOT_FOUND", Ends("verdicts/550_to_the_dot_keeps_its_code")),
    ("IXP_E_SMTP_451_ERROR_PROCESSING", Ends("verdicts/451_to_data_keeps_its_code")),
    ("IXP_E_SMTP_551_USER_NOT_LOCAL", Ends("verdicts/551_to_the_dot_keeps_its_code")),
    ("IXP_E_SMTP_452_NO_SYSTEM_STORAGE", Ends("verdicts/552_to_rcpt_counts_as_452")),
    ("IXP_E_SMTP_552_STORAGE_OVERFLOW", Ends("size/over_the_limit_both_numbers_are_told")),
    ("IXP_E_SMTP_553_MAILBOX_NAME_SYNTAX", Ends("verdicts/553_to_the_dot_keeps_its_code")),
    ("IXP_E_SMTP_554_TRANSACT_FAILED", Ends("verdicts/554_to_the_dot_keeps_its_code")),
    ("IXP_E_SMTP_REJECTED_SENDER", Ends("verdicts/550_to_mail_is_for_good")),
    ("IXP_E_SMTP_REJECTED_RECIPIENTS", Ends("verdicts/550_to_rcpt_is_for_good")),
    ("IXP_E_SMTP_NO_SENDER", Ends("envelope/no_sender_is_found_before_the_first_packet")),
    ("IXP_E_SMTP_NO_RECIPIENTS", Ends("envelope/no_recipient_is_found_before_the_first_packet")),
    ("IXP_E_SMTP_530_STARTTLS_REQUIRED", Ends("verdicts/530_before_tls_has_its_own_status")),
    ("IXP_S_SMTP_NO_DSN_SUPPORT", Ends("dsn/required_and_not_offered_is_refused_before_mail")),
    ("IXP_E_SMTP_454_STARTTLS_FAILED", Ends("verdicts/454_to_mail_is_for_now")),
    ("IXP_E_HTTP_USE_PROXY", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_BAD_REQUEST", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_UNAUTHORIZED", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_FORBIDDEN", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_NOT_FOUND", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_METHOD_NOT_ALLOW", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_NOT_ACCEPTABLE", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_PROXY_AUTH_REQ", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_REQUEST_TIMEOUT", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_CONFLICT", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_GONE", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_LENGTH_REQUIRED", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_PRECOND_FAILED", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_INTERNAL_ERROR", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_NOT_IMPLEMENTED", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_BAD_GATEWAY", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_SERVICE_UNAVAIL", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_GATEWAY_TIMEOUT", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_VERS_NOT_SUP", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_INSUFFICIENT_STORAGE", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_PAYMENT_REQUIRED", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_DAV_ACCESS_TURNED_OFF", Test(POST, "every_status_has_its_name")),
    ("MXP_E_HTTP_UNEXPECTED_STATUS", Test(POST, "every_status_has_its_name")),
    ("IXP_E_HTTP_ROOT_PROP_NOT_FOUND", Test("tests/it/post/mail.rs", "no_place_for_messages_is_84_and_nothing_about_it_is_unknown")),
    ("MXP_E_INPUT", Ends("input/a_directory")),
    ("MXP_E_OUTCOME_UNKNOWN", Ends("verdicts/lost_after_the_dot_is_unknown")),
    ("MXP_E_PARTIAL_PERMANENT", Ends("verdicts/partial_sends_to_the_rest")),
    ("MXP_E_PARTIAL_TRANSIENT", Ends("verdicts/partial_with_the_rest_deferred_is_for_now")),
];

/// What no run can end with yet, by what will bring it.
const TO_COME: &[(&str, &[&str])] = &[
    ("with locks of our own", &["IXP_E_BUSY"]),
    ("with something that a build leaves out", &["E_NOTIMPL"]),
    ("told as E_FAIL, which has the same status", &["E_UNEXPECTED"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn is_to_come(name: &str) -> bool {
    TO_COME.iter().any(|(_, names)| names.contains(&name))
}

#[test]
fn every_status_is_proved_or_has_a_reason_why_not_yet() {
    let mut wrong = Vec::new();
    let mut seen = HashSet::new();
    for (name, _) in PROOFS {
        if !seen.insert(*name) {
            wrong.push(format!("{name} stands twice"));
        }
        if is_to_come(name) {
            wrong.push(format!("{name} is proved and to come"));
        }
    }
    let emitted: Vec<&str> = Ixp::table()
        .map(Ixp::row)
        .filter(|row| matches!(row.emitted, Emitted::Yes | Emitted::Rare))
        .map(|row| row.name)
        .collect();
    let missing = emitted.iter().filter(|name| !seen.contains(*name) && !is_to_come(name));
    wrong.extend(missing.map(|name| format!("{name} is neither proved nor to come")));
    let named = PROOFS.iter().map(|(name, _)| name).chain(TO_COME.iter().flat_map(|(_, names)| *names));
    let idle = named.filter(|name| !emitted.contains(name));
    wrong.extend(idle.map(|name| format!("{name} is nothing that a run ends with")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_proof_is_there_and_proves_its_status() {
    let wrong: Vec<String> = PROOFS
        .iter()
        .filter_map(|(name, proof)| proof.fault(name).err().map(|fault| format!("{name}: {fault}")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

impl Proof {
    fn fault(&self, name: &str) -> Result<(), String> {
        let ixp = Ixp::find(name).first().copied().ok_or("not in the table")?;
        let exit = i32::from(ixp.exit());
        match self {
            Ends(script) => {
                let ends = story(script)?.runs.into_iter().map(|run| run.exit.unwrap_or("S_OK".to_owned()));
                let is_it = |end: &String| end == name || end.parse() == Ok(exit);
                let ends: Vec<String> = ends.collect();
                if status(name)? != exit {
                    return Err("the fixture knows another status".to_owned());
                }
                ends.iter().find(|end| is_it(end)).map(drop).ok_or(format!("{script} ends with {ends:?}"))
            }
            Tells(script) => {
                let claims = story(script)?.runs.into_iter().flat_map(|run| run.json).flatten();
                let claims: Vec<(String, String)> =
                    claims.map(|claim| (claim.path, claim.value.trim_matches('"').to_owned())).collect();
                let has =
                    |path: &str, value: &str| claims.iter().any(|claim| claim.0 == path && claim.1 == value);
                let told = has("name", name) || has("exit", &exit.to_string());
                if told { Ok(()) } else { Err(format!("{script} tells only {claims:?}")) }
            }
            Test(file, test) => {
                let text = read(&root().join(file))?;
                let there = text.contains(&format!("#[test]\nfn {test}("));
                if there { Ok(()) } else { Err(format!("{file} has no test {test}")) }
            }
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn story(script: &str) -> Result<Story, String> {
    Story::read(&read(&root().join("tests/scripts").join(format!("{script}.script")))?)
}

#[test]
fn what_no_server_of_a_test_can_bring_about_has_its_status() {
    let name = |stage, cause| Ixp::of(&Failure::new(stage, cause)).name();
    let trouble = Cause::LookupFailed("Temporary failure in name resolution".to_owned());
    assert_eq!(name(Stage::Resolve, trouble), "IXP_E_CONN");
    // A directory can be neither read as octets nor sent to: it stands for a socket that fails.
    let directory = OwnedFd::from(File::open(root()).unwrap());
    let mut wire = Wire::new(directory, false, None, Arc::new(Watch::default())).unwrap();
    assert_eq!(name(Stage::Mail, wire.has_heard().unwrap_err()), "IXP_E_SOCKET_READ_ERROR");
    let written = wire.offer(b"MAIL", Duration::from_secs(5));
    assert_eq!(name(Stage::Mail, written.unwrap_err()), "IXP_E_SOCKET_WRITE_ERROR");
}
