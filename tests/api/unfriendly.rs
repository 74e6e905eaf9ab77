//! Input that nobody means well with, wherever it can stand: refused by the right problem, or kept
//! and given back as it should be. Nothing of it breaks the server.

use actix_web::http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::problems::{broken_off, over_tcp};
use crate::support::TestApp;

/// What a kind of text does with something hostile.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// Refused, with this code.
    Refused(&'static str),
    /// Kept, in this form.
    Kept(&'static str),
}

use Fate::{Kept, Refused};

const BAD: Fate = Refused("bad-character");
const EMPTY: Fate = Refused("too-short");

/// Texts, and what becomes of each in one line, in many lines, and where every byte is kept.
const TEXTS: &[(&str, Fate, Fate, Fate)] = &[
    ("a\0b", BAD, BAD, BAD),
    ("\0", BAD, BAD, BAD),
    ("a\u{1}b", BAD, BAD, BAD),
    ("a\u{1b}[31mb", BAD, BAD, BAD),
    ("a\u{7f}b", BAD, BAD, Kept("a\u{7f}b")),
    ("a\u{85}b", BAD, BAD, Kept("a\u{85}b")),
    ("a\u{9b}b", BAD, BAD, Kept("a\u{9b}b")),
    ("a\tb", Kept("a\tb"), Kept("a\tb"), Kept("a\tb")),
    ("a\nb", BAD, Kept("a\nb"), Kept("a\nb")),
    ("a\r\nb", BAD, BAD, Kept("a\r\nb")),
    ("a\u{c}b", BAD, BAD, Kept("a\u{c}b")),
    ("a\u{2028}b", BAD, Kept("a\u{2028}b"), Kept("a\u{2028}b")),
    // Byte order marks and noncharacters.
    ("\u{feff}a", BAD, BAD, Kept("\u{feff}a")),
    ("a\u{feff}", BAD, BAD, Kept("a\u{feff}")),
    ("a\u{fffe}", BAD, BAD, Kept("a\u{fffe}")),
    ("a\u{ffff}", BAD, BAD, Kept("a\u{ffff}")),
    ("a\u{fdd0}", BAD, BAD, Kept("a\u{fdd0}")),
    ("a\u{10ffff}", Kept("a\u{10ffff}"), Kept("a\u{10ffff}"), Kept("a\u{10ffff}")),
    // Overrides, embeddings and isolates; and the marks that languages need.
    ("a\u{202e}b", BAD, Kept("a\u{202e}b"), Kept("a\u{202e}b")),
    ("a\u{202a}b\u{202c}", BAD, Kept("a\u{202a}b\u{202c}"), Kept("a\u{202a}b\u{202c}")),
    ("a\u{2067}b", BAD, Kept("a\u{2067}b"), Kept("a\u{2067}b")),
    ("ש\u{200f}!", Kept("ש\u{200f}!"), Kept("ש\u{200f}!"), Kept("ש\u{200f}!")),
    ("👩\u{200d}👧", Kept("👩\u{200d}👧"), Kept("👩\u{200d}👧"), Kept("👩\u{200d}👧")),
    // One form for what looks the same.
    ("Cafe\u{301}", Kept("Caf\u{e9}"), Kept("Caf\u{e9}"), Kept("Cafe\u{301}")),
    ("\u{212b}", Kept("\u{c5}"), Kept("\u{c5}"), Kept("\u{212b}")),
    ("ﬁ", Kept("ﬁ"), Kept("ﬁ"), Kept("ﬁ")),
    // Nothing to see.
    (" \t ", EMPTY, Kept(""), Kept(" \t ")),
    ("\u{200b}", EMPTY, Kept("\u{200b}"), Kept("\u{200b}")),
    (
        "\u{ad}\u{2060}\u{3164}",
        EMPTY,
        Kept("\u{ad}\u{2060}\u{3164}"),
        Kept("\u{ad}\u{2060}\u{3164}"),
    ),
    (" \u{3000}a \n", Kept("a"), Kept(" \u{3000}a"), Kept(" \u{3000}a \n")),
    // Texts for other programs.
    (
        "'; drop table topics; --",
        Kept("'; drop table topics; --"),
        Kept("'; drop table topics; --"),
        Kept("'; drop table topics; --"),
    ),
    (
        "<script>alert(1)</script>",
        Kept("<script>alert(1)</script>"),
        Kept("<script>alert(1)</script>"),
        Kept("<script>alert(1)</script>"),
    ),
    (
        "%00${x}{{y}}\\u0000",
        Kept("%00${x}{{y}}\\u0000"),
        Kept("%00${x}{{y}}\\u0000"),
        Kept("%00${x}{{y}}\\u0000"),
    ),
];

/// How a field keeps its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    OneLine,
    ManyLines,
    Verbatim,
    /// As in JSON, which is kept as it is but for what PostgreSQL cannot hold.
    Json,
}

/// A field that takes a text: the address to put a record to, the field, and the record with it.
type Field = (&'static str, &'static str, Form, fn(&str) -> Value);

