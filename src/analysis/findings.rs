//! Statistics and findings, put together.

use std::collections::HashSet;

use super::queries;
use super::shape::{Names, Shape};
use super::types::{
    Finding, FindingFilter, FindingKind, FindingsOfKind, Leaning, PositionBalance, RecordKind,
    Statistics, TopicCounts,
};
use crate::db::Conn;
use crate::domain::ids::{ArgumentId, TopicId};
use crate::graph::bearing::{Bearing, Sign};
use crate::graph::debate::Debate;
use crate::graph::descent::{Signs, below};
use crate::graph::findings::{Balance, Findings};
use crate::graph::node::{ArgumentIndex, Node, PositionIndex};
use crate::http::beside::beside;
use crate::http::page::{After, Count, Key, Listing, Page};
use crate::http::problem::Result;
use crate::topics::queries::Head;

/// How many members of a cycle are told.
const MEMBERS: usize = 100;

/// How many nodes are visited to count what bears on the positions that are told.
const VISITS: usize = 3_000_000;

/// What was found in a topic: of each kind, the nodes by which findings are told, oldest first.
struct Found {
    findings: Findings,
    unquoted: Vec<ArgumentIndex>,
}

impl Found {
    fn of(shape: &Shape, quoted: &HashSet<ArgumentId>) -> Self {
        let mut findings = Findings::of(&Bearing::of(&shape.debate));
        let is_unquoted = |index: &ArgumentIndex| {
            shape.arguments.get(index.0).is_some_and(|id| !quoted.contains(id))
        };
        findings.unsupported.retain(is_unquoted);
        // The debate has its positions by rank.
        let age = |index: &PositionIndex| shape.positions.get(index.0).copied();
        findings.one_sided.sort_by_key(age);
        findings.bare.sort_by_key(age);
        let unquoted = shape.debate.arguments().filter(is_unquoted).collect();
        findings.circles.sort_by_key(|group| group.first().and_then(|node| shape.id(*node)));
        Self { findings, unquoted }
    }

    /// The findings of a kind: the node of each, and of a cycle all that are in it.
    fn of_kind(&self, kind: FindingKind) -> Vec<(Node, Option<&[Node]>)> {
        let found = &self.findings;
        let arguments = |list: &[ArgumentIndex]| {
            list.iter().map(|index| (Node::Argument(*index), None)).collect()
        };
        let positions = |list: &[PositionIndex]| {
            list.iter().map(|index| (Node::Position(*index), None)).collect()
        };
        match kind {
            FindingKind::Unanswered => arguments(&found.unanswered),
            FindingKind::Unsupported => arguments(&found.unsupported),
            FindingKind::Unquoted => arguments(&self.unquoted),
            FindingKind::Orphans => arguments(&found.orphans),
            FindingKind::OneSided => positions(&found.one_sided),
            FindingKind::Bare => positions(&found.bare),
            FindingKind::Cycles => found
                .circles
                .iter()
                .filter_map(|group| Some((*group.first()?, Some(group.as_slice()))))
                .collect(),
        }
    }
}

/// What is told of a finding: its node, how many are in its cycle, and the first of them.
#[derive(Debug, Clone)]
struct Told {
    node: Node,
    size: Option<usize>,
    members: Option<Vec<Node>>,
}

impl Told {
    fn of((node, group): &(Node, Option<&[Node]>)) -> Self {
        let members = group.map(|group| group.iter().copied().take(MEMBERS).collect());
        Self { node: *node, size: group.map(<[Node]>::len), members }
    }

    fn nodes(&self) -> impl Iterator<Item = Node> {
        self.members.iter().flatten().copied().chain([self.node])
    }

    fn named(&self, topic: TopicId, shape: &Shape, names: &Names) -> Option<Finding> {
        let (kind, slug, text) = match self.node {
            Node::Position(index) => {
                let brief = names.position(index)?;
                (RecordKind::Position, &brief.slug, Some(brief.statement.to_string()))
            }
            Node::Argument(index) => {
                let brief = names.argument(index)?;
                (RecordKind::Argument, &brief.slug, Some(brief.claim.to_string()))
            }
            Node::Relation(index) => (RecordKind::Relation, &names.relation(index)?.slug, None),
        };
        let members = self.members.as_ref();
        Some(Finding {
            kind,
            id: shape.id(self.node)?,
            topic_id: topic,
            slug: slug.clone(),
            text,
            size: self.size,
            members: members.map(|nodes| nodes.iter().filter_map(|it| names.end(*it)).collect()),
        })
    }
}

