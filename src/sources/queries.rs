//! All SQL about sources.

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::types::{
    NewSource, Source, SourceCitationFilter, SourceCitations, SourceFilter, SourcePatch,
};
use crate::access::{Sight, visible};
use crate::citations::Citation;
use crate::citations::queries::{
    self as quotes, OfSource, delete_of_source, lock_of_source, relocate,
};
use crate::db::Conn;
use crate::db::lists::{by_name, free_slug, in_order, in_order_of_id, lower, starting_with};
use crate::db::schema::{citations_with_ends, sources};
use crate::domain::ids::{Ref, SourceId, SourceRef};
use crate::domain::input::Listed;
use crate::domain::origin::Origin;
use crate::domain::quote::{QuotableText, SourceText};
use crate::domain::slug::Slug;
use crate::domain::text::{Licence, Name, Title};
use crate::domain::web_url::WebUrl;
use crate::http::answer::Put;
use crate::http::conditions::Conditions;
use crate::http::page::{After, Count, Key, Listing, Page, Sort};
use crate::http::patch::patched_origin;
use crate::http::problem::{Named, Problem, Result};
use crate::links::Removal;
use crate::topics::queries::check_slug;

/// The bibliographic fields that a client decides.
#[derive(Debug, Clone, PartialEq, Insertable, AsChangeset)]
#[diesel(table_name = sources, treat_none_as_null = true)]
pub struct Fields {
    /// Its title.
    pub title: Title,
    /// Who wrote it.
    pub authors: Vec<Name>,
    /// Who published it.
    pub publisher: Option<Name>,
    /// When it was published.
    pub published_on: Option<NaiveDate>,
    /// Where it is on the web.
    pub url: Option<WebUrl>,
    /// The terms under which it may be used.
    pub licence: Option<Licence>,
    /// Where it was imported from.
    pub origin: Option<Origin>,
}

/// The text and what is said of it; the three are there together or not at all.
#[derive(Debug, Clone, PartialEq, Insertable, AsChangeset)]
#[diesel(table_name = sources, treat_none_as_null = true)]
pub struct TextColumns {
    text: Option<SourceText>,
    text_length: Option<i32>,
    sha256: Option<String>,
}

impl From<Option<SourceText>> for TextColumns {
    fn from(text: Option<SourceText>) -> Self {
        Self {
            // At most five million bytes, so the length fits.
            text_length: text
                .as_ref()
                .and_then(|text| text.as_str().chars().count().try_into().ok()),
            sha256: text.as_ref().map(SourceText::sha256),
            text,
        }
    }
}

impl From<&NewSource> for Fields {
    fn from(new: &NewSource) -> Self {
        Self {
            title: new.title.clone(),
            authors: new.authors.clone().unwrap_or_default().into_vec(),
            publisher: new.publisher.clone(),
            published_on: new.published_on,
            url: new.url.clone(),
            licence: new.licence.clone(),
            origin: new.origin.clone(),
        }
    }
}

impl From<&Source> for Fields {
    fn from(source: &Source) -> Self {
        Self {
            title: source.title.clone(),
            authors: source.authors.clone(),
            publisher: source.publisher.clone(),
            published_on: source.published_on,
            url: source.url.clone(),
            licence: source.licence.clone(),
            origin: source.origin.clone(),
        }
    }
}

/// The sources that match, in the order asked for.
pub async fn list(mut conn: &Conn, listing: &Listing<SourceFilter>) -> Result<Page<Source>> {
    let matching = || {
        let query = sources::table.into_boxed::<Pg>();
        match &listing.filter.q {
            Some(q) => query.filter(sources::title_start.like(lower(starting_with(q.as_str())))),
            None => query,
        }
    };
    let total = match listing.count {
        Some(Count::Exact) => Some(matching().count().get_result(&mut conn).await?),
        None => None,
    };
    let sort = Sort::from(listing.filter.sort.unwrap_or_default());
    let down = sort.is_down();
    let after = &listing.after;
    let ordered = match sort {
        Sort::Created | Sort::CreatedDown => {
            in_order_of_id!(matching(), sources::id, after, down)
        }
        Sort::Updated | Sort::UpdatedDown => {
            in_order!(matching(), sources::updated_at, sources::id, after, Key::time, down)
        }
        Sort::Slug | Sort::SlugDown => {
            in_order!(matching(), sources::slug, sources::id, after, Key::text, down)
        }
    };
    let rows: Vec<Source> = ordered
        .select(Source::as_select())
        .limit(listing.limit.with_lookahead())
        .load(&mut conn)
        .await?;
    Ok(listing.page(rows, total, |source| sort.after(source.id, source.updated_at, &source.slug)))
}

/// The source, without its text.
pub async fn find(mut conn: &Conn, name: &SourceRef) -> Result<Source> {
    let all = sources::table.select(Source::as_select());
    let found = by_name!(name, sources, |same| all.filter(same).first(&mut conn).await);
    found.optional()?.ok_or_else(|| absent(name))
}

