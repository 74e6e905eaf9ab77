//! What the operating system tells about processes that are not our children.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use nix::{
    errno::Errno,
    sys::signal::kill,
    unistd::{Pid, Uid},
};

/// Whether a process is there and not merely waiting to be reaped.
pub(super) fn is_alive(pid: i32) -> bool {
    exists(pid) && !is_zombie(pid)
}

/// Whether the pid is taken, be it by a process that has ended and waits to be reaped. This is
/// what PostgreSQL asks before it overrides another's pid file.
pub(super) fn exists(pid: i32) -> bool {
    matches!(kill(Pid::from_raw(pid), None), Ok(()) | Err(Errno::EPERM))
}

/// Whether a process is certainly not a PostgreSQL that serves this cluster. Where there is no
/// `/proc`, little is certain.
pub(super) fn is_certainly_not_serving(pid: i32, cluster: &Path) -> bool {
    // We may signal whoever may open our cluster.
    if kill(Pid::from_raw(pid), None) == Err(Errno::EPERM) {
        return true;
    }
    // Each process of a PostgreSQL server works in its cluster.
    let is_elsewhere = fs::read_link(proc_file(pid, "cwd")).is_ok_and(|dir| dir != cluster);
    is_elsewhere || is_other_program(pid)
}

/// Whether any process works in this cluster, which belongs to the user `owner`. `None` where the
/// system does not tell.
pub(super) fn is_in_use(cluster: &Path, owner: Uid) -> Option<bool> {
    // Where nothing is mounted there, as in a bare chroot, nobody would seem to use anything.
    fs::read_link("/proc/self/cwd").ok()?;
    for entry in fs::read_dir("/proc").ok()? {
        let entry = entry.ok()?;
        let Ok(pid) = entry.file_name().to_string_lossy().parse() else { continue };
        match fs::read_link(entry.path().join("cwd")) {
            Ok(dir) if dir == cluster => return Some(true),
            Ok(_) => {}
            // It has ended meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // We may not look, but neither may it: a cluster is its owner's alone.
            Err(_) if entry.metadata().is_ok_and(|of| of.uid() != owner.as_raw()) => {}
            // Root in a container may not look either, but sees what program it is.
            Err(_) if is_zombie(pid) || is_other_program(pid) => {}
            Err(_) => return None,
        }
    }
    Some(false)
}

fn is_other_program(pid: i32) -> bool {
    fs::read_to_string(proc_file(pid, "comm"))
        .is_ok_and(|name| !name.contains("postgres") && !name.contains("postmaster"))
}

fn is_zombie(pid: i32) -> bool {
    // The state follows the name, which stands in parentheses and may contain some itself.
    fs::read_to_string(proc_file(pid, "stat"))
        .is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z')))
}

fn proc_file(pid: i32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{file}"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_that_has_ended_is_not_alive_even_before_it_is_reaped() {
        let mut child = Command::new("true").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        if !Path::new("/proc/self/stat").exists() {
            child.wait().unwrap();
        }

        let gone = (0..500).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            !is_alive(pid)
        });
        child.wait().unwrap();

        assert!(gone);
    }
}
