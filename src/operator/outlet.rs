//! Where exported files go: standard output, a file, or a directory.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Where the files of one command go.
#[derive(Debug, Clone)]
pub(super) enum Outlet {
    /// One after the other.
    Stdout,
    /// One after the other, into one file.
    File(PathBuf),
    /// Each under its own name.
    Directory(PathBuf),
}

impl Outlet {
    /// What a path means: a directory if it is one, or says that it is to be one.
    pub(super) fn at(path: &Path) -> Self {
        let says_so = path.as_os_str().to_string_lossy().ends_with(std::path::MAIN_SEPARATOR);
        if path.is_dir() || says_so {
            Self::Directory(path.to_owned())
        } else {
            Self::File(path.to_owned())
        }
    }

    /// Writes something under a name; where all goes to one place, the name is not used.
    pub(super) fn open(&self, name: &str) -> io::Result<Open> {
        match self {
            Self::Stdout => Ok(Open::through(io::stdout(), None)),
            Self::File(path) => Open::file(path),
            Self::Directory(path) => {
                fs::create_dir_all(path).map_err(|error| at(path, &error))?;
                Open::file(&path.join(name))
            }
        }
    }
}

/// A file being written. It has its name when it is whole; one that was there keeps its name until
/// then.
pub(super) struct Open {
    bytes: BufWriter<Box<dyn Write + Send>>,
    unfinished: Option<Unfinished>,
}

impl Open {
    fn file(path: &Path) -> io::Result<Self> {
        // A device or a pipe cannot be put in the place of another.
        let is_special = fs::metadata(path).is_ok_and(|it| !it.is_file());
        if is_special {
            let file = File::options().write(true).open(path).map_err(|error| at(path, &error))?;
            return Ok(Self::through(file, None));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(|error| at(&part, &error))?;
        Ok(Self::through(file, Some(Unfinished { part, path: path.to_owned() })))
    }

    fn through(bytes: impl Write + Send + 'static, unfinished: Option<Unfinished>) -> Self {
        Self { bytes: BufWriter::new(Box::new(bytes)), unfinished }
    }

    /// Says that it is whole.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.bytes.flush()?;
        match self.unfinished.take() {
            Some(unfinished) => unfinished.rename(),
            None => Ok(()),
        }
    }
}

impl Write for Open {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.bytes.flush()
    }
}

/// A file that is removed unless it gets its name.
struct Unfinished {
    part: PathBuf,
    path: PathBuf,
}

impl Unfinished {
    fn rename(self) -> io::Result<()> {
        // If it cannot be renamed, it is removed.
        fs::rename(&self.part, &self.path).map_err(|error| at(&self.path, &error))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.part);
    }
}

/// Says of which file an error speaks.
fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
