//! All SQL about topics themselves.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;

use super::types::{NewTopic, Topic, TopicFilter, TopicPatch};
use crate::access::{Sight, visible};
use crate::db::Conn;
use crate::db::lists::{by_name, free_slug, in_order, in_order_of_id, lower, starting_with};
use crate::db::schema::{citations, relations, topics};
use crate::db::statement::statement;
use crate::domain::ids::{Ref, TopicId, TopicRef};
use crate::domain::input::FaultCode;
use crate::domain::kinds::Status;
use crate::domain::language::Language;
use crate::domain::origin::Origin;
use crate::domain::slug::Slug;
use crate::domain::text::{Summary, Tag, Title};
use crate::http::answer::Put;
use crate::http::conditions::Conditions;
use crate::http::page::{Count, Key, Listing, Page, Sort};
use crate::http::patch::patched_origin;
use crate::http::problem::{Code, Problem, Result};

/// What reads below a topic need to know of it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = topics)]
pub struct Head {
    /// Its id.
    pub id: TopicId,
    /// Its slug.
    pub slug: Slug,
    /// Its language, which its arguments have by default.
    pub language: Language,
    /// Where it is in its life.
    pub status: Status,
    /// Counts every change in the topic.
    pub revision: i64,
}

/// The fields that a client decides.
#[derive(Debug, Clone, PartialEq, Insertable)]
#[diesel(table_name = topics, treat_none_as_null = true)]
pub struct Fields {
    /// The question.
    pub title: Title,
    /// What it is about.
    pub summary: Summary,
    /// Words to find it by.
    pub tags: Vec<Tag>,
    /// The language it is written in.
    pub language: Language,
    /// Where it is in its life.
    pub status: Status,
    /// Where it was imported from.
    pub origin: Option<Origin>,
}

impl Fields {
    /// What a client sends; `status` is what the topic has if nothing is said of it.
    fn of(new: &NewTopic, status: Status) -> Self {
        Self {
            title: new.title.clone(),
            summary: new.summary.clone().unwrap_or_default(),
            tags: new.tags.clone().unwrap_or_default().into_vec(),
            language: new.language.clone().unwrap_or_default(),
            status: new.status.unwrap_or(status),
            origin: new.origin.clone(),
        }
    }
}

impl From<&Topic> for Fields {
    fn from(topic: &Topic) -> Self {
        Self {
            title: topic.title.clone(),
            summary: topic.summary.clone(),
            tags: topic.tags.clone(),
            language: topic.language.clone(),
            status: topic.status,
            origin: topic.origin.clone(),
        }
    }
}

/// The visible topics that match, in the order asked for.
pub async fn list(
    mut conn: &Conn,
    listing: &Listing<TopicFilter>,
    sight: &Sight,
) -> Result<Page<Topic>> {
    let matching = || {
        let filter = &listing.filter;
        let mut query =
            topics::table.filter(visible(topics::id, topics::status, sight)).into_boxed::<Pg>();
        if let Some(tag) = &filter.tag {
            query = query.filter(topics::tags.contains(vec![tag]));
        }
        if let Some(status) = filter.status {
            query = query.filter(topics::status.eq(status));
        }
        if let Some(language) = &filter.language {
            query = query.filter(topics::language.eq(language));
        }
        if let Some(q) = &filter.q {
            query = query.filter(topics::title_start.like(lower(starting_with(q.as_str()))));
        }
        query
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
            in_order_of_id!(matching(), topics::id, after, down)
        }
        Sort::Updated | Sort::UpdatedDown => {
            in_order!(matching(), topics::updated_at, topics::id, after, Key::time, down)
        }
        Sort::Slug | Sort::SlugDown => {
            in_order!(matching(), topics::slug, topics::id, after, Key::text, down)
        }
    };
    let rows: Vec<Topic> = ordered
        .select(Topic::as_select())
        .limit(listing.limit.with_lookahead())
        .load(&mut conn)
        .await?;
    Ok(listing.page(rows, total, |topic| sort.after(topic.id, topic.updated_at, &topic.slug)))
}

/// The topic, if the caller may see it.
pub async fn find(mut conn: &Conn, name: &TopicRef, sight: &Sight) -> Result<Topic> {
    let seen =
        topics::table.filter(visible(topics::id, topics::status, sight)).select(Topic::as_select());
    let found = by_name!(name, topics, |same| seen.filter(same).first(&mut conn).await);
    found.optional()?.ok_or_else(|| absent(name))
}

