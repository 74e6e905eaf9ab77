//! Relations: one or more premises that support, attack or rephrase a target.
//!
//! Several premises of one relation are linked: they hold only together. Convergent reasons
//! are several relations. A relation onto a relation is an undercut.

mod handlers;
pub mod queries;
mod types;

pub use types::{NewRelation, Premises, Relation, RelationFilter, RelationPatch, RelationPath};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes under `/v1/topics/{topic}/relations`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1/topics/{topic}/relations")
            .service(handlers::list_relations)
            .service(handlers::create_relation)
            .service(handlers::get_relation)
            .service(handlers::put_relation)
            .service(handlers::patch_relation)
            .service(handlers::delete_relation),
    );
}
