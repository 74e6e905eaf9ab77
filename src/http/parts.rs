//! How much is given of a record: all of it or some of its fields, alone or with others.

use serde::Serialize;
use serde::ser::{Error, SerializeMap, Serializer};

use super::expand::{EXPANDED, Expanded};
use super::sparse::{Fields, SPARSE};

/// What is asked for of the records of an answer.
#[derive(Debug)]
pub struct Parts<'a, T> {
    fields: Option<&'a Fields<T>>,
    /// What was read with each record, in their order.
    expanded: Option<Vec<Expanded>>,
}

impl<'a, T> Parts<'a, T> {
    /// The fields that are asked for, if not all are, and what was read with the records.
    pub fn new(fields: Option<&'a Fields<T>>, expanded: Option<Vec<Expanded>>) -> Self {
        Self { fields, expanded }
    }

    /// Whether the records are given as they are, whole and alone.
    pub fn are_plain(&self) -> bool {
        self.fields.is_none() && self.expanded.is_none()
    }

    /// Whether others are given with the records.
    pub fn are_expanded(&self) -> bool {
        self.expanded.is_some()
    }

    /// The media type of the answer.
    pub fn media_type(&self) -> &'static str {
        if self.fields.is_some() { SPARSE } else { "application/json" }
    }

    /// The record at a place of the answer, as it is given.
    pub fn of(&'a self, place: usize, record: &'a T) -> Given<'a, T> {
        let expanded = self.expanded.as_ref().and_then(|all| all.get(place));
        Given { record, fields: self.fields, expanded }
    }
}

/// A record as it is given.
#[derive(Debug)]
pub struct Given<'a, T> {
    record: &'a T,
    fields: Option<&'a Fields<T>>,
    expanded: Option<&'a Expanded>,
}

impl<T: Serialize> Serialize for Given<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.fields.is_none() && self.expanded.is_none() {
            return self.record.serialize(serializer);
        }
        let record = serde_json::to_value(self.record).map_err(S::Error::custom)?;
        let fields = record.as_object().into_iter().flatten();
        let fields = fields.filter(|(name, _)| self.fields.is_none_or(|these| these.have(name)));
        let mut given = serializer.serialize_map(None)?;
        for (name, value) in fields {
            given.serialize_entry(name, value)?;
        }
        if let Some(expanded) = self.expanded {
            given.serialize_entry(EXPANDED, expanded)?;
        }
        given.end()
    }
}
