//! The order of what is written, block by block.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use super::lines::{self, Part, titled};
use super::plan::{self, Edge, Plan, Target};
use super::text;
use crate::domain::kinds::RelationKind;
use crate::formats::argdown::syntax::{Data, Sort};
use crate::formats::taming;

/// How deep a tree is written; what is deeper becomes a block of its own.
const DEEPEST: usize = 12;

/// The words of a conclusion that only joins premises.
const JOINED: &str = "Taken together, this bears on the following.";

#[derive(Debug, Clone, Copy)]
enum Unit {
    Node(usize),
    /// A structure, by its last step.
    Structure(usize),
}

pub(super) struct Emitting<'p, 'a> {
    plan: &'p Plan<'a>,
    is_strict: bool,
    parts: Vec<Part>,
    is_defined: Vec<bool>,
    /// The relations that stand under a node as lines of a tree.
    children: Vec<Vec<usize>>,
    /// The relations that stand under a conclusion and lead away from it.
    leading: Vec<Vec<usize>>,
    under_inference: Vec<Vec<usize>>,
    under_title: Vec<Vec<usize>>,
    /// The steps before, of the last step of a structure.
    steps_before: HashMap<usize, Vec<usize>>,
    is_step_before: Vec<bool>,
    /// The structures without a place of their own, by what they lead to.
    onto_node: HashMap<usize, Vec<usize>>,
    onto_edge: HashMap<usize, Vec<usize>>,
    is_emitted: Vec<bool>,
    after: VecDeque<usize>,
    is_argument_before: bool,
    is_named: Vec<bool>,
}

/// All blocks, under their headings.
pub(super) fn emit(plan: &Plan<'_>, sections: &[(usize, String)], is_strict: bool) -> Vec<Part> {
    let (nodes, edges) = (plan.nodes.len(), plan.edges.len());
    let mut emitting = Emitting {
        plan,
        is_strict,
        parts: Vec::new(),
        is_defined: vec![false; nodes],
        children: vec![Vec::new(); nodes],
        leading: vec![Vec::new(); nodes],
        under_inference: vec![Vec::new(); edges],
        under_title: vec![Vec::new(); edges],
        steps_before: HashMap::new(),
        is_step_before: vec![false; edges],
        onto_node: HashMap::new(),
        onto_edge: HashMap::new(),
        is_emitted: vec![false; edges],
        after: VecDeque::new(),
        is_argument_before: false,
        is_named: vec![false; edges],
    };
    emitting.join_steps();
    emitting.place_edges();
    emitting.run(sections);
    emitting.parts
}

fn push(lists: &mut [Vec<usize>], at: usize, value: usize) {
    lists.get_mut(at).into_iter().for_each(|list| list.push(value));
}

fn flag(flags: &[bool], at: usize) -> bool {
    flags.get(at).copied().unwrap_or_default()
}

fn raise(flags: &mut [bool], at: usize) -> bool {
    flags.get_mut(at).is_some_and(|it| !std::mem::replace(it, true))
}

fn is_undercut(edge: &Edge<'_>) -> bool {
    matches!(edge.target, Target::Relation(_))
        && edge.record.kind == RelationKind::Attacks
        && !edge.record.symmetric
        && !edge.found.is("sketch")
}

impl Emitting<'_, '_> {
    /// Joins the steps of one structure that still lead to one another.
    fn join_steps(&mut self) {
        let mut needs_own = vec![false; self.plan.edges.len()];
        for edge in &self.plan.edges {
            if let Target::Relation(target) = edge.target
                && (edge.is_structured || !is_undercut(edge))
            {
                raise(&mut needs_own, target);
            }
        }
        let mut by_structure: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
        for (at, edge) in self.plan.edges.iter().enumerate() {
            let place = edge.found.number("structure").zip(edge.found.number("step"));
            if let Some((structure, step)) = place.filter(|_| edge.is_structured) {
                by_structure.entry(structure).or_default().push((step, at));
            }
        }
        for (_, mut steps) in by_structure {
            steps.sort_unstable();
            let is_chain = steps.iter().enumerate().all(|(number, (step, _))| number == *step)
                && steps.windows(2).all(|pair| {
                    let [(_, one), (_, next)] = pair else { return false };
                    let concluded = self.plan.edges.get(*one).and_then(Edge::concludes);
                    let next = self.plan.edges.get(*next).map(|it| it.premises.as_slice());
                    concluded.is_some()
                        && next.and_then(|it| it.first().copied()) == concluded
                        && !flag(&needs_own, *one)
                });
            if let Some((_, last)) = steps.pop().filter(|_| is_chain) {
                let before: Vec<usize> = steps.into_iter().map(|(_, at)| at).collect();
                for at in &before {
                    raise(&mut self.is_step_before, *at);
                }
                self.steps_before.insert(last, before);
            }
        }
    }

