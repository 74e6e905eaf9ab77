//! Pages: limits, cursors, orders, counts and links, alike in every list.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// Every list of a topic, in every order.
const BELOW_A_TOPIC: [&str; 4] = ["positions", "arguments", "relations", "citations"];

/// Given a topic with seven records of each kind, some of them changed.
async fn seven_of_each(app: &TestApp) {
    app.source("text", "a1 a2 a3 a4 a5 a6 a7").await;
    let topic = app.topic("llama").await;
    // Neither the order of the slugs nor that of the changes is that of the making.
    for slug in ["a4", "a1", "a7", "a2", "a6", "a3", "a5"] {
        topic.position(slug).await;
        topic.argument(slug).await;
        topic.relation(slug, "supports", &[slug], json!({"position": slug})).await;
        topic.citation(slug, "text", slug, json!({"argument": slug})).await;
    }
    for slug in ["a6", "a1", "a4"] {
        let origin = json!({"origin": {"format": "aif"}});
        for list in BELOW_A_TOPIC {
            let path = topic.path(&format!("/{list}/{slug}"));
            app.patch(&path, origin.clone()).await.expect(200);
        }
    }
    for slug in ["one", "two", "three", "four", "five"] {
        app.topic(slug).await;
        app.source(slug, "Words.").await;
    }
    app.patch("/v1/topics/two", json!({"summary": "Changed."})).await.expect(200);
    app.patch("/v1/sources/three", json!({"publisher": "Changed."})).await.expect(200);
}

/// All items of a list, page by page, along the `Link` headers.
async fn walk(app: &TestApp, path: &str) -> Vec<Answer> {
    let mut pages = vec![app.get(path).await.expect(200)];
    while let Some(next) = next_link(&pages[pages.len() - 1]) {
        assert!(pages.len() < 20, "the pages of {path} do not end");
        pages.push(app.get(&next).await.expect(200));
    }
    pages
}

fn next_link(page: &Answer) -> Option<String> {
    let link = page.header("link")?;
    let address = link.strip_prefix('<')?.strip_suffix(">; rel=\"next\"");
    Some(address.unwrap_or_else(|| panic!("no link to a next page: {link}")).to_owned())
}

fn items(pages: &[Answer]) -> Vec<Value> {
    let data = pages.iter().map(|page| page.at("/data"));
    data.flat_map(|data| data.as_array().unwrap().clone()).collect()
}

#[actix_web::test]
async fn the_pages_of_every_list_and_order_give_each_item_once() {
    let app = TestApp::start().await;
    seven_of_each(&app).await;
    let mut lists = Vec::new();
    for order in ["created", "updated", "slug"] {
        for list in BELOW_A_TOPIC {
            lists.push((format!("/v1/topics/llama/{list}"), order, 7));
        }
        lists.push(("/v1/topics".to_owned(), order, 6));
        lists.push(("/v1/sources".to_owned(), order, 6));
    }
    lists.push(("/v1/topics/llama/positions".to_owned(), "rank", 7));

    for (path, order, count) in lists {
        let up = items(&[app.get(&format!("{path}?sort={order}&limit=100")).await.expect(200)]);
        assert_eq!(up.len(), count, "{path} by {order}");
        let key = |item: &Value| match order {
            "slug" => item["slug"].to_string(),
            "rank" => format!("{:010}", item["rank"].as_i64().unwrap()),
            order => item[format!("{order}_at")].to_string(),
        };
        assert!(up.is_sorted_by_key(key), "{path} by {order}");

        let mut down = items(&walk(&app, &format!("{path}?sort=-{order}&limit=1")).await);
        down.reverse();
        assert_eq!(down, up, "{path} by {order}, backwards");
        for limit in [1, 2, 3, count, count + 1] {
            let pages = walk(&app, &format!("{path}?sort={order}&limit={limit}")).await;
            assert_eq!(pages.len(), count.div_ceil(limit), "{path} by {order}");
            assert_eq!(items(&pages), up, "{path} by {order}");
        }
    }
}

