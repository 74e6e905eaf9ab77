//! Abstract argumentation frameworks, for solvers: APX and TGF. There is nothing but attacks.
//!
//! Positions and arguments are arguments of the framework, and an attack with one premise that nothing
//! attacks is an attack. Linked premises and undercuts are made attacks by the usual flattening of
//! frameworks with sets of attackers and attacks on attacks:
//!
//! - `r` stands for the attack itself: it attacks the target, and whoever undercuts it attacks it;
//! - `n`, one for each premise, says that the premise does not hold: the premise attacks it, and it
//!   attacks `r`.
//!
//! So the target is attacked just as long as all premises hold and nothing undercuts. Reasons that
//! support or rephrase are left out, and so is an undercut of one of them.
//!
//! Solvers take no comments and no names but these, so that texts and sources are left out.

use std::collections::{HashMap, HashSet};

use super::document::{RelationRecord, TargetName};
use super::exporting::{Export, Holds};
use super::note::{Note, NoteCode};
use super::writing::{Debate, of_record};
use crate::domain::kinds::RelationKind;
use crate::domain::slug::Slug;

/// APX.
pub const APX: Export = Export {
    name: "apx",
    title: "APX",
    media_type: "text/x-apx",
    media_types: &["text/x-apx"],
    endings: &["apx"],
    holds: ATTACKS,
    write: write_apx,
};

/// TGF.
pub const TGF: Export = Export {
    name: "tgf",
    title: "TGF",
    media_type: "text/x-tgf",
    media_types: &["text/x-tgf"],
    endings: &["tgf"],
    holds: ATTACKS,
    write: write_tgf,
};

const ATTACKS: Holds = Holds {
    title: false,
    texts: false,
    summaries: false,
    bodies: false,
    tags: false,
    languages: false,
    status: false,
    all_kinds: false,
    schemes: false,
    symmetry: true,
    quotes: false,
    sources: false,
};

/// A framework.
#[derive(Debug, Default)]
struct Framework {
    arguments: Vec<String>,
    attacks: Vec<(String, String)>,
    seen: HashSet<(String, String)>,
}

fn write_apx(debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
    let framework = Framework::of(debate, losses);
    let arguments = framework.arguments.iter().map(|it| format!("arg({it}).\n"));
    let attacks = framework.attacks.iter().map(|(from, to)| format!("att({from},{to}).\n"));
    arguments.chain(attacks).collect()
}

fn write_tgf(debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
    let framework = Framework::of(debate, losses);
    let arguments = framework.arguments.iter().map(|it| format!("{it}\n"));
    let attacks = framework.attacks.iter().map(|(from, to)| format!("{from} {to}\n"));
    arguments.chain(["#\n".to_owned()]).chain(attacks).collect()
}

/// A name that every solver takes: it begins with a letter and has letters, digits and underscores.
/// The kind in front keeps the names of different kinds apart.
fn name(kind: &str, slug: &Slug) -> String {
    format!("{kind}_{}", slug.as_str().replace('-', "_"))
}

impl Framework {
    fn of(debate: &Debate<'_>, losses: &mut Vec<Note>) -> Self {
        let topic = debate.topic;
        let mut framework = Self::default();
        framework.arguments.extend(topic.positions.iter().map(|it| name("p", &it.slug)));
        framework.arguments.extend(topic.arguments.iter().map(|it| name("a", &it.slug)));
        let relations = debate.by_slug().relations;
        let kept = kept(&topic.relations, &relations);
        let undercut: HashSet<&Slug> = topic
            .relations
            .iter()
            .filter(|it| kept.contains(&it.slug))
            .filter_map(
                |it| if let TargetName::Relation(slug) = &it.target { Some(slug) } else { None },
            )
            .collect();
        for relation in &topic.relations {
            if kept.contains(&relation.slug) {
                let is_step = relation.premises.len() > 1 || undercut.contains(&relation.slug);
                framework.put(relation, is_step, losses);
            } else if relation.kind == RelationKind::Attacks {
                let at = of_record("relation", &relation.slug);
                let detail = "what it undercuts is no attack, and left out";
                losses.push(Note::warning(NoteCode::LeftOut, at, detail, "it is left out"));
            }
        }
        framework
    }

    fn put(&mut self, relation: &RelationRecord, is_step: bool, losses: &mut Vec<Note>) {
        let target = match &relation.target {
            TargetName::Position(slug) => name("p", slug),
            TargetName::Argument(slug) => name("a", slug),
            TargetName::Relation(slug) => name("r", slug),
        };
        let step = name("r", &relation.slug);
        if is_step {
            self.arguments.push(step.clone());
        }
        for (premise, number) in relation.premises.iter().zip(1..) {
            let premise = name("a", premise);
            if !is_step {
                self.attack(premise.clone(), target.clone());
            } else {
                let not = format!("{}_{number}", name("n", &relation.slug));
                self.arguments.push(not.clone());
                self.attack(premise.clone(), not.clone());
                self.attack(not, step.clone());
            }
            if relation.symmetric && relation.premises.len() == 1 {
                self.attack(target.clone(), premise);
            }
        }
        if is_step {
            self.attack(step, target);
        }
        if relation.symmetric && relation.premises.len() > 1 {
            let at = of_record("relation", &relation.slug);
            let detail = "nothing here can attack premises that hold only together";
            let instead = "they attack it, and it does not attack them";
            losses.push(Note::warning(NoteCode::Approximated, at, detail, instead));
        }
    }

    /// Adds an attack, once.
    fn attack(&mut self, from: String, to: String) {
        if self.seen.insert((from.clone(), to.clone())) {
            self.attacks.push((from, to));
        }
    }
}

/// The attacks of which all that they undercut are attacks as well.
fn kept<'a>(
    relations: &'a [RelationRecord],
    by_slug: &HashMap<&'a Slug, &'a RelationRecord>,
) -> HashSet<&'a Slug> {
    let mut known: HashMap<&Slug, bool> = HashMap::new();
    for relation in relations {
        // Down to what is no relation or is known. What undercuts itself in a circle is kept.
        let (mut way, mut at) = (HashSet::new(), relation);
        let is_kept = loop {
            if let Some(known) = known.get(&at.slug) {
                break *known;
            }
            if at.kind != RelationKind::Attacks {
                way.insert(&at.slug);
                break false;
            }
            if !way.insert(&at.slug) {
                break true;
            }
            let TargetName::Relation(below) = &at.target else { break true };
            match by_slug.get(below) {
                Some(below) => at = below,
                None => break false,
            }
        };
        known.extend(way.into_iter().map(|slug| (slug, is_kept)));
    }
    known.into_iter().filter_map(|(slug, is_kept)| is_kept.then_some(slug)).collect()
}
