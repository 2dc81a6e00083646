//! SCRAM-SHA-256 (RFC 7677): each side has to prove that it knows the password.

use super::server::Place;
use super::verifier::{Last, PASSWORD, serve};

#[test]
fn both_sides_prove_that_they_know_the_password() {
    for (last, exit, said) in [
        (Last::Proof, 0, ""),
        (Last::WrongProof, 24, "the server does not prove that it knows the password"),
        (Last::Mirror, 24, "the server does not prove that it knows the password"),
        (Last::NoProof, 24, "the server claimed success without a proof that it knows the password"),
    ] {
        for offers in ["SCRAM-SHA-256 PLAIN", "SCRAM-SHA-1 PLAIN"] {
            let mut came = None;
            let words = ["--user=ada", "--auth=auto", "--auth-in-clear"];
            let ran = Place::new().run(&words, &[("MAILXPORT_PASSWORD", PASSWORD)], |wire| {
                came = Some(serve(wire, offers, "n,,", b"", last));
            });
            assert_eq!(ran.exit, Some(exit), "{offers} {last:?}: {}", ran.stderr);
            assert!(ran.stderr.contains(said), "{offers} {last:?}: {}", ran.stderr);
            let came = came.unwrap();
            assert_eq!((came.mail, came.tries), (exit == 0, 1), "{offers} {last:?}");
        }
    }
}
