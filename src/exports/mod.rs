//! Exports: topics as files, in the formats of the tools around.
//!
//! One topic comes in any format that can be written, with a report on what that format cannot
//! hold; everything comes as one stream of the native format. **Invariant:** either is of one state
//! of the database. What is exported and imported again is what it was.

pub mod everything;
mod file;
mod handlers;
pub mod queries;
mod types;

pub use file::{Stored, TopicFile};
pub use types::{ExportReport, Writable, names};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of exports.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(handlers::export_topic).service(handlers::export_everything);
}