fn fields() -> Vec<Field> {
    let topic = "/v1/topics/unfriendly";
    let position = "/v1/topics/llama/positions/unfriendly";
    let argument = "/v1/topics/llama/arguments/unfriendly";
    let relation = "/v1/topics/llama/relations/unfriendly";
    let source = "/v1/sources/unfriendly";
    vec![
        (topic, "/title", Form::OneLine, |text| json!({"title": text})),
        (topic, "/summary", Form::ManyLines, |text| json!({"title": "T", "summary": text})),
        (topic, "/tags/0", Form::OneLine, |text| json!({"title": "T", "tags": [text]})),
        (
            topic,
            "/origin/format",
            Form::OneLine,
            |text| json!({"title": "T", "origin": {"format": text}}),
        ),
        (
            topic,
            "/origin/id",
            Form::OneLine,
            |text| json!({"title": "T", "origin": {"format": "aif", "id": text}}),
        ),
        (position, "/statement", Form::OneLine, |text| json!({"statement": text})),
        (argument, "/claim", Form::OneLine, |text| json!({"claim": text})),
        (argument, "/body", Form::ManyLines, |text| json!({"claim": "C", "body": text})),
        (
            relation,
            "/scheme",
            Form::OneLine,
            |text| json!({"kind": "supports", "premises": ["safe"], "target": {"position": "yes"}, "scheme": text}),
        ),
        (source, "/authors/0", Form::OneLine, |text| json!({"title": "T", "authors": [text]})),
        (source, "/publisher", Form::OneLine, |text| json!({"title": "T", "publisher": text})),
        (source, "/licence", Form::OneLine, |text| json!({"title": "T", "licence": text})),
        (source, "/text", Form::Verbatim, |text| json!({"title": "T", "text": text})),
        (
            source,
            "/origin/fields/any",
            Form::Json,
            |text| json!({"title": "T", "origin": {"format": "aif", "fields": {"any": text}}}),
        ),
    ]
}

#[actix_web::test]
async fn every_text_is_refused_or_kept_in_every_field() {
    let app = TestApp::start().await;
    app.debate().await;

    for (path, field, form, body) in fields() {
        for (text, one_line, many_lines, verbatim) in TEXTS {
            let fate = match form {
                Form::OneLine => *one_line,
                Form::ManyLines => *many_lines,
                Form::Verbatim => *verbatim,
                Form::Json if text.contains('\0') => BAD,
                Form::Json => Kept(text),
            };
            let answer = app.put(path, body(text)).await;
            match fate {
                Refused(code) => {
                    let fault = [(field.to_owned(), code.to_owned())];
                    assert_eq!(answer.problem(), (422, "invalid".to_owned()), "{text:?}: {answer}");
                    assert_eq!(answer.faults(), fault, "{text:?}");
                }
                Kept(kept) => {
                    assert!([200, 201].contains(&answer.status()), "{field} {text:?}: {answer}");
                    let again = app.get(path).await.expect(200);
                    if field == "/text" {
                        assert_eq!(app.get(&format!("{path}/text")).await.text(), kept);
                    } else {
                        assert_eq!(again.at(field), json!(kept), "{text:?}");
                        // What is given back can be given again, and changes nothing.
                        app.put(path, body(kept)).await.expect(200);
                        let version = again.number_at("/version");
                        assert_eq!(app.get(path).await.number_at("/version"), version, "{text:?}");
                    }
                }
            }
        }
    }
}

#[actix_web::test]
async fn a_field_with_a_form_of_its_own_takes_no_other_characters() {
    let app = TestApp::start().await;
    app.debate().await;
    let quote = |field: &str, value: String| {
        let mut quote = json!({"source": "text", "backs": {"topic": "llama"}, "exact": "Nobody"});
        quote[field] = value.into();
        quote
    };

    for (text, ..) in TEXTS.iter().filter(|(text, ..)| !text.trim().is_empty()) {
        for (list, field, body) in [
            ("topics", "/slug", json!({"title": "T", "slug": format!("a{text}")})),
            ("topics", "/language", json!({"title": "T", "language": format!("en{text}")})),
            ("topics", "/status", json!({"title": "T", "status": format!("draft{text}")})),
            (
                "sources",
                "/published_on",
                json!({"title": "T", "published_on": format!("2024-07-23{text}")}),
            ),
            ("topics/llama/citations", "/source", quote("source", format!("text{text}"))),
        ] {
            let answer = app.post(&format!("/v1/{list}"), body).await;
            assert_eq!(answer.problem(), (422, "invalid".to_owned()), "{field} {text:?}");
            assert_eq!(answer.faults()[0].0, field, "{text:?}");
        }
    }
    for hostile in ["\0", "\n", "\u{202e}", "\u{feff}", "\u{85}"] {
        let url = format!("https://example.org/{hostile}gpj");
        let answer = app.post("/v1/sources", json!({"title": "T", "url": url})).await;
        assert_eq!(answer.faults(), [("/url".to_owned(), "bad-format".to_owned())], "{hostile:?}");
    }
}

