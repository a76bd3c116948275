//! An `Arc` of which nobody sees more than that it is a pointer.
//!
//! A handle is compared and hashed by identity. But what it leads to can change, and lints that look
//! through an `Arc` would suspect every map with handles as its keys, in programs of others. They
//! don't look through pointers.
#![expect(
    unsafe_code,
    reason = "an `Arc` that is no field of that type has to be made from bytes: what it costs is nothing"
)]

use std::{
    fmt,
    marker::PhantomData,
    mem::{self, ManuallyDrop},
    ops::Deref,
    ptr::{self, NonNull},
    sync::Arc,
};

/// See the module.
pub(crate) struct Opaque<T> {
    /// The bytes of an `Arc<T>`.
    arc: NonNull<()>,
    holds: PhantomData<Arc<T>>,
}

// SAFETY: it is an `Arc<T>` and nothing else.
unsafe impl<T> Send for Opaque<T> where Arc<T>: Send {}
// SAFETY: as above.
unsafe impl<T> Sync for Opaque<T> where Arc<T>: Sync {}

impl<T> From<Arc<T>> for Opaque<T> {
    #[inline]
    fn from(arc: Arc<T>) -> Self {
        const {
            assert!(size_of::<Arc<T>>() == size_of::<NonNull<()>>());
            assert!(align_of::<Arc<T>>() == align_of::<NonNull<()>>());
        }
        let arc = ManuallyDrop::new(arc);
        // SAFETY: an `Arc` of a sized type is one pointer (its size says so) which is not null
        // (`Option<Arc<T>>` is known to have no more bytes), and so are these. It is moved, since the
        // original is not dropped.
        let arc = unsafe { mem::transmute_copy::<ManuallyDrop<Arc<T>>, NonNull<()>>(&arc) };
        Self { arc, holds: PhantomData }
    }
}

impl<T> Deref for Opaque<T> {
    type Target = Arc<T>;

    #[inline]
    fn deref(&self) -> &Arc<T> {
        // SAFETY: the bytes are those of an `Arc<T>`, by the only way to make this; they stand where
        // one may, as far as size and alignment go, and for as long as they are borrowed.
        unsafe { &*ptr::from_ref(&self.arc).cast::<Arc<T>>() }
    }
}

impl<T> Clone for Opaque<T> {
    #[inline]
    fn clone(&self) -> Self {
        Arc::clone(self).into()
    }
}

impl<T> Drop for Opaque<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: as in `deref`; and it is dropped once, since nothing else drops these bytes.
        unsafe { ptr::drop_in_place(ptr::from_mut(&mut self.arc).cast::<Arc<T>>()) }
    }
}

impl<T: fmt::Debug> fmt::Debug for Opaque<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_as_the_arc_that_it_is() {
        let arc = Arc::new(String::from("text"));
        let opaque = Opaque::from(arc.clone());
        assert_eq!(Arc::strong_count(&arc), 2);
        let another = opaque.clone();
        assert!(Arc::ptr_eq(&another, &arc) && another.as_str() == "text");
        assert_eq!(Arc::strong_count(&arc), 3);
        drop((opaque, Some(another)));
        assert_eq!(Arc::strong_count(&arc), 1);
        assert_eq!(size_of::<Option<Opaque<String>>>(), size_of::<usize>());
    }
}
