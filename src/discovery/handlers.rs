//! HTTP in, one state of the database, HTTP out.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};

use super::related;
use super::similar::{self, Asked};
use super::types::{
    ClaimParameters, Looking, RelatedParameters, RelatedTopics, SimilarArguments, SimilarParameters,
};
use crate::access::{Caller, Read, Sight};
use crate::arguments::{self, ArgumentPath};
use crate::cache::Shows;
use crate::db::changes::Subject;
use crate::db::{self, Conn, Db};
use crate::expansion;
use crate::http::answer;
use crate::http::conditions::Conditions;
use crate::http::expand::Expanded;
use crate::http::extract::{Path, Query};
use crate::http::parts::Parts;
use crate::http::problem::Result;
use crate::topics::queries::Head;
use crate::topics::{self, TopicPath};

/// Get the arguments that are like one
///
/// The arguments of the topic, or of all topics, whose claims are most like that of the argument, the
/// most alike first: by the words they share, the rare ones more, and by their letters. Whether a point
/// was made before. Across topics, only those in the same language that have a rare word of the claim
/// are looked at.
#[utoipa::path(tag = "Discovery", params(ArgumentPath, SimilarParameters), responses((status = 200, body = SimilarArguments, description = "The arguments that are like it")))]
#[get("/v1/topics/{topic}/arguments/{argument}/similar")]
pub async fn get_similar(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<ArgumentPath>,
    Query(parameters): Query<SimilarParameters>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let (looking, sight) = (Looking::from(parameters), caller.sight());
    let found = db::snapshot!(db, async |conn| {
        let topic = topics::queries::head(conn, &path.topic, &sight).await?;
        let argument = arguments::queries::find(conn, &topic, &path.argument).await?;
        similar(conn, &topic, Asked::of(&argument), &looking, &sight).await
    })?;
    Ok(answered(&conditions, found, &looking)?.showing([Subject::Everything]))
}

/// Get the arguments that are like a claim
///
/// The same for a claim that is not made yet: what a form shows while somebody writes one.
#[utoipa::path(tag = "Discovery", params(TopicPath, ClaimParameters), responses((status = 200, body = SimilarArguments, description = "The arguments that are like it")))]
#[get("/v1/topics/{topic}/similar")]
pub async fn get_similar_to_claim(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    Query(parameters): Query<ClaimParameters>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let ((claim, language, looking), sight) = (parameters.split(), caller.sight());
    let found = db::snapshot!(db, async |conn| {
        let topic = topics::queries::head(conn, &path.topic, &sight).await?;
        let language = language.as_ref().unwrap_or(&topic.language);
        let asked = Asked { claim: &claim, language, argument: None };
        similar(conn, &topic, asked, &looking, &sight).await
    })?;
    answered(&conditions, found, &looking)
}

/// Get the topics that go with one
///
/// Topics that have tags or sources in common with the topic, or whose titles are alike; those with the
/// most in common first. Each says why it is there.
#[utoipa::path(tag = "Discovery", params(TopicPath, RelatedParameters), responses((status = 200, body = RelatedTopics, description = "The topics that go with it")))]
#[get("/v1/topics/{topic}/related")]
pub async fn get_related(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    Query(parameters): Query<RelatedParameters>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let sight = caller.sight();
    let data = db::snapshot!(db, async |conn| {
        let topic = topics::queries::find(conn, &path.topic, &sight).await?;
        related::to(conn, topic, &sight, parameters.most()).await
    })?;
    let parts = Parts::new(parameters.fields.as_ref(), None);
    let answer = answer::untagged(&conditions, &parts.of_list(&RelatedTopics { data }))?;
    Ok(answer.showing([Subject::Everything]))
}

/// The similar arguments, and what is asked for with each.
type Found = (SimilarArguments, Option<Vec<Expanded>>);

async fn similar(
    conn: &Conn,
    topic: &Head,
    asked: Asked<'_>,
    looking: &Looking,
    sight: &Sight,
) -> Result<Found> {
    let across = looking.is_across.then_some(sight);
    let view = similar::find(conn, topic, asked, across, looking.most).await?;
    let expanded = expansion::of(conn, sight, &view.data, looking.expand.as_ref()).await?;
    Ok((view, expanded))
}

/// No revision tells the state of all topics.
fn answered(
    conditions: &Conditions,
    (view, expanded): Found,
    looking: &Looking,
) -> Result<HttpResponse> {
    let parts = Parts::new(looking.fields.as_ref(), expanded);
    let given = parts.of_list(&view);
    if looking.is_across {
        return answer::untagged(conditions, &given);
    }
    Ok(answer::partial(conditions, &view.revision.to_string(), &given))
}
