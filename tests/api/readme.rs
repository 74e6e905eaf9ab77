//! What the README shows is what the program does.

use actix_web::http::Method;
use clap::CommandFactory;
use debatebase::config::Config;
use debatebase::imports::seeds;
use serde_json::Value;

use crate::support::TestApp;

const README: &str = include_str!("../../README.md");

/// The fenced blocks of one language.
fn blocks(language: &str) -> Vec<&'static str> {
    let begin = format!("```{language}\n");
    let blocks = README.split(&begin).skip(1);
    blocks.map(|rest| rest.split("\n```").next().unwrap()).collect()
}

/// A `curl` of the tour.
#[derive(Debug)]
struct Curl {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    with_head: bool,
    with_key: bool,
}

impl Curl {
    fn parse(command: &str) -> Self {
        let mut curl = Self {
            method: Method::GET,
            path: String::new(),
            headers: Vec::new(),
            body: None,
            with_head: false,
            with_key: false,
        };
        let mut method = None;
        let mut words = words(command).into_iter().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "-s" => {}
                "-si" => curl.with_head = true,
                "-X" => method = Some(words.next().unwrap().parse().unwrap()),
                "--oauth2-bearer" => {
                    curl.with_key = true;
                    assert_eq!(words.next().unwrap(), "$KEY");
                }
                "-H" => {
                    let header = words.next().unwrap();
                    let (name, value) = header.split_once(": ").unwrap();
                    curl.headers.push((name.to_lowercase(), value.to_owned()));
                }
                "--json" => {
                    curl.method = Method::POST;
                    curl.body = words.next();
                }
                address => {
                    let path = address.strip_prefix("http://127.0.0.1:8080");
                    path.unwrap_or_else(|| panic!("what is {address}?")).clone_into(&mut curl.path);
                }
            }
        }
        curl.method = method.unwrap_or(curl.method);
        curl
    }
}

/// The words of a command, as a shell divides it.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// The commands of a block, each with the answer shown after it.
fn exchanges(block: &str) -> Vec<(&str, &str)> {
    let commands = block.split("$ curl").skip(1);
    let exchanges = commands.map(|exchange| {
        // A command ends at the first line end outside quotes.
        let mut quoted = false;
        let end = exchange.find(|c| {
            quoted ^= c == '\'';
            c == '\n' && !quoted
        });
        exchange.split_at(end.unwrap())
    });
    exchanges.collect()
}

/// What is shown, as JSON: an ellipsis on its own stands for fields or items that are left out.
fn shown(answer: &str) -> Value {
    let mut text = String::new();
    for part in answer.split('…') {
        // Inside a text it is the end of what is shown of that text.
        if part.starts_with('"') && !text.is_empty() {
            text.push('…');
        } else {
            text.truncate(text.trim_end_matches([',', '\n', ' ']).len());
        }
        text.push_str(part);
    }
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

/// Whether an answer holds what is shown of it, at least.
fn holds(answer: &Value, shown: &Value) -> bool {
    match (answer, shown) {
        (Value::Object(answer), Value::Object(shown)) => {
            shown.iter().all(|(name, shown)| answer.get(name).is_some_and(|it| holds(it, shown)))
        }
        (Value::Array(answer), Value::Array(shown)) => {
            answer.len() >= shown.len()
                && answer.iter().zip(shown).all(|(it, shown)| holds(it, shown))
        }
        (Value::String(answer), Value::String(shown)) => match shown.strip_suffix('…') {
            Some(beginning) => answer.starts_with(beginning),
            None => answer == shown,
        },
        _ => answer == shown,
    }
}

#[actix_web::test]
async fn the_tour_is_what_the_seeded_program_answers() {
    let with_key = TestApp::seeded().await;
    let without_key = with_key.without_key();
    let mut asked = 0;
    for (command, shown_answer) in blocks("console").into_iter().flat_map(exchanges) {
        let curl = Curl::parse(&format!("curl{command}"));
        let app = if curl.with_key { &with_key } else { &without_key };
        let mut ask = app.ask(curl.method, &curl.path);
        if let Some(body) = curl.body {
            ask = ask.body("application/json", body);
        }
        for (name, value) in curl.headers {
            ask = match name.as_str() {
                "if-match" => ask.if_match(&value),
                "if-none-match" => ask.if_none_match(&value),
                other => panic!("which header is {other}?"),
            };
        }
        let answer = ask.await;
        asked += 1;
        if curl.with_head {
            let mut head = shown_answer.trim().lines();
            let status = head.next().unwrap();
            assert!(status.starts_with(&format!("HTTP/1.1 {} ", answer.status())), "{answer}");
            for (name, value) in head.map(|line| line.split_once(": ").unwrap()) {
                assert_eq!(answer.header(name), Some(value), "{command}");
            }
        } else {
            let shown = shown(shown_answer);
            assert!(holds(&answer.json(), &shown), "{command}\nanswered {answer}\nnot {shown:#}");
        }
    }
    assert!(asked >= 8);
}

#[test]
fn the_debate_of_the_readme_can_be_seeded() {
    let document = blocks("yaml");
    let [document] = document.as_slice() else { panic!("{document:?}") };

    let loaded =
        seeds::load("README.md", document, &|_| Err("there is no file".to_owned())).unwrap();

    assert_eq!(loaded.document().topics.len(), 1);
}

#[test]
fn the_settings_of_the_readme_are_those_of_the_program() {
    for argument in Config::command().get_arguments() {
        let Some(flag) = argument.get_long().filter(|flag| !["help", "version"].contains(flag))
        else {
            continue;
        };
        let variable = argument.get_env().unwrap().to_str().unwrap();
        let row = format!("| `--{flag}` | `{variable}` | ");
        let rest = README.split(&row).nth(1).unwrap_or_else(|| panic!("no row begins with {row}"));
        for default in argument.get_default_values() {
            let default = default.to_str().unwrap();
            assert!(
                rest.starts_with(&format!("`{default}` |")),
                "the default of --{flag} is {default}"
            );
        }
        let example = include_str!("../../.env.example");
        assert!(example.contains(&format!("#{variable}=")), "{variable} is not in .env.example");
    }
}
