//! The cluster: made once, by `initdb`.

use std::{
    fs::{self, File},
    io,
    path::Path,
    process, thread,
    time::{Duration, SystemTime},
};

use super::{
    Durability, LauncherError, SUPERUSER, account::Account, binaries::Binaries, data_dir::DataDir,
};

/// What the names of unfinished clusters begin with.
const UNFINISHED: &str = "postgres.new-";

/// How often, and after which pause, we try again to remove one that is still written to.
const ATTEMPTS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Locales that order text by code point and know the letters of all languages, the best first.
/// Not every system has the first, and the last, which each has, knows ASCII letters only.
const LOCALES: [&[&str]; 3] =
    [&["--locale=C.UTF-8"], &["--locale=C", "--lc-ctype=en_US.UTF-8"], &["--locale=C"]];

/// The major version that made the cluster. `None` if there is no cluster.
pub(super) fn major(data_dir: &DataDir) -> Result<Option<u32>, LauncherError> {
    let dir = data_dir.cluster();
    match fs::read_to_string(dir.join("PG_VERSION")) {
        Ok(text) => match text.trim().parse() {
            Ok(major) => Ok(Some(major)),
            Err(_) => Err(LauncherError::NotACluster { dir }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound && !dir.exists() => Ok(None),
        Err(_) => Err(LauncherError::NotACluster { dir }),
    }
}

/// Makes the cluster.
pub(super) fn create(
    data_dir: &DataDir,
    binaries: &Binaries,
    account: &Account,
    durability: Durability,
) -> Result<(), LauncherError> {
    remove_unfinished(data_dir)?;
    // The name is a new one each time: the `initdb` of a killed program may still be at work, and
    // must not write into ours.
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let name = format!("{UNFINISHED}{}-{}", process::id(), since_1970.as_micros());
    let unfinished = data_dir.path().join(name);
    log::info!("making a PostgreSQL {} cluster in {}", binaries.major(), data_dir.path().display());

    account.make_private_dir(&unfinished)?;
    initdb_in_best_locale(&unfinished, binaries, account, durability).inspect_err(|_| {
        // The error that counts is the first; what stays is removed by the next attempt.
        let _ = fs::remove_dir_all(&unfinished);
    })?;

    // A rename is atomic: a half-made cluster never carries the final name.
    let cluster = data_dir.cluster();
    fs::rename(&unfinished, &cluster).map_err(LauncherError::io("rename to", &cluster))?;
    File::open(data_dir.path())
        .and_then(|dir| dir.sync_all())
        .map_err(LauncherError::io("write", data_dir.path()))
}

fn initdb_in_best_locale(
    dir: &Path,
    binaries: &Binaries,
    account: &Account,
    durability: Durability,
) -> Result<(), LauncherError> {
    let mut output = String::new();
    for locale in LOCALES {
        output = match initdb(dir, locale, binaries, account, durability)? {
            Ok(()) => return Ok(()),
            Err(output) => output,
        };
        if !output.contains("invalid locale") {
            break;
        }
    }
    Err(LauncherError::Initdb { output })
}

/// Runs `initdb` once. The inner error is what it said.
fn initdb(
    dir: &Path,
    locale: &[&str],
    binaries: &Binaries,
    account: &Account,
    durability: Durability,
) -> Result<Result<(), String>, LauncherError> {
    let mut command = account.command(binaries.initdb());
    command
        .arg("--pgdata")
        .arg(dir)
        .arg(format!("--username={SUPERUSER}"))
        // Whoever may enter the socket's directory is the owner of the cluster.
        .arg("--auth=trust")
        .arg("--encoding=UTF8")
        .args(locale)
        .arg("--no-instructions");
    if binaries.major() >= 17 {
        // The same order on every system, and in every later version of it.
        command.args(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    }
    if durability == Durability::ForTests {
        command.arg("--no-sync");
    }
    let output = command.output().map_err(LauncherError::io("run", &binaries.initdb()))?;
    if output.status.success() {
        return Ok(Ok(()));
    }
    let said = [output.stdout, output.stderr].concat();
    Ok(Err(String::from_utf8_lossy(&said).trim().to_owned()))
}

/// Removes what a killed `initdb` left.
fn remove_unfinished(data_dir: &DataDir) -> Result<(), LauncherError> {
    let failed = |error| LauncherError::io("read", data_dir.path())(error);
    for entry in fs::read_dir(data_dir.path()).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
            remove_patiently(&entry.path());
        }
    }
    Ok(())
}

/// Removes a directory that an `initdb`, whose program was killed, may still be writing to. It
/// gives up when it misses its files.
fn remove_patiently(path: &Path) {
    log::info!("removing {}, an unfinished cluster", path.display());
    let mut result = fs::remove_dir_all(path);
    for _ in 0..ATTEMPTS {
        if result.is_ok() || !path.exists() {
            return;
        }
        thread::sleep(PAUSE);
        result = fs::remove_dir_all(path);
    }
    // It is in nobody's way: the next one has another name.
    if let Err(error) = result {
        log::warn!("could not remove {}: {error}", path.display());
    }
}
