//! The application over a test's database, and how it is asked.

use std::pin::Pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::rt::time::sleep;
use actix_web::test::{self, TestRequest};
use clap::Parser;
use debatebase::access::Policy;
use debatebase::app::{self, State};
use debatebase::config::Config;
use debatebase::db::{Conn, Db, Patience, connect, migrations};
use debatebase::domain::input;
use debatebase::keys;
use serde_json::{Value, json};
use tokio::task::AbortHandle;

use super::answer::Answer;
use super::database::{Content, TestDatabase, on_a_runtime};
use super::server::OwnPostgres;

type Answering = Pin<Box<dyn Future<Output = HttpResponse>>>;

/// The application, with a database of its own, asked with a key that allows everything.
pub struct TestApp {
    service: Rc<dyn Fn(TestRequest) -> Answering>,
    state: State,
    db: Db,
    /// The key that requests are sent with.
    key: Option<String>,
    url: String,
    following: Option<AbortHandle>,
    // Last, so that it is dropped when nothing uses it any more.
    database: Option<Rc<TestDatabase>>,
}

/// How many connections a test has at most; so many requests are truly answered at once.
const CONNECTIONS: usize = 24;

impl TestApp {
    /// An application that holds nothing yet.
    pub async fn start() -> Self {
        Self::over(Rc::new(TestDatabase::with(Content::Empty)), Policy::ByKey).await
    }

    /// An application that holds the debates of the essay.
    pub async fn seeded() -> Self {
        Self::over(Rc::new(TestDatabase::with(Content::Essay)), Policy::ByKey).await
    }

    /// An application that holds the debates of the essay and lets nobody write.
    pub async fn read_only() -> Self {
        Self::over(Rc::new(TestDatabase::with(Content::Essay)), Policy::ReadOnly).await
    }

    /// The same application, over the same database, where nobody may write.
    pub async fn closed_to_changes(&self) -> Self {
        Self::over(self.own_database(), Policy::ReadOnly).await
    }

    /// The same, started again.
    pub async fn restarted(&self) -> Self {
        Self::over(self.own_database(), Policy::ByKey).await
    }

    /// An application over a database that somebody else sees to.
    pub async fn over_url(url: &str) -> Self {
        let db = Db::new(url, CONNECTIONS).unwrap();
        let state = State::new(db.clone(), Policy::ByKey);
        Self::of(state, db, url.to_owned(), None).await
    }

    /// An application over a PostgreSQL of the test's own, with a key that may write.
    pub async fn writing_to(postgres: &OwnPostgres) -> Self {
        let url = postgres.url("postgres");
        on_a_runtime(async { migrations::run(&url).await.unwrap() });
        let app = Self::over_url(&url).await;
        let new = json!({"label": "The key of this test", "scopes": ["write"]});
        let (_, key) = keys::first::make(app.db(), input::read(new).unwrap()).await.unwrap();
        app.with_key(&key.reveal())
    }

    /// The same application, asked without a key.
    pub fn without_key(&self) -> Self {
        self.asked(None)
    }

    /// The same application, asked with this key.
    pub fn with_key(&self, key: &str) -> Self {
        self.asked(Some(key.to_owned()))
    }

    fn asked(&self, key: Option<String>) -> Self {
        Self {
            service: Rc::clone(&self.service),
            state: self.state.clone(),
            db: self.db.clone(),
            key,
            url: self.url.clone(),
            following: self.following.clone(),
            database: self.database.clone(),
        }
    }

    /// The key that requests are sent with.
    pub fn key(&self) -> &str {
        self.key.as_deref().expect("there is no key")
    }

    /// An application over a database that a test made by itself.
    pub async fn over_database(database: TestDatabase) -> Self {
        Self::over(Rc::new(database), Policy::ByKey).await
    }

    /// An application that holds nothing yet and has the settings of a command line.
    pub async fn with_settings(settings: &[&str]) -> Self {
        let command = ["debatebase"].into_iter().chain(settings.iter().copied());
        let config = Config::parse_from(command);
        let database = Rc::new(TestDatabase::with(Content::Empty));
        let url = database.url();
        let limits = &config.server.limits;
        let patience = Patience::within(limits.request_timeout);
        let db = Db::for_requests(&url, CONNECTIONS, 0, patience).unwrap();
        let state = State::new(db.clone(), Policy::ByKey).with_limits(limits);
        Self::of(state, db, url, Some(database)).await
    }

