//! HTTP in, one state of the database, HTTP out.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};

use super::shape::Shape;
use super::types::{
    AncestorsParameters, AncestorsView, DescendantArgument, DescendantFilter, Finding,
    FindingFilter, FindingPath, PathParameters, PathView, Statistics, StatisticsParameters,
};
use super::{findings, paths};
use crate::access::{Caller, Read};
use crate::arguments::{self, ArgumentPath};
use crate::cache::Shows;
use crate::db::changes::Subject;
use crate::db::{self, Conn, Db};
use crate::expansion;
use crate::graph::node::ArgumentIndex;
use crate::http::answer;
use crate::http::conditions::Conditions;
use crate::http::extract::{Path, Query};
use crate::http::page::{Listing, Page};
use crate::http::parts::Parts;
use crate::http::problem::Result;
use crate::links;
use crate::topics::queries::Head;
use crate::topics::{self, TopicPath};
use crate::views::unchanged;

/// List what bears on an argument
///
/// The arguments that bear on it, directly or through others, also by undercutting a relation on the
/// way: the nearest first, each depth oldest first, to `depth`. The argument itself is not among them,
/// even where it stands in a cycle.
#[utoipa::path(tag = "Graph", params(ArgumentPath, DescendantFilter), responses((status = 200, body = Page<DescendantArgument>, description = "A page of arguments")))]
#[get("/v1/topics/{topic}/arguments/{argument}/descendants")]
pub async fn list_descendants(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<ArgumentPath>,
    listing: Listing<DescendantFilter>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let (topic, page, expanded) = db::snapshot!(db, async |conn| {
        let (topic, shape, argument) = load(conn, &path, &caller).await?;
        let page = paths::descendants(conn, &topic, shape, argument, &listing).await?;
        let expand = listing.filter.expand.as_ref();
        let expanded = expansion::of(conn, &caller.sight(), &page.data, expand).await?;
        Ok((topic, page, expanded))
    })?;
    let parts = Parts::new(listing.filter.fields.as_ref(), expanded);
    let shown = Subject::in_topic(topic.id, listing.filter.expand.as_ref());
    Ok(listing.answer(&conditions, &topic.revision.to_string(), &page, &parts).showing(shown))
}

/// Get what an argument bears on
///
/// Every path from the argument up to a position that passes nothing twice, and which way the argument
/// bears on the position by it; a shortest one first. There may be very many: at most `limit` are
/// given, and `complete` says whether these are all.
#[utoipa::path(tag = "Graph", params(ArgumentPath, AncestorsParameters), responses((status = 200, body = AncestorsView, description = "What it bears on")))]
#[get("/v1/topics/{topic}/arguments/{argument}/ancestors")]
pub async fn get_ancestors(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<ArgumentPath>,
    Query(parameters): Query<AncestorsParameters>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let limit = parameters.limit.map_or(Ok(100), |limit| usize::try_from(limit.0));
    let (topic, view) = db::snapshot!(db, async |conn| {
        let (topic, shape, argument) = load(conn, &path, &caller).await?;
        let most = limit.unwrap_or_default();
        let view = paths::ancestors(conn, &topic, shape, argument, most).await?;
        Ok((topic.id, view))
    })?;
    let parts = Parts::new(parameters.fields.as_ref(), None);
    let shown = [Subject::Topic(topic)];
    Ok(answer::parts(&conditions, view.revision, &view, &parts).showing(shown))
}

/// Get a path between an argument and another record
///
/// A shortest path from the argument up to a position or another argument that it bears on; or, where
/// there is none, from the other argument up to this one. `direction` says which; it is null where
/// neither bears on the other.
#[utoipa::path(tag = "Graph", params(ArgumentPath, PathParameters), responses((status = 200, body = PathView, description = "The path, if there is one")))]
#[get("/v1/topics/{topic}/arguments/{argument}/path")]
pub async fn get_path(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<ArgumentPath>,
    Query(parameters): Query<PathParameters>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let (topic, view) = db::snapshot!(db, async |conn| {
        let (topic, shape, argument) = load(conn, &path, &caller).await?;
        let other = links::queries::place(conn, &topic, &parameters.to, "to").await?;
        let view = paths::between(conn, &topic, shape, argument, other).await?;
        Ok((topic.id, view))
    })?;
    let parts = Parts::new(parameters.fields.as_ref(), None);
    let shown = [Subject::Topic(topic)];
    Ok(answer::parts(&conditions, view.revision, &view, &parts).showing(shown))
}

/// Get the statistics of a topic
///
/// How many records there are and how deep the debate is, what speaks for and against each position,
/// and what a curator works through next: how many findings there are of each kind, and the first.
#[utoipa::path(tag = "Graph", params(TopicPath, StatisticsParameters), responses((status = 200, body = Statistics, description = "The statistics")))]
#[get("/v1/topics/{topic}/statistics")]
pub async fn get_statistics(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    Query(parameters): Query<StatisticsParameters>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    if let Some(unchanged) = unchanged(&db, &path.topic, &caller, &conditions).await? {
        return Ok(unchanged);
    }
    let limit = parameters.limit.map_or(Ok(20), |limit| usize::try_from(limit.0));
    let (topic, view) = db::snapshot!(db, async |conn| {
        let topic = topics::queries::head(conn, &path.topic, &caller.sight()).await?;
        let shape = Shape::read(conn, topic.id).await?;
        let most = limit.unwrap_or_default();
        let view = findings::statistics(conn, &topic, shape, most).await?;
        Ok((topic.id, view))
    })?;
    let parts = Parts::new(parameters.fields.as_ref(), None);
    let shown = [Subject::Topic(topic)];
    Ok(answer::parts(&conditions, view.revision, &view, &parts).showing(shown))
}

/// List the findings of a kind
///
/// The records behind a number of the statistics, oldest first.
#[utoipa::path(tag = "Graph", params(FindingPath, FindingFilter), responses((status = 200, body = Page<Finding>, description = "A page of findings")))]
#[get("/v1/topics/{topic}/statistics/{finding}")]
pub async fn list_findings(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<FindingPath>,
    listing: Listing<FindingFilter>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let (topic, page, expanded) = db::snapshot!(db, async |conn| {
        let topic = topics::queries::head(conn, &path.topic, &caller.sight()).await?;
        let shape = Shape::read(conn, topic.id).await?;
        let page = findings::list(conn, &topic, shape, path.finding, &listing).await?;
        let expand = listing.filter.expand.as_ref();
        let expanded = expansion::of(conn, &caller.sight(), &page.data, expand).await?;
        Ok((topic, page, expanded))
    })?;
    let parts = Parts::new(listing.filter.fields.as_ref(), expanded);
    let shown = Subject::in_topic(topic.id, listing.filter.expand.as_ref());
    Ok(listing.answer(&conditions, &topic.revision.to_string(), &page, &parts).showing(shown))
}

/// The topic, its shape, and the argument in it.
async fn load(
    conn: &Conn,
    path: &ArgumentPath,
    caller: &Caller<Read>,
) -> Result<(Head, Shape, ArgumentIndex)> {
    let topic = topics::queries::head(conn, &path.topic, &caller.sight()).await?;
    let argument = arguments::queries::find(conn, &topic, &path.argument).await?;
    let shape = Shape::read(conn, topic.id).await?;
    let index = shape.argument(argument.id)?;
    Ok((topic, shape, index))
}
