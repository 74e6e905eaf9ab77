//! Sources: texts that somebody wrote, kept to the byte, for quotes to be checked against.
//!
//! **Invariant:** a text never changes under its quotes. A new text moves every quote to its
//! new place, or is refused with the list of those that it would leave without one.

mod handlers;
pub mod queries;
mod types;

pub use types::{NewSource, Source, SourceCitations, SourceFilter, SourcePatch, SourcePath};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::body::{LARGEST, Largest};

/// The routes under `/v1/sources`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1/sources")
            .app_data(Largest(LARGEST))
            .service(handlers::list_sources)
            .service(handlers::create_source)
            .service(handlers::get_source)
            .service(handlers::put_source)
            .service(handlers::patch_source)
            .service(handlers::delete_source)
            .service(handlers::get_source_text)
            .service(handlers::list_source_citations),
    );
}
