//! One process to a data directory.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process, thread,
    time::Duration,
};

use super::{LauncherError, data_dir::DataDir};

/// The lock on a data directory, held until this is dropped or the process ends.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock, or says who has it. Does not wait.
    pub(super) fn acquire(data_dir: &DataDir) -> Result<Self, LauncherError> {
        let path = data_dir.lock();
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o644)
            .open(&path)
            .map_err(LauncherError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let (data_dir, holder) = (data_dir.path().to_path_buf(), holder(&path));
                return Err(LauncherError::InUse { data_dir, holder });
            }
            Err(TryLockError::Error(error)) => {
                return Err(LauncherError::io("lock", &path)(error));
            }
        }
        let mut lock = Self { file, path };
        lock.note("")?;
        Ok(lock)
    }

    /// Says what the holder does, after its pid.
    pub(super) fn note(&mut self, text: &str) -> Result<(), LauncherError> {
        self.write(&format!("{}\n{text}\n", process::id()))
            .map_err(LauncherError::io("write", &self.path))
    }

    fn write(&mut self, text: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())
    }
}

impl Drop for Lock {
    /// The file itself stays: removing it would let two processes lock two files of one name.
    fn drop(&mut self) {
        // An old pid in an unlocked file misleads nobody.
        let _ = self.file.set_len(0);
        // Closing the file would do, unless another thread is just starting a program: until that
        // runs, it has our files open too.
        let _ = self.file.unlock();
    }
}

/// Who holds the lock and how to go on, as the end of a sentence.
fn holder(path: &Path) -> String {
    let mut text = fs::read_to_string(path).unwrap_or_default();
    if text.is_empty() {
        // The holder has taken the lock just now and is about to write its name.
        thread::sleep(Duration::from_millis(100));
        text = fs::read_to_string(path).unwrap_or_default();
    }
    describe(&text)
}

fn describe(text: &str) -> String {
    let mut lines = text.lines();
    let pid = lines.next().unwrap_or_default();
    let note = lines.next().unwrap_or_default();
    let does = if note.is_empty() { String::new() } else { format!(", {note}") };
    if pid.is_empty() {
        return "another process. Stop it, or start with another --data-dir.".to_owned();
    }
    format!("process {pid}{does}. Stop it with `kill {pid}`, or start with another --data-dir.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_described_by_pid_and_note() {
        assert_eq!(
            describe("42\nserving http://127.0.0.1:8080\n"),
            "process 42, serving http://127.0.0.1:8080. Stop it with `kill 42`, or start with another --data-dir."
        );
        assert_eq!(
            describe("42\n\n"),
            "process 42. Stop it with `kill 42`, or start with another --data-dir."
        );
        assert_eq!(describe(""), "another process. Stop it, or start with another --data-dir.");
    }
}
