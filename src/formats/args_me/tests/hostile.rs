use std::time::{Duration, Instant};

use super::*;

/// No reading of these takes so long, on any machine, unless it hangs.
const HANGS: Duration = Duration::from_secs(60);

#[test]
fn a_broken_line_is_told_with_its_number_and_reading_goes_on() {
    let [one, two] = [json_of("1", "one"), json_of("2", "two")];
    let read = read(&format!("{one}\r\n{{\"id\": \"x\", \"conclusion\":\r\n\n[]\nNaN\n{two}"));

    assert_eq!(claims(&read), ["one", "two"]);
    assert_eq!(
        errors(&read),
        [
            "error: line 2, column 25: the argument is no JSON that can be read: EOF while parsing \
             a value; it was left out",
            "error: line 4: must be an object, not an array; the argument was left out",
            "error: line 5, column 1: the argument is no JSON that can be read: expected value; \
             it was left out",
        ]
    );
}

#[test]
fn what_is_broken_in_a_list_is_told_with_its_pointer_and_what_comes_after_is_read() {
    let [one, two] = [json_of("1", "one"), json_of("2", "two")];
    let broken = [
        r#"{"id":"x","conclusion":"c","premises":[{"text":"t","stance":NaN}]}"#,
        r#"{"id":"x","conclusion":"c","premises":[{"text":"t","stance":"PRO"}]"#,
        r#"{"id":"x","conclusion":"c","premises":[{"text":"t","stance":"PRO"}"#,
        r#"{"id":"x","conclusion":"c","premises":[{"text":"t","stance":"PRO"]}"#,
        "{\"id\":\"x\",\"conclusion\":\"c",
        "{\"id\":\"x\",\"conclusion\":\"c\\",
        r#"{"id":"x" "conclusion":"c"}"#,
        "x",
        r#"{"id":"x","conclusion":"a "b" c","premises":[]}"#,
    ];
    for broken in broken {
        for form in [
            format!("[{one},\n{broken},\n{two}]"),
            format!("{{\"arguments\":[\n{one},{broken}\n,{two}\n]}}"),
        ] {
            let read = read(&form);
            // A list that is open in a broken argument takes in what is as well in it.
            let expected: &[&str] =
                if broken.ends_with("\"PRO\"}") { &["one"] } else { &["one", "two"] };
            assert_eq!(claims(&read), expected, "{form}");
            let first = read.notes.iter().find(|it| it.severity == Severity::Error).unwrap();
            let pointer = first.place.as_str();
            let below = pointer.strip_prefix("/arguments").unwrap_or(pointer);
            assert!(below.starts_with("/1"), "{first} in {form}");
            assert!(matches!(first.place.line, Some(2 | 3)), "{first} in {form}");
        }
    }
}

#[test]
fn wrong_types_are_told_with_their_pointers() {
    let list = r#"{"arguments":[
        {"id":"a","conclusion":"c","premises":[{"text":"t","stance":"PRO"},{"text":"t","stance":"NEUTRAL"}]},
        {"id":1,"conclusion":null,"premises":{},"context":[]},
        {"conclusion":"c"},
        7,
        {"id":"b","conclusion":"c","premises":[7,{"text":1}]},
        {"id":"good/1","conclusion":"c","premises":[{"text":"t","stance":"CON"}],
            "context":{"topic":7,"sourceText":[],"sourceUrl":{},"sourceTitle":null,
                "sourceTextPremiseStart":-1,"sourceTextPremiseEnd":"x"}}
    ]}"#;

    let read = read(list);

    assert_eq!(claims(&read), ["t"]);
    let faults: Vec<&str> = read
        .notes
        .iter()
        .filter(|it| it.severity == Severity::Error)
        .map(|it| it.place.as_str())
        .collect();
    assert_eq!(
        faults,
        [
            "/arguments/0/premises/1/stance",
            "/arguments/1/id",
            "/arguments/1/conclusion",
            "/arguments/1/premises",
            "/arguments/1/context",
            "/arguments/2/premises",
            "/arguments/3",
            "/arguments/4/premises/0",
            "/arguments/4/premises/1/text",
            "/arguments/4/premises/1/stance",
        ]
    );
    let (arguments, _) = written(&gathered(read.document));
    assert_eq!(arguments, [arguments_of(list).pop().unwrap()]);
}

#[test]
fn a_list_that_is_cut_off_is_told_and_what_came_before_is_read() {
    let one = json_of("1", "one");
    for end in ["", ",", ",{\"id\":", ",{\"id\":\"\\", "\n,\n{\"id\":\"a\"}"] {
        let read = read(&format!("{{\"arguments\":[{one}{end}"));
        assert_eq!(claims(&read), ["one"], "{end}");
        assert!(errors(&read).last().unwrap().contains("does not end"), "{end}");
    }
}

#[test]
fn what_stands_around_the_list_is_told() {
    let list = format!("{{\"v\":{{\"a\":[1]}},\"arguments\":[{}],\"w\":1}} x", json_of("1", "one"));
    let read = read(&list);

    assert_eq!(claims(&read), ["one"]);
    assert_eq!(
        told(&read.notes),
        [
            (NoteCode::LeftOut, None, "/v"),
            (NoteCode::LeftOut, None, "/w"),
            (NoteCode::Malformed, Some(1), ""),
            (NoteCode::KeptAside, None, ""),
        ]
    );
}

