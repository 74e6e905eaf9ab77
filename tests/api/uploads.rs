//! How a file that is imported comes: packed, in pieces, slowly, or not to its end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use flate2::write::GzEncoder;

use crate::imports::{TRAMS, sum};
use crate::problems::on_a_socket;
use crate::support::TestApp;

#[actix_web::test]
async fn a_file_may_come_packed() {
    let app = TestApp::start().await;
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(TRAMS.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    let ask = |coding: &str, bytes: &[u8]| {
        let ask = app.import("?dry_run=true", "application/yaml", bytes);
        ask.header("content-encoding", coding)
    };

    ask("gzip", &packed).await.expect(200);
    ask("zstd", &zstd::encode_all(TRAMS.as_bytes(), 1).unwrap()).await.expect(200);
    ask("identity", TRAMS.as_bytes()).await.expect(200);

    assert_eq!(ask("gzip", TRAMS.as_bytes()).await.problem(), (400, "bad-request".to_owned()));
    assert_eq!(ask("gzip", &packed[..40]).await.problem(), (400, "bad-request".to_owned()));
    let unknown = ask("compress", TRAMS.as_bytes()).await;
    assert_eq!(unknown.problem(), (415, "unsupported-media-type".to_owned()));
}

#[actix_web::test]
async fn a_file_that_is_too_large_is_refused_packed_or_not() {
    let app = TestApp::with_settings(&["--import-largest=10000"]).await;
    let large = format!("{TRAMS}# {}\n", "x".repeat(20_000));
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(large.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    assert!(packed.len() < 1_000);

    let plain = app.import("", "application/yaml", large).await;
    let unpacked =
        app.import("", "application/yaml", packed).header("content-encoding", "gzip").await;

    for refused in [plain, unpacked] {
        assert_eq!(refused.problem(), (413, "body-too-large".to_owned()));
        assert!(refused.text_at("/detail").contains("10000 bytes"), "{refused}");
    }
    assert!(!app.is_there("/v1/topics/trams").await);
}

#[actix_web::test]
async fn files_may_be_larger_than_other_bodies() {
    let app = TestApp::start().await;
    let large = format!("{TRAMS}# {}\n", "x".repeat(15_000_000));

    let report = app
        .import("", "application/yaml", large)
        // What would hold other bodies as a whole.
        .header("idempotency-key", "a-name")
        .await;

    report.expect(200);
    assert!(app.is_there("/v1/topics/trams").await);
}

/// The head of a request that imports a file of YAML.
fn head(app: &TestApp, more: &str) -> String {
    format!(
        "POST /v1/imports HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/yaml\r\n{more}\r\n",
        app.key()
    )
}

fn whole(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[actix_web::test]
async fn a_client_that_disappears_half_way_leaves_nothing() {
    let app = TestApp::start().await;
    let length = format!("Content-Length: {}\r\n", TRAMS.len() + 100);
    for (more, body) in [
        // All topics are there, but the file has not ended.
        (length.as_str(), TRAMS.to_owned()),
        ("Transfer-Encoding: chunked\r\n", format!("{:x}\r\n{TRAMS}\r\n", TRAMS.len())),
    ] {
        let request = format!("{}{body}", head(&app, more)).into_bytes();
        let disappear = |stream: &mut TcpStream| {
            sleep(Duration::from_millis(300));
            stream.shutdown(std::net::Shutdown::Both).unwrap();
        };
        on_a_socket(&app, request, disappear).await;
    }
    assert!(!app.is_there("/v1/topics/trams").await);
    assert!(!app.is_there("/v1/sources/leaflet").await);

    // Nothing is left behind that would be in the way.
    let report = app.import("", "application/yaml", TRAMS).await.expect(200);
    assert_eq!(sum(&report), [6, 0, 0, 0, 0]);
}

#[actix_web::test]
async fn a_file_may_come_slower_than_any_request_may_take() {
    let app = TestApp::with_settings(&["--request-timeout=2", "--body-timeout=1"]).await;
    let request = head(&app, &format!("Content-Length: {}\r\n", TRAMS.len())).into_bytes();

    let answer = on_a_socket(&app, request, |stream| {
        for part in TRAMS.as_bytes().chunks(TRAMS.len() / 7) {
            sleep(Duration::from_millis(500));
            stream.write_all(part).unwrap();
        }
        whole(stream)
    })
    .await;

    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(app.is_there("/v1/topics/trams").await);
}

#[actix_web::test]
async fn a_file_that_stops_coming_is_not_waited_for() {
    let app = TestApp::with_settings(&["--import-timeout=1"]).await;
    let request = format!("{}debatebase: 1\n", head(&app, "Content-Length: 100\r\n")).into_bytes();

    let answer = on_a_socket(&app, request, whole).await;

    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("within 1 seconds"), "{answer}");
}

#[actix_web::test]
async fn a_client_that_asks_whether_to_go_on_is_told_to() {
    let app = TestApp::start().await;
    let more = format!("Content-Length: {}\r\nExpect: 100-continue\r\n", TRAMS.len());

    let answer = on_a_socket(&app, head(&app, &more).into_bytes(), |stream| {
        let mut told = [0; 25];
        stream.read_exact(&mut told).unwrap();
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(TRAMS.as_bytes()).unwrap();
        whole(stream)
    })
    .await;

    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}
