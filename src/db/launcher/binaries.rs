//! The PostgreSQL programs installed on this machine.

use std::{
    collections::HashSet,
    env, fs,
    path::{Path, PathBuf},
};

use super::{LauncherError, account::Account};

/// The oldest PostgreSQL that will do.
const OLDEST: u32 = 14;

/// Where packages put the programs of each version: what stands before and after the version.
const VERSIONED_PLACES: [(&str, &str, &str); 7] = [
    // Debian and Ubuntu.
    ("/usr/lib/postgresql", "", "bin"),
    // The PostgreSQL project's packages for Fedora and Red Hat.
    ("/usr", "pgsql-", "bin"),
    // Alpine.
    ("/usr/libexec", "postgresql", ""),
    // Homebrew on Apple silicon, on Intel and on Linux.
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
    // Postgres.app.
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// A directory with `postgres` and `initdb` of one version.
#[derive(Debug)]
pub(super) struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    pub(super) fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    /// The major version, such as 17.
    pub(super) fn major(&self) -> u32 {
        self.major
    }

    /// Looks at one directory, or says what is wrong with it.
    fn at(dir: &Path, account: &Account) -> Result<Self, String> {
        for program in ["postgres", "initdb"] {
            if !dir.join(program).is_file() {
                return Err(format!("there is no `{program}` in it"));
            }
        }
        // Asked under the account that will run it, which may have fewer rights than we have.
        let output = account
            .command(dir.join("postgres"))
            .arg("--version")
            .output()
            .map_err(|error| format!("`postgres --version` cannot be run: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        match major_of(&text) {
            Some(major) if major >= OLDEST => Ok(Self { dir: dir.to_path_buf(), major }),
            Some(major) => Err(format!("its version is {major}")),
            None => Err(format!("`postgres --version` says {:?}", text.trim())),
        }
    }
}

/// All usable binaries on this machine, or those in `pg_bin`; the best first.
pub(super) fn installed(
    pg_bin: Option<&Path>,
    account: &Account,
) -> Result<Vec<Binaries>, LauncherError> {
    // An empty setting is none.
    if let Some(dir) = pg_bin.filter(|dir| !dir.as_os_str().is_empty()) {
        // Whoever names a directory wants that one: another would be a surprise.
        let dir = std::path::absolute(dir).map_err(LauncherError::io("find", dir))?;
        return match Binaries::at(&dir, account) {
            Ok(binaries) => Ok(vec![binaries]),
            Err(reason) => Err(LauncherError::PgBin { dir, reason }),
        };
    }
    let mut found = Vec::new();
    let mut passed_over = String::new();
    let mut seen = HashSet::new();
    for dir in places(account) {
        // Places that do not exist, or only as another name of one that we know, are no news.
        let Ok(real) = fs::canonicalize(dir.join("postgres")) else { continue };
        if !seen.insert(real) {
            continue;
        }
        match Binaries::at(&dir, account) {
            Ok(binaries) => found.push(binaries),
            Err(reason) => {
                passed_over.push_str(&format!("\n{} was passed over: {reason}.", dir.display()));
            }
        }
    }
    if found.is_empty() {
        return Err(LauncherError::NotInstalled { oldest: OLDEST, passed_over });
    }
    Ok(found)
}

/// Those to make a new cluster with.
pub(super) fn preferred(installed: Vec<Binaries>) -> Result<Binaries, LauncherError> {
    installed
        .into_iter()
        .next()
        .ok_or_else(|| LauncherError::NotInstalled { oldest: OLDEST, passed_over: String::new() })
}

/// Those to run an existing cluster with: only its own major version can read it.
pub(super) fn of_major(
    installed: Vec<Binaries>,
    major: u32,
    data_dir: &Path,
) -> Result<Binaries, LauncherError> {
    let found = installed.iter().map(|binaries| binaries.major.to_string()).collect::<Vec<_>>();
    installed.into_iter().find(|binaries| binaries.major == major).ok_or_else(|| {
        LauncherError::VersionMissing {
            needed: major,
            data_dir: data_dir.to_path_buf(),
            found: found.join(", "),
        }
    })
}

/// Every directory that may hold the programs, the best first.
fn places(account: &Account) -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Ok(output) = account.command("pg_config").arg("--bindir").output() {
        let dir = String::from_utf8_lossy(&output.stdout);
        // Without a directory the name would be looked up in the working directory.
        if dir.starts_with('/') {
            places.push(PathBuf::from(dir.trim()));
        }
    }
    for (parent, prefix, suffix) in VERSIONED_PLACES {
        places.extend(versions_in(Path::new(parent), prefix).map(|dir| dir.join(suffix)));
    }
    // PATH is no setting of this program but the system's way of finding programs, so that it is
    // read here and not with the settings.
    if let Some(path) = env::var_os("PATH") {
        places.extend(env::split_paths(&path).filter(|dir| dir.is_absolute()));
    }
    places
}

/// The directories named `<prefix><version>`, the newest first.
fn versions_in(parent: &Path, prefix: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let mut found = Vec::new();
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let version = name.to_str().and_then(|name| name.strip_prefix(prefix));
        if let Some(version) = version.and_then(leading_number) {
            found.push((version, entry.path()));
        }
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, path)| path)
}

/// The major version in what `postgres --version` says.
fn major_of(text: &str) -> Option<u32> {
    leading_number(text.split_once("(PostgreSQL) ")?.1)
}

fn leading_number(text: &str) -> Option<u32> {
    text.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_every_form_of_version() {
        for (text, major) in [
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 17.2\n", Some(17)),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("postgres (PostgreSQL) 19devel\n", Some(19)),
            ("postgres (PostgreSQL) 9.6.24\n", Some(9)),
            ("postgres (PostgreSQL) \n", None),
            ("another program 15.1\n", None),
            ("", None),
        ] {
            assert_eq!(major_of(text), major, "{text:?}");
        }
    }

    #[test]
    fn the_newest_version_comes_first() {
        let parent = env::temp_dir().join(format!("debatebase-versions-{}", std::process::id()));
        for name in ["pgsql-9", "pgsql-14", "pgsql-17", "pgsql-100", "pgsql-old", "other"] {
            fs::create_dir_all(parent.join(name)).unwrap();
        }

        let found: Vec<_> = versions_in(&parent, "pgsql-").collect();
        fs::remove_dir_all(&parent).unwrap();

        let expected = ["pgsql-100", "pgsql-17", "pgsql-14", "pgsql-9"];
        assert_eq!(found, expected.map(|name| parent.join(name)));
    }

    #[test]
    fn data_of_a_version_that_is_not_there_is_refused_by_name() {
        let installed =
            || [17, 15].map(|major| Binaries { dir: PathBuf::from("/bin"), major }).into();

        assert_eq!(of_major(installed(), 15, Path::new("/srv")).unwrap().major, 15);
        let error = of_major(installed(), 16, Path::new("/srv")).unwrap_err().to_string();
        assert!(error.contains("made by PostgreSQL 16, but only 17, 15 was found"), "{error}");
    }
}
