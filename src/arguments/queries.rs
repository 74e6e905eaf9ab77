//! All SQL about arguments themselves.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;
use futures_util::future::join;

use super::similar;
use super::types::{
    Argument, ArgumentBrief, ArgumentCreation, ArgumentFilter, ArgumentPatch, ArgumentPath,
    NewArgument,
};
use crate::citations::queries::{QuotedSources, ensure_quote, lock_sources};
use crate::db::Conn;
use crate::db::lists::{by_name, free_slug, in_order, in_order_of_id};
use crate::db::schema::{arguments, premises, relations};
use crate::db::statement::statement;
use crate::domain::ids::{ArgumentId, ArgumentRef, Ref, TopicId, TopicRef};
use crate::domain::language::Language;
use crate::domain::origin::Origin;
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim};
use crate::http::answer::Put;
use crate::http::conditions::Conditions;
use crate::http::page::{Count, Key, Listing, Page, Sort};
use crate::http::patch::patched_origin;
use crate::http::problem::{Found, Problem, Result};
use crate::links::queries::{End, release};
use crate::links::{self, EndRef, Removal};
use crate::relations::queries::ensure;
use crate::topics;
use crate::topics::queries::{Head, advance, check_slug};

/// The fields that a client decides.
#[derive(Debug, Clone, PartialEq, Insertable, AsChangeset)]
#[diesel(table_name = arguments, treat_none_as_null = true)]
pub struct Fields {
    /// What it claims.
    pub claim: Claim,
    /// Its longer form.
    pub body: Body,
    /// The language it is written in.
    pub language: Language,
    /// Where it was imported from.
    pub origin: Option<Origin>,
}

impl Fields {
    fn of(new: &NewArgument, topic: &Head) -> Self {
        Self {
            claim: new.claim.clone(),
            body: new.body.clone().unwrap_or_default(),
            language: new.language.clone().unwrap_or_else(|| topic.language.clone()),
            origin: new.origin.clone(),
        }
    }
}

impl From<&Argument> for Fields {
    fn from(argument: &Argument) -> Self {
        Self {
            claim: argument.claim.clone(),
            body: argument.body.clone(),
            language: argument.language.clone(),
            origin: argument.origin.clone(),
        }
    }
}

