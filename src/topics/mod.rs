//! Topics: the questions under debate.
//!
//! A topic owns everything below it: positions, arguments, relations and citations. Deleting
//! it deletes them; archiving it closes them to changes. **Invariant:** whatever changes
//! something below a topic locks the topic first and advances its revision in the same
//! transaction, so writers of one topic take turns and writers of different ones do not wait.

mod handlers;
pub mod queries;
mod types;

pub use types::{NewTopic, Tags, Topic, TopicFilter, TopicPatch, TopicPath};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes under `/v1/topics`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1/topics")
            .service(handlers::list_topics)
            .service(handlers::create_topic)
            .service(handlers::get_topic)
            .service(handlers::put_topic)
            .service(handlers::patch_topic)
            .service(handlers::delete_topic),
    );
}