/// The text of the source, with the version it has.
pub async fn find_text(mut conn: &Conn, name: &SourceRef) -> Result<(i64, String)> {
    let all = sources::table.select((sources::version, sources::text));
    let found: Option<(i64, Option<String>)> =
        by_name!(name, sources, |same| all.filter(same).first(&mut conn).await).optional()?;
    match found.ok_or_else(|| absent(name))? {
        (version, Some(text)) => Ok((version, text)),
        (_, None) => Err(Problem::not_found("text of the source", name)),
    }
}

/// The quotes of the source that the caller may see, in text order, and what they cover.
pub async fn citations(
    mut conn: &Conn,
    name: &SourceRef,
    listing: &Listing<SourceCitationFilter>,
    sight: &Sight,
) -> Result<SourceCitations> {
    use citations_with_ends as ends;
    let all = sources::table.select((sources::id, sources::text));
    let found: Option<(SourceId, Option<String>)> =
        by_name!(name, sources, |same| all.filter(same).first(&mut conn).await).optional()?;
    let (source, text) = found.ok_or_else(|| absent(name))?;
    let seen = || {
        ends::table.filter(ends::source_id.eq(source)).filter(visible(
            ends::topic_id,
            ends::topic_status,
            sight,
        ))
    };

    let spans: Vec<(i32, i32)> =
        seen().select((ends::start_at, ends::end_at)).load(&mut conn).await?;
    let total = listing.count.map(|Count::Exact| i64::try_from(spans.len()).unwrap_or(i64::MAX));
    let place = |point: i32| usize::try_from(point).unwrap_or_default();
    let coverage = text.map(|text| {
        QuotableText::new(text)
            .coverage(spans.into_iter().map(|(start, end)| place(start)..place(end)))
    });

    let mut query = seen().into_boxed::<Pg>();
    if let Some(after) = &listing.after {
        let (start, end) = after.key.span()?;
        query = query.filter(ends::start_at.ge(start)).filter(
            ends::start_at
                .gt(start)
                .or(ends::end_at.gt(end))
                .or(ends::end_at.eq(end).and(ends::id.gt(after.id))),
        );
    }
    let rows: Vec<quotes::Row> = query
        .order((ends::start_at, ends::end_at, ends::id))
        .select(quotes::Row::as_select())
        .limit(listing.limit.with_lookahead())
        .load(&mut conn)
        .await?;
    let rows = rows.into_iter().map(Citation::from).collect();
    let page = listing.page(rows, total, |citation: &Citation| After {
        key: Key::Span(citation.start, citation.end),
        id: citation.id.into(),
    });
    Ok(SourceCitations { data: page.data, page: page.page, coverage })
}

/// Makes a source, under a slug derived from its title if it has none.
pub async fn insert(conn: &mut Conn, new: &NewSource) -> Result<Source> {
    let (fields, text) = (new.into(), new.text.clone().into());
    if let Some(slug) = &new.slug {
        let made = insert_if_free(conn, slug, &fields, &text).await?;
        return made.ok_or_else(|| Problem::slug_taken("source", format_args!("`{slug}`")));
    }
    let wanted = Slug::derive(new.title.as_str(), "source");
    loop {
        let slug = free_slug!(&mut *conn, sources::table, sources::slug, wanted.clone());
        // Another may have taken it since.
        if let Some(source) = insert_if_free(conn, &slug, &fields, &text).await? {
            return Ok(source);
        }
    }
}

/// Makes a source of its columns; `None` if its slug is taken, perhaps by one made just now.
async fn insert_if_free(
    conn: &mut Conn,
    slug: &Slug,
    fields: &Fields,
    text: &TextColumns,
) -> Result<Option<Source>> {
    Ok(diesel::insert_into(sources::table)
        .values((sources::id.eq(SourceId::now()), sources::slug.eq(slug), fields, text))
        .on_conflict(sources::slug)
        .do_nothing()
        .returning(Source::as_returning())
        .get_result(conn)
        .await
        .optional()?)
}

/// Makes a source of its fields and its text, or gives the one that has the slug already, locked.
pub async fn insert_or_lock(
    conn: &mut Conn,
    slug: &Slug,
    fields: &Fields,
    text: Option<SourceText>,
) -> Result<(Put, Source)> {
    let name = Ref::Slug(slug.clone());
    if let Some(current) = lock(conn, &name).await? {
        return Ok((Put::Replaced, current));
    }
    let text = text.into();
    loop {
        if let Some(source) = insert_if_free(conn, slug, fields, &text).await? {
            return Ok((Put::Created, source));
        }
        if let Some(current) = lock(conn, &name).await? {
            return Ok((Put::Replaced, current));
        }
    }
}