#[actix_web::test]
async fn a_fault_of_a_text_says_what_is_wrong_and_where() {
    let app = TestApp::start().await;

    let body = json!({
        "title": " Vote \u{202e}oN",
        "summary": format!("Za{}lgo", "\u{336}".repeat(31)),
        "tags": ["\u{200b}", "a\u{feff}"],
    });
    let answer = app.post("/v1/topics", body).await;

    assert_snapshot!(answer, @r#"
    422 application/problem+json
    {
      "code": "invalid",
      "detail": "There are 4 faults, named in `errors`.",
      "errors": [
        {
          "code": "bad-character",
          "detail": "has the character U+202E at character 6, which can make a line read as another; the marks U+200E, U+200F and U+061C are allowed for text that runs both ways",
          "pointer": "/title"
        },
        {
          "code": "bad-character",
          "detail": "has more than 30 combining marks in a row from character 2 on",
          "pointer": "/summary"
        },
        {
          "code": "too-short",
          "detail": "must not be empty",
          "pointer": "/tags/0"
        },
        {
          "code": "bad-character",
          "detail": "has the byte order mark U+FEFF at character 1, which no text here may have",
          "pointer": "/tags/1"
        }
      ],
      "instance": "/v1/topics",
      "request_id": "[request]",
      "status": 422,
      "title": "The input is not valid",
      "type": "/problems/invalid"
    }
    "#);
}

#[actix_web::test]
async fn marks_piled_up_and_endless_words_are_refused() {
    let app = TestApp::start().await;
    app.debate().await;
    let piled = format!("Z{}", "\u{336}".repeat(31));
    let endless = "a".repeat(1_000_000);

    for (path, field, form, body) in fields() {
        if matches!(form, Form::Verbatim | Form::Json) {
            app.put(path, body(&piled)).await;
            let answer = app.put(path, body(&endless)).await;
            let is_whole = field == "/text";
            assert_eq!(answer.status(), if is_whole { 200 } else { 422 }, "{field}");
            continue;
        }
        let fault = |code: &str| [(field.to_owned(), code.to_owned())];
        assert_eq!(app.put(path, body(&piled)).await.faults(), fault("bad-character"), "{field}");
        assert_eq!(app.put(path, body(&endless)).await.faults(), fault("too-long"), "{field}");
        let kept = &piled[..piled.len() - "\u{336}".len()];
        let answer = app.put(path, body(kept)).await;
        assert!([200, 201].contains(&answer.status()), "{field} {answer}");
    }
    for query in ["q", "tag", "cursor", "language", "status"] {
        let answer = app.get(&format!("/v1/topics?{query}={}", "a".repeat(2_000))).await;
        assert_eq!(answer.status(), 400, "{answer}");
    }
}

#[actix_web::test]
async fn one_form_of_a_text_finds_the_other() {
    let app = TestApp::start().await;
    let (composed, decomposed) = ("Caf\u{e9}", "Cafe\u{301}");
    let (in_query, in_parts) = ("Caf%C3%A9", "Cafe%CC%81");

    let title = format!("{decomposed} or tea?");
    let topic = app.post("/v1/topics", json!({"title": title, "tags": [decomposed]})).await;

    assert_eq!(topic.text_at("/title"), format!("{composed} or tea?"));
    assert_eq!(topic.text_at("/slug"), "cafe-or-tea");
    for form in [in_query, in_parts] {
        assert_eq!(app.get(&format!("/v1/topics?q={form}")).await.slugs(), ["cafe-or-tea"]);
        assert_eq!(app.get(&format!("/v1/topics?tag={form}")).await.slugs(), ["cafe-or-tea"]);
        app.get(&format!("/v1/topics/{form}-or-tea")).await.expect(404);
    }
    let twice = app.post("/v1/topics", json!({"title": "T", "tags": [composed, decomposed]})).await;
    assert_eq!(twice.at("/tags"), json!([composed]));
}

/// Bodies that are no JSON of the kind that everybody reads alike (RFC 8259, RFC 7493).
fn not_json() -> Vec<(&'static str, Vec<u8>)> {
    let title = |inside: &[u8]| [b"{\"title\": \"", inside, b"\"}"].concat();
    let wide = |units: Vec<[u8; 2]>| units.concat();
    let text = "{\"title\": \"T\"}";
    vec![
        ("nothing", Vec::new()),
        ("white space", b" \r\n\t".to_vec()),
        ("a byte order mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("UTF-16", wide(text.encode_utf16().map(u16::to_le_bytes).collect())),
        (
            "UTF-16 with a mark",
            wide(format!("\u{feff}{text}").encode_utf16().map(u16::to_be_bytes).collect()),
        ),
        ("U+0000 as it is", title(b"a\0b")),
        ("U+0000 after the end", [text.as_bytes(), b"\0"].concat()),
        ("a tab as it is", title(b"a\tb")),
        ("a line break as it is", title(b"a\nb")),
        ("a high surrogate", title(b"\\ud800")),
        ("a low surrogate", title(b"\\udc00")),
        ("two high surrogates", title(b"\\ud800\\ud800")),
        ("surrogates the wrong way round", title(b"\\udc00\\ud800")),
        ("a surrogate and a letter", title(b"\\ud83da")),
        ("a surrogate in a name", b"{\"\\ud800\": 1}".to_vec()),
        ("a byte of no character", title(b"\xff")),
        ("a letter of Latin-1", title(b"caf\xe9")),
        ("an overlong U+0000", title(b"\xc0\x80")),
        ("a surrogate in UTF-8", title(b"\xed\xa0\x80")),
        ("beyond the last character", title(b"\xf4\x90\x80\x80")),
        ("half a character", title(b"\xf0\x9f\xa6")),
        ("an unknown escape", title(b"\\x41")),
        ("an escape cut short", title(b"\\u00")),
        ("two values", b"{} {}".to_vec()),
        ("one half", b"{\"title\": \"T\"".to_vec()),
        ("a comment", b"{} // nothing".to_vec()),
        ("a trailing comma", b"{\"title\": \"T\",}".to_vec()),
        ("single quotes", b"{'title': 'T'}".to_vec()),
        ("no number", b"{\"title\": NaN}".to_vec()),
        ("an endless number", b"{\"title\": Infinity}".to_vec()),
        ("a number beyond all bounds", b"{\"title\": 1e400}".to_vec()),
        ("a number of another base", b"{\"title\": 0x10}".to_vec()),
        ("a leading zero", b"{\"title\": 01}".to_vec()),
        ("a leading plus", b"{\"title\": +1}".to_vec()),
        ("a name twice", b"{\"title\": \"a\", \"title\": \"a\"}".to_vec()),
        ("a name twice, once escaped", b"{\"title\": \"a\", \"\\u0074itle\": \"a\"}".to_vec()),
        ("10,000 brackets", vec![b'['; 10_000]),
        ("10,000 brackets in pairs", [vec![b'['; 10_000], vec![b']'; 10_000]].concat()),
        ("1,000,000 brackets", vec![b'['; 1_000_000]),
        ("100,000 braces", b"{\"a\":".repeat(100_000)),
        ("brackets in a field", [b"{\"origin\": ", &*vec![b'['; 100_000]].concat()),
    ]
}

#[actix_web::test]
async fn what_is_not_json_is_refused_wherever_a_body_is_taken() {
    let app = TestApp::start().await;
    app.debate().await;

    for (what, body) in not_json() {
        for (method, path) in [
            (Method::POST, "/v1/topics"),
            (Method::PUT, "/v1/topics/llama/arguments/new"),
            (Method::PATCH, "/v1/sources/text"),
        ] {
            let answer = app.ask(method, path).body("application/json", body.clone()).await;
            assert_eq!(answer.problem(), (400, "bad-json".to_owned()), "{what}: {answer}");
        }
    }
    let pair = b"{\"title\": \"\\ud83e\\udd99\"}".to_vec();
    let answer = app.ask(Method::POST, "/v1/topics").body("application/json", pair).await;
    assert_eq!(answer.expect(201).text_at("/title"), "🦙");
}

#[actix_web::test]
async fn what_is_large_or_deep_and_json_is_a_fault_of_its_place() {
    let app = TestApp::start().await;
    app.debate().await;
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));

    let origin = format!(
        "{{\"title\": \"T\", \"slug\": \"deep\", \"origin\": {{\"format\": \"f\", \"fields\": {{\"a\": {}}}}}}}",
        nested(20)
    );
    let deep = app.ask(Method::POST, "/v1/topics").body("application/json", origin).await;
    assert_eq!(deep.expect(201).at("/origin/fields/a").to_string(), nested(20));
    let body = nested(100);
    let whole = app.ask(Method::POST, "/v1/topics").body("application/json", body).await;
    assert!([400, 422].contains(&whole.problem().0), "{whole}");

    let many = |item: Value| vec![item; 100_000];
    for (list, field, body) in [
        ("topics", "/tags", json!({"title": "T", "tags": many(json!("a"))})),
        ("sources", "/authors", json!({"title": "T", "authors": many(json!(1))})),
        (
            "topics/llama/relations",
            "/premises",
            json!({"kind": "supports", "premises": many(json!("safe")), "target": {"position": "yes"}}),
        ),
        ("topics/llama/arguments", "/supports", json!({"claim": "C", "supports": many(json!({}))})),
        (
            "topics/llama/arguments",
            "/citations",
            json!({"claim": "C", "citations": many(json!([]))}),
        ),
    ] {
        let answer = app.post(&format!("/v1/{list}"), body).await;
        // A bound on all arrays may come before that of the field.
        assert!([400, 413, 422].contains(&answer.problem().0), "{answer}");
        if answer.status() == 422 {
            assert_eq!(answer.faults(), [(field.to_owned(), "too-many".to_owned())]);
        }
    }
}

