//! The documentation that the service gives of itself: the API document, Swagger UI, a page for
//! every problem, and the schema of the native format.
//!
//! **Invariant:** no page asks any other host for anything; the Content-Security-Policy says so.

mod handlers;
mod page;

use std::sync::Arc;

use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::Config;

/// The API document, made once and served as it is.
pub struct ApiDocument {
    json: String,
    tag: String,
    swagger: Arc<Config<'static>>,
}

impl std::fmt::Debug for ApiDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiDocument").field("tag", &self.tag).finish_non_exhaustive()
    }
}

impl ApiDocument {
    /// Takes the document as JSON.
    pub fn new(json: String) -> Self {
        let tag = crate::http::answer::digest_tag(json.as_bytes());
        let swagger = Config::new(["/openapi.json"])
            .try_it_out_enabled(true)
            .doc_expansion("list")
            .use_base_layout();
        Self { json, tag, swagger: Arc::new(swagger) }
    }
}

/// The addresses of pages for people alone, which the API document leaves out.
pub const PAGES: [&str; 3] = ["/", "/docs", "/docs/{file}"];

/// The routes of the documentation.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::get_openapi)
        .service(handlers::get_problem_page)
        .service(handlers::get_native_schema)
        .map(|config| {
            config
                .service(handlers::get_docs)
                .service(handlers::get_docs_file)
                .service(handlers::get_home)
        });
}
