//! The handle of a workspace.

use std::{
    collections::HashSet,
    fmt,
    panic::Location,
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use uuid::Uuid;

use super::{
    current::{self, Entered, Place},
    exit,
    opening::Opening,
    remembered,
};
use crate::{
    AnyMemo, Config, CycleReport, Error, Memo, Mode, Prefix, Result,
    class::Class,
    object::{Objects, Shared, Token, refuse_in_commit},
    prefix::{self, OpenPrefix, PrefixName},
    store::PrefixId,
    sync::{Mutex, RwLock},
};

/// How often prefixes are stepped on until none of them moves, beside a writer that never pauses.
const STEPS_MAX: usize = 16;

/// What the handles of a workspace share.
pub(super) struct Inner {
    shared: Arc<Shared>,
    prefixes: Mutex<Vec<Arc<OpenPrefix>>>,
    opening: Opening,
    current: RwLock<Option<Arc<OpenPrefix>>>,
    /// Prefixes that references lead to, and that these folders, told with their files, don't have.
    missing: Mutex<(Vec<(String, u64)>, HashSet<PrefixId>)>,
}

impl Inner {
    /// Commits and closes all prefixes, once. Every one of them is tried; the first failure is told.
    pub(super) fn close(&self, patience: Option<Duration>) -> Result<()> {
        if self.shared.closed.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        if patience.is_none() {
            self.shared.until_quiet();
        }
        *self.current.write() = None;
        remembered::changed();
        let prefixes = std::mem::take(&mut *self.prefixes.lock());
        let results: Vec<_> = prefixes.iter().map(|prefix| prefix.close(patience)).collect();
        if results.iter().all(has_ended) {
            prefixes.iter().for_each(|prefix| prefix.objects.let_go_of_what_waits());
        }
        results.into_iter().collect()
    }

    /// The prefix of this id. It may be one that is not open: each of these is looked into, for reading.
    fn find(&self, id: PrefixId) -> Result<Option<Arc<Objects>>> {
        let open = || self.shared.open.read().get(&id).cloned();
        if let Some(open) = open() {
            return Ok(Some(open));
        }
        let mut failed = None;
        for name in prefix::list(&self.shared.config.root)? {
            let name = PrefixName::new(&name)?;
            let _alone = self.opening.begin(name.as_str());
            if self.opened(&name).is_some() {
                continue;
            }
            match prefix::open_if_of(&self.shared, &name, id) {
                Ok(None) => {}
                Ok(Some(open)) => return Ok(Some(self.add(open).objects.clone())),
                // One of the others may still have it.
                Err(error) => failed = Some(error),
            }
        }
        // Another thread may have opened it meanwhile.
        match (open(), failed) {
            (None, Some(error)) => Err(error),
            (found, _) => Ok(found),
        }
    }

    /// As [`find`](Self::find), for a reference, which may be followed again and again: what is not there
    /// is not looked for in the same folders twice.
    fn find_referred(&self, id: PrefixId) -> Result<Option<Arc<Objects>>> {
        let folders = prefix::files(&self.shared.config.root)?;
        {
            let mut missing = self.missing.lock();
            if missing.0 != folders {
                *missing = (folders.clone(), HashSet::new());
            } else if missing.1.contains(&id) {
                return Ok(None);
            }
        }
        let found = self.find(id)?;
        let mut missing = self.missing.lock();
        if found.is_none() && missing.0 == folders {
            missing.1.insert(id);
        }
        Ok(found)
    }

    fn add(&self, open: OpenPrefix) -> Arc<OpenPrefix> {
        let open = Arc::new(open);
        self.prefixes.lock().push(open.clone());
        open
    }

    fn opened(&self, name: &PrefixName) -> Option<Arc<OpenPrefix>> {
        self.prefixes.lock().iter().find(|open| open.objects.name() == name.as_str()).cloned()
    }
}

/// Nothing of a prefix goes on that was closed with this result.
fn has_ended(closed: &Result<()>) -> bool {
    !matches!(closed, Err(Error::Busy { .. } | Error::Misuse { .. }))
}

/// A folder of prefixes, and what is open of them. When the last handle on it goes (handles of
/// prefixes and objects are such too), it commits and closes.
#[derive(Clone)]
pub struct Workspace {
    inner: Arc<Inner>,
    _token: Token,
}

impl fmt::Debug for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Workspace({})", self.path().display())
    }
}

