//! Given records, made through the API as a client would make them.

use serde_json::{Value, json};

use super::answer::Answer;
use super::app::TestApp;

impl TestApp {
    /// Given a published topic.
    pub async fn topic(&self, slug: &str) -> GivenTopic<'_> {
        let title = format!("Is it right: {slug}?");
        self.post("/v1/topics", json!({"slug": slug, "title": title})).await.expect(201);
        GivenTopic::at(self, slug)
    }

    /// Given a source with this text.
    pub async fn source(&self, slug: &str, text: &str) -> Answer {
        let title = format!("The text of {slug}");
        let new = json!({"slug": slug, "title": title, "text": text});
        self.post("/v1/sources", new).await.expect(201)
    }
}

/// A topic that was made for a test.
pub struct GivenTopic<'a> {
    app: &'a TestApp,
    path: String,
}

impl<'a> GivenTopic<'a> {
    /// A topic that is there.
    pub fn at(app: &'a TestApp, slug: &str) -> Self {
        GivenTopic { app, path: format!("/v1/topics/{slug}") }
    }
    /// The path of something below the topic, or of the topic itself if that is empty.
    pub fn path(&self, below: &str) -> String {
        format!("{}{below}", self.path)
    }

    /// Given a position.
    pub async fn position(&self, slug: &str) -> Answer {
        let new = json!({"slug": slug, "statement": format!("It is {slug}.")});
        self.app.post(&self.path("/positions"), new).await.expect(201)
    }

    /// Given an argument that bears on nothing yet.
    pub async fn argument(&self, slug: &str) -> Answer {
        let new = json!({"slug": slug, "claim": format!("There is a reason: {slug}.")});
        self.app.post(&self.path("/arguments"), new).await.expect(201)
    }

    /// Given a relation: its premises bear on a target such as `{"position": "yes"}`.
    pub async fn relation(
        &self,
        slug: &str,
        kind: &str,
        premises: &[&str],
        target: Value,
    ) -> Answer {
        let new = json!({"slug": slug, "kind": kind, "premises": premises, "target": target});
        self.app.post(&self.path("/relations"), new).await.expect(201)
    }

    /// Given a quote that backs something such as `{"argument": "cheap"}`.
    pub async fn citation(&self, slug: &str, source: &str, exact: &str, backs: Value) -> Answer {
        let new = json!({"slug": slug, "source": source, "exact": exact, "backs": backs});
        self.app.post(&self.path("/citations"), new).await.expect(201)
    }

    /// The state of the topic and of everything below it, as a list's entity tag tells it.
    pub async fn revision(&self) -> i64 {
        let answer = self.app.get(&self.path("/positions")).await.expect(200);
        answer.etag().trim_matches('"').parse().unwrap()
    }
}

/// The text of the source of [`TestApp::debate`].
pub const TEXT: &str = "Open models are cheap. Open models are safe. Nobody knows who trains them.";

impl TestApp {
    /// Given a small debate, `llama`, with a record of every kind:
    ///
    /// `yes` ← `cheap-is-good` (supports) ← `cheap`; onto that relation, `unknown` undercuts;
    /// `no` ← `risk` (attacks: `safe` and `unknown`, linked). The source `text` is quoted once for `cheap`.
    pub async fn debate(&self) -> GivenTopic<'_> {
        self.source("text", TEXT).await;
        let topic = self.topic("llama").await;
        for position in ["yes", "no"] {
            topic.position(position).await;
        }
        for argument in ["cheap", "safe", "unknown"] {
            topic.argument(argument).await;
        }
        topic.relation("cheap-is-good", "supports", &["cheap"], json!({"position": "yes"})).await;
        topic
            .relation("doubt", "attacks", &["unknown"], json!({"relation": "cheap-is-good"}))
            .await;
        topic.relation("risk", "attacks", &["safe", "unknown"], json!({"position": "no"})).await;
        topic
            .citation("price", "text", "Open models are cheap.", json!({"argument": "cheap"}))
            .await;
        topic
    }
}

/// A kind of record, with one of [`TestApp::debate`] and what changes it.
#[derive(Debug, Clone)]
pub struct Kind {
    /// The address of its list.
    pub list: &'static str,
    /// The slug of the one that is there.
    pub slug: &'static str,
    /// A patch that changes it.
    pub patch: Value,
    /// What makes it, or another under another slug, when it is put.
    pub put: Value,
}

impl Kind {
    /// The address of the record that is there.
    pub fn path(&self) -> String {
        format!("{}/{}", self.list, self.slug)
    }

    /// An address of the same kind at which nothing is.
    pub fn free_path(&self) -> String {
        format!("{}/not-there-yet", self.list)
    }
}

/// Every kind of record.
pub fn kinds() -> [Kind; 6] {
    [
        Kind {
            list: "/v1/topics",
            slug: "llama",
            patch: json!({"summary": "Changed."}),
            put: json!({"title": "Is it right to open Llama?"}),
        },
        Kind {
            list: "/v1/topics/llama/positions",
            slug: "yes",
            patch: json!({"summary": "Changed."}),
            put: json!({"statement": "It is right."}),
        },
        Kind {
            list: "/v1/topics/llama/arguments",
            slug: "cheap",
            patch: json!({"body": "Changed."}),
            put: json!({"claim": "It costs little."}),
        },
        Kind {
            list: "/v1/topics/llama/relations",
            slug: "cheap-is-good",
            patch: json!({"scheme": "Sign"}),
            put: json!({"kind": "attacks", "premises": ["safe"], "target": {"position": "yes"}}),
        },
        Kind {
            list: "/v1/topics/llama/citations",
            slug: "price",
            patch: json!({"exact": "Nobody knows"}),
            put: json!({"source": "text", "exact": "Open models are safe.", "backs": {"position": "yes"}}),
        },
        Kind {
            list: "/v1/sources",
            slug: "text",
            patch: json!({"publisher": "The Gazette"}),
            put: json!({"title": "A text", "text": TEXT}),
        },
    ]
}
