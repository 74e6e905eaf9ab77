//! Which database the program uses: the one it is told of, or one of its own.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::launcher::{self, Durability, LauncherError, LocalPostgres, Options};
use super::{BoxError, create_database};
use crate::config::CommonConfig;

/// The name of the program's database in its own PostgreSQL.
const DATABASE: &str = "debatebase";

/// The database that the program uses, for as long as it runs.
#[derive(Debug)]
pub struct Home {
    url: String,
    local: Option<Local>,
}

/// The program's own PostgreSQL.
#[derive(Debug)]
struct Local {
    data_dir: PathBuf,
    /// Taken out when it is stopped.
    postgres: Arc<Mutex<Option<LocalPostgres>>>,
}

impl Home {
    /// Takes the database that is configured, or starts the program's own.
    pub async fn open(config: &CommonConfig) -> Result<Self, BoxError> {
        if let Some(url) = config.database_url() {
            return Ok(Self { url: url.to_owned(), local: None });
        }
        let data_dir = config.data_dir.clone().map_or_else(launcher::default_data_dir, Ok)?;
        let pg_bin = config.pg_bin.clone();
        let local = tokio::task::spawn_blocking(move || {
            LocalPostgres::start(&Options {
                data_dir: &data_dir,
                pg_bin: pg_bin.as_deref(),
                durability: Durability::Safe,
                settings: &[],
            })
        })
        .await??;
        create_database(&local.url("postgres"), DATABASE).await?;
        let (url, data_dir) = (local.url(DATABASE), local.data_dir().to_path_buf());
        let postgres = Arc::new(Mutex::new(Some(local)));
        Ok(Self { url, local: Some(Local { data_dir, postgres }) })
    }

    /// The same; but where another program runs the data directory's PostgreSQL, its server is
    /// used beside that program.
    pub async fn open_or_join(config: &CommonConfig) -> Result<Self, BoxError> {
        let error = match Self::open(config).await {
            Err(error) => error,
            opened => return opened,
        };
        let Some(LauncherError::InUse { data_dir, .. }) = error.downcast_ref() else {
            return Err(error);
        };
        match launcher::url_of_running(data_dir, DATABASE) {
            Some(url) => Ok(Self { url, local: None }),
            None => Err(error),
        }
    }

    /// Where to connect.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the data is, in words for a person. A password is not among them.
    pub fn place(&self) -> String {
        match &self.local {
            Some(local) => local.data_dir.display().to_string(),
            None => match url::Url::parse(&self.url) {
                Ok(url) => {
                    format!("PostgreSQL at {}{}", url.host_str().unwrap_or("a socket"), url.path())
                }
                Err(_) => "the PostgreSQL of DATABASE_URL".to_owned(),
            },
        }
    }

    /// The data directory, if the database is the program's own.
    pub fn data_dir(&self) -> Option<&Path> {
        self.local.as_ref().map(|local| local.data_dir.as_path())
    }

    /// Says in the lock file what the program does, for another that finds it locked.
    pub fn note(&mut self, text: &str) -> Result<(), BoxError> {
        if let Some(local) = &self.local
            && let Some(postgres) = held(&local.postgres).as_mut()
        {
            postgres.note(text)?;
        }
        Ok(())
    }

    /// Has the program's own PostgreSQL started again whenever it ends by itself, for as long as
    /// the program serves. Another one is its operator's.
    pub fn keep_running(&self) {
        if let Some(local) = &self.local {
            let postgres = Arc::clone(&local.postgres);
            thread::spawn(move || keep_running(&postgres));
        }
    }

    /// Stops the program's own PostgreSQL; leaves another running.
    pub async fn close(self) -> Result<(), BoxError> {
        if let Some(local) = self.local {
            // The lock is another's for as long as a start takes, hence not in an async task.
            let stop = move || match held(&local.postgres).take() {
                Some(postgres) => postgres.stop(),
                None => Ok(()),
            };
            tokio::task::spawn_blocking(stop).await??;
        }
        Ok(())
    }
}

/// How often we look whether PostgreSQL runs.
const LOOK: Duration = Duration::from_millis(500);

/// How often PostgreSQL is started again within [`WINDOW`]. One that ends more often than that is
/// not mended by starting it.
const MOST_STARTS: usize = 5;
const WINDOW: Duration = Duration::from_secs(300);

/// Starts PostgreSQL again whenever it has ended, until it is stopped.
fn keep_running(postgres: &Mutex<Option<LocalPostgres>>) {
    let mut starts: Vec<Instant> = Vec::new();
    let mut pause = LOOK;
    loop {
        thread::sleep(pause);
        pause = LOOK;
        let mut held = held(postgres);
        let Some(local) = held.as_mut() else { return };
        if !local.has_ended() {
            continue;
        }
        let log = local.log_file();
        starts.retain(|start| start.elapsed() < WINDOW);
        if starts.len() >= MOST_STARTS {
            log::error!(
                "PostgreSQL was started again {MOST_STARTS} times in {} s, and has ended again. It is \
                 left alone: mend what {} tells of, and restart this program",
                WINDOW.as_secs(),
                log.display()
            );
            return;
        }
        log::error!("PostgreSQL has ended by itself and is started again ({})", log.display());
        starts.push(Instant::now());
        match local.start_again() {
            Ok(()) => log::info!("PostgreSQL (pid {}) runs again", local.pid()),
            Err(error) => log::error!("PostgreSQL cannot be started again: {error}"),
        }
        // One that ends again soon gets more time before each further start.
        pause = LOOK.saturating_mul(1 << starts.len());
    }
}

/// The lock, also of one who panicked: whatever is inside is whole.
fn held(postgres: &Mutex<Option<LocalPostgres>>) -> MutexGuard<'_, Option<LocalPostgres>> {
    postgres.lock().unwrap_or_else(PoisonError::into_inner)
}
