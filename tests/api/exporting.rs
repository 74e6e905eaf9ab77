//! The command `export`: topics from the database or from a server, and the codes it ends with.

use std::io::Read;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::imports::TRAMS;
use crate::serving::{Directory, Serving, program};
use crate::support::{Content, TestApp, TestDatabase};

/// The command over a database.
fn export(directory: &Directory, url: &str) -> Command {
    let mut command = program(directory);
    command.args(["export", "--database-url", url]).env_remove("DEBATEBASE_KEY");
    command
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// What it ends with, and what it says.
fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// What it writes when all goes well.
#[track_caller]
fn written(command: &mut Command) -> String {
    let (code, said, complained) = told(&run(command));
    assert_eq!(code, Some(0), "{complained}");
    said
}

/// Two debates, and a draft.
async fn with_debates() -> TestApp {
    let app = TestApp::start().await;
    app.debate().await;
    app.import("", "application/yaml", TRAMS).await.expect(200);
    let draft = json!({"slug": "secret", "title": "Why?", "status": "draft"});
    app.post("/v1/topics", draft).await.expect(201);
    app
}

#[actix_web::test]
async fn a_topic_is_written_as_the_server_would_send_it() {
    let app = with_debates().await;
    let directory = Directory::new();
    let sent = async |format: &str| {
        let path = format!("/v1/topics/llama/export?format={format}");
        app.get(&path).await.expect(200).text().to_owned()
    };
    let id = app.get("/v1/topics/llama").await.expect(200).text_at("/id");

    let command = || export(&directory, &app.database_url());
    assert_eq!(written(command().arg("llama")), sent("yaml").await);
    assert_eq!(written(command().args([&*id, "--format", "argdown"])), sent("argdown").await);
    written(command().args(["llama", "--output", "llama.xaif.json"]));
    assert_eq!(directory.read("llama.xaif.json"), sent("xaif").await);
    written(command().args(["llama", "--output", "llama.txt", "--format", "csv"]));
    assert_eq!(directory.read("llama.txt"), sent("csv").await);
    assert!(written(command().arg("secret")).contains("status: draft"));
}

#[actix_web::test]
async fn several_topics_become_a_file_each_or_one_stream() {
    let app = with_debates().await;
    let directory = Directory::new();
    let command = || export(&directory, &app.database_url());

    written(command().args(["llama", "trams", "--format", "dot", "--output", "drawn"]));
    let stream = written(command().args(["llama", "trams", "--format", "ndjson"]));
    let refused = told(&run(command().args(["llama", "trams"])));
    let taken = told(&run(command().args(["llama", "trams", "--output", "drawn/llama.dot"])));

    assert!(directory.read("drawn/llama.dot").contains("digraph"));
    assert!(directory.read("drawn/trams.dot").contains("digraph"));
    let other = TestApp::start().await;
    let report = other.import("", "application/x-ndjson", stream).await.expect(200);
    assert_eq!(report.at("/applied"), true, "{report}");
    assert_eq!(report.at("/counts/topics/created"), 2);
    for (code, said, complained) in [refused, taken] {
        assert_eq!((code, said.as_str()), (Some(2), ""));
        assert!(complained.contains("cannot stand in one file"), "{complained}");
    }
}

#[actix_web::test]
async fn everything_is_one_stream_with_its_last_line() {
    let app = with_debates().await;
    let directory = Directory::new();
    let sent = app.get("/v1/export").await.expect(200).text().to_owned();
    let command = || export(&directory, &app.database_url());

    assert_eq!(written(command().arg("--all")), sent);
    written(command().args(["--all", "--output", "backup/"]));
    assert_eq!(directory.read("backup/debatebase.ndjson"), sent);
    let (code, _, complained) = told(&run(command().args(["--all", "--format", "yaml"])));
    assert_eq!(code, Some(2));
    assert!(complained.contains("--all writes"), "{complained}");
}

#[actix_web::test]
async fn what_is_lost_is_summed_up_or_told_in_full() {
    let app = with_debates().await;
    let directory = Directory::new();
    let command = || export(&directory, &app.database_url());

    let (code, said, complained) = told(&run(command().args(["llama", "--format", "tgf"])));
    let reports = written(command().args(["llama", "trams", "--format", "tgf", "--report"]));
    let whole = told(&run(command().args(["llama", "--format", "json"])));

    assert_eq!(code, Some(0));
    assert!(said.contains("#\n"), "{said}");
    assert!(complained.contains("llama.tgf: "), "{complained}");
    assert!(complained.contains("--report lists them"), "{complained}");
    let reports: Vec<Value> =
        reports.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let topics: Vec<&str> = reports.iter().map(|it| it["topic"].as_str().unwrap()).collect();
    assert_eq!(topics, ["llama", "trams"]);
    let sent = app.get("/v1/topics/llama/export?format=tgf&report=true").await.expect(200);
    assert_eq!(reports[0], sent.json());
    assert!(!whole.2.contains("--report"), "nothing is lost: {}", whole.2);
}

#[actix_web::test]
async fn the_code_tells_scripts_whether_all_was_written() {
    let app = with_debates().await;
    let directory = Directory::new();
    directory.write("taken", "a file");
    for (arguments, code, part) in [
        (&["llama"][..], 0, ""),
        (&["nowhere"], 1, "nowhere"),
        (&["nowhere", "llama", "--format", "ndjson"], 1, "nowhere"),
        (&["llama", "--output", "taken/llama.yaml"], 1, "taken/llama.yaml"),
        (&["llama", "--url", "http://127.0.0.1:1"], 1, "error: "),
        (&["llama", "--url", "nowhere"], 2, "`nowhere` is no address"),
        (&["llama", "--format", "docx"], 2, "`docx` is no format that can be written"),
        (&["No slug"], 2, "`No slug` is no slug"),
        (&[], 2, "required arguments were not provided"),
        (&["llama", "--all"], 2, "cannot be used with"),
    ] {
        let output = run(export(&directory, &app.database_url()).args(arguments));
        let (ended, said, complained) = told(&output);
        assert_eq!(ended, Some(code), "{arguments:?}: {said}{complained}");
        assert!(complained.contains(part), "{arguments:?}: {complained}");
        let is_found = arguments.contains(&"llama") && arguments.contains(&"ndjson");
        assert!(!is_found || said.contains("\"llama\""), "what is there is written: {said}");
    }
    assert_eq!(directory.read("taken"), "a file");
}

#[actix_web::test]
async fn a_reader_that_goes_away_is_no_panic() {
    let app = TestApp::start().await;
    // More than a pipe holds.
    app.source("long", &"Trams are quiet. ".repeat(20_000)).await;
    let directory = Directory::new();
    let mut command = export(&directory, &app.database_url());
    command.arg("--all").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();

    let mut begun = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut begun).unwrap();
    let (code, _, complained) = told(&child.wait_with_output().unwrap());

    assert_eq!(code, Some(1));
    assert!(!complained.contains("panicked"), "{complained}");
    assert!(!complained.contains("error"), "{complained}");
}

