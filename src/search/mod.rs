//! Search: one ranking over all records that have words.
//!
//! PostgreSQL keeps an entry for each record, and for each passage of a source's text, in the
//! transaction of the change (triggers; see the migration): what was committed is found by the next
//! request. A **query** is read by PostgreSQL, in every dictionary that entries are made with, into
//! `terms`. Its **hits** are ranked in `parts`, so that a word which many have costs no more
//! than what is shown. Their **places** are found here, in the text as it is stored.
//!
//! **Invariants:** nothing of a query reaches SQL but as a parameter. A word is taken for another
//! only if that one finds more of what the caller may see.

mod asked;
mod basis;
mod counting;
mod finding;
mod handlers;
mod loading_queries;
mod parts;
mod places;
pub mod queries;
mod ranking_queries;
mod spelling;
mod stems;
mod terms;
mod types;
mod words_queries;

pub use stems::Stems;
pub use terms::Term;
pub use types::{Facets, Hit, HitTopic, SearchFilter, SearchResults};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of search.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(handlers::search_records).service(handlers::search_by_body);
}
