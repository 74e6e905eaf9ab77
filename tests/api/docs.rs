//! The documentation in the browser, which asks nobody else for anything.

use actix_web::http::Method;

use crate::support::TestApp;

#[actix_web::test]
async fn the_front_door_leads_to_the_documentation() {
    let app = TestApp::start().await;

    for path in ["/", "/docs"] {
        let answer = app.get(path).await.expect(302);
        assert_eq!(answer.header("location"), Some("/docs/"), "{path}");
    }
}

/// What a page of HTML loads: the values of `src` and `href`.
fn loaded(page: &str) -> Vec<&str> {
    let attributes = [" src=\"", " href=\""];
    let values = attributes.iter().flat_map(|attribute| page.split(attribute).skip(1));
    values.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[actix_web::test]
async fn swagger_ui_is_served_with_all_that_it_loads() {
    let app = TestApp::start().await;

    let page = app.get("/docs/").await.expect(200);

    assert_eq!(page.header("content-type"), Some("text/html"), "{page}");
    let files = loaded(page.text());
    assert!(files.len() >= 4, "{page}");
    for file in files {
        assert!(!file.contains("//"), "{file} is from elsewhere");
        let path = format!("/docs/{}", file.trim_start_matches("./"));
        let answer = app.ask(Method::HEAD, &path).await;
        assert_eq!(answer.status(), 200, "{path}");
    }
    let script = app.get("/docs/swagger-initializer.js").await.expect(200);
    assert!(script.text().contains("/openapi.json"), "{script}");
}

#[actix_web::test]
async fn every_page_forbids_what_is_from_elsewhere() {
    let app = TestApp::start().await;

    for path in ["/docs/", "/docs/swagger-initializer.js", "/problems/invalid"] {
        let answer = app.get(path).await.expect(200);
        let policy = answer.header("content-security-policy").expect(path);
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("http"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[actix_web::test]
async fn a_file_that_the_documentation_does_not_have_is_not_found() {
    let app = TestApp::start().await;

    for path in ["/docs/nothing.js", "/docs/../Cargo.toml", "/problems/nothing"] {
        assert_eq!(app.get(path).await.problem(), (404, "not-found".to_owned()), "{path}");
    }
}

#[actix_web::test]
async fn the_schema_of_the_native_format_is_published() {
    let app = TestApp::start().await;

    let schema = app.get("/schemas/debate-1.json").await.expect(200);

    assert_eq!(schema.header("content-type"), Some("application/schema+json"));
    assert_eq!(schema.text_at("/$schema"), "https://json-schema.org/draft/2020-12/schema");
}
