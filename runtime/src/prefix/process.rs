//! Which process one is: a number alone is used again, and means something else elsewhere.

use std::{fmt, fs, path::Path, sync::LazyLock};

/// A process, told apart from those that had or have its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// When it began, in ticks since the machine did; zero where that is not known.
    began: u64,
    /// The inode of the namespace in which the number is its own; zero where that is not known.
    pub(super) namespace: u64,
    /// The run of the machine.
    boot: String,
}

static CURRENT: LazyLock<Process> = LazyLock::new(|| {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let pid = std::process::id();
    Process {
        pid,
        began: began(pid).unwrap_or(0),
        namespace: namespace().unwrap_or(0),
        boot: boot.trim().into(),
    }
});

/// The inode behind a link like `pid:[4026531836]`.
fn namespace() -> Option<u64> {
    let link = fs::read_link("/proc/self/ns/pid").ok()?;
    link.to_str()?.strip_prefix("pid:[")?.strip_suffix(']')?.parse().ok()
}

/// The start time of a process, which stands behind its name in brackets.
fn began(pid: u32) -> Option<u64> {
    // Of oneself by another name: the mounted list of processes may be that of another namespace.
    let own = pid == std::process::id();
    let path = if own { "/proc/self/stat".into() } else { format!("/proc/{pid}/stat") };
    let stat = fs::read_to_string(path).ok()?;
    let (_, behind) = stat.rsplit_once(')')?;
    behind.split_whitespace().nth(19)?.parse().ok()
}

impl Process {
    pub(super) fn current() -> &'static Self {
        &CURRENT
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let pid = words.next()?.parse().ok()?;
        let mut number = || words.next()?.parse().ok();
        let (began, namespace) = (number()?, number()?);
        Some(Self { pid, began, namespace, boot: words.next().unwrap_or_default().into() })
    }

    /// Both give processes the same numbers.
    pub(super) fn shares_numbers_with(&self, other: &Self) -> bool {
        self.boot == other.boot && self.namespace == other.namespace
    }

    /// It has not ended, as far as can be seen from here.
    pub(super) fn may_be_alive(&self) -> bool {
        let here = Self::current();
        if self.boot != here.boot {
            return false;
        }
        if self.namespace != here.namespace || !Path::new("/proc/self/stat").exists() {
            return true;
        }
        began(self.pid) == Some(self.began)
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.pid, self.began, self.namespace, self.boot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_itself_again_and_nobody_else() {
        let me = Process::current();
        assert_eq!(Process::parse(&me.to_string()).as_ref(), Some(me));
        assert!(me.may_be_alive());
        let before = Process { began: me.began.wrapping_sub(1), ..me.clone() };
        assert!(!before.may_be_alive(), "its number was used again");
        let elsewhere = Process { namespace: me.namespace + 1, ..before };
        assert!(elsewhere.may_be_alive() && !elsewhere.shares_numbers_with(me));
        assert_eq!(Process::parse("17"), None);
    }
}
