//! A subscription with a callback, on a thread of its own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use db0_runtime::{Error, Result, class::Class};

use crate::subscription::{Commit, Subscription, WAIT};

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
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = stopped.clone();
        let listen = move || {
            while !stop.load(Ordering::Relaxed) {
                match self.next_within(WAIT) {
                    Ok(Some(commit)) => each(Ok(commit)),
                    Ok(None) => {}
                    Err(Error::Closed { .. }) => return,
                    Err(error) => return each(Err(error)),
                }
            }
        };
        let thread = std::thread::Builder::new().name("db0 subscription".into()).spawn(listen);
        let thread = thread.unwrap_or_else(|error| panic!("starting a subscription: {error}"));
        Listening { stopped, thread: Some(thread) }
    }
}

/// A callback that is told of commits, until this is dropped; dropping waits for a call that is
/// going on.
#[derive(Debug)]
pub struct Listening {
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        if let Some(thread) =
            self.thread.take().filter(|t| t.thread().id() != std::thread::current().id())
        {
            // A panic in the callback has been reported by its thread.
            let _ = thread.join();
        }
    }
}
