//! PostgreSQL's main process: started or taken over, waited for, stopped.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::{
        ffi::{OsStrExt, OsStringExt},
        fs::OpenOptionsExt,
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{
    Durability, LauncherError, account::Account, binaries::Binaries, pid_file::PidFile, process,
    socket,
};

/// How long PostgreSQL may be silent while it starts, and how long it may take to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long it may take where nobody can be told that it takes longer.
const SHORT_PATIENCE: Duration = Duration::from_secs(10);

/// How often we look.
const PAUSE: Duration = Duration::from_millis(20);

/// How many lines of the log an error shows.
const TAIL_LINES: usize = 20;

/// How many bytes of the log are searched for them.
const LONGEST_TAIL: u64 = 64 * 1024;

/// Everything that decides how PostgreSQL is started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Launch<'a> {
    pub(super) binaries: &'a Binaries,
    pub(super) account: &'a Account,
    pub(super) cluster: &'a Path,
    pub(super) socket_dir: &'a Path,
    pub(super) log: &'a Path,
    pub(super) durability: Durability,
    pub(super) settings: &'a [String],
}

/// A running PostgreSQL. Dropped without [`Postmaster::stop`], it is stopped all the same.
#[derive(Debug)]
pub(super) struct Postmaster {
    pid: i32,
    process: Process,
    log: Log,
    // Held for its `Drop`.
    watcher: Option<Watcher>,
}

#[derive(Debug)]
enum Process {
    /// We started it.
    Ours(Child),
    /// A program that was killed started it.
    TakenOver { cluster: PathBuf, started: Vec<u8> },
}

impl Postmaster {
    /// Uses the server that a killed program left running, or starts one, and waits until it
    /// accepts connections.
    pub(super) fn take_over_or_start(launch: &Launch<'_>) -> Result<Self, LauncherError> {
        if let Some(mut left) = Self::left_running(launch)? {
            // Another version of this program, or a test, may have started it with other settings;
            // and a test's server is about to be ended by its watcher.
            if launch.durability == Durability::Safe && launch.is_how_it_was_started() {
                log::info!("using the PostgreSQL (pid {}) that is running already", left.pid);
                return Ok(left);
            }
            log::info!("restarting the PostgreSQL (pid {}) that is running already", left.pid);
            left.stop()?;
        }
        launch.clear_the_way()?;

        let since = Instant::now();
        loop {
            match Self::start(launch) {
                // The sessions of a killed server, again, where the system does not tell of them.
                Err(LauncherError::Ended { tail, .. })
                    if tail.contains("pre-existing shared memory block")
                        && since.elapsed() < PATIENCE =>
                {
                    log::info!("waiting for the sessions of a killed PostgreSQL to end");
                    thread::sleep(PAUSE.saturating_mul(25));
                }
                Err(error @ LauncherError::Ended { .. }) => return Err(launch.explained(error)),
                other => return other,
            }
        }
    }

    pub(super) fn pid(&self) -> i32 {
        self.pid
    }

    /// Stops PostgreSQL and waits until it is gone.
    pub(super) fn stop(&mut self) -> Result<(), LauncherError> {
        self.watcher = None;
        if let Some(status) = self.exit_status()
            && !status.success()
        {
            return Err(self.log.ended(status));
        }
        self.signal(Signal::SIGINT);
        if self.is_gone_within(PATIENCE) {
            return Ok(());
        }
        self.signal(Signal::SIGQUIT);
        self.is_gone_within(SHORT_PATIENCE);
        Err(LauncherError::StopTimedOut { pid: self.pid, seconds: PATIENCE.as_secs() })
    }

