//! How PostgreSQL finds what the API asks for: by an index, however much there is.
//!
//! The database of these tests holds 100,000 arguments, and as many relations, premises and
//! citations. PostgreSQL writes down the plan of every statement it runs (its module
//! `auto_explain`), so that the plans are those of the program's own statements.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::sleep;

use crate::support::{Ask, Content, SERVER, TestApp, TestDatabase};

/// The log is one file, so its readers take turns.
static READING: Mutex<()> = Mutex::const_new(());

/// One topic, `topic-1`, has 20,000 arguments; each of 20,000 others has four, or none.
const MANY: &str = "
    -- Neither keys nor premises are checked: the rows are right by construction.
    set session_replication_role = replica;
    insert into topics (id, slug, title, summary, tags, language, status)
    select gen_random_uuid(), 'topic-' || n, 'Question ' || n || '?', '', array['tag-' || n % 1000],
           case n % 50 when 0 then 'de' else 'en' end, case n % 50 when 0 then 'draft' else 'published' end
    from generate_series(1, 20000) n;
    insert into sources (id, slug, title, authors, text, text_length, sha256)
    select gen_random_uuid(), 'source-' || n, 'Source ' || n, '{}', repeat('Word. ', 20), 120, repeat('0', 64)
    from generate_series(1, 20000) n;
    insert into positions (id, topic_id, slug, statement, summary, rank)
    select gen_random_uuid(), t.id, 'position-' || p, 'Answer ' || p, '', p
    from topics t, generate_series(1, 2) p;
    create temporary table places as
    select n, case when n <= 20000 then 'topic-1' else 'topic-' || 1 + n % 20000 end as topic
    from generate_series(1, 100000) n;
    insert into arguments (id, topic_id, slug, claim, body, language)
    select gen_random_uuid(), t.id, 'argument-' || n, 'Reason ' || n, '', 'en'
    from places join topics t on t.slug = topic;
    insert into relations (id, topic_id, slug, kind, target_position_id, \"symmetric\")
    select gen_random_uuid(), t.id, 'relation-' || n, case n % 3 when 0 then 'attacks' else 'supports' end, p.id, false
    from places join topics t on t.slug = topic
    join positions p on p.topic_id = t.id and p.slug = 'position-' || 1 + n % 2;
    insert into premises (topic_id, relation_id, argument_id, ordinal)
    select r.topic_id, r.id, a.id, 0 from relations r
    join arguments a on a.topic_id = r.topic_id and a.slug = replace(r.slug, 'relation', 'argument');
    insert into citations (id, topic_id, slug, source_id, argument_id, exact, prefix, suffix, start_at, end_at)
    select gen_random_uuid(), a.topic_id, replace(a.slug, 'argument', 'citation'), s.id, a.id, 'Word.', '', '', 0, 5
    from arguments a
    -- A debate quotes a few sources, and not each of them once.
    join sources s on s.slug = 'source-' || 1 + (hashtext(a.topic_id::text) + length(a.slug) & 16383);
    insert into keys (id, label, secret_sha256, scopes)
    select gen_random_uuid(), 'Key ' || n, sha256('none'), array['read'] from generate_series(1, 20000) n;
    insert into changes (xid, topic_id, is_record)
    select n::text::xid8, gen_random_uuid(), false from generate_series(1, 100000) n;
    insert into outlines (topic_id, revision, build, length, packed)
    select id, revision, 0, 2, 'none' from topics;
    insert into kept_answers (key_id, idempotency_key, request_sha256, status)
    select id, label, secret_sha256, 204 from keys;
    -- What the triggers would put, in a tenth of the time.
    insert into search_entries (id, kind, record_id, topic_id, language, dictionary, class, words)
    select id, 'argument', id, topic_id, language, 'english', 4, array_to_tsvector(array[word, '!4' || word, 'common', '!4common', slug])
    from (select *, 'reason' || right(slug, 2) as word from arguments) _;
    insert into search_entries (id, kind, record_id, dictionary, class, words)
    select id, 'source', id, 'english', 7, array_to_tsvector(array['sourc', slug]) from sources;
    insert into search_entries (id, kind, record_id, topic_id, language, dictionary, class, words)
    select id, 'topic', id, id, language, 'english', 7, to_tsvector('english', title) || array_to_tsvector(array['!7question', '!7' || n])
    from (select *, replace(slug, 'topic-', '') as n from topics) _;
    insert into search_words (dictionary, word, trigrams)
    select 'english', word, search_trigrams(word) from (select 'word' || n as word from generate_series(1, 5000) n) _;
    reset session_replication_role;
    analyze;";

/// From here on, PostgreSQL writes down every plan of this database.
const EXPLAIN: &str = "
    alter database %d set session_preload_libraries = 'auto_explain';
    alter database %d set auto_explain.log_min_duration = 0;
    alter database %d set auto_explain.log_nested_statements = on;";

/// PostgreSQL's log, from here on.
struct Log {
    file: File,
}

impl Log {
    fn open(path: &Path) -> Self {
        let mut file = File::open(path).unwrap();
        file.seek(SeekFrom::End(0)).unwrap();
        Self { file }
    }

    /// The plans written since the last call, each with its statement.
    fn plans(&mut self) -> Vec<String> {
        let mut text = Vec::new();
        self.file.read_to_end(&mut text).unwrap();
        let text = String::from_utf8_lossy(&text);
        let mut records: Vec<String> = Vec::new();
        for line in text.lines() {
            match records.last_mut().filter(|_| line.starts_with('\t')) {
                Some(record) => record.push_str(&format!("\n{line}")),
                None => records.push(line.to_owned()),
            }
        }
        records.retain(|record| record.contains(" plan:\n"));
        records
    }
}

/// The tables that a plan reads from one end to the other.
fn read_whole(plan: &str) -> BTreeSet<&str> {
    let scans = plan.split("Seq Scan on ").skip(1);
    let tables = scans.map(|rest| rest.split_whitespace().next().unwrap());
    // There are only a few schemas, and no view of the statistics asks for one by its index.
    tables.filter(|table| *table != "pg_namespace").collect()
}

/// The application over a database of which every plan is written down.
async fn explained(database: TestDatabase) -> (TestApp, Log) {
    let url = database.url();
    let name = url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    let mut connection = debatebase::db::connect(&url).await.unwrap();
    connection.batch_execute(&EXPLAIN.replace("%d", &name)).await.unwrap();
    let log = Log::open(&SERVER.log_file().expect("the server is not ours"));
    (TestApp::over_database(database).await, log)
}

const T: &str = "/v1/topics/topic-1";

/// Every list in every order, with every filter.
fn lists() -> Vec<String> {
    let orders = ["created", "-created", "updated", "-updated", "slug", "-slug"];
    let lists = [
        (
            "/v1/topics",
            vec![
                "",
                "tag=tag-7",
                "status=draft",
                "status=published",
                "language=de",
                "q=question%201",
            ],
        ),
        ("/v1/sources", vec!["", "q=source%2012"]),
        ("/v1/topics/topic-1/positions", vec![""]),
        (
            "/v1/topics/topic-1/arguments",
            vec![
                "",
                "relation=attacks",
                "position=position-1",
                "argument=argument-1",
                "relation=supports&position=position-2",
            ],
        ),
        (
            "/v1/topics/topic-1/relations",
            vec![
                "",
                "relation=attacks",
                "position=position-1",
                "argument=argument-1",
                "premise=argument-1",
            ],
        ),
        (
            "/v1/topics/topic-1/citations",
            vec![
                "",
                "source=source-1",
                "position=position-1",
                "argument=argument-1",
                "relation=relation-1",
            ],
        ),
    ];
    let mut paths = Vec::new();
    for (list, filters) in &lists {
        for (filter, order) in filters.iter().flat_map(|filter| orders.map(|order| (filter, order)))
        {
            let and = if filter.is_empty() { "" } else { "&" };
            paths.push(format!("{list}?{filter}{and}sort={order}&limit=2"));
        }
    }
    for order in ["rank", "-rank"] {
        paths.push(format!("{T}/positions?sort={order}&limit=1"));
    }
    paths.push("/v1/sources/source-1/citations?limit=1".to_owned());
    paths
}

#[actix_web::test]
async fn no_request_reads_a_big_table_from_one_end_to_the_other() {
    if !can_explain().await {
        return;
    }
    let _turn = READING.lock().await;
    let database = TestDatabase::with(Content::Empty);
    let mut connection = debatebase::db::connect(&database.url()).await.unwrap();
    connection.batch_execute(MANY).await.unwrap();
    let (app, mut log) = explained(database).await;
    let mut faults = Vec::new();
    let mut judged = 0;
    let mut judge = |what: &str, log: &mut Log| {
        for plan in log.plans() {
            judged += 1;
            let whole = read_whole(&plan);
            if !whole.is_empty() {
                faults.push(format!("{what} reads {whole:?}\n{plan}"));
            }
        }
    };

    // Whose predicate of what is visible has the most parts.
    let (_, key) = app.given_key(&["read"], &["topic-1", "topic-50"]).await;
    let bound = app.with_key(&key);
    for path in lists() {
        let first = bound.get(&path).await.expect(200);
        if let Value::String(cursor) = first.at("/page/next_cursor") {
            bound.get(&format!("{path}&cursor={cursor}")).await.expect(200);
        }
        judge(&path, &mut log);
    }
    // The outline of `topic-1` is left out: who asks for a fifth of all rows is well served by
    // reading all of a table.
    for path in [
        "/v1/topics/topic-9",
        "/v1/topics/topic-9/outline",
        "/v1/topics/topic-9/outline?root=argument-20008",
        "/v1/topics/topic-9/graph",
        "/v1/topics/topic-9/arguments/argument-20008/ancestors",
        "/v1/topics/topic-9/arguments/argument-20008/descendants",
        "/v1/topics/topic-9/arguments/argument-20008/path?to=position-1",
        "/v1/topics/topic-9/arguments/argument-20008/similar",
        "/v1/topics/topic-9/arguments/argument-20008/similar?across=true",
        "/v1/topics/topic-9/similar?claim=Reason42",
        "/v1/topics/topic-9/similar?claim=Reason42+argument-20008&across=true",
        "/v1/topics/topic-9/similar?claim=Common+reason42&across=true",
        "/v1/topics/topic-9/related",
        "/v1/topics/topic-9/statistics",
        "/v1/topics/topic-9/statistics/unquoted",
        "/v1/topics/topic-9?expand=arguments,relations,citations,positions.relations.arguments",
        "/v1/topics/topic-9/arguments?limit=5&expand=positions,arguments.relations,citations.source",
        "/v1/topics/topic-9/relations?limit=5&expand=positions,arguments,relations.citations",
        "/v1/topics/topic-9/citations?limit=5&expand=positions,arguments,relations,source",
        "/v1/topics?limit=5&expand=positions.citations.source,citations",
        "/v1/sources?limit=5&expand=citations.arguments",
        "/v1/topics/topic-9/arguments/argument-20008/descendants?limit=5&expand=citations",
        "/v1/topics/topic-9/statistics/unquoted?limit=5&expand=relations",
        "/v1/search?q=reason42&limit=2&expand=positions,citations.source",
        "/v1/topics/topic-1/positions/position-1",
        "/v1/topics/topic-1/arguments/argument-9",
        "/v1/topics/topic-1/relations/relation-9",
        "/v1/topics/topic-1/citations/citation-9",
        "/v1/sources/source-9",
        "/v1/sources/source-9/text",
        "/v1/topics/topic-1/arguments?argument=argument-1&count=exact&limit=1",
        "/v1/search?q=reason42&limit=2",
        "/v1/search?q=argument-9",
        "/v1/search?q=wodr42%20reason4&prefix=true",
    ] {
        app.get(path).await.expect(200);
        judge(path, &mut log);
    }
    let (id, _) = app.given_key(&["write"], &["topic-1"]).await;
    let named = |ask: Ask| ask.header("idempotency-key", "once");
    let another = json!({"label": "Another", "scopes": ["read"]});
    for (what, answer) in [
        ("list keys", app.get("/v1/keys?limit=2").await),
        ("get key", app.get(&format!("/v1/keys/{id}")).await),
        ("rotate key", app.post(&format!("/v1/keys/{id}/rotate"), json!({})).await),
        ("revoke key", app.post(&format!("/v1/keys/{id}/revoke"), json!({})).await),
        ("post key", named(app.post("/v1/keys", another.clone())).await),
        ("post key again", named(app.post("/v1/keys", another)).await),
    ] {
        assert!(answer.status() < 300, "{what}: {answer}");
        judge(what, &mut log);
    }
    debatebase::access::forget_old_answers(app.db()).await.unwrap();
    judge("forget old answers", &mut log);
    let claim = json!({
        "slug": "new", "claim": "New.", "supports": [{"position": "position-1"}, {"relation": "relation-5"}],
        "citations": [{"source": "source-1", "exact": "Word.", "start": 0}],
    });
    for (what, answer) in [
        ("post argument", app.post(&format!("{T}/arguments"), claim.clone()).await),
        ("put argument", app.put(&format!("{T}/arguments/new"), claim).await),
        (
            "post argument without slug",
            app.post(&format!("{T}/arguments"), json!({"claim": "Reason 5"})).await,
        ),
        (
            "post argument that is looked for",
            app.post(&format!("{T}/arguments?check_duplicates=true"), json!({"claim": "Reason 7"}))
                .await,
        ),
        (
            "patch argument",
            app.patch(&format!("{T}/arguments/new"), json!({"body": "More."})).await,
        ),
        (
            "post position",
            app.post(&format!("{T}/positions"), json!({"slug": "third", "statement": "3"})).await,
        ),
        (
            "patch relation",
            app.patch(&format!("{T}/relations/relation-7"), json!({"scheme": "Sign"})).await,
        ),
        (
            "patch citation",
            app.patch(&format!("{T}/citations/citation-7"), json!({"start": 6})).await,
        ),
        ("post topic", app.post("/v1/topics", json!({"title": "Question 5?"})).await),
        ("post source", app.post("/v1/sources", json!({"title": "Source 5"})).await),
        (
            "new text of a source",
            app.patch("/v1/sources/source-1", json!({"text": "Word. Only."})).await,
        ),
        ("refused delete of an argument", app.delete(&format!("{T}/arguments/argument-9")).await),
        ("delete argument", app.delete(&format!("{T}/arguments/argument-9?cascade=true")).await),
        ("delete relation", app.delete(&format!("{T}/relations/relation-5?cascade=true")).await),
        ("delete position", app.delete(&format!("{T}/positions/third")).await),
        ("delete citation", app.delete(&format!("{T}/citations/citation-8")).await),
        ("delete source", app.delete("/v1/sources/source-1?cascade=true").await),
        ("delete topic", app.delete("/v1/topics/topic-77").await),
    ] {
        assert!(
            answer.status() < 500 && answer.status() != 404 && answer.status() != 422,
            "{what}: {answer}"
        );
        judge(what, &mut log);
    }

    assert!(judged > 500, "only {judged} plans were written");
    assert!(faults.is_empty(), "{} plans\n{}", faults.len(), faults.join("\n\n"));
}

#[actix_web::test]
async fn a_topic_with_all_below_it_is_read_in_four_statements_whatever_its_size() {
    if !can_explain().await {
        return;
    }
    let _turn = READING.lock().await;
    let (app, mut log) = explained(TestDatabase::with(Content::Essay)).await;
    app.topic("empty").await;
    log.plans();
    for topic in ["llama-altruism-or-strategy", "openness-end-or-means", "empty"] {
        for (view, most) in [("outline?depth=100", 4), ("graph", 3)] {
            // A key would be looked up, too; and that of the topic above is noted as used, at any moment.
            app.without_key().get(&format!("/v1/topics/{topic}/{view}")).await.expect(200);
            let mut plans = Vec::new();
            // The last one is written when the transaction ends, which is not waited for.
            while plans.len() < most {
                plans.extend(log.plans());
                plans.retain(|plan: &String| !plan.contains("last_used_at"));
                sleep(Duration::from_millis(5)).await;
            }
            assert_eq!(plans.len(), most, "{topic} {view}\n{}", plans.join("\n"));
        }
    }
}

#[actix_web::test]
async fn an_outline_that_is_ready_is_read_in_one_statement() {
    if !can_explain().await {
        return;
    }
    let _turn = READING.lock().await;
    let (app, mut log) = explained(TestDatabase::with(Content::Essay)).await;
    let ask = || async {
        let path = "/v1/topics/llama-altruism-or-strategy/outline";
        app.without_key().get(path).await.expect(200);
    };
    ask().await;
    ask().await;
    while !log.plans().iter().any(|plan| plan.contains("Insert on outlines")) {
        sleep(Duration::from_millis(10)).await;
    }

    ask().await;

    let mut plans = log.plans();
    // What PostgreSQL looks up for the constraint, and what was changed, belong to the insert.
    plans.retain(|plan| plan.contains("SELECT \""));
    assert_eq!(plans.len(), 1, "{}", plans.join("\n"));
}

/// Whether plans are written where a test can read them; says so if not. Some systems have the
/// module in a package of its own.
async fn can_explain() -> bool {
    let database = TestDatabase::bare();
    let mut connection = debatebase::db::connect(&database.url()).await.unwrap();
    let is_there = connection.batch_execute("load 'auto_explain'").await.is_ok();
    if SERVER.log_file().is_none() || !is_there {
        eprintln!("skipped: this PostgreSQL does not write plans where the test can read them");
        return false;
    }
    true
}
