//! HTTP in, the queries of one state of the database, HTTP out.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};

use super::finding;
use super::types::{SearchFilter, SearchResults};
use crate::access::{Caller, Read};
use crate::db::{self, Db};
use crate::expansion;
use crate::http::conditions::Conditions;
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
    listing: Listing<SearchFilter>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let sight = caller.sight();
    let (found, expanded) = db::snapshot!(db, async |conn| {
        let found = finding::find(conn, &listing, &sight).await?;
        let expand = listing.filter.expand.as_ref();
        let expanded = expansion::of(conn, &sight, &found.data, expand).await?;
        Ok((found, expanded))
    })?;
    let parts = Parts::new(listing.filter.fields.as_ref(), expanded);
    listing.answer_untagged(&conditions, &found, &parts)
}
