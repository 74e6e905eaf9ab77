//! What the document says of exported topics: their media types are those of the formats that can
//! be written.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};

use super::file;
use crate::exports::Writable;

/// The media type of the report, which is also that of a format.
const REPORT: &str = "application/json";

/// Whether an operation answers a topic as a file.
pub fn is_export(operation: &Operation) -> bool {
    operation.operation_id.as_deref() == Some("export_topic")
}

/// The media type of what is answered to a request with this query.
pub fn media_type(query: &str) -> Option<&'static str> {
    let parameter = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(it, _)| it == name).map(|(_, value)| value.into_owned())
    };
    if parameter("report").as_deref() == Some("true") {
        return Some(REPORT);
    }
    Writable::named(&parameter("format")?).map(|it| it.format().media_type())
}

/// Says which files are answered.
pub fn add(operation: &mut Operation) {
    let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") else { return };
    response.content.clear();
    for format in Writable::all() {
        let media_type = format.format().media_type();
        let titles = Writable::all().filter(|it| it.format().media_type() == media_type);
        let titles = titles.map(|it| it.format().title()).collect::<Vec<_>>().join(", or ");
        let schema = file(media_type, &titles);
        let schema = if media_type == REPORT {
            let report = Ref::from_schema_name("ExportReport");
            Schema::AnyOf(AnyOfBuilder::new().item(report).item(schema).build())
        } else {
            schema.build().into()
        };
        let content = ContentBuilder::new().schema(Some(schema)).build();
        response.content.insert(media_type.to_owned(), RefOr::T(content));
    }
    for (name, description) in [
        ("Content-Disposition", "The name of the file (RFC 6266); not on the report."),
        ("Link", "The address of the report, as `describedby` (RFC 8288); not on the report."),
    ] {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let header = HeaderBuilder::new()
            .schema(Some(text))
            .description(Some(description.to_owned()))
            .build();
        response.headers.insert(name.to_owned(), header.into());
    }
}
