//! What an Argdown text says, as its own tools understand it: statements and arguments by title,
//! and relations between them.
//!
//! All statements of one title are one **equivalence class**. What bears on others as an argument
//! with a structure does so as the structure's main conclusion; what undercuts such an argument
//! undercuts its last inference.

use std::collections::{HashMap, HashSet};

use super::syntax::{Bearing, Data, Inference, Line, Parent, Role, Sort, Syntax};
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;

/// A statement or an argument: all that is written under one title.
#[derive(Debug)]
pub(super) struct Entry {
    pub title: String,
    pub sort: Sort,
    /// The items of this title, in their order.
    pub members: Vec<usize>,
    pub tags: Vec<String>,
    pub data: Data,
    /// Of an argument: its structure.
    pub structure: Option<usize>,
    pub section: Option<usize>,
    pub place: Place,
}

/// A step of a structure. Statements are named by their entries.
#[derive(Debug)]
pub(super) struct Step {
    pub premises: Vec<usize>,
    pub conclusion: usize,
    pub inference: Inference,
}

/// A structure with its steps.
#[derive(Debug)]
pub(super) struct Reconstruction {
    /// The argument that it is of.
    pub argument: usize,
    pub steps: Vec<Step>,
    /// Whether a later structure of the same argument stands for it.
    pub is_replaced: bool,
    pub section: Option<usize>,
}

/// An end of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum End {
    Entry(usize),
    Inference { structure: usize, step: usize },
}

/// A relation.
#[derive(Debug)]
pub(super) struct Relation {
    pub bearing: Bearing,
    pub from: usize,
    pub to: End,
    pub place: Place,
}

/// The whole.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub entries: Vec<Entry>,
    pub structures: Vec<Reconstruction>,
    pub relations: Vec<Relation>,
}

#[derive(Debug, Default)]
struct Making {
    model: Model,
    by_title: HashMap<(Sort, String), usize>,
    entry_of: Vec<usize>,
    /// The step of an inference, by structure and line.
    step_at: HashMap<(usize, usize), usize>,
    /// The inference that a statement is the conclusion of, by its item.
    concluded_by: HashMap<usize, (usize, usize)>,
}

/// What a text that was taken apart says.
pub(super) fn model(syntax: &mut Syntax, is_strict: bool, notes: &mut Vec<Note>) -> Model {
    let mut making = Making::default();
    making.enter_items(syntax);
    making.enter_structures(syntax, notes);
    making.relate(syntax, notes);
    making.attach_to_conclusions();
    if is_strict {
        making.be_strict();
    }
    making.model
}

impl Making {
    fn entry(&mut self, sort: Sort, title: &str, place: &Place) -> usize {
        let next = self.model.entries.len();
        let key = (sort, title.to_owned());
        let entry = *self.by_title.entry(key).or_insert(next);
        if entry == next {
            self.model.entries.push(Entry {
                title: title.to_owned(),
                sort,
                members: Vec::new(),
                tags: Vec::new(),
                data: Data::new(),
                structure: None,
                section: None,
                place: place.clone(),
            });
        }
        entry
    }

    fn enter_items(&mut self, syntax: &Syntax) {
        let mut seen_tags = HashSet::new();
        for (at, item) in syntax.items.iter().enumerate() {
            let entry = self.entry(item.form.sort(), &item.title, &item.place);
            self.entry_of.push(entry);
            let Some(found) = self.model.entries.get_mut(entry) else { continue };
            for tag in &item.tags {
                if seen_tags.insert((entry, tag.clone())) {
                    found.tags.push(tag.clone());
                }
            }
            if let Some(data) = &item.data {
                found.data.extend(data.clone());
            }
            let says = !item.text.is_empty();
            if found.section.is_none() && says || found.members.is_empty() {
                found.section = item.section;
            }
            found.members.push(at);
        }
    }

    fn entry_of(&self, item: usize) -> usize {
        self.entry_of.get(item).copied().unwrap_or_default()
    }

