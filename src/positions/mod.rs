//! Positions: the answers to a topic, in the order of their rank.

mod handlers;
pub mod queries;
mod types;

pub use types::{NewPosition, Position, PositionFilter, PositionPatch, PositionPath};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes under `/v1/topics/{topic}/positions`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1/topics/{topic}/positions")
            .service(handlers::list_positions)
            .service(handlers::create_position)
            .service(handlers::get_position)
            .service(handlers::put_position)
            .service(handlers::patch_position)
            .service(handlers::delete_position),
    );
}
