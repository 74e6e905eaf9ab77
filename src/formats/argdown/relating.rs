//! Which relations a text makes, onto what, and which statements become positions.
//!
//! A **root** is a statement that bears on nothing but what contradicts it, and that something bears
//! on or that stands as a thesis of its own. A root that is one end of a contradiction is a position
//! and an argument, for a position cannot be a premise.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;

use super::Parsed;
use super::model::End;
use super::syntax::{Bearing, Sort};
use crate::domain::kinds::RelationKind;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;

/// The most premises of one relation: the database numbers them with a smallint.
const MOST_PREMISES: usize = 32_000;

/// What a relation bears on. Entries are named by their places in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Onto {
    Entry(usize),
    Relation(usize),
    /// The relation by which an argument bears on something.
    RelationOf(usize),
}

/// A relation to be made.
#[derive(Debug)]
pub(super) struct Draft {
    pub kind: RelationKind,
    pub premises: Vec<usize>,
    pub onto: Onto,
    pub is_symmetric: bool,
    /// The structure and the step that it is of.
    pub step: Option<(usize, usize)>,
    /// What the text calls it.
    pub bearing: Option<Bearing>,
    /// Whether it is onto an argument as a whole.
    pub is_sketch: bool,
    pub place: Place,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Relating {
    pub drafts: Vec<Draft>,
    /// In this order relations are made: those borne on before those that bear on them.
    pub order: Vec<usize>,
    pub positions: HashSet<usize>,
    /// The positions that are arguments as well.
    pub twins: HashSet<usize>,
    /// The statements that only join premises for a relation that is no support.
    pub joints: HashSet<usize>,
}

struct Making<'a, 'p> {
    parsed: &'p Parsed<'a>,
    notes: &'p mut Vec<Note>,
    found: Relating,
    by_step: HashMap<(usize, usize), usize>,
    /// The structure and step that a joint concludes.
    joint_steps: HashMap<usize, (usize, usize)>,
}

pub(super) fn relate(parsed: &Parsed<'_>, notes: &mut Vec<Note>) -> Relating {
    let mut making = Making {
        parsed,
        notes,
        found: Relating::default(),
        by_step: HashMap::new(),
        joint_steps: HashMap::new(),
    };
    making.find_joints();
    making.draft_steps();
    making.draft_relations();
    making.resolve();
    making.choose_positions();
    making.found
}

/// What an entry's data say under a name.
pub(super) fn said<'p>(parsed: &'p Parsed<'_>, entry: usize, name: &str) -> Option<&'p Value> {
    parsed.model.entries.get(entry)?.data.get(name)
}

impl Making<'_, '_> {
    /// A conclusion that is said to join its premises stands for them in the one relation it has.
    fn find_joints(&mut self) {
        let model = &self.parsed.model;
        let mut outgoing: HashMap<usize, usize> = HashMap::new();
        for relation in &model.relations {
            *outgoing.entry(relation.from).or_default() += 1;
        }
        for (at, structure) in model.structures.iter().enumerate() {
            let [step] = structure.steps.as_slice() else { continue };
            let is_said = said(self.parsed, step.conclusion, "joins") == Some(&Value::Bool(true));
            if is_said && outgoing.get(&step.conclusion) == Some(&1) {
                self.joint_steps.insert(step.conclusion, (at, 0));
                self.found.joints.insert(step.conclusion);
            }
        }
    }

    fn premises_of(&mut self, structure: usize, step: usize) -> Vec<usize> {
        let Some(step) =
            self.parsed.model.structures.get(structure).and_then(|it| it.steps.get(step))
        else {
            return Vec::new();
        };
        let mut premises = step.premises.clone();
        if premises.len() > MOST_PREMISES {
            let detail = format!("an inference has {} premises", premises.len());
            let instead = format!("the relation has the first {MOST_PREMISES} of them");
            let place = step.inference.place.clone();
            self.notes.push(Note::warning(NoteCode::TooMuch, place, detail, instead));
            premises.truncate(MOST_PREMISES);
        }
        premises
    }

    fn draft_steps(&mut self) {
        let model = &self.parsed.model;
        for (at, structure) in model.structures.iter().enumerate() {
            for (number, step) in structure.steps.iter().enumerate() {
                let premises = self.premises_of(at, number);
                let is_joint = self.found.joints.contains(&step.conclusion);
                if premises.is_empty() || is_joint {
                    continue;
                }
                self.by_step.insert((at, number), self.found.drafts.len());
                self.found.drafts.push(Draft {
                    kind: RelationKind::Supports,
                    premises,
                    onto: Onto::Entry(step.conclusion),
                    is_symmetric: false,
                    step: Some((at, number)),
                    bearing: None,
                    is_sketch: false,
                    place: step.inference.place.clone(),
                });
            }
        }
    }