/// A page of the findings of a kind, oldest first.
pub async fn list(
    conn: &Conn,
    topic: &Head,
    shape: Shape,
    kind: FindingKind,
    listing: &Listing<FindingFilter>,
) -> Result<Page<Finding>> {
    let quoted: HashSet<ArgumentId> = queries::quoted(conn, topic.id).await?.into_iter().collect();
    let after = listing.after.as_ref().map(|after| after.id);
    let most = usize::try_from(listing.limit.with_lookahead()).unwrap_or_default();
    let (shape, count, told) = beside(move || {
        let found = Found::of(&shape, &quoted);
        let all = found.of_kind(kind);
        let first = all.partition_point(|(node, _)| after.is_some() && shape.id(*node) <= after);
        let told: Vec<Told> = all.iter().skip(first).take(most).map(Told::of).collect();
        (shape, all.len(), told)
    })
    .await?;
    let names = Names::read(conn, topic.id, &shape, told.iter().flat_map(Told::nodes)).await?;
    let findings = told.iter().filter_map(|it| it.named(topic.id, &shape, &names)).collect();
    let total = listing.count.map(|Count::Exact| i64::try_from(count).unwrap_or(i64::MAX));
    Ok(listing.page(findings, total, |it| After { key: Key::Id, id: it.id }))
}

/// The kinds of findings, in the order of the answer.
const KINDS: [FindingKind; 7] = [
    FindingKind::Unanswered,
    FindingKind::Unsupported,
    FindingKind::Unquoted,
    FindingKind::OneSided,
    FindingKind::Bare,
    FindingKind::Orphans,
    FindingKind::Cycles,
];

/// A topic in numbers, with the first findings of each kind.
pub async fn statistics(
    conn: &Conn,
    topic: &Head,
    shape: Shape,
    limit: usize,
) -> Result<Statistics> {
    let quoted: HashSet<ArgumentId> = queries::quoted(conn, topic.id).await?.into_iter().collect();
    let (citations, sources) = queries::quotes(conn, topic.id).await?;
    let (shape, depth, undercuts, told, leanings) = beside(move || {
        let found = Found::of(&shape, &quoted);
        let told = KINDS.map(|kind| {
            let all = found.of_kind(kind);
            (all.len(), all.iter().take(limit).map(Told::of).collect::<Vec<_>>())
        });
        let leanings = leanings(&shape.debate, limit);
        (shape, found.findings.depth, found.findings.undercuts, told, leanings)
    })
    .await?;
    let findings = told.iter().flat_map(|(_, first)| first).flat_map(Told::nodes);
    let positions = leanings.iter().map(|(position, _)| Node::Position(*position));
    let names = Names::read(conn, topic.id, &shape, findings.chain(positions)).await?;
    let [unanswered, unsupported, unquoted, one_sided, bare, orphans, cycles] =
        told.map(|(count, first)| FindingsOfKind {
            count,
            first: first.iter().filter_map(|it| it.named(topic.id, &shape, &names)).collect(),
        });
    let balanced = |(position, arguments): &(PositionIndex, Option<Leaning>)| {
        let brief = names.position(*position)?.clone();
        let balance = Balance::of(&shape.debate, Node::Position(*position));
        Some(PositionBalance {
            id: brief.id,
            slug: brief.slug,
            statement: brief.statement,
            supports: balance.supports,
            attacks: balance.attacks,
            rephrases: balance.rephrases,
            arguments: *arguments,
        })
    };
    Ok(Statistics {
        revision: topic.revision,
        counts: counts(&shape.debate, undercuts, citations, sources),
        depth,
        positions: leanings.iter().filter_map(balanced).collect(),
        unanswered,
        unsupported,
        unquoted,
        one_sided,
        bare,
        orphans,
        cycles,
    })
}

fn counts(debate: &Debate, undercuts: usize, citations: i64, sources: i64) -> TopicCounts {
    let Balance { supports, attacks, rephrases } = Balance::of_all(debate);
    TopicCounts {
        positions: debate.positions().len(),
        arguments: debate.arguments().len(),
        relations: debate.relations().len(),
        supports,
        attacks,
        rephrases,
        undercuts,
        citations,
        sources,
    }
}

/// How the arguments lean that bear on each of the first positions, as far as that is not too much
/// to count.
fn leanings(debate: &Debate, most: usize) -> Vec<(PositionIndex, Option<Leaning>)> {
    let mut visits = 0;
    // A table of all nodes is made anew for each position.
    let nodes = debate.positions().len() + debate.arguments().len() + debate.relations().len();
    let leaning = |position| {
        if visits >= VISITS {
            return (position, None);
        }
        let found = below(debate, Node::Position(position), u32::MAX);
        visits += found.len() + nodes;
        let mut leaning = Leaning::default();
        for descendant in found.iter().filter(|it| matches!(it.node, Node::Argument(_))) {
            let one = |sign| descendant.signs == Signs::one(sign);
            let count = match (one(Sign::For), one(Sign::Against)) {
                (true, _) => &mut leaning.for_it,
                (_, true) => &mut leaning.against,
                (false, false) => &mut leaning.both,
            };
            *count += 1;
        }
        (position, Some(leaning))
    };
    debate.positions().take(most).map(leaning).collect()
}
