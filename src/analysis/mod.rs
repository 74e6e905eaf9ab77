//! Questions to the graph: what bears on what, which way, and what a curator works through next.
//!
//! Each answer is of one state of the database. What is read of the whole topic is its ids and
//! relations alone; texts are read of what the answer shows. The answers themselves are bounded:
//! descendants and findings come in pages, paths come so many at most, and say when there are more.

mod findings;
mod handlers;
mod paths;
pub mod queries;
mod shape;
mod types;

pub use types::{DescendantArgument, Finding};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of the questions.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_descendants)
        .service(handlers::get_ancestors)
        .service(handlers::get_path)
        .service(handlers::get_statistics)
        .service(handlers::list_findings);
}
