//! What the document says of files: their media types are those of the formats that can be read.

use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Required};

use crate::imports::Readable;

/// The tag of the operations that take a file.
const TAG: &str = "Imports";

/// Whether an operation takes a file.
pub fn is_import(operation: &Operation) -> bool {
    operation.tags.iter().flatten().any(|tag| tag == TAG)
}

/// Whether a file of this media type is one JSON value.
fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

/// A file as an example of its media type: a JSON value, or its text.
pub fn example(media_type: &str, text: &str) -> Value {
    let json = is_json(media_type).then(|| serde_json::from_str(text).ok()).flatten();
    json.unwrap_or_else(|| text.into())
}

/// Says which files are taken.
pub fn add(operation: &mut Operation) {
    let mut body = RequestBodyBuilder::new().required(Some(Required::True)).description(Some(
        "The file, in UTF-8. As `application/octet-stream`, `text/plain` or `application/json` it may \
         be of any of the formats, and the one that is meant is recognised.",
    ));
    for format in Readable::all() {
        for media_type in format.format().media_types() {
            let schema = ObjectBuilder::new()
                .schema_type(if is_json(media_type) {
                    SchemaType::AnyValue
                } else {
                    SchemaType::Type(Type::String)
                })
                .description(Some(format.format().title()));
            body = body.content(*media_type, ContentBuilder::new().schema(Some(schema)).build());
        }
    }
    operation.request_body = Some(body.build().into());
}