    fn start(launch: &Launch<'_>) -> Result<Self, LauncherError> {
        let log = Log::open(launch.log, launch.account)?;
        let program = launch.binaries.postgres();
        let child = launch
            .account
            .command(&program)
            .args(launch.arguments())
            .stdout(log.for_child()?)
            .stderr(log.for_child()?)
            // Ctrl-C in a terminal goes to the whole process group. PostgreSQL shall not get it:
            // it is stopped when the requests that need it are done.
            .process_group(0)
            .spawn()
            .map_err(LauncherError::io("run", &program))?;
        let pid = i32::try_from(child.id())
            .map_err(|error| LauncherError::io("run", &program)(io::Error::other(error)))?;
        let mut postmaster = Self { pid, process: Process::Ours(child), log, watcher: None };
        if launch.durability == Durability::ForTests {
            postmaster.watcher = Some(Watcher::of(pid, launch.account)?);
        }
        postmaster.wait_until_ready(launch.cluster)?;
        Ok(postmaster)
    }

    /// The server of this cluster that runs although nobody held the lock, once it is ready.
    fn left_running(launch: &Launch<'_>) -> Result<Option<Self>, LauncherError> {
        let log = Log::open(launch.log, launch.account)?;
        let mut silence = Silence::of(&log);
        loop {
            let Some(file) = PidFile::read(launch.cluster) else { return Ok(None) };
            let pid = file.pid;
            if !process::is_alive(pid) || process::is_certainly_not_serving(pid, launch.cluster) {
                return Ok(None);
            }
            if file.is_accepting() {
                let cluster = launch.cluster.to_path_buf();
                let process = Process::TakenOver { cluster, started: file.started };
                return Ok(Some(Self { pid, process, log, watcher: None }));
            }
            // It is starting or stopping; or the pid has been given to another program on a system
            // that does not tell us which, and waiting is all that is safe.
            if silence.is_too_long(&log) {
                let file = PidFile::path(launch.cluster);
                return Err(LauncherError::StalePidFile { file, pid });
            }
            thread::sleep(PAUSE);
        }
    }

    fn wait_until_ready(&mut self, cluster: &Path) -> Result<(), LauncherError> {
        let mut silence = Silence::of(&self.log);
        loop {
            if let Some(status) = self.exit_status() {
                return Err(self.log.ended(status));
            }
            // A file that a killed server left names another process.
            if PidFile::read(cluster)
                .is_some_and(|file| file.pid == self.pid && file.is_accepting())
            {
                return Ok(());
            }
            if silence.is_too_long(&self.log) {
                return Err(LauncherError::NotReady {
                    pid: self.pid,
                    seconds: PATIENCE.as_secs(),
                    log: self.log.path.clone(),
                    tail: self.log.tail(),
                });
            }
            thread::sleep(PAUSE);
        }
    }

    fn is_gone_within(&mut self, patience: Duration) -> bool {
        let since = Instant::now();
        while !self.is_gone() {
            if since.elapsed() > patience {
                return false;
            }
            thread::sleep(PAUSE);
        }
        true
    }

    pub(super) fn is_gone(&mut self) -> bool {
        match &mut self.process {
            // As long as nobody has asked how a child ended, its pid is not given to another.
            Process::Ours(child) => !matches!(child.try_wait(), Ok(None)),
            Process::TakenOver { .. } => {
                !self.is_named_by_its_file() || !process::is_alive(self.pid)
            }
        }
    }

    /// Whether a process that was taken over is still the one it was: its pid may have been given
    /// to another since, even to another PostgreSQL of this cluster. The file is the last thing
    /// that PostgreSQL removes when it ends.
    fn is_named_by_its_file(&self) -> bool {
        match &self.process {
            Process::Ours(_) => true,
            Process::TakenOver { cluster, started } => PidFile::read(cluster)
                .is_some_and(|file| file.pid == self.pid && file.started == *started),
        }
    }

    /// How it ended, if it was ours and has.
    fn exit_status(&mut self) -> Option<ExitStatus> {
        match &mut self.process {
            Process::Ours(child) => child.try_wait().ok().flatten(),
            Process::TakenOver { .. } => None,
        }
    }

