//! Which database the program uses: the one it is told of, or one of its own.

use std::path::Path;

use super::launcher::{self, Durability, LauncherError, LocalPostgres, Options};
use super::{BoxError, create_database};
use crate::config::CommonConfig;

/// The name of the program's database in its own PostgreSQL.
const DATABASE: &str = "debatebase";

/// The database that the program uses, for as long as it runs.
#[derive(Debug)]
pub struct Home {
    url: String,
    local: Option<LocalPostgres>,
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
        Ok(Self { url: local.url(DATABASE), local: Some(local) })
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
            Some(local) => local.data_dir().display().to_string(),
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
        self.local.as_ref().map(LocalPostgres::data_dir)
    }

    /// Says in the lock file what the program does, for another that finds it locked.
    pub fn note(&mut self, text: &str) -> Result<(), BoxError> {
        match &mut self.local {
            Some(local) => Ok(local.note(text)?),
            None => Ok(()),
        }
    }

    /// Stops the program's own PostgreSQL; leaves another running.
    pub async fn close(self) -> Result<(), BoxError> {
        if let Some(local) = self.local {
            tokio::task::spawn_blocking(move || local.stop()).await??;
        }
        Ok(())
    }
}
