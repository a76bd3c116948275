//! The workspace and prefix that a thread means when it names none.

use std::{marker::PhantomData, sync::Arc};

use uuid::Uuid;

use super::{handle::Workspace, remembered};
use crate::{
    Error, Memo, OrPanic, Prefix, Result,
    class::Class,
    object::Objects,
    store::PrefixId,
    sync::{RwLock, lasting},
};

static DEFAULT: RwLock<Option<Workspace>> = RwLock::new(None);

/// What a thread has entered.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Workspace(Workspace),
    Prefix(Workspace, Prefix),
}

lasting! {
    static ENTERED: Vec<Place> = Vec::new();
}

/// Makes a workspace or prefix the thread's own until it is dropped. Guards nest.
#[derive(Debug)]
#[must_use = "the workspace is left again when the guard is dropped"]
pub struct Entered {
    depth: usize,
    not_send: PhantomData<*const ()>,
}

pub(super) fn enter(place: Place) -> Entered {
    remembered::forget();
    ENTERED.with_borrow_mut(|entered| {
        entered.push(place);
        Entered { depth: entered.len(), not_send: PhantomData }
    })
}

impl Drop for Entered {
    fn drop(&mut self) {
        // Guards that were entered within this one and outlive it are left with it. The places are
        // dropped outside of the borrow: the last handle of a workspace closes it.
        let left = ENTERED.with_borrow_mut(|entered| {
            let keep = self.depth.saturating_sub(1).min(entered.len());
            entered.split_off(keep)
        });
        remembered::forget();
        drop(left);
    }
}

pub(super) fn set_default(workspace: Option<Workspace>) -> Option<Workspace> {
    let before = std::mem::replace(&mut *DEFAULT.write(), workspace);
    remembered::changed();
    before
}

/// The process's default workspace.
pub(super) fn processes_default() -> Option<Workspace> {
    DEFAULT.read().clone()
}

/// The workspace that this thread has entered, or the process's default one.
pub fn default_workspace() -> Result<Workspace> {
    let entered = ENTERED.with_borrow(|entered| entered.last().cloned());
    match entered {
        Some(Place::Workspace(workspace) | Place::Prefix(workspace, _)) => Ok(workspace),
        None => DEFAULT.read().clone().ok_or(Error::NoWorkspace),
    }
}

/// The prefix that this thread has entered, or the current one of its workspace.
pub fn current() -> Result<Prefix> {
    let entered = ENTERED.with_borrow(|entered| entered.last().cloned());
    match entered {
        Some(Place::Prefix(_, prefix)) => Ok(prefix),
        Some(Place::Workspace(workspace)) => workspace.current(),
        None => DEFAULT.read().clone().ok_or(Error::NoWorkspace)?.current(),
    }
}

impl<T: Class> Memo<T> {
    /// Makes a persistent object in the current prefix, or in that of its class.
    ///
    /// # Panics
    /// When no workspace is open, the prefix is read-only, or the value can't be stored; see
    /// [`try_new`](Self::try_new).
    #[track_caller]
    pub fn new(value: T) -> Self {
        Self::try_new(value).or_panic()
    }

    /// As [`new`](Self::new), with the failure as a value.
    #[track_caller]
    pub fn try_new(value: T) -> Result<Self> {
        Self::make(&class_objects::<T>()?, value)
    }

    /// Makes a persistent object in this prefix.
    ///
    /// # Panics
    /// As [`new`](Self::new); see [`try_new_in`](Self::try_new_in).
    #[track_caller]
    pub fn new_in(prefix: &Prefix, value: T) -> Self {
        prefix.create(value)
    }

    /// As [`new_in`](Self::new_in), with the failure as a value.
    #[track_caller]
    pub fn try_new_in(prefix: &Prefix, value: T) -> Result<Self> {
        prefix.try_create(value)
    }
}

/// The objects of the prefix that this thread's objects of a class live in.
fn class_objects<T: Class>() -> Result<Arc<Objects>> {
    if T::INFO.prefix.is_some() {
        return class_prefix::<T>().map(|prefix| prefix.objects().clone());
    }
    current_objects()
}

/// The objects of this thread's prefix. In itself this keeps no workspace open.
fn current_objects() -> Result<Arc<Objects>> {
    remembered::objects(find_current_objects)
}

fn find_current_objects() -> Result<Arc<Objects>> {
    let entered = ENTERED.with_borrow(|entered| match entered.last()? {
        Place::Prefix(_, prefix) => Some(Ok(prefix.objects().clone())),
        Place::Workspace(workspace) => Some(workspace.current_objects()),
    });
    match entered {
        Some(objects) => objects,
        None => DEFAULT.read().as_ref().ok_or(Error::NoWorkspace)?.current_objects(),
    }
}

/// The object of this uuid, in whichever prefix of this thread's workspace it is.
pub fn fetch<T: Class>(uuid: Uuid) -> Result<Memo<T>> {
    match open_objects_of(uuid) {
        Some(objects) => objects.fetch(uuid),
        None => default_workspace()?.fetch(uuid),
    }
}

/// There is an object of this uuid and class, in whichever prefix of this thread's workspace.
pub fn exists<T: Class>(uuid: Uuid) -> Result<bool> {
    match open_objects_of(uuid) {
        Some(objects) => objects.has::<T>(uuid),
        None => default_workspace()?.exists::<T>(uuid),
    }
}

/// The prefix that has an object, if it is open: found without a handle on the workspace.
fn open_objects_of(uuid: Uuid) -> Option<Arc<Objects>> {
    let (id, _) = PrefixId::of_uuid(uuid)?;
    let here = current_objects().ok()?;
    let is_here = here.store().prefix_id() == id && here.check_not_closed().is_ok();
    if is_here { Some(here) } else { here.shared().open.read().get(&id).cloned() }
}

/// Where this thread's objects of a class live.
pub fn class_prefix<T: Class>() -> Result<Prefix> {
    let prefix = current()?;
    if T::INFO.prefix.is_none() { Ok(prefix) } else { default_workspace()?.prefix_of::<T>(prefix) }
}
