//! HTTP in, the queries of one state of the database, HTTP out.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};

use super::graph::GraphParameters;
use super::outline::{DEEPEST, OutlineParameters, Rows};
use super::ready::Ready;
use super::sparing::unchanged;
use super::{GraphView, OutlineView, graph, outline, queries};
use crate::access::{Caller, Read};
use crate::cache::Shows;
use crate::db::changes::Subject;
use crate::db::{self, Db};
use crate::http::answer;
use crate::http::conditions::Conditions;
use crate::http::extract::{Path, Query};
use crate::http::parts::Parts;
use crate::http::problem::Result;
use crate::links;
use crate::topics::{self, TopicPath};

/// Get the outline of a topic
///
/// The positions by rank, each with its arguments nested by relation: linked premises together,
/// undercuts under the relation that they attack. An argument met again is `repeated`, so cycles
/// end; where `depth` cuts a branch, `below` says how many arguments are there. With `root`, only what
/// is below one position or argument.
#[utoipa::path(tag = "Views", params(TopicPath, OutlineParameters), responses((status = 200, body = OutlineView, description = "The outline")))]
#[get("/v1/topics/{topic}/outline")]
pub async fn get_outline(
    caller: Caller<Read>,
    db: Data<Db>,
    ready: Data<Ready>,
    Path(path): Path<TopicPath>,
    Query(parameters): Query<OutlineParameters>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    if parameters.are_of_all() {
        return whole_outline(&db, &ready, &path, &caller, &parameters, &conditions).await;
    }
    if let Some(unchanged) = unchanged(&db, &path.topic, &caller, &conditions).await? {
        return Ok(unchanged);
    }
    let view = read_outline(&db, &path, &caller, &parameters).await?;
    let parts = Parts::new(parameters.fields.as_ref(), None);
    let shown = [Subject::Topic(view.topic.id)];
    Ok(answer::parts(&conditions, view.revision, &view, &parts).showing(shown))
}

/// The outline that most ask for: ready, if it was made before.
async fn whole_outline(
    db: &Data<Db>,
    ready: &Ready,
    path: &TopicPath,
    caller: &Caller<Read>,
    parameters: &OutlineParameters,
    conditions: &Conditions,
) -> Result<HttpResponse> {
    let stored = ready.find(&*db.read().await?, &path.topic, &caller.sight()).await?;
    let tag = stored.revision.to_string();
    if let Some(unchanged) = answer::unchanged(conditions, &tag) {
        return Ok(unchanged);
    }
    if let Some(json) = stored.json {
        return Ok(answer::ready(&tag, json).showing([Subject::Topic(stored.topic)]));
    }
    let view = read_outline(db, path, caller, parameters).await?;
    let (topic, revision) = (view.topic.id, view.revision);
    let json = answer::json(&view)?;
    ready.made(db, topic, revision, &json);
    Ok(answer::ready(&revision.to_string(), json).showing([Subject::Topic(topic)]))
}

/// An outline of what is there now.
async fn read_outline(
    db: &Db,
    path: &TopicPath,
    caller: &Caller<Read>,
    parameters: &OutlineParameters,
) -> Result<OutlineView> {
    let depth = parameters.depth.as_ref().map_or(DEEPEST, |depth| depth.0);
    let (rows, root, citations) = db::snapshot!(db, async |conn| {
        let root = match &parameters.root {
            None => None,
            Some(root) => {
                let topic = topics::queries::head(conn, &path.topic, &caller.sight()).await?;
                Some(links::queries::place(conn, &topic, root, "root").await?)
            }
        };
        let rows = load(conn, path, caller).await?;
        let citations = queries::citations(conn, rows.topic.topic.id).await?;
        Ok((rows, root, citations))
    })?;
    outline::assemble(&rows, citations, root, depth)
}

/// Get the graph of a topic
///
/// Nodes and edges, flat. Relations are nodes, so that relations onto relations have their place.
#[utoipa::path(tag = "Views", params(TopicPath, GraphParameters), responses((status = 200, body = GraphView, description = "The graph")))]
#[get("/v1/topics/{topic}/graph")]
pub async fn get_graph(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    Query(parameters): Query<GraphParameters>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    if let Some(unchanged) = unchanged(&db, &path.topic, &caller, &conditions).await? {
        return Ok(unchanged);
    }
    let rows = db::snapshot!(db, async |conn| load(conn, &path, &caller).await)?;
    let view = graph::assemble(rows);
    let parts = Parts::new(parameters.fields.as_ref(), None);
    let shown = [Subject::Topic(view.topic.id)];
    Ok(answer::parts(&conditions, view.revision, &view, &parts).showing(shown))
}

async fn load(conn: &db::Conn, path: &TopicPath, caller: &Caller<Read>) -> Result<Rows> {
    let topic = queries::topic(conn, &path.topic, &caller.sight()).await?;
    let arguments = queries::arguments(conn, topic.topic.id).await?;
    let relations = queries::relations(conn, topic.topic.id).await?;
    Ok(Rows { topic, arguments, relations })
}
