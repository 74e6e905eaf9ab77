//! Any bytes, read as `json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| debatebase_fuzz::format_holds("json", bytes));
