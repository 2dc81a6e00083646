//! What a failure means: the only place that maps failures and replies to IXP names.

use super::answer::Answer;
use super::failure::{Cause, Failure, Stage};
use super::ixp::Ixp;
use super::reply::Reply;
use super::tls::TlsProblem;

impl Ixp {
    /// The name of a failure. After the end of the message only a refusal is certain.
    pub fn of(failure: &Failure) -> Ixp {
        if failure.committed && !matches!(failure.cause, Cause::Refused(_) | Cause::Answered(_)) {
            return Ixp::named("MXP_E_OUTCOME_UNKNOWN");
        }
        match &failure.cause {
            Cause::Refused(reply) => refusal(failure.stage, reply),
            Cause::Answered(answer) => Ixp::of_answer(answer),
            cause => Ixp::named(cause_name(cause)),
        }
    }

    pub fn ok() -> Ixp {
        Ixp::named("S_OK")
    }
    pub fn usage() -> Ixp {
        Ixp::named("E_INVALIDARG")
    }
    pub fn not_built() -> Ixp {
        Ixp::named("E_NOTIMPL")
    }
    pub fn fault() -> Ixp {
        Ixp::named("E_FAIL")
    }
    pub fn no_memory() -> Ixp {
        Ixp::named("E_OUTOFMEMORY")
    }
    pub fn timeout() -> Ixp {
        Ixp::named("IXP_E_TIMEOUT")
    }
    pub fn unknown() -> Ixp {
        Ixp::named("MXP_E_OUTCOME_UNKNOWN")
    }
    pub fn partial_permanent() -> Ixp {
        Ixp::named("MXP_E_PARTIAL_PERMANENT")
    }
    pub fn partial_transient() -> Ixp {
        Ixp::named("MXP_E_PARTIAL_TRANSIENT")
    }

    /// What an answer of HTTP means by itself.
    pub fn of_answer(answer: &Answer) -> Ixp {
        if answer.is_success() {
            return Ixp::ok();
        }
        Ixp::named(answer.name())
    }

    /// What a reply means by itself, wherever it came: `server_hresult`.
    pub fn of_reply(reply: &Reply) -> Ixp {
        Ixp::named(match reply.code {
            211 => "IXP_S_SMTP_211_SYSTEM_STATUS",
            214 => "IXP_S_SMTP_214_HELP_MESSAGE",
            220 => "IXP_S_SMTP_220_READY",
            221 => "IXP_S_SMTP_221_CLOSING",
            235 => "IXP_S_SMTP_245_AUTH_SUCCESS",
            250 | 252 => "IXP_S_SMTP_250_MAIL_ACTION_OKAY",
            251 => "IXP_S_SMTP_251_FORWARDING_MAIL",
            334 => "IXP_S_SMTP_334_AUTH_READY_RESPONSE",
            354 => "IXP_S_SMTP_354_START_MAIL_INPUT",
            421 => "IXP_E_SMTP_421_NOT_AVAILABLE",
            450 => "IXP_E_SMTP_450_MAILBOX_BUSY",
            452 => "IXP_E_SMTP_452_NO_SYSTEM_STORAGE",
            454 => "IXP_E_SMTP_454_STARTTLS_FAILED",
            _ if reply.is_temporary() => "IXP_E_SMTP_451_ERROR_PROCESSING",
            500 => "IXP_E_SMTP_500_SYNTAX_ERROR",
            501 => "IXP_E_SMTP_501_PARAM_SYNTAX",
            502 => "IXP_E_SMTP_502_COMMAND_NOTIMPL",
            503 => "IXP_E_SMTP_503_COMMAND_SEQ",
            504 | 555 => "IXP_E_SMTP_504_COMMAND_PARAM_NOTIMPL",
            530 => "IXP_E_SMTP_530_STARTTLS_REQUIRED",
            534 | 535 | 538 => "IXP_E_SICILY_LOGON_FAILED",
            550 => "IXP_E_SMTP_550_MAILBOX_NOT_FOUND",
            551 => "IXP_E_SMTP_551_USER_NOT_LOCAL",
            552 => "IXP_E_SMTP_552_STORAGE_OVERFLOW",
            553 => "IXP_E_SMTP_553_MAILBOX_NAME_SYNTAX",
            _ if reply.is_permanent() => "IXP_E_SMTP_554_TRANSACT_FAILED",
            _ => "IXP_E_SMTP_UNKNOWN_RESPONSE_CODE",
        })
    }
}

