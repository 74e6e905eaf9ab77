//! The data directory: what is in it, and that it is ours.

use std::{
    fs, io,
    os::unix::{
        ffi::OsStrExt,
        fs::{MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use nix::unistd::Uid;

use super::{LauncherError, account};

/// The name of the socket's directory.
pub(super) const RUN: &str = "run";

/// A data directory that exists and belongs to this process's user.
#[derive(Debug)]
pub(super) struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// Makes the directory if it is not there, and refuses one that belongs to somebody else.
    pub(super) fn prepare(path: &Path) -> Result<Self, LauncherError> {
        if path.as_os_str().as_bytes().contains(&b'\n') {
            // PostgreSQL writes the path into a file of lines.
            let source = io::Error::new(io::ErrorKind::InvalidInput, "its name has a line break");
            return Err(LauncherError::io("use", path)(source));
        }
        make_with_parents(path)?;
        let path = fs::canonicalize(path).map_err(LauncherError::io("find", path))?;

        let metadata = fs::metadata(&path).map_err(LauncherError::io("look at", &path))?;
        let (owner, me) = (Uid::from_raw(metadata.uid()), Uid::effective());
        if owner != me {
            let (owner, runs_as) = (account::name(owner), account::name(me));
            return Err(LauncherError::ForeignOwner { path, owner, runs_as });
        }
        if metadata.mode() & 0o002 != 0 {
            return Err(LauncherError::WritableByAll { dir: path });
        }
        // An empty directory was made for us, by `mktemp -d` perhaps. One with other things in it
        // keeps the permissions its owner gave it.
        if is_empty(&path).map_err(LauncherError::io("read", &path))? {
            set_mode(&path)?;
        }
        Ok(Self { path })
    }

    /// Absolute, without symbolic links.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The cluster's own directory.
    pub(super) fn cluster(&self) -> PathBuf {
        self.path.join("postgres")
    }

    /// The directory of the socket, if its path is short enough.
    pub(super) fn run(&self) -> PathBuf {
        self.path.join(RUN)
    }

    /// What PostgreSQL says.
    pub(super) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// The file whose lock says that the directory is in use.
    pub(super) fn lock(&self) -> PathBuf {
        self.path.join("lock")
    }
}

fn make_with_parents(path: &Path) -> Result<(), LauncherError> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        make_with_parents(parent)?;
    }
    match fs::create_dir(path) {
        Ok(()) => set_mode(path),
        // Another process that starts at the same time was faster.
        Err(_) if path.is_dir() => Ok(()),
        Err(error) => Err(LauncherError::io("make the directory", path)(error)),
    }
}

/// Root's directory must let PostgreSQL's account through; a user's is the user's alone.
fn set_mode(path: &Path) -> Result<(), LauncherError> {
    let mode = if Uid::effective().is_root() { 0o755 } else { 0o700 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(LauncherError::io("set the permissions of", path))
}

fn is_empty(path: &Path) -> io::Result<bool> {
    Ok(fs::read_dir(path)?.next().is_none())
}
