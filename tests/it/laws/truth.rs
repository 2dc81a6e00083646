//! Whatever a server says: what is reported is what happened, and nothing is sent that must not be.

use super::dialogue::{Break, Letter, Run, hold};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

fn letters() -> impl Strategy<Value = Vec<Letter>> {
    let octets = prop_oneof![8 => 1usize..400, 1 => 130_000usize..300_000];
    let fault = prop_oneof![
        6 => Just(Break::None), 1 => Just(Break::Cut), 1 => Just(Break::Grown), 1 => Just(Break::Touched),
    ];
    let letter = (1usize..=5, octets, fault, any::<bool>());
    let letter =
        letter.prop_map(|(recipients, octets, fault, late)| Letter { recipients, octets, fault, late });
    prop::collection::vec(letter, 1..=3)
}

fn runs() -> impl Strategy<Value = Run> {
    let spite = (0usize..16, prop_oneof![1 => Just(0u8), 3 => 1u8..80, 3 => 80u8..255]);
    let octets = || prop::collection::vec(any::<u8>(), 0..300);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (flags, spite, octets(), prop_oneof![Just(Vec::new()), octets()], letters()).prop_map(
        |((lmtp, pipelining, chunking, partial), (calm, spite), choices, whims, letters)| Run {
            lmtp,
            pipelining,
            chunking,
            partial,
            calm,
            spite,
            choices,
            whims,
            letters,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_reported_is_what_happened(run in runs()) {
        prop_assert_eq!(hold(&run).map(drop), Ok(()));
    }
}

#[test]
fn random_servers_lead_to_every_verdict() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: Vec<&str> = Vec::new();
    for _ in 0..600 {
        let run = runs().new_tree(&mut runner).unwrap().current();
        seen.extend(hold(&run).unwrap());
    }
    for name in ["accepted", "partial", "refused", "not-sent", "unknown"] {
        let count = seen.iter().filter(|known| **known == name).count();
        assert!(count >= 10, "{name}: {count} of {}", seen.len());
    }
}
