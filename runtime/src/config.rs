//! How a workspace is opened.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// How much a commit waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Durability {
    /// What `commit` returned for is on disk.
    #[default]
    Full,
    /// The last commit may be lost in a power cut; the file stays consistent.
    Relaxed,
}

/// How much of the past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum History {
    /// Every state.
    #[default]
    All,
    /// The last so many states.
    Last(u64),
    /// The states of this long.
    For(Duration),
    /// Only the present.
    Off,
}

/// What to do when another process has the right to write, or there is nothing to read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Lock {
    /// Fail with [`Error::Locked`](crate::Error::Locked), or
    /// [`Error::NoPrefix`](crate::Error::NoPrefix).
    #[default]
    Fail,
    /// Wait this long for it to end, then fail.
    Wait(Duration),
}

/// How a prefix is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For reading and writing; created if it is not there.
    ReadWrite,
    /// For reading, beside a process that writes.
    ReadOnly,
}

/// How a workspace is opened; a path alone is a configuration too.
///
/// ```
/// use std::time::Duration;
/// let config = db0_runtime::Config::new("./data").prefix("main").autocommit_interval(Duration::from_millis(50));
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) root: PathBuf,
    pub(crate) prefix: String,
    pub(crate) mode: Mode,
    pub(crate) commits_by_itself: bool,
    pub(crate) commit_interval: Duration,
    pub(crate) cache_bytes: usize,
    pub(crate) map_size: Option<usize>,
    pub(crate) history: History,
    pub(crate) durability: Durability,
    pub(crate) lock: Lock,
    pub(crate) auto_refresh: bool,
    pub(crate) turn_timeout: Option<Duration>,
    pub(crate) stall: Duration,
    pub(crate) pending_bytes: usize,
    pub(crate) reserve_bytes: u64,
    pub(crate) any_file_system: bool,
    pub(crate) any_pid_namespace: bool,
    pub(crate) any_owner: bool,
}

/// Looking more often keeps a processor busy, and commits no sooner: a disk takes longer.
const INTERVAL_LEAST: Duration = Duration::from_millis(1);

impl Config {
    /// The defaults, in this folder.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            root: path.as_ref().into(),
            prefix: "default".into(),
            mode: Mode::ReadWrite,
            commits_by_itself: true,
            commit_interval: Duration::from_millis(250),
            cache_bytes: 64 << 20,
            map_size: None,
            history: History::All,
            durability: Durability::Full,
            lock: Lock::Fail,
            auto_refresh: true,
            turn_timeout: None,
            stall: Duration::from_secs(30),
            pending_bytes: 256 << 20,
            reserve_bytes: 16 << 20,
            any_file_system: false,
            any_pid_namespace: false,
            any_owner: false,
        }
    }

    /// The prefix that is opened at once and is the current one; "default" if not said.
    pub fn prefix(mut self, name: impl Into<String>) -> Self {
        self.prefix = name.into();
        self
    }

    /// Opens the first prefix for reading.
    pub fn read_only(mut self) -> Self {
        self.mode = Mode::ReadOnly;
        self
    }

    /// Whether a background thread commits; on if not said.
    pub fn autocommit(mut self, on: bool) -> Self {
        self.commits_by_itself = on;
        self
    }

    /// How long a change waits for the background commit; 250 ms if not said, and a millisecond at least.
    /// Where [`autocommit`](Self::autocommit) is off, it stays off.
    pub fn autocommit_interval(mut self, interval: Duration) -> Self {
        self.commit_interval = interval;
        self
    }

    /// How often a background thread commits; none if it does not.
    pub(crate) fn commits_every(&self) -> Option<Duration> {
        self.commits_by_itself.then(|| self.commit_interval.max(INTERVAL_LEAST))
    }

    /// Memory for recently used objects; 64 MiB if not said.
    pub fn cache_size(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// Memory for what waits for a commit; 256 MiB if not said. At a quarter of it a commit begins
    /// before its interval is over. Elements of collections that an `atomic` writes beyond this go to a
    /// scratch file until it ends; and while commits fail, writers wait for the disk once so much waits
    /// (see [`stall`](Self::stall)).
    pub fn pending_size(mut self, bytes: usize) -> Self {
        self.pending_bytes = bytes;
        self
    }

    /// Room on the disk that is kept for a time when it is full, beside files of four times as much; 16 MiB
    /// if not said, 0 for none. Forgetting states ([`prune_history`](crate::Prefix::prune_history)) and
    /// [`compact`](crate::Prefix::compact) use it up then, and it is kept anew once there is room.
    pub fn reserve(mut self, bytes: u64) -> Self {
        self.reserve_bytes = bytes;
        self
    }

    /// Address space to begin with, instead of as much as there is. It grows when it is full.
    pub fn map_size(mut self, bytes: usize) -> Self {
        self.map_size = Some(bytes);
        self
    }

    /// How much of the past is kept; everything if not said.
    pub fn history(mut self, history: History) -> Self {
        self.history = history;
        self
    }

    /// How much a commit waits for the disk; fully if not said.
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// What to do when another process writes, or when there is nothing to read yet; fail if not
    /// said.
    pub fn lock(mut self, lock: Lock) -> Self {
        self.lock = lock;
        self
    }

    /// Whether readers follow the writer by themselves; they do if not said.
    pub fn auto_refresh(mut self, on: bool) -> Self {
        self.auto_refresh = on;
        self
    }

    /// How long to wait for another thread's guard or `atomic`; for ever if not said.
    pub fn turn_timeout(mut self, timeout: Duration) -> Self {
        self.turn_timeout = Some(timeout);
        self
    }

    /// Also opens folders on network file systems and FUSE, where several processes may see
    /// different things.
    pub fn any_file_system(mut self) -> Self {
        self.any_file_system = true;
        self
    }

    /// Also opens prefixes that processes of another pid namespace have open. Their numbers must
    /// differ all the same: of two processes of one number, the second can't read.
    pub fn any_pid_namespace(mut self) -> Self {
        self.any_pid_namespace = true;
        self
    }

    /// Also opens folders that everybody may write to, or that belong to another user (not root), and links
    /// to folders. Whoever may write to the folder of a prefix can change what is stored, and crash those who
    /// read it.
    pub fn any_owner(mut self) -> Self {
        self.any_owner = true;
        self
    }

    /// How long writes wait for a disk that refuses commits before they fail; 30 s if not said.
    pub fn stall(mut self, patience: Duration) -> Self {
        self.stall = patience;
        self
    }
}

impl<P: AsRef<Path>> From<P> for Config {
    fn from(path: P) -> Self {
        Self::new(path)
    }
}
