//! The Unix socket: where it is, how it is written as a URL, whether somebody answers.

use std::{
    env, fs, io,
    io::{Read, Write},
    os::unix::{ffi::OsStrExt, fs::MetadataExt, net::UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    LauncherError, SUPERUSER,
    account::Account,
    data_dir::{self, DataDir},
};

/// Only part of the socket's name: there is no TCP port.
pub(super) const PORT: &str = "5432";

/// The longest path of a socket, in bytes. The system's limit is 103 on macOS and 107 on Linux.
const LONGEST_PATH: usize = 100;

/// How long a running server may take to answer one byte.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a client sends to ask for TLS. The answer is one byte, and needs no login.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// The directory of the socket, which only PostgreSQL's account may enter.
#[derive(Debug)]
pub(super) struct SocketDir {
    path: PathBuf,
    is_temporary: bool,
}

impl SocketDir {
    /// Makes the directory: in the data directory, or below the temporary one if a socket cannot
    /// have such a path.
    pub(super) fn prepare(data_dir: &DataDir, account: &Account) -> Result<Self, LauncherError> {
        let identity =
            identity(data_dir.path()).map_err(LauncherError::io("look at", data_dir.path()))?;
        let run = data_dir.run();
        let path = choose(&run, &env::temp_dir(), identity);
        let is_temporary = path != run;
        if let Some(parent) = path.parent() {
            account.check_reaches(parent)?;
        }
        account.make_private_dir(&path)?;
        Ok(Self { path, is_temporary })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SocketDir {
    fn drop(&mut self) {
        if self.is_temporary {
            // Fails, and shall fail, if PostgreSQL still has its socket there.
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// What tells a directory from every other one of the machine.
fn identity(dir: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(dir).map(|metadata| (metadata.dev(), metadata.ino()))
}

/// The directory of the socket of the PostgreSQL that runs in a data directory, if one answers.
pub(super) fn of_running(data_dir: &Path) -> Option<PathBuf> {
    let run = data_dir.join(data_dir::RUN);
    let path = choose(&run, &env::temp_dir(), identity(data_dir).ok()?);
    answers(&path).then_some(path)
}

/// The socket's own path.
pub(super) fn path(socket_dir: &Path) -> PathBuf {
    path_of(socket_dir, PORT)
}

/// The path of the socket of a server that was given another port.
pub(super) fn path_of(socket_dir: &Path, port: &str) -> PathBuf {
    socket_dir.join(format!(".s.PGSQL.{port}"))
}

/// The address of a database behind the socket.
pub(super) fn url(socket_dir: &Path, database: &str) -> String {
    let host = percent_encoded(socket_dir.as_os_str().as_bytes());
    let database = percent_encoded(database.as_bytes());
    format!("postgres://{SUPERUSER}@{host}:{PORT}/{database}")
}

/// Whether a PostgreSQL answers behind the socket.
pub(super) fn answers(socket_dir: &Path) -> bool {
    answers_at(&path(socket_dir))
}

/// Whether a PostgreSQL answers at a socket.
pub(super) fn answers_at(socket: &Path) -> bool {
    // A connection alone proves little: the kernel accepts it even for a process that hangs.
    let ask = || -> io::Result<bool> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(&SSL_REQUEST)?;
        let mut answer = [0];
        stream.read_exact(&mut answer)?;
        Ok(matches!(&answer, b"N" | b"S"))
    };
    ask().unwrap_or(false)
}

/// Removes what a dead server left. PostgreSQL would do it too, unless the dead process's id has
/// been given to another process.
pub(super) fn remove_leftovers(socket_dir: &Path) {
    let socket = path(socket_dir);
    let mut lock = socket.clone().into_os_string();
    lock.push(".lock");
    // If this fails, PostgreSQL says so better than we could.
    let _ = fs::remove_file(socket);
    let _ = fs::remove_file(lock);
}

/// The data directory's device and inode name the temporary directory: the same every time, and
/// never that of another data directory.
fn choose(run: &Path, temp_dir: &Path, (device, inode): (u64, u64)) -> PathBuf {
    let name = format!("debatebase-{device:x}-{inode:x}");
    // To libpq a comma, even an encoded one, begins another host.
    let fits = |dir: &PathBuf| {
        let path = path(dir);
        let bytes = path.as_os_str().as_bytes();
        bytes.len() <= LONGEST_PATH && !bytes.contains(&b',')
    };
    [run.to_path_buf(), temp_dir.join(&name)]
        .into_iter()
        .find(fits)
        .unwrap_or_else(|| Path::new("/tmp").join(&name))
}

fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_url_is_percent_encoded() {
        assert_eq!(
            url(Path::new("/var/lib/Größe, 50%/run"), "postgres"),
            "postgres://debatebase@%2Fvar%2Flib%2FGr%C3%B6%C3%9Fe%2C%2050%25%2Frun:5432/postgres"
        );
    }

    #[test]
    fn a_socket_stays_in_the_data_directory_if_its_path_allows_it() {
        let short = PathBuf::from(format!("/{}", "d".repeat(85)));
        let long = PathBuf::from(format!("/{}", "d".repeat(86)));
        let temp_dir = Path::new("/var/tmp");

        assert_eq!(path(&short).as_os_str().len(), LONGEST_PATH);
        assert_eq!(choose(&short, temp_dir, (1, 2)), short);
        assert_eq!(choose(&long, temp_dir, (16, 255)), Path::new("/var/tmp/debatebase-10-ff"));
        assert_eq!(choose(&long, &long, (16, 255)), Path::new("/tmp/debatebase-10-ff"));
        assert_eq!(
            choose(Path::new("/a,b"), temp_dir, (1, 2)),
            Path::new("/var/tmp/debatebase-1-2")
        );
    }

    #[test]
    fn nobody_answers_where_there_is_no_socket() {
        assert!(!answers(Path::new("/nonexistent")));
    }
}
