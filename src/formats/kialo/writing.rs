//! A topic made the text of Kialo.

use std::fmt::Display;

use super::lines::Stance;
use super::placing::{self, Node, Tree};
use super::records::{self, Found};
use super::texts::{self, LINK};
use super::{Kialo, lines};
use crate::domain::kinds::RelationKind;
use crate::domain::origin::Origin;
use crate::domain::slug::Slug;
use crate::domain::text::{Summary, Title};
use crate::formats::document::{RelationRecord, TargetName};
use crate::formats::exporting::Holds;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::taming::{self, ManyLines, OneLine};
use crate::formats::writing::{Debate, of_record};

/// What the text has room for; the longer texts are noted where they are left out.
const HOLDS: Holds = Holds {
    summaries: true,
    tags: false,
    languages: false,
    status: false,
    schemes: false,
    symmetry: false,
    quotes: false,
    sources: false,
    ..Holds::ALL
};

/// The text of a topic.
pub(super) fn write(debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
    HOLDS.note_losses(debate, &Kialo, losses);
    for relation in &debate.topic.relations {
        note_approximation(relation, losses);
    }
    let tree = placing::tree(debate);
    let found = Found::of(debate.topic.origin.as_ref()).unwrap_or_default();
    let mut out =
        Out { debate, tree, losses, text: head(&debate.topic.title, &found), is_begun: false };
    out.put_question(&found);
    out.put_all();
    if out.is_begun {
        let tail = found.text("tail").filter(|it| it.trim().is_empty());
        out.text.push_str(tail.as_deref().unwrap_or("\n"));
    }
    let text = out.text;
    if found.text("ends").as_deref() == Some("crlf") { text.replace('\n', "\r\n") } else { text }
}

/// What stands before the first claim: as it was, unless the title has changed.
fn head(title: &Title, found: &Found<'_>) -> String {
    let was_guessed = found.text("guessed").as_deref() == Some(title.as_str());
    let says = |head: &String| match lines::title_of(head) {
        Some(it) => taming::line::<Title>(it, &Place::default(), &mut Vec::new())
            .map_or(was_guessed, |it| it.text == *title),
        None => was_guessed,
    };
    found.text("head").filter(says).unwrap_or_else(|| records::head(title))
}

/// Notes what a relation becomes that no claim under another can show.
fn note_approximation(relation: &RelationRecord, losses: &mut Vec<Note>) {
    let mut note = |detail: &str, instead: &str| {
        let at = of_record("relation", &relation.slug);
        losses.push(Note::warning(NoteCode::Approximated, at, detail, instead));
    };
    if relation.premises.len() > 1 {
        note("Kialo (text) has no premises that hold only together", "each is a claim of its own");
    }
    if matches!(relation.target, TargetName::Relation(_)) {
        let detail = "Kialo (text) has no claims that bear on a step";
        note(detail, "it stands under the first premise of the step");
    }
    if relation.kind == RelationKind::Rephrases {
        note("Kialo (text) has no rephrasing", "it is a claim that supports");
    }
}

struct Out<'a, 'l> {
    debate: &'a Debate<'a>,
    tree: Tree,
    losses: &'l mut Vec<Note>,
    text: String,
    is_begun: bool,
}

impl Out<'_, '_> {
    fn put(&mut self, id: &str, stance: Option<Stance>, says: &str) {
        if self.is_begun {
            self.text.push('\n');
        }
        self.is_begun = true;
        self.text.push_str(id);
        self.text.push(' ');
        if let Some(stance) = stance {
            self.text.push_str(stance.word());
            self.text.push_str(": ");
        }
        self.text.push_str(says);
    }

    /// Puts the question that the theses answer.
    fn put_question(&mut self, found: &Found<'_>) {
        let topic = self.debate.topic;
        let kept =
            found.text("question").filter(|it| says_summary(it, &topic.title, &topic.summary));
        let has_said = self.tree.has_question && kept.is_some();
        if topic.summary != Summary::default() && !has_said {
            let at = of_record("topic", &topic.slug);
            self.losses.push(left_out(at, "Kialo (text) has no summaries"));
        }
        if self.tree.has_question {
            let (title, _) = texts::written(&topic.title, &Summary::default(), None);
            self.put("1.", None, kept.as_deref().unwrap_or(&title));
        }
    }