    fn enter_structures(&mut self, syntax: &mut Syntax, notes: &mut Vec<Note>) {
        for (at, structure) in syntax.structures.iter_mut().enumerate() {
            let argument = self.entry(Sort::Argument, &structure.title, &structure.place);
            let mut steps: Vec<Step> = Vec::new();
            let (mut premises, mut seen) = (Vec::new(), HashSet::new());
            let mut pending: Option<(usize, Inference)> = None;
            for (number, line) in structure.lines.iter_mut().enumerate() {
                match line {
                    Line::Inference(inference) => {
                        if let Some((_, lost)) =
                            pending.replace((number, std::mem::take(inference)))
                        {
                            let detail = "an inference leads to no conclusion";
                            notes.push(Note::warning(
                                NoteCode::Incomplete,
                                lost.place,
                                detail,
                                "it was left out",
                            ));
                        }
                    }
                    Line::Statement(item) => {
                        let entry = self.entry_of(*item);
                        let Some((line, inference)) = pending.take() else {
                            if seen.insert(entry) {
                                premises.push(entry);
                            }
                            continue;
                        };
                        self.step_at.insert((at, line), steps.len());
                        self.concluded_by.insert(*item, (at, steps.len()));
                        if premises.is_empty() {
                            let detail = "an inference has no premises";
                            let place = inference.place.clone();
                            notes.push(Note::warning(
                                NoteCode::Incomplete,
                                place,
                                detail,
                                "its conclusion is a statement without reasons",
                            ));
                        }
                        seen = HashSet::from([entry]);
                        let premises = std::mem::replace(&mut premises, vec![entry]);
                        steps.push(Step { premises, conclusion: entry, inference });
                    }
                }
            }
            let detail = if pending.is_some() {
                "the last inference of the structure leads to no conclusion"
            } else if steps.is_empty() {
                "the structure has no inference"
            } else if premises.len() > 1 {
                "premises follow the last conclusion of the structure"
            } else {
                ""
            };
            if !detail.is_empty() {
                let place = structure.place.clone();
                let instead = "the statements are there without being reasons";
                notes.push(Note::warning(NoteCode::Incomplete, place, detail, instead));
            }
            if let Some(entry) = self.model.entries.get_mut(argument)
                && !steps.is_empty()
            {
                entry.section = structure.section;
                if let Some(before) = entry.structure.replace(at) {
                    let detail = format!("the argument {:?} has a second structure", entry.title);
                    let instead = "the later one is the argument's; both are kept";
                    notes.push(Note::warning(
                        NoteCode::Repeated,
                        structure.place.clone(),
                        detail,
                        instead,
                    ));
                    if let Some(replaced) = self.model.structures.get_mut(before) {
                        replaced.is_replaced = true;
                    }
                }
            }
            self.model.structures.push(Reconstruction {
                argument,
                steps,
                is_replaced: false,
                section: structure.section,
            });
        }
    }

    fn relate(&mut self, syntax: &Syntax, notes: &mut Vec<Note>) {
        for tie in &syntax.ties {
            let child = self.entry_of(tie.child);
            let parent = match tie.parent {
                Parent::Item(item) => {
                    // What undercuts a conclusion undercuts the inference that leads to it.
                    let concluded = self.concluded_by.get(&item).copied();
                    match concluded
                        .filter(|_| tie.bearing == Bearing::Undercut && tie.is_from_child)
                    {
                        Some((structure, step)) => End::Inference { structure, step },
                        None => End::Entry(self.entry_of(item)),
                    }
                }
                Parent::Inference { structure, line } => match self.step_at.get(&(structure, line))
                {
                    Some(step) => End::Inference { structure, step: *step },
                    None => {
                        let detail = "a relation hangs under an inference without a conclusion";
                        notes.push(Note::warning(
                            NoteCode::Incomplete,
                            tie.place.clone(),
                            detail,
                            "it was left out",
                        ));
                        continue;
                    }
                },
            };
            let (from, to) = match (tie.is_from_child, parent) {
                (true, to) => (child, to),
                (false, End::Entry(from)) => (from, End::Entry(child)),
                (false, End::Inference { structure, .. }) => {
                    let detail = "an inference cannot bear on anything";
                    let instead = "its argument is taken to";
                    notes.push(Note::warning(
                        NoteCode::Malformed,
                        tie.place.clone(),
                        detail,
                        instead,
                    ));
                    let argument = self.model.structures.get(structure).map(|it| it.argument);
                    (argument.unwrap_or_default(), End::Entry(child))
                }
            };
            let place = tie.place.clone();
            self.model.relations.push(Relation { bearing: tie.bearing, from, to, place });
        }
    }

