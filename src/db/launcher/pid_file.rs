//! `postmaster.pid`: what PostgreSQL writes about itself into its cluster.

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::socket;

/// The lines of `postmaster.pid` that matter here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PidFile {
    /// The postmaster.
    pub(super) pid: i32,
    /// When it was started. With the pid it names one process, even if pids are given anew.
    pub(super) started: Vec<u8>,
    /// Its socket, once it has one.
    socket: Option<PathBuf>,
    status: Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Ready,
    /// Starting, recovering or stopping.
    Busy,
}

impl PidFile {
    /// Where a cluster has it.
    pub(super) fn path(cluster: &Path) -> PathBuf {
        cluster.join("postmaster.pid")
    }

    /// Reads it. `None` if there is none, or none that names a postmaster.
    pub(super) fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read(Self::path(cluster)).ok()?)
    }

    /// Whether it says that the server is ready, and the server says so too.
    pub(super) fn is_accepting(&self) -> bool {
        self.status == Status::Ready && self.socket.as_deref().is_some_and(socket::answers_at)
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        // A single-user backend writes its pid negated, which `kill` would take for a group.
        let pid = std::str::from_utf8(lines.next()?).ok()?.parse().ok().filter(|pid| *pid > 1)?;
        let _cluster = lines.next();
        let started = lines.next().unwrap_or_default().to_vec();
        let port = String::from_utf8_lossy(lines.next().unwrap_or_default());
        let socket = lines
            .next()
            .filter(|line| !line.is_empty())
            .map(|line| socket::path_of(Path::new(OsStr::from_bytes(line)), &port));
        let _listen_address = lines.next();
        let _shared_memory = lines.next();
        let status = match lines.next() {
            Some(b"ready" | b"standby") => Status::Ready,
            Some(_) | None => Status::Busy,
        };
        Some(Self { pid, started, socket, status })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_file_names_process_socket_and_status() {
        let text =
            b"4711\n/srv/a b/postgres\n1764000000\n5432\n/srv/a b/run\n\n  1234567   0\nready   \n";

        let file = PidFile::parse(text).unwrap();

        assert_eq!(file.pid, 4711);
        assert_eq!(file.started, b"1764000000");
        assert_eq!(file.socket, Some(PathBuf::from("/srv/a b/run/.s.PGSQL.5432")));
        assert_eq!(file.status, Status::Ready);
    }

    #[test]
    fn a_server_is_not_ready_while_its_file_is_incomplete() {
        let file = PidFile::parse(b"4711\n/srv/postgres\n1764000000\n5432\n").unwrap();

        assert_eq!(file.socket, None);
        assert_eq!(file.status, Status::Busy);
    }

    #[test]
    fn a_file_without_a_postmasters_pid_says_nothing() {
        for text in ["", "\n", "abc\n", "-4711\n/srv/postgres\n", "0\n", "1\n"] {
            assert_eq!(PidFile::parse(text.as_bytes()), None, "{text:?}");
        }
    }
}
