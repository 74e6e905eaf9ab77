mod laws;
mod oracle;
mod reading;

use super::*;
use crate::formats::document::{TargetName, TopicRecord};
use crate::formats::note::Severity;
use crate::formats::reading::{Collected, no_files};

fn read(text: &str) -> Collected {
    let mut bytes = text.as_bytes();
    let mut input = Input { bytes: &mut bytes, name: Some("file"), files: &no_files };
    let mut sink = Collected::default();
    Argdown.read(&mut input, &mut sink).unwrap();
    sink
}

fn topic(text: &str) -> TopicRecord {
    read(text).document.topics.remove(0)
}
