//! HTTP in, at most one query, HTTP out.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

use super::readiness::{self, Readiness};
use super::types::{Health, Version};
use crate::db::Db;
use crate::http::draining::Draining;
use crate::http::problem::{Problem, Result};
use crate::metrics;

const NOT_KEPT: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Is the service alive?
///
/// Asks nothing of the database.
#[utoipa::path(tag = "Service", responses((status = 200, body = Health, description = "It is")))]
#[get("/health/live")]
pub async fn get_live() -> HttpResponse {
    HttpResponse::Ok().insert_header(NOT_KEPT).json(Health::live())
}

/// Can the service answer?
///
/// 503 if a check fails, which `code` and `detail` name: `draining` (the program is about to stop),
/// `unavailable` (the database does not answer), `schema-behind` (the database lacks migrations).
/// It costs one short query, so it may be asked every second.
#[utoipa::path(tag = "Service", responses((status = 200, body = Readiness, description = "It can: every check, and its state")))]
#[get("/health/ready")]
pub async fn get_ready(db: Data<Db>, draining: Data<Draining>) -> Result<HttpResponse> {
    let ready = readiness::check(&db, &draining).await?;
    Ok(HttpResponse::Ok().insert_header(NOT_KEPT).json(ready))
}

/// Which service is this?
///
/// Its name, its version (Semantic Versioning), and what it was built from.
#[utoipa::path(tag = "Service", responses((status = 200, body = Version, description = "Its name, its version, and what it was built from")))]
#[get("/version")]
pub async fn get_version() -> HttpResponse {
    HttpResponse::Ok().json(Version::of_this_program())
}

/// What the program counts of itself, for Prometheus.
#[get("/metrics")]
pub async fn get_metrics(db: Data<Db>) -> Result<HttpResponse> {
    let text = db.metrics().to_text(db.pool_state()).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok().insert_header(NOT_KEPT).content_type(metrics::MEDIA_TYPE).body(text))
}