    fn signal(&mut self, signal: Signal) {
        if !self.is_gone() {
            // It may end between the look and the signal; then it is what we wanted.
            let _ = kill(Pid::from_raw(self.pid), signal);
        }
    }

    /// Does what the end of a killed process does: the server runs on, and the system reaps it.
    #[cfg(test)]
    pub(super) fn abandon(mut self) {
        let nobodys = Process::TakenOver { cluster: PathBuf::new(), started: Vec::new() };
        if let Process::Ours(mut child) = std::mem::replace(&mut self.process, nobodys) {
            thread::spawn(move || child.wait());
        }
        std::mem::forget(self.watcher.take());
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        self.watcher = None;
        if self.is_gone() {
            return;
        }
        self.signal(Signal::SIGINT);
        if !self.is_gone_within(SHORT_PATIENCE) {
            self.signal(Signal::SIGQUIT);
            self.is_gone_within(SHORT_PATIENCE);
        }
    }
}

impl Launch<'_> {
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = vec![OsString::from("-D"), self.cluster.into()];
        let mut set = |setting: &str| arguments.extend(["-c".into(), setting.into()]);

        set("listen_addresses=");
        set(&format!("port={}", socket::PORT));
        set("unix_socket_permissions=0700");
        // It tells this server from others in the list of processes.
        set("cluster_name=debatebase");
        // Some packages let PostgreSQL log elsewhere, where an error of ours could not show it.
        set("log_destination=stderr");
        set("logging_collector=off");
        set("log_timezone=UTC");
        set("timezone=UTC");
        // Compiling a query takes longer than the short queries of this service run, and the
        // planner's guess of their cost makes it compile some of them.
        set("jit=off");
        match self.durability {
            Durability::Safe => {
                set("max_connections=100");
                set("shared_buffers=128MB");
            }
            Durability::ForTests => {
                set("max_connections=300");
                set("shared_buffers=64MB");
                set("fsync=off");
                set("synchronous_commit=off");
                set("full_page_writes=off");
            }
        }
        for setting in self.settings {
            set(setting);
        }
        arguments.push("-c".into());
        arguments.push(socket_setting(self.socket_dir));
        arguments
    }

    /// Whether the running server has our settings. PostgreSQL keeps its command line in a file:
    /// the program, then each argument in quotes.
    fn is_how_it_was_started(&self) -> bool {
        let mut ours = Vec::new();
        for argument in self.arguments() {
            ours.extend_from_slice(b" \"");
            ours.extend_from_slice(argument.as_bytes());
            ours.push(b'"');
        }
        ours.push(b'\n');
        fs::read(self.cluster.join("postmaster.opts")).is_ok_and(|line| line.ends_with(&ours))
    }

    /// Removes what would keep PostgreSQL from starting although none is running.
    fn clear_the_way(&self) -> Result<(), LauncherError> {
        if socket::answers(self.socket_dir) {
            return Err(LauncherError::HiddenServer { socket: socket::path(self.socket_dir) });
        }
        // PostgreSQL removes the file of a process that is gone. It does not dare once the pid has
        // been given to another process, after the machine was switched off perhaps, or as long
        // as nobody reaps the dead process, as in many a container.
        if let Some(file) = PidFile::read(self.cluster).filter(|file| process::exists(file.pid)) {
            if !self.is_unused_in_time() {
                return Ok(());
            }
            let path = PidFile::path(self.cluster);
            log::warn!(
                "removing {}: process {} does not serve this cluster",
                path.display(),
                file.pid
            );
            fs::remove_file(&path).map_err(LauncherError::io("remove", &path))?;
        }
        socket::remove_leftovers(self.socket_dir);
        Ok(())
    }

    /// Whether it is certain that no process uses the cluster. The sessions of a killed server
    /// end by themselves, but not at the same moment.
    fn is_unused_in_time(&self) -> bool {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            match process::is_in_use(self.cluster, self.account.uid()) {
                Some(true) => thread::sleep(PAUSE),
                Some(false) => return true,
                None => return false,
            }
        }
        false
    }

    /// Why PostgreSQL ended, in our words where we know it.
    fn explained(&self, error: LauncherError) -> LauncherError {
        let LauncherError::Ended { tail, .. } = &error else { return error };
        match PidFile::read(self.cluster) {
            Some(file) if tail.contains("lock file \"postmaster.pid\" already exists") => {
                LauncherError::StalePidFile { file: PidFile::path(self.cluster), pid: file.pid }
            }
            Some(_) | None => error,
        }
    }
}