/// What reads below the topic need to know of it, if the caller may see it.
pub async fn head(mut conn: &Conn, name: &TopicRef, sight: &Sight) -> Result<Head> {
    let seen =
        topics::table.filter(visible(topics::id, topics::status, sight)).select(Head::as_select());
    let found = by_name!(name, topics, |same| seen.filter(same).first(&mut conn).await);
    found.optional()?.ok_or_else(|| absent(name))
}

/// Locks the topic for a change to something below it. An archived topic takes none.
///
/// Other writers of the topic wait; its readers, and rows that refer to it, do not.
pub async fn lock(conn: &mut Conn, name: &TopicRef) -> Result<Head> {
    let heads = topics::table.select(Head::as_select()).for_no_key_update();
    let found = by_name!(name, topics, |same| heads.filter(same).first(conn).await);
    let head: Head = found.optional()?.ok_or_else(|| absent(name))?;
    if head.status == Status::Archived {
        return Err(archived(&head.slug));
    }
    Ok(head)
}

statement! {
    /// As SQL, since diesel has updates parsed anew each time.
    struct Advance { topic: TopicId => sql_types::Uuid } = "update topics set revision = revision + 1 where id = $1";
}

/// Counts a change to something below a topic.
pub async fn advance(mut conn: &Conn, topic: TopicId) -> Result<()> {
    Advance { topic }.execute(&mut conn).await?;
    Ok(())
}

/// Makes a topic, under a slug derived from its title if it has none.
pub async fn insert(conn: &mut Conn, new: &NewTopic) -> Result<Topic> {
    let fields = Fields::of(new, Status::Published);
    if let Some(slug) = &new.slug {
        let made = insert_if_free(conn, slug, &fields).await?;
        return made.ok_or_else(|| Problem::slug_taken("topic", format_args!("`{slug}`")));
    }
    let wanted = Slug::derive(new.title.as_str(), "topic");
    loop {
        let slug = free_slug!(&mut *conn, topics::table, topics::slug, wanted.clone());
        // Another may have taken it since.
        if let Some(topic) = insert_if_free(conn, &slug, &fields).await? {
            return Ok(topic);
        }
    }
}

/// Makes a topic of its fields; `None` if its slug is taken, perhaps by one made just now.
async fn insert_if_free(conn: &mut Conn, slug: &Slug, fields: &Fields) -> Result<Option<Topic>> {
    Ok(diesel::insert_into(topics::table)
        .values((topics::id.eq(TopicId::now()), topics::slug.eq(slug), fields))
        .on_conflict(topics::slug)
        .do_nothing()
        .returning(Topic::as_returning())
        .get_result(conn)
        .await
        .optional()?)
}

/// Makes a topic of its fields, or gives the one that has the slug already, locked.
pub async fn insert_or_lock(conn: &mut Conn, slug: &Slug, fields: &Fields) -> Result<(Put, Topic)> {
    let name = Ref::Slug(slug.clone());
    loop {
        if let Some(current) = lock_whole(conn, &name).await? {
            return Ok((Put::Replaced, current));
        }
        if let Some(topic) = insert_if_free(conn, slug, fields).await? {
            return Ok((Put::Created, topic));
        }
    }
}

/// Makes a topic, or makes the one that is there equal to `new`.
pub async fn put(
    conn: &mut Conn,
    name: &TopicRef,
    new: &NewTopic,
    conditions: &Conditions,
) -> Result<(Put, Topic)> {
    let (what, current) = match (name, lock_whole(conn, name).await?) {
        (_, Some(current)) => (Put::Replaced, current),
        (Ref::Id(_), None) => return Err(absent(name)),
        (Ref::Slug(slug), None) => {
            conditions.check_absent()?;
            check_slug(new.slug.as_ref(), slug)?;
            insert_or_lock(conn, slug, &Fields::of(new, Status::Published)).await?
        }
    };
    if what == Put::Created {
        return Ok((what, current));
    }
    conditions.check_present(current.version)?;
    check_slug(new.slug.as_ref(), &current.slug)?;
    // A draft does not become public, nor an archived topic open, because nothing was said of it.
    let fields = Fields::of(new, current.status);
    Ok((what, update(conn, current, fields).await?))
}