impl Workspace {
    /// Opens a workspace beside the process's default one.
    ///
    /// ```
    /// # fn main() -> db0_runtime::Result<()> {
    /// let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
    /// let workspace = db0_runtime::Workspace::open(folder.path())?;
    /// assert_eq!(workspace.current()?.name(), "default");
    /// # Ok(()) }
    /// ```
    pub fn open(config: impl Into<Config>) -> Result<Self> {
        let mut config = config.into();
        let name = PrefixName::new(&config.prefix)?;
        let mode = config.mode;
        // The process may go to another folder.
        config.root = std::path::absolute(&config.root)
            .map_err(|error| Error::io("finding", &config.root, &error))?;
        let shared = Shared::new(config);
        let inner = Arc::new(Inner {
            shared: shared.clone(),
            prefixes: Mutex::default(),
            opening: Opening::default(),
            current: RwLock::new(None),
            missing: Mutex::default(),
        });
        let finding = Arc::downgrade(&inner);
        shared.set_find_closed(move |prefix| {
            finding.upgrade().map_or(Ok(None), |inner| inner.find_referred(prefix))
        });
        let closing = inner.clone();
        shared.set_close(move || {
            if let Err(error) = closing.close(None) {
                tracing::error!("closing a workspace: {error}");
            }
        });
        exit::watch(&Arc::downgrade(&inner));
        let workspace = Self { inner, _token: Token::new(&shared) };
        workspace.open_prefix(&name, mode)?;
        Ok(workspace)
    }

    /// Opens a workspace and makes it the process's default one.
    pub fn init(config: impl Into<Config>) -> Result<Self> {
        let config = config.into();
        if let Some(open) = current::processes_default()
            && !open.is_closed()
        {
            let what = format!(
                "workspace {} is open: close it with db0::close() first, or use Workspace::open",
                open.path().display()
            );
            return Err(Error::Invalid(what));
        }
        let workspace = Self::open(config)?;
        drop(current::set_default(Some(workspace.clone())));
        Ok(workspace)
    }

    pub(super) fn check_open(&self) -> Result<()> {
        self.inner.shared.check_open()
    }

    fn is_closed(&self) -> bool {
        self.inner.shared.closed.load(Ordering::Relaxed)
    }

    /// The workspace's folder.
    pub fn path(&self) -> &Path {
        &self.inner.shared.config.root
    }

    #[track_caller]
    fn open_prefix(&self, name: &PrefixName, mode: Mode) -> Result<Arc<OpenPrefix>> {
        self.inner.shared.check_open()?;
        let _alone = self.inner.opening.begin(name.as_str());
        let open = match self.inner.opened(name) {
            Some(open) if mode == Mode::ReadOnly || open.objects.is_writable() => open,
            // It is read at present, perhaps only because an object of it was fetched.
            Some(open) => {
                open.acquire(self.inner.shared.config.lock, Location::caller())?;
                open
            }
            None => self.inner.add(prefix::open(&self.inner.shared, name, mode)?),
        };
        *self.inner.current.write() = Some(open.clone());
        remembered::changed();
        Ok(open)
    }

    /// Opens a prefix, and makes it the workspace's current one.
    #[track_caller]
    pub fn prefix(&self, name: &str, mode: Mode) -> Result<Prefix> {
        self.open_prefix(&PrefixName::new(name)?, mode).map(Prefix::new)
    }

    /// The prefix that is meant when none is named.
    pub fn current(&self) -> Result<Prefix> {
        let closed = || Error::Closed { what: format!("workspace {}", self.path().display()) };
        self.inner.current.read().clone().map(Prefix::new).ok_or_else(closed)
    }

    /// The objects of the prefix that is meant when none is named.
    pub(super) fn current_objects(&self) -> Result<Arc<Objects>> {
        let closed = || Error::Closed { what: format!("workspace {}", self.path().display()) };
        self.inner.current.read().as_ref().map(|open| open.objects.clone()).ok_or_else(closed)
    }

