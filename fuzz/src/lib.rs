//! What the fuzz targets ask of the formats: the same as the test of ten thousand slips.

// The modules that are fuzzed are built here by themselves, without the server around them.
extern crate self as debatebase;

#[allow(unused_imports, reason = "a macro that only the rest of the program uses")]
#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/formats/mod.rs"]
pub mod formats;
#[path = "../../src/graph/mod.rs"]
pub mod graph;

#[path = "../../tests/mutations/holding.rs"]
mod holding;

use formats::recognising::Beginning;
use formats::{ALL, named, recognised};

/// Reads bytes with the format of this name, and asks of the debates what holds of all.
pub fn format_holds(name: &str, bytes: &[u8]) {
    holding::holds(named(name).expect("a format of this name"), bytes);
}

/// Does the same with the format that the bytes are taken for. The first byte chooses an ending for
/// the name of the file.
pub fn recognised_holds(bytes: &[u8]) {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let endings: Vec<&str> = ALL.iter().flat_map(|it| it.endings()).copied().collect();
    let name = endings.get(usize::from(*first)).map(|ending| format!("file.{ending}"));
    if let Some(format) = recognised(&Beginning::new(bytes, name.as_deref())) {
        holding::holds(format, bytes);
    }
}
