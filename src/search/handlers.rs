//! HTTP in, the queries of one state of the database, HTTP out.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};

use super::basis::Basis;
use super::finding;
use super::stems::Stems;
use super::types::{SearchFilter, SearchResults};
use crate::access::{Caller, Read};
use crate::cache::Shows;
use crate::db::changes::Subject;
use crate::db::{self, Db};
use crate::expansion;
use crate::http::answer;
use crate::http::conditions::Conditions;
use crate::http::expand::Expanded;
use crate::http::in_body::InBody;
use crate::http::page::Listing;
use crate::http::parts::Parts;
use crate::http::problem::Result;

/// Search
///
/// Finds topics, positions, arguments, sources (by passage) and citations by their words, in the
/// dictionary of the language that each is written in, whatever accents are given. Titles come
/// before claims, claims before longer texts; a whole phrase before scattered words; short headings
/// before long ones; and only where thousands are still equally good, in an order that says nothing.
/// Where little is found, a word that finds nothing is taken for one that is there and like it.
#[utoipa::path(tag = "Search", params(SearchFilter), responses((status = 200, body = SearchResults, description = "A page of hits, the best first")))]
#[get("/v1/search")]
pub async fn search_records(
    caller: Caller<Read>,
    db: Data<Db>,
    stems: Data<Stems>,
    listing: Listing<SearchFilter>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let (found, basis, expanded) = found(&caller, &db, &stems, &listing).await?;
    let parts = Parts::new(listing.filter.fields.as_ref(), expanded);
    let answer = listing.answer_untagged(&conditions, &found, &parts)?;
    Ok(match basis {
        Basis::Anything => answer.showing([Subject::Everything]),
        Basis::Words(subjects, found_by) => answer.showing_found(subjects, found_by),
    })
}

/// Search for what is too long for an address
///
/// The same search, with the same parameters as the fields of a JSON object: a text of any script, of
/// up to 10,000 characters. It changes nothing, and a cursor of the one goes on in the other.
#[utoipa::path(tag = "Search", request_body = SearchFilter, responses((status = 200, body = SearchResults, description = "A page of hits, the best first")))]
#[post("/v1/search")]
pub async fn search_by_body(
    caller: Caller<Read>,
    db: Data<Db>,
    stems: Data<Stems>,
    InBody(listing): InBody<SearchFilter>,
) -> Result<HttpResponse> {
    let (found, _, expanded) = found(&caller, &db, &stems, &listing).await?;
    let parts = Parts::new(listing.filter.fields.as_ref(), expanded);
    Ok(answer::unconditional(&parts.of_list(&found)))
}

/// A page of hits, what it depends on, and what is asked for with each.
async fn found(
    caller: &Caller<Read>,
    db: &Db,
    stems: &Data<Stems>,
    listing: &Listing<SearchFilter>,
) -> Result<(SearchResults, Basis, Option<Vec<Expanded>>)> {
    let (sight, listing, stems) = (caller.sight(), listing.clone(), Data::clone(stems));
    let own = Db::clone(db);
    let read = async move {
        db::snapshot!(own, async |conn| {
            let (found, basis) = finding::find(conn, &stems, &listing, &sight).await?;
            let expand = listing.filter.expand.as_ref();
            let expanded = expansion::of(conn, &sight, &found.data, expand).await?;
            Ok((found, basis, expanded))
        })
    };
    db.at_home(read).await
}
