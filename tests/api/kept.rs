//! What is kept is what would be made: whatever is changed, an application that keeps its answers says
//! what one says that keeps none.

use serde_json::{Value, json};

use crate::support::{GivenTopic, TestApp};

/// Words that are looked for.
const WORDS: [&str; 5] = ["open", "models", "weights", "trust", "harm"];

/// Words that nobody looks for.
const OTHERS: [&str; 4] = ["river", "stone", "cloud", "lamp"];

/// Numbers that are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        // Knuth's MMIX generator (The Art of Computer Programming, 2, 3.3.4), its upper bits.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn of<'t>(&mut self, several: &[&'t str]) -> &'t str {
        several[self.below(several.len())]
    }

    /// So many words at most, of which a few are looked for.
    fn words(&mut self, most: usize) -> String {
        let count = 1 + self.below(most);
        let word = |_| if self.below(6) == 0 { self.of(&WORDS) } else { self.of(&OTHERS) };
        (0..count).map(word).collect::<Vec<_>>().join(" ")
    }
}

/// Something that somebody may do: where it is, and what comes of it.
enum Change {
    Post(String, Value),
    Patch(String, Value),
    Delete(String),
}

/// Any change; not each can be made in every state.
fn change(chance: &mut Chance, number: usize) -> Change {
    let topic = format!("/v1/topics/{}", chance.of(&["llama", "other"]));
    let some = format!("new-{}", chance.below(number.max(1)));
    let argument = format!("{topic}/arguments/{some}");
    let target = json!({"position": chance.of(&["yes", "no"])});
    match chance.below(14) {
        0..=2 => {
            let supports = if chance.below(2) == 0 { json!([target]) } else { json!([]) };
            let (claim, body) = (chance.words(12), chance.words(30));
            let slug = format!("new-{number}");
            let new = json!({"slug": slug, "claim": claim, "body": body, "supports": supports});
            Change::Post(format!("{topic}/arguments"), new)
        }
        3 => Change::Patch(argument, json!({"claim": chance.words(8)})),
        4 => Change::Patch(argument, json!({"body": chance.words(20)})),
        5 => Change::Delete(argument),
        6 | 7 => {
            let new = json!({"slug": format!("onto-{}", chance.below(20)), "kind": "attacks",
                             "premises": [some], "target": target});
            Change::Post(format!("{topic}/relations"), new)
        }
        8 => Change::Patch(
            format!("{topic}/relations/onto-{}", chance.below(20)),
            json!({"kind": chance.of(&["attacks", "supports"])}),
        ),
        9 => Change::Delete(format!("{topic}/relations/onto-{}", chance.below(20))),
        10 => {
            let position = format!("{topic}/positions/{}", chance.of(&["yes", "no"]));
            Change::Patch(position, json!({"statement": chance.words(4)}))
        }
        11 => Change::Patch(topic, json!({"title": chance.words(4)})),
        12 => match chance.below(4) {
            0 => Change::Patch(topic, json!({"summary": chance.words(9)})),
            1 => Change::Patch(topic, json!({"tags": [chance.of(&WORDS)]})),
            2 => Change::Patch(topic, json!({"status": "draft"})),
            _ => {
                let source = chance.of(&["/v1/sources/text", "/v1/sources/more"]);
                Change::Patch(source.to_owned(), json!({"title": chance.words(5)}))
            }
        },
        _ => Change::Patch(topic, json!({"status": "published"})),
    }
}

