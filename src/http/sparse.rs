//! Sparse answers: of each record, only the fields that the client asks for.
//!
//! Which fields a record has is read off its schema, so that the list in the document, what is
//! taken and what is given are one. **The entity tag does not depend on it**: it tells the state
//! of the record, whatever of it is shown. A sparse record lacks what the schema of the record
//! demands, so it has a [media type](SPARSE) of its own.

use std::marker::PhantomData;

use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::input::{At, FaultCode, Faults, FromJson};

/// The media type of sparse records, and of pages of them.
pub const SPARSE: &str = "application/vnd.debatebase.sparse+json";

/// Some of the fields of a record.
#[derive(Debug)]
pub struct Fields<T> {
    names: Vec<String>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Fields<T> {
    fn clone(&self) -> Self {
        Self { names: self.names.clone(), of: PhantomData }
    }
}

/// The fields that the schema of a record has, in its order.
fn all<T: PartialSchema>() -> Vec<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.properties.keys().cloned().collect(),
        RefOr::T(_) | RefOr::Ref(_) => Vec::new(),
    }
}

impl<T: PartialSchema> FromJson for Fields<T> {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let text = String::from_json(value, at, faults)?;
        let all = all::<T>();
        let names: Vec<String> = text.split(',').map(str::to_owned).collect();
        let unknown = names.iter().find(|name| !all.contains(*name));
        if unknown.is_some() {
            let all = all.join(" ");
            let detail = format!("must be some of these, with commas between them: {all}");
            faults.push(at, FaultCode::NotAllowed, detail);
            return None;
        }
        Some(Self { names, of: PhantomData })
    }
}

impl<T: PartialSchema> PartialSchema for Fields<T> {
    fn schema() -> RefOr<Schema> {
        let name = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(all::<T>()));
        ArrayBuilder::new().items(name).min_items(Some(1)).into()
    }
}

impl<T: PartialSchema> ToSchema for Fields<T> {}

impl<T> Fields<T> {
    /// Whether a field is among them.
    pub fn have(&self, name: &str) -> bool {
        self.names.iter().any(|it| it == name)
    }
}