#[actix_web::test]
async fn a_number_at_its_bound_is_taken_and_none_beyond() {
    let app = TestApp::start().await;
    app.debate().await;
    let put = async |path: &str, body: String| {
        app.ask(Method::PUT, path).body("application/json", body).await
    };

    for (rank, taken) in [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("-0.0", Some(0)),
        ("1.0", Some(1)),
        ("1e2", Some(100)),
        ("2147483647", Some(2_147_483_647)),
        ("-2147483648", Some(-2_147_483_648)),
        ("2147483648", None),
        ("-2147483649", None),
        ("1.5", None),
        ("1e-1", None),
        ("4294967296", None),
        ("9007199254740991", None),
        ("9007199254740993", None),
        ("9223372036854775807", None),
        ("9223372036854775808", None),
        ("-9223372036854775809", None),
        ("18446744073709551616", None),
        ("1e308", None),
        ("123456789012345678901234567890", None),
    ] {
        let path = "/v1/topics/llama/positions/ranked";
        let answer = put(path, format!("{{\"statement\": \"S\", \"rank\": {rank}}}")).await;
        match taken {
            Some(number) => assert_eq!(answer.number_at("/rank"), number, "{rank}"),
            None => {
                let fault = [("/rank".to_owned(), "out-of-range".to_owned())];
                assert_eq!(answer.faults(), fault, "{rank}");
            }
        }
        let backs =
            "\"source\": \"text\", \"backs\": {\"topic\": \"llama\"}, \"exact\": \"Nobody\"";
        for place in ["start", "end"] {
            let path = "/v1/topics/llama/citations/placed";
            let answer = put(path, format!("{{{backs}, \"{place}\": {rank}}}")).await;
            // A wrong place that is a place is mended.
            if taken.is_some_and(|number| number >= 0) {
                assert_eq!(answer.number_at("/start"), 45, "{place} {rank}: {answer}");
            } else {
                let fault = [(format!("/{place}"), "out-of-range".to_owned())];
                assert_eq!(answer.faults(), fault, "{rank}");
            }
        }
    }
    for wrong in ["\"1\"", "true", "[]", "{}", "\"\""] {
        let path = "/v1/topics/llama/positions/ranked";
        let answer = put(path, format!("{{\"statement\": \"S\", \"rank\": {wrong}}}")).await;
        assert_eq!(answer.faults(), [("/rank".to_owned(), "wrong-type".to_owned())], "{wrong}");
    }
    // Where any JSON is kept, numbers are those of IEEE 754.
    for (given, kept) in [
        ("9007199254740993", json!(9_007_199_254_740_993_i64)),
        ("18446744073709551615", json!(u64::MAX)),
        ("1e308", json!(1e308)),
        ("5e-324", json!(5e-324)),
        ("0.1", json!(0.1)),
    ] {
        let body = format!(
            "{{\"title\": \"T\", \"origin\": {{\"format\": \"f\", \"fields\": {{\"n\": {given}}}}}}}"
        );
        let answer = put("/v1/topics/numbered", body).await;
        assert!([200, 201].contains(&answer.status()), "{given}: {answer}");
        assert_eq!(app.get("/v1/topics/numbered").await.at("/origin/fields/n"), kept);
    }
}

