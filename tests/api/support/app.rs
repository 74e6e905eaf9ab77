//! The application over a test's database, and how it is asked.

use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::test::{self, TestRequest};
use debatebase::access::Policy;
use debatebase::app::{self, State};
use debatebase::db::{Conn, Db, connect};
use serde_json::Value;

use super::answer::Answer;
use super::database::{Content, TestDatabase};

type Answering = Pin<Box<dyn Future<Output = ServiceResponse>>>;

/// The application, with a database of its own, asked with a key that allows everything.
pub struct TestApp {
    service: Rc<dyn Fn(TestRequest) -> Answering>,
    state: State,
    db: Db,
    /// The key that requests are sent with.
    key: Option<String>,
    // Last, so that it is dropped when nothing uses it any more.
    database: Rc<TestDatabase>,
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
        Self::over(Rc::clone(&self.database), Policy::ReadOnly).await
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
            database: Rc::clone(&self.database),
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

    async fn over(database: Rc<TestDatabase>, policy: Policy) -> Self {
        let db = Db::new(&database.url(), CONNECTIONS).unwrap();
        let state = State::new(db.clone(), policy);
        let service = Rc::new(test::init_service(app::build(&state)).await);
        let service = Rc::new(move |request: TestRequest| -> Answering {
            let answering = service.call(request.to_request());
            Box::pin(async move { answering.await.unwrap() })
        });
        let key = database.key().map(str::to_owned);
        Self { service, state, db, key, database }
    }

    /// A connection of the test's own, for what the API cannot do.
    pub async fn connection(&self) -> Conn {
        connect(&self.database_url()).await.unwrap()
    }

    /// The address of the test's database.
    pub fn database_url(&self) -> String {
        self.database.url()
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
            let body = test::read_body(response).await;
            // A picture is no text, and nobody looks at it.
            Answer::new(status, headers, String::from_utf8_lossy(&body).into_owned())
        })
    }
}
