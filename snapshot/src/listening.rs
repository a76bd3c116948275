//! A subscription with a callback, on a thread of its own.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use db0_runtime::{Error, Listener, OrPanic, Result, class::Class};

use crate::subscription::{Commit, Subscription};

impl<T: Class> Subscription<T> {
    /// Calls `each` with every state, on a thread of its own, until the guard is dropped, `each`
    /// got an error, or the prefix is closed.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// let (sender, seen) = std::sync::mpsc::channel();
    /// let listening = db0::subscribe::<Note>(()).on_commit(move |commit| {
    ///     sender.send(commit.map(|commit| commit.state)).ok();
    /// });
    /// db0::Memo::new(Note { text: "one".into() });
    /// db0::commit()?;
    /// assert_eq!(seen.recv().unwrap()?, 1);
    /// drop(listening);
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the thread can't be started.
    pub fn on_commit(
        mut self,
        mut each: impl FnMut(Result<Commit<T>>) + Send + 'static,
    ) -> Listening {
        let prefix = self.prefix().clone();
        let listen = move |ends: &AtomicBool| {
            let is_over = || ends.load(Ordering::Acquire);
            while !is_over() {
                match self.next_unless(Duration::MAX, &is_over) {
                    Ok(Some(commit)) => each(Ok(commit)),
                    Ok(None) => {}
                    Err(Error::Closed { .. }) => return,
                    Err(error) => return each(Err(error)),
                }
            }
        };
        let listener = Listener::start(prefix.objects(), "db0 subscription", listen);
        Listening(listener.or_panic())
    }
}

/// A callback that is told of commits, until this is dropped; dropping waits for a call that is
/// going on.
#[derive(Debug)]
#[must_use = "nobody is told of anything once this is dropped"]
pub struct Listening(#[expect(dead_code, reason = "it ends with this")] Listener);
