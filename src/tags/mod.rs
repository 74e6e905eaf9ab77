//! Tags: the words that topics are found by, each with how many topics have it.
//!
//! A tag has no record of its own: it is there as long as a topic has it. **Invariant:** renaming
//! one changes the topics that have it as a patch of each would, all in one transaction: they are
//! locked in the order of their ids, their versions advance, and an archived one refuses it.

mod handlers;
mod queries;
mod types;

use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes under `/v1/tags`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1/tags")
            .service(handlers::list_tags)
            .service(handlers::get_tag)
            .service(handlers::patch_tag),
    );
}
