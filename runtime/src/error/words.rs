//! Words of messages that depend on what is told.

pub(super) fn set_aside_text(objects: usize) -> String {
    match objects {
        1 => "an object that stays as it was".into(),
        _ => format!("{objects} objects that stay as they were"),
    }
}

pub(super) fn holders_text(count: u64) -> String {
    if count == 1 {
        "a reference still holds".into()
    } else {
        format!("{count} references still hold")
    }
}

pub(super) fn known_text(state: u64, known: u64) -> String {
    if state == known { "more than that".into() } else { format!("state {known}") }
}

pub(super) fn pids_text(pids: &[u32]) -> String {
    if pids.is_empty() {
        return "another process".into();
    }
    let numbers: Vec<String> = pids.iter().map(u32::to_string).collect();
    format!("{} {}", if pids.len() == 1 { "process" } else { "processes" }, numbers.join(", "))
}

pub(super) fn more_text(findings: u64) -> String {
    if findings > 1 { format!(", and {} more findings", findings - 1) } else { String::new() }
}

pub(super) fn pid_text(pid: Option<u32>) -> String {
    pid.map_or_else(|| "unknown".into(), |pid| pid.to_string())
}

/// What the system's `errno` usually means, and what to do about it, where the system's own words do
/// not say so.
pub(crate) fn system_cause(code: i32) -> Option<&'static str> {
    Some(match code {
        libc::EACCES | libc::EPERM => {
            "permission denied: the folder and its files must be readable and writable by this user"
        }
        libc::ENOSPC => "the disk is full: make room, and try again",
        libc::EDQUOT => "the disk quota is used up: make room, and try again",
        libc::EFBIG => "the file may not grow any more (see ulimit -f)",
        libc::EROFS => {
            "the file system is read-only: mount it for writing, or open with Mode::ReadOnly"
        }
        libc::EIO => {
            "the disk reported an error, or a write was cut short (disk full, file size limit?)"
        }
        libc::EAGAIN => {
            "the system gives this process no further thread or lock (see ulimit -u and ulimit -v)"
        }
        libc::ENOTDIR => "a file stands where a folder should be",
        libc::EMFILE | libc::ENFILE => "too many files are open (see ulimit -n)",
        _ => return None,
    })
}