    /// The prefix that objects of a class live in: its own, or the current one.
    #[doc(hidden)]
    pub fn prefix_of<T: Class>(&self, current: Prefix) -> Result<Prefix> {
        let Some(name) = T::INFO.prefix else { return Ok(current) };
        let name = PrefixName::new(name)?;
        if let Some(open) = self.inner.opened(&name) {
            return Ok(Prefix::new(open));
        }
        let _alone = self.inner.opening.begin(name.as_str());
        let open = match self.inner.opened(&name) {
            Some(open) => open,
            None => self.inner.add(prefix::open(
                &self.inner.shared,
                &name,
                self.inner.shared.config.mode,
            )?),
        };
        Ok(Prefix::new(open))
    }

    /// The names of the prefixes in a folder, without opening it.
    pub fn list(folder: &Path) -> Result<Vec<String>> {
        prefix::list(folder)
    }

    /// The names of all prefixes in the folder, open or not.
    pub fn prefixes(&self) -> Result<Vec<String>> {
        prefix::list(self.path())
    }

    /// The prefixes that are open.
    #[doc(hidden)]
    pub fn open_prefixes(&self) -> Vec<Prefix> {
        self.inner.prefixes.lock().iter().cloned().map(Prefix::new).collect()
    }

    /// Deletes a prefix that is not open, for good.
    pub fn drop_prefix(&self, name: &str) -> Result<()> {
        let name = PrefixName::new(name)?;
        if self.inner.opened(&name).is_some() {
            return Err(Error::PrefixOpen { prefix: name.to_string() });
        }
        prefix::remove(self.path(), &name)
    }

    /// Makes this the calling thread's workspace until the guard is dropped.
    pub fn enter(&self) -> Entered {
        current::enter(Place::Workspace(self.clone()))
    }

    /// Makes a prefix the calling thread's until the guard is dropped.
    pub fn enter_prefix(&self, prefix: &Prefix) -> Entered {
        current::enter(Place::Prefix(self.clone(), prefix.clone()))
    }

    /// Commits and closes one prefix.
    pub fn close_prefix(&self, prefix: &Prefix) -> Result<()> {
        refuse_in_commit("closing")?;
        let open = {
            let mut prefixes = self.inner.prefixes.lock();
            let place = prefixes.iter().position(|open| open.objects.name() == prefix.name());
            place.map(|place| prefixes.remove(place))
        };
        let mut current = self.inner.current.write();
        if current.as_ref().is_some_and(|current| current.objects.name() == prefix.name()) {
            *current = self.inner.prefixes.lock().first().cloned();
        }
        drop(current);
        remembered::changed();
        let Some(open) = open else { return Ok(()) };
        open.objects.set_closing();
        self.inner.shared.until_quiet();
        let closed = open.close(None);
        if has_ended(&closed) && open.objects.is_committed_alone() {
            open.objects.let_go_of_what_waits();
        }
        closed
    }

    /// Commits all prefixes; gives the state that the current one is in. One that fails keeps no other
    /// from it.
    pub fn commit(&self) -> Result<u64> {
        let committed: Vec<_> =
            self.open_prefixes().into_iter().map(|prefix| (prefix.commit(), prefix)).collect();
        let entered = current::current().ok().filter(|prefix| self.has(prefix));
        let current = entered.map_or_else(|| self.current(), Ok);
        let mut state = None;
        for (done, prefix) in committed {
            let done = done?;
            if current.as_ref().is_ok_and(|current| current.is(&prefix)) {
                state = Some(done);
            }
        }
        match state {
            Some(state) => Ok(state),
            None => Ok(current?.state()),
        }
    }

    /// Deletes objects that are held by nothing but each other, in all prefixes that are open for
    /// writing; see `db0::collect_cycles`.
    pub fn collect_cycles(&self) -> Result<CycleReport> {
        self.check_open()?;
        let prefixes = self.open_prefixes();
        let writable: Vec<_> =
            prefixes.iter().filter(|prefix| prefix.objects().is_writable()).collect();
        if writable.is_empty() {
            return self.current()?.collect_cycles();
        }
        let mut report = CycleReport::default();
        for prefix in writable {
            report.add(prefix.collect_cycles()?);
        }
        Ok(report)
    }

