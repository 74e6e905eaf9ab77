//! Any bytes, and a name for their file: read with the format that they are taken for.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| debatebase_fuzz::recognised_holds(bytes));
