//! Channels, over the scheduler's.

use std::{fmt, time::Duration};

pub(crate) use shuttle::sync::mpsc::RecvTimeoutError;
use shuttle::{
    sync::mpsc::{self, RecvError, SendError, TryIter, TryRecvError},
    thread::yield_now,
};

/// The end of a channel that sends.
pub(crate) struct Sender<T>(mpsc::Sender<T>);

/// The end of a channel that gets.
#[derive(Debug)]
pub(crate) struct Receiver<T>(mpsc::Receiver<T>);

pub(crate) fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::channel();
    (Sender(sender), Receiver(receiver))
}

/// Nobody sends more than there is room for.
pub(crate) fn bounded<T>(_: usize) -> (Sender<T>, Receiver<T>) {
    unbounded()
}

impl<T> Sender<T> {
    pub(crate) fn send(&self, what: T) -> Result<(), SendError<T>> {
        self.0.send(what)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}

impl<T> Receiver<T> {
    pub(crate) fn recv(&self) -> Result<T, RecvError> {
        self.0.recv()
    }

    /// There is no clock: the time is over whenever nothing has come and the thread gets its turn.
    pub(crate) fn recv_timeout(&self, _: Duration) -> Result<T, RecvTimeoutError> {
        self.0.try_recv().map_err(|why| match why {
            TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            TryRecvError::Empty => {
                yield_now();
                RecvTimeoutError::Timeout
            }
        })
    }

    pub(crate) fn try_iter(&self) -> TryIter<'_, T> {
        self.0.try_iter()
    }
}