    fn draft_relations(&mut self) {
        let model = &self.parsed.model;
        let mut pending = Vec::new();
        for relation in &model.relations {
            let joint = self.joint_steps.get(&relation.from).copied();
            let premises = match joint {
                Some((structure, step)) => self.premises_of(structure, step),
                None => vec![relation.from],
            };
            if premises.is_empty() {
                continue;
            }
            let bearing = relation.bearing;
            let is_symmetric = matches!(bearing, Bearing::Contradictory | Bearing::Contrary);
            let kind = match bearing {
                Bearing::Support | Bearing::Entails
                    if self.rephrases(relation.from, relation.to) =>
                {
                    RelationKind::Rephrases
                }
                Bearing::Support | Bearing::Entails => RelationKind::Supports,
                Bearing::Attack
                | Bearing::Undercut
                | Bearing::Contradictory
                | Bearing::Contrary => RelationKind::Attacks,
            };
            if let Some(step) = joint {
                self.by_step.insert(step, self.found.drafts.len());
            }
            pending.push((self.found.drafts.len(), relation));
            self.found.drafts.push(Draft {
                kind,
                premises,
                onto: Onto::Entry(relation.from),
                is_symmetric,
                step: joint,
                bearing: Some(bearing),
                is_sketch: false,
                place: relation.place.clone(),
            });
        }
        for (at, relation) in pending {
            let (onto, is_sketch) = self.onto(relation.bearing, relation.to, &relation.place);
            if let Some(draft) = self.found.drafts.get_mut(at) {
                draft.onto = onto;
                draft.is_sketch = is_sketch;
            }
        }
    }

    /// Whether an item says that it says again what another does.
    fn rephrases(&self, from: usize, to: End) -> bool {
        let entry = match to {
            End::Entry(entry) => Some(entry),
            End::Inference { structure, .. } => {
                self.parsed.model.structures.get(structure).map(|it| it.argument)
            }
        };
        let Some(to) = entry.and_then(|it| self.parsed.model.entries.get(it)) else { return false };
        // A statement and an argument may have one title; brackets tell which is meant.
        let reference = match to.sort {
            Sort::Statement => format!("[{}]", to.title),
            Sort::Argument => format!("<{}>", to.title),
        };
        let is_meant = |it: &str| it == reference || it == to.title;
        match said(self.parsed, from, "rephrases") {
            Some(Value::String(title)) => is_meant(title),
            Some(Value::Array(titles)) => titles.iter().filter_map(Value::as_str).any(is_meant),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
                false
            }
        }
    }

    fn onto(&mut self, bearing: Bearing, to: End, place: &Place) -> (Onto, bool) {
        let model = &self.parsed.model;
        match to {
            End::Inference { structure, step } => match self.by_step.get(&(structure, step)) {
                Some(draft) => (Onto::Relation(*draft), false),
                None => {
                    let conclusion =
                        model.structures.get(structure).and_then(|it| it.steps.get(step));
                    (Onto::Entry(conclusion.map_or(0, |it| it.conclusion)), false)
                }
            },
            End::Entry(entry) => {
                let Some(found) = model.entries.get(entry) else {
                    return (Onto::Entry(entry), false);
                };
                let last = found.structure.and_then(|at| {
                    let steps = model.structures.get(at)?.steps.len();
                    self.by_step.get(&(at, steps.checked_sub(1)?)).copied()
                });
                if let (Some(draft), false) = (last, bearing == Bearing::Undercut) {
                    let detail = format!(
                        "<{}> has a structure, and this says of no part of it that it is meant",
                        found.title
                    );
                    let instead = "the relation is onto the argument's inference";
                    self.notes.push(Note::info(
                        NoteCode::Approximated,
                        place.clone(),
                        detail,
                        instead,
                    ));
                    return (Onto::Relation(draft), true);
                }
                match (last, bearing, found.sort) {
                    (Some(draft), _, Sort::Argument) => (Onto::Relation(draft), false),
                    (None, Bearing::Undercut, Sort::Argument) => (Onto::RelationOf(entry), false),
                    (_, Bearing::Undercut, Sort::Statement) => {
                        let detail = "a statement cannot be undercut: it has no inference";
                        self.notes.push(Note::warning(
                            NoteCode::Guessed,
                            place.clone(),
                            detail,
                            "it is attacked",
                        ));
                        (Onto::Entry(entry), false)
                    }
                    _ => (Onto::Entry(entry), false),
                }
            }
        }
    }

