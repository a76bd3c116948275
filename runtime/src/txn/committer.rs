//! The thread of a prefix that commits: on its interval, and when asked.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use super::commit::commit;
use crate::{Error, Result, object::Objects, store::StateNum, sync::Mutex};

type Reply = Sender<Result<StateNum, Arc<Error>>>;

enum Request {
    Commit(Reply),
    Stop(Reply),
}

/// The handle of a committer thread.
#[derive(Debug)]
pub(crate) struct Committer {
    prefix: String,
    requests: Sender<Request>,
    thread: Mutex<Option<JoinHandle<()>>>,
    failure: Arc<Failure>,
}

/// The failure of the last commit, until one succeeds.
#[derive(Debug, Default)]
pub(crate) struct Failure {
    last: Mutex<Option<Arc<Error>>>,
    is_set: AtomicBool,
}

impl Failure {
    fn set(&self, error: Option<Arc<Error>>) {
        self.is_set.store(error.is_some(), Ordering::Relaxed);
        *self.last.lock() = error;
    }

    pub(crate) fn get(&self) -> Option<Arc<Error>> {
        if self.is_set.load(Ordering::Relaxed) { self.last.lock().clone() } else { None }
    }
}

impl Committer {
    /// Starts the thread of a prefix that is open for writing.
    pub(crate) fn start(objects: &Arc<Objects>, interval: Option<Duration>) -> Result<Self> {
        let (requests, inbox) = unbounded();
        let failure = Arc::new(Failure::default());
        let thread = Thread { objects: Arc::downgrade(objects), inbox, interval, failure: failure.clone() };
        let handle = std::thread::Builder::new()
            .name(format!("db0 {}", objects.name()))
            .spawn(move || thread.run())
            .map_err(|error| Error::io("starting the committer thread of", objects.name(), &error))?;
        let prefix = objects.name().to_owned();
        Ok(Self { prefix, requests, thread: Mutex::new(Some(handle)), failure })
    }

    fn ask(&self, request: impl FnOnce(Reply) -> Request) -> Result<StateNum> {
        let (reply, answer) = bounded(1);
        let closed = || Error::Closed { what: format!("prefix {:?}", self.prefix) };
        self.requests.send(request(reply)).map_err(|_| closed())?;
        let failed = |source| Error::Commit { prefix: self.prefix.clone(), source };
        answer.recv().map_err(|_| closed())?.map_err(failed)
    }

    /// Commits what waits now; several calls at a time share one commit.
    pub(crate) fn commit(&self) -> Result<StateNum> {
        self.ask(Request::Commit)
    }

    /// Commits what waits, and ends the thread.
    pub(crate) fn stop(&self) -> Result<()> {
        let Some(thread) = self.thread.lock().take() else { return Ok(()) };
        let result = self.ask(Request::Stop);
        if thread.thread().id() != std::thread::current().id() {
            // A panic in the thread has been logged by it.
            let _ = thread.join();
        }
        result.map(drop)
    }

    /// Why the last commit failed, if it did.
    pub(crate) fn failure(&self) -> Option<Arc<Error>> {
        self.failure.get()
    }
}

struct Thread {
    objects: Weak<Objects>,
    inbox: Receiver<Request>,
    interval: Option<Duration>,
    failure: Arc<Failure>,
}

impl Thread {
    fn run(self) {
        loop {
            let first = match self.interval {
                Some(interval) => self.inbox.recv_timeout(interval),
                None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let asked = match first {
                Ok(request) => std::iter::once(request).chain(self.inbox.try_iter()).collect(),
                Err(RecvTimeoutError::Timeout) => Vec::new(),
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let Some(objects) = self.objects.upgrade() else { return };
            let result = commit(&objects).map_err(Arc::new);
            if let Err(error) = &result {
                tracing::error!("committing prefix {:?} failed and will be tried again: {error}", objects.name());
            }
            self.failure.set(result.as_ref().err().cloned());
            let mut stops = false;
            for request in asked {
                let reply = match request {
                    Request::Commit(reply) => reply,
                    Request::Stop(reply) => {
                        stops = true;
                        reply
                    }
                };
                // Whoever asked may have given up waiting.
                let _ = reply.send(result.clone());
            }
            if stops {
                return;
            }
        }
    }
}
