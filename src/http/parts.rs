//! How much is given of records: all of each or some of its fields, alone or with others.

use serde::Serialize;
use serde::ser::{Error, Serializer};
use serde_json::Value;

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

    /// A record, as it is given.
    pub fn of_record<'p>(&'p self, record: &'p T) -> Given<'p, T, T> {
        Given { whole: record, parts: self, is_list: false }
    }

    /// What has such records as its `data`, as it is given.
    pub fn of_list<'p, L>(&'p self, list: &'p L) -> Given<'p, T, L> {
        Given { whole: list, parts: self, is_list: true }
    }

    /// Leaves of a record what is asked for, and puts with it what was read with it.
    fn cut(&self, place: usize, record: &mut Value) {
        let Value::Object(record) = record else { return };
        if let Some(fields) = self.fields {
            record.retain(|name, _| fields.have(name));
        }
        if let Some(expanded) = self.expanded.as_ref().and_then(|all| all.get(place)) {
            record.insert(EXPANDED.to_owned(), Value::Object(expanded.clone()));
        }
    }
}

/// A record, or a list of records, as it is given.
#[derive(Debug)]
pub struct Given<'p, T, W> {
    /// All of it.
    pub whole: &'p W,
    /// What of it is asked for.
    pub parts: &'p Parts<'p, T>,
    is_list: bool,
}

impl<T, W: Serialize> Serialize for Given<'_, T, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.parts.are_plain() {
            return self.whole.serialize(serializer);
        }
        let mut given = serde_json::to_value(self.whole).map_err(S::Error::custom)?;
        if self.is_list {
            let records = given.get_mut("data").and_then(Value::as_array_mut);
            let records = records.into_iter().flatten().enumerate();
            records.for_each(|(place, record)| self.parts.cut(place, record));
        } else {
            self.parts.cut(0, &mut given);
        }
        given.serialize(serializer)
    }
}
