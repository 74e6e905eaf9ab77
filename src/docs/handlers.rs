//! HTTP in, HTTP out.

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, get};

use super::ApiDocument;
use super::page::{self, ProblemPath};
use crate::http::answer;
use crate::http::compress::{self, Stored};
use crate::http::conditions::Conditions;
use crate::http::extract::Path;
use crate::http::problem::{Code, Problem, Result};

/// Nothing from elsewhere, no frames. Swagger UI sets styles from its script, and draws with data images.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Get the OpenAPI document
///
/// Made from the code of the program that serves it, with answers of that program as examples.
#[utoipa::path(tag = "Service", responses((status = 200, body = serde_json::Value, content_type = "application/json", description = "This document")))]
#[get("/openapi.json")]
pub async fn get_openapi(document: Data<ApiDocument>, conditions: Conditions) -> HttpResponse {
    answer::unchanged(&conditions, &document.tag).unwrap_or_else(|| {
        HttpResponse::Ok()
            .insert_header(answer::etag(&document.tag))
            .content_type(header::ContentType::json())
            .body(document.json.clone())
    })
}

/// Read what a problem means
///
/// The page behind the `type` of every problem.
#[utoipa::path(tag = "Service", params(ProblemPath), responses((status = 200, body = String, content_type = "text/html", description = "A page for people")))]
#[get("/problems/{code}")]
pub async fn get_problem_page(Path(path): Path<ProblemPath>) -> Result<HttpResponse> {
    let code = Code::ALL.iter().find(|code| code.slug() == path.code);
    let code = code.ok_or_else(|| Problem::not_found("problem", &path.code))?;
    Ok(html(page::problem(*code)))
}

/// Get the JSON Schema of the native format
///
/// For editors and checkers of the YAML documents that `debatebase seed` takes.
#[utoipa::path(tag = "Service", responses((status = 200, body = serde_json::Value, content_type = "application/schema+json", description = "The schema (draft 2020-12)")))]
#[get("/schemas/debate-1.json")]
pub async fn get_native_schema() -> HttpResponse {
    HttpResponse::Ok().content_type("application/schema+json").body(crate::formats::native::SCHEMA)
}

/// The front door leads to the documentation.
#[get("/")]
pub async fn get_home() -> HttpResponse {
    HttpResponse::Found().insert_header((header::LOCATION, "/docs/")).finish()
}

/// Swagger UI's files are named relative to `/docs/`.
#[get("/docs")]
pub async fn get_docs() -> HttpResponse {
    HttpResponse::Found().insert_header((header::LOCATION, "/docs/")).finish()
}

/// Swagger UI, from the crate that carries it.
#[get("/docs/{file:.*}")]
pub async fn get_docs_file(
    request: HttpRequest,
    document: Data<ApiDocument>,
    Path(file): Path<String>,
) -> Result<HttpResponse> {
    let file = utoipa_swagger_ui::serve(&file, document.swagger.clone()).ok().flatten();
    let file =
        file.ok_or_else(|| Problem::new(Code::NotFound, "The documentation has no such file."))?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    answer.content_type(file.content_type);
    let bytes = Bytes::from(file.bytes.into_owned());
    if !file.gzpipped {
        return Ok(answer.body(bytes));
    }
    match compress::stored_in_gzip(&request, bytes).await? {
        Stored::Packed(bytes) => {
            answer.insert_header(header::ContentEncoding::Gzip);
            Ok(answer.body(bytes))
        }
        Stored::Plain(bytes) => Ok(answer.body(bytes)),
    }
}

fn html(page: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .content_type(header::ContentType::html())
        .body(page)
}