#[actix_web::test]
async fn a_number_in_a_query_is_digits_within_its_bounds() {
    let app = TestApp::start().await;
    app.debate().await;

    for (path, parameter) in [("/v1/topics", "limit"), ("/v1/topics/llama/outline", "depth")] {
        for wrong in [
            "",
            "-1",
            "-0",
            "%2B1",
            "+1",
            "1.0",
            "1e1",
            "0x1",
            "1_0",
            "%201",
            "1%00",
            "a",
            "%D9%A1",
            "101000",
            "2147483648",
            "4294967297",
            "9223372036854775808",
            "18446744073709551617",
            "1e400",
        ] {
            let answer = app.get(&format!("{path}?{parameter}={wrong}")).await;
            assert_eq!(answer.problem(), (400, "bad-parameter".to_owned()), "{wrong}: {answer}");
            let fault = [(parameter.to_owned(), "out-of-range".to_owned())];
            assert_eq!(answer.faults(), fault, "{wrong}");
        }
    }
    for limit in ["1", "100", "001"] {
        app.get(&format!("/v1/topics?limit={limit}")).await.expect(200);
    }
    for limit in ["0", "101"] {
        app.get(&format!("/v1/topics?limit={limit}")).await.expect(400);
    }
}

#[actix_web::test]
async fn a_query_is_read_strictly_to_the_last_escape() {
    let app = TestApp::start().await;
    app.debate().await;

    for (query, parameter, code) in [
        ("q=%00", "q", "bad-character"),
        ("q=a%00b", "q", "bad-character"),
        ("tag=%00", "tag", "bad-character"),
        ("cursor=%00", "cursor", "bad-format"),
        ("language=en%00", "language", "bad-format"),
        ("status=draft%00", "status", "not-allowed"),
        ("%00=1", "\0", "unknown"),
        ("limit%00=1", "limit\0", "unknown"),
        ("q=%FF", "q", "bad-format"),
        ("q=%C0%80", "q", "bad-format"),
        ("q=%ED%A0%80", "q", "bad-format"),
        ("q=%F0%9F", "q", "bad-format"),
        ("%FF=1", "%FF", "bad-format"),
        ("q=%", "q", "bad-format"),
        ("q=%zz", "q", "bad-format"),
        ("q=%1", "q", "bad-format"),
        ("q=100%+sure", "q", "bad-format"),
        ("%zz", "%zz", "bad-format"),
        ("q=%E2%80%AE", "q", "bad-character"),
        ("q=%EF%BB%BF", "q", "bad-character"),
        ("q=%C2%85", "q", "bad-character"),
        ("q=a%0Ab", "q", "bad-character"),
        ("q=", "q", "too-short"),
        ("q=%E2%80%8B", "q", "too-short"),
        ("q", "q", "too-short"),
        ("q=a&q=a", "q", "duplicate"),
        ("q=a&%71=a", "q", "duplicate"),
        ("=", "", "unknown"),
        ("a/b~c=1", "a/b~c", "unknown"),
        ("q[]=a", "q[]", "unknown"),
        ("Q=a", "Q", "unknown"),
    ] {
        let answer = app.get(&format!("/v1/topics?{query}")).await;
        assert_eq!(answer.problem(), (400, "bad-parameter".to_owned()), "{query}: {answer}");
        assert_eq!(answer.faults(), [(parameter.to_owned(), code.to_owned())], "{query}");
    }
    for query in ["", "&", "&&", "q=Is+it+right", "q=Is%20it", "q=100%25", "q=%F0%9F%A6%99"] {
        app.get(&format!("/v1/topics?{query}")).await.expect(200);
    }
    let many = app.get(&format!("/v1/topics?{}", "a=1&".repeat(10_000))).await;
    assert!([400, 414].contains(&many.problem().0), "{many}");
    let different: String = (0..3_000).map(|n| format!("a{n}=1&")).collect();
    let many = app.get(&format!("/v1/topics?{different}")).await;
    assert!([400, 414].contains(&many.problem().0), "{many}");
}

