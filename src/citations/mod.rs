//! Citations: verified quotes of a source, each tied to what it backs.
//!
//! **Invariant:** a citation's words stand at its place of the source's text. A quote is checked
//! when it is written, and moved along (or the change refused) when the text is changed.
//! Locks are taken in one order: sources first, then topics.

mod handlers;
pub mod queries;
mod types;

pub use types::{
    BackedName, BacksRef, Citation, CitationExpand, CitationFields, CitationFilter, CitationPatch,
    CitationPath, NewCitation, NewQuote,
};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes under `/v1/topics/{topic}/citations`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1/topics/{topic}/citations")
            .service(handlers::list_citations)
            .service(handlers::create_citation)
            .service(handlers::get_citation)
            .service(handlers::put_citation)
            .service(handlers::patch_citation)
            .service(handlers::delete_citation),
    );
}
