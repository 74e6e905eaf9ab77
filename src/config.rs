//! Every setting, with its default and its help text.
//!
//! Flags win over the environment, the environment over `.env`, `.env` over the defaults.
//! Nothing else in the program reads a setting from the environment.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod export;
mod import;
mod limits;

pub use export::ExportCommand;
pub use import::{ImportCommand, ImportMode};
pub use limits::{LimitsConfig, Networks, Origins, Rate};

/// The commit that the program was built from, if the build was told.
pub const COMMIT: Option<&str> = option_env!("GIT_COMMIT");

/// An open, API-first knowledge base of debates.
///
/// Without a command, serves. Without `DATABASE_URL`, runs a PostgreSQL of its own.
#[derive(Debug, Clone, Parser)]
#[command(name = "debatebase", version, max_term_width = 100)]
pub struct Config {
    /// What to do; `serve` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The settings of every command.
    #[command(flatten)]
    pub common: CommonConfig,

    /// The settings of `serve`.
    #[command(flatten)]
    pub server: ServerConfig,
}

/// What the program can do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Migrate, seed an empty database, and answer over HTTP until told to stop.
    Serve,
    /// Bring the database's schema up to date.
    Migrate,
    /// Write debates into the database, also beside a program that is serving it; what is there
    /// already and equal is left alone.
    Seed {
        /// Documents in the native format (YAML); without any, the project's own essay.
        files: Vec<PathBuf>,
    },
    /// Write files of any format into the database, also beside a program that is serving it; or into
    /// a server by HTTP.
    Import(ImportCommand),
    /// Write topics as files of any format, from the database, also beside a program that is serving
    /// it; or from a server by HTTP.
    Export(ExportCommand),
    /// Make, list and revoke API keys, also beside a program that is serving the database.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Print the OpenAPI document.
    Openapi,
}

/// What can be done with API keys. Who may run the program on its database needs none.
#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// Make a key, and print it on standard output, this once.
    Create {
        /// What it is for: who will have it, and where.
        #[arg(long)]
        label: String,
        /// What it allows: read (drafts, too), write, import, admin; given once for each.
        #[arg(long = "scope", required = true, value_name = "SCOPE")]
        scopes: Vec<String>,
        /// A topic that it is bound to, by slug or id; given once for each. Without any, it reaches all.
        #[arg(long = "topic", value_name = "TOPIC")]
        topics: Vec<String>,
        /// After how many days it ends by itself; without it, never.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
        expires_in_days: Option<u32>,
    },
    /// List all keys, newest first, without their secrets.
    List,
    /// End a key now.
    Revoke {
        /// Its id, as `list` shows it.
        id: String,
    },
}

/// The settings of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database and log")]
pub struct CommonConfig {
    /// The PostgreSQL (14 or newer) to use, as postgres://user:password@host:port/database.
    /// With `?sslmode=verify-full&sslrootcert=…` (a PEM file, or `system`) over TLS, as libpq does.
    /// Without an address, the program runs one of its own.
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// Where the program's own PostgreSQL keeps its data. By default /var/lib/debatebase for root,
    /// else the platform's data directory.
    #[arg(long, env = "DATA_DIR", global = true, value_name = "DIRECTORY")]
    pub data_dir: Option<PathBuf>,

    /// The directory of the programs `postgres` and `initdb`, if they are not found by themselves.
    #[arg(long, env = "PG_BIN", global = true, value_name = "DIRECTORY")]
    pub pg_bin: Option<PathBuf>,

    /// The form of the log, on standard error.
    #[arg(long, env = "LOG_FORMAT", global = true, value_enum, default_value_t = LogFormat::Human)]
    pub log_format: LogFormat,

    /// What to log, as `env_logger` reads it: `debug`, `warn,debatebase=debug`, …
    #[arg(
        long,
        env = "RUST_LOG",
        global = true,
        value_name = "FILTER",
        default_value = "info,actix_server=warn"
    )]
    pub log: String,
}

impl CommonConfig {
    /// The database to use, unless it is the program's own. An empty setting is none.
    pub fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref().map(str::trim).filter(|url| !url.is_empty())
    }
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