/// Changes what the patch names.
pub async fn patch(
    conn: &mut Conn,
    name: &TopicRef,
    patch: TopicPatch,
    conditions: &Conditions,
) -> Result<Topic> {
    let current = lock_whole(conn, name).await?.ok_or_else(|| absent(name))?;
    conditions.check_present(current.version)?;
    let was = Fields::from(&current);
    let fields = Fields {
        title: patch.title.into_option().unwrap_or(was.title),
        summary: patch.summary.into_option().unwrap_or(was.summary),
        tags: patch.tags.into_option().map_or(was.tags, crate::domain::input::Listed::into_vec),
        language: patch.language.into_option().unwrap_or(was.language),
        status: patch.status.into_option().unwrap_or(was.status),
        origin: patched_origin(patch.origin, was.origin.as_ref())?,
    };
    update(conn, current, fields).await
}

/// Deletes the topic and everything below it.
pub async fn delete(conn: &mut Conn, name: &TopicRef, conditions: &Conditions) -> Result<()> {
    let current = lock_whole(conn, name).await?.ok_or_else(|| absent(name))?;
    conditions.check_present(current.version)?;
    if current.status == Status::Archived {
        return Err(archived(&current.slug));
    }
    // What points at others goes before what it points at: the foreign keys between them are
    // checked at once, and do not wait for the cascade from the topic to reach both ends.
    diesel::delete(citations::table.filter(citations::topic_id.eq(current.id)))
        .execute(conn)
        .await?;
    diesel::delete(relations::table.filter(relations::topic_id.eq(current.id)))
        .execute(conn)
        .await?;
    diesel::delete(topics::table.find(current.id)).execute(conn).await?;
    Ok(())
}

/// Makes the topic's fields these; what is equal already is left alone, version and all.
pub async fn update(conn: &mut Conn, current: Topic, fields: Fields) -> Result<Topic> {
    if fields == Fields::from(&current) {
        return Ok(current);
    }
    if current.status == Status::Archived && fields.status == Status::Archived {
        return Err(archived(&current.slug));
    }
    let Fields { title, summary, tags, language, status, origin } = fields;
    let (id, version) = (current.id, current.version);
    let update = Update { title, summary, tags, language, status, origin, id, version };
    Ok(update.get_result(conn).await?)
}

statement! {
    /// As SQL, for the same reason as [`Advance`].
    struct Update {
        title: Title => sql_types::Text,
        summary: Summary => sql_types::Text,
        tags: Vec<Tag> => sql_types::Array<sql_types::Text>,
        language: Language => sql_types::Text,
        status: Status => sql_types::Text,
        origin: Option<Origin> => sql_types::Nullable<sql_types::Jsonb>,
        id: TopicId => sql_types::Uuid,
        version: i64 => sql_types::BigInt,
    } = "
        update topics
        set title = $1, summary = $2, tags = $3, language = $4, status = $5, origin = $6,
            version = version + 1, revision = revision + 1, updated_at = now()
        where id = $7 and version = $8
        returning id, slug, title, summary, tags, language, status, origin, version, created_at, updated_at";
}

/// The whole topic, locked for a change to itself.
pub async fn lock_whole(conn: &mut Conn, name: &TopicRef) -> Result<Option<Topic>> {
    let all = topics::table.select(Topic::as_select()).for_no_key_update();
    Ok(by_name!(name, topics, |same| all.filter(same).first(conn).await).optional()?)
}

/// A slug in the body must be the one in the path: slugs are stable.
pub fn check_slug(given: Option<&Slug>, own: &Slug) -> Result<()> {
    match given {
        Some(given) if given != own => Err(Problem::misfit(
            "/slug",
            FaultCode::NotAllowed,
            format!("a slug never changes: leave it out, or give `{own}`"),
        )),
        _ => Ok(()),
    }
}

fn absent(name: &TopicRef) -> Problem {
    Problem::not_found("topic", name)
}

/// The topic takes no changes.
pub fn archived(slug: &Slug) -> Problem {
    Problem::new(
        Code::TopicArchived,
        format!("The topic `{slug}` is archived and takes no changes."),
    )
}
