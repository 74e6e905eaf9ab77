//! Any bytes, read as `args-me`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| debatebase_fuzz::format_holds("args-me", bytes));