/// What is asked for: searches of every kind, and lists.
fn asked() -> Vec<String> {
    let mut asked = Vec::new();
    for (n, word) in WORDS.iter().enumerate() {
        let other = WORDS[(n + 1) % WORDS.len()];
        for q in [
            (*word).to_owned(),
            format!("{word}+{other}"),
            format!("%22{word}+{other}%22"),
            format!("{word}+or+{other}"),
            format!("{word}+-{other}"),
        ] {
            asked.push(format!("/v1/search?q={q}&limit={}", 1 + n % 3));
            asked.push(format!("/v1/search?q={q}"));
        }
        asked.push(format!("/v1/search?q={word}&kind=argument&limit=2"));
        asked.push(format!("/v1/search?q={word}&kind=citation"));
        asked.push(format!("/v1/search?q={word}&topic=llama&limit=2"));
        asked.push(format!("/v1/search?q={word}&count=exact&limit=2"));
        asked.push(format!("/v1/search?q={word}&facets=kind,tag&limit=2"));
        asked.push(format!("/v1/search?q={word}&expand=positions&limit=2"));
        asked.push(format!("/v1/search?q={}&prefix=true&limit=2", &word[..3]));
        asked.push(format!("/v1/topics?tag={word}"));
    }
    for list in [
        // Misspelt, and taken for words that are there.
        "/v1/search?q=wieghts",
        "/v1/search?q=trsut&limit=2",
        "/v1/topics",
        "/v1/topics?limit=1",
        "/v1/topics?sort=-updated&limit=1",
        "/v1/topics?sort=slug&expand=positions",
        "/v1/topics?count=exact&fields=slug",
        "/v1/topics/llama?expand=positions,citations.source",
        "/v1/topics/llama/arguments?expand=relations&limit=2",
        "/v1/topics/llama/citations?expand=source",
        "/v1/topics/llama/related",
        "/v1/topics/llama/arguments/cheap/similar",
        "/v1/tags",
        "/v1/sources",
        "/v1/sources/text/citations",
    ] {
        asked.push(list.to_owned());
    }
    asked
}

#[actix_web::test]
async fn what_is_kept_is_what_would_be_made_whatever_is_changed() {
    let app = TestApp::keeping_answers().await;
    app.debate().await;
    let other = app.topic("other").await;
    other.position("yes").await;
    other.position("no").await;
    app.source("more", "Weights are open. Models are open. Harm is open.").await;
    for (slug, exact) in [("w", "Weights are open."), ("m", "Models are open."), ("h", "Harm is")] {
        GivenTopic::at(&app, "llama")
            .citation(slug, "more", exact, json!({"argument": "safe"}))
            .await;
    }
    // A search that finds little depends on everything.
    for (number, word) in WORDS.iter().cycle().take(25).enumerate() {
        let claim = format!("{word} {}", OTHERS[number % OTHERS.len()]);
        let topic = ["llama", "other"][number % 2];
        let new = json!({"claim": claim, "supports": [{"position": "yes"}]});
        app.post(&format!("/v1/topics/{topic}/arguments"), new).await.expect(201);
    }
    let plain = app.restarted().await;
    let (kept, made) = (app.without_key(), plain.without_key());
    let asked = asked();
    let (mut hits, mut searched, mut changed) = (0, 0, 0);
    let mut chance = Chance(20_261_127);
    for number in 0..240 {
        let sent = match change(&mut chance, number) {
            Change::Post(path, body) => app.post(&path, body).await,
            Change::Patch(path, body) => app.patch(&path, body).await,
            Change::Delete(path) => app.delete(&path).await,
        };
        assert!(sent.status() < 500, "{}", sent.text());
        changed += usize::from(sent.status() < 300);

        for _ in 0..12 {
            let path = &asked[chance.below(asked.len())];
            let (kept, made) = (kept.get(path).await, made.get(path).await);
            let is_hit = kept.header("server-timing") == Some("cache;desc=hit");
            assert_eq!(kept.status(), made.status(), "{path} after {number} changes");
            if kept.status() != 200 {
                continue;
            }
            assert_eq!(kept.text(), made.text(), "{path} after {number} changes (a hit: {is_hit})");
            if path.starts_with("/v1/search") {
                searched += 1;
                hits += usize::from(is_hit);
            }
        }
    }
    eprintln!("{changed} changes, {searched} searches, {hits} hits");
    assert!(changed > 100, "only {changed} changes were made");
    assert!(hits * 20 > searched, "only {hits} of {searched} searches were kept");
}
