//! All SQL about citations.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::types::{
    BackedName, BacksRef, Citation, CitationFilter, CitationPatch, CitationPath, NewCitation,
    NewQuote,
};
use crate::db::Conn;
use crate::db::lists::{by_name, free_slug, in_order, in_order_of_id};
use crate::db::schema::{citations, citations_with_ends as ends, sources, topics};
use crate::domain::ids::{CitationId, CitationRef, Ref, SourceId, SourceRef, TopicId, TopicRef};
use crate::domain::input::FaultCode;
use crate::domain::kinds::Status;
use crate::domain::origin::Origin;
use crate::domain::quote::{Exact, QuotableText, Quote, QuoteDraft, SourceText};
use crate::domain::slug::Slug;
use crate::http::answer::Put;
use crate::http::conditions::Conditions;
use crate::http::page::{Count, Key, Listing, Page, Sort};
use crate::http::patch::patched_origin;
use crate::http::problem::{Found, Problem, Result};
use crate::links::queries::End;
use crate::links::{self, EndName, EndRef};
use crate::topics::queries::{Head, advance, check_slug};

/// A citation as the database reads it: with its ends by slug.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ends)]
pub struct Row {
    id: CitationId,
    topic_id: TopicId,
    slug: Slug,
    exact: Exact,
    prefix: String,
    suffix: String,
    start_at: i32,
    end_at: i32,
    origin: Option<Origin>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    topic_slug: Slug,
    source_slug: Slug,
    position_slug: Option<Slug>,
    argument_slug: Option<Slug>,
    relation_slug: Option<Slug>,
}

impl From<Row> for Citation {
    fn from(row: Row) -> Self {
        let end = EndName::of(row.position_slug, row.argument_slug, row.relation_slug);
        Self {
            id: row.id,
            topic_id: row.topic_id,
            slug: row.slug,
            source: row.source_slug,
            backs: BackedName::of(end, row.topic_slug),
            exact: row.exact,
            prefix: row.prefix,
            suffix: row.suffix,
            start: row.start_at,
            end: row.end_at,
            origin: row.origin,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The columns that a client decides, and what the check of the quote made of them.
#[derive(
    Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset, QueryableByName,
)]
#[diesel(table_name = citations, treat_none_as_null = true)]
pub struct Fields {
    /// The source that is quoted.
    pub source_id: SourceId,
    /// The position that it backs, if it backs one.
    pub position_id: Option<crate::domain::ids::PositionId>,
    /// The argument that it backs, if it backs one.
    pub argument_id: Option<crate::domain::ids::ArgumentId>,
    /// The relation that it backs, if it backs one.
    pub relation_id: Option<crate::domain::ids::RelationId>,
    /// The words.
    pub exact: Exact,
    /// What stands before them.
    pub prefix: String,
    /// What stands after them.
    pub suffix: String,
    /// Their first code point in the text, from 0.
    pub start_at: i32,
    /// The code point after their last one.
    pub end_at: i32,
    /// Where it was imported from.
    pub origin: Option<Origin>,
}

impl Fields {
    /// A verified quote of a source that backs an end of the topic, or the topic itself.
    pub fn new(
        source_id: SourceId,
        end: Option<End>,
        quote: Quote,
        origin: Option<Origin>,
    ) -> Self {
        let (position_id, argument_id, relation_id) = end.map(End::columns).unwrap_or_default();
        Self {
            source_id,
            position_id,
            argument_id,
            relation_id,
            exact: quote.exact,
            prefix: quote.prefix,
            suffix: quote.suffix,
            start_at: quote.start,
            end_at: quote.end,
            origin,
        }
    }
}

/// A citation as it is stored, to be compared and changed.
#[derive(Debug, Clone, Queryable, Selectable, QueryableByName)]
#[diesel(table_name = citations)]
pub struct Stored {
    /// Its id.
    pub id: CitationId,
    /// The topic it is in.
    pub topic_id: TopicId,
    /// Its slug.
    pub slug: Slug,
    version: i64,
    /// What a client decides.
    #[diesel(embed)]
    pub fields: Fields,
}

/// A source that is quoted.
#[derive(Debug, Clone)]
struct Quoted {
    id: SourceId,
    slug: Slug,
    text: Option<QuotableText>,
}

/// The sources that are quoted, locked so that their texts stay while quotes are checked against
/// them.
#[derive(Debug, Clone, Default)]
pub struct QuotedSources(HashMap<Slug, Quoted>);

impl QuotedSources {
    /// Takes others in.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Takes in a source of which the text is known, and which is locked.
    pub fn insert(&mut self, id: SourceId, slug: &Slug, text: Option<&SourceText>) {
        let text = text.map(|text| QuotableText::new(text.as_str().to_owned()));
        self.0.insert(slug.clone(), Quoted { id, slug: slug.clone(), text });
    }

