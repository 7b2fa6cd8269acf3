#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| statsd_tests::input::journal(data));
