//! Arguments: the reasons, one claim each.
//!
//! An argument may be made together with the relations and citations it stands in: the shorthand.
//! Whoever wants it is told of arguments that claim nearly the same, before another is made.

mod handlers;
pub mod queries;
pub mod similar;
mod types;

pub use types::{
    Argument, ArgumentBrief, ArgumentFilter, ArgumentPatch, ArgumentPath, NewArgument,
};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::body::{LARGEST, Largest};

/// The routes under `/v1/topics/{topic}/arguments`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1/topics/{topic}/arguments")
            .app_data(Largest(LARGEST))
            .service(handlers::list_arguments)
            .service(handlers::create_argument)
            .service(handlers::get_argument)
            .service(handlers::put_argument)
            .service(handlers::patch_argument)
            .service(handlers::delete_argument),
    );
}