    /// Puts the claims, depth first.
    fn put_all(&mut self) {
        let mut id = if self.tree.has_question { "1.".to_owned() } else { String::new() };
        let start = id.len();
        for (node, number) in std::mem::take(&mut self.tree.top) {
            id.truncate(start);
            extend(&mut id, number);
            self.put_in_full(&id, None, node);
            let mut way = vec![(node, 0, id.len())];
            while let Some((node, next, length)) = way.last_mut() {
                let edge = self.tree.below.get(*node).and_then(|it| it.get(*next)).copied();
                let Some(edge) = edge else {
                    way.pop();
                    continue;
                };
                *next += 1;
                id.truncate(*length);
                extend(&mut id, edge.number);
                if edge.is_full {
                    self.put_in_full(&id, Some(edge.stance), edge.premise);
                    way.push((edge.premise, 0, id.len()));
                } else {
                    let link = self.link(edge.relation, edge.premise);
                    self.put(&id, Some(edge.stance), &link);
                }
            }
        }
    }

    /// The link to a claim: as it was, if that still leads there.
    fn link(&self, relation: usize, premise: Node) -> String {
        let link = format!("{LINK}{}", self.tree.id(premise));
        let relation = self.debate.topic.relations.get(relation);
        let kept = relation.and_then(|it| Found::of(it.origin.as_ref())?.text("link"));
        kept.filter(|it| it.trim_end().trim_end_matches('.') == link.trim_end_matches('.'))
            .unwrap_or(link)
    }

    fn put_in_full(&mut self, id: &str, stance: Option<Stance>, node: Node) {
        let topic = self.debate.topic;
        if let Some(position) = topic.positions.get(node) {
            let at = ("position", &position.slug);
            let (short, long) = (&position.statement, &position.summary);
            let says = self.says(short, long, position.origin.as_ref(), stance, at);
            return self.put(id, stance, &says);
        }
        let argument =
            node.checked_sub(topic.positions.len()).and_then(|at| topic.arguments.get(at));
        let Some(argument) = argument else { return };
        if stance.is_none() {
            let detail = "Kialo (text) has no claims that bear on nothing above them";
            let at = of_record("argument", &argument.slug);
            let instead = "it stands as a thesis";
            self.losses.push(Note::warning(NoteCode::Approximated, at, detail, instead));
        }
        // What it said under another claim could be read as something else at the top.
        let origin = argument.origin.as_ref().filter(|_| stance.is_some());
        let at = ("argument", &argument.slug);
        let says = self.says(&argument.claim, &argument.body, origin, stance, at);
        self.put(id, stance, &says);
    }

    /// What a record says: as it was written, if it still says that.
    fn says<Short, Long>(
        &mut self,
        short: &Short,
        long: &Long,
        origin: Option<&Origin>,
        stance: Option<Stance>,
        (kind, slug): (&str, &Slug),
    ) -> String
    where
        Short: OneLine + PartialEq + Display,
        Long: ManyLines + PartialEq + Display,
    {
        let kept = Found::of(origin).and_then(|it| it.text("text"));
        if let Some(kept) = kept.filter(|it| texts::is_still(it, short, long)) {
            return kept;
        }
        let (written, is_long_left_out) = texts::written(short, long, stance);
        if is_long_left_out {
            let detail = "a claim of Kialo (text) has one text only";
            self.losses.push(left_out(of_record(kind, slug), detail));
        }
        written
    }
}

/// Adds a part to a number.
fn extend(id: &mut String, number: u64) {
    id.push_str(&number.to_string());
    id.push('.');
}

fn left_out(at: Place, detail: &str) -> Note {
    Note::warning(NoteCode::LeftOut, at, detail, "the longer text is left out")
}

/// Whether the topic still says what its first claim said.
fn says_summary(question: &str, title: &Title, summary: &Summary) -> bool {
    if texts::plain_of(question) == title.as_str() {
        return *summary == Summary::default();
    }
    taming::lines::<Summary>(question.trim(), &Place::default(), &mut Vec::new()).text == *summary
}
