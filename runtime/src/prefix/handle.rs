//! The handle of an open prefix.

use std::{fmt, sync::Arc};

use uuid::Uuid;

use crate::{
    Error, Memo, Result,
    class::{Class, Singleton},
    object::{Objects, Token},
};

use super::open::OpenPrefix;

/// An open prefix of a workspace, which it keeps open.
#[derive(Clone)]
pub struct Prefix {
    open: Arc<OpenPrefix>,
    _token: Option<Arc<Token>>,
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prefix({:?})", self.name())
    }
}

impl Prefix {
    pub(crate) fn new(open: Arc<OpenPrefix>) -> Self {
        let token = open.objects.shared().token.lock().upgrade();
        Self { open, _token: token }
    }

    /// What collections, queries and snapshots work on.
    #[doc(hidden)]
    pub fn objects(&self) -> &Arc<Objects> {
        &self.open.objects
    }

    pub(crate) fn open(&self) -> &Arc<OpenPrefix> {
        &self.open
    }

    /// The prefix's name.
    pub fn name(&self) -> &str {
        self.open.objects.name()
    }

    /// The number of the last committed state.
    pub fn state(&self) -> u64 {
        self.open.objects.store().state().0
    }

    /// Makes an object here.
    ///
    /// # Panics
    /// As [`Memo::new`]; see [`try_create`](Self::try_create).
    #[track_caller]
    pub fn create<T: Class>(&self, value: T) -> Memo<T> {
        self.try_create(value).unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`create`](Self::create), with the failure as a value.
    #[track_caller]
    pub fn try_create<T: Class>(&self, value: T) -> Result<Memo<T>> {
        Memo::make(&self.open.objects, value)
    }

    /// The object of this uuid, if it is here and of this class.
    pub fn fetch<T: Class>(&self, uuid: Uuid) -> Result<Memo<T>> {
        self.open.objects.fetch(uuid)
    }

    /// The singleton of its class here; made by `make` if there is none.
    pub fn singleton<T: Singleton>(&self, make: impl FnOnce() -> T) -> Memo<T> {
        Memo::singleton_in(&self.open.objects, make).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Commits what waits here; gives the state it is in.
    pub fn commit(&self) -> Result<u64> {
        self.open.objects.shared().refuse_in_guard("a commit")?;
        if self.open.objects.shared().in_atomic() {
            let situation = "inside an atomic".into();
            return Err(Error::Misuse { operation: "a commit", situation });
        }
        match &self.open.committer {
            Some(committer) => committer.commit().map(|state| state.0),
            None => Ok(self.state()),
        }
    }
}
