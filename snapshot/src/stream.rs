//! A subscription as an async stream: a thread waits, so that no task is blocked.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use db0_runtime::{Result, class::Class};
use futures_core::Stream;
use tokio::sync::mpsc;

use crate::{
    listening::Listening,
    subscription::{Commit, Subscription},
};

/// Committed states, one after the other, for `async` code. It needs no particular runtime, and
/// holds up nobody: one state is read ahead, and the others stay in the history. It ends as the
/// [`Subscription`] that it is made of does.
pub struct CommitStream<T: Class> {
    commits: mpsc::Receiver<Result<Commit<T>>>,
    // Dropped after the receiver, whose end lets the thread go that may be sending.
    _listening: Listening,
}

impl<T: Class> Subscription<T> {
    /// The same as an async stream.
    ///
    /// ```
    /// use futures_core::Stream;
    /// # use std::{future::poll_fn, pin::{pin, Pin}, task::{Context, Poll, Waker}};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// async fn next(commits: &mut db0::CommitStream<Note>) -> Option<db0::Result<db0::Commit<Note>>> {
    ///     poll_fn(|context| Pin::new(&mut *commits).poll_next(context)).await // StreamExt::next does this
    /// }
    ///
    /// let mut commits = db0::subscribe::<Note>(()).stream();
    /// db0::Memo::new(Note { text: "one".into() });
    /// db0::commit()?;
    /// # let mut first = pin!(next(&mut commits));
    /// # let commit = loop {
    /// #     match first.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
    /// #         Poll::Ready(commit) => break commit,
    /// #         Poll::Pending => std::thread::yield_now(),
    /// #     }
    /// # };
    /// # assert_eq!(commit.unwrap()?.state, 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the thread can't be started.
    pub fn stream(self) -> CommitStream<T> {
        let (sender, commits) = mpsc::channel(1);
        // Who does not listen any more drops the guard as well.
        let listening = self.on_commit(move |commit| drop(sender.blocking_send(commit)));
        CommitStream { commits, _listening: listening }
    }
}

impl<T: Class> Stream for CommitStream<T> {
    type Item = Result<Commit<T>>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Commit<T>>>> {
        self.commits.poll_recv(context)
    }
}

impl<T: Class> fmt::Debug for CommitStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommitStream").finish_non_exhaustive()
    }
}