    fn place_edges(&mut self) {
        let plan = self.plan;
        let mut is_concluded = vec![false; plan.nodes.len()];
        for edge in plan.edges.iter().filter(|it| it.is_structured) {
            if let Some(node) = edge.concludes() {
                raise(&mut is_concluded, node);
            }
        }
        for (at, edge) in plan.edges.iter().enumerate() {
            if edge.is_structured {
                let has_place = edge.found.fields.contains_key("structure");
                match edge.target {
                    _ if has_place || flag(&self.is_step_before, at) => {}
                    Target::Node(node) => self.onto_node.entry(node).or_default().push(at),
                    Target::Relation(target) => self.onto_edge.entry(target).or_default().push(at),
                }
                if let Target::Relation(target) = edge.target {
                    raise(&mut self.is_named, target);
                }
                continue;
            }
            let [premise] = edge.premises.as_slice() else { continue };
            let is_position = plan.nodes.get(*premise).is_some_and(|it| it.is_position);
            let names_step = matches!(edge.target, Target::Relation(target) if flag(&self.is_step_before, target));
            if flag(&is_concluded, *premise) && !is_position && !names_step {
                push(&mut self.leading, *premise, at);
                if let Target::Relation(target) = edge.target {
                    raise(&mut self.is_named, target);
                }
                continue;
            }
            if let Target::Relation(target) = edge.target
                && self.is_contradiction(edge)
            {
                raise(&mut self.is_named, target);
            }
            match edge.target {
                _ if self.is_contradiction(edge) => push(&mut self.children, *premise, at),
                Target::Node(node) => push(&mut self.children, node, at),
                Target::Relation(target) => match plan.edges.get(target) {
                    Some(it) if it.is_structured && is_undercut(edge) => {
                        push(&mut self.under_inference, target, at);
                    }
                    Some(it) if it.is_structured => push(&mut self.under_title, target, at),
                    Some(it) => it
                        .premises
                        .iter()
                        .take(1)
                        .for_each(|node| push(&mut self.children, *node, at)),
                    None => {}
                },
            }
        }
    }

    fn run(&mut self, sections: &[(usize, String)]) {
        let plan = self.plan;
        let mut units: Vec<((usize, usize, usize), Unit)> = Vec::new();
        let place = |section: Option<usize>, at: Option<usize>| match (section, at) {
            (None, None) => (usize::MAX, usize::MAX),
            (section, at) => (section.map_or(0, |it| it + 1), at.unwrap_or(usize::MAX)),
        };
        for (at, node) in plan.nodes.iter().enumerate() {
            let (section, number) = place(node.found.number("section"), node.found.number("at"));
            units.push(((section, number, 1), Unit::Node(at)));
        }
        for (at, edge) in plan.edges.iter().enumerate() {
            if !edge.is_structured
                || !edge.found.fields.contains_key("structure")
                || flag(&self.is_step_before, at)
            {
                continue;
            }
            let before =
                self.steps_before.get(&at).and_then(|it| it.first().copied()).unwrap_or(at);
            let first = plan.edges.get(before).into_iter().flat_map(|it| &it.premises);
            let first = first.filter_map(|it| plan.nodes.get(*it)?.found.number("at")).min();
            let (section, number) =
                place(edge.found.number("section"), edge.found.number("at").or(first));
            units.push(((section, number, 0), Unit::Structure(at)));
        }
        units.sort_by_key(|(key, _)| *key);
        let mut headings = sections.iter().enumerate().peekable();
        for ((section, ..), unit) in units {
            while let Some((number, (level, title))) = headings.peek().copied() {
                if number + 1 > section {
                    break;
                }
                let heading = format!("{} {title}\n\n", "#".repeat((*level).clamp(1, 100)));
                self.text(heading);
                self.is_argument_before = false;
                headings.next();
            }
            match unit {
                Unit::Node(node) => self.node_block(node),
                Unit::Structure(edge) => self.structure_block(edge),
            }
            while let Some(edge) = self.after.pop_front() {
                self.structure_block(edge);
            }
        }
        let left: Vec<usize> = (0..plan.edges.len())
            .filter(|at| {
                plan.edges.get(*at).is_some_and(|it| it.is_structured)
                    && !flag(&self.is_step_before, *at)
            })
            .collect();
        for edge in left {
            self.structure_block(edge);
            while let Some(edge) = self.after.pop_front() {
                self.structure_block(edge);
            }
        }
        for (level, title) in headings.map(|(_, it)| it) {
            let heading = format!("{} {title}\n\n", "#".repeat((*level).clamp(1, 100)));
            self.text(heading);
        }
    }

