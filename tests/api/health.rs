//! Whether the service is ready, check by check, and which one it is.

use diesel::sql_query;
use diesel_async::RunQueryDsl;
use serde_json::json;

use crate::support::TestApp;

#[actix_web::test]
async fn a_service_says_that_it_lives() {
    let app = TestApp::start().await;

    assert_eq!(app.get("/health/live").await.expect(200).text_at("/status"), "live");
}

#[actix_web::test]
async fn a_ready_service_names_each_check_and_its_state() {
    let app = TestApp::start().await;

    let ready = app.get("/health/ready").await.expect(200);

    let checks = json!({"draining": "no", "database": "reachable", "migrations": "current"});
    assert_eq!(ready.json(), json!({"status": "ready", "checks": checks}));
    assert_eq!(ready.header("cache-control"), Some("no-store"));
}

#[actix_web::test]
async fn a_service_that_is_about_to_stop_is_not_ready_but_answers_on() {
    let app = TestApp::start().await;

    app.state().draining().begin();

    let answer = app.get("/health/ready").await;
    assert_eq!(answer.problem(), (503, "draining".to_owned()));
    assert!(answer.text_at("/detail").starts_with("Failed check: draining."), "{answer}");
    assert_eq!(answer.header("retry-after"), Some("2"));
    app.get("/health/live").await.expect(200);
    app.get("/v1/topics").await.expect(200);
}

#[actix_web::test]
async fn a_service_whose_database_lacks_a_migration_is_not_ready() {
    let app = TestApp::start().await;
    let newest = app.get("/version").await.expect(200).text_at("/migration");

    let undo = "delete from __diesel_schema_migrations where version = \
                (select max(version) from __diesel_schema_migrations)";
    sql_query(undo).execute(&mut app.connection().await).await.unwrap();

    let answer = app.get("/health/ready").await;
    assert_eq!(answer.problem(), (503, "schema-behind".to_owned()));
    let detail = answer.text_at("/detail");
    assert_eq!(detail, format!("Failed check: migrations. The database lacks {newest}."));
    assert_eq!(answer.header("retry-after"), Some("2"));
}

#[actix_web::test]
async fn a_service_works_beside_a_newer_one_that_has_migrated_the_database() {
    let app = TestApp::start().await;

    let later = "insert into __diesel_schema_migrations (version) values ('99991231235959')";
    sql_query(later).execute(&mut app.connection().await).await.unwrap();

    let ready = app.get("/health/ready").await.expect(200);
    assert_eq!(ready.text_at("/checks/migrations"), "ahead");
}

#[actix_web::test]
async fn the_version_says_what_the_program_was_built_from() {
    let app = TestApp::start().await;

    let version = app.get("/version").await.expect(200);

    assert_eq!(version.text_at("/name"), "debatebase");
    assert_eq!(version.text_at("/version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(version.at("/commit"), json!(option_env!("GIT_COMMIT")));
    let migrations = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap();
    let folders = migrations.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
    let newest = folders.map(|entry| entry.file_name().into_string().unwrap()).max();
    assert_eq!(version.at("/migration"), json!(newest));
}
