//! Views: a topic with everything below it, in one answer.
//!
//! The **outline** is the debate as a reader meets it, the **graph** as a program does. Either
//! reads the topic in at most four queries, whatever its size, all of one state of the
//! database, and is put together here and not by PostgreSQL, which was measured to be three
//! times slower at it. A whole outline that is read again is kept there, ready to be sent (`ready`).

mod graph;
mod handlers;
mod outline;
pub mod places;
pub mod queries;
mod ready;
mod ready_queries;
mod sparing;

pub use graph::GraphView;
pub use outline::OutlineView;
pub use ready::Ready;
pub use sparing::unchanged;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of the views.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(handlers::get_outline).service(handlers::get_graph);
}