#[actix_web::test]
async fn the_quotes_of_a_source_come_in_pages_too() {
    let app = TestApp::start().await;
    seven_of_each(&app).await;
    // Equal places are told apart by the id.
    app.post(
        "/v1/topics/llama/citations",
        json!({"slug": "same", "source": "text", "exact": "a3", "backs": {"topic": "llama"}}),
    )
    .await
    .expect(201);

    let all = items(&[app.get("/v1/sources/text/citations").await]);
    let paged = items(&walk(&app, "/v1/sources/text/citations?limit=3").await);

    let slugs: Vec<_> = all.iter().map(|item| item["slug"].as_str().unwrap()).collect();
    assert_eq!(slugs, ["a1", "a2", "a3", "same", "a4", "a5", "a6", "a7"]);
    assert_eq!(paged, all);
}

#[actix_web::test]
async fn filters_hold_on_every_page() {
    let app = TestApp::start().await;
    for n in 0..6 {
        let tag = if n % 2 == 0 { "even" } else { "odd" };
        let new = json!({"slug": format!("t{n}"), "title": "Even or odd?", "tags": [tag]});
        app.post("/v1/topics", new).await.expect(201);
    }

    let pages = walk(&app, "/v1/topics?tag=even&q=EVEN%20or&limit=1&sort=slug").await;

    let slugs: Vec<_> = pages.iter().flat_map(Answer::slugs).collect();
    assert_eq!(slugs, ["t0", "t2", "t4"]);
}

#[actix_web::test]
async fn a_page_has_twenty_items_unless_another_limit_is_given() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    for n in 0..21 {
        topic.position(&format!("p{n}")).await;
    }

    let page = app.get("/v1/topics/llama/positions").await.expect(200);
    let rest = app.get(&next_link(&page).unwrap()).await.expect(200);

    assert_eq!((page.slugs().len(), rest.slugs().len()), (20, 1));
}

#[actix_web::test]
async fn the_last_page_has_no_cursor_and_no_link() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.topic("alpaca").await;

    let first = app.get("/v1/topics?limit=1").await.expect(200);
    let exact = app.get("/v1/topics?limit=2").await.expect(200);

    assert!(first.at("/page/next_cursor").is_string());
    for last in [app.get(&next_link(&first).unwrap()).await, exact] {
        assert_eq!(last.at("/page"), json!({"next_cursor": null}));
        assert_eq!(last.header("link"), None);
    }
}