    fn main_conclusion(&self, entry: usize) -> Option<usize> {
        let structure = self.model.entries.get(entry)?.structure?;
        self.model.structures.get(structure)?.steps.last().map(|step| step.conclusion)
    }

    /// What bears as an argument with a structure bears as its conclusion, and what undercuts one
    /// undercuts its last inference. Of relations that are the same, one stays.
    fn attach_to_conclusions(&mut self) {
        let mut seen = HashSet::new();
        let mut relations = std::mem::take(&mut self.model.relations);
        for relation in &mut relations {
            if let Some(conclusion) = self.main_conclusion(relation.from) {
                relation.from = conclusion;
            }
            if let (End::Entry(to), Bearing::Undercut) = (relation.to, relation.bearing)
                && let Some(structure) = self.model.entries.get(to).and_then(|it| it.structure)
                && let Some(last) = self
                    .model
                    .structures
                    .get(structure)
                    .and_then(|it| it.steps.len().checked_sub(1))
            {
                relation.to = End::Inference { structure, step: last };
            }
        }
        relations.retain(|it| {
            let is_first = seen.insert((it.bearing, End::Entry(it.from), it.to));
            let turned = (it.bearing, it.to, End::Entry(it.from));
            is_first
                && !(it.bearing == Bearing::Contradictory
                    && turned.1 != turned.2
                    && seen.contains(&turned))
        });
        self.model.relations = relations;
    }

    /// Between statements, in strict mode, a support is an entailment and an attack goes both ways.
    fn be_strict(&mut self) {
        let entries = &self.model.entries;
        let is_statement =
            |entry: usize| entries.get(entry).is_some_and(|it| it.sort == Sort::Statement);
        let mut seen = HashSet::new();
        self.model.relations.retain_mut(|it| {
            let End::Entry(to) = it.to else { return true };
            if !is_statement(it.from) || !is_statement(to) {
                return true;
            }
            match it.bearing {
                Bearing::Support => it.bearing = Bearing::Entails,
                Bearing::Attack => {
                    it.bearing = Bearing::Contrary;
                    return seen.insert((it.from.min(to), it.from.max(to)));
                }
                Bearing::Undercut
                | Bearing::Contradictory
                | Bearing::Contrary
                | Bearing::Entails => {}
            }
            true
        });
    }
}

impl Model {
    /// The item that says first what the entry is.
    pub(super) fn defining(&self, syntax: &Syntax, entry: usize) -> Option<usize> {
        let members = &self.entries.get(entry)?.members;
        let says = |item: &&usize| syntax.items.get(**item).is_some_and(|it| !it.text.is_empty());
        members.iter().find(says).or(members.first()).copied()
    }

    /// Whether a statement stands by itself, under a title of its own.
    pub(super) fn is_titled_thesis(&self, syntax: &Syntax, entry: usize) -> bool {
        self.entries.get(entry).is_some_and(|it| {
            it.sort == Sort::Statement
                && it.members.iter().filter_map(|item| syntax.items.get(*item)).any(|item| {
                    item.role == Role::TopLevel && !item.is_untitled && !item.text.is_empty()
                })
        })
    }
}
