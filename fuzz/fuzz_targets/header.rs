#![no_main]

#[path = "../laws/header.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::hold(octets));
