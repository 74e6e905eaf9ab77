//! The PostgreSQL that all tests of the process share.
//!
//! By default it is the process's own, in a directory that is removed when the process ends,
//! however it ends. With `TEST_DATABASE_URL` it is the one that the variable names.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use debatebase::db::connect;
use debatebase::db::launcher::{Durability, LocalPostgres, Options};
use diesel_async::SimpleAsyncConnection;

/// Where the tests' databases are made.
pub enum Server {
    /// The process's own.
    Own { postgres: Box<LocalPostgres>, _remover: Remover },
    /// Somebody else's: the address of a database on it.
    Given(url::Url),
}

/// The server, started by the first test that needs it.
pub static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

impl Server {
    fn start() -> Self {
        if let Some(given) = std::env::var_os("TEST_DATABASE_URL") {
            let given = given.into_string().expect("TEST_DATABASE_URL is not UTF-8");
            return Self::Given(given.parse().expect("TEST_DATABASE_URL is not an address"));
        }
        let directory = fresh_directory();
        // Before PostgreSQL starts: the tests may be interrupted on the way.
        let remover = Remover::of(&directory).expect("`sh` cannot be run");
        let pg_bin = std::env::var_os("PG_BIN");
        let options = Options {
            data_dir: &directory,
            pg_bin: pg_bin.as_deref().map(Path::new),
            durability: Durability::ForTests,
            settings: &[],
        };
        let postgres = LocalPostgres::start(&options).unwrap_or_else(|error| panic!("{error}"));
        Self::Own { postgres: Box::new(postgres), _remover: remover }
    }

    /// The address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        match self {
            Self::Own { postgres, .. } => postgres.url(database),
            Self::Given(url) => {
                let mut url = url.clone();
                url.set_path(database);
                url.into()
            }
        }
    }

    /// What the server logs to, if it is the process's own.
    pub fn log_file(&self) -> Option<PathBuf> {
        match self {
            Self::Own { postgres, .. } => Some(postgres.log_file()),
            Self::Given(_) => None,
        }
    }

    /// Whether the server is there after the tests, and with it what they leave.
    pub fn outlives_us(&self) -> bool {
        matches!(self, Self::Given(_))
    }

    /// Has the server do something that is done outside the tests' databases.
    pub async fn administer(&self, sql: &str) {
        let url = match self {
            Self::Own { postgres, .. } => postgres.url("postgres"),
            Self::Given(url) => url.to_string(),
        };
        let mut connection = connect(&url).await.unwrap();
        connection.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

/// A PostgreSQL of one test, to be killed, or to be set up in another way.
pub struct OwnPostgres {
    directory: PathBuf,
    settings: Vec<String>,
    postgres: Option<LocalPostgres>,
    _remover: Remover,
}

impl OwnPostgres {
    /// Starts one with these settings, each as `name=value`.
    pub fn start(settings: &[&str]) -> Self {
        let directory = fresh_directory();
        let remover = Remover::of(&directory).expect("`sh` cannot be run");
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        let mut own = Self { directory, settings, postgres: None, _remover: remover };
        own.start_again();
        own
    }

    /// Kills its main process, so that it has no time to say anything to anybody.
    pub fn kill(&mut self) {
        let postgres = self.postgres.take().unwrap();
        let pid = nix::unistd::Pid::from_raw(postgres.pid());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    }

    /// Starts it again, over the same data.
    pub fn start_again(&mut self) {
        let settings: Vec<&str> = self.settings.iter().map(String::as_str).collect();
        let pg_bin = std::env::var_os("PG_BIN");
        let options = Options {
            data_dir: &self.directory,
            pg_bin: pg_bin.as_deref().map(Path::new),
            durability: Durability::ForTests,
            settings: &settings,
        };
        let postgres = LocalPostgres::start(&options).unwrap_or_else(|error| panic!("{error}"));
        self.postgres = Some(postgres);
    }

    /// The address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        self.postgres.as_ref().unwrap().url(database)
    }

    /// The file that it logs to.
    pub fn log_file(&self) -> PathBuf {
        self.postgres.as_ref().unwrap().log_file()
    }
}

fn fresh_directory() -> PathBuf {
    let directory =
        std::env::temp_dir().join(format!("debatebase-test-{}", uuid::Uuid::now_v7().simple()));
    std::fs::create_dir(&directory).unwrap();
    directory
}

/// A shell that waits for the end of this process, lets PostgreSQL end (which the launcher sees
/// to), and removes its directory. Nothing in this process lives to do it: a static is never
/// dropped, and a killed process drops nothing.
pub struct Remover {
    // Its input, which nothing is written to, ends with this process.
    _shell: Child,
}

impl Remover {
    fn of(directory: &Path) -> io::Result<Self> {
        let script = r#"
            read -r line
            tries=0
            while [ -e "$1/postgres/postmaster.pid" ] && [ $tries -lt 100 ]; do
                sleep 0.1; tries=$((tries + 1))
            done
            tries=0
            until rm -rf "$1" || [ $tries -ge 50 ]; do
                sleep 0.1; tries=$((tries + 1))
            done
        "#;
        let shell = Command::new("/bin/sh")
            .args(["-c", script, "remover"])
            .arg(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C in a terminal goes to the whole process group; the shell outlives us.
            .process_group(0)
            .spawn()?;
        Ok(Self { _shell: shell })
    }
}