/// A refusal for good of a sender or recipient has a name of its own; one for now keeps the reply's.
fn refusal(stage: Stage, reply: &Reply) -> Ixp {
    match (stage, reply.code) {
        (Stage::Login, 500..=599) => Ixp::named("IXP_E_SICILY_LOGON_FAILED"),
        (Stage::Mail | Stage::Rcpt, 530) => Ixp::named("IXP_E_SMTP_530_STARTTLS_REQUIRED"),
        (Stage::Rcpt, 552) => Ixp::named("IXP_E_SMTP_452_NO_SYSTEM_STORAGE"),
        (Stage::Mail, 552) => Ixp::named("IXP_E_SMTP_552_STORAGE_OVERFLOW"),
        (Stage::Mail, 500..=599) => Ixp::named("IXP_E_SMTP_REJECTED_SENDER"),
        (Stage::Rcpt, 500..=599) => Ixp::named("IXP_E_SMTP_REJECTED_RECIPIENTS"),
        _ => Ixp::of_reply(reply),
    }
}

fn cause_name(cause: &Cause) -> &'static str {
    match cause {
        Cause::Refused(_) | Cause::OutOfPlace(_) | Cause::AheadOfCommand => {
            "IXP_E_SMTP_UNKNOWN_RESPONSE_CODE"
        }
        Cause::NoSendMessage => "IXP_E_HTTP_ROOT_PROP_NOT_FOUND",
        Cause::Answered(_) | Cause::NoHttp(_) => "MXP_E_HTTP_UNEXPECTED_STATUS",
        Cause::Garbled(..) => "IXP_E_SMTP_RESPONSE_ERROR",
        Cause::Lacks(super::failure::Feature::Dsn) => "IXP_S_SMTP_NO_DSN_SUPPORT",
        Cause::Lacks(super::failure::Feature::StartTls) => "IXP_E_SMTP_NO_STARTTLS_SUPPORT",
        Cause::Lacks(_) => "IXP_E_SMTP_504_COMMAND_PARAM_NOTIMPL",
        Cause::TooLarge { .. } => "IXP_E_SMTP_552_STORAGE_OVERFLOW",
        Cause::TimedOut(_) | Cause::Deadline(_) => "IXP_E_TIMEOUT",
        Cause::Closed => "IXP_E_CONNECTION_DROPPED",
        Cause::ReadFailed(_) => "IXP_E_SOCKET_READ_ERROR",
        Cause::WriteFailed(_) => "IXP_E_SOCKET_WRITE_ERROR",
        Cause::NoSuchHost | Cause::OtherFamily { .. } => "IXP_E_CANT_FIND_HOST",
        Cause::LookupFailed(_) | Cause::Proxy(_) => "IXP_E_CONN",
        Cause::NotReached(_) => "IXP_E_FAILED_TO_CONNECT",
        Cause::Local(_) => "IXP_E_SOCKET_CONNECT_ERROR",
        Cause::NoSocket(_) => "IXP_E_SOCKET_INIT_ERROR",
        Cause::Unfit(super::failure::Unfit::Changed)
        | Cause::Short { .. }
        | Cause::Long { .. }
        | Cause::OtherDigest => "IXP_E_INCOMPLETE",
        Cause::Unreadable(_) | Cause::Unfit(_) => "MXP_E_INPUT",
        Cause::NoRoom(_) => "E_OUTOFMEMORY",
        Cause::NoSender => "IXP_E_SMTP_NO_SENDER",
        Cause::NoRecipients => "IXP_E_SMTP_NO_RECIPIENTS",
        Cause::BadAddress(_) => "IXP_E_INVALID_ADDRESS",
        Cause::BadList(_) => "IXP_E_INVALID_ADDRESS_LIST",
        Cause::NeverTried => "IXP_E_NOT_CONNECTED",
        Cause::Interrupted(_) => "E_ABORT",
        Cause::Denied(_) => "E_ACCESSDENIED",
        Cause::Tls(problem) => tls_name(problem),
        Cause::NoMechanism(_) => "(unnamed 0x800CCC80)",
        Cause::SecretInClear => "IXP_E_SMTP_NO_STARTTLS_SUPPORT",
        Cause::LogOn(_) => "IXP_E_SICILY_LOGON_FAILED",
        Cause::Config(_) => "MXP_E_CONFIG",
        Cause::NoAccount(_) => "IXP_E_INVALID_ACCOUNT",
        Cause::Unanswered => "IXP_E_USER_CANCEL",
        Cause::Usage(_) | Cause::Wanting { .. } => "E_INVALIDARG",
        Cause::Bug(_) => "E_FAIL",
    }
}

