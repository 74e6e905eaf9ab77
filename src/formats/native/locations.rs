//! Lines and columns: where in the text of a file its values stand.

use std::fmt;

use super::FileFault;
use super::json::MANY_REPEATED;
use crate::domain::input::{At, FaultCode};
use crate::formats::place::Place;

/// A place in the text of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The line, from 1.
    pub line: u64,
    /// The column in characters, from 1.
    pub column: u64,
}

impl From<serde_saphyr::Location> for Location {
    /// What has no known place is shown at the beginning.
    fn from(location: serde_saphyr::Location) -> Self {
        Self { line: location.line().max(1), column: location.column().max(1) }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Where every value of a file stands.
///
/// A tree like the file itself: a list of all pointers would grow with the square of the depth.
#[derive(Debug, Clone)]
pub struct Locations {
    pub(super) here: Location,
    pub(super) inside: Inside,
}

/// What stands inside a value.
#[derive(Debug, Clone)]
pub(super) enum Inside {
    Nothing,
    Items(Vec<Locations>),
    Fields(Vec<Field>),
}

/// A field of a mapping.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    /// Where its name stands.
    pub(super) key: Location,
    pub(super) value: Locations,
    /// Whether the mapping has a field of that name already. The first one counts.
    pub(super) is_repeated: bool,
}

impl Locations {
    /// Where a value stands; of one that is not there, the nearest one around it.
    pub fn of(&self, place: &Place) -> Location {
        self.of_value(place.as_str())
    }

    /// Where the value at a JSON Pointer stands, likewise.
    pub(super) fn of_value(&self, pointer: &str) -> Location {
        self.walk(pointer).0.here
    }

    /// Where the name of the field at a JSON Pointer stands; of what is no field, its value.
    pub(super) fn of_name(&self, pointer: &str) -> Location {
        let (value, key) = self.walk(pointer);
        key.unwrap_or(value.here)
    }

    /// Records every field that its mapping has already, up to many.
    pub(super) fn push_repeated(&self, at: &At<'_>, faults: &mut Vec<FileFault>) {
        match &self.inside {
            Inside::Nothing => {}
            Inside::Items(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.push_repeated(&at.item(index), faults);
                }
            }
            Inside::Fields(fields) => {
                for field in fields {
                    let at = at.field(&field.name);
                    field.value.push_repeated(&at, faults);
                    if field.is_repeated && faults.len() < MANY_REPEATED {
                        faults.push(FileFault {
                            location: field.key,
                            pointer: at.to_string(),
                            code: FaultCode::Duplicate,
                            detail: "is given twice".to_owned(),
                        });
                    }
                }
            }
        }
    }

    fn walk(&self, pointer: &str) -> (&Self, Option<Location>) {
        let mut reached = (self, None);
        for segment in pointer.split('/').skip(1) {
            let inner = match &reached.0.inside {
                Inside::Nothing => None,
                Inside::Items(items) => segment
                    .parse()
                    .ok()
                    .and_then(|index: usize| items.get(index))
                    .map(|item| (item, None)),
                Inside::Fields(fields) => {
                    let name = segment.replace("~1", "/").replace("~0", "~");
                    fields
                        .iter()
                        .find(|field| field.name == name)
                        .map(|field| (&field.value, Some(field.key)))
                }
            };
            match inner {
                Some(inner) => reached = inner,
                None => break,
            }
        }
        reached
    }
}