/// The arguments of a topic that match, in the order asked for.
pub async fn list(
    mut conn: &Conn,
    topic: &Head,
    listing: &Listing<ArgumentFilter>,
) -> Result<Page<Argument>> {
    let filter = &listing.filter;
    let targets = EndRef::given(filter.position.clone(), filter.argument.clone(), None);
    let mut found = Found::default();
    let targets = links::queries::filters(conn, topic, &targets, &mut found).await?;
    found.check()?;
    // The arguments that bear, in the way asked for, on one record or on any.
    let bearing_on = |target: Option<End>| {
        let mut bearing = premises::table
            .inner_join(relations::table.on(relations::id.eq(premises::relation_id)))
            .filter(premises::topic_id.eq(topic.id))
            .filter(relations::topic_id.eq(topic.id))
            .select(premises::argument_id)
            .into_boxed::<Pg>();
        if let Some(kind) = filter.relation {
            bearing = bearing.filter(relations::kind.eq(kind));
        }
        match target {
            Some(End::Position(id)) => bearing.filter(relations::target_position_id.eq(id)),
            Some(End::Argument(id)) => bearing.filter(relations::target_argument_id.eq(id)),
            Some(End::Relation(id)) => bearing.filter(relations::target_relation_id.eq(id)),
            None => bearing,
        }
    };
    let matching = || {
        let mut query =
            arguments::table.filter(arguments::topic_id.eq(topic.id)).into_boxed::<Pg>();
        for target in &targets {
            query = query.filter(arguments::id.eq_any(bearing_on(Some(*target))));
        }
        if targets.is_empty() && filter.relation.is_some() {
            query = query.filter(arguments::id.eq_any(bearing_on(None)));
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
        Sort::Created | Sort::CreatedDown => {
            in_order_of_id!(matching(), arguments::id, after, down)
        }
        Sort::Updated | Sort::UpdatedDown => {
            in_order!(matching(), arguments::updated_at, arguments::id, after, Key::time, down)
        }
        Sort::Slug | Sort::SlugDown => {
            in_order!(matching(), arguments::slug, arguments::id, after, Key::text, down)
        }
    };
    let rows: Vec<Argument> = ordered
        .select(Argument::as_select())
        .limit(listing.limit.with_lookahead())
        .load(&mut conn)
        .await?;
    Ok(listing
        .page(rows, total, |argument| sort.after(argument.id, argument.updated_at, &argument.slug)))
}

/// What all arguments of a topic claim, oldest first.
pub async fn claims(mut conn: &Conn, topic: TopicId) -> Result<Vec<ArgumentBrief>> {
    Ok(arguments::table
        .filter(arguments::topic_id.eq(topic))
        .order(arguments::id)
        .select(ArgumentBrief::as_select())
        .load(&mut conn)
        .await?)
}

/// The argument.
pub async fn find(conn: &Conn, topic: &Head, name: &ArgumentRef) -> Result<Argument> {
    find_if_any(conn, topic.id, name).await?.ok_or_else(|| absent(name))
}

async fn find_if_any(
    mut conn: &Conn,
    topic: TopicId,
    name: &ArgumentRef,
) -> Result<Option<Argument>> {
    let all = arguments::table.filter(arguments::topic_id.eq(topic)).select(Argument::as_select());
    Ok(by_name!(name, arguments, |same| all.filter(same).first(&mut conn).await).optional()?)
}

/// Makes an argument with its relations and citations, under a slug derived from its claim if it has none.
pub async fn insert(
    conn: &mut Conn,
    topic: &TopicRef,
    new: &NewArgument,
    creation: &ArgumentCreation,
) -> Result<(Head, Argument)> {
    let sources = lock_quoted(conn, new).await?;
    let topic = topics::queries::lock(conn, topic).await?;
    if creation.checks_duplicates() {
        // Under the lock, so that of two who add the same at once, one is told of the other.
        similar::refuse_duplicate(conn, &topic, &new.claim).await?;
    }
    let fields = Fields::of(new, &topic);
    let argument = match &new.slug {
        Some(slug) => insert_fields(conn, topic.id, slug, &fields).await?,
        None => {
            let wanted = Slug::derive(new.claim.as_str(), "argument");
            match insert_if_free(conn, topic.id, &wanted, &fields).await? {
                Some(argument) => argument,
                None => insert_under_next(conn, topic.id, wanted, &fields).await?,
            }
        }
    };
    connect(conn, &topic, &argument, new, &sources).await?;
    Ok((topic, argument))
}

statement! {
    /// As SQL, since diesel has rows with defaults parsed anew each time.
    struct Insert {
        id: ArgumentId => sql_types::Uuid,
        topic: TopicId => sql_types::Uuid,
        slug: Slug => sql_types::Text,
        claim: Claim => sql_types::Text,
        body: Body => sql_types::Text,
        language: Language => sql_types::Text,
        origin: Option<Origin> => sql_types::Nullable<sql_types::Jsonb>,
    } = "
        insert into arguments (id, topic_id, slug, claim, body, language, origin)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (topic_id, slug) do nothing returning *";
}

impl Insert {
    fn of(topic: TopicId, slug: &Slug, fields: &Fields) -> Self {
        let Fields { claim, body, language, origin } = fields.clone();
        Self { id: ArgumentId::now(), topic, slug: slug.clone(), claim, body, language, origin }
    }
}

/// Makes an argument of its fields and counts the change, which are sent in one go; `None` if its
/// slug is taken.
async fn insert_if_free(
    conn: &mut Conn,
    topic: TopicId,
    slug: &Slug,
    fields: &Fields,
) -> Result<Option<Argument>> {
    let (mut inserting, conn) = (&*conn, &*conn);
    let insert = Insert::of(topic, slug, fields).get_result(&mut inserting);
    let (made, advanced) = join(insert, advance(conn, topic)).await;
    // Where that failed, so did the other, and says less of it.
    let made = made.optional()?;
    advanced?;
    Ok(made)
}

/// Makes an argument under the next slug that is free. The change is counted already.
async fn insert_under_next(
    conn: &mut Conn,
    topic: TopicId,
    wanted: Slug,
    fields: &Fields,
) -> Result<Argument> {
    let siblings = arguments::table.filter(arguments::topic_id.eq(topic));
    let slug = free_slug!(&mut *conn, siblings, arguments::slug, wanted);
    Ok(Insert::of(topic, &slug, fields).get_result(conn).await?)
}

/// Makes an argument of its fields.
pub async fn insert_fields(
    conn: &mut Conn,
    topic: TopicId,
    slug: &Slug,
    fields: &Fields,
) -> Result<Argument> {
    let made = insert_if_free(conn, topic, slug, fields).await?;
    made.ok_or_else(|| Problem::slug_taken("argument", "with this slug"))
}

/// Makes an argument, or makes the one that is there equal to `new`; what it carries is made where it is missing.
pub async fn put(
    conn: &mut Conn,
    path: &ArgumentPath,
    new: &NewArgument,
    conditions: &Conditions,
) -> Result<(Put, Head, Argument)> {
    let sources = lock_quoted(conn, new).await?;
    let topic = topics::queries::lock(conn, &path.topic).await?;
    let fields = Fields::of(new, &topic);
    let (what, argument) = match find_if_any(conn, topic.id, &path.argument).await? {
        None => {
            conditions.check_absent()?;
            let Ref::Slug(slug) = &path.argument else { return Err(absent(&path.argument)) };
            check_slug(new.slug.as_ref(), slug)?;
            (Put::Created, insert_fields(conn, topic.id, slug, &fields).await?)
        }
        Some(current) => {
            conditions.check_present(current.version)?;
            check_slug(new.slug.as_ref(), &current.slug)?;
            (Put::Replaced, update(conn, current, fields).await?)
        }
    };
    connect(conn, &topic, &argument, new, &sources).await?;
    Ok((what, topic, argument))
}

/// Changes what the patch names.
pub async fn patch(
    conn: &mut Conn,
    path: &ArgumentPath,
    patch: ArgumentPatch,
    conditions: &Conditions,
) -> Result<Argument> {
    let topic = topics::queries::lock(conn, &path.topic).await?;
    let current = find(conn, &topic, &path.argument).await?;
    conditions.check_present(current.version)?;
    let was = Fields::from(&current);
    let fields = Fields {
        claim: patch.claim.into_option().unwrap_or(was.claim),
        body: patch.body.into_option().unwrap_or(was.body),
        language: patch.language.into_option().unwrap_or(was.language),
        origin: patched_origin(patch.origin, was.origin.as_ref())?,
    };
    update(conn, current, fields).await
}

/// Makes the argument's fields these; what is equal already is left alone, version and all.
pub async fn update(conn: &mut Conn, current: Argument, fields: Fields) -> Result<Argument> {
    let (topic, version) = (current.topic_id, current.version);
    let argument = replace(conn, current, fields).await?;
    if argument.version != version {
        advance(conn, topic).await?;
    }
    Ok(argument)
}

/// The same, for those who count the change to the topic themselves.
pub async fn replace(conn: &mut Conn, current: Argument, fields: Fields) -> Result<Argument> {
    if fields == Fields::from(&current) {
        return Ok(current);
    }
    let target = arguments::table.find(current.id).filter(arguments::version.eq(current.version));
    Ok(diesel::update(target)
        .set((
            fields,
            arguments::version.eq(arguments::version + 1),
            arguments::updated_at.eq(diesel::dsl::now),
        ))
        .returning(Argument::as_returning())
        .get_result(conn)
        .await?)
}

/// Deletes the argument, with what uses it if that is asked for.
pub async fn delete(
    conn: &mut Conn,
    path: &ArgumentPath,
    removal: &Removal,
    conditions: &Conditions,
) -> Result<()> {
    let topic = topics::queries::lock(conn, &path.topic).await?;
    let current = find(conn, &topic, &path.argument).await?;
    conditions.check_present(current.version)?;
    release(conn, &topic, End::Argument(current.id), removal.cascades()).await?;
    diesel::delete(arguments::table.find(current.id)).execute(conn).await?;
    advance(conn, topic.id).await
}

/// All arguments of a topic, to be compared with a document's.
pub async fn all_of(mut conn: &Conn, topic: TopicId) -> Result<Vec<Argument>> {
    Ok(arguments::table
        .filter(arguments::topic_id.eq(topic))
        .select(Argument::as_select())
        .load(&mut conn)
        .await?)
}

/// The sources of the quotes given with an argument, locked before the topic is.
async fn lock_quoted(conn: &mut Conn, new: &NewArgument) -> Result<QuotedSources> {
    let names: Vec<_> = new.quotes().map(|(_, quote)| &quote.source).collect();
    lock_sources(conn, &names).await
}

/// Makes the relations and citations that an argument carries, where they are not there yet; or
/// says everything that is wrong with them.
async fn connect(
    conn: &mut Conn,
    topic: &Head,
    argument: &Argument,
    new: &NewArgument,
    sources: &QuotedSources,
) -> Result<()> {
    let mut found = Found::default();
    for (kind, pointer, target) in new.targets() {
        let made = ensure(conn, topic, (argument.id, &argument.slug), kind, target, &pointer).await;
        found.keep(made)?;
    }
    for (pointer, quote) in new.quotes() {
        let anchored = sources.anchor(&quote.source, &quote.draft(), &pointer);
        if let Some(anchored) = found.keep(anchored)? {
            let backed = (End::Argument(argument.id), &argument.slug);
            ensure_quote(conn, topic, backed, anchored, quote).await?;
        }
    }
    found.check()
}

fn absent(name: &ArgumentRef) -> Problem {
    Problem::not_found("argument", name)
}
