//! The free functions for several processes and threads that go on meanwhile: waiting, following,
//! holding still.

use std::time::Duration;

use db0_runtime::{OrPanic, Result, default_workspace};

/// Steps to the last committed state in prefixes that another process writes; true if there was a
/// newer one.
///
/// ```
/// # #[db0::memo(keep)] struct Note { text: String }
/// # let folder = tempfile::tempdir().unwrap();
/// # let config = db0::Config::new(folder.path()).autocommit(false);
/// let writer = db0::Workspace::open(config.clone())?;
/// db0::init(config.read_only().auto_refresh(false))?;
/// writer.create(Note { text: "one".into() });
/// writer.commit()?;
/// assert!(db0::refresh()?);
/// assert!(!db0::refresh()?);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn refresh() -> Result<bool> {
    default_workspace()?.refresh()
}

/// Waits until a prefix has committed a state, in this process or another one; false if it has not
/// by then.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// db0::Memo::new(Note { text: "one".into() });
/// let prefix = db0::current();
/// assert!(!db0::wait(&prefix, 1, std::time::Duration::ZERO)?);
/// db0::commit()?;
/// assert!(db0::wait(&prefix, 1, std::time::Duration::ZERO)?);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn wait(prefix: &db0_runtime::Prefix, state: u64, timeout: Duration) -> Result<bool> {
    prefix.wait(state, timeout)
}

/// Runs `work`, for which everything in the workspace stays as it is at this moment: objects,
/// collections, queries, in all open prefixes, whatever other threads and processes do meanwhile.
///
/// It holds nobody up. Handles that come out of it go on afterwards; what was read through guards
/// stays as ever. A view within a view shows the same moment. Writing is possible, and does not show
/// before the view is over; inside an [`atomic`](crate::atomic()), where nobody else writes, it does.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let workspace = db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Account { balance: i64 }
/// let mine = db0::Memo::new(Account { balance: 10 });
/// let yours = db0::Memo::new(Account { balance: 20 });
/// let sum = db0::view(|| {
///     let first = mine.read().balance;
///     // Another thread, or process, moves money now: not for this view.
/// #   std::thread::scope(|scope| {
/// #       scope.spawn(|| { mine.write().balance -= 5; yours.write().balance += 5 });
/// #   });
///     first + yours.read().balance
/// });
/// assert_eq!(sum, 30);
/// assert_eq!(yours.read().balance, 25);
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// When no workspace is open; see [`try_view`].
#[track_caller]
pub fn view<R>(work: impl FnOnce() -> R) -> R {
    try_view(work).or_panic()
}

/// As [`view`], with the failure as a value.
///
/// ```
/// assert!(matches!(db0::try_view(|| 1), Err(db0::Error::NoWorkspace)));
/// ```
pub fn try_view<R>(work: impl FnOnce() -> R) -> Result<R> {
    default_workspace()?.try_view(work)
}

/// As [`wait`], without a thread that waits. It needs a runtime of tokio's with its time enabled.
///
/// ```
/// # #[db0::memo(keep)] struct Note { text: String }
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
/// # runtime.block_on(async {
/// let prefix = db0::current();
/// db0::Memo::new(Note { text: "one".into() });
/// let committed = std::thread::spawn(db0::commit);
/// assert!(db0::wait_async(&prefix, 1, std::time::Duration::from_secs(10)).await?);
/// # committed.join().unwrap()?;
/// # Ok::<(), db0::Error>(())
/// # })?;
/// # Ok::<(), db0::Error>(())
/// ```
#[cfg(feature = "tokio")]
pub fn wait_async(
    prefix: &db0_runtime::Prefix,
    state: u64,
    timeout: Duration,
) -> impl Future<Output = Result<bool>> + Send + 'static {
    let prefix = prefix.clone();
    async move { prefix.wait_async(state, timeout).await }
}

/// As [`commit`](crate::commit), without a thread that waits. It means the workspace that this
/// thread is in when it is called.
///
/// ```
/// # #[db0::memo(keep)] struct Note { text: String }
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// db0::Memo::new(Note { text: "one".into() });
/// assert_eq!(db0::commit_async().await?, 1);
/// # Ok::<(), db0::Error>(())
/// # })?;
/// # Ok::<(), db0::Error>(())
/// ```
#[cfg(feature = "tokio")]
pub fn commit_async() -> impl Future<Output = Result<u64>> + Send + 'static {
    let workspace = default_workspace();
    let current = db0_runtime::current();
    async move { workspace?.commit_async(current?).await }
}
