//! HTTP in, a file to the one who writes it, HTTP out.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, post};

use super::report::Report;
use super::types::ImportParameters;
use super::upload::{self, Slots};
use crate::access::{Caller, Import};
use crate::db::Db;
use crate::http::extract::Query;
use crate::http::problem::Result;
use crate::http::upload::Bounds;

/// Import a file
///
/// The body is the file, of any length, and is written while it comes; it may be packed
/// (`Content-Encoding`: `gzip`, `zstd`, `br`). Records are upserted by slug: what is not there is
/// made, what differs is changed, what is equal is left alone, so that importing twice changes
/// nothing and a broken import is sent again. The report tells what was done, every item that could
/// not be held, and which record here each item became; a file with faults is answered with its
/// report, too.
#[utoipa::path(tag = "Imports", params(ImportParameters), responses((status = 200, body = Report, description = "What was done, and what could not be held")))]
#[post("/v1/imports")]
pub async fn create_import(
    _caller: Caller<Import>,
    db: Data<Db>,
    slots: Data<Slots>,
    Query(parameters): Query<ImportParameters>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse> {
    let bounds = request.app_data::<Bounds>().copied().unwrap_or_default();
    let payload = payload.into_inner();
    let report =
        upload::receive(&db, bounds, &slots, parameters, request.headers(), payload).await?;
    Ok(HttpResponse::Ok().json(report))
}
