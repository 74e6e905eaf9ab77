//! Keys: what allows programs and people to write, and to see drafts.
//!
//! A key is shown once, when it is made. It is listed under its public id for as long as the server
//! stands, also after it was revoked or has expired. **Invariant:** what a key allows never changes;
//! it only ends. To change it, another takes its place (`rotate`).

pub mod first;
mod handlers;
pub mod queries;
mod types;

pub use types::{ApiKey, MadeKey, NewKey, Rotation};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes under `/v1/keys`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1/keys")
            .service(handlers::list_keys)
            .service(handlers::create_key)
            .service(handlers::get_key)
            .service(handlers::revoke_key)
            .service(handlers::rotate_key),
    );
}
