//! Opening a prefix, by one thread at a time: others that want it wait, and find it open.

use crate::sync::{Condvar, Mutex};

/// Which prefixes are being opened.
#[derive(Default)]
pub(super) struct Opening {
    names: Mutex<Vec<String>>,
    ended: Condvar,
}

/// The right to open a prefix, until it is dropped.
pub(super) struct Begun<'o> {
    opening: &'o Opening,
    name: String,
}

impl Opening {
    /// Waits while another thread opens the prefix of this name.
    pub(super) fn begin(&self, name: &str) -> Begun<'_> {
        let mut names = self.names.lock();
        while names.iter().any(|other| other == name) {
            self.ended.wait(&mut names);
        }
        names.push(name.into());
        Begun { opening: self, name: name.into() }
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.opening.names.lock().retain(|name| *name != self.name);
        self.opening.ended.notify_all();
    }
}