#[actix_web::test]
async fn a_strange_path_names_nothing() {
    let app = TestApp::start().await;
    app.debate().await;

    let long = |n: usize| format!("/v1/topics/{}", "a".repeat(n));
    let deep = |n: usize| format!("/v1/topics{}", "/a".repeat(n));
    for path in [
        "/v1/topics/llama%2Fpositions",
        "/v1/topics%2Fllama",
        "/v1%2Ftopics",
        "/v1/topics/llama%00",
        "/v1/topics/%00",
        "/v1/topics/llama%FF",
        "/v1/topics/%C0%AF",
        "/v1/topics/llama%zz",
        "/v1/topics/%",
        "/v1/topics/%25",
        "/v1/topics/llama%20",
        "/v1/topics/llama%0D%0A",
        "/v1/topics/%F0%9F%A6%99",
        "/v1/topics/ll%E2%80%AEama",
        "/v1/topics/llama;v=1",
        "/v1/topics;v=1/llama",
        "/v1/topics/llama/",
        "/v1/topics/llama//positions",
        "//v1/topics",
        "/v1//topics",
        "/v1/topics/./llama",
        "/v1/topics/../topics",
        "/v1/topics/%2e%2e/topics",
        "/v1/topics/.",
        "/v1/topics/..",
        "/v1/topics/%2E",
        "/v1/topics/llama/positions/..%2Fllama",
        "/v1/../../etc/passwd",
        "/docs/../v1/topics",
        "/docs/%2e%2e/%2e%2e/etc/passwd",
        "/problems/..%2f..%2fetc%2fpasswd",
        "/v1\\topics",
        "/V1/topics",
        "/v1/topics/LLAMA",
        "/v1/topics/-",
        "/v1/topics/null",
        "/v1/topics/00000000-0000-0000-0000-000000000000",
        &long(101),
        &long(10_000),
        &deep(5_000),
    ] {
        for method in [Method::GET, Method::DELETE] {
            let answer = app.ask(method.clone(), path).await;
            let shown = &path[..path.len().min(60)];
            // Below a page that takes any name, a method that is not taken is told first.
            assert!([404, 405, 414].contains(&answer.problem().0), "{method} {shown}: {answer}");
        }
    }
    // Letters may be escaped that need not be (RFC 3986 section 2.3).
    app.get("/v1/topics/%6Clama").await.expect(200);
}

#[actix_web::test]
async fn a_method_that_is_not_taken_is_refused_whatever_it_is_called() {
    let app = TestApp::start().await;
    app.debate().await;
    let long = "M".repeat(100);

    for method in
        ["BREW", "get", "Post", "TRACE", "OPTIONS", "CONNECT", "PROPFIND", "X-BREW", &long]
    {
        for path in ["/v1/topics", "/v1/topics/llama", "/v1/topics/llama/graph", "/health/live"] {
            let answer = app.ask(Method::from_bytes(method.as_bytes()).unwrap(), path).await;
            assert_eq!(answer.problem(), (405, "method-not-allowed".to_owned()), "{method}");
            assert!(answer.header("allow").unwrap().starts_with("GET, HEAD"), "{method}");
        }
    }
}

