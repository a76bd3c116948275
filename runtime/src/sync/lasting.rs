//! What a thread keeps for itself and may ask for at any time: also when its thread-locals are being
//! dropped, the user's among them, whose `Drop` may read and write.

use std::{
    cell::{Cell, RefCell},
    mem::ManuallyDrop,
    thread::LocalKey,
};

thread_local! {
    static WILL: Will = const { Will(RefCell::new(Vec::new())) };
}

/// Empties what the thread has used when it ends.
struct Will(RefCell<Vec<fn()>>);

impl Drop for Will {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(|empty| empty());
    }
}

/// A value without a destructor: the standard library takes away what has one.
pub(crate) struct Kept<T> {
    value: ManuallyDrop<RefCell<T>>,
    is_in_will: Cell<bool>,
}

impl<T> Kept<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { value: ManuallyDrop::new(RefCell::new(value)), is_in_will: Cell::new(false) }
    }
}

/// A value of each thread, emptied when the thread ends. Who comes later finds it as at first; what that
/// leaves behind is not freed, so it must not be much.
pub(crate) struct Lasting<T: 'static> {
    key: &'static LocalKey<Kept<T>>,
    empty: fn(),
}

impl<T> Lasting<T> {
    pub(crate) const fn new(key: &'static LocalKey<Kept<T>>, empty: fn()) -> Self {
        Self { key, empty }
    }

    #[inline]
    fn with<R>(&self, work: impl FnOnce(&RefCell<T>) -> R) -> R {
        self.key.with(|kept| {
            if !kept.is_in_will.get() {
                kept.is_in_will.set(true);
                bequeath(self.empty);
            }
            work(&kept.value)
        })
    }

    #[inline]
    pub(crate) fn with_borrow<R>(&self, work: impl FnOnce(&T) -> R) -> R {
        self.with(|value| work(&value.borrow()))
    }

    #[inline]
    pub(crate) fn with_borrow_mut<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        self.with(|value| work(&mut value.borrow_mut()))
    }

    /// Gives none to `work` if it is being changed already.
    #[inline]
    pub(crate) fn try_with_borrow_mut<R>(&self, work: impl FnOnce(Option<&mut T>) -> R) -> R {
        self.with(|value| work(value.try_borrow_mut().ok().as_deref_mut()))
    }

    #[inline]
    pub(crate) fn replace(&self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }

    #[inline]
    pub(crate) fn set(&self, value: T) {
        drop(self.replace(value));
    }

    #[inline]
    pub(crate) fn take(&self) -> T
    where
        T: Default,
    {
        self.with(RefCell::take)
    }
}

/// The thread is ending already, if this fails.
#[cold]
fn bequeath(empty: fn()) {
    let _ = WILL.try_with(|will| will.0.borrow_mut().push(empty));
}

/// As `thread_local!`, of what is in a `RefCell`.
macro_rules! lasting {
    ($($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr;)+) => {$(
        $(#[$attribute])*
        static $name: $crate::sync::Lasting<$type> = {
            std::thread_local! {
                static LOCAL: $crate::sync::Kept<$type> = const { $crate::sync::Kept::new($value) };
            }
            $crate::sync::Lasting::new(&LOCAL, || drop($name.replace($value)))
        };
    )+};
}

pub(crate) use lasting;

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, sync::Arc, thread};

    lasting! {
        static LIST: Vec<Arc<u8>> = Vec::new();
    }

    /// Asks when the thread's own data is dropped.
    struct Late(Arc<u8>);

    impl Drop for Late {
        fn drop(&mut self) {
            let before = LIST.with_borrow(Vec::len);
            LIST.with_borrow_mut(|list| list.push(self.0.clone()));
            assert_eq!((before, LIST.take().len()), (0, 1));
        }
    }

    thread_local! {
        static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
    }

    #[test]
    fn it_is_there_to_the_end_and_emptied() {
        let shared = Arc::new(7);
        let mine = shared.clone();
        let ended = thread::spawn(move || {
            LATE.set(Some(Late(mine.clone())));
            LIST.with_borrow_mut(|list| list.push(mine));
            assert_eq!(LIST.with_borrow(Vec::len), 1);
        });
        ended.join().expect("it ends");
        assert_eq!(Arc::strong_count(&shared), 1);
    }
}
