//! All SQL about relations and their premises.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;

use super::types::{NewRelation, Relation, RelationFilter, RelationPatch, RelationPath};
use crate::db::Conn;
use crate::db::lists::{by_name, free_slug, in_order, in_order_of_id};
use crate::db::schema::{premises, relations, relations_with_ends as ends};
use crate::db::statement::statement;
use crate::domain::ids::{
    ArgumentId, ArgumentRef, PositionId, Ref, RelationId, RelationRef, TopicId, TopicRef,
};
use crate::domain::input::{Fault, FaultCode};
use crate::domain::kinds::RelationKind;
use crate::domain::origin::Origin;
use crate::domain::slug::Slug;
use crate::domain::text::Scheme;
use crate::http::answer::Put;
use crate::http::conditions::Conditions;
use crate::http::page::{Count, Key, Listing, Page, Sort};
use crate::http::patch::patched_origin;
use crate::http::problem::{Found, Part, Problem, Result};
use crate::links::queries::{End, release};
use crate::links::{self, EndName, EndRef, Removal};
use crate::topics;
use crate::topics::queries::{Head, advance, check_slug};

/// A relation as the database reads it: with its ends by id and by slug.
#[derive(Debug, Clone, Queryable, Selectable, QueryableByName)]
#[diesel(table_name = ends)]
pub struct Row {
    id: RelationId,
    topic_id: TopicId,
    slug: Slug,
    kind: RelationKind,
    scheme: Option<Scheme>,
    symmetric: bool,
    origin: Option<Origin>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    target_position_id: Option<PositionId>,
    target_argument_id: Option<ArgumentId>,
    target_relation_id: Option<RelationId>,
    target_position_slug: Option<Slug>,
    target_argument_slug: Option<Slug>,
    target_relation_slug: Option<Slug>,
    premise_ids: Vec<ArgumentId>,
    premise_slugs: Vec<Slug>,
}

impl TryFrom<Row> for Relation {
    type Error = Problem;

