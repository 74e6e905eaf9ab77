//! The local PostgreSQL: the default database of whoever has not set up one.
//!
//! It is made from the binaries installed on the machine, lives in one data directory, listens on
//! a Unix socket only and is stopped with the program.
//! **One process holds a data directory at a time**, by an advisory lock.
//! **A cluster that carries its final name is complete**: it is made beside it and renamed.
//! **PostgreSQL never runs as root**: root hands it to an unprivileged account.
//! **A server that a killed program left running is taken over, not fought.**
//!
//! ```text
//! <data directory>/
//!   postgres/      the cluster
//!   run/           the Unix socket
//!   postgres.log   what PostgreSQL says
//!   lock           held by the running program; says its pid and what it does
//! ```
//!
//! The cluster has one superuser, `debatebase`, and only the databases that `initdb` makes. The
//! caller connects to [`LocalPostgres::url`] of `postgres` and creates its own database there.
//!
//! Everything here blocks. Have the signal handlers ready before [`LocalPostgres::start`]: a
//! program that a signal ends on the way leaves PostgreSQL running, for the next start to take over.

mod account;
mod binaries;
mod cluster;
mod data_dir;
mod error;
mod lock;
mod pid_file;
mod postmaster;
mod process;
mod socket;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use nix::unistd::Uid;

pub use self::error::LauncherError;
use self::{
    account::Account, binaries::Binaries, data_dir::DataDir, lock::Lock, postmaster::Launch,
    postmaster::Postmaster, socket::SocketDir,
};

/// The name of the cluster's superuser.
const SUPERUSER: &str = "debatebase";

/// A PostgreSQL that this process runs, and stops when it is done.
#[derive(Debug)]
pub struct LocalPostgres {
    // Fields are dropped in this order: PostgreSQL ends before its socket directory goes, and the
    // lock is given up last.
    postmaster: Postmaster,
    socket_dir: SocketDir,
    data_dir: DataDir,
    lock: Lock,
    // What it is started with again.
    binaries: Binaries,
    account: Account,
    durability: Durability,
    settings: Vec<String>,
}

/// What to start, and where.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Where the cluster lives. Made if it is not there.
    pub data_dir: &'a Path,
    /// The directory of `postgres` and `initdb`. Searched for if `None`.
    pub pg_bin: Option<&'a Path>,
    /// What must survive a crash of the machine.
    pub durability: Durability,
    /// Further settings of PostgreSQL, each as `name=value`. They win over the launcher's own.
    pub settings: &'a [&'a str],
}

/// What must survive a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every committed transaction.
    Safe,
    /// Nothing: fast, for tests. PostgreSQL also ends with this process, however that ends.
    ForTests,
}

impl LocalPostgres {
    /// Starts the PostgreSQL of a data directory, making its cluster if there is none, and waits
    /// until it accepts connections.
    pub fn start(options: &Options<'_>) -> Result<Self, LauncherError> {
        let data_dir = DataDir::prepare(options.data_dir)?;
        let lock = Lock::acquire(&data_dir)?;
        let account = Account::choose(&data_dir.cluster())?;
        account.check_reaches(data_dir.path())?;

        let installed = binaries::installed(options.pg_bin, &account)?;
        let binaries = match cluster::major(&data_dir)? {
            Some(major) => binaries::of_major(installed, major, data_dir.path())?,
            None => {
                let binaries = binaries::preferred(installed)?;
                cluster::create(&data_dir, &binaries, &account, options.durability)?;
                binaries
            }
        };

        let socket_dir = SocketDir::prepare(&data_dir, &account)?;
        let durability = options.durability;
        let settings: Vec<_> = options.settings.iter().map(|&it| it.to_owned()).collect();
        let postmaster =
            launch(&data_dir, &socket_dir, &binaries, &account, durability, &settings)?;
        Ok(Self { postmaster, socket_dir, data_dir, lock, binaries, account, durability, settings })
    }

    /// Whether PostgreSQL has ended, although nobody here stopped it.
    pub fn has_ended(&mut self) -> bool {
        self.postmaster.is_gone()
    }

    /// Starts a PostgreSQL that has ended once more, at the same address. It recovers what was
    /// committed.
    pub fn start_again(&mut self) -> Result<(), LauncherError> {
        let Self { data_dir, socket_dir, binaries, account, durability, settings, .. } = &*self;
        self.postmaster = launch(data_dir, socket_dir, binaries, account, *durability, settings)?;
        Ok(())
    }

    /// The address of one of the cluster's databases, as libpq and `tokio-postgres` read it.
    pub fn url(&self, database: &str) -> String {
        socket::url(self.socket_dir.path(), database)
    }

    /// The process id of PostgreSQL's main process.
    pub fn pid(&self) -> i32 {
        self.postmaster.pid()
    }

    /// Where the cluster lives: absolute, without symbolic links.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }

    /// The file PostgreSQL logs to.
    pub fn log_file(&self) -> PathBuf {
        self.data_dir.log()
    }

    /// Tells a second program that wants this data directory what the first one does with it,
    /// such as the address it serves.
    pub fn note(&mut self, text: &str) -> Result<(), LauncherError> {
        self.lock.note(text)
    }

    /// Stops PostgreSQL: open transactions are rolled back, everything is written, and the call
    /// returns when it is gone.
    pub fn stop(mut self) -> Result<(), LauncherError> {
        self.postmaster.stop()
    }
}

fn launch(
    data_dir: &DataDir,
    socket_dir: &SocketDir,
    binaries: &Binaries,
    account: &Account,
    durability: Durability,
    settings: &[String],
) -> Result<Postmaster, LauncherError> {
    Postmaster::take_over_or_start(&Launch {
        binaries,
        account,
        cluster: &data_dir.cluster(),
        socket_dir: socket_dir.path(),
        log: &data_dir.log(),
        durability,
        settings,
    })
}

/// The address of a database of the PostgreSQL that another process runs in a data directory, if
/// one does and lets us in.
pub fn url_of_running(data_dir: &Path, database: &str) -> Option<String> {
    let socket_dir = socket::of_running(&std::fs::canonicalize(data_dir).ok()?)?;
    Some(socket::url(&socket_dir, database))
}

/// Where the cluster lives unless told otherwise: below `/var/lib` for root, else in the user's
/// data directory.
pub fn default_data_dir() -> Result<PathBuf, LauncherError> {
    if Uid::effective().is_root() {
        return Ok(PathBuf::from("/var/lib/debatebase"));
    }
    match etcetera::base_strategy::choose_native_strategy() {
        Ok(strategy) => Ok(strategy.data_dir().join("debatebase")),
        Err(source) => Err(LauncherError::NoHome { source }),
    }
}
