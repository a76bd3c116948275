//! Counting handles: an object that is found to have none has none until that is decided.
#![expect(unsafe_code, reason = "what is decided is a cell that loom watches")]

use std::sync::Arc;

use loom::{cell::UnsafeCell, thread};

use crate::handles::Handles;

/// An object's handles, and whether it has died.
struct Object {
    handles: Handles,
    is_dead: UnsafeCell<bool>,
}

// SAFETY: the cell is written by who decides, while nobody has a handle, and read by who has one:
// loom fails a run in which they meet.
unsafe impl Sync for Object {}

impl Object {
    fn new(handles: Handles) -> Arc<Self> {
        Arc::new(Self { handles, is_dead: UnsafeCell::new(false) })
    }

    /// What somebody does who decides over it; true if it died.
    fn decide(&self) -> bool {
        let decides = self.handles.decide_if_none();
        if decides {
            self.is_dead.with_mut(|is_dead| {
                // SAFETY: as argued for `Sync`.
                unsafe { *is_dead = true }
            });
            self.handles.decided();
        }
        decides
    }

    fn is_dead(&self) -> bool {
        // SAFETY: as argued for `Sync`.
        self.is_dead.with(|is_dead| unsafe { *is_dead })
    }
}

pub(super) fn none_is_taken_while_it_is_decided() {
    let object = Object::new(Handles::default());
    let taker = {
        let object = object.clone();
        thread::spawn(move || {
            assert!(object.handles.add(), "it is the first");
            let was_dead = object.is_dead();
            assert_eq!(was_dead, object.is_dead(), "it dies while a handle is held");
            was_dead
        })
    };
    let died = object.decide();
    assert_eq!(taker.join().expect("it ends"), died, "the handle knows what was decided");
}

/// Of those who drop handles, and take new ones meanwhile, as many are last as are first.
pub(super) fn the_last_one_is_told_of_once() {
    let object = Object::new(Handles::one());
    let taker = {
        let object = object.clone();
        thread::spawn(move || {
            let first = object.handles.add();
            (first, object.handles.remove())
        })
    };
    let last = object.handles.remove();
    let died = object.decide();
    let (first, others_last) = taker.join().expect("it ends");
    assert_eq!(1 + u32::from(first), u32::from(last) + u32::from(others_last));
    assert!(object.handles.is_empty());
    assert!(died || others_last, "nobody was there to be told of the last one");
}