fn tls_name(problem: &TlsProblem) -> &'static str {
    match problem {
        TlsProblem::Name { .. } => "IXP_E_INVALID_CERT_CN",
        TlsProblem::Expired { .. } | TlsProblem::NotYetValid { .. } => "IXP_E_INVALID_CERT_DATE",
        TlsProblem::Issuer { .. }
        | TlsProblem::Pin { .. }
        | TlsProblem::Certificate(_)
        | TlsProblem::NoStore => "MXP_E_CERT_UNTRUSTED",
        TlsProblem::Handshake(_) | TlsProblem::PlainGreeting(_) | TlsProblem::Injected => {
            "IXP_E_SECURE_CONNECT_FAILED"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::ixp::Class;

    fn reply(code: u16) -> Reply {
        Reply { code, enhanced: None, lines: vec![String::new()] }
    }

    #[test]
    fn a_4yz_never_hides_behind_a_permanent_name() {
        for code in 400..500 {
            for stage in [
                Stage::Greeting,
                Stage::Hello,
                Stage::Mail,
                Stage::Rcpt,
                Stage::Data,
                Stage::Body,
                Stage::Dot,
            ] {
                let ixp = Ixp::of(&Failure::new(stage, Cause::Refused(reply(code))));
                assert_eq!(ixp.class(), Class::Temporary, "{stage:?} {code}");
            }
        }
        for code in 500..600 {
            let ixp = Ixp::of(&Failure::new(Stage::Dot, Cause::Refused(reply(code))).committed());
            assert_eq!(ixp.class(), Class::Permanent, "{code}");
        }
    }

    #[test]
    fn after_the_end_of_the_message_only_a_refusal_is_certain() {
        let lost = [Cause::Closed, Cause::Deadline(std::time::Duration::ZERO), Cause::OutOfPlace(reply(354))];
        for cause in lost {
            let name = Ixp::of(&Failure::new(Stage::Dot, cause).committed()).name();
            assert_eq!(name, "MXP_E_OUTCOME_UNKNOWN");
        }
    }

    #[test]
    fn every_name_in_use_is_in_the_table() {
        for code in 100..1000 {
            let ixp = Ixp::of_reply(&reply(code));
            assert_ne!(ixp.name(), "E_FAIL", "{code}");
        }
        for cause in [
            Cause::Closed,
            Cause::NoSuchHost,
            Cause::NoSender,
            Cause::NoRecipients,
            Cause::NeverTried,
            Cause::Config(String::new()),
            Cause::NoAccount(String::new()),
            Cause::Unanswered,
        ] {
            assert_ne!(cause_name(&cause), "E_FAIL");
            assert_eq!(Ixp::named(cause_name(&cause)).name(), cause_name(&cause));
        }
    }
}
