//! The configuration file that somebody begins with: one account, and in comments what else it may say.

/// What was answered.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    pub server: String,
    pub user: Option<String>,
    pub from: Option<String>,
}

/// The name of the account.
pub const ACCOUNT: &str = "main";

/// The file. The answers were judged; none of them holds a control character.
pub fn page(answers: &Answers) -> String {
    let mut page = format!(
        "# Accounts of mailxport. mailxport(5) tells about every setting, 'mailxport config show' prints what they come to,\n\
         # and 'mailxport check' tries the server without sending anything.\n\
         \n\
         # The account of every message that no other account is for.\n\
         default = \"{ACCOUNT}\"\n\
         \n\
         [account.{ACCOUNT}]\n"
    );
    page.push_str(&setting("server", Some(&answers.server), ""));
    page.push_str(&setting("user", answers.user.as_deref(), "ADA"));
    page.push_str(
        "# Where the password comes from. Without any of these it is asked for, where there is a terminal.\n\
         # password-command = \"secret-tool lookup service mailxport\"\n\
         # password-file = \"password\"        # beside this file, one line; chmod 600\n\
         # token-command = \"...\"             # for a server that takes OAuth tokens\n",
    );
    page.push_str("# The sender of messages that are sent without --from.\n");
    page.push_str(&setting("from", answers.from.as_deref(), "ADA@example.org"));
    page.push_str(
        "# Senders that this account is for, once there are several accounts.\n\
         # senders = [\"*@example.org\"]\n",
    );
    page
}

/// A line with a value, or a comment with an example of one.
fn setting(name: &str, value: Option<&str>, example: &str) -> String {
    match value {
        Some(value) => format!("{name} = {}\n", quoted(value)),
        None => format!("# {name} = {}\n", quoted(example)),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml::de::DeTable;

    #[test]
    fn the_page_says_what_was_answered() {
        for (user, from) in [
            (Some("ada"), Some("\"ada \\\\ x\"@d.example")),
            (Some("d\\ada"), None),
            (None, Some("ada@d.example")),
            (None, None),
        ] {
            let answers = Answers {
                server: "smtps://h.example".to_owned(),
                user: user.map(str::to_owned),
                from: from.map(str::to_owned),
            };
            let page = page(&answers);
            let table = DeTable::parse(&page).unwrap().into_inner();
            assert_eq!(table["default"].get_ref().as_str(), Some(ACCOUNT));
            let account = table["account"].get_ref()[ACCOUNT].get_ref();
            for (name, value) in [("server", Some("smtps://h.example")), ("user", user), ("from", from)] {
                assert_eq!(account.get(name).and_then(|it| it.get_ref().as_str()), value, "{name}");
            }
        }
    }
}
