//! The least that a server can do: the same bytes as the program, from memory.
//!
//! It routes as the program does, reads what it is sent, and answers with what was recorded of the
//! program, headers included. What it does a second is the limit of HTTP on this machine.

use std::fs;
use std::path::Path;

use actix_web::guard::fn_guard;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer, Resource, rt};

use crate::arguments::{Arguments, Failure};

/// Method, path and the file with the answer.
const ROUTES: [(&str, &str, &str); 6] = [
    ("GET", "/v1/topics", "list"),
    ("GET", "/v1/topics/{topic}", "topic"),
    ("PATCH", "/v1/topics/{topic}", "patch"),
    ("GET", "/v1/topics/{topic}/outline", "outline"),
    ("POST", "/v1/topics/{topic}/arguments", "create"),
    ("GET", "/v1/search", "search"),
];

/// What the server writes itself.
const OWN_HEADERS: [&str; 4] = ["connection", "content-length", "date", "transfer-encoding"];

#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

pub fn serve(arguments: &Arguments) -> Result<(), Failure> {
    let directory: String = arguments.needed("answers")?;
    let listen: String = arguments.needed("listen")?;
    let workers = arguments.or("workers", std::thread::available_parallelism()?.get())?;
    let mut answers = Vec::new();
    for (method, path, name) in ROUTES {
        let file = Path::new(&directory).join(name);
        if file.exists() {
            answers.push((method, path, Answer::recorded(&fs::read(file)?)?));
        }
    }
    let app = move || {
        let mut app = App::new();
        for (method, path, answer) in &answers {
            app = app.service(resource(method, path, answer));
        }
        app
    };
    let server = HttpServer::new(app).workers(workers).shutdown_timeout(1).bind(listen)?;
    Ok(rt::System::new().block_on(server.run())?)
}

fn resource(method: &'static str, path: &str, answer: &Answer) -> Resource {
    let is_it = fn_guard(move |context| context.head().method.as_str() == method);
    let resource = Resource::new(path).guard(is_it).app_data(Data::new(answer.clone()));
    if method == "GET" { resource.to(give) } else { resource.to(take_and_give) }
}

async fn give(answer: Data<Answer>) -> HttpResponse {
    answer.response()
}

async fn take_and_give(answer: Data<Answer>, _taken: Bytes) -> HttpResponse {
    answer.response()
}

impl Answer {
    /// Of an answer as it came.
    fn recorded(bytes: &[u8]) -> Result<Self, Failure> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or("no head")?;
        let mut lines = std::str::from_utf8(&bytes[..end])?.split("\r\n");
        let status = lines.next().and_then(|line| line.get(9..12)).ok_or("no status")?;
        let mut headers = Vec::new();
        for line in lines {
            let (name, value) = line.split_once(':').ok_or("no header")?;
            if !OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                headers.push((name.parse()?, value.trim().parse()?));
            }
        }
        let body = Bytes::copy_from_slice(&bytes[end + 4..]);
        Ok(Self { status: status.parse()?, headers, body })
    }

    fn response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        for header in &self.headers {
            response.insert_header(header.clone());
        }
        response.body(self.body.clone())
    }
}
