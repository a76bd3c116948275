//! Which objects a thread means when it names none: remembered until anything about that changes.

use std::{
    cell::RefCell,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{Result, object::Objects, sync::thread_local};

/// Counts what may change what a thread means.
static CHANGES: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// With the number of changes at that time. It keeps nothing open.
    static LAST: RefCell<(u64, Weak<Objects>)> = const { RefCell::new((0, Weak::new())) };
}

/// What threads mean has changed: of all that have not entered something else.
pub(super) fn changed() {
    CHANGES.fetch_add(1, Ordering::Release);
}

/// What this thread means has changed.
pub(super) fn forget() {
    let _ = LAST.try_with(|last| last.borrow_mut().0 = 0);
}

/// The objects that this thread means; `find` says which these are, if that is not known.
pub(super) fn objects(find: impl FnOnce() -> Result<Arc<Objects>>) -> Result<Arc<Objects>> {
    let now = CHANGES.load(Ordering::Acquire);
    let known = LAST.try_with(|last| {
        let (when, objects) = &*last.borrow();
        if *when == now { objects.upgrade() } else { None }
    });
    if let Ok(Some(objects)) = known {
        return Ok(objects);
    }
    let found = find()?;
    let _ = LAST.try_with(|last| *last.borrow_mut() = (now, Arc::downgrade(&found)));
    Ok(found)
}
