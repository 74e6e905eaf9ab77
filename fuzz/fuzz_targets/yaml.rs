//! Any bytes, read as `yaml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| debatebase_fuzz::format_holds("yaml", bytes));