#[actix_web::test]
async fn a_body_says_what_it_is_or_is_not_read() {
    let app = TestApp::start().await;
    let good = "{\"title\": \"T\"}";

    for media_type in [
        "",
        " ",
        "json",
        "text/json",
        "text/plain",
        "text/plain; application/json",
        "*/*",
        "application/*",
        "application/jsonp",
        "application/json-seq",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json, text/plain",
        "application/json; charset=utf-16",
        "application/json; charset=latin1",
        "application/json; charset=\"\"",
        "application/json; charset=utf-8; charset=utf-16",
    ] {
        let answer = app.ask(Method::POST, "/v1/topics").body(media_type, good).await;
        assert_eq!(answer.problem(), (415, "unsupported-media-type".to_owned()), "{media_type}");
    }
    for media_type in ["application/json", "application/json;", "APPLICATION/JSON; CHARSET=UTF-8"] {
        app.ask(Method::POST, "/v1/topics").body(media_type, good).await.expect(201);
    }
    for coding in ["gzip", "br", "deflate", "identity, gzip", "nonsense", ""] {
        let ask = app.ask(Method::POST, "/v1/topics").body("application/json", "\x1f\u{8b}");
        let answer = ask.header("content-encoding", coding).await;
        assert!([400, 415].contains(&answer.problem().0), "{coding}: {answer}");
    }
}

#[actix_web::test]
async fn a_body_where_none_is_taken_is_no_matter() {
    let app = TestApp::start().await;
    app.debate().await;

    for body in [&b"{\"title\": 1"[..], b"\0\xff", b""] {
        let get = app.get("/v1/topics/llama").body("application/json", body).await;
        assert_eq!(get.expect(200).text_at("/slug"), "llama");
        let delete = app.delete("/v1/topics/nowhere").body("text/plain", body).await;
        assert_eq!(delete.problem(), (404, "not-found".to_owned()));
    }
}

#[actix_web::test]
async fn a_condition_that_is_no_tag_is_refused() {
    let app = TestApp::start().await;
    app.debate().await;

    for header in ["if-match", "if-none-match"] {
        for wrong in
            ["1", "\"1", "1\"", "W/1", "w/\"1\"", "\"1\" \"2\"", "\"1\", *", "*, \"1\"", "''", ""]
        {
            for answer in [
                app.patch("/v1/topics/llama", json!({"summary": "S"})).header(header, wrong).await,
                app.get("/v1/topics/llama").header("if-none-match", wrong).await,
            ] {
                assert_eq!(answer.problem(), (400, "bad-header".to_owned()), "{header} {wrong}");
                assert_eq!(answer.faults()[0].1, "bad-format", "{wrong}");
            }
        }
        let tags = "\"x\", ".repeat(10_000);
        let many = app.patch("/v1/topics/llama", json!({})).header("if-match", &tags).await;
        assert_eq!(many.problem(), (412, "precondition-failed".to_owned()));
    }
}

/// The status of an answer over a socket, and the code of its problem if it has one.
fn told(answer: &str) -> (u16, Option<String>) {
    let status = answer.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    // Another answer may come after it.
    let problem = serde_json::Deserializer::from_str(body).into_iter::<Value>().next();
    let code = problem.and_then(|problem| problem.ok()?["code"].as_str().map(str::to_owned));
    (status.parse().unwrap(), code)
}

/// A request whose bytes no client library would send: its first line, more headers, and its body.
fn raw(line: &[u8], headers: &[u8], body: &[u8]) -> Vec<u8> {
    let fixed = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    [line, fixed, headers, b"\r\n", body].concat()
}

/// The same request, sent with a key.
fn with_key(request: &[u8], key: &str) -> Vec<u8> {
    let end = request.windows(2).position(|two| two == b"\r\n").unwrap();
    let (line, rest) = request.split_at(end);
    [line, format!("\r\nAuthorization: Bearer {key}").as_bytes(), rest].concat()
}

