//! What a service means by its answer: the status, and what the body of a success says inside.
//!
//! Laws: a success whose body says otherwise is none; one whose body does not say, or did not come whole, leaves it open.

use super::rule::{Finding, Pointer};
use super::service::Simple;
use crate::terms::address::Address;
use crate::terms::answer::{self, Inside};
use crate::terms::ixp::Class;
use serde_json::Value;

/// The body of an answer, as far as it came.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    Whole(&'a [u8]),
    Cut,
}

/// What an answer comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What the status alone does not say.
    pub inside: Option<Inside>,
    /// The words about a refusal.
    pub words: Option<String>,
    pub id: Option<String>,
}

impl Simple {
    /// True where the body of a success is looked at.
    pub(in crate::httpmail) fn reads_success(&self) -> bool {
        self.decides_inside() || self.id.is_some()
    }

    fn decides_inside(&self) -> bool {
        !self.success.is_empty() || !self.accepted.is_empty()
    }

    /// Judges an answer to a message for these recipients.
    pub(in crate::httpmail) fn judgement(&self, status: u16, body: Body<'_>, told: usize) -> Judgement {
        let document: Option<Value> = match body {
            Body::Whole(octets) => serde_json::from_slice(octets).ok(),
            Body::Cut => None,
        };
        let words = document.as_ref().and_then(|it| self.reason.iter().find_map(|at| at.text(it)));
        let off = document.as_ref().is_some_and(|it| self.is_put_off(it));
        if !(200..300).contains(&status) {
            let is_final = answer::class(status) == Class::Permanent;
            let inside = (off && is_final && !(300..400).contains(&status)).then_some(Inside::PutOff);
            return Judgement { inside, words, id: None };
        }
        let id = document.as_ref().and_then(|it| self.id.as_ref()?.text(it));
        let inside = if !self.status.is_empty() && !self.status.contains(&status) {
            Some(Inside::Silent)
        } else if !self.decides_inside() {
            None
        } else {
            match &document {
                None => Some(Inside::Silent),
                Some(document) => self.inside(document, told, off),
            }
        };
        let words = words.filter(|_| inside.is_some());
        Judgement { inside, words, id }
    }

    fn is_put_off(&self, document: &Value) -> bool {
        self.put_off.iter().any(|condition| condition.of(document) == Finding::Holds)
    }

    /// What a whole document says; none where it says that all is well.
    fn inside(&self, document: &Value, told: usize, off: bool) -> Option<Inside> {
        let findings: Vec<Finding> = self.success.iter().map(|it| it.of(document)).collect();
        let fails = findings.contains(&Finding::Fails);
        let no = if off { Inside::PutOff } else { Inside::Refused };
        if !self.accepted.is_empty() {
            let told = told as u64;
            let (accepted, refused) = (sum(&self.accepted, document), sum(&self.refused, document));
            let is_told_of_all = |more: u64| told > 0 && more >= told;
            return match (accepted, refused.unwrap_or(0)) {
                (None | Some(0), 0) if fails => Some(no),
                (None | Some(0), 0) => Some(Inside::Silent),
                // It names those whom it did not take, and nobody knows what of the others.
                (None, refused) if !is_told_of_all(refused) => Some(Inside::Silent),
                (None | Some(0), _) => Some(no),
                (Some(accepted), refused @ 1..) if accepted.saturating_add(refused) >= told => {
                    Some(Inside::Partial(self.refused_ones(document)))
                }
                (Some(_), 1..) => Some(Inside::Silent),
                // It says both yes and no, or leaves somebody out.
                (Some(accepted), _) if fails || accepted < told || findings.contains(&Finding::Silent) => {
                    Some(Inside::Silent)
                }
                _ => None,
            };
        }
        match () {
            () if fails => Some(no),
            () if findings.contains(&Finding::Silent) => {
                Some(if off { Inside::PutOff } else { Inside::Silent })
            }
            () => None,
        }
    }

    /// The recipients that are named as refused.
    fn refused_ones(&self, document: &Value) -> Vec<Address> {
        let lists = self.refused.iter().filter_map(|place| place.find(document)?.as_array());
        lists.flatten().filter_map(|one| Address::parse(one.as_str()?).ok()).collect()
    }
}