#[test]
fn what_is_no_list_of_arguments_is_told() {
    for text in
        ["{\n}", "{\"version\": 1,\n\"a\": 2}", "{\"arguments\": 7}\n\n", "{\n\"a\"", "[", "{"]
    {
        let read = read(text);
        assert_eq!(errors(&read).len(), 1, "{text}: {:?}", read.notes);
        assert_eq!(read.document, Document::default());
    }
    assert_eq!(read(" \n").notes[0].code, NoteCode::Incomplete);
    assert_eq!(errors(&read_bytes(b"\xff\xfe\n\xff")).len(), 2);
}

#[test]
fn the_same_argument_is_there_once_and_another_of_the_same_id_beside_it() {
    let lines =
        [json_of("1", "one"), json_of("1", "two"), json_of("1", "one"), json_of("1", "two")];
    let read = read(&lines.join("\n"));

    assert_eq!(claims(&read), ["one", "two"]);
    assert_eq!(
        told(&read.notes),
        [
            (NoteCode::Repeated, Some(2), "/premises/0"),
            (NoteCode::Repeated, Some(3), "/premises/0"),
            (NoteCode::Repeated, Some(4), "/premises/0"),
            (NoteCode::KeptAside, None, ""),
        ]
    );
    let (arguments, _) = written(&gathered(read.document));
    let expected: Vec<Value> =
        lines[..2].iter().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(arguments, expected);
}

#[test]
fn characters_that_no_text_may_have_are_told_and_go_back() {
    let line = r#"{"id":"a\u0000","conclusion":"c\u0000","premises":[{"text":"x \u0001\u0000y","stance":"PRO","a\u0000":1}],"context":{"topic":"t\u0000","sourceText":"x \u0001\u0000y z","sourceTitle":"\u0007"}}"#;
    let read = read(line);

    assert_eq!(errors(&read), [""; 0]);
    assert_eq!(claims(&read), ["x \u{FFFD}\u{FFFD}y"]);
    let (arguments, _) = written(&gathered(read.document));
    assert_eq!(arguments, [serde_json::from_str::<Value>(line).unwrap()]);
}

#[test]
fn half_a_pair_of_surrogates_becomes_a_replacement_character() {
    let read = read(&json_of("a", r"x\ud800 y\udc00\ud83d\ude00"));

    assert_eq!(claims(&read), ["x\u{FFFD} y\u{FFFD}\u{1F600}"]);
    assert_eq!(told(&read.notes)[0], (NoteCode::TextChanged, Some(1), ""));
}

#[test]
fn a_name_given_twice_is_told() {
    let read = read(&json_of("a", "x").replace("\"conclusion\"", "\"id\":\"b\",\"conclusion\""));

    assert_eq!(told(&read.notes)[0], (NoteCode::Repeated, Some(1), "/id"));
    assert_eq!(read.document.topics[0].arguments[0].slug.as_str(), "b");
}

#[test]
fn what_is_nested_deep_is_told_or_goes_back() {
    let (one, two) = (json_of("1", "one"), json_of("2", "two"));
    for depth in [100, 1_000, 300_000] {
        let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let deep = one.replace("\"topic\"", &format!("\"deep\":{deep},\"topic\""));
        for form in [format!("[{deep},{two}]"), format!("{deep}\n{two}")] {
            let read = read(&form);
            let expected: &[&str] = if depth == 100 { &["one", "two"] } else { &["two"] };
            assert_eq!(claims(&read), expected);
            assert_eq!(errors(&read).len(), 2 - expected.len());
            let (arguments, _) = written(&gathered(read.document));
            assert_eq!(arguments.last().unwrap()["id"], "2");
            if depth == 100 {
                assert_eq!(arguments[0], serde_json::from_str::<Value>(&deep).unwrap());
            }
        }
    }
}

#[test]
fn what_is_too_long_is_told_and_passed_over() {
    let begun = Instant::now();
    let (long, two) = (json_of("1", &"x".repeat(17 * 1024 * 1024)), json_of("2", "two"));
    for form in [format!("[{long},{two}]"), format!("{long}\n{two}")] {
        let read = read(&form);
        assert!(read.notes.iter().any(|it| it.code == NoteCode::TooMuch));
        assert_eq!(claims(&read), ["two"]);
    }
    assert!(begun.elapsed() < HANGS);
}

#[test]
fn a_long_premise_stands_whole_in_the_body() {
    let text = "It is so. ".repeat(3_000);
    let line = json_of("1", &text);
    let read = read(&line);

    assert_eq!(claims(&read), ["It is so. It is so."]);
    assert_eq!(told(&read.notes)[0], (NoteCode::TextMoved, Some(1), "/premises/0/text"));
    let (arguments, _) = written(&gathered(read.document));
    assert_eq!(arguments[0]["premises"][0]["text"], text);
}