/// The setting is a list: without quotes, a comma in the path would end it.
fn socket_setting(dir: &Path) -> OsString {
    let mut setting = b"unix_socket_directories=\"".to_vec();
    for byte in dir.as_os_str().as_bytes() {
        if *byte == b'"' {
            setting.push(b'"');
        }
        setting.push(*byte);
    }
    setting.push(b'"');
    OsString::from_vec(setting)
}

/// PostgreSQL's log, and where in it this start begins.
#[derive(Debug)]
struct Log {
    path: PathBuf,
    file: File,
    begin: u64,
}

impl Log {
    fn open(path: &Path, account: &Account) -> Result<Self, LauncherError> {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
            .map_err(LauncherError::io("open", path))?;
        account.give(path)?;
        let mut log = Self { path: path.to_path_buf(), file, begin: 0 };
        log.begin = log.length();
        Ok(log)
    }

    fn for_child(&self) -> Result<Stdio, LauncherError> {
        let file = self.file.try_clone().map_err(LauncherError::io("open", &self.path))?;
        Ok(Stdio::from(file))
    }

    fn length(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }

    /// The last lines since this start.
    fn tail(&self) -> String {
        let mut text = Vec::new();
        let from = self.begin.max(self.length().saturating_sub(LONGEST_TAIL));
        // A log that cannot be read must not hide the error it was to explain.
        let _ = (&self.file)
            .seek(SeekFrom::Start(from))
            .and_then(|_| (&self.file).read_to_end(&mut text));
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let skipped = lines.len().saturating_sub(TAIL_LINES);
        lines.into_iter().skip(skipped).collect::<Vec<_>>().join("\n")
    }

    fn ended(&self, status: ExitStatus) -> LauncherError {
        LauncherError::Ended { status, log: self.path.clone(), tail: self.tail() }
    }
}

/// How long PostgreSQL has logged nothing. It reports on a long recovery after a crash, which may
/// take as long as it takes; silence has a limit.
#[derive(Debug)]
struct Silence {
    since: Instant,
    length: u64,
}

impl Silence {
    fn of(log: &Log) -> Self {
        Self { since: Instant::now(), length: log.length() }
    }

    fn is_too_long(&mut self, log: &Log) -> bool {
        let length = log.length();
        if length != self.length {
            *self = Self { since: Instant::now(), length };
        }
        self.since.elapsed() > PATIENCE
    }
}

/// A shell that waits for the end of this process and then stops a test's PostgreSQL. A test
/// process may end without running any destructor, and nobody would come to take over.
#[derive(Debug)]
struct Watcher(Child);

impl Watcher {
    fn of(pid: i32, account: &Account) -> Result<Self, LauncherError> {
        let shell = Path::new("/bin/sh");
        account
            .command(shell)
            // Nothing is ever written to its input, which ends when this process does.
            .args(["-c", "read -r line; kill -INT \"$1\"", "watcher", &pid.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map(Self)
            .map_err(LauncherError::io("run", shell))
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // If it is gone already, there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_directory_is_quoted_as_an_element_of_a_list() {
        assert_eq!(
            socket_setting(Path::new("/srv/a, \"b\"/run")),
            OsString::from("unix_socket_directories=\"/srv/a, \"\"b\"\"/run\"")
        );
    }
}
