//! A topic of a document beside the topic that is stored: what is to be made, and what changed.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::queries::{self, Names, New};
use super::writing::{Became, Kept};
use crate::arguments::{Argument, queries as argument};
use crate::citations::queries as citation;
use crate::db::Conn;
use crate::domain::ids::{ArgumentId, CitationId, PositionId, RelationId, SourceId, TopicId};
use crate::domain::quote::Quote;
use crate::domain::slug::Slug;
use crate::formats::document::{
    ArgumentRecord, BacksName, CitationRecord, PositionRecord, RelationRecord, TargetName,
    TopicRecord,
};
use crate::http::problem::{Problem, Result};
use crate::links::queries::End;
use crate::positions::{Position, queries as position};
use crate::relations::queries as relation;

/// What is stored under the names of a document's records, by topic and name.
#[derive(Debug, Default)]
pub(super) struct Stored {
    topics: HashMap<TopicId, Of>,
}

/// What is stored of one topic.
#[derive(Debug, Default)]
pub(super) struct Of {
    positions: HashMap<Slug, Position>,
    arguments: HashMap<Slug, Argument>,
    relations: HashMap<Slug, relation::Stored>,
    citations: HashMap<Slug, citation::Stored>,
}

impl Stored {
    /// What is stored of these topics; of those that were just made there is nothing.
    pub(super) async fn load(
        conn: &mut Conn,
        topics: &[(TopicId, &TopicRecord)],
        made: &HashMap<&Slug, TopicId>,
    ) -> Result<Self> {
        let there = || topics.iter().filter(|(_, record)| !made.contains_key(&record.slug));
        let mut this = Self::default();
        macro_rules! load {
            ($records:ident, $query:ident, $row:ident => $stored:expr) => {
                let names =
                    there().flat_map(|(id, topic)| topic.$records.iter().map(|it| (*id, &it.slug)));
                let (ids, slugs): (Vec<TopicId>, Vec<&Slug>) = names.unzip();
                for $row in queries::$query(conn, &ids, &slugs).await? {
                    let (topic, stored) = $stored;
                    let of = this.topics.entry(topic).or_default();
                    of.$records.insert(stored.slug.clone(), stored);
                }
            };
        }
        load!(positions, positions_named, row => (row.topic_id, row));
        load!(arguments, arguments_named, row => (row.topic_id, row));
        load!(relations, relations_named, row => {
            let stored = relation::Stored::from(row);
            (stored.topic_id, stored)
        });
        load!(citations, citations_named, row => (row.topic_id, row));
        Ok(this)
    }

    /// What is stored of one topic.
    pub(super) fn take(&mut self, topic: TopicId) -> Of {
        self.topics.remove(&topic).unwrap_or_default()
    }
}

/// The records of a topic with the ids that they have or get, and what is to be done with each.
#[derive(Debug)]
pub(super) struct TopicDiff<'d> {
    topic: TopicId,
    pub positions: Vec<(PositionId, Became)>,
    pub arguments: Vec<(ArgumentId, Became)>,
    pub relations: Vec<(RelationId, Became)>,
    pub citations: Vec<(CitationId, Became)>,
    new: NewRecords<'d>,
    changed: Changed,
}

/// Records to be made.
#[derive(Debug, Default)]
struct NewRecords<'d> {
    positions: Vec<New<'d, PositionId, position::Fields>>,
    arguments: Vec<New<'d, ArgumentId, argument::Fields>>,
    relations: Vec<New<'d, RelationId, relation::Fields>>,
    premises: Vec<(TopicId, RelationId, ArgumentId, i16)>,
    citations: Vec<New<'d, CitationId, citation::Fields>>,
}

/// Records to be changed.
#[derive(Debug, Default)]
struct Changed {
    positions: Vec<(Position, position::Fields)>,
    arguments: Vec<(Argument, argument::Fields)>,
    relations: Vec<(relation::Stored, Vec<ArgumentId>, relation::Fields)>,
    citations: Vec<(citation::Stored, citation::Fields)>,
}