    /// The quote, verified, and its source; a fault below `pointer` if there is no such source, or
    /// the words do not stand in its text.
    pub fn anchor(
        &self,
        name: &SourceRef,
        draft: &QuoteDraft,
        pointer: &str,
    ) -> Result<(SourceId, Quote)> {
        let source = match name {
            Ref::Id(id) => self.0.values().find(|source| source.id == *id),
            Ref::Slug(slug) => self.0.get(slug),
        };
        let Some(source) = source else {
            let (at, detail) = (format!("{pointer}/source"), "there is no such source");
            return Err(Problem::misfit(at, FaultCode::NotFound, detail));
        };
        let at = format!("{pointer}/exact");
        let Some(text) = &source.text else {
            let detail = format!(
                "the source `{}` has no text that a quote could be checked against",
                source.slug
            );
            return Err(Problem::misfit(at, FaultCode::QuoteNotFound, detail));
        };
        match text.anchor(draft) {
            Ok(quote) => Ok((source.id, quote)),
            Err(unanchored) => Err(Problem::misfit(at, unanchored.code(), unanchored.detail())),
        }
    }
}

/// Locks sources against changes of their texts. Taken before any topic is locked; those that are
/// not there are left out.
pub async fn lock_sources(conn: &mut Conn, names: &[&SourceRef]) -> Result<QuotedSources> {
    if names.is_empty() {
        return Ok(QuotedSources::default());
    }
    let (mut ids, mut slugs) = (Vec::new(), Vec::new());
    for name in names {
        match name {
            Ref::Id(id) => ids.push(*id),
            Ref::Slug(slug) => slugs.push(slug),
        }
    }
    let rows: Vec<(SourceId, Slug, Option<String>)> = sources::table
        .filter(sources::id.eq_any(ids).or(sources::slug.eq_any(slugs)))
        .order(sources::slug)
        .select((sources::id, sources::slug, sources::text))
        .for_share()
        .load(conn)
        .await?;
    let quoted = |(id, slug, text): (_, Slug, Option<String>)| {
        (slug.clone(), Quoted { id, slug, text: text.map(QuotableText::new) })
    };
    Ok(QuotedSources(rows.into_iter().map(quoted).collect()))
}

/// The citations of a topic that match, in the order asked for.
pub async fn list(
    mut conn: &Conn,
    topic: &Head,
    listing: &Listing<CitationFilter>,
) -> Result<Page<Citation>> {
    let filter = &listing.filter;
    let mut found = Found::default();
    let source = match &filter.source {
        Some(name) => found.keep(source_id(conn, name).await)?,
        None => None,
    };
    let backed =
        EndRef::given(filter.position.clone(), filter.argument.clone(), filter.relation.clone());
    let backed = links::queries::filters(conn, topic, &backed, &mut found).await?;
    found.check()?;
    let matching = || {
        let mut query = ends::table.filter(ends::topic_id.eq(topic.id)).into_boxed::<Pg>();
        if let Some(source) = source {
            query = query.filter(ends::source_id.eq(source));
        }
        for end in &backed {
            query = match *end {
                End::Position(id) => query.filter(ends::position_id.eq(id)),
                End::Argument(id) => query.filter(ends::argument_id.eq(id)),
                End::Relation(id) => query.filter(ends::relation_id.eq(id)),
            };
        }
        query
    };
    let total = match listing.count {
        Some(Count::Exact) => Some(matching().count().get_result(&mut conn).await?),
        None => None,
    };
    let sort = listing.filter.sort.unwrap_or_default();
    let down = sort.is_down();
    let after = &listing.after;
    let ordered = match sort {
        Sort::Created | Sort::CreatedDown => in_order_of_id!(matching(), ends::id, after, down),
        Sort::Updated | Sort::UpdatedDown => {
            in_order!(matching(), ends::updated_at, ends::id, after, Key::time, down)
        }
        Sort::Slug | Sort::SlugDown => {
            in_order!(matching(), ends::slug, ends::id, after, Key::text, down)
        }
    };
    let rows: Vec<Row> = ordered
        .select(Row::as_select())
        .limit(listing.limit.with_lookahead())
        .load(&mut conn)
        .await?;
    let citations = rows.into_iter().map(Citation::from).collect();
    Ok(listing.page(citations, total, |citation: &Citation| {
        sort.after(citation.id, citation.updated_at, &citation.slug)
    }))
}

async fn source_id(mut conn: &Conn, name: &SourceRef) -> Result<SourceId> {
    let all = sources::table.select(sources::id);
    by_name!(name, sources, |same| all.filter(same).first(&mut conn).await)
        .optional()?
        .ok_or_else(|| links::unknown_filter("source"))
}

/// The citation.
pub async fn find(mut conn: &Conn, topic: &Head, name: &CitationRef) -> Result<Citation> {
    let all = ends::table.filter(ends::topic_id.eq(topic.id)).select(Row::as_select());
    let row: Option<Row> =
        by_name!(name, ends, |same| all.filter(same).first(&mut conn).await).optional()?;
    row.map(Citation::from).ok_or_else(|| absent(name))
}

async fn find_stored(
    mut conn: &Conn,
    topic: TopicId,
    name: &CitationRef,
) -> Result<Option<Stored>> {
    let all = citations::table.filter(citations::topic_id.eq(topic)).select(Stored::as_select());
    Ok(by_name!(name, citations, |same| all.filter(same).first(&mut conn).await).optional()?)
}

/// Makes a citation, under a slug derived from its words and what they back if it has none.
pub async fn insert(
    conn: &mut Conn,
    topic: &TopicRef,
    new: &NewCitation,
) -> Result<(Head, Citation)> {
    let sources = lock_sources(conn, &[&new.source]).await?;
    let topic = crate::topics::queries::lock(conn, topic).await?;
    let (fields, backed) = verified(conn, &topic, &sources, new).await?;
    let slug = match &new.slug {
        Some(slug) => slug.clone(),
        None => free_slug_of(conn, &topic, &backed, &fields.exact).await?,
    };
    let id = insert_fields(conn, topic.id, &slug, &fields).await?;
    let citation = find(conn, &topic, &Ref::Id(id)).await?;
    Ok((topic, citation))
}

/// The columns of a new citation, and the slug of what it backs; or everything that is wrong with it.
async fn verified(
    conn: &Conn,
    topic: &Head,
    sources: &QuotedSources,
    new: &NewCitation,
) -> Result<(Fields, Slug)> {
    let mut found = Found::default();
    let quote = found.keep(sources.anchor(&new.source, &new.draft(), ""))?;
    let backed = found.keep(backed(conn, topic, &new.backs).await)?;
    let (Some((source, quote)), Some((end, backed))) = (quote, backed) else {
        return Err(found.into_problem());
    };
    Ok((Fields::new(source, end, quote, new.origin.clone()), backed))
}

/// The slug that a quote has when it is given none, made free in its topic.
async fn free_slug_of(conn: &mut Conn, topic: &Head, backed: &Slug, exact: &Exact) -> Result<Slug> {
    let siblings = citations::table.filter(citations::topic_id.eq(topic.id));
    let wanted = Slug::of_citation(backed, exact.as_str());
    Ok(free_slug!(conn, siblings, citations::slug, wanted))
}

/// Makes a citation of its columns.
pub async fn insert_fields(
    conn: &mut Conn,
    topic: TopicId,
    slug: &Slug,
    fields: &Fields,
) -> Result<CitationId> {
    let id = CitationId::now();
    diesel::insert_into(citations::table)
        .values((
            citations::id.eq(id),
            citations::topic_id.eq(topic),
            citations::slug.eq(slug),
            fields,
        ))
        .execute(conn)
        .await?;
    advance(conn, topic).await?;
    Ok(id)
}

/// Makes sure that a record has a quote: one of the same words at the same place is left alone.
pub async fn ensure_quote(
    conn: &mut Conn,
    topic: &Head,
    (end, backed): (End, &Slug),
    (source, quote): (SourceId, Quote),
    new: &NewQuote,
) -> Result<()> {
    let there = citations::table
        .filter(citations::topic_id.eq(topic.id))
        .filter(citations::source_id.eq(source))
        .filter(citations::start_at.eq(quote.start))
        .filter(citations::end_at.eq(quote.end))
        .select(citations::slug)
        .into_boxed::<Pg>();
    let there = match end {
        End::Position(id) => there.filter(citations::position_id.eq(id)),
        End::Argument(id) => there.filter(citations::argument_id.eq(id)),
        End::Relation(id) => there.filter(citations::relation_id.eq(id)),
    };
    let there: Vec<Slug> = there.load(conn).await?;
    let slug = match &new.slug {
        Some(slug) if there.contains(slug) => return Ok(()),
        Some(slug) => slug.clone(),
        None if !there.is_empty() => return Ok(()),
        None => free_slug_of(conn, topic, backed, &quote.exact).await?,
    };
    let fields = Fields::new(source, Some(end), quote, new.origin.clone());
    insert_fields(conn, topic.id, &slug, &fields).await?;
    Ok(())
}

/// Makes a citation, or makes the one that is there equal to `new`.
pub async fn put(
    conn: &mut Conn,
    path: &CitationPath,
    new: &NewCitation,
    conditions: &Conditions,
) -> Result<(Put, Head, Citation)> {
    let sources = lock_sources(conn, &[&new.source]).await?;
    let topic = crate::topics::queries::lock(conn, &path.topic).await?;
    let (fields, _) = verified(conn, &topic, &sources, new).await?;
    let (what, id) = match find_stored(conn, topic.id, &path.citation).await? {
        None => {
            conditions.check_absent()?;
            let Ref::Slug(slug) = &path.citation else { return Err(absent(&path.citation)) };
            check_slug(new.slug.as_ref(), slug)?;
            (Put::Created, insert_fields(conn, topic.id, slug, &fields).await?)
        }
        Some(stored) => {
            conditions.check_present(stored.version)?;
            check_slug(new.slug.as_ref(), &stored.slug)?;
            update(conn, &stored, fields).await?;
            (Put::Replaced, stored.id)
        }
    };
    let citation = find(conn, &topic, &Ref::Id(id)).await?;
    Ok((what, topic, citation))
}

/// Changes what the patch names, and checks the quote anew.
pub async fn patch(
    conn: &mut Conn,
    path: &CitationPath,
    patch: CitationPatch,
    conditions: &Conditions,
) -> Result<Citation> {
    // The source is locked before the topic, so it is looked up first and looked at again after.
    let topic =
        crate::topics::queries::head(conn, &path.topic, &crate::access::Sight::everything())
            .await?;
    let before =
        find_stored(conn, topic.id, &path.citation).await?.ok_or_else(|| absent(&path.citation))?;
    let given = patch.source.into_option();
    let name = given.clone().unwrap_or(Ref::Id(before.fields.source_id));
    let sources = lock_sources(conn, &[&name]).await?;
    let topic = crate::topics::queries::lock(conn, &path.topic).await?;
    let stored =
        find_stored(conn, topic.id, &path.citation).await?.ok_or_else(|| absent(&path.citation))?;
    conditions.check_present(stored.version)?;
    let was = &stored.fields;
    if given.is_none() && was.source_id != before.fields.source_id {
        let moved = std::io::Error::other("a citation was moved to another source");
        return Err(Problem::contended(&moved));
    }
    let mut found = Found::default();
    let end = match patch.backs.into_option() {
        Some(backs) => found.keep(backed(conn, &topic, &backs).await)?.map(|(end, _)| end),
        None => Some(end_of(was)),
    };
    let exact = patch.exact.into_option().unwrap_or_else(|| was.exact.clone());
    let (prefix, suffix) = (patch.prefix.into_option(), patch.suffix.into_option());
    // The old place is a hint as long as nothing else that says where is new.
    let is_same = exact == was.exact && prefix.is_none() && suffix.is_none();
    let hint = (is_same && given.is_none()).then_some(was.start_at);
    let start = patch.start.into_option().map(|offset| offset.0).or(hint);
    let end_at = patch.end.into_option().map(|offset| offset.0);
    let draft = QuoteDraft { exact, prefix, suffix, start, end: end_at };
    let quote = found.keep(sources.anchor(&name, &draft, ""))?;
    let origin = found.keep(patched_origin(patch.origin, was.origin.as_ref()))?;
    let (Some(end), Some((source, quote)), Some(origin)) = (end, quote, origin) else {
        return Err(found.into_problem());
    };
    update(conn, &stored, Fields::new(source, end, quote, origin)).await?;
    find(conn, &topic, &Ref::Id(stored.id)).await
}

/// Makes the citation's columns these; what is equal already is left alone. Says whether it changed.
pub async fn update(conn: &mut Conn, stored: &Stored, fields: Fields) -> Result<bool> {
    let is_changed = replace(conn, stored, fields).await?;
    if is_changed {
        advance(conn, stored.topic_id).await?;
    }
    Ok(is_changed)
}

/// The same, for those who count the change to the topic themselves.
pub async fn replace(conn: &mut Conn, stored: &Stored, fields: Fields) -> Result<bool> {
    if fields == stored.fields {
        return Ok(false);
    }
    diesel::update(citations::table.find(stored.id).filter(citations::version.eq(stored.version)))
        .set((
            fields,
            citations::version.eq(citations::version + 1),
            citations::updated_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    Ok(true)
}

/// Deletes the citation.
pub async fn delete(conn: &mut Conn, path: &CitationPath, conditions: &Conditions) -> Result<()> {
    let topic = crate::topics::queries::lock(conn, &path.topic).await?;
    let stored =
        find_stored(conn, topic.id, &path.citation).await?.ok_or_else(|| absent(&path.citation))?;
    conditions.check_present(stored.version)?;
    diesel::delete(citations::table.find(stored.id)).execute(conn).await?;
    advance(conn, topic.id).await
}

/// What a citation is to back: the end (none for the topic itself), and the slug of it.
async fn backed(conn: &Conn, topic: &Head, backs: &BacksRef) -> Result<(Option<End>, Slug)> {
    let end = match backs {
        BacksRef::Topic(name) => {
            let is_this = match name {
                Ref::Id(id) => *id == topic.id,
                Ref::Slug(slug) => *slug == topic.slug,
            };
            return if is_this {
                Ok((None, topic.slug.clone()))
            } else {
                let detail =
                    format!("must be the topic that the citation stands in, `{}`", topic.slug);
                Err(Problem::misfit("/backs/topic", FaultCode::NotAllowed, detail))
            };
        }
        BacksRef::Position(name) => EndRef::Position(name.clone()),
        BacksRef::Argument(name) => EndRef::Argument(name.clone()),
        BacksRef::Relation(name) => EndRef::Relation(name.clone()),
    };
    let (end, name) = links::queries::end(conn, topic, &end, "/backs").await?;
    Ok((Some(end), name.slug().clone()))
}

fn end_of(fields: &Fields) -> Option<End> {
    fields
        .position_id
        .map(End::Position)
        .or(fields.argument_id.map(End::Argument))
        .or(fields.relation_id.map(End::Relation))
}

/// All citations of a topic, to be compared with a document's.
pub async fn all_of(mut conn: &Conn, topic: TopicId) -> Result<Vec<Stored>> {
    Ok(citations::table
        .filter(citations::topic_id.eq(topic))
        .select(Stored::as_select())
        .load(&mut conn)
        .await?)
}

/// A quote of a source whose text is to change, with what is needed to find it again or to name it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ends)]
pub struct OfSource {
    /// Its id.
    pub id: CitationId,
    /// Its topic.
    pub topic_id: TopicId,
    /// The slug of its topic.
    pub topic_slug: Slug,
    topic_status: Status,
    /// Its slug.
    pub slug: Slug,
    exact: Exact,
    prefix: String,
    suffix: String,
    start_at: i32,
    end_at: i32,
}

impl OfSource {
    /// Whether its topic takes no changes.
    pub fn is_archived(&self) -> bool {
        self.topic_status == Status::Archived
    }

    /// The words, and where they stood.
    pub fn quote(&self) -> Quote {
        Quote {
            exact: self.exact.clone(),
            prefix: self.prefix.clone(),
            suffix: self.suffix.clone(),
            start: self.start_at,
            end: self.end_at,
        }
    }
}

/// Every citation of a source, with their topics locked. The source is locked already.
///
/// Archived topics are locked like others: whether they may change is for the caller to say.
pub async fn lock_of_source(conn: &mut Conn, source: SourceId) -> Result<Vec<OfSource>> {
    lock_topics(conn, &[], &[source]).await?;
    Ok(ends::table
        .filter(ends::source_id.eq(source))
        .order(ends::id)
        .select(OfSource::as_select())
        .load(conn)
        .await?)
}

/// Locks topics: those of these slugs, and those that quote these sources, which are locked already.
///
/// In one order everywhere, so that two writers cannot hold what the other waits for.
pub async fn lock_topics(conn: &mut Conn, slugs: &[&Slug], quoting: &[SourceId]) -> Result<()> {
    // Nobody can quote the sources anew meanwhile, because that takes a lock on them.
    let ids: Vec<TopicId> = citations::table
        .filter(citations::source_id.eq_any(quoting))
        .select(citations::topic_id)
        .distinct()
        .load(conn)
        .await?;
    let _locked: Vec<TopicId> = topics::table
        .filter(topics::id.eq_any(ids).or(topics::slug.eq_any(slugs)))
        .order(topics::id)
        .select(topics::id)
        .for_no_key_update()
        .load(conn)
        .await?;
    Ok(())
}

/// Moves a quote to its place in the new text of its source; one that stays there is left alone.
pub async fn relocate(conn: &mut Conn, citation: &OfSource, quote: &Quote) -> Result<()> {
    if *quote == citation.quote() {
        return Ok(());
    }
    diesel::update(citations::table.find(citation.id))
        .set((
            citations::prefix.eq(&quote.prefix),
            citations::suffix.eq(&quote.suffix),
            citations::start_at.eq(quote.start),
            citations::end_at.eq(quote.end),
            citations::version.eq(citations::version + 1),
            citations::updated_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    advance(conn, citation.topic_id).await
}

/// Deletes citations of a source that is to be deleted.
pub async fn delete_of_source(conn: &mut Conn, gone: &[OfSource]) -> Result<()> {
    let ids: Vec<CitationId> = gone.iter().map(|citation| citation.id).collect();
    diesel::delete(citations::table.filter(citations::id.eq_any(ids))).execute(conn).await?;
    let mut changed: Vec<TopicId> = gone.iter().map(|citation| citation.topic_id).collect();
    changed.sort();
    changed.dedup();
    for topic in changed {
        advance(conn, topic).await?;
    }
    Ok(())
}

fn absent(name: &CitationRef) -> Problem {
    Problem::not_found("citation", name)
}
