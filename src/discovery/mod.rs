//! Discovery: what says much the same as a claim, and which topics go with one.
//!
//! Whom to compare with is asked of the index of search, by the words that few have, and is bounded:
//! a common word costs no more than a rare one. How alike two texts are is said by
//! [`crate::domain::likeness`] alone.

mod handlers;
pub mod queries;
mod rarest;
mod related;
mod similar;
mod types;

pub use types::SimilarArgument;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of discovery.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::get_similar)
        .service(handlers::get_similar_to_claim)
        .service(handlers::get_related);
}
