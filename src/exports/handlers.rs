//! HTTP in, one state of the database, a file out.

use actix_web::http::header::{self, Accept, Header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use futures_util::{StreamExt, stream};

use super::everything;
use super::file::Stored;
use super::types::{ExportParameters, ExportReport, Writable, names};
use crate::access::{Caller, Read};
use crate::cache::Shows;
use crate::db::changes::Subject;
use crate::db::{self, Db};
use crate::domain::text::sha256_hex;
use crate::http::answer;
use crate::http::conditions::Conditions;
use crate::http::extract::{Path, Query};
use crate::http::problem::{Code, Problem, Result};
use crate::topics::TopicPath;

/// Export a topic
///
/// The topic as a file, in the format that `format` names or `Accept` likes best. What the format
/// cannot hold is listed in the report, to which `Link` leads: `report=true` gives it. Licence and
/// attribution of the quoted sources are in every format that can hold them.
#[utoipa::path(tag = "Exports", params(TopicPath, ExportParameters), responses((status = 200, content((String = "text/plain"), (ExportReport = "application/json")), description = "The file, or the report")))]
#[get("/v1/topics/{topic}/export")]
pub async fn export_topic(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    Query(parameters): Query<ExportParameters>,
    request: HttpRequest,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let format = match parameters.format {
        Some(format) => format,
        None => negotiated(&request)?,
    };
    let stored =
        db::snapshot!(db, async |conn| Stored::find(conn, &path.topic, &caller.sight()).await)?;
    // Who owns a source, and by which licence, is in the file.
    let shown = [Subject::Topic(stored.id), Subject::Sources];
    let file = stored.write(format);
    if parameters.report.is_some_and(|report| report.0) {
        let report = file.into_report();
        let told = serde_json::to_vec(&report).map_err(|error| Problem::internal(&error))?;
        return Ok(answer::tagged(&conditions, &tag(&told), &report).showing(shown));
    }
    let tag = tag(file.text.as_bytes());
    if let Some(unchanged) = answer::unchanged(&conditions, &tag) {
        return Ok(unchanged);
    }
    let name = format.format().name();
    let report = format!(
        "</v1/topics/{}/export?format={name}&report=true>; rel=\"describedby\"; type=\"application/json\"",
        file.topic
    );
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, format.content_type()))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}\"", file.name()),
        ))
        .insert_header((header::LINK, report))
        .insert_header((header::VARY, "Accept"))
        .insert_header(answer::etag(&tag))
        .body(file.text)
        .showing(shown))
}

/// An export has no version: what it says is its state.
fn tag(bytes: &[u8]) -> String {
    sha256_hex(bytes).chars().take(32).collect()
}

/// The format that the client likes best.
fn negotiated(request: &HttpRequest) -> Result<Writable> {
    let unacceptable = || {
        let media_types = Writable::all().map(|it| it.format().media_type());
        let detail = format!(
            "There is no format of these media types. There are: {}. Or name the format in the \
             query, as in `?format=argdown`: {}.",
            media_types.collect::<Vec<_>>().join(", "),
            names().join(", ")
        );
        Problem::new(Code::NotAcceptable, detail)
    };
    if request.headers().get(header::ACCEPT).is_none() {
        return Writable::named("json").ok_or_else(unacceptable);
    }
    let accept = Accept::parse(request).map_err(|_unreadable| unacceptable())?;
    let refused: Vec<String> = accept
        .iter()
        .filter(|it| it.quality == header::Quality::ZERO)
        .map(|it| it.item.essence_str().to_owned())
        .collect();
    let ranked = accept.ranked().into_iter();
    let wanted = ranked.filter(|it| !refused.iter().any(|refused| refused == it.essence_str()));
    wanted
        .filter_map(|it| Writable::of_media_range(it.essence_str()))
        .next()
        .ok_or_else(unacceptable)
}

/// Export everything
///
/// All sources and all topics that the caller may see, as a stream of lines in the native format: one
/// consistent state, sources first, each kind in the byte order of slugs. The last line tells how many
/// there were and the SHA-256 of all bytes before it; without it, the stream did not come whole.
/// Imported into an empty server it gives the same export again, byte for byte.
#[utoipa::path(tag = "Exports", responses((status = 200, content_type = "application/x-ndjson", body = String, description = "The stream")))]
#[get("/v1/export")]
pub async fn export_everything(caller: Caller<Read>, db: Data<Db>) -> Result<HttpResponse> {
    let mut parts = everything::begin(&db, caller.sight());
    // What goes wrong at once can still be told as a problem.
    let first = parts.recv().await.transpose()?;
    let first = stream::iter(first.map(Ok));
    let rest = stream::unfold(parts, async |mut parts| Some((parts.recv().await?, parts)));
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/x-ndjson; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"debatebase.ndjson\""))
        .streaming(first.chain(rest)))
}
