#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tower_rum_fuzz::checks::traceparent(input));