#[actix_web::test]
async fn a_request_that_is_no_http_is_refused_below_the_application() {
    // actix-http answers these itself: it writes the status and no body, and has no hook for one.
    let app = TestApp::start().await;
    let json = "Content-Type: application/json\r\n";
    let body =
        |headers: &str| raw(b"POST /v1/topics", format!("{json}{headers}").as_bytes(), b"{}");
    let get = |headers: &[u8]| raw(b"GET /v1/topics", headers, b"");

    for (what, request, status) in [
        ("U+0000 in the path", raw(b"GET /v1/topics/a\0b", b"", b""), 400),
        ("U+0000 in the query", raw(b"GET /v1/topics?q=\0", b"", b""), 400),
        ("U+0000 in the method", raw(b"G\0T /v1/topics", b"", b""), 400),
        ("U+0000 in a header", get(b"X-A: a\0b\r\n"), 400),
        ("UTF-8 in the path", raw("GET /v1/topics/é".as_bytes(), b"", b""), 400),
        ("a byte of no character in the query", raw(b"GET /v1/topics?q=\xff", b"", b""), 400),
        ("a space in the path", raw(b"GET /v1/to pics", b"", b""), 400),
        ("no version", b"GET /v1/topics\r\n\r\n".to_vec(), 400),
        ("another version", b"GET /v1/topics HTTP/2.0\r\nHost: a\r\n\r\n".to_vec(), 400),
        ("no host", b"GET /v1/topics HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec(), 400),
        ("two hosts", get(b"Host: b\r\n"), 400),
        ("a header over two lines", get(b"X-A: a\r\n b\r\n"), 400),
        ("a space before a colon", get(b"X-A : a\r\n"), 400),
        ("a header without a name", get(b": a\r\n"), 400),
        ("two lengths", body("Content-Length: 2\r\nContent-Length: 3\r\n"), 400),
        ("a negative length", body("Content-Length: -1\r\n"), 400),
        ("a length with a sign", body("Content-Length: +2\r\n"), 400),
        ("a length and chunks", body("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"), 400),
        ("an unknown coding", body("Transfer-Encoding: gzip\r\n"), 400),
        (
            "a path of 100,000 characters",
            raw(&[b"GET /v1/", &*vec![b'a'; 100_000]].concat(), b"", b""),
            400,
        ),
        ("very many headers", get(&b"X-A: a\r\n".repeat(1_000)), 431),
        ("a very long header", get(&[b"X-A: ", &*vec![b'a'; 200_000], b"\r\n"].concat()), 431),
    ] {
        let answer = over_tcp(&app, request).await;
        assert_eq!(told(&answer), (status, None), "{what}: {answer}");
    }
}

#[actix_web::test]
async fn a_request_that_is_http_and_strange_is_answered_like_any_other() {
    let app = TestApp::start().await;
    app.debate().await;
    let json = b"Content-Type: application/json\r\n";
    let chunked = [&json[..], b"Transfer-Encoding: chunked\r\n"].concat();
    let length =
        |length: &str| [&json[..], b"Content-Length: ", length.as_bytes(), b"\r\n"].concat();
    let many: String = (0..60).map(|n| format!("X-{n}: a\r\n")).collect();

    for (what, request, status, code) in [
        (
            "a letter of Latin-1 in a tag",
            raw(b"GET /v1/topics/llama", b"If-None-Match: \"\xe9\"\r\n", b""),
            400,
            Some("bad-header"),
        ),
        (
            "a letter of Latin-1 in a type",
            raw(
                b"POST /v1/topics",
                b"Content-Type: application/json\xe9\r\nContent-Length: 2\r\n",
                b"{}",
            ),
            415,
            Some("unsupported-media-type"),
        ),
        (
            "a letter of Latin-1 in an id",
            raw(b"GET /v1/nowhere", b"X-Request-Id: \xe9\r\n", b""),
            404,
            Some("not-found"),
        ),
        ("a whole address", raw(b"GET http://localhost/v1/topics/llama", b"", b""), 200, None),
        ("a fragment", raw(b"GET /v1/topics/llama#part", b"", b""), 200, None),
        ("the server as a whole", raw(b"OPTIONS *", b"", b""), 404, Some("not-found")),
        ("a tunnel", raw(b"CONNECT localhost:80", b"", b""), 404, Some("not-found")),
        (
            "another protocol",
            raw(b"GET /v1/topics/llama", b"Upgrade: websocket\r\n", b""),
            200,
            None,
        ),
        ("many headers", raw(b"GET /v1/topics/llama", many.as_bytes(), b""), 200, None),
        (
            "chunks",
            raw(b"POST /v1/topics", &chunked, b"2\r\n{}\r\n0\r\n\r\n"),
            422,
            Some("invalid"),
        ),
        ("no bytes", raw(b"POST /v1/topics", &length("0"), b""), 400, Some("bad-json")),
    ] {
        let answer = over_tcp(&app, with_key(&request, app.key())).await;
        assert_eq!(told(&answer), (status, code.map(str::to_owned)), "{what}: {answer}");
    }
    // What breaks off, or cannot be told into chunks, is not answered any more, and changes nothing.
    let body = b"{\"title\": \"T\"}";
    for begun in [
        raw(b"POST /v1/topics", &length("100"), body),
        raw(b"POST /v1/topics", &chunked, &[b"e\r\n", &body[..]].concat()),
        raw(b"POST /v1/topics", &length("2"), b"{}{\"title\": \"T\"}"),
        raw(b"POST /v1/topics", &chunked, &[b"zz\r\n", &body[..], b"\r\n0\r\n\r\n"].concat()),
        raw(b"POST /v1/topics", &chunked, &[b"ffffffffffffffffff\r\n", &body[..]].concat()),
    ] {
        broken_off(&app, with_key(&begun, app.key())).await;
    }
    assert_eq!(app.get("/v1/topics").await.slugs(), ["llama"]);
}
