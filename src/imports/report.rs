//! What an import did.

use std::fmt;

/// What happened to the records of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Tally {
    /// Made.
    pub created: usize,
    /// There, and now different.
    pub changed: usize,
    /// There, and equal.
    pub left: usize,
}

impl Tally {
    /// Counts one that was made.
    pub fn create(&mut self) {
        self.created += 1;
    }

    /// Counts one that was there.
    pub fn meet(&mut self, changed: bool) {
        if changed {
            self.changed += 1;
        } else {
            self.left += 1;
        }
    }
}

/// What an import did, kind by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Report {
    /// The sources.
    pub sources: Tally,
    /// The topics.
    pub topics: Tally,
    /// The positions.
    pub positions: Tally,
    /// The arguments.
    pub arguments: Tally,
    /// The relations.
    pub relations: Tally,
    /// The citations.
    pub citations: Tally,
}

impl Report {
    fn kinds(&self) -> [(&'static str, Tally); 6] {
        [
            ("source", self.sources),
            ("topic", self.topics),
            ("position", self.positions),
            ("argument", self.arguments),
            ("relation", self.relations),
            ("citation", self.citations),
        ]
    }

    /// How many records were made or changed.
    pub fn writes(&self) -> usize {
        self.kinds().iter().map(|(_, tally)| tally.created + tally.changed).sum()
    }
}

impl fmt::Display for Report {
    /// As in `created 5 topics, 11 positions; changed 1 source; left 30 arguments`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |verb: &str, count: fn(&Tally) -> usize| {
            let named: Vec<String> = self
                .kinds()
                .iter()
                .filter(|(_, tally)| count(tally) > 0)
                .map(|(kind, tally)| match count(tally) {
                    1 => format!("1 {kind}"),
                    many => format!("{many} {kind}s"),
                })
                .collect();
            (!named.is_empty()).then(|| format!("{verb} {}", named.join(", ")))
        };
        let parts: Vec<String> = [
            part("created", |tally| tally.created),
            part("changed", |tally| tally.changed),
            part("left as it was", |tally| tally.left),
        ]
        .into_iter()
        .flatten()
        .collect();
        if parts.is_empty() { f.write_str("nothing to do") } else { f.write_str(&parts.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_what_was_done_to_what() {
        let report = Report {
            topics: Tally { created: 1, changed: 0, left: 2 },
            arguments: Tally { created: 3, changed: 1, left: 0 },
            ..Report::default()
        };

        assert_eq!(
            report.to_string(),
            "created 1 topic, 3 arguments; changed 1 argument; left as it was 2 topics"
        );
        assert_eq!(report.writes(), 5);
    }
}
