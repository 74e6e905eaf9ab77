//! All SQL about tags.

use diesel::dsl::{count, count_star, exists, select};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use diesel_async::RunQueryDsl;

use super::types::{TagFilter, TagSort, TagUse};
use crate::access::{Sight, visible};
use crate::db::Conn;
use crate::db::lists::{lower, starting_with};
use crate::db::schema::{topic_tags, topics};
use crate::domain::ids::TopicId;
use crate::domain::input::FaultCode;
use crate::domain::kinds::Status;
use crate::domain::slug::Slug;
use crate::domain::text::Tag;
use crate::http::page::{After, Count, Listing, Page};
use crate::http::problem::{Problem, Result};
use crate::topics::queries::archived;

/// The tags that match, in the order asked for.
pub async fn list(
    mut conn: &Conn,
    listing: &Listing<TagFilter>,
    sight: &Sight,
) -> Result<Page<TagUse>> {
    let seen = visible(topic_tags::topic_id, topic_tags::topic_status, sight);
    let matching = topic_tags::table.filter(seen);
    let total = match listing.count {
        Some(Count::Exact) => {
            let mut all = matching.clone().into_boxed::<Pg>();
            if let Some(q) = &listing.filter.q {
                all = all.filter(lower(topic_tags::tag).like(lower(starting_with(q.as_str()))));
            }
            let all = all.select(count(topic_tags::tag).aggregate_distinct());
            Some(all.get_result(&mut conn).await?)
        }
        None => None,
    };
    let counted = (topic_tags::tag, count_star());
    let mut query = matching.group_by(topic_tags::tag).select(counted).into_boxed::<Pg>();
    if let Some(q) = &listing.filter.q {
        query = query.filter(lower(topic_tags::tag).like(lower(starting_with(q.as_str()))));
    }
    let sort = listing.filter.sort.unwrap_or_default();
    let after = listing.after.as_ref().map(|after| after.key.tag()).transpose()?;
    let query = match (sort, after) {
        (TagSort::Name, None) => query.order(topic_tags::tag),
        (TagSort::Name, Some((_, name))) => {
            query.filter(topic_tags::tag.gt(name)).order(topic_tags::tag)
        }
        (TagSort::NameDown, None) => query.order(topic_tags::tag.desc()),
        (TagSort::NameDown, Some((_, name))) => {
            query.filter(topic_tags::tag.lt(name)).order(topic_tags::tag.desc())
        }
        (TagSort::Topics, None) => query.order((count_star(), topic_tags::tag)),
        (TagSort::Topics, Some((topics, name))) => query
            .having(
                count_star().gt(topics).or(count_star().eq(topics).and(topic_tags::tag.gt(name))),
            )
            .order((count_star(), topic_tags::tag)),
        (TagSort::TopicsDown, None) => query.order((count_star().desc(), topic_tags::tag.desc())),
        (TagSort::TopicsDown, Some((topics, name))) => query
            .having(
                count_star().lt(topics).or(count_star().eq(topics).and(topic_tags::tag.lt(name))),
            )
            .order((count_star().desc(), topic_tags::tag.desc())),
    };
    let rows: Vec<TagUse> = query.limit(listing.limit.with_lookahead()).load(&mut conn).await?;
    Ok(listing.page(rows, total, |tag| After::tag(tag.topics, tag.name.as_str())))
}

/// The tag, if a topic that the caller sees has it.
pub async fn find(conn: &Conn, name: &Tag, sight: &Sight) -> Result<TagUse> {
    let tag = used(conn, name, sight).await?;
    if tag.topics == 0 { Err(absent(name)) } else { Ok(tag) }
}

async fn used(mut conn: &Conn, name: &Tag, sight: &Sight) -> Result<TagUse> {
    let having = topics::table
        .filter(visible(topics::id, topics::status, sight))
        .filter(topics::tags.contains(vec![name]));
    let topics = having.count().get_result(&mut conn).await?;
    Ok(TagUse { name: name.clone(), topics })
}

/// Gives the tag another name in every topic that has it; if another tag has that name, the two
/// become one, where that is allowed.
pub async fn rename(
    conn: &mut Conn,
    name: &Tag,
    new: Option<&Tag>,
    may_merge: bool,
    sight: &Sight,
) -> Result<TagUse> {
    let having: Vec<(TopicId, Slug, Status)> = topics::table
        .filter(topics::tags.contains(vec![name]))
        .order(topics::id)
        .select((topics::id, topics::slug, topics::status))
        .for_no_key_update()
        .load(conn)
        .await?;
    if having.is_empty() {
        return Err(absent(name));
    }
    let Some(new) = new.filter(|new| *new != name) else { return used(conn, name, sight).await };
    if let Some((_, slug, _)) = having.iter().find(|(_, _, status)| *status == Status::Archived) {
        return Err(archived(slug));
    }
    if !may_merge && is_used(conn, new).await? {
        let detail = format!("there is a tag `{new}` already: `?merge=true` makes the two one");
        return Err(Problem::misfit("/name", FaultCode::NotAllowed, detail));
    }
    let ids: Vec<TopicId> = having.into_iter().map(|(id, _, _)| id).collect();
    let advanced = (
        topics::version.eq(topics::version + 1),
        topics::revision.eq(topics::revision + 1),
        topics::updated_at.eq(diesel::dsl::now),
    );
    // A topic that has both keeps one of them; this goes first, while it can be told from the rest.
    diesel::update(topics::table.filter(topics::id.eq_any(&ids)))
        .filter(topics::tags.contains(vec![new]))
        .set((topics::tags.eq(array_remove(topics::tags, name)), advanced))
        .execute(conn)
        .await?;
    diesel::update(topics::table.filter(topics::id.eq_any(&ids)))
        .filter(topics::tags.contains(vec![name]))
        .set((topics::tags.eq(array_replace(topics::tags, name, new)), advanced))
        .execute(conn)
        .await?;
    used(conn, new, sight).await
}

async fn is_used(conn: &mut Conn, name: &Tag) -> Result<bool> {
    let having = topics::table.filter(topics::tags.contains(vec![name]));
    Ok(select(exists(having)).get_result(conn).await?)
}

fn absent(name: &Tag) -> Problem {
    Problem::not_found("tag", name)
}

diesel::define_sql_function! {
    /// A list without a text.
    fn array_remove(list: Array<Text>, text: Text) -> Array<Text>;
}

diesel::define_sql_function! {
    /// A list with one text in the place of another.
    fn array_replace(list: Array<Text>, text: Text, by: Text) -> Array<Text>;
}