    /// As [`commit`](Self::commit), without a thread that waits; gives the state of `current`.
    #[doc(hidden)]
    #[cfg(feature = "tokio")]
    pub async fn commit_async(&self, current: Prefix) -> Result<u64> {
        let mut failure = None;
        for prefix in self.open_prefixes() {
            if let Err(error) = prefix.commit_async().await {
                failure.get_or_insert(error);
            }
        }
        failure.map_or_else(|| Ok(current.state()), Err)
    }

    fn has(&self, prefix: &Prefix) -> bool {
        Arc::ptr_eq(prefix.objects().shared(), &self.inner.shared)
    }

    /// Finds the open prefix that a uuid belongs to.
    fn prefix_of_uuid(&self, uuid: Uuid) -> Option<Arc<Objects>> {
        let (id, _) = PrefixId::of_uuid(uuid)?;
        self.inner.shared.open.read().get(&id).cloned()
    }

    /// The object of this uuid, in whichever prefix it is.
    pub fn fetch<T: Class>(&self, uuid: Uuid) -> Result<Memo<T>> {
        let missing = || Error::NotFound { class: T::INFO.name.into(), uuid };
        self.open_own::<T>(uuid)?;
        self.objects_with(uuid)?.ok_or_else(missing)?.fetch(uuid)
    }

    /// There is an object of this uuid and class, in whichever prefix, be it that it can be read or not.
    pub fn exists<T: Class>(&self, uuid: Uuid) -> Result<bool> {
        self.objects_with(uuid)?.map_or(Ok(false), |objects| objects.has::<T>(uuid))
    }

    /// Opens the prefix that a class has for its own as making an object of it would, if it is there:
    /// what is fetched can be written then.
    fn open_own<T: Class>(&self, uuid: Uuid) -> Result<()> {
        if let Some(own) = T::INFO.prefix
            && self.prefix_of_uuid(uuid).is_none()
            && self.prefixes()?.iter().any(|name| name == own)
            && let Err(error) = self.prefix_of::<T>(self.current()?)
        {
            // Another process may be writing it: then it is read.
            tracing::debug!("prefix {own:?} is not opened as its class would: {error}");
        }
        Ok(())
    }

    /// As [`fetch`](Self::fetch), of whatever class it is.
    pub fn fetch_any(&self, uuid: Uuid) -> Result<AnyMemo> {
        let missing = || Error::NotFound { class: "object".into(), uuid };
        self.objects_with(uuid)?.ok_or_else(missing)?.fetch_any(uuid)
    }

    /// The prefix that a uuid belongs to; opened for reading if need be.
    fn objects_with(&self, uuid: Uuid) -> Result<Option<Arc<Objects>>> {
        self.inner.shared.check_open()?;
        PrefixId::of_uuid(uuid).map_or(Ok(None), |(id, _)| self.inner.find(id))
    }

    /// Steps to the last committed state in prefixes that another process writes.
    pub fn refresh(&self) -> Result<bool> {
        let prefixes = self.open_prefixes();
        let mut moved = false;
        for _ in 0..STEPS_MAX {
            let mut on = false;
            for prefix in &prefixes {
                on |= prefix.objects().refresh()?;
            }
            if !on {
                break;
            }
            // What belongs together may have come while one prefix was looked at before another.
            moved = true;
        }
        prefix::finish_for_the_dead(&self.inner.shared)?;
        Ok(moved)
    }

    /// As [`refresh`](Self::refresh), where prefixes follow by themselves.
    #[doc(hidden)]
    pub fn follow(&self) -> Result<()> {
        if self.inner.shared.config.auto_refresh { self.refresh().map(drop) } else { Ok(()) }
    }

    /// Commits and closes everything. What is read through guards goes on; all else is
    /// [`Error::Closed`].
    pub fn close(&self) -> Result<()> {
        refuse_in_commit("closing")?;
        self.inner.close(None)
    }

    /// Runs `work` as one step: all of it happens, or nothing.
    #[track_caller]
    pub fn atomic<R, E: From<Error>>(&self, work: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
        crate::txn::atomic_in(&self.inner.shared, Location::caller(), work)
    }
}