/// How many are counted at several places; none where it is said at none of them.
fn sum(places: &[Pointer], document: &Value) -> Option<u64> {
    places.iter().filter_map(|place| place.count(document)).reduce(u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::super::service::Given;
    use super::*;

    fn service(rows: &[(&'static str, &[&str])]) -> Simple {
        let mut service = Simple::named("x");
        for (key, values) in rows {
            let given = match *key {
                "status" => Given::Numbers(values.iter().map(|it| it.parse().unwrap()).collect()),
                _ => Given::Texts(values.iter().map(|it| (*it).to_owned()).collect()),
            };
            service.set(key, &given).unwrap();
        }
        service.judge().unwrap();
        service
    }

    fn inside(service: &Simple, status: u16, body: &str, told: usize) -> Option<Inside> {
        service.judgement(status, Body::Whole(body.as_bytes()), told).inside
    }

    #[test]
    fn a_success_is_what_the_body_says_and_silence_leaves_it_open() {
        let postal =
            service(&[("success", &["/status = success"]), ("put-off", &["/data/code = Throttled"])]);
        for (body, wanted) in [
            (r#"{"status":"success"}"#, None),
            (r#"{"status":"error","data":{"code":"NoRecipients"}}"#, Some(Inside::Refused)),
            (r#"{"status":"error","data":{"code":"Throttled"}}"#, Some(Inside::PutOff)),
            (r#"{"state":"success"}"#, Some(Inside::Silent)),
            (r#"{"status":null}"#, Some(Inside::Silent)),
            (r#"{"status":"succ"#, Some(Inside::Silent)),
            ("<html>welcome", Some(Inside::Silent)),
            ("", Some(Inside::Silent)),
        ] {
            assert_eq!(inside(&postal, 200, body, 1), wanted, "{body}");
        }
        assert_eq!(postal.judgement(200, Body::Cut, 1).inside, Some(Inside::Silent));
        let graph = service(&[("status", &["202"])]);
        assert_eq!((inside(&graph, 202, "", 0), inside(&graph, 200, "", 0)), (None, Some(Inside::Silent)));
    }

    #[test]
    fn counts_tell_all_some_and_none() {
        let kumo = service(&[("accepted", &["/ok"]), ("refused", &["/bad", "/worse"])]);
        let named = vec![Address::parse("b@d.example").unwrap()];
        for (body, told, wanted) in [
            (r#"{"ok":2,"bad":0}"#, 2, None),
            (r#"{"ok":["a@d.example","b@d.example"]}"#, 2, None),
            (r#"{"ok":1,"bad":1}"#, 2, Some(Inside::Partial(vec![]))),
            (r#"{"ok":["a@d.example"],"bad":["b@d.example"]}"#, 2, Some(Inside::Partial(named))),
            (r#"{"ok":0,"worse":2}"#, 2, Some(Inside::Refused)),
            (r#"{"ok":1,"bad":0}"#, 2, Some(Inside::Silent)),
            (r#"{"ok":0,"bad":0}"#, 2, Some(Inside::Silent)),
            (r#"{}"#, 2, Some(Inside::Silent)),
            (r#"{"ok":-1,"bad":"x"}"#, 2, Some(Inside::Silent)),
            // It says nothing of one of them, or nothing of those whom it took.
            (r#"{"ok":1,"bad":1}"#, 3, Some(Inside::Silent)),
            (r#"{"bad":1}"#, 2, Some(Inside::Silent)),
            (r#"{"bad":1}"#, 0, Some(Inside::Silent)),
            (r#"{"bad":2}"#, 2, Some(Inside::Refused)),
            (r#"{"bad":18446744073709551615,"worse":1}"#, 2, Some(Inside::Refused)),
            (r#"{"ok":0,"bad":1}"#, 2, Some(Inside::Refused)),
        ] {
            assert_eq!(inside(&kumo, 200, body, told), wanted, "{body}");
        }
    }

    #[test]
    fn a_refusal_is_told_in_its_words_and_may_be_for_now() {
        let gmail = service(&[("put-off", &["/error/reason = rate"]), ("reason", &["/error/message"])]);
        let judged = |status, body: &str| gmail.judgement(status, Body::Whole(body.as_bytes()), 0);
        let off = judged(403, r#"{"error":{"reason":"rate","message":"slowly"}}"#);
        assert_eq!((off.inside, off.words.as_deref()), (Some(Inside::PutOff), Some("slowly")));
        for status in [502, 503, 307] {
            assert_eq!(judged(status, r#"{"error":{"reason":"rate"}}"#).inside, None, "{status}");
        }
        assert_eq!(judged(403, "{").inside, None);
    }
}
