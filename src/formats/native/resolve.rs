//! From a draft to records: every record gets its slug, and every name is looked up.
//!
//! Slugs are the same whenever the same file is read: those given are taken first, in the whole
//! topic, and the others are derived in the order of the file.

use std::collections::HashSet;

use super::draft::{
    ArgumentDraft, CitationDraft, End, PositionDraft, Premise, RelationDraft, Target, TopicDraft,
};
use super::relations::word;
use crate::domain::input::{At, FaultCode, Faults};
use crate::domain::kinds::RelationKind;
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::formats::document::{
    ArgumentRecord, BacksName, CitationRecord, PositionRecord, RelationRecord, TargetName,
    TopicRecord,
};
use crate::formats::names::{Guesses, Names};
use crate::formats::place::Place;

/// The topic that a draft becomes; its slug is given or derived already. `None` means that a fault
/// was recorded.
pub(super) fn topic(
    draft: TopicDraft,
    slug: Option<Slug>,
    guesses: &mut Guesses,
    faults: &mut Faults,
) -> Option<TopicRecord> {
    Resolver { faults, guesses }.topic(draft, slug)
}

/// Takes the given slugs of one kind of record, each with the place of the record and the field
/// that leads from there to the slug.
fn claim<'d>(
    kind: &str,
    given: impl Iterator<Item = (Option<&'d Slug>, &'d Place, &'d str)>,
    faults: &mut Faults,
) -> Names {
    let mut names = Names::default();
    for (slug, place, field) in given {
        if slug.is_some_and(|slug| !names.claim(slug)) {
            let at = format!("{place}/{field}");
            let detail = format!("is the slug of an earlier {kind}");
            faults.push(&At::Pointer(&at), FaultCode::Duplicate, detail);
        }
    }
    names
}

/// The slugs of a topic's records, in the order of its lists. One is `None` if it would have been
/// derived from a text that is faulty.
#[derive(Default)]
struct Slugs {
    positions: Vec<Option<Slug>>,
    arguments: Vec<Option<Slug>>,
    relations: Vec<Option<Slug>>,
    position_names: Names,
    argument_names: Names,
    relation_names: Names,
}

impl Slugs {
    /// What is named, be it there or not.
    fn of(&self, target: &Target) -> Option<TargetName> {
        let pick = |slugs: &[Option<Slug>], index: usize| slugs.get(index).cloned().flatten();
        match target {
            Target::Here(End::Position(index)) => {
                pick(&self.positions, *index).map(TargetName::Position)
            }
            Target::Here(End::Argument(index)) => {
                pick(&self.arguments, *index).map(TargetName::Argument)
            }
            Target::Here(End::Relation(index)) => {
                pick(&self.relations, *index).map(TargetName::Relation)
            }
            Target::Named(_, name) => Some(name.clone()),
        }
    }

    fn names_of(&self, end: &TargetName) -> &Names {
        match end {
            TargetName::Position(_) => &self.position_names,
            TargetName::Argument(_) => &self.argument_names,
            TargetName::Relation(_) => &self.relation_names,
        }
    }
}

struct Resolver<'f> {
    faults: &'f mut Faults,
    guesses: &'f mut Guesses,
}