    fn text(&mut self, text: impl Into<String>) {
        self.parts.push(Part::Text(text.into()));
    }

    /// Names a node, and defines it if nothing has.
    fn mention(&mut self, node: usize, may_define: bool, begins_line: bool, indent: usize) -> bool {
        let is_definition = may_define && raise(&mut self.is_defined, node);
        self.parts.push(Part::Node { node, is_definition, begins_line, indent });
        if is_definition {
            self.after.extend(self.onto_node.remove(&node).into_iter().flatten());
        }
        is_definition
    }

    fn node_block(&mut self, node: usize) {
        if flag(&self.is_defined, node) {
            return;
        }
        self.mention(node, true, true, 0);
        self.text("\n");
        self.tree(self.children.get(node).cloned().unwrap_or_default(), 1);
        self.text("\n");
        self.is_argument_before =
            self.plan.nodes.get(node).is_some_and(|it| it.sort == Sort::Argument);
    }

    /// Whether it is written from its premise: a line begins with what contradicts, and names what.
    fn is_contradiction(&self, edge: &Edge<'_>) -> bool {
        let is_contrary =
            edge.found.fields.get("relation").and_then(Value::as_str) == Some("contrary");
        edge.record.symmetric && !(self.is_strict && is_contrary)
    }

    fn sign(&self, edge: &Edge<'_>, leads_away: bool) -> &'static str {
        match (edge.record.kind, leads_away) {
            (RelationKind::Supports | RelationKind::Rephrases, false) => "+",
            (RelationKind::Supports | RelationKind::Rephrases, true) => "+>",
            (RelationKind::Attacks, _) if self.is_contradiction(edge) => "><",
            (RelationKind::Attacks, false) if is_undercut(edge) => "<_",
            (RelationKind::Attacks, true) if is_undercut(edge) => "_>",
            (RelationKind::Attacks, false) => "-",
            (RelationKind::Attacks, true) => "->",
        }
    }

    /// Lines under one another.
    fn tree(&mut self, edges: Vec<usize>, depth: usize) {
        let mut left: Vec<(usize, usize)> = edges.into_iter().rev().map(|it| (it, depth)).collect();
        while let Some((at, depth)) = left.pop() {
            let Some(edge) = self.plan.edges.get(at) else { continue };
            let indent = 2 * depth;
            let sign = self.sign(edge, false);
            self.text(format!("{}{sign} ", " ".repeat(indent)));
            let below = match (self.is_contradiction(edge), edge.target) {
                (true, Target::Node(node)) => Some(node),
                (true, Target::Relation(target)) => {
                    let title =
                        self.plan.edges.get(target).map(|it| titled(Sort::Argument, &it.title));
                    self.text(title.unwrap_or_default() + "\n");
                    continue;
                }
                (false, _) => edge.premises.first().copied(),
            };
            let Some(premise) = below else { continue };
            let is_defined = self.mention(premise, depth < DEEPEST, false, indent);
            self.text("\n");
            if is_defined {
                let below = self.children.get(premise).cloned().unwrap_or_default();
                left.extend(below.into_iter().rev().map(|it| (it, depth + 1)));
            }
        }
    }

    /// The lines that lead away from a conclusion.
    fn leads(&mut self, edges: &[usize], from: Option<usize>) {
        let at = from.and_then(|it| self.plan.nodes.get(it)?.found.number("at"));
        for edge in edges.iter().filter_map(|it| self.plan.edges.get(*it)) {
            let sign = self.sign(edge, true);
            self.text(format!("  {sign} "));
            self.name_target(edge, at);
        }
    }

    fn name_target(&mut self, edge: &Edge<'_>, at: Option<usize>) {
        match edge.target {
            Target::Node(node) => {
                let own = self.plan.nodes.get(node).and_then(|it| it.found.number("at"));
                let is_later = own.zip(at).is_some_and(|(own, at)| own > at);
                let is_defined = self.mention(node, is_later, false, 2);
                self.text("\n");
                if is_defined {
                    self.tree(self.children.get(node).cloned().unwrap_or_default(), 2);
                }
            }
            Target::Relation(target) => {
                let Some(target) = self.plan.edges.get(target) else { return };
                match target.premises.as_slice() {
                    [premise] if !target.is_structured => {
                        _ = self.mention(*premise, false, false, 2);
                    }
                    _ => self.text(titled(Sort::Argument, &target.title)),
                }
                self.text("\n");
            }
        }
    }

    fn structure_block(&mut self, last: usize) {
        let plan = self.plan;
        let Some(edge) = plan.edges.get(last) else { return };
        if !raise(&mut self.is_emitted, last) {
            return;
        }
        let source = edge.found.text("source").filter(|it| !it.is_empty());
        let under_title = self.under_title.get(last).cloned().unwrap_or_default();
        let is_anonymous = edge.found.is("untitled")
            && source.is_none()
            && edge.data.is_empty()
            && under_title.is_empty()
            && !flag(&self.is_named, last)
            && !self.is_argument_before;
        if !is_anonymous {
            let mut title = titled(Sort::Argument, &edge.title);
            let says = edge.found.text("text").is_some_and(|it| !it.is_empty());
            if let Some(source) = source {
                title.push_str(if says { ": " } else { " " });
                title.push_str(&source);
            }
            lines::put_data(&edge.data, 0, true, &mut title);
            title.push('\n');
            self.text(title);
            self.tree(under_title, 1);
            self.text("\n");
        }
        let mut number = 0;
        let mut concluded = None;
        let before = self.steps_before.get(&last).cloned().unwrap_or_default();
        for at in before.into_iter().chain([last]) {
            let Some(step) = plan.edges.get(at) else { continue };
            raise(&mut self.is_emitted, at);
            for premise in step.premises.iter().filter(|it| Some(**it) != concluded) {
                number += 1;
                self.text(format!("({number}) "));
                let is_defined = self.mention(*premise, true, false, 2);
                self.text("\n");
                if is_defined {
                    self.tree(self.children.get(*premise).cloned().unwrap_or_default(), 1);
                }
            }
            self.inference(at, step);
            number += 1;
            self.text(format!("({number}) "));
            concluded = step.concludes();
            self.conclusion(step);
            self.after.extend(self.onto_edge.remove(&at).into_iter().flatten());
        }
        self.text("\n");
        self.is_argument_before = false;
    }

    fn inference(&mut self, at: usize, step: &Edge<'_>) {
        let mut data = step.found.data("inference");
        let mut rules = None;
        if let Some(scheme) = &step.record.scheme {
            let kept = step.found.texts("rules").join(", ");
            let is_still = taming::line::<crate::domain::text::Scheme>(
                &kept,
                &crate::formats::place::Place::default(),
                &mut Vec::new(),
            )
            .is_some_and(|it| it.text == *scheme);
            rules = if is_still && !kept.is_empty() {
                Some(text::escaped(&kept))
            } else {
                plan::rules(scheme)
            };
            data.remove("scheme");
            if rules.is_none() {
                data.insert("scheme".to_owned(), Value::String(scheme.to_string()));
            }
        }
        let mut written = String::new();
        if rules.is_none() && data.is_empty() {
            written.push_str("----\n");
        } else {
            written.push_str("--\n");
            written.extend(rules.map(|it| it + "\n"));
            if !data.is_empty() {
                written.push_str(&text::data(&data));
                written.push('\n');
            }
            written.push_str("--\n");
        }
        self.text(written);
        self.tree(self.under_inference.get(at).cloned().unwrap_or_default(), 1);
    }

    fn conclusion(&mut self, step: &Edge<'_>) {
        let Some(node) = step.concludes() else {
            let mut data = Data::from_iter([("joins".to_owned(), Value::Bool(true))]);
            if step.record.kind == RelationKind::Rephrases {
                let title = self.plan.reference(step.target);
                data.extend(title.map(|it| ("rephrases".to_owned(), Value::String(it))));
            }
            let sign = self.sign(step, true);
            self.text(format!("{JOINED} {}\n  {sign} ", text::data(&data)));
            self.name_target(step, None);
            return;
        };
        let is_defined = self.mention(node, true, false, 2);
        self.text("\n");
        let leading = self.leading.get_mut(node).map(std::mem::take).unwrap_or_default();
        self.leads(&leading, Some(node));
        if is_defined {
            self.tree(self.children.get(node).cloned().unwrap_or_default(), 1);
        }
    }
}