#[test]
fn a_server_gives_what_the_key_shows() {
    let directory = Directory::new();
    let database = TestDatabase::with(Content::Empty);
    let key = database.key().unwrap().to_owned();
    directory.write("trams.yaml", TRAMS);
    let draft = "debatebase: 1\ntopics: [{slug: secret, title: Why?, status: draft}]\n";
    directory.write("secret.yaml", draft);
    let mut import = program(&directory);
    import.args(["import", "trams.yaml", "secret.yaml", "--database-url", &database.url()]);
    written(&mut import);
    let serving = Serving::start(program(&directory).args(["--database-url", &database.url()]));
    let url = format!("http://{}/", serving.address);
    let ask = |arguments: &[&str], key: &str| {
        let mut command = program(&directory);
        command.args(["export", "--url", &url]).args(arguments).env("DEBATEBASE_KEY", key);
        told(&run(&mut command))
    };
    let here = |arguments: &[&str]| written(export(&directory, &database.url()).args(arguments));

    let with_key = ask(&["--all"], &key);
    let without = program(&directory)
        .args(["export", "--url", &url, "--all"])
        .env_remove("DEBATEBASE_KEY")
        .output()
        .unwrap();
    let topic = ask(&["trams", "--format", "mermaid"], &key);
    let absent = ask(&["buses"], &key);
    let stranger = ask(&["trams"], "dbk_letmein");
    serving.stop();

    assert_eq!((with_key.0, with_key.1), (Some(0), here(&["--all"])));
    let (code, public, _) = told(&without);
    assert_eq!(code, Some(0));
    assert!(public.contains("\"trams\"") && !public.contains("\"secret\""), "{public}");
    assert_eq!((topic.0, topic.1), (Some(0), here(&["trams", "--format", "mermaid"])));
    assert_eq!(absent.0, Some(1));
    assert!(absent.2.contains("buses"), "{}", absent.2);
    assert_eq!(stranger.0, Some(1));
    assert!(stranger.2.contains("The key is not valid"), "{}", stranger.2);
}