    fn try_from(row: Row) -> Result<Self> {
        let target = EndName::of(
            row.target_position_slug,
            row.target_argument_slug,
            row.target_relation_slug,
        );
        Ok(Self {
            id: row.id,
            topic_id: row.topic_id,
            slug: row.slug,
            kind: row.kind,
            premises: row.premise_slugs,
            target: target.ok_or_else(targetless)?,
            scheme: row.scheme,
            symmetric: row.symmetric,
            origin: row.origin,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// A constraint of the database keeps this from ever happening.
fn targetless() -> Problem {
    Problem::internal(&std::io::Error::other("a relation without a target"))
}

/// The columns that a client decides.
#[derive(Debug, Clone, PartialEq, Insertable, AsChangeset)]
#[diesel(table_name = relations, treat_none_as_null = true)]
pub struct Fields {
    /// How the premises bear on the target.
    pub kind: RelationKind,
    /// The target, if it is a position.
    pub target_position_id: Option<PositionId>,
    /// The target, if it is an argument.
    pub target_argument_id: Option<ArgumentId>,
    /// The target, if it is a relation.
    pub target_relation_id: Option<RelationId>,
    /// The argumentation scheme.
    pub scheme: Option<Scheme>,
    /// Whether it holds both ways.
    pub symmetric: bool,
    /// Where it was imported from.
    pub origin: Option<Origin>,
}

impl Fields {
    /// A relation of this kind onto a record of the topic.
    pub fn new(
        kind: RelationKind,
        target: End,
        scheme: Option<Scheme>,
        symmetric: bool,
        origin: Option<Origin>,
    ) -> Self {
        let (target_position_id, target_argument_id, target_relation_id) = target.columns();
        Self {
            kind,
            target_position_id,
            target_argument_id,
            target_relation_id,
            scheme,
            symmetric,
            origin,
        }
    }
}

/// A relation as it is stored, to be compared and changed.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: RelationId,
    /// The topic it is in.
    pub topic_id: TopicId,
    /// Its slug.
    pub slug: Slug,
    version: i64,
    /// Its premises, in order.
    pub premises: Vec<ArgumentId>,
    /// What else a client decides.
    pub fields: Fields,
}

impl From<Row> for Stored {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            topic_id: row.topic_id,
            slug: row.slug,
            version: row.version,
            premises: row.premise_ids,
            fields: Fields {
                kind: row.kind,
                target_position_id: row.target_position_id,
                target_argument_id: row.target_argument_id,
                target_relation_id: row.target_relation_id,
                scheme: row.scheme,
                symmetric: row.symmetric,
                origin: row.origin,
            },
        }
    }
}

/// The relations of a topic that match, in the order asked for.
pub async fn list(
    mut conn: &Conn,
    topic: &Head,
    listing: &Listing<RelationFilter>,
) -> Result<Page<Relation>> {
    let filter = &listing.filter;
    let targets = EndRef::given(filter.position.clone(), filter.argument.clone(), None);
    let mut found = Found::default();
    let targets = links::queries::filters(conn, topic, &targets, &mut found).await?;
    let premise = match &filter.premise {
        Some(name) => {
            let premise = links::queries::argument(conn, topic, name).await?;
            let premise = premise.ok_or_else(|| links::unknown_filter("premise"));
            found.keep(premise)?.map(|(id, _)| id)
        }
        None => None,
    };
    found.check()?;
    let matching = || {
        let mut query = ends::table.filter(ends::topic_id.eq(topic.id)).into_boxed::<Pg>();
        if let Some(kind) = filter.relation {
            query = query.filter(ends::kind.eq(kind));
        }
        if let Some(premise) = premise {
            let with_premise = premises::table
                .filter(premises::topic_id.eq(topic.id))
                .filter(premises::argument_id.eq(premise))
                .select(premises::relation_id);
            query = query.filter(ends::id.eq_any(with_premise));
        }
        for target in &targets {
            query = match *target {
                End::Position(id) => query.filter(ends::target_position_id.eq(id)),
                End::Argument(id) => query.filter(ends::target_argument_id.eq(id)),
                End::Relation(id) => query.filter(ends::target_relation_id.eq(id)),
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
    let relations = rows.into_iter().map(Relation::try_from).collect::<Result<_>>()?;
    Ok(listing.page(relations, total, |relation: &Relation| {
        sort.after(relation.id, relation.updated_at, &relation.slug)
    }))
}

/// The relation.
pub async fn find(conn: &Conn, topic: &Head, name: &RelationRef) -> Result<Relation> {
    let row = find_row(conn, topic.id, name).await?;
    row.ok_or_else(|| absent(name))?.try_into()
}

async fn find_row(mut conn: &Conn, topic: TopicId, name: &RelationRef) -> Result<Option<Row>> {
    let all = ends::table.filter(ends::topic_id.eq(topic)).select(Row::as_select());
    Ok(by_name!(name, ends, |same| all.filter(same).first(&mut conn).await).optional()?)
}

/// Makes a relation, under a slug derived from its ends if it has none.
pub async fn insert(
    conn: &mut Conn,
    topic: &TopicRef,
    new: &NewRelation,
) -> Result<(Head, Relation)> {
    let topic = topics::queries::lock(conn, topic).await?;
    let Checked { premises, slugs, target, fields } = Checked::of(conn, &topic, new).await?;
    let slug = match &new.slug {
        Some(slug) => slug.clone(),
        None => derived_slug(conn, &topic, &slugs, new.kind, target.slug()).await?,
    };
    let id = insert_fields(conn, topic.id, &slug, &premises, &fields).await?;
    let relation = find(conn, &topic, &Ref::Id(id)).await?;
    Ok((topic, relation))
}

/// A new relation of which both ends are there.
struct Checked {
    premises: Vec<ArgumentId>,
    /// The slugs of the premises.
    slugs: Vec<Slug>,
    target: EndName,
    fields: Fields,
}

impl Checked {
    /// Looks its ends up; or says everything that is wrong with it.
    async fn of(conn: &Conn, topic: &Head, new: &NewRelation) -> Result<Self> {
        let symmetric = new.symmetric.unwrap_or(false);
        let mut found = Found::default();
        let premises = found.keep(premises(conn, topic, new.premises.as_slice()).await)?;
        let target = found.keep(links::queries::end(conn, topic, &new.target, "/target").await)?;
        let symmetry = found.keep(check_symmetric(new.kind, symmetric))?;
        let (Some((premises, slugs)), Some((end, target)), Some(())) = (premises, target, symmetry)
        else {
            return Err(found.into_problem());
        };
        let (scheme, origin) = (new.scheme.clone(), new.origin.clone());
        let fields = Fields::new(new.kind, end, scheme, symmetric, origin);
        Ok(Self { premises, slugs, target, fields })
    }
}

/// The slug that a relation has when it is given none, made free in its topic.
async fn derived_slug(
    conn: &mut Conn,
    topic: &Head,
    premises: &[Slug],
    kind: RelationKind,
    target: &Slug,
) -> Result<Slug> {
    // There is a first one: its type has at least one premise.
    let wanted = Slug::of_relation(premises.first().unwrap_or(target), kind, target);
    let siblings = relations::table.filter(relations::topic_id.eq(topic.id));
    Ok(free_slug!(conn, siblings, relations::slug, wanted))
}

/// Makes a relation of its columns and premises.
pub async fn insert_fields(
    conn: &mut Conn,
    topic: TopicId,
    slug: &Slug,
    premises: &[ArgumentId],
    fields: &Fields,
) -> Result<RelationId> {
    let id = RelationId::now();
    insert_as(conn, topic, id, slug, premises, fields).await?;
    Ok(id)
}

statement! {
    /// As SQL, since diesel has rows with defaults parsed anew each time.
    struct Insert {
        id: RelationId => sql_types::Uuid,
        topic: TopicId => sql_types::Uuid,
        slug: Slug => sql_types::Text,
        kind: RelationKind => sql_types::Text,
        position: Option<PositionId> => sql_types::Nullable<sql_types::Uuid>,
        argument: Option<ArgumentId> => sql_types::Nullable<sql_types::Uuid>,
        relation: Option<RelationId> => sql_types::Nullable<sql_types::Uuid>,
        scheme: Option<Scheme> => sql_types::Nullable<sql_types::Text>,
        symmetric: bool => sql_types::Bool,
        origin: Option<Origin> => sql_types::Nullable<sql_types::Jsonb>,
    } = "
        insert into relations (id, topic_id, slug, kind, target_position_id, target_argument_id,
                               target_relation_id, scheme, \"symmetric\", origin)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
}

/// Makes a relation that has its id already, because others refer to it.
pub async fn insert_as(
    conn: &mut Conn,
    topic: TopicId,
    id: RelationId,
    slug: &Slug,
    premises: &[ArgumentId],
    fields: &Fields,
) -> Result<()> {
    let insert = Insert {
        id,
        topic,
        slug: slug.clone(),
        kind: fields.kind,
        position: fields.target_position_id,
        argument: fields.target_argument_id,
        relation: fields.target_relation_id,
        scheme: fields.scheme.clone(),
        symmetric: fields.symmetric,
        origin: fields.origin.clone(),
    };
    insert.execute(conn).await?;
    insert_premises(conn, topic, id, premises).await?;
    advance(conn, topic).await
}

statement! {
    struct InsertPremises {
        topic: TopicId => sql_types::Uuid,
        relation: RelationId => sql_types::Uuid,
        arguments: Vec<ArgumentId> => sql_types::Array<sql_types::Uuid>,
    } = "
        insert into premises (topic_id, relation_id, argument_id, ordinal)
        select $1, $2, argument_id, place - 1
        from unnest($3) with ordinality as premise (argument_id, place)";
}

async fn insert_premises(
    conn: &mut Conn,
    topic: TopicId,
    relation: RelationId,
    ids: &[ArgumentId],
) -> Result<()> {
    InsertPremises { topic, relation, arguments: ids.to_vec() }.execute(conn).await?;
    Ok(())
}

/// Makes sure that an argument alone bears on a target in this way: a relation that says so is left alone.
pub async fn ensure(
    conn: &mut Conn,
    topic: &Head,
    (argument, slug): (ArgumentId, &Slug),
    kind: RelationKind,
    target: &EndRef,
    pointer: &str,
) -> Result<()> {
    let (target, target_name) = links::queries::end(conn, topic, target, pointer).await?;
    let with_argument = premises::table
        .filter(premises::topic_id.eq(topic.id))
        .filter(premises::argument_id.eq(argument))
        .select(premises::relation_id);
    let alike = ends::table
        .filter(ends::topic_id.eq(topic.id))
        .filter(ends::id.eq_any(with_argument))
        .filter(ends::kind.eq(kind))
        .filter(ends::premise_ids.eq(vec![argument]))
        .select(ends::id)
        .into_boxed::<Pg>();
    let alike = match target {
        End::Position(id) => alike.filter(ends::target_position_id.eq(id)),
        End::Argument(id) => alike.filter(ends::target_argument_id.eq(id)),
        End::Relation(id) => alike.filter(ends::target_relation_id.eq(id)),
    };
    let alike: Vec<RelationId> = alike.limit(1).load(conn).await?;
    if alike.is_empty() {
        let wanted =
            derived_slug(conn, topic, std::slice::from_ref(slug), kind, target_name.slug()).await?;
        let fields = Fields::new(kind, target, None, false, None);
        insert_fields(conn, topic.id, &wanted, &[argument], &fields).await?;
    }
    Ok(())
}

/// Makes a relation, or makes the one that is there equal to `new`.
pub async fn put(
    conn: &mut Conn,
    path: &RelationPath,
    new: &NewRelation,
    conditions: &Conditions,
) -> Result<(Put, Head, Relation)> {
    let topic = topics::queries::lock(conn, &path.topic).await?;
    let Checked { premises, fields, .. } = Checked::of(conn, &topic, new).await?;
    let (what, id) = match find_row(conn, topic.id, &path.relation).await? {
        None => {
            conditions.check_absent()?;
            let Ref::Slug(slug) = &path.relation else { return Err(absent(&path.relation)) };
            check_slug(new.slug.as_ref(), slug)?;
            (Put::Created, insert_fields(conn, topic.id, slug, &premises, &fields).await?)
        }
        Some(row) => {
            let stored = Stored::from(row);
            conditions.check_present(stored.version)?;
            check_slug(new.slug.as_ref(), &stored.slug)?;
            update(conn, &stored, &premises, fields).await?;
            (Put::Replaced, stored.id)
        }
    };
    let relation = find(conn, &topic, &Ref::Id(id)).await?;
    Ok((what, topic, relation))
}

/// Changes what the patch names.
pub async fn patch(
    conn: &mut Conn,
    path: &RelationPath,
    patch: RelationPatch,
    conditions: &Conditions,
) -> Result<Relation> {
    let topic = topics::queries::lock(conn, &path.topic).await?;
    let row =
        find_row(conn, topic.id, &path.relation).await?.ok_or_else(|| absent(&path.relation))?;
    let stored = Stored::from(row);
    conditions.check_present(stored.version)?;
    let mut fields = stored.fields.clone();
    let mut found = Found::default();
    if let Some(target) = patch.target.into_option() {
        let target = links::queries::end(conn, &topic, &target, "/target").await;
        if let Some((target, _)) = found.keep(target)? {
            (fields.target_position_id, fields.target_argument_id, fields.target_relation_id) =
                target.columns();
        }
    }
    fields.kind = patch.kind.into_option().unwrap_or(fields.kind);
    fields.scheme = patch.scheme.into_option().unwrap_or(fields.scheme);
    fields.symmetric = patch.symmetric.into_option().unwrap_or(fields.symmetric);
    if let Some(origin) = found.keep(patched_origin(patch.origin, fields.origin.as_ref()))? {
        fields.origin = origin;
    }
    // Here the kind may be the one that is stored, so the patch alone is not at fault.
    let symmetry = check_symmetric(fields.kind, fields.symmetric);
    found.keep(symmetry.map_err(|it| Problem::misfits(Part::Body, it.into_faults())))?;
    let ids = match patch.premises.into_option() {
        Some(names) => found.keep(premises(conn, &topic, names.as_slice()).await)?,
        None => Some((stored.premises.clone(), Vec::new())),
    };
    let Some((ids, _)) = ids.filter(|_| found.is_empty()) else {
        return Err(found.into_problem());
    };
    update(conn, &stored, &ids, fields).await?;
    find(conn, &topic, &Ref::Id(stored.id)).await
}

/// Makes the relation's columns and premises these; what is equal already is left alone. Says whether it changed.
pub async fn update(
    conn: &mut Conn,
    stored: &Stored,
    ids: &[ArgumentId],
    fields: Fields,
) -> Result<bool> {
    let is_changed = replace(conn, stored, ids, fields).await?;
    if is_changed {
        advance(conn, stored.topic_id).await?;
    }
    Ok(is_changed)
}

/// The same, for those who count the change to the topic themselves.
pub async fn replace(
    conn: &mut Conn,
    stored: &Stored,
    ids: &[ArgumentId],
    fields: Fields,
) -> Result<bool> {
    if fields == stored.fields && ids == stored.premises {
        return Ok(false);
    }
    if fields.target_relation_id == Some(stored.id) {
        return Err(Problem::misfit(
            "/target/relation",
            FaultCode::NotAllowed,
            "a relation cannot be its own target",
        ));
    }
    if ids != stored.premises {
        diesel::delete(premises::table.filter(premises::relation_id.eq(stored.id)))
            .execute(conn)
            .await?;
        insert_premises(conn, stored.topic_id, stored.id, ids).await?;
    }
    diesel::update(relations::table.find(stored.id).filter(relations::version.eq(stored.version)))
        .set((
            fields,
            relations::version.eq(relations::version + 1),
            relations::updated_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    Ok(true)
}

/// Deletes the relation, with what uses it if that is asked for.
pub async fn delete(
    conn: &mut Conn,
    path: &RelationPath,
    removal: &Removal,
    conditions: &Conditions,
) -> Result<()> {
    let topic = topics::queries::lock(conn, &path.topic).await?;
    let current = find(conn, &topic, &path.relation).await?;
    conditions.check_present(current.version)?;
    release(conn, &topic, End::Relation(current.id), removal.cascades()).await?;
    diesel::delete(relations::table.find(current.id)).execute(conn).await?;
    advance(conn, topic.id).await
}

/// All relations of a topic, to be compared with a document's.
pub async fn all_of(mut conn: &Conn, topic: TopicId) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = ends::table
        .filter(ends::topic_id.eq(topic))
        .select(Row::as_select())
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(Stored::from).collect())
}

/// The arguments that a list of premises names; every name that is not there is a fault.
async fn premises(
    conn: &Conn,
    topic: &Head,
    names: &[ArgumentRef],
) -> Result<(Vec<ArgumentId>, Vec<Slug>)> {
    let mut found: Vec<(ArgumentId, Slug)> = Vec::with_capacity(names.len());
    let mut faults = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let (code, detail) = match links::queries::argument(conn, topic, name).await? {
            // The same argument can be named once by its id and once by its slug.
            Some((id, _)) if found.iter().any(|(other, _)| *other == id) => {
                (FaultCode::Duplicate, "is a premise already".to_owned())
            }
            Some(argument) => {
                found.push(argument);
                continue;
            }
            None => (
                FaultCode::NotFound,
                format!("there is no such argument in the topic `{}`", topic.slug),
            ),
        };
        faults.push(Fault { pointer: format!("/premises/{index}"), code, detail });
    }
    if faults.is_empty() {
        Ok(found.into_iter().unzip())
    } else {
        Err(Problem::misfits(Part::Body, faults))
    }
}

fn check_symmetric(kind: RelationKind, symmetric: bool) -> Result<()> {
    if symmetric && kind != RelationKind::Attacks {
        let detail = "only a relation of the kind `attacks` can be symmetric";
        return Err(Problem::fault("/symmetric", FaultCode::NotAllowed, detail));
    }
    Ok(())
}

fn absent(name: &RelationRef) -> Problem {
    Problem::not_found("relation", name)
}
