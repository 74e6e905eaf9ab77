//! Imports: documents into the database.
//!
//! Records are upserted by slug: what is not there is made, what differs is changed, what is
//! equal is left alone, version and all. **Invariant:** one document is one transaction: all of
//! it is written, or nothing is. What the document does not name stays.

mod apply;
mod engine;
mod handlers;
pub mod queries;
pub mod reading;
mod report;
pub mod seeds;
mod types;
mod upload;

pub use engine::{Event, Mode, Settings, run};
pub use report::{Report, Tally};
pub use seeds::Loaded;
pub use types::{ImportParameters, Readable, names};
pub use upload::Slots;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::{self, Db};
use crate::http::problem::Result;

/// Writes a document, and says what it did.
pub async fn apply(db: &Db, document: &Loaded) -> Result<Report> {
    let document = document.shared();
    db::write!(*db, async |conn| apply::document(conn, &document).await)
}

/// Whether the database has no topic yet.
pub async fn is_empty(db: &Db) -> Result<bool> {
    queries::is_empty(&*db.read().await?).await
}

/// The route of imports.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(handlers::create_import);
}
