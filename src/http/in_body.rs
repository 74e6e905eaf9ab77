//! Query parameters in a body, for what is too long for an address.
//!
//! The fields of the body are the parameters, each as its schema has it: there, a number is a number
//! and a list is an array. They are read as if they stood in the address, so that what holds of them
//! is said once, and a cursor of the one way goes on in the other.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{RefOr, Required};

use super::extract::Json;
use super::page::{Listing, Paged};
use super::problem::{Problem, Result};
use crate::domain::input::{self, At, FaultCode, Faults, FromJson};

/// A request for a page of a list, with its parameters in the body.
#[derive(Debug)]
pub struct InBody<T>(pub Listing<T>);

impl<T: FromJson + Paged + IntoParams + 'static> FromRequest for InBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let path = request.path().to_owned();
        let body = Json::<Written<T>>::from_request(request, payload);
        Box::pin(async move {
            let Json(Written { filter, parameters }) = body.await?;
            Listing::of(&path, parameters, filter).map(Self)
        })
    }
}

/// The schema of a body with these parameters.
pub fn schema<T: IntoParams>() -> RefOr<Schema> {
    let mut object = ObjectBuilder::new().schema_type(Type::Object);
    for parameter in parameters::<T>() {
        if parameter.required == Required::True {
            object = object.required(&parameter.name);
        }
        if let Some(mut schema) = parameter.schema {
            describe(&mut schema, parameter.description);
            object = object.property(parameter.name, schema);
        }
    }
    object.additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false))).into()
}

fn describe(schema: &mut RefOr<Schema>, description: Option<String>) {
    match schema {
        RefOr::Ref(reference) => reference.description = description.unwrap_or_default(),
        RefOr::T(Schema::Object(object)) => object.description = description,
        RefOr::T(Schema::Array(array)) => array.description = description,
        RefOr::T(_) => {}
    }
}

fn parameters<T: IntoParams>() -> Vec<Parameter> {
    T::into_params(|| Some(ParameterIn::Query))
}

/// The parameters, read and as an address has them.
struct Written<T> {
    filter: T,
    parameters: Vec<(String, String)>,
}

impl<T: FromJson + IntoParams> FromJson for Written<T> {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::Object(fields) = value else {
            return faults.wrong_type(at, "an object", &value);
        };
        let known = parameters::<T>();
        let mut written = Map::new();
        for (name, value) in fields {
            let at = at.field(&name);
            let parameter = known.iter().find(|it| it.name == name);
            // Elsewhere null is the same as nothing; an address cannot say it.
            if value.is_null() && parameter.is_some_and(|it| it.required != Required::True) {
                faults.wrong_type::<Value>(&at, "given or left out", &value);
                continue;
            }
            let schema = parameter.and_then(|it| it.schema.as_ref());
            let value = as_written(schema, value, &at, faults);
            written.extend(value.map(|value| (name, value)));
        }
        let text =
            |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        let parameters = written.iter().filter_map(text).collect();
        Some(Self { filter: T::from_json(Value::Object(written), at, faults)?, parameters })
    }
}

/// A value as an address has it, if it is of the type that its schema demands.
fn as_written(
    schema: Option<&RefOr<Schema>>,
    value: Value,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Value> {
    match schema {
        Some(RefOr::T(Schema::Array(_))) => {
            let Value::Array(words) = value else {
                return faults.wrong_type(at, "an array", &value);
            };
            let mut written = Vec::with_capacity(words.len());
            for (index, word) in words.into_iter().enumerate() {
                let word = String::from_json(word, &at.item(index), faults)?;
                if word.contains(',') {
                    faults.push(&at.item(index), FaultCode::NotAllowed, "must be one of them");
                }
                written.push(word);
            }
            Some(written.join(",").into())
        }
        Some(RefOr::T(Schema::Object(object))) => match &object.schema_type {
            SchemaType::Type(Type::Integer) => {
                Some(input::whole(&value, at, faults)?.to_string().into())
            }
            SchemaType::Type(Type::Boolean) => {
                Some(bool::from_json(value, at, faults)?.to_string().into())
            }
            SchemaType::Type(_) | SchemaType::Array(_) | SchemaType::AnyValue => Some(value),
        },
        Some(RefOr::T(_) | RefOr::Ref(_)) | None => Some(value),
    }
}
