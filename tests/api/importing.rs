//! The command `import`: files into the database or into a server, and the codes it ends with.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::imports::{TRAMS, aif};
use crate::serving::{Directory, PATIENCE, Serving, program};
use crate::support::{Content, TestApp, TestDatabase};

/// The command over a test's database.
fn import(directory: &Directory, database: &TestDatabase) -> Command {
    let mut command = program(directory);
    command.args(["import", "--database-url", &database.url()]).env_remove("DEBATEBASE_KEY");
    command
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

fn fed(command: &mut Command, input: &str) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// What it ends with, and what it says.
fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

const BROKEN: &str = "debatebase: 1\ntopics: [{slug: why}]\n";

#[test]
fn files_of_any_format_are_written_and_each_has_its_line() {
    let directory = Directory::new();
    let database = TestDatabase::with(Content::Empty);
    directory.write("trams.yaml", TRAMS);
    directory.write("nodes.json", &aif().to_string());

    let first = run(import(&directory, &database).args(["trams.yaml", "nodes.json"]));
    let again = run(import(&directory, &database).args(["trams.yaml", "nodes.json"]));

    let (code, said, complained) = told(&first);
    assert_eq!(code, Some(0), "{said}{complained}");
    assert!(said.contains("trams.yaml: created 1 source, 1 topic, 1 position"), "{said}");
    assert!(said.contains("nodes.json: created 1 topic, 1 position, 1 argument"), "{said}");
    let (code, said, _) = told(&again);
    assert_eq!(code, Some(0));
    assert!(said.contains("trams.yaml: left as it was 1 source"), "{said}");
    assert!(!said.contains("created"), "{said}");
}

#[test]
fn a_file_takes_its_texts_from_beside_it_and_from_nowhere_else() {
    let directory = Directory::new();
    let database = TestDatabase::with(Content::Empty);
    let with_file = |name: &str| {
        TRAMS.replace(
            "text: Trams are quiet. They carry many people.",
            &format!("text_file: {name}"),
        )
    };
    directory.write("leaflet.txt", "Trams are quiet. They carry many people.");
    directory.write("good.yaml", &with_file("leaflet.txt"));
    directory.write("bad.yaml", &with_file("/etc/hostname"));

    let good = run(import(&directory, &database).arg("good.yaml"));
    let bad = run(import(&directory, &database).arg("bad.yaml"));

    assert_eq!(told(&good).0, Some(0), "{good:?}");
    let (code, _, complained) = told(&bad);
    assert_eq!(code, Some(3));
    assert!(complained.contains("bad.yaml: error: line 5"), "{complained}");
}

#[test]
fn standard_input_is_a_file_and_a_dry_run_changes_nothing() {
    let directory = Directory::new();
    let database = TestDatabase::with(Content::Empty);

    let dry = fed(import(&directory, &database).args(["-", "--dry-run"]), TRAMS);
    let wet = fed(import(&directory, &database).args(["-", "--format", "yaml"]), TRAMS);

    assert_eq!(told(&dry).0, Some(0), "{dry:?}");
    assert!(told(&dry).1.starts_with("-: would have created 1 source"), "{dry:?}");
    assert!(told(&wet).1.starts_with("-: created 1 source"), "{wet:?}");
}

#[test]
fn the_code_tells_scripts_what_became_of_the_files() {
    let directory = Directory::new();
    let database = TestDatabase::with(Content::Empty);
    directory.write("good.yaml", TRAMS);
    directory.write("broken.yaml", BROKEN);
    directory.write("story.doc", "Once upon a time.");

    for (files, code, part) in [
        (&["good.yaml"][..], 0, ""),
        (&["missing.yaml", "good.yaml"], 1, "missing.yaml: error: No such file"),
        (&["."], 1, ".: error: is a directory"),
        (&["good.yaml", "--format", "docx"], 2, "`docx` is no format that can be read"),
        (&["good.yaml", "--url", "nowhere"], 2, "`nowhere` is no address"),
        (&[], 2, "required arguments were not provided"),
        (&["broken.yaml", "good.yaml"], 3, "broken.yaml: error: line 2, column 10"),
        (&["story.doc"], 3, "story.doc: error: the format is not recognised"),
        (&["good.yaml", "--url", "http://127.0.0.1:1"], 1, "good.yaml: error: "),
    ] {
        let output = run(import(&directory, &database).args(files));
        let (ended, said, complained) = told(&output);
        assert_eq!(ended, Some(code), "{files:?}: {said}{complained}");
        assert!(complained.contains(part), "{files:?}: {complained}");
    }
}

#[test]
fn what_is_lost_or_guessed_is_told_and_refused_only_by_the_strict() {
    let directory = Directory::new();
    let database = TestDatabase::with(Content::Empty);
    let mut lossy = aif();
    // A support without a conclusion.
    lossy["edges"].as_array_mut().unwrap().pop();
    directory.write("lossy.json", &lossy.to_string());

    let lenient = run(import(&directory, &database).args(["lossy.json", "--dry-run"]));
    let strict = run(import(&directory, &database).args(["lossy.json", "--dry-run", "--strict"]));

    let (code, said, complained) = told(&lenient);
    assert_eq!(code, Some(0), "{complained}");
    assert!(complained.contains("lossy.json: warning: "), "{complained}");
    assert!(said.contains("1 warning"), "{said}");
    assert_eq!(told(&strict).0, Some(3));
}

#[test]
fn files_are_sent_to_a_server_by_those_who_have_a_key() {
    let directory = Directory::new();
    let database = TestDatabase::with(Content::Empty);
    let key = database.key().unwrap().to_owned();
    let serving = Serving::start(program(&directory).args([
        "--database-url",
        &database.url(),
        "--import-largest",
        "100000",
    ]));
    let url = format!("http://{}/", serving.address);
    directory.write("trams.yaml", TRAMS);
    directory.write("broken.yaml", BROKEN);
    directory.write("large.yaml", &format!("{TRAMS}# {}\n", "x".repeat(200_000)));
    let send = |file: &str, key: &str| {
        let mut command = program(&directory);
        command.args(["import", "--url", &url, file]).env("DEBATEBASE_KEY", key);
        command
    };

    let sent = run(&mut send("trams.yaml", &key));
    let fed = fed(&mut send("-", &key), TRAMS);
    let broken = run(&mut send("broken.yaml", &key));
    let large = run(&mut send("large.yaml", &key));
    let stranger = run(&mut send("trams.yaml", "dbk_letmein"));
    serving.stop();

    let (code, said, complained) = told(&sent);
    assert_eq!(code, Some(0), "{complained}");
    assert!(said.starts_with("trams.yaml: created 1 source, 1 topic"), "{said}");
    assert!(told(&fed).1.starts_with("-: left as it was 1 source"), "{fed:?}");
    let (code, said, complained) = told(&broken);
    assert_eq!(code, Some(3));
    assert!(said.starts_with("broken.yaml: nothing was changed"), "{said}");
    assert!(complained.contains("broken.yaml: error: line 2, column 10"), "{complained}");
    let (code, _, complained) = told(&large);
    assert_eq!(code, Some(3), "{complained}");
    assert!(complained.contains("at most 100000 bytes"), "{complained}");
    let (code, _, complained) = told(&stranger);
    assert_eq!(code, Some(1));
    assert!(complained.contains("trams.yaml: error: The key is not valid"), "{complained}");
}

#[actix_web::test]
async fn an_import_that_is_interrupted_leaves_nothing() {
    let app = TestApp::start().await;
    let directory = Directory::new();
    let mut command = program(&directory);
    command.args(["import", "-", "--format", "yaml", "--database-url", &app.database_url()]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Its end does not come.
    child.stdin.as_mut().unwrap().write_all(TRAMS.as_bytes()).unwrap();
    sleep(Duration::from_secs(1));

    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();

    let since = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(since.elapsed() < PATIENCE, "it does not end");
        sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(1));
    app.get("/v1/topics/trams").await.expect(404);
}