    /// Finds which relation is undercut where an argument without a structure is.
    fn resolve(&mut self) {
        let mut relation_of: HashMap<usize, usize> = HashMap::new();
        let mut count: HashMap<usize, usize> = HashMap::new();
        let is_onto_entry = |it: &Draft| matches!(it.onto, Onto::Entry(_));
        for first in [true, false] {
            for (at, draft) in self.found.drafts.iter().enumerate() {
                if let ([premise], None) = (draft.premises.as_slice(), draft.step)
                    && is_onto_entry(draft) == first
                {
                    relation_of.entry(*premise).or_insert(at);
                    *count.entry(*premise).or_default() += 1;
                }
            }
        }
        let mut told = Vec::new();
        for (at, draft) in self.found.drafts.iter_mut().enumerate() {
            let Onto::RelationOf(entry) = draft.onto else { continue };
            let title = self.parsed.model.entries.get(entry).map_or("", |it| it.title.as_str());
            match relation_of.get(&entry).copied().filter(|it| *it != at) {
                Some(relation) => {
                    draft.onto = Onto::Relation(relation);
                    if count.get(&entry).is_some_and(|it| *it > 1) {
                        let detail = format!("<{title}> bears on several things, and is undercut");
                        let note = Note::warning(
                            NoteCode::Guessed,
                            draft.place.clone(),
                            detail,
                            "its first relation is undercut",
                        );
                        told.push(note);
                    }
                }
                None => {
                    draft.onto = Onto::Entry(entry);
                    let detail = format!("<{title}> bears on nothing that an undercut could break");
                    told.push(Note::warning(
                        NoteCode::Approximated,
                        draft.place.clone(),
                        detail,
                        "the argument is attacked",
                    ));
                }
            }
        }
        self.notes.append(&mut told);
        self.put_in_order();
    }

    fn put_in_order(&mut self) {
        let count = self.found.drafts.len();
        let mut bearing: Vec<Vec<usize>> = vec![Vec::new(); count];
        let (mut next, mut is_placed) = (VecDeque::new(), vec![false; count]);
        for (at, draft) in self.found.drafts.iter().enumerate() {
            match draft.onto {
                Onto::Relation(onto) => {
                    bearing.get_mut(onto).into_iter().for_each(|it| it.push(at));
                }
                Onto::Entry(_) | Onto::RelationOf(_) => next.push_back(at),
            }
        }
        let mut unplaced = 0..count;
        loop {
            while let Some(at) = next.pop_front() {
                if let Some(is_placed) = is_placed.get_mut(at)
                    && !std::mem::replace(is_placed, true)
                {
                    self.found.order.push(at);
                    next.extend(bearing.get(at).into_iter().flatten());
                }
            }
            // Those that are left bear on one another in a circle.
            let Some(at) = unplaced.find(|at| is_placed.get(*at) == Some(&false)) else { return };
            next.push_back(at);
        }
    }

    fn choose_positions(&mut self) {
        let model = &self.parsed.model;
        let count = model.entries.len();
        let (mut bears, mut contradicts) = (vec![false; count], vec![false; count]);
        let (mut borne_on, mut attacked) = (vec![0_usize; count], vec![0_usize; count]);
        let set =
            |flags: &mut [bool], at: usize| flags.get_mut(at).into_iter().for_each(|it| *it = true);
        for draft in &self.found.drafts {
            for premise in &draft.premises {
                set(if draft.is_symmetric { &mut contradicts } else { &mut bears }, *premise);
            }
            if let Onto::Entry(to) = draft.onto {
                borne_on.get_mut(to).into_iter().for_each(|it| *it += 1);
                if draft.kind == RelationKind::Attacks {
                    attacked.get_mut(to).into_iter().for_each(|it| *it += 1);
                }
            }
        }
        let is = |flags: &[bool], at: usize| flags.get(at).copied().unwrap_or_default();
        let of = |counts: &[usize], at: usize| counts.get(at).copied().unwrap_or_default();
        let may_be = |at: usize| {
            !self.found.joints.contains(&at)
                && said(self.parsed, at, "position") != Some(&Value::Bool(false))
        };
        let is_root = |at: usize, sort: Sort| {
            let is_of =
                model.entries.get(at).is_some_and(|it| it.sort == sort && it.structure.is_none());
            let is_borne_on = of(&borne_on, at) > 0 || is(&contradicts, at);
            let is_thesis = model.is_titled_thesis(&self.parsed.syntax, at);
            is_of && may_be(at) && !is(&bears, at) && (is_borne_on || is_thesis)
        };
        let mut positions: HashSet<usize> =
            (0..count).filter(|at| is_root(*at, Sort::Statement)).collect();
        if positions.is_empty() {
            positions = (0..count).filter(|at| is_root(*at, Sort::Argument)).collect();
        }
        if positions.is_empty() {
            let candidates = (0..count).filter(|at| of(&borne_on, *at) > 0 && may_be(*at));
            let most = std::cmp::Reverse;
            let chosen =
                candidates.min_by_key(|at| (most(of(&attacked, *at)), most(of(&borne_on, *at))));
            if let Some(entry) = chosen {
                let place = model.entries.get(entry).map(|it| it.place.clone()).unwrap_or_default();
                let detail =
                    "no statement is free of being a reason itself: the text runs in circles";
                let instead =
                    "the most attacked one is an argument and the position that it supports";
                self.notes.push(Note::warning(NoteCode::Guessed, place, detail, instead));
                positions.insert(entry);
            }
        }
        let is_premise = |at: &usize| is(&bears, *at) || is(&contradicts, *at);
        self.found.twins = positions.iter().copied().filter(is_premise).collect();
        self.found.positions = positions;
    }
}