/// The settings of `serve`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Serving")]
pub struct ServerConfig {
    /// The address to answer at; port 0 takes a free one and says which.
    #[arg(
        long,
        env = "LISTEN",
        global = true,
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,

    /// Let nobody write, whatever their key allows.
    #[arg(long, env = "READ_ONLY", global = true, num_args = 0..=1, require_equals = true,
          default_value_t = false, default_missing_value = "true", value_name = "true|false")]
    pub read_only: bool,

    /// What to write into a database that has no topic yet.
    #[arg(long, env = "SEED", global = true, value_enum, default_value_t = Seed::Essay)]
    pub seed: Seed,

    /// How many connections to the database at most.
    #[arg(long, env = "DATABASE_CONNECTIONS", global = true, value_name = "NUMBER", default_value_t = 16,
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub database_connections: u16,

    /// The address of the same database without a pooler in between that shares its connections:
    /// where the program hears of what others change. By default `DATABASE_URL`.
    #[arg(
        long,
        env = "DIRECT_DATABASE_URL",
        global = true,
        hide_env_values = true,
        value_name = "URL"
    )]
    pub direct_database_url: Option<String>,

    /// How much memory finished answers may take, in bytes; 0 keeps none.
    #[arg(
        long,
        env = "CACHE_SIZE",
        global = true,
        value_name = "BYTES",
        default_value_t = 67_108_864
    )]
    pub cache_size: u64,

    /// How many threads answer requests; by default one for each core.
    #[arg(long, env = "WORKERS", global = true, value_name = "NUMBER",
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub workers: Option<u16>,

    /// How long requests in flight may take to finish when the program is told to stop, in seconds.
    #[arg(long, env = "SHUTDOWN_TIMEOUT", global = true, value_name = "SECONDS", default_value = "30", value_parser = seconds::<0>)]
    pub shutdown_timeout: Duration,

    /// How long the program answers on after SIGTERM while it says that it is not ready, so that
    /// balancers stop sending requests before it stops taking them, in seconds.
    #[arg(long, env = "DRAIN_DELAY", global = true, value_name = "SECONDS", default_value = "5", value_parser = seconds::<0>)]
    pub drain_delay: Duration,

    /// The address of a second listener, for `/metrics` and the health pages; none by default. It
    /// is not for the public.
    #[arg(long, env = "ADMIN_LISTEN", global = true, value_name = "ADDRESS:PORT")]
    pub admin_listen: Option<SocketAddr>,

    /// How much one client may ask for.
    #[command(flatten)]
    pub limits: LimitsConfig,
}

impl ServerConfig {
    /// How many threads answer requests.
    pub fn workers(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
        self.workers.map_or_else(cores, usize::from)
    }

    /// Where the program hears of changes, if not at `url`. An empty setting is none.
    pub fn direct_database_url<'a>(&'a self, url: &'a str) -> &'a str {
        let direct = self.direct_database_url.as_deref().map(str::trim);
        direct.filter(|url| !url.is_empty()).unwrap_or(url)
    }
}

/// What to write into an empty database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Seed {
    /// The debates in the project's essay.
    Essay,
    /// Nothing.
    None,
}

/// Reads a time of at least so many seconds, and of an hour at most.
fn seconds<const LEAST: u64>(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if (LEAST..=3600).contains(&seconds) => Ok(Duration::from_secs(seconds)),
        _ => Err(format!("must be a whole number of seconds from {LEAST} to 3600")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Config::command().debug_assert();
    }

    #[test]
    fn serving_is_the_default_and_takes_its_settings_without_a_command() {
        let config = Config::parse_from(["debatebase", "--listen", "127.0.0.1:0", "--read-only"]);

        assert!(config.command.is_none());
        assert_eq!(config.server.listen.port(), 0);
        assert!(config.server.read_only);
    }

    #[test]
    fn an_empty_database_url_is_none() {
        let config = Config::parse_from(["debatebase", "--database-url", " "]);

        assert_eq!(config.common.database_url(), None);
    }
}