impl Resolver<'_> {
    fn topic(&mut self, draft: TopicDraft, slug: Option<Slug>) -> Option<TopicRecord> {
        let mut slugs = Slugs::default();
        self.position_slugs(&draft.positions, &mut slugs);
        self.argument_slugs(&draft.arguments, &mut slugs);
        let premises: Vec<Option<Vec<Slug>>> =
            draft.relations.iter().map(|relation| self.premises_of(relation, &slugs)).collect();
        self.relation_slugs(&draft.relations, &premises, &mut slugs);
        self.check_ends(&draft, &slugs);
        self.refuse_repeated(&draft.relations, &premises, &slugs);
        let citation_slugs = self.citation_slugs(&draft.citations, slug.as_ref(), &slugs);
        let language = draft.language;
        Some(TopicRecord {
            at: draft.at,
            slug: slug?,
            title: draft.title?,
            summary: draft.summary,
            tags: draft.tags,
            status: draft.status,
            origin: draft.origin,
            positions: records(draft.positions, &slugs.positions, position)?,
            arguments: records(draft.arguments, &slugs.arguments, |draft, slug| {
                argument(draft, slug, &language)
            })?,
            relations: draft
                .relations
                .into_iter()
                .zip(&slugs.relations)
                .zip(premises)
                .map(|((draft, slug), premises)| relation(draft, slug.clone()?, premises?, &slugs))
                .collect::<Option<_>>()?,
            citations: records(draft.citations, &citation_slugs, |draft, slug| {
                citation(draft, slug, &slugs)
            })?,
            language,
        })
    }

    fn position_slugs(&mut self, drafts: &[PositionDraft], slugs: &mut Slugs) {
        let given = drafts.iter().map(|draft| (draft.slug.as_ref(), &draft.at, "slug"));
        let mut names = claim("position of this topic", given, self.faults);
        let slug_of = |draft: &PositionDraft| {
            draft.slug.clone().or_else(|| {
                let statement = draft.statement.as_ref()?;
                Some(names.take_free(&Slug::derive(statement.as_str(), "position")))
            })
        };
        slugs.positions = drafts.iter().map(slug_of).collect();
        slugs.position_names = names;
    }

    fn argument_slugs(&mut self, drafts: &[ArgumentDraft], slugs: &mut Slugs) {
        let given = drafts.iter().map(|draft| (draft.slug.as_ref(), &draft.at, "slug"));
        let mut names = claim("argument of this topic", given, self.faults);
        let slug_of = |draft: &ArgumentDraft| {
            draft.slug.clone().or_else(|| {
                let claim = draft.claim.as_ref()?;
                Some(names.take_free(&Slug::derive(claim.as_str(), "argument")))
            })
        };
        slugs.arguments = drafts.iter().map(slug_of).collect();
        slugs.argument_names = names;
    }

    /// The premises of a relation, by slug; `None` where one of them is faulty.
    fn premises_of(&mut self, relation: &RelationDraft, slugs: &Slugs) -> Option<Vec<Slug>> {
        let (mut premises, mut linked) =
            (Vec::with_capacity(relation.premises.len()), HashSet::new());
        let mut is_whole = !relation.premises.is_empty();
        for premise in &relation.premises {
            let (place, slug) = match premise {
                Premise::Written(index) => (&relation.at, slugs.arguments.get(*index)?.clone()?),
                Premise::Named(place, slug) => (place, slug.clone()),
            };
            if !slugs.argument_names.has(&slug) {
                self.not_found(place, &TargetName::Argument(slug), &slugs.argument_names);
                is_whole = false;
            } else if linked.insert(slug.clone()) {
                premises.push(slug);
            } else {
                let detail = format!("`{slug}` is linked already");
                self.faults.push(&place.at(), FaultCode::Duplicate, detail);
                is_whole = false;
            }
        }
        is_whole.then_some(premises)
    }

    fn not_found(&mut self, place: &Place, end: &TargetName, names: &Names) {
        let (kind, slug) = (word(end), end.slug());
        let detail = match self.guesses.nearest(slug, names) {
            Some(near) => {
                format!("no {kind} of this topic has the slug `{slug}`; did you mean `{near}`?")
            }
            None => format!("no {kind} of this topic has the slug `{slug}`"),
        };
        self.faults.push(&place.at(), FaultCode::NotFound, detail);
    }

    fn relation_slugs(
        &mut self,
        drafts: &[RelationDraft],
        premises: &[Option<Vec<Slug>>],
        slugs: &mut Slugs,
    ) {
        let given = drafts.iter().map(|draft| (draft.slug.as_ref(), &draft.at, draft.slug_field));
        let mut names = claim("relation of this topic", given, self.faults);
        for (draft, premises) in drafts.iter().zip(premises) {
            // What a relation stands under comes before it, so that its slug is known.
            let slug = draft.slug.clone().or_else(|| {
                let target = slugs.of(draft.target.as_ref()?)?;
                let first = premises.as_ref()?.first()?;
                Some(names.take_free(&Slug::of_relation(first, draft.kind, target.slug())))
            });
            slugs.relations.push(slug);
        }
        slugs.relation_names = names;
    }

    /// Whether all that is named as the end of a relation or a quote is there.
    fn check_ends(&mut self, draft: &TopicDraft, slugs: &Slugs) {
        let of_relations = draft.relations.iter().map(|it| (it.target.as_ref(), it.slug.as_ref()));
        let of_citations = draft.citations.iter().map(|it| (it.backs.as_ref(), None));
        for (target, own) in of_relations.chain(of_citations) {
            let Some(Target::Named(place, end)) = target else { continue };
            let names = slugs.names_of(end);
            if !names.has(end.slug()) {
                self.not_found(place, end, names);
            } else if matches!(end, TargetName::Relation(slug) if Some(slug) == own) {
                let detail = "is the relation itself, which cannot bear on itself";
                self.faults.push(&place.at(), FaultCode::NotAllowed, detail);
            }
        }
    }

    /// What is said twice without a slug of its own is a slip.
    fn refuse_repeated(
        &mut self,
        drafts: &[RelationDraft],
        premises: &[Option<Vec<Slug>>],
        slugs: &Slugs,
    ) {
        let mut seen: HashSet<(RelationKind, TargetName, Vec<&Slug>)> = HashSet::new();
        for (draft, premises) in drafts.iter().zip(premises) {
            let Some(premises) = premises else { continue };
            let Some(target) = draft.target.as_ref().and_then(|it| slugs.of(it)) else { continue };
            let mut premises: Vec<&Slug> = premises.iter().collect();
            premises.sort();
            if !seen.insert((draft.kind, target, premises)) && draft.slug.is_none() {
                let detail =
                    "says again what an earlier item says; to say it twice, give it a slug";
                self.faults.push(&draft.at.at(), FaultCode::Duplicate, detail);
            }
        }
    }

    fn citation_slugs(
        &mut self,
        drafts: &[CitationDraft],
        topic: Option<&Slug>,
        slugs: &Slugs,
    ) -> Vec<Option<Slug>> {
        let given = drafts.iter().map(|draft| (draft.slug.as_ref(), &draft.at, "slug"));
        let mut names = claim("quote of this topic", given, self.faults);
        let slug_of = |draft: &CitationDraft| {
            draft.slug.clone().or_else(|| {
                let backs = match &draft.backs {
                    None => topic?.clone(),
                    Some(end) => slugs.of(end)?.slug().clone(),
                };
                let exact = draft.quote.as_ref()?.exact.as_str();
                Some(names.take_free(&Slug::of_citation(&backs, exact)))
            })
        };
        drafts.iter().map(slug_of).collect()
    }
}

