//! The one error type: every variant carries what is needed to act on it.

use std::path::PathBuf;

use uuid::Uuid;

use super::words::{
    holders_text, known_text, more_text, pid_text, pids_text, set_aside_text, system_cause,
};

/// What every fallible call of db0 returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, to which prefix or object, and what to do about it.
///
/// There is deliberately no `From` implementation for foreign errors: that is what lets `?` infer
/// the error type in the closures given to `atomic`. Wrap your own failures with [`Error::other`],
/// or end an `atomic` on purpose with [`abort`](crate::abort).
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A free function was called before `db0::init`.
    #[error(
        "no workspace is open: call db0::init(path) first, or enter one with workspace.enter()"
    )]
    NoWorkspace,

    /// The workspace or prefix has been closed.
    #[error("{what} is closed: open it again with db0::init or db0::open")]
    Closed {
        /// The prefix or workspace in question.
        what: String,
    },

    /// Another process (or another workspace of this one) holds the right to write.
    #[error("prefix {prefix:?} is being written by another process (pid {}): close it there, open it with Mode::ReadOnly (beside a writer that needs a medium which can be written), or wait with Config::lock", pid_text(*.pid))]
    Locked {
        /// The prefix whose lease is taken.
        prefix: String,
        /// The holder, when it could be read.
        pid: Option<u32>,
    },

    /// This process already has the prefix open for writing.
    #[error(
        "prefix {prefix:?} is already open for writing in this process: use that handle, or open this one with Mode::ReadOnly"
    )]
    AlreadyOpen {
        /// The prefix in question.
        prefix: String,
    },

    /// Two prefixes of one workspace carry the same identity (one is a copy of the other).
    #[error(
        "prefixes {first:?} and {second:?} have the same id (one is a copy of the other): open them in different workspaces"
    )]
    SamePrefixId {
        /// The prefix that was open before.
        first: String,
        /// The prefix that was refused.
        second: String,
    },

    /// There is no prefix of this name to read or drop.
    #[error("there is no prefix {prefix:?} in {}: open it with Mode::ReadWrite to create it, or wait for a writer with Config::lock", .root.display())]
    NoPrefix {
        /// The name that was asked for.
        prefix: String,
        /// The workspace folder.
        root: PathBuf,
    },

    /// Something is in the place that a copy was to take.
    #[error("{} is there already: nothing was written; choose another place, or remove it first", .path.display())]
    Exists {
        /// What is there.
        path: PathBuf,
    },

    /// A file holds damage, and so is not made a backup or a prefix of.
    #[error("{} is damaged: {first}{}; nothing was made of it, `db0 verify` lists all damage", .path.display(), more_text(*.findings))]
    Unsound {
        /// The file.
        path: PathBuf,
        /// The first thing that was found.
        first: String,
        /// How many there are.
        findings: u64,
    },

    /// The file of a prefix shows less than was committed to it.
    #[error("{} shows state {state}, and {} was committed here: the file was replaced by an older copy, or has lost what was on the disk; put the newer file back, or go on with this one by `db0 doctor --accept`", .path.display(), known_text(*.state, *.known))]
    RolledBack {
        /// The file.
        path: PathBuf,
        /// The last state in it.
        state: u64,
        /// The last state that is known to have been committed.
        known: u64,
    },

    /// A dump is not what was written, and so nothing was made of it.
    #[error("the dump can't be loaded: {why}; nothing was made of it")]
    BadDump {
        /// What is wrong with it.
        why: String,
    },

    /// The prefix is open, and the operation needs it closed.
    #[error("prefix {prefix:?} is open: close every handle on it first")]
    PrefixOpen {
        /// The prefix in question.
        prefix: String,
    },

    /// Others have the prefix open, and the operation needs it for itself.
    #[error(
        "prefix {prefix:?} is open in {}: close it there first (compact_within waits for that)",
        pids_text(pids)
    )]
    InUse {
        /// The prefix in question.
        prefix: String,
        /// The processes that have it open, as far as they are known; this one itself, if another of its
        /// workspaces has.
        pids: Vec<u32>,
    },

    /// Processes of another pid namespace have the prefix open.
    #[error(
        "prefix {prefix:?} is open in another pid namespace (process {pid} there): LMDB tells processes by their numbers, which mean something else here; let the containers share a namespace, or see Config::any_pid_namespace"
    )]
    OtherNamespace {
        /// The prefix in question.
        prefix: String,
        /// The process that had it open first, by its number there.
        pid: u32,
    },

    /// A prefix name that can't be a folder below the workspace.
    #[error("{name:?} can't name a prefix: {why}")]
    BadName {
        /// The refused name.
        name: String,
        /// The rule it breaks.
        why: &'static str,
    },

    /// A write was tried through something that only reads.
    #[error(
        "{what} is read-only: write through a handle of a prefix that is open with Mode::ReadWrite"
    )]
    ReadOnly {
        /// The snapshot, prefix or view in question.
        what: String,
    },

    /// No object of this class has this uuid.
    #[error("no {class} with uuid {uuid} exists here")]
    NotFound {
        /// The class that was asked for.
        class: String,
        /// The uuid that was asked for.
        uuid: Uuid,
    },

    /// There is no singleton of this class (yet).
    #[error("there is no singleton of class {class}: create it with db0::singleton(|| …)")]
    NoSingleton {
        /// The class that was asked for.
        class: String,
    },

    /// The prefix has an object of a class that may have one.
    #[error(
        "{class} {uuid} is the singleton of its class already: db0::singleton gives it, and there can't be a second one in a prefix"
    )]
    SecondSingleton {
        /// The class.
        class: String,
        /// The object that there is.
        uuid: Uuid,
    },

    /// The object has been deleted, or was made in an `atomic` that was rolled back.
    #[error("{class} {uuid} has been deleted")]
    Deleted {
        /// Its class.
        class: String,
        /// Its uuid.
        uuid: Uuid,
    },

    /// Something still refers to the object.
    #[error(
        "{class} {uuid} can't be deleted: {} it (fields, attributes, elements of collections); remove what holds it first",
        holders_text(*.count)
    )]
    Referenced {
        /// Its class.
        class: String,
        /// Its uuid.
        uuid: Uuid,
        /// How many references there are.
        count: u64,
    },

    /// The object is of another class than the one it was asked for as.
    #[error("{uuid} is a {found}, not a {expected}")]
    WrongClass {
        /// The object.
        uuid: Uuid,
        /// What was asked for.
        expected: String,
        /// What it is.
        found: String,
    },

    /// There is no collection of this name (yet).
    #[error(
        "there is no root {name:?} in prefix {prefix:?}: ask a prefix that is open with Mode::ReadWrite for it to make it"
    )]
    NoRoot {
        /// The prefix.
        prefix: String,
        /// The name that was asked for.
        name: String,
    },

    /// The collection of a name is of another type than the one it was asked for as.
    #[error(
        "the root {name:?} is a {found}, not a {expected}: ask for it as what it is, or take another name"
    )]
    WrongRoot {
        /// The name.
        name: String,
        /// What was asked for.
        expected: String,
        /// What it is.
        found: String,
    },

    /// Two Rust types claim one class name in one open prefix.
    #[error(
        "{first} and {second} both claim the class name {class:?}: rename one with #[db0::memo(name = \"…\")]"
    )]
    ClassClash {
        /// The disputed name.
        class: String,
        /// The Rust type that had it.
        first: &'static str,
        /// The Rust type that was refused.
        second: &'static str,
    },

    /// A stored field doesn't fit today's struct.
    #[error(
        "{class}{}{field}: stored as {stored}, declared as {declared}: {why}", if field.is_empty() { "" } else { "." }
    )]
    Evolution {
        /// The class.
        class: String,
        /// The field that doesn't fit.
        field: String,
        /// The type on disk.
        stored: String,
        /// The type in the program.
        declared: String,
        /// Why they don't fit, and what to do.
        why: String,
    },

    /// A value can't be stored.
    #[error("{what} can't be stored: {why}")]
    Encode {
        /// Class and field, or collection and key.
        what: String,
        /// What is wrong with the value.
        why: String,
    },

    /// A strong reference to an object of another prefix.
    #[error(
        "a strong reference from prefix {from:?} to {target} in prefix {to:?} can't be stored: use memo.downgrade() for references between the prefixes of a workspace"
    )]
    CrossPrefix {
        /// Where it was to be stored.
        from: String,
        /// Where the object lives.
        to: String,
        /// The object.
        target: Uuid,
    },

    /// A collection that something holds in one prefix, to be stored in another one.
    #[error(
        "collection {target} is held in prefix {to:?} and can't be stored in prefix {from:?} too: store its copy() there"
    )]
    CollectionElsewhere {
        /// Where it was to be stored.
        from: String,
        /// Where it is held.
        to: String,
        /// The collection.
        target: Uuid,
    },

    /// A unique key that another object has.
    #[error("{class}.{field}: its key is taken by {holder}")]
    Unique {
        /// The class.
        class: String,
        /// The unique field.
        field: String,
        /// The key, as text. The message is without it, for messages end in logs.
        key: String,
        /// The object that has it.
        holder: Uuid,
    },

    /// A second write guard on one object in one thread.
    #[error(
        "{uuid} is already being written by this thread: the guard taken at {place} must be dropped first"
    )]
    AlreadyWriting {
        /// The object.
        uuid: Uuid,
        /// Where the first guard was taken.
        place: String,
    },

    /// The operation can't be done while this thread holds a guard or is inside `atomic`.
    #[error("{operation} can't be done {situation}: finish that first")]
    Misuse {
        /// What was tried.
        operation: &'static str,
        /// What stands in its way.
        situation: String,
    },

    /// Another thread's guard or `atomic` was waited for in vain.
    #[error(
        "waited {waited_ms} ms for the turn to write, which is held {holder}: shorten what it does, or raise Config::turn_timeout"
    )]
    Busy {
        /// How long was waited.
        waited_ms: u64,
        /// Thread and place of the holder.
        holder: String,
    },

    /// Too much is pending because commits have been failing.
    #[error(
        "{pending} bytes wait to be committed and commits fail ({cause}): free the disk; nothing is lost, and writing goes on once a commit succeeds"
    )]
    Stalled {
        /// Bytes that wait.
        pending: u64,
        /// The failure of the last commit.
        cause: String,
    },

    /// A commit failed; everything pending is kept and tried again.
    #[error("committing prefix {prefix:?} failed and will be tried again: {source}")]
    Commit {
        /// The prefix.
        prefix: String,
        /// Why.
        #[source]
        source: std::sync::Arc<Error>,
    },

    /// The commit is done, but for objects that could not be encoded: on disk they are as they were
    /// before. It is told once; write them anew with values that can be stored.
    #[error(
        "prefix {prefix:?} is committed, but for {} stored last: {}",
        set_aside_text(.objects.len()), .objects.join("; ")
    )]
    SetAside {
        /// The prefix.
        prefix: String,
        /// For each of them, which it is and why it can't be stored.
        objects: Vec<String>,
    },

    /// The state has been pruned from the history.
    #[error("this state has been pruned: the oldest one kept is {oldest}")]
    Pruned {
        /// The oldest state that can be read.
        oldest: u64,
    },

    /// The state has not been reached yet.
    #[error("state {state} is not there yet: the last one is {last}")]
    NoState {
        /// What was asked for.
        state: u64,
        /// The newest committed state.
        last: u64,
    },

    /// Bytes on disk are not what was written.
    #[error(
        "prefix {prefix:?}, table {table}, key {key}: {why}; restore this prefix from a copy, `db0 verify` lists all damage"
    )]
    Corrupt {
        /// The prefix.
        prefix: String,
        /// The table.
        table: &'static str,
        /// The key, in hexadecimal.
        key: String,
        /// What is wrong.
        why: String,
    },

    /// The file is not one of db0's, or was written by a newer version.
    #[error("{} can't be opened as a prefix: {why}", .path.display())]
    Format {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },

    /// The operating system or LMDB refused an operation.
    #[error("{operation} {}: {why}", .path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The system's `errno` or LMDB's own code.
        code: i32,
        /// What that usually means and what to do.
        why: String,
    },

    /// The call makes no sense with these arguments.
    #[error("{0}")]
    Invalid(String),

    /// An `atomic` was ended on purpose with [`abort`](crate::abort).
    #[error("aborted: {0}")]
    Aborted(String),

    /// A failure of the caller's own, carried through.
    #[error("{0}")]
    Other(#[source] std::sync::Arc<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Carries a failure of your own through `atomic` and the calls that return [`Result`].
    ///
    /// ```
    /// let error = db0_runtime::Error::other("out of stock");
    /// assert_eq!(error.to_string(), "out of stock");
    /// ```
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into().into())
    }

    /// There was no room on the disk.
    pub(crate) fn is_disk_full(&self) -> bool {
        match self {
            Self::Io { code, .. } => matches!(*code, libc::ENOSPC | libc::EDQUOT),
            Self::Commit { source, .. } => source.is_disk_full(),
            _ => false,
        }
    }

    /// What an operating-system call reported, with the file it was about.
    pub(crate) fn io(
        operation: &'static str,
        path: impl Into<PathBuf>,
        error: &std::io::Error,
    ) -> Self {
        Self::Io {
            operation,
            path: path.into(),
            code: error.raw_os_error().unwrap_or(0),
            why: error
                .raw_os_error()
                .and_then(system_cause)
                .map_or_else(|| error.to_string(), str::to_owned),
        }
    }
}