impl<'d> TopicDiff<'d> {
    /// The topic of a document beside what is stored of it. `quotes` are its citations, verified.
    pub(super) fn of(
        topic: TopicId,
        record: &'d TopicRecord,
        quotes: Vec<(SourceId, Quote)>,
        mut stored: Of,
    ) -> Result<Self> {
        let mut this = Self {
            topic,
            positions: Vec::with_capacity(record.positions.len()),
            arguments: Vec::with_capacity(record.arguments.len()),
            relations: Vec::with_capacity(record.relations.len()),
            citations: Vec::with_capacity(record.citations.len()),
            new: NewRecords::default(),
            changed: Changed::default(),
        };
        let mut ends = Ends::default();
        for record in &record.positions {
            let id = this.position(record, stored.positions.remove(&record.slug));
            ends.positions.insert(&record.slug, id);
        }
        for record in &record.arguments {
            let id = this.argument(record, stored.arguments.remove(&record.slug));
            ends.arguments.insert(&record.slug, id);
        }
        // A relation may point at one that comes later, so all have their ids before any is made.
        for record in &record.relations {
            let id = stored.relations.get(&record.slug).map_or_else(RelationId::now, |it| it.id);
            ends.relations.insert(&record.slug, id);
        }
        for record in &record.relations {
            this.relation(record, &ends, stored.relations.remove(&record.slug))?;
        }
        for (record, quote) in record.citations.iter().zip(quotes) {
            this.citation(record, &ends, quote, stored.citations.remove(&record.slug))?;
        }
        Ok(this)
    }

    /// Whether anything is made or changed.
    pub(super) fn is_change(&self) -> bool {
        let (new, changed) = (&self.new, &self.changed);
        !(new.positions.is_empty()
            && new.arguments.is_empty()
            && new.relations.is_empty()
            && new.citations.is_empty()
            && changed.positions.is_empty()
            && changed.arguments.is_empty()
            && changed.relations.is_empty()
            && changed.citations.is_empty())
    }

    /// The records that the document has.
    pub(super) fn kept(&self) -> Kept {
        let positions = self.positions.iter().map(|(id, _)| Uuid::from(*id));
        let arguments = self.arguments.iter().map(|(id, _)| Uuid::from(*id));
        let relations = self.relations.iter().map(|(id, _)| Uuid::from(*id));
        let citations = self.citations.iter().map(|(id, _)| Uuid::from(*id));
        positions.chain(arguments).chain(relations).chain(citations).collect()
    }

    fn position(&mut self, record: &'d PositionRecord, stored: Option<Position>) -> PositionId {
        let fields = position::Fields {
            statement: record.statement.clone(),
            summary: record.summary.clone(),
            rank: record.rank,
            origin: record.origin.clone(),
        };
        let (id, became) = match stored {
            None => {
                let id = PositionId::now();
                self.new.positions.push(New { id, topic: self.topic, slug: &record.slug, fields });
                (id, Became::Created)
            }
            Some(stored) if fields == position::Fields::from(&stored) => (stored.id, Became::Left),
            Some(stored) => {
                let id = stored.id;
                self.changed.positions.push((stored, fields));
                (id, Became::Changed)
            }
        };
        self.positions.push((id, became));
        id
    }

    fn argument(&mut self, record: &'d ArgumentRecord, stored: Option<Argument>) -> ArgumentId {
        let fields = argument::Fields {
            claim: record.claim.clone(),
            body: record.body.clone(),
            language: record.language.clone(),
            origin: record.origin.clone(),
        };
        let (id, became) = match stored {
            None => {
                let id = ArgumentId::now();
                self.new.arguments.push(New { id, topic: self.topic, slug: &record.slug, fields });
                (id, Became::Created)
            }
            Some(stored) if fields == argument::Fields::from(&stored) => (stored.id, Became::Left),
            Some(stored) => {
                let id = stored.id;
                self.changed.arguments.push((stored, fields));
                (id, Became::Changed)
            }
        };
        self.arguments.push((id, became));
        id
    }

    fn relation(
        &mut self,
        record: &'d RelationRecord,
        ends: &Ends<'_>,
        stored: Option<relation::Stored>,
    ) -> Result<()> {
        let target = ends.target(&record.target)?;
        let premises = ends.premises(&record.premises)?;
        let (scheme, origin) = (record.scheme.clone(), record.origin.clone());
        let fields = relation::Fields::new(record.kind, target, scheme, record.symmetric, origin);
        let (id, became) = match stored {
            None => {
                let id = ends.relation(&record.slug)?;
                self.new.relations.push(New { id, topic: self.topic, slug: &record.slug, fields });
                let topic = self.topic;
                let premises = premises.into_iter().zip(0_i16..);
                self.new.premises.extend(premises.map(|(it, ordinal)| (topic, id, it, ordinal)));
                (id, Became::Created)
            }
            Some(stored) if fields == stored.fields && premises == stored.premises => {
                (stored.id, Became::Left)
            }
            Some(stored) => {
                let id = stored.id;
                self.changed.relations.push((stored, premises, fields));
                (id, Became::Changed)
            }
        };
        self.relations.push((id, became));
        Ok(())
    }

