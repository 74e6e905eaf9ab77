use std::{io, path::Path, path::PathBuf, process::ExitStatus};

/// Why there is no local PostgreSQL, and how to get one.
#[derive(Debug, thiserror::Error)]
pub enum LauncherError {
    /// No usable PostgreSQL is installed.
    #[error(
        "PostgreSQL {oldest} or newer was not found on this machine.{passed_over}
Do one of these:
  - install it: `make serve` does it, or
      apt-get install postgresql         (Debian, Ubuntu)
      dnf install postgresql-server      (Fedora, Red Hat)
      apk add postgresql                 (Alpine)
      brew install postgresql@17         (macOS)
  - say where it is: PG_BIN=/directory/of/postgres/and/initdb
  - use a database that runs already: DATABASE_URL=postgres://user@host/database
  - run everything in containers: docker compose up"
    )]
    NotInstalled {
        /// The oldest version that will do.
        oldest: u32,
        /// What was found but will not do, a line each.
        passed_over: String,
    },

    /// The directory given as `PG_BIN` will not do.
    #[error(
        "PG_BIN={} cannot be used: {reason}. \
         Name a directory that holds `postgres` and `initdb`, version 14 or newer, or leave PG_BIN out.",
        dir.display()
    )]
    PgBin {
        /// The directory.
        dir: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// The cluster was made by a version that is not installed.
    #[error(
        "The data in {} was made by PostgreSQL {needed}, but only {found} was found. \
         Install PostgreSQL {needed} (apt-get install postgresql-{needed}, brew install postgresql@{needed}), \
         say where it is with PG_BIN, or start with another --data-dir. \
         `pg_upgrade` or a dump moves data to a newer version.",
        data_dir.display()
    )]
    VersionMissing {
        /// The version the data needs.
        needed: u32,
        /// The data directory.
        data_dir: PathBuf,
        /// The versions that are there.
        found: String,
    },

    /// There is something else where the cluster should be.
    #[error(
        "{} is not a PostgreSQL cluster: it has no readable PG_VERSION. \
         Move it away, or start with another --data-dir.",
        dir.display()
    )]
    NotACluster {
        /// Where the cluster should be.
        dir: PathBuf,
    },

    /// Another process uses the data directory.
    #[error("The data directory {} is in use by {holder}", data_dir.display())]
    InUse {
        /// The data directory.
        data_dir: PathBuf,
        /// Who it is and how to go on.
        holder: String,
    },

    /// A file or directory belongs to somebody else.
    #[error(
        "{} belongs to {owner}, but this program runs as {runs_as}. \
         Run it as {owner}, or start with another --data-dir.",
        path.display()
    )]
    ForeignOwner {
        /// What belongs to somebody else.
        path: PathBuf,
        /// Whom it belongs to.
        owner: String,
        /// Who we are.
        runs_as: String,
    },

    /// Everybody may write to the data directory.
    #[error(
        "Everybody may write to {}, so that others could swap the data. \
         Take the right away with `chmod o-w`, or start with a --data-dir below it.",
        dir.display()
    )]
    WritableByAll {
        /// The directory.
        dir: PathBuf,
    },

    /// PostgreSQL's account cannot get to the data directory.
    #[error(
        "PostgreSQL refuses to run as root and runs as the account `{account}`, which may not enter {}. \
         Start with a --data-dir elsewhere (such as /var/lib/debatebase), \
         allow the way with `chmod o+x {}`, or run this program as an ordinary user.",
        dir.display(),
        dir.display()
    )]
    Unreachable {
        /// The directory that bars the way.
        dir: PathBuf,
        /// The account.
        account: String,
    },

    /// There is no account that PostgreSQL could run under.
    #[error(
        "PostgreSQL refuses to run as root, and there is neither an account `postgres` nor `nobody` to run it. \
         Make one with `useradd --system postgres`, or run this program as an ordinary user."
    )]
    NoAccount,

    /// The user has no home directory.
    #[error("There is no home directory to keep the data in. Say where with --data-dir.")]
    NoHome {
        /// What the search said.
        source: etcetera::HomeDirError,
    },

    /// `initdb` failed.
    #[error("`initdb` could not make the cluster:\n{output}")]
    Initdb {
        /// What it said.
        output: String,
    },

    /// PostgreSQL ended by itself.
    #[error("PostgreSQL ended by itself ({status}). The end of {}:\n{tail}", log.display())]
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },

    /// PostgreSQL did not get ready in time.
    #[error(
        "PostgreSQL (pid {pid}) does not accept connections, and has said nothing for {seconds} s. \
         The end of {}:\n{tail}",
        log.display()
    )]
    NotReady {
        /// The process.
        pid: i32,
        /// How long it has been silent.
        seconds: u64,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },

    /// `postmaster.pid` names a process that exists but does not serve this cluster.
    #[error(
        "{} names the process {pid}, which exists but does not answer as the PostgreSQL of this directory, \
         and PostgreSQL does not start while that file is there. \
         If process {pid} is a `postgres` (see `ps -p {pid}`), stop it with `kill -INT {pid}`. \
         If it is another program, the file was left behind when PostgreSQL was killed: \
         make sure that no `postgres` uses this directory, remove the file, and start again.",
        file.display()
    )]
    StalePidFile {
        /// The file.
        file: PathBuf,
        /// The process it names.
        pid: i32,
    },

    /// The socket answers, but no process of ours is behind it.
    #[error(
        "A PostgreSQL answers at {}, but it is not a process this program can see. \
         It may run in another container that shares the directory. Stop it, or start with another --data-dir.",
        socket.display()
    )]
    HiddenServer {
        /// The socket.
        socket: PathBuf,
    },

    /// PostgreSQL did not stop in time.
    #[error(
        "PostgreSQL (pid {pid}) did not stop within {seconds} s and was told to quit at once. \
         No committed data is lost; the next start recovers it."
    )]
    StopTimedOut {
        /// The process.
        pid: i32,
        /// How long it had.
        seconds: u64,
    },

    /// The operating system refused something.
    #[error("Could not {action} {}: {source}", path.display())]
    Io {
        /// What was to be done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl LauncherError {
    /// Says what was to be done to what, for `map_err`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_path_buf(), source }
    }
}
