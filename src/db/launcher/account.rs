//! Whose account PostgreSQL runs under.

use std::{
    env,
    ffi::OsStr,
    fs, io,
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown},
        process::CommandExt,
    },
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::{Gid, Uid, User};

use super::LauncherError;

/// The accounts root hands PostgreSQL to, the best first. Every package of PostgreSQL makes one
/// of the first two.
const SERVICE_ACCOUNTS: [&str; 3] = ["postgres", "_postgres", "nobody"];

/// The account PostgreSQL runs under.
#[derive(Debug)]
pub(super) enum Account {
    /// That of this process.
    Own,
    /// An unprivileged one, because this process is root's.
    Service { name: String, uid: Uid, gid: Gid },
}

impl Account {
    /// Decides by who we are and by whom the cluster belongs to, if there is one.
    pub(super) fn choose(cluster: &Path) -> Result<Self, LauncherError> {
        let owner = match fs::symlink_metadata(cluster) {
            Ok(metadata) => Some(Uid::from_raw(metadata.uid())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(LauncherError::io("look at", cluster)(error)),
        };
        let me = Uid::effective();

        let account = if me.is_root() {
            let mut services = SERVICE_ACCOUNTS.into_iter().filter_map(service);
            match owner {
                // A cluster keeps its account, even if a better one has come since.
                Some(owner) => services.find(|service| service.uid() == owner),
                None => Some(services.next().ok_or(LauncherError::NoAccount)?),
            }
        } else {
            owner.is_none_or(|owner| owner == me).then_some(Self::Own)
        };
        account.ok_or_else(|| LauncherError::ForeignOwner {
            path: cluster.to_path_buf(),
            owner: owner.map_or_else(String::new, name),
            runs_as: name(me),
        })
    }

    /// The user id PostgreSQL's files must have.
    pub(super) fn uid(&self) -> Uid {
        match self {
            Self::Own => Uid::effective(),
            Self::Service { uid, .. } => *uid,
        }
    }

    /// A command that runs under this account and is not led astray by our surroundings.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Self::Service { uid, gid, .. } = self {
            // The standard library drops root's supplementary groups as well.
            command.uid(uid.as_raw()).gid(gid.as_raw());
        }
        // PGPORT, PGDATA, PGOPTIONS and their like are meant for somebody else's server.
        for (variable, _) in env::vars_os() {
            if variable.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(variable);
            }
        }
        // English messages, because we read some of them; and macOS needs a locale that exists.
        // Our own working directory may be one that the account cannot enter.
        command.env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        command
    }

    /// Makes a directory that only this account may enter. It may exist already.
    pub(super) fn make_private_dir(&self, path: &Path) -> Result<(), LauncherError> {
        match fs::DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(LauncherError::io("make the directory", path)(error));
            }
            Ok(()) | Err(_) => {}
        }
        // In a place that others may write to, the directory may be theirs, or a link to elsewhere.
        let metadata = fs::symlink_metadata(path).map_err(LauncherError::io("look at", path))?;
        let owner = Uid::from_raw(metadata.uid());
        if !metadata.is_dir() || (owner != self.uid() && owner != Uid::effective()) {
            return Err(LauncherError::ForeignOwner {
                path: path.to_path_buf(),
                owner: name(owner),
                runs_as: name(self.uid()),
            });
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
            .map_err(LauncherError::io("set the permissions of", path))?;
        self.give(path)
    }

    /// Hands a file or directory that we made to this account.
    pub(super) fn give(&self, path: &Path) -> Result<(), LauncherError> {
        match self {
            Self::Own => Ok(()),
            Self::Service { uid, gid, .. } => lchown(path, Some(uid.as_raw()), Some(gid.as_raw()))
                .map_err(LauncherError::io("change the owner of", path)),
        }
    }

    /// Checks that this account may enter a directory and all that lead to it.
    pub(super) fn check_reaches(&self, path: &Path) -> Result<(), LauncherError> {
        let Self::Service { name, uid, gid } = self else { return Ok(()) };
        // From the root down, so that the first obstacle on the way is the one that is told.
        let mut way: Vec<&Path> = path.ancestors().collect();
        way.reverse();
        for dir in way {
            let metadata = fs::metadata(dir).map_err(LauncherError::io("look at", dir))?;
            let right = if metadata.uid() == uid.as_raw() {
                0o100
            } else if metadata.gid() == gid.as_raw() {
                0o010
            } else {
                0o001
            };
            if metadata.mode() & right == 0 {
                let (dir, account) = (dir.to_path_buf(), name.clone());
                return Err(LauncherError::Unreachable { dir, account });
            }
        }
        Ok(())
    }
}

/// The name of a user, for messages.
pub(super) fn name(uid: Uid) -> String {
    match User::from_uid(uid) {
        Ok(Some(user)) => format!("`{}`", user.name),
        Ok(None) | Err(_) => format!("the user with the id {uid}"),
    }
}

fn service(name: &str) -> Option<Account> {
    let user = User::from_name(name).ok().flatten().filter(|user| !user.uid.is_root())?;
    Some(Account::Service { name: user.name, uid: user.uid, gid: user.gid })
}