/// Puts each draft together with its slug.
fn records<Draft, Record>(
    drafts: Vec<Draft>,
    slugs: &[Option<Slug>],
    record: impl Fn(Draft, Slug) -> Option<Record>,
) -> Option<Vec<Record>> {
    drafts.into_iter().zip(slugs).map(|(draft, slug)| record(draft, slug.clone()?)).collect()
}

fn position(draft: PositionDraft, slug: Slug) -> Option<PositionRecord> {
    Some(PositionRecord {
        at: draft.at,
        slug,
        statement: draft.statement?,
        summary: draft.summary,
        rank: draft.rank,
        origin: draft.origin,
    })
}

fn argument(draft: ArgumentDraft, slug: Slug, language: &Language) -> Option<ArgumentRecord> {
    Some(ArgumentRecord {
        at: draft.at,
        slug,
        claim: draft.claim?,
        body: draft.body,
        language: draft.language.unwrap_or_else(|| language.clone()),
        origin: draft.origin,
    })
}

fn relation(
    draft: RelationDraft,
    slug: Slug,
    premises: Vec<Slug>,
    slugs: &Slugs,
) -> Option<RelationRecord> {
    Some(RelationRecord {
        at: draft.at,
        slug,
        kind: draft.kind,
        premises,
        target: slugs.of(draft.target.as_ref()?)?,
        scheme: draft.scheme,
        symmetric: draft.symmetric,
        origin: draft.origin,
    })
}

fn citation(draft: CitationDraft, slug: Slug, slugs: &Slugs) -> Option<CitationRecord> {
    Some(CitationRecord {
        at: draft.at,
        slug,
        source: draft.source?,
        backs: match &draft.backs {
            None => BacksName::Topic,
            Some(end) => slugs.of(end)?.into(),
        },
        quote: draft.quote?,
        origin: draft.origin,
    })
}
