//! HTTP in, at most one query, HTTP out.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::queries;
use crate::db::Db;
use crate::http::problem::Result;

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `live` or `ready`.
    #[schema(example = "ready")]
    status: &'static str,
}

/// Which service this is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// The name of the program.
    #[schema(example = "debatebase")]
    name: &'static str,
    /// Its version (Semantic Versioning 2.0.0).
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// Is the service alive?
///
/// Asks nothing of the database.
#[utoipa::path(tag = "Service", responses((status = 200, body = Health, description = "It is")))]
#[get("/health/live")]
pub async fn get_live() -> HttpResponse {
    HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(Health { status: "live" })
}

/// Can the service answer?
///
/// Asks the database; 503 if that does not answer.
#[utoipa::path(tag = "Service", responses((status = 200, body = Health, description = "It can")))]
#[get("/health/ready")]
pub async fn get_ready(db: Data<Db>) -> Result<HttpResponse> {
    queries::ping(&*db.read().await?).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(Health { status: "ready" }))
}

/// Which service is this?
///
/// Its name, and its version (Semantic Versioning).
#[utoipa::path(tag = "Service", responses((status = 200, body = Version, description = "Its name and version")))]
#[get("/version")]
pub async fn get_version() -> HttpResponse {
    HttpResponse::Ok()
        .json(Version { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") })
}