#[actix_web::test]
async fn an_empty_list_is_a_page_without_items() {
    let app = TestApp::start().await;

    let answer = app.get("/v1/sources?count=exact").await;

    assert_snapshot!(answer, @r#"
    200 application/json
    {
      "data": [],
      "page": {
        "next_cursor": null,
        "total": 0
      }
    }
    "#);
}

#[actix_web::test]
async fn the_link_keeps_the_parameters_and_leads_on_by_the_cursor() {
    let app = TestApp::start().await;
    seven_of_each(&app).await;

    let page = app.get("/v1/topics/llama/positions?limit=2&sort=-slug&count=exact").await;

    let cursor = page.text_at("/page/next_cursor");
    let expected =
        format!("/v1/topics/llama/positions?count=exact&limit=2&sort=-slug&cursor={cursor}");
    assert_eq!(next_link(&page), Some(expected));
}

#[actix_web::test]
async fn the_total_is_counted_when_it_is_asked_for() {
    let app = TestApp::start().await;
    seven_of_each(&app).await;

    for (path, total) in [
        ("/v1/topics?count=exact&limit=2", 6),
        ("/v1/topics?count=exact&q=is+it+right:+t", 2),
        ("/v1/sources?count=exact", 6),
        ("/v1/topics/llama/positions?count=exact&limit=1", 7),
        ("/v1/topics/llama/arguments?count=exact&position=a1", 1),
        ("/v1/topics/llama/relations?count=exact&premise=a1", 1),
        ("/v1/topics/llama/citations?count=exact&source=text", 7),
        ("/v1/sources/text/citations?count=exact&limit=1", 7),
    ] {
        assert_eq!(app.get(path).await.expect(200).number_at("/page/total"), total, "{path}");
    }
    let unasked = app.get("/v1/topics?limit=2").await.at("/page");
    assert_eq!(unasked.as_object().unwrap().keys().collect::<Vec<_>>(), ["next_cursor"]);
}

#[actix_web::test]
async fn a_page_goes_on_where_the_last_one_ended_whatever_was_added_meanwhile() {
    let app = TestApp::start().await;
    for slug in ["b", "d", "f"] {
        app.topic(slug).await;
    }
    let first = app.get("/v1/topics?sort=slug&limit=2").await.expect(200);

    for slug in ["a", "c", "e"] {
        app.topic(slug).await;
    }
    app.delete("/v1/topics/d").await.expect(204);

    let second = app.get(&next_link(&first).unwrap()).await.expect(200);
    assert_eq!(
        (first.slugs(), second.slugs()),
        (vec!["b".into(), "d".into()], vec!["e".into(), "f".into()])
    );
}

#[actix_web::test]
async fn a_cursor_may_go_on_with_another_limit_and_count() {
    let app = TestApp::start().await;
    seven_of_each(&app).await;
    let path = "/v1/topics/llama/positions?sort=slug";
    let cursor = app.get(&format!("{path}&limit=2")).await.text_at("/page/next_cursor");

    let rest = app.get(&format!("{path}&limit=9&count=exact&cursor={cursor}")).await.expect(200);

    assert_eq!(rest.slugs(), ["a3", "a4", "a5", "a6", "a7"]);
}

#[actix_web::test]
async fn a_cursor_of_another_query_is_refused() {
    let app = TestApp::start().await;
    seven_of_each(&app).await;
    let given = app.get("/v1/topics/llama/arguments?limit=2&sort=slug").await;
    let cursor = given.text_at("/page/next_cursor");

    for query in [
        "/v1/topics/llama/arguments?sort=-slug",
        "/v1/topics/llama/arguments?sort=updated",
        "/v1/topics/llama/arguments?limit=2",
        "/v1/topics/llama/arguments?sort=slug&position=a1",
        "/v1/topics/llama/positions?sort=slug",
        "/v1/topics/one/arguments?sort=slug",
        "/v1/topics?sort=slug",
        "/v1/sources/text/citations?limit=2",
    ] {
        let joint = if query.contains('?') { '&' } else { '?' };
        let answer = app.get(&format!("{query}{joint}cursor={cursor}")).await;
        assert_eq!(answer.problem(), (409, "bad-cursor".to_owned()), "{query}");
    }
}

#[actix_web::test]
async fn a_forged_cursor_is_refused_or_harmless() {
    let app = TestApp::start().await;
    app.topic("a").await;
    app.topic("b").await;
    for (sort, keys) in [
        (
            "slug",
            vec![
                json!({"Text": "a\u{0}"}),
                json!({"Text": "No Slug"}),
                json!({"Time": "2024-01-01T00:00:00Z"}),
            ],
        ),
        (
            "updated",
            vec![json!({"Time": "+200000-01-01T00:00:00Z"}), json!({"Text": "a"}), json!("Id")],
        ),
    ] {
        let path = format!("/v1/topics?sort={sort}&limit=1");
        let cursor = app.get(&path).await.text_at("/page/next_cursor");
        let sealed = URL_SAFE_NO_PAD.decode(cursor).unwrap();
        for key in keys {
            let mut forged: Value = serde_json::from_slice(&sealed).unwrap();
            forged["a"]["key"] = key.clone();
            let forged = URL_SAFE_NO_PAD.encode(forged.to_string());
            let answer = app.get(&format!("{path}&cursor={forged}")).await;
            assert_eq!(answer.problem(), (409, "bad-cursor".to_owned()), "{sort} {key}");
        }
    }
}

#[actix_web::test]
async fn a_damaged_cursor_is_refused() {
    let app = TestApp::start().await;
    seven_of_each(&app).await;
    let given = app.get("/v1/topics?limit=2").await;
    let cursor = given.text_at("/page/next_cursor");

    let half = &cursor[..cursor.len() / 2];
    for damaged in [half, "x", "bm8", "e30"] {
        let answer = app.get(&format!("/v1/topics?limit=2&cursor={damaged}")).await;
        assert_eq!(answer.problem(), (409, "bad-cursor".to_owned()), "{damaged}");
    }
    for none in ["", &*"a".repeat(1001), "%F0%9F%A6%99", "a%3D"] {
        let answer = app.get(&format!("/v1/topics?limit=2&cursor={none}")).await;
        assert_eq!(answer.problem(), (400, "bad-parameter".to_owned()));
        assert_eq!(answer.faults(), [("cursor".to_owned(), "bad-format".to_owned())]);
    }
}

#[actix_web::test]
async fn a_limit_is_a_whole_number_from_1_to_100() {
    let app = TestApp::start().await;

    for limit in ["1", "100", "007"] {
        app.get(&format!("/v1/topics?limit={limit}")).await.expect(200);
    }
    for limit in
        ["0", "101", "-1", "1.5", "ten", "", "+5", "%205", "99999999999999999999", "%D9%A3"]
    {
        let answer = app.get(&format!("/v1/topics?limit={limit}")).await;
        assert_eq!(answer.problem(), (400, "bad-parameter".to_owned()), "{limit}");
        assert_eq!(answer.faults(), [("limit".to_owned(), "out-of-range".to_owned())], "{limit}");
    }
}

#[actix_web::test]
async fn every_parameter_that_is_wrong_is_named() {
    let app = TestApp::start().await;

    let answer =
        app.get("/v1/topics?limit=0&sort=title&sort=slug&count=all&stauts=draft&q=%00").await;

    assert_snapshot!(answer, @r#"
    400 application/problem+json
    {
      "code": "bad-parameter",
      "detail": "There are 5 faults, named in `errors`.",
      "errors": [
        {
          "code": "duplicate",
          "detail": "is given twice",
          "parameter": "sort"
        },
        {
          "code": "unknown",
          "detail": "is not known here; did you mean `status`?",
          "parameter": "stauts"
        },
        {
          "code": "bad-character",
          "detail": "has the control character U+0000 at character 0, which no text here may have",
          "parameter": "q"
        },
        {
          "code": "out-of-range",
          "detail": "must be a whole number from 1 to 100",
          "parameter": "limit"
        },
        {
          "code": "not-allowed",
          "detail": "must be: exact",
          "parameter": "count"
        }
      ],
      "instance": "/v1/topics",
      "request_id": "[request]",
      "status": 400,
      "title": "A query parameter is not right",
      "type": "/problems/bad-parameter"
    }
    "#);
}

#[actix_web::test]
async fn a_client_that_has_the_page_is_spared_it() {
    let app = TestApp::start().await;
    seven_of_each(&app).await;

    for path in [
        "/v1/topics?limit=2",
        "/v1/sources?limit=2",
        "/v1/sources/text/citations?limit=2",
        "/v1/topics/llama/positions?limit=2",
        "/v1/topics/llama/arguments?limit=2",
        "/v1/topics/llama/relations?limit=2",
        "/v1/topics/llama/citations?limit=2",
    ] {
        let page = app.get(path).await.expect(200);
        let spared = app.get(path).if_none_match(page.etag()).await;
        assert_eq!((spared.status(), spared.text()), (304, ""), "{path}");
        assert_eq!(spared.etag(), page.etag());
        assert_eq!(spared.header("link"), page.header("link"));
        app.get(path).if_none_match("\"another\"").await.expect(200);
    }
}
