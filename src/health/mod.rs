//! Whether the service lives, whether it is ready, and which one it is.

mod handlers;
pub mod queries;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of the service itself.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(handlers::get_live).service(handlers::get_ready).service(handlers::get_version);
}