/// Makes a source, or makes the one that is there equal to `new`.
pub async fn put(
    conn: &mut Conn,
    name: &SourceRef,
    new: &NewSource,
    conditions: &Conditions,
) -> Result<(Put, Source)> {
    let fields = Fields::from(new);
    let (what, current) = match (name, lock(conn, name).await?) {
        (_, Some(current)) => (Put::Replaced, current),
        (Ref::Id(_), None) => return Err(absent(name)),
        (Ref::Slug(slug), None) => {
            conditions.check_absent()?;
            check_slug(new.slug.as_ref(), slug)?;
            insert_or_lock(conn, slug, &fields, new.text.clone()).await?
        }
    };
    if what == Put::Created {
        return Ok((what, current));
    }
    conditions.check_present(current.version)?;
    check_slug(new.slug.as_ref(), &current.slug)?;
    Ok((what, update(conn, current, fields, Some(new.text.clone())).await?))
}

/// Changes what the patch names.
pub async fn patch(
    conn: &mut Conn,
    name: &SourceRef,
    patch: SourcePatch,
    conditions: &Conditions,
) -> Result<Source> {
    let current = lock(conn, name).await?.ok_or_else(|| absent(name))?;
    conditions.check_present(current.version)?;
    let was = Fields::from(&current);
    let fields = Fields {
        title: patch.title.into_option().unwrap_or(was.title),
        authors: patch.authors.into_option().map_or(was.authors, Listed::into_vec),
        publisher: patch.publisher.into_option().unwrap_or(was.publisher),
        published_on: patch.published_on.into_option().unwrap_or(was.published_on),
        url: patch.url.into_option().unwrap_or(was.url),
        licence: patch.licence.into_option().unwrap_or(was.licence),
        origin: patched_origin(patch.origin, was.origin.as_ref())?,
    };
    update(conn, current, fields, patch.text.into_option()).await
}

/// Makes the source's fields these, and its text if one is given; its quotes move along or the
/// change is refused. What is equal already is left alone, version and all.
pub async fn update(
    conn: &mut Conn,
    current: Source,
    fields: Fields,
    text: Option<Option<SourceText>>,
) -> Result<Source> {
    let text = text.filter(|text| is_new_text(&current, text.as_ref())).map(TextColumns::from);
    if text.is_none() && fields == Fields::from(&current) {
        return Ok(current);
    }
    if let Some(text) = &text {
        move_quotes(conn, current.id, text.text.as_ref().map(SourceText::as_str)).await?;
    }
    let target = sources::table.find(current.id).filter(sources::version.eq(current.version));
    let changes =
        (sources::version.eq(sources::version + 1), sources::updated_at.eq(diesel::dsl::now));
    let changed = match text {
        Some(text) => {
            let update = diesel::update(target).set((fields, text, changes));
            update.returning(Source::as_returning()).get_result(conn).await?
        }
        None => {
            let update = diesel::update(target).set((fields, changes));
            update.returning(Source::as_returning()).get_result(conn).await?
        }
    };
    Ok(changed)
}

/// Whether a record's text is another than the one that is stored.
pub fn is_new_text(current: &Source, text: Option<&SourceText>) -> bool {
    text.map(SourceText::sha256) != current.sha256
}

/// Moves every quote of a source to its place in a new text; refuses if one would have none.
///
/// Archived topics let their quotes be moved: it keeps them true, and says nothing new.
async fn move_quotes(conn: &mut Conn, source: SourceId, text: Option<&str>) -> Result<()> {
    let citations = lock_of_source(conn, source).await?;
    let text = QuotableText::new(text.unwrap_or_default());
    let mut orphans = Vec::new();
    for citation in &citations {
        match text.anchor_again(&citation.quote()) {
            Some(quote) if orphans.is_empty() => relocate(conn, citation, &quote).await?,
            Some(_) => {}
            None => orphans.push(named(citation)),
        }
    }
    if orphans.is_empty() { Ok(()) } else { Err(Problem::orphaned(orphans)) }
}

/// Deletes the source, with the citations that quote it if that is asked for.
pub async fn delete(
    conn: &mut Conn,
    name: &SourceRef,
    removal: &Removal,
    conditions: &Conditions,
) -> Result<()> {
    let current = lock(conn, name).await?.ok_or_else(|| absent(name))?;
    conditions.check_present(current.version)?;
    let citations = lock_of_source(conn, current.id).await?;
    if !removal.cascades() && !citations.is_empty() {
        return Err(Problem::in_use(citations.iter().map(named).collect()));
    }
    if let Some(closed) = citations.iter().find(|citation| citation.is_archived()) {
        return Err(crate::topics::queries::archived(&closed.topic_slug));
    }
    delete_of_source(conn, &citations).await?;
    diesel::delete(sources::table.find(current.id)).execute(conn).await?;
    Ok(())
}

/// The source, locked for a change. Sources are locked before topics.
pub async fn lock(conn: &mut Conn, name: &SourceRef) -> Result<Option<Source>> {
    let all = sources::table.select(Source::as_select()).for_update();
    Ok(by_name!(name, sources, |same| all.filter(same).first(conn).await).optional()?)
}

fn named(citation: &OfSource) -> Named {
    Named {
        kind: "citation",
        topic: citation.topic_slug.to_string(),
        slug: citation.slug.to_string(),
    }
}

fn absent(name: &SourceRef) -> Problem {
    Problem::not_found("source", name)
}
