//! The launcher against the PostgreSQL of this machine. Every test has a directory of its own.

use std::{
    env,
    ffi::OsStr,
    fs,
    ops::Deref,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use super::{pid_file::PidFile, *};

#[test]
fn a_first_start_makes_a_cluster_and_a_second_one_uses_it() {
    let dir = TempDir::new("first");

    let first = start(&dir).unwrap();
    let data_dir = first.data_dir().to_path_buf();
    assert!(socket::answers(first.socket_dir.path()));
    first.stop().unwrap();
    let made = fs::read(data_dir.join("postgres/global/pg_control")).unwrap();
    assert_eq!(PidFile::read(&data_dir.join("postgres")), None);

    let second = start(&dir).unwrap();
    assert!(socket::answers(second.socket_dir.path()));
    second.stop().unwrap();
    // The first eight bytes identify the cluster.
    assert_eq!(fs::read(data_dir.join("postgres/global/pg_control")).unwrap()[..8], made[..8]);
}

#[test]
fn only_postgresqls_account_may_enter_cluster_and_socket_directory() {
    let dir = TempDir::new("modes");

    let postgres = start(&dir).unwrap();

    for name in ["postgres", "run"] {
        let mode = fs::metadata(dir.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{name}");
    }
    postgres.stop().unwrap();
}

#[test]
fn a_second_start_in_the_same_directory_is_told_who_holds_it() {
    let dir = TempDir::new("held");
    let mut holder = start(&dir).unwrap();
    holder.note("serving http://127.0.0.1:8080").unwrap();

    let error = start(&dir).unwrap_err().to_string();

    let pid = std::process::id();
    assert!(
        error.contains(&format!("process {pid}, serving http://127.0.0.1:8080. Stop it with")),
        "{error}"
    );
    assert!(socket::answers(holder.socket_dir.path()));
    holder.stop().unwrap();
    start(&dir).unwrap().stop().unwrap();
}

#[test]
fn a_dropped_postgresql_is_stopped() {
    let dir = TempDir::new("drop");
    let postgres = start(&dir).unwrap();
    let pid = postgres.pid();

    drop(postgres);

    assert!(!process::is_alive(pid));
    assert!(!dir.join("run/.s.PGSQL.5432").exists());
}

#[test]
fn a_postgresql_that_was_killed_is_reported_and_recovers() {
    let dir = TempDir::new("killed");
    let postgres = start(&dir).unwrap();
    signal(postgres.pid(), "KILL");
    wait_until(|| !socket::answers(postgres.socket_dir.path()));
    thread::sleep(Duration::from_millis(100));

    let error = postgres.stop().unwrap_err();

    assert!(matches!(error, LauncherError::Ended { .. }), "{error}");
    start(&dir).unwrap().stop().unwrap();
}

#[test]
fn a_postgresql_that_was_killed_is_started_again_at_the_same_address() {
    let dir = TempDir::new("again");
    let mut postgres = start(&dir).unwrap();
    let (killed, address) = (postgres.pid(), postgres.url("postgres"));
    assert!(!postgres.has_ended());

    signal(killed, "KILL");
    wait_until(|| postgres.has_ended());
    postgres.start_again().unwrap();

    assert_ne!(postgres.pid(), killed);
    assert_eq!(postgres.url("postgres"), address);
    assert!(socket::answers(postgres.socket_dir.path()));
    postgres.stop().unwrap();
}

#[test]
fn a_server_that_a_killed_program_left_is_taken_over() {
    let dir = TempDir::new("left");
    let options =
        Options { data_dir: &dir, pg_bin: None, durability: Durability::Safe, settings: &[] };
    let first = LocalPostgres::start(&options).unwrap();
    let pid = first.pid();
    abandon(first);

    let second = LocalPostgres::start(&options).unwrap();

    assert_eq!(second.pid(), pid);
    second.stop().unwrap();
    wait_until(|| !process::is_alive(pid));
}

#[test]
fn a_server_with_other_settings_is_restarted_not_taken_over() {
    let dir = TempDir::new("settings");
    let first = start(&dir).unwrap();
    let pid = first.pid();
    abandon(first);

    let options =
        Options { data_dir: &dir, pg_bin: None, durability: Durability::Safe, settings: &[] };
    let second = LocalPostgres::start(&options).unwrap();

    assert_ne!(second.pid(), pid);
    wait_until(|| !process::is_alive(pid));
    second.stop().unwrap();
}

#[test]
fn a_server_that_is_just_stopping_is_waited_for() {
    let dir = TempDir::new("stopping");
    let options =
        Options { data_dir: &dir, pg_bin: None, durability: Durability::Safe, settings: &[] };
    let first = LocalPostgres::start(&options).unwrap();
    let pid = first.pid();
    signal(pid, "INT");
    abandon(first);

    let second = LocalPostgres::start(&options).unwrap();

    assert_ne!(second.pid(), pid);
    second.stop().unwrap();
}

#[test]
fn the_pid_file_of_a_dead_server_does_not_mislead() {
    let dir = TempDir::new("stale");
    let postgres = start(&dir).unwrap();
    let file = dir.join("postgres/postmaster.pid");
    let text = fs::read_to_string(&file).unwrap();
    let pid = postgres.pid().to_string();
    let is_hidden = is_hidden(&postgres);
    postgres.stop().unwrap();
    let mut dead = Command::new("true").spawn().unwrap();
    dead.wait().unwrap();

    // Its pid is nobody's, or that of a program which is no PostgreSQL.
    let mut other = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
    for stale in [dead.id(), other.id()] {
        let account = Account::choose(&dir.join("postgres")).unwrap();
        fs::write(&file, text.replacen(&pid, &stale.to_string(), 1)).unwrap();
        account.give(&file).unwrap();

        let answer = start(&dir);

        stop_unless_hidden(answer, is_hidden);
    }
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_dead_server_that_nobody_reaps_does_not_bar_the_way() {
    let dir = TempDir::new("zombie");
    let postgres = start(&dir).unwrap();
    let pid = postgres.pid();
    let is_hidden = is_hidden(&postgres);
    signal(pid, "KILL");
    wait_until(|| !socket::answers(postgres.socket_dir.path()));
    // Its parent, this process, does not ask for it.
    let LocalPostgres { postmaster, socket_dir, data_dir: _, lock, .. } = postgres;
    drop(lock);
    std::mem::forget((postmaster, socket_dir));

    stop_unless_hidden(start(&dir), is_hidden);
}

#[test]
fn what_a_killed_initdb_left_is_removed() {
    let dir = TempDir::new("half");
    let left = dir.join("postgres.new-1-1");
    fs::create_dir_all(left.join("base")).unwrap();
    fs::write(left.join("PG_VERSION"), "15\n").unwrap();

    start(&dir).unwrap().stop().unwrap();

    assert!(!left.exists());
}

#[test]
fn a_directory_that_is_no_cluster_is_left_alone() {
    let dir = TempDir::new("foreign");
    fs::create_dir(dir.join("postgres")).unwrap();
    fs::write(dir.join("postgres/letter.txt"), "Dear").unwrap();

    // Root is told first that it is not a service account's.
    let error = start(&dir).unwrap_err();

    assert!(
        matches!(error, LauncherError::NotACluster { .. } | LauncherError::ForeignOwner { .. }),
        "{error}"
    );
    assert!(dir.join("postgres/letter.txt").exists());
}

#[test]
fn data_of_another_version_is_refused_with_the_version_it_needs() {
    let dir = TempDir::new("version");
    start(&dir).unwrap().stop().unwrap();
    fs::write(dir.join("postgres/PG_VERSION"), "13\n").unwrap();

    let error = start(&dir).unwrap_err();

    assert!(matches!(error, LauncherError::VersionMissing { needed: 13, .. }), "{error}");
}

#[test]
fn a_directory_without_postgresql_is_refused_as_pg_bin() {
    let dir = TempDir::new("pg-bin");
    let options = Options {
        data_dir: &dir,
        pg_bin: Some(&dir),
        durability: Durability::ForTests,
        settings: &[],
    };

    let error = LocalPostgres::start(&options).unwrap_err().to_string();

    assert!(error.contains("there is no `postgres` in it"), "{error}");
}

#[test]
fn a_directory_that_everybody_may_write_to_is_refused() {
    let dir = TempDir::new("writable");
    fs::set_permissions(&*dir, fs::Permissions::from_mode(0o777)).unwrap();

    let error = start(&dir).unwrap_err();

    assert!(matches!(error, LauncherError::WritableByAll { .. }), "{error}");
}

#[test]
fn a_directory_out_of_reach_is_named() {
    let dir = TempDir::new("reach");
    let barred = dir.join("barred");
    fs::DirBuilder::new().mode(0o700).create(&barred).unwrap();
    let inside = barred.join("data");

    let answer = start(&inside);

    if Uid::effective().is_root() {
        let error = answer.unwrap_err();
        let barred = fs::canonicalize(barred).unwrap();
        assert!(
            matches!(&error, LauncherError::Unreachable { dir, .. } if *dir == barred),
            "{error}"
        );
    } else {
        answer.unwrap().stop().unwrap();
    }
}

#[test]
fn a_path_may_hold_any_letters() {
    let dir = TempDir::new("Größe 50% \"日本\" 'x'");

    let postgres = start(&dir).unwrap();

    assert!(socket::answers(postgres.socket_dir.path()));
    assert!(dir.join("run/.s.PGSQL.5432").exists());
    postgres.stop().unwrap();
}

#[test]
fn a_long_path_has_its_socket_elsewhere_for_the_time_being() {
    let dir = TempDir::new(&"long".repeat(40));

    let postgres = start(&dir).unwrap();

    let socket_dir = postgres.socket_dir.path().to_path_buf();
    assert!(!socket_dir.starts_with(postgres.data_dir()));
    assert!(socket::answers(&socket_dir));
    postgres.stop().unwrap();
    assert!(!socket_dir.exists());
}

#[test]
fn a_tests_postgresql_ends_with_the_test_process() {
    // This test runs itself as the process that is killed.
    const MARK: &str = "DEBATEBASE_LAUNCHER_TEST_DIR";
    const NAME: &str = concat!(module_path!(), "::a_tests_postgresql_ends_with_the_test_process");
    if let Some(dir) = env::var_os(MARK) {
        let postgres = start(Path::new(&dir)).unwrap();
        thread::sleep(Duration::from_secs(60));
        postgres.stop().unwrap();
        return;
    }
    let dir = TempDir::new("watched");
    let mut process = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture", NAME.split_once("::").unwrap().1])
        .env(MARK, dir.as_os_str())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let cluster = dir.join("postgres");
    wait_until(|| PidFile::read(&cluster).is_some_and(|file| file.is_accepting()));
    let pid = PidFile::read(&cluster).unwrap().pid;

    process.kill().unwrap();
    process.wait().unwrap();

    wait_until(|| !process::is_alive(pid));
}

fn start(dir: &Path) -> Result<LocalPostgres, LauncherError> {
    LocalPostgres::start(&Options {
        data_dir: dir,
        pg_bin: None,
        durability: Durability::ForTests,
        settings: &[],
    })
}

/// Does what the end of a killed process does: the lock is free, the server runs on.
fn abandon(postgres: LocalPostgres) {
    let LocalPostgres { postmaster, socket_dir, data_dir: _, lock, .. } = postgres;
    drop(lock);
    std::mem::forget(socket_dir);
    postmaster.abandon();
}

/// Whether the system keeps from us what PostgreSQL's processes do: where there is no `/proc`, and
/// to root in a container.
fn is_hidden(postgres: &LocalPostgres) -> bool {
    fs::read_link(format!("/proc/{}/cwd", postgres.pid())).is_err()
}

/// Where it is hidden whether a pid file is stale, it stays, and the error says how to go on.
fn stop_unless_hidden(answer: Result<LocalPostgres, LauncherError>, is_hidden: bool) {
    match answer {
        Ok(postgres) => postgres.stop().unwrap(),
        Err(error) => {
            assert!(is_hidden && matches!(error, LauncherError::StalePidFile { .. }), "{error}");
        }
    }
}

fn signal(pid: i32, name: &str) {
    let signal = format!("SIG{name}").parse::<nix::sys::signal::Signal>().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal).unwrap();
}

fn wait_until(mut condition: impl FnMut() -> bool) {
    let since = std::time::Instant::now();
    while !condition() {
        assert!(since.elapsed() < Duration::from_secs(60), "waited in vain");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A directory that is removed after the test.
struct TempDir(PathBuf);

impl TempDir {
    fn new(name: &str) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let mut full = OsStr::new("debatebase-launcher-").to_os_string();
        full.push(format!("{}-{number}-{name}", std::process::id()));
        let path = env::temp_dir().join(full);
        fs::DirBuilder::new().mode(0o755).create(&path).unwrap();
        Self(path)
    }
}

impl Deref for TempDir {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
