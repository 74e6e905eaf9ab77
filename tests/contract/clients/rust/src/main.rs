//! The story: what a program does with the API, through a client made of the document alone.

use debatebase_client::apis::arguments_api::create_argument;
use debatebase_client::apis::citations_api::{CreateCitationError, create_citation, list_citations};
use debatebase_client::apis::configuration::Configuration;
use debatebase_client::apis::positions_api::create_position;
use debatebase_client::apis::topics_api::{
    GetTopicError, PatchTopicError, create_topic, delete_topic, get_topic, list_topics, patch_topic,
};
use debatebase_client::apis::views_api::get_outline;
use debatebase_client::apis::{Error, ResponseContent};
use debatebase_client::models::{
    BackedName, BacksRef, Code, EndRef, FaultCode, NewArgument, NewCitation, NewPosition, NewQuote,
    NewTopic, PositionRef, TopicPatch, TopicRef,
};

const ESSAY: &str = "open-source-llama-essay";

/// What the server answered to a call that must not go well.
fn refused<T: std::fmt::Debug, E>(answer: Result<T, Error<E>>) -> ResponseContent<E> {
    match answer {
        Err(Error::ResponseError(answer)) => answer,
        Err(error) => panic!("{error}"),
        Ok(done) => panic!("this should have been refused: {done:?}"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut api = Configuration::new();
    api.base_path = std::env::args().nth(1).ok_or("give the address of the server")?;
    api.bearer_access_token = std::env::var("DEBATEBASE_KEY").ok();

    let topics = list_topics(
        &api, Some("llama"), None, None, None, None, None, None, Some(5), None, None, None,
    );
    let first = topics.await?.data.remove(0);
    let outline = get_outline(&api, &first.slug, Some(2), None, None, None).await?;
    assert_eq!(outline.topic.title, first.title);
    assert!(!outline.positions.is_empty());

    let mut new = NewTopic::new("Can a Rust client use this?".to_owned());
    new.slug = Some(Some("a-rust-client".to_owned()));
    let topic = create_topic(&api, new, Some("a-rust-story")).await?;
    // The version of a record is its entity tag.
    let created = format!("\"{}\"", topic.version);

    let new = NewPosition::new("It can.".to_owned());
    let position = create_position(&api, &topic.slug, new, None).await?;
    let mut new = NewArgument::new("It has just done so.".to_owned());
    new.supports =
        Some(Some(vec![EndRef::PositionRef(Box::new(PositionRef::new(position.slug)))]));
    let exact = "Open source is a means, not an end.".to_owned();
    new.citations = Some(Some(vec![NewQuote::new(ESSAY.to_owned(), exact)]));
    let argument = create_argument(&api, &topic.slug, new, None, None).await?;
    let quotes = list_citations(
        &api, &topic.slug, None, None, Some(&argument.slug), None, None, None, None, None, None,
        None, None,
    );
    match &*quotes.await?.data[0].backs {
        BackedName::ArgumentName(backed) => assert_eq!(backed.argument, argument.slug),
        other => panic!("it backs {other:?}"),
    }

    // A merge patch says what changes; `Some(None)` takes away.
    let mut patch = TopicPatch::new();
    patch.summary = Some("Yes.".to_owned());
    patch.origin = Some(None);
    let patched = patch_topic(&api, &topic.slug, patch.clone(), Some(&created), None).await?;
    assert_eq!(patched.version, topic.version + 1);

    patch.summary = Some("No.".to_owned());
    let stale = refused(patch_topic(&api, &topic.slug, patch, Some(&created), None).await);
    assert_eq!(stale.status, 412);
    match stale.entity {
        Some(PatchTopicError::Status4XX(problem)) => {
            assert_eq!(problem.code, Code::PreconditionFailed);
        }
        other => panic!("it answered {other:?}"),
    }

    let backs = BacksRef::TopicRef(Box::new(TopicRef::new(topic.slug.clone())));
    let new = NewCitation::new(ESSAY.to_owned(), backs, "Not in it.".to_owned());
    let misquoted = refused(create_citation(&api, &topic.slug, new, None).await);
    match misquoted.entity {
        Some(CreateCitationError::Status4XX(problem)) => {
            assert_eq!(problem.code, Code::DoesNotFit);
            assert_eq!(problem.errors.unwrap()[0].code, FaultCode::QuoteNotFound);
        }
        other => panic!("it answered {other:?}"),
    }

    delete_topic(&api, &topic.slug, None, None).await?;
    match refused(get_topic(&api, &topic.slug, None, None, None).await).entity {
        Some(GetTopicError::Status4XX(problem)) => assert_eq!(problem.code, Code::NotFound),
        other => panic!("it answered {other:?}"),
    }

    println!("the Rust client has told its story");
    Ok(())
}
