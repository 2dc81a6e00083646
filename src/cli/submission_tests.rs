use super::*;

fn words(line: &str) -> Vec<OsString> {
    line.split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| if word == "''" { "" } else { word }.into())
        .collect()
}

fn good(line: &str) -> Wishes {
    read(&words(line)).unwrap_or_else(|refusal| panic!("{line}: {}", refusal.words))
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn to(recipients: &[&str]) -> Wishes {
    let recipients = recipients.iter().map(|it| (*it).to_owned()).collect();
    Wishes { dot: Dot::Text, recipients, ..Wishes::default() }
}

#[test]
fn the_calls_of_real_programs_are_understood() {
    let by_header = || Wishes { from_headers: true, ..to(&[]) };
    let dotted = |wishes| Wishes { dot: Dot::EndsTyping, ..wishes };
    let from = |wishes, sender| Wishes { sender: text(sender), ..wishes };
    let named = |wishes, name| Wishes { full_name: text(name), ..wishes };
    let mutt = Wishes {
        notify: text("failure,delay"),
        returned: Some(DsnReturn::Headers),
        ..from(to(&["b@src.test", "c@src.test"]), "a@src.test")
    };
    for (caller, line, wanted) in [
        ("cron of Debian", "-FCronDaemon -i -B8BITMIME -oem root", named(to(&["root"]), "CronDaemon")),
        (
            "cronie",
            "-FCronDaemon -i -odi -oem -oi -t -f root",
            named(from(by_header(), "root"), "CronDaemon"),
        ),
        ("descendants of Vixie cron", "-FCronDaemon -odi -oem -oi -t", named(by_header(), "CronDaemon")),
        ("older ones", "-FCronDaemon -odi -oem -or0s root", named(dotted(to(&["root"])), "CronDaemon")),
        ("anacron", "-FAnacron -odi root", named(dotted(to(&["root"])), "Anacron")),
        ("atd", "-i ada", to(&["ada"])),
        ("systemd-cron", "-i -B8BITMIME root", to(&["root"])),
        ("mdadm, sudo, logwatch", "-t", dotted(by_header())),
        ("unattended-upgrades", "-oi -t", by_header()),
        ("fail2ban", "-f fail2ban@src.test root", dotted(from(to(&["root"]), "fail2ban@src.test"))),
        ("rkhunter", "root@src.test", dotted(to(&["root@src.test"]))),
        ("PHP", "-t -i", by_header()),
        ("PHP with a fifth argument", "-t -i -fa@src.test", from(by_header(), "a@src.test")),
        ("mutt", "-oem -oi -f a@src.test -N failure,delay -R hdrs -- b@src.test c@src.test", mutt),
        ("s-nail", "-i -f a@src.test -- b@src.test", from(to(&["b@src.test"]), "a@src.test")),
        ("bsd-mailx", "-i -t", by_header()),
        ("git send-email", "-i b@src.test b1@src.test", to(&["b@src.test", "b1@src.test"])),
        ("git send-email with a sender", "-f a@x -i b@x", from(to(&["b@x"]), "a@x")),
        ("lettre", "-i -f a@x -- -b@x", from(to(&["-b@x"]), "a@x")),
        ("busybox crond", "-ti", by_header()),
    ] {
        assert_eq!(good(line), wanted, "{caller}");
    }
}

#[test]
fn letters_are_joined_and_values_are_attached_or_apart() {
    for (line, wanted) in [
        ("-tif a@x", Wishes { from_headers: true, sender: text("a@x"), ..to(&[]) }),
        ("-itfa@x b", Wishes { from_headers: true, sender: text("a@x"), ..to(&["b"]) }),
        ("-i -f '' b", Wishes { sender: text(""), ..to(&["b"]) }),
        ("-i -r<> b", Wishes { sender: text("<>"), ..to(&["b"]) }),
        ("-i -f -x b", Wishes { sender: text("-x"), ..to(&["b"]) }),
        ("-o i -B 7bit b", Wishes { seven_bit: true, ..to(&["b"]) }),
        ("-OIgnoreDots -B7BIT -B8BITMIME b", to(&["b"])),
        (
            "-O IgnoreDots=True -O DeliveryMode=background -O ErrorMode=q b",
            Wishes { silent: true, ..to(&["b"]) },
        ),
        ("-O ignoredots=false --dot-eof", Wishes { dot: Dot::End, ..Wishes::default() }),
        ("-i -bm -b m -bv b", Wishes { mode: Mode::Verify, ..to(&["b"]) }),
        ("-bp", Wishes { mode: Mode::Queue, ..Wishes::default() }),
        ("-bi", Wishes { mode: Mode::Aliases, ..Wishes::default() }),
        ("-I", Wishes { mode: Mode::Aliases, ..Wishes::default() }),
        ("--help", Wishes { mode: Mode::Help, ..Wishes::default() }),
        ("--version", Wishes { mode: Mode::Version, ..Wishes::default() }),
        ("-iv -oeq -oem -oeq", Wishes { verbose: true, silent: true, ..to(&[]) }),
        (
            "-i -C f -Xg -L tag -V id-1 -Rfull -Nnever",
            Wishes {
                config: text("f"),
                log: text("g"),
                tag: text("tag"),
                envid: text("id-1"),
                returned: Some(DsnReturn::Full),
                notify: text("never"),
                ..to(&[])
            },
        ),
        (
            "-i -Ac -Am -D d -d0.1 -G -h 3 -h3 -m -n -p SMTP:h -U -x x -oMrX -oAf -o7 -o8 -om -os -odb -odi -odd -oee -oew -oep b",
            to(&["b"]),
        ),
        ("-i b -- -c", to(&["b", "-c"])),
        ("-i -- --", to(&["--"])),
    ] {
        assert_eq!(good(line), wanted, "{line}");
    }
}

#[test]
fn what_is_not_understood_is_named() {
    for (line, is_lack, said) in [
        ("-z", false, "-z"),
        ("-iz", false, "-z"),
        ("-é", false, "-é"),
        ("--no-such", false, "--no-such"),
        ("-", false, "- is neither"),
        ("-f", false, "-f needs a value"),
        ("-ti -F", false, "-F needs a value"),
        ("b -t", false, "-t stands behind a recipient"),
        ("b -oQ/tmp", false, "-oQ/tmp stands behind a recipient"),
        ("-oz", false, "-oz"),
        ("-o ''", false, "-o"),
        ("-oe", false, "-oe"),
        ("-odz", false, "-od"),
        ("-O =x", false, "-O"),
        ("-B 9BIT", false, "9BIT"),
        ("-N sometimes", false, "-N"),
        ("-R all", false, "-R"),
        ("-V é", false, "-V"),
        ("-F a\u{1b}b", false, "-F"),
        ("-bz", false, "-bz"),
        ("-bs", true, "-bs"),
        ("-bd", false, "-bd"),
        ("-bD", false, "-bD"),
        ("-bl", false, "-bl"),
        ("-bt", false, "-bt"),
        ("-bh", false, "-bh"),
        ("-bH", false, "-bH"),
        ("-ba", false, "-ba"),
        ("-bP", false, "-bP"),
        ("-odq", true, "-odq"),
        ("-O DeliveryMode=queueonly", true, "-odq"),
        ("-q", true, "-q: there is no queue"),
        ("-qf", true, "-qf"),
        ("-qIx", true, "-qIx"),
        ("-qRx", true, "-qRx"),
        ("-qSx", true, "-qSx"),
        ("-q30m", false, "-q30m: this is no daemon"),
        ("-qp5m", false, "-qp5m"),
    ] {
        let refusal = read(&words(line)).map(|wishes| format!("{wishes:?}")).unwrap_err();
        assert!(refusal.words.contains(said), "{line}: {}", refusal.words);
        assert_eq!(refusal.is_lack, is_lack, "{line}");
    }
    use std::os::unix::ffi::OsStringExt;
    assert!(read(&[OsString::from_vec(vec![b'a', 0xff])]).is_err());
}