    fn citation(
        &mut self,
        record: &'d CitationRecord,
        ends: &Ends<'_>,
        (source, quote): (SourceId, Quote),
        stored: Option<citation::Stored>,
    ) -> Result<()> {
        let end = ends.backed(&record.backs)?;
        let fields = citation::Fields::new(source, end, quote, record.origin.clone());
        let (id, became) = match stored {
            None => {
                let id = CitationId::now();
                self.new.citations.push(New { id, topic: self.topic, slug: &record.slug, fields });
                (id, Became::Created)
            }
            Some(stored) if fields == stored.fields => (stored.id, Became::Left),
            Some(stored) => {
                let id = stored.id;
                self.changed.citations.push((stored, fields));
                (id, Became::Changed)
            }
        };
        self.citations.push((id, became));
        Ok(())
    }
}

/// The ids behind the names of one topic.
#[derive(Debug, Default)]
struct Ends<'d> {
    positions: HashMap<&'d Slug, PositionId>,
    arguments: HashMap<&'d Slug, ArgumentId>,
    relations: HashMap<&'d Slug, RelationId>,
}

impl Ends<'_> {
    fn target(&self, name: &TargetName) -> Result<End> {
        let found = match name {
            TargetName::Position(slug) => self.positions.get(slug).copied().map(End::Position),
            TargetName::Argument(slug) => self.arguments.get(slug).copied().map(End::Argument),
            TargetName::Relation(slug) => self.relations.get(slug).copied().map(End::Relation),
        };
        found.ok_or_else(|| unresolved(name.slug()))
    }

    fn backed(&self, name: &BacksName) -> Result<Option<End>> {
        let target = match name {
            BacksName::Topic => return Ok(None),
            BacksName::Position(slug) => TargetName::Position(slug.clone()),
            BacksName::Argument(slug) => TargetName::Argument(slug.clone()),
            BacksName::Relation(slug) => TargetName::Relation(slug.clone()),
        };
        self.target(&target).map(Some)
    }

    fn relation(&self, slug: &Slug) -> Result<RelationId> {
        self.relations.get(slug).copied().ok_or_else(|| unresolved(slug))
    }

    fn premises(&self, names: &[Slug]) -> Result<Vec<ArgumentId>> {
        let ids = names
            .iter()
            .map(|slug| self.arguments.get(slug).copied().ok_or_else(|| unresolved(slug)));
        ids.collect()
    }
}

/// Readers of documents resolve every name, so this is a fault of theirs.
fn unresolved(slug: &Slug) -> Problem {
    Problem::internal(&std::io::Error::other(format!(
        "the document names `{slug}`, which it does not define"
    )))
}

/// All that is to be written of a batch.
#[derive(Debug, Default)]
pub(super) struct Changes<'d> {
    new: NewRecords<'d>,
    changed: Changed,
    gone: Names,
    /// The topics of which the revision advances.
    pub advanced: Vec<TopicId>,
}

impl<'d> Changes<'d> {
    /// Takes in what is to be done with one topic.
    pub(super) fn add(&mut self, diff: TopicDiff<'d>, gone: Names) {
        let (new, changed) = (diff.new, diff.changed);
        self.new.positions.extend(new.positions);
        self.new.arguments.extend(new.arguments);
        self.new.relations.extend(new.relations);
        self.new.premises.extend(new.premises);
        self.new.citations.extend(new.citations);
        self.changed.positions.extend(changed.positions);
        self.changed.arguments.extend(changed.arguments);
        self.changed.relations.extend(changed.relations);
        self.changed.citations.extend(changed.citations);
        self.gone.positions.extend(gone.positions);
        self.gone.arguments.extend(gone.arguments);
        self.gone.relations.extend(gone.relations);
        self.gone.citations.extend(gone.citations);
    }

    /// Writes it: what is named before what names it, and what is gone at the end.
    pub(super) async fn write(self, conn: &mut Conn) -> Result<()> {
        queries::insert_positions(conn, &self.new.positions).await?;
        queries::insert_arguments(conn, &self.new.arguments).await?;
        queries::insert_relations(conn, &self.new.relations).await?;
        queries::insert_premises(conn, &self.new.premises).await?;
        queries::insert_citations(conn, &self.new.citations).await?;
        for (stored, fields) in self.changed.positions {
            position::replace(conn, stored, fields).await?;
        }
        for (stored, fields) in self.changed.arguments {
            argument::replace(conn, stored, fields).await?;
        }
        for (stored, premises, fields) in self.changed.relations {
            relation::replace(conn, &stored, &premises, fields).await?;
        }
        for (stored, fields) in self.changed.citations {
            citation::replace(conn, &stored, fields).await?;
        }
        queries::delete(conn, &self.gone).await?;
        if !self.advanced.is_empty() {
            let advanced: HashSet<TopicId> = self.advanced.into_iter().collect();
            let advanced: Vec<TopicId> = advanced.into_iter().collect();
            queries::advance(conn, &advanced).await?;
        }
        Ok(())
    }
}
