//! Exports: topics as files, and everything as one stream.

use actix_web::http::Method;
use debatebase::exports::Writable;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::TestApp;

/// A debate with a linked support, an undercut, a quote out of astral text and a draft beside it.
async fn with_a_debate() -> TestApp {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    app.source("leaflet", "Cheap 🚋 trams are quiet.").await;
    let quote = json!({"source": "leaflet", "exact": "🚋 trams", "backs": {"argument": "cheap"}});
    app.post(&topic.path("/citations"), quote).await.expect(201);
    app.post("/v1/topics", json!({"slug": "secret", "title": "Why?", "status": "draft"}))
        .await
        .expect(201);
    app
}

#[actix_web::test]
async fn every_format_is_given_by_its_name_with_its_media_type_and_a_file_name() {
    let app = with_a_debate().await;
    let topics = app.get("/v1/topics").await.json();
    let slug = topics["data"].as_array().unwrap().iter().find(|it| it["status"] == "published");
    let slug = slug.unwrap()["slug"].as_str().unwrap();

    for format in Writable::all() {
        let name = format.format().name();
        let file = app.get(&format!("/v1/topics/{slug}/export?format={name}")).await.expect(200);

        assert_eq!(file.header("content-type").unwrap(), format.content_type());
        let ending = format.format().endings()[0];
        let disposition = format!("attachment; filename=\"{slug}.{ending}\"");
        assert_eq!(file.header("content-disposition").unwrap(), disposition);
        assert!(file.header("link").unwrap().contains("report=true"), "{name}");
        let etag = file.header("etag").unwrap().to_owned();
        let again = app
            .ask(Method::GET, &format!("/v1/topics/{slug}/export?format={name}"))
            .if_none_match(&etag)
            .await;
        again.expect(304);
        let report = app.get(&format!("/v1/topics/{slug}/export?format={name}&report=true")).await;
        assert_eq!(report.expect(200).at("/format"), json!(name));
    }
}

#[actix_web::test]
async fn the_format_is_the_one_that_the_client_likes_best() {
    let app = with_a_debate().await;
    let path = "/v1/topics/llama/export";
    let ask = async |accept: &str| app.ask(Method::GET, path).header("accept", accept).await;

    for (accept, media_type) in [
        ("*/*", "application/vnd.debatebase+json"),
        ("application/yaml", "application/yaml; charset=utf-8"),
        ("application/yaml;q=0.1, application/vnd.aif+json", "application/json"),
        ("text/html, application/x-ndjson;q=0.5", "application/x-ndjson; charset=utf-8"),
        ("application/vnd.xaif+json", "application/vnd.xaif+json"),
    ] {
        let file = ask(accept).await.expect(200);
        assert_eq!(file.header("content-type").unwrap(), media_type, "{accept}");
        assert!(file.header("vary").unwrap().to_lowercase().contains("accept"), "{accept}");
    }
    let refused = ask("image/png").await.expect(406);
    assert_eq!(refused.at("/code"), json!("not-acceptable"));
    let unknown = app.get("/v1/topics/llama/export?format=yamel").await.expect(400);
    assert!(unknown.text_at("/errors/0/detail").contains("did you mean `yaml`?"), "{unknown}");
}

#[actix_web::test]
async fn a_change_of_a_quoted_source_is_another_export() {
    let app = with_a_debate().await;
    let etag = async || {
        let file = app.get("/v1/topics/llama/export?format=yaml").await.expect(200);
        file.header("etag").unwrap().to_owned()
    };
    let before = etag().await;

    app.patch("/v1/sources/leaflet", json!({"licence": "CC BY 4.0"})).await.expect(200);

    assert_ne!(etag().await, before);
    let file = app.get("/v1/topics/llama/export?format=yaml").await.expect(200);
    assert!(file.text().contains("CC BY 4.0"), "the licence travels along");
}

#[actix_web::test]
async fn drafts_are_exported_only_to_those_who_see_them() {
    let app = with_a_debate().await;
    let public = app.without_key();

    public.get("/v1/topics/secret/export").await.expect(404);
    app.get("/v1/topics/secret/export").await.expect(200);
    assert!(!public.get("/v1/export").await.expect(200).text().contains("\"secret\""));
    assert!(app.get("/v1/export").await.expect(200).text().contains("\"secret\""));
}

#[actix_web::test]
async fn everything_imported_into_an_empty_server_is_the_same_export() {
    let app = with_a_debate().await;
    let stream = app.get("/v1/export").await.expect(200).text().to_owned();

    let other = TestApp::start().await;
    let report = other.import("", "application/x-ndjson", stream.clone()).await.expect(200);

    assert_eq!(report.at("/applied"), json!(true), "{report}");
    let again = other.get("/v1/export").await.expect(200);
    assert_eq!(again.text(), stream);
    let last = stream.lines().last().unwrap();
    let counts = last.split("\"sources\"").nth(1).unwrap();
    assert_snapshot!(counts, @r#":2,"topics":2}}"#);
}

#[actix_web::test]
async fn a_topic_exported_and_imported_is_left_as_it_was() {
    let app = with_a_debate().await;
    for (format, media_type) in [
        ("yaml", "application/yaml"),
        ("json", "application/json"),
        ("ndjson", "application/x-ndjson"),
    ] {
        let file = app.get(&format!("/v1/topics/llama/export?format={format}")).await.expect(200);

        let report =
            app.import("?prune=true", media_type, file.text().to_owned()).await.expect(200);

        assert_eq!(report.at("/counts/arguments/left"), json!(3), "{report}");
        for kind in ["sources", "topics", "positions", "arguments", "relations", "citations"] {
            let counts = report.at(&format!("/counts/{kind}"));
            assert_eq!(counts["created"], json!(0), "{format} {kind} {report}");
            assert_eq!(counts["changed"], json!(0), "{format} {kind} {report}");
        }
    }
}
