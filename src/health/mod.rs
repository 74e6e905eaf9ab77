//! Whether the service lives, whether it is ready, which one it is; and on the admin listener,
//! which is not for the public, what it counts of itself.

mod handlers;
pub mod queries;
mod readiness;
mod types;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of the service itself.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(handlers::get_live).service(handlers::get_ready).service(handlers::get_version);
}

/// The routes of the admin listener.
pub fn admin_routes(config: &mut web::ServiceConfig) {
    config
        .service(handlers::get_metrics)
        .service(handlers::get_live)
        .service(handlers::get_ready)
        .service(handlers::get_version);
}
