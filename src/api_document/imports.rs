//! What the document says of files: their media types are those of the formats that can be read.

use utoipa::openapi::path::Operation;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{ContentBuilder, Required};

use super::{file, is_data};
use crate::imports::Readable;

/// The tag of the operations that take a file.
const TAG: &str = "Imports";

/// Whether an operation takes a file.
pub fn is_import(operation: &Operation) -> bool {
    operation.tags.iter().flatten().any(|tag| tag == TAG)
}

/// Says which files are taken.
pub fn add(operation: &mut Operation) {
    let mut body = RequestBodyBuilder::new().required(Some(Required::True)).description(Some(
        "The file, in UTF-8. As `application/octet-stream`, `text/plain` or `application/json` it may \
         be of any of the formats, and the one that is meant is recognised.",
    ));
    for format in Readable::all() {
        for media_type in format.format().media_types() {
            let schema = file(media_type, format.format().title());
            let schema = if is_data(media_type) { schema } else { schema.min_length(Some(1)) };
            body = body.content(*media_type, ContentBuilder::new().schema(Some(schema)).build());
        }
    }
    operation.request_body = Some(body.build().into());
}
