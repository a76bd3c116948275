//! What the user's handles hold: their objects, and with them the workspace.

use std::{
    any::TypeId,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{
    class::Class,
    lmdb::Opaque,
    object::{
        cells::{any_cell::AnyCell, cell::Cell},
        objects::Objects,
        shared::Shared,
    },
    sync::{Mutex, ThreadBuilder, is_committer},
};

/// How many handles keep a workspace open; when the last one goes, it closes.
#[derive(Default)]
pub(in crate::object) struct Users {
    count: AtomicUsize,
    /// Owns what it closes, since the last handle may be one of an object; so it is given away when
    /// it is called.
    close: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Users {
    pub(in crate::object) fn set_close(&self, close: impl FnOnce() + Send + 'static) {
        *self.close.lock() = Some(Box::new(close));
    }

    pub(in crate::object) fn add(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    pub(in crate::object) fn remove(&self) {
        if self.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            let close = self.close.lock().take();
            let Some(close) = close else { return };
            if is_committer() {
                // It can't wait for its own end. A thread that can't be had leaves it to the exit.
                drop(ThreadBuilder::new().spawn(close));
            } else {
                close();
            }
        }
    }
}

/// One user of a workspace, until it is dropped.
pub(crate) struct Token(Arc<Shared>);

impl Token {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        shared.users.add();
        Self(shared.clone())
    }
}

impl Clone for Token {
    fn clone(&self) -> Self {
        Self::new(&self.0)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.users.remove();
    }
}

/// A handle of the user's on an object. The first one of an object is a user of the workspace.
pub(in crate::object) struct Hold<T> {
    cell: Opaque<Cell<T>>,
}

impl<T> Hold<T> {
    pub(in crate::object) fn new(cell: Arc<Cell<T>>) -> Self {
        if cell.handles.add() {
            cell.objects.shared().users.add();
        }
        Self { cell: cell.into() }
    }

    /// The handle that a new cell counts already.
    pub(in crate::object) fn first(cell: Arc<Cell<T>>) -> Self {
        cell.objects.shared().users.add();
        Self { cell: cell.into() }
    }

    #[inline]
    pub(in crate::object) fn cell(&self) -> &Arc<Cell<T>> {
        &self.cell
    }
}

impl<T> Clone for Hold<T> {
    fn clone(&self) -> Self {
        Self::new(self.cell().clone())
    }
}

impl<T> Drop for Hold<T> {
    fn drop(&mut self) {
        if self.cell.handles.remove() {
            self.cell.dropped();
            self.cell.objects.shared().users.remove();
        }
    }
}

/// As [`Hold`], whatever the object's type.
pub(crate) struct Grip {
    /// None once it has become another kind of hold.
    cell: Option<Arc<dyn AnyCell>>,
}

impl Grip {
    pub(crate) fn new(cell: Arc<dyn AnyCell>) -> Self {
        if cell.handles().add() {
            cell.objects().shared().users.add();
        }
        Self { cell: Some(cell) }
    }

    #[inline]
    pub(crate) fn cell(&self) -> &Arc<dyn AnyCell> {
        self.cell.as_ref().unwrap_or_else(|| unreachable!("nobody has it who has another hold"))
    }

    /// The same hold, of an object of this type; back, if it is of another one.
    pub(in crate::object) fn into_hold<T: Class>(mut self) -> std::result::Result<Hold<T>, Self> {
        if (**self.cell()).type_id() != TypeId::of::<Cell<T>>() {
            return Err(self);
        }
        let cell = self.cell.take().and_then(|cell| cell.into_any().downcast::<Cell<T>>().ok());
        let cell = cell.unwrap_or_else(|| unreachable!("it was seen to be one"));
        Ok(Hold { cell: cell.into() })
    }

    /// The view that the object is seen in.
    pub(crate) fn objects(&self) -> &Arc<Objects> {
        self.cell().objects()
    }
}

impl Drop for Grip {
    fn drop(&mut self) {
        if let Some(cell) = &self.cell
            && cell.handles().remove()
        {
            cell.last_handle_dropped();
            cell.objects().shared().users.remove();
        }
    }
}
