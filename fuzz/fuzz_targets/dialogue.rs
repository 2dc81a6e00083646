#![no_main]
#![allow(dead_code)]

#[path = "../laws/dialogue.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::hold(octets));
