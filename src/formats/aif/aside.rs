//! What of a nodeset becomes no record: it is kept for the way back, and told.

use std::collections::HashSet;

use super::keeping::{Bond, Item, Kept};
use super::nodeset::{self, Kind};
use super::records::Making;
use crate::domain::origin::Origin;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;

impl Making<'_> {
    /// Keeps what became no record, and tells it.
    pub(super) fn set_aside(&mut self) {
        let set = self.set;
        let mut made: HashSet<usize> = self.argument_of.keys().copied().collect();
        made.extend(self.position_of.keys());
        let ids: HashSet<usize> = self.relation_of.keys().copied().collect();
        let held: HashSet<&str> =
            self.relations.iter().filter_map(|(it, _)| it.at.id.as_deref()).collect();
        let mut speech = 0_usize;
        let mut loose_relations = Vec::new();
        for (at, node) in set.nodes.iter().enumerate() {
            if made.contains(&at) || (ids.contains(&at) && held.contains(node.id.as_str())) {
                continue;
            }
            speech += usize::from(node.kind.is_speech());
            if node.kind.relates() && !ids.contains(&at) {
                loose_relations.push(at);
            }
            self.aside.push(Item {
                list: "nodes".to_owned(),
                index: node.index,
                bond: Bond::Fits,
                value: node.value.clone(),
            });
        }
        for at in loose_relations {
            let Some(node) = set.nodes.get(at) else { continue };
            let (code, detail) = if self.relating.too_many.contains(&at) {
                (NoteCode::TooMuch, "has more premises or conclusions than a relation can have")
            } else if self.relating.premises.get(at).is_none_or(Vec::is_empty) {
                (NoteCode::Incomplete, "has no premise that is an I-node")
            } else {
                (NoteCode::Incomplete, "has no conclusion, or none that leads to an I-node")
            };
            let detail = format!("the {} {detail}", node.text("type"));
            let place = set.place_of(node);
            self.notes.push(Note::warning(code, place, detail, "it was kept aside with its edges"));
        }
        self.set_edges_aside();
        if speech > 0 {
            let detail = format!("{speech} nodes are of the dialogue");
            let instead = "they were kept with their edges and locutions, for the way back";
            let note = Note::info(NoteCode::KeptAside, Place::default(), detail, instead);
            self.notes.push(note);
        }
    }

    fn set_edges_aside(&mut self) {
        let set = self.set;
        for (at, edge) in set.edges.iter().enumerate() {
            let of = |node: usize| set.nodes.get(node).map_or(Kind::Unknown, |it| it.kind);
            let (from, to) = (of(edge.from), of(edge.to));
            let is_told = from.relates() && !self.relation_of.contains_key(&edge.from)
                || to.relates() && !self.relation_of.contains_key(&edge.to);
            // An edge from a premise is held by the relations of its node.
            if self.relating.used.contains(&at) && !is_told {
                continue;
            }
            self.aside.push(Item {
                list: "edges".to_owned(),
                index: edge.index,
                bond: Bond::Fits,
                value: edge.value.clone(),
            });
            let is_usual = from.is_speech() && to.is_speech()
                || from == Kind::Illocution
                || [from, to].iter().any(|it| matches!(it, Kind::Preference | Kind::Unknown))
                || self.relating.used.contains(&at);
            let is_premise = from == Kind::Information && to.relates()
                || from.relates() && (to == Kind::Information || to.relates());
            if !(is_usual || is_premise && is_told) {
                let place = set.place("edges", edge.index);
                let word =
                    |node: usize| set.nodes.get(node).map_or(String::new(), |it| it.text("type"));
                let detail = format!(
                    "an edge from {} to {} says nothing here",
                    word(edge.from),
                    word(edge.to)
                );
                let id = nodeset::id(edge.value.get("edgeID"));
                let place = Place { id, ..place };
                let note = Note::warning(NoteCode::KeptAside, place, detail, "it was kept aside");
                self.notes.push(note);
            }
        }
    }

    /// Puts what was kept aside into the topic's origin, and what has no room there into those of
    /// the records.
    pub(super) fn stow(&mut self, mut kept: Kept, format: &str) -> Option<Origin> {
        let mut lost = 0_usize;
        let others = self.positions.iter_mut().map(|(_, kept)| kept);
        let others = others.chain(self.arguments.iter_mut().map(|(_, kept)| kept));
        let mut others = others.chain(self.relations.iter_mut().map(|(_, kept)| kept));
        let mut open: &mut Kept = &mut kept;
        'items: for item in std::mem::take(&mut self.aside) {
            while !open.put_item(&item) {
                let Some(next) = others.next() else {
                    lost += 1;
                    continue 'items;
                };
                open = next;
            }
        }
        if lost > 0 {
            let detail = format!("{lost} nodes, edges and locutions have no room in any origin");
            let instead = "they are lost; divide the nodeset";
            self.notes.push(Note::warning(NoteCode::LeftOut, Place::default(), detail, instead));
        }
        kept.into_origin(format)
    }
}