    /// An application that holds nothing yet and keeps finished answers.
    pub async fn keeping_answers() -> Self {
        let database = Rc::new(TestDatabase::with(Content::Empty));
        let url = database.url();
        let db = Db::new(&url, CONNECTIONS).unwrap();
        let state = State::new(db.clone(), Policy::ByKey).with_cache(64_000_000);
        let following = db.follow_changes(&url).unwrap().abort_handle();
        while !db.changes().are_known(Instant::now()) {
            sleep(Duration::from_millis(5)).await;
        }
        let app = Self::of(state, db, url, Some(database)).await;
        Self { following: Some(following), ..app }
    }

    /// Hears no more of what other programs change.
    pub fn stop_following(&self) {
        self.following.as_ref().expect("nothing is kept").abort();
    }

    async fn over(database: Rc<TestDatabase>, policy: Policy) -> Self {
        let url = database.url();
        let db = Db::new(&url, CONNECTIONS).unwrap();
        let state = State::new(db.clone(), policy);
        Self::of(state, db, url, Some(database)).await
    }

    async fn of(state: State, db: Db, url: String, database: Option<Rc<TestDatabase>>) -> Self {
        let service = Rc::new(test::init_service(app::build(&state)).await);
        let service = Rc::new(move |request: TestRequest| -> Answering {
            let answering = service.call(request.to_request());
            Box::pin(async move {
                match answering.await {
                    Ok(answer) => answer.into_parts().1,
                    // What the server itself would write.
                    Err(error) => error.error_response(),
                }
            })
        });
        let key = database.as_ref().and_then(|database| database.key()).map(str::to_owned);
        Self { service, state, db, key, url, following: None, database }
    }

    /// A connection of the test's own, for what the API cannot do.
    pub async fn connection(&self) -> Conn {
        connect(&self.database_url()).await.unwrap()
    }

    /// The address of the test's database.
    pub fn database_url(&self) -> String {
        self.url.clone()
    }

    fn own_database(&self) -> Rc<TestDatabase> {
        Rc::clone(self.database.as_ref().expect("the database is somebody else's"))
    }

    /// The database, as the application knows it.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// What a server of this application is built of.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Asks with any method.
    pub fn ask(&self, method: Method, path: &str) -> Ask {
        let request = TestRequest::with_uri(path).method(method);
        let ask = Ask { service: Rc::clone(&self.service), request };
        match &self.key {
            Some(key) => ask.header("authorization", &format!("Bearer {key}")),
            None => ask,
        }
    }

    /// Asks for what is there.
    pub fn get(&self, path: &str) -> Ask {
        self.ask(Method::GET, path)
    }

    /// Sends something new.
    pub fn post(&self, path: &str, body: Value) -> Ask {
        self.ask(Method::POST, path).json(body)
    }

    /// Puts something in its place.
    pub fn put(&self, path: &str, body: Value) -> Ask {
        self.ask(Method::PUT, path).json(body)
    }

    /// Changes something.
    pub fn patch(&self, path: &str, body: Value) -> Ask {
        self.ask(Method::PATCH, path).json(body)
    }

    /// Deletes something.
    pub fn delete(&self, path: &str) -> Ask {
        self.ask(Method::DELETE, path)
    }
}

/// A request that is answered when it is awaited.
pub struct Ask {
    service: Rc<dyn Fn(TestRequest) -> Answering>,
    request: TestRequest,
}

impl Ask {
    /// With a header.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).unwrap();
        self.request = self.request.insert_header((HeaderName::from_static(name), value));
        self
    }

    /// From a client at this address and port.
    pub fn from(mut self, client: &str) -> Self {
        self.request = self.request.peer_addr(client.parse().unwrap());
        self
    }

    /// With `If-Match`.
    pub fn if_match(self, tag: &str) -> Self {
        self.header("if-match", tag)
    }

    /// With `If-None-Match`.
    pub fn if_none_match(self, tag: &str) -> Self {
        self.header("if-none-match", tag)
    }

    /// With a body of any kind.
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.request =
            self.request.insert_header((CONTENT_TYPE, media_type)).set_payload(body.into());
        self
    }

    fn json(self, body: impl Into<Value>) -> Self {
        self.body("application/json", body.into().to_string())
    }
}

impl IntoFuture for Ask {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer>>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { service, request } = self;
        Box::pin(async move {
            let response = service(request).await;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = to_bytes(response.into_body()).await.unwrap();
            Answer::new(status, headers, body.to_vec())
        })
    }
}
