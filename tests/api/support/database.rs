//! A database for each test: a copy of a template that is migrated, and seeded if need be, once.

use std::sync::LazyLock;
use std::time::Duration;

use debatebase::db::{Conn, Db, migrations};
use debatebase::domain::input;
use debatebase::{imports, keys};
use diesel::sql_query;
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;

use super::server::SERVER;

/// What a test's database holds at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The schema alone.
    Empty,
    /// The debates of the essay.
    Essay,
}

/// A database that others are copied from.
struct Template {
    name: &'static str,
    key: String,
}

static EMPTY: LazyLock<Template> = LazyLock::new(|| template("template_empty", Content::Empty));
static ESSAY: LazyLock<Template> = LazyLock::new(|| template("template_essay", Content::Essay));

fn template(name: &'static str, content: Content) -> Template {
    let key = on_a_runtime(async {
        SERVER.administer(&format!("create database {name}")).await;
        fill(name, content).await
    });
    Template { name, key }
}

/// Migrates an empty database, seeds it if need be, and makes a key that allows everything.
async fn fill(name: &str, content: Content) -> String {
    let url = SERVER.url(name);
    migrations::run(&url).await.unwrap();
    let db = Db::new(&url, 1).unwrap();
    if content == Content::Essay {
        imports::apply(&db, &imports::seeds::essay().unwrap()).await.unwrap();
    }
    let new = json!({"label": "The key of the tests", "scopes": ["admin"]});
    let (_, key) = keys::first::make(&db, input::read(new).unwrap()).await.unwrap();
    db.close();
    key.reveal()
}

/// A database that is dropped with its test. A failed test keeps its own on a server that is still
/// there afterwards, and says where.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    key: Option<String>,
}

impl TestDatabase {
    /// Makes a database with this content.
    pub fn with(content: Content) -> Self {
        let mut database = Self::named();
        let name = &database.name;
        let key = if SERVER.outlives_us() {
            // A template would stay behind, so each database is filled by itself.
            on_a_runtime(async {
                SERVER.administer(&format!("create database {name}")).await;
                fill(name, content).await
            })
        } else {
            let template = match content {
                Content::Empty => &*EMPTY,
                Content::Essay => &*ESSAY,
            };
            let copy = format!("create database {name} template {}", template.name);
            on_a_runtime(SERVER.administer(&copy));
            template.key.clone()
        };
        database.key = Some(key);
        database
    }

    /// Makes a database without a schema.
    pub fn bare() -> Self {
        let database = Self::named();
        on_a_runtime(SERVER.administer(&format!("create database {}", database.name)));
        database
    }

    fn named() -> Self {
        Self { name: format!("debatebase_test_{}", Uuid::now_v7().simple()), key: None }
    }

    /// A key that allows everything, in a database that has a schema.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Where to connect.
    pub fn url(&self) -> String {
        SERVER.url(&self.name)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if std::thread::panicking() {
            if SERVER.outlives_us() {
                eprintln!("the database of this test is kept: psql '{}'", self.url());
            }
            return;
        }
        let name = &self.name;
        on_a_runtime(async move {
            SERVER.administer(&format!("drop database {name} with (force)")).await;
        });
    }
}

/// Comes back when somebody waits for a lock in the database of this connection.
pub async fn somebody_waits(conn: &mut Conn) {
    let seen = async {
        while waiting(conn).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen).await.expect("nobody waits");
}

/// Comes back when nobody waits for a lock in the database of this connection.
pub async fn nobody_waits(conn: &mut Conn) {
    let seen = async {
        while waiting(conn).await > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen).await.expect("somebody still waits");
}

/// How many wait for a lock.
async fn waiting(conn: &mut Conn) -> usize {
    let waiting = "select 1 from pg_stat_activity \
                   where datname = current_database() and wait_event_type = 'Lock'";
    sql_query(waiting).execute(conn).await.unwrap()
}

/// Runs some work on a runtime of several threads, which diesel's migrations need and a test's own
/// runtime is not.
pub fn on_a_runtime<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(work)
        });
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
