//! The thread of a prefix that commits: on its interval, and when asked.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use super::commit::commit;
use crate::{
    Error, Result,
    object::{Frozen, Objects, refuse_in_child, refuse_in_commit},
    store::{StateNum, Upkeep},
    sync::{
        JoinHandle, Mutex, ThreadBuilder,
        channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded},
        current_thread, set_committer, slots,
    },
};

/// How whoever asked is told.
type Reply = Box<dyn FnOnce(Result<StateNum, Arc<Error>>) + Send>;

enum Request {
    /// Much waits: commit before the interval is over.
    Wake,
    Commit(Reply),
    Stop(Reply),
}

/// The handle of a committer thread.
#[derive(Debug)]
pub(crate) struct Committer {
    prefix: String,
    requests: Sender<Request>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Committer {
    /// Starts the thread of a prefix that is open for writing.
    pub(crate) fn start(objects: &Arc<Objects>, interval: Option<Duration>) -> Result<Self> {
        let (requests, inbox) = unbounded();
        let thread = Thread { objects: Arc::downgrade(objects), inbox, interval };
        let handle = ThreadBuilder::new()
            .name(format!("db0 {}", objects.name()))
            .spawn(move || thread.run())
            .map_err(|error| {
                Error::io("starting the committer thread of", objects.name(), &error)
            })?;
        let prefix = objects.name().to_owned();
        let waker = requests.clone();
        // A thread that has ended has nothing left to commit.
        objects.health().set_wake(move || drop(waker.send(Request::Wake)));
        Ok(Self { prefix, requests, thread: Mutex::new(Some(handle)) })
    }

    fn send(&self, request: Request) -> Result<()> {
        refuse_in_commit("a commit")?;
        // The thread stayed in the parent, and so did the right to write.
        refuse_in_child("a commit")?;
        self.requests.send(request).map_err(|_| self.closed())
    }

    fn closed(&self) -> Error {
        Error::Closed { what: format!("prefix {:?}", self.prefix) }
    }

    fn ask(
        &self,
        request: impl FnOnce(Reply) -> Request,
        patience: Option<Duration>,
    ) -> Result<StateNum> {
        let (reply, answer) = bounded(1);
        // Whoever asked may have given up waiting.
        self.send(request(Box::new(move |result| drop(reply.send(result)))))?;
        let answered = match patience {
            None => answer.recv().map_err(|_| self.closed())?,
            Some(patience) => answer.recv_timeout(patience).map_err(|_| Error::Busy {
                waited_ms: u64::try_from(patience.as_millis()).unwrap_or(u64::MAX),
                holder: format!("by the commit of prefix {:?}", self.prefix),
            })?,
        };
        self.told(answered)
    }

    fn told(&self, answered: Result<StateNum, Arc<Error>>) -> Result<StateNum> {
        answered.map_err(|source| match &*source {
            // The commit is done, but for these.
            Error::SetAside { prefix, objects } => {
                Error::SetAside { prefix: prefix.clone(), objects: objects.clone() }
            }
            _ => Error::Commit { prefix: self.prefix.clone(), source },
        })
    }

    /// As [`commit`](Self::commit), for whoever has no thread to wait with.
    #[cfg(feature = "tokio")]
    pub(crate) async fn commit_async(&self) -> Result<StateNum> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.send(Request::Commit(Box::new(move |result| drop(reply.send(result)))))?;
        self.told(answer.await.map_err(|_| self.closed())?)
    }

    /// Commits what waits now; several calls at a time share one commit.
    pub(crate) fn commit(&self) -> Result<StateNum> {
        self.ask(Request::Commit, None)
    }

    /// Commits what waits, and ends the thread; waits for it no longer than `patience`.
    pub(crate) fn stop(&self, patience: Option<Duration>) -> Result<()> {
        let Some(thread) = self.thread.lock().take() else { return Ok(()) };
        let result = self.ask(Request::Stop, patience);
        let answered = !matches!(result, Err(Error::Busy { .. } | Error::Misuse { .. }));
        if answered && thread.thread().id() != current_thread().id() {
            // A panic in the thread has been logged by it.
            let _ = thread.join();
        }
        result.map(drop)
    }
}

/// Makes it known that a commit had to leave objects out: once, to whoever asks next.
fn tell_set_aside(
    objects: &Objects,
    result: Result<StateNum, Arc<Error>>,
) -> Result<StateNum, Arc<Error>> {
    let state = result?;
    let left_out = objects.health().tell_set_aside();
    if left_out.is_empty() {
        return Ok(state);
    }
    Err(Arc::new(Error::SetAside { prefix: objects.name().into(), objects: left_out }))
}

struct Thread {
    objects: Weak<Objects>,
    inbox: Receiver<Request>,
    interval: Option<Duration>,
}

impl Thread {
    fn run(self) {
        set_committer();
        let mut upkeep = Upkeep::new();
        loop {
            let first = match self.interval {
                Some(interval) => self.inbox.recv_timeout(interval),
                None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let asked: Vec<_> = match first {
                Ok(request) => std::iter::once(request).chain(self.inbox.try_iter()).collect(),
                Err(RecvTimeoutError::Timeout) => Vec::new(),
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let Some(objects) = self.objects.upgrade() else { return };
            let woken = asked.iter().all(|request| matches!(request, Request::Wake));
            if woken && self.interval.is_none() && objects.health().failure().is_none() {
                continue; // when to commit is the program's business
            }
            let (result, spent) = match commit(&objects) {
                Ok((state, spent)) => (Ok(state), spent),
                Err(error) => (Err(Arc::new(error)), Vec::new()),
            };
            if let Err(error) = &result {
                tracing::error!(
                    "committing prefix {:?} failed and will be tried again: {error}",
                    objects.name()
                );
            }
            objects.health().set(result.as_ref().err().cloned());
            let result = if asked.is_empty() { result } else { tell_set_aside(&objects, result) };
            let mut stops = false;
            for request in asked {
                let reply = match request {
                    Request::Wake => continue,
                    Request::Commit(reply) => reply,
                    Request::Stop(reply) => {
                        stops = true;
                        reply
                    }
                };
                reply(result.clone());
            }
            let is_much = spent.iter().any(Frozen::is_much);
            slots::in_bulk(|| drop(spent));
            if is_much {
                slots::tend_now();
            }
            if stops {
                return;
            }
            upkeep.tend(objects.store(), objects.shared().config.reserve_bytes);
        }
    }
}
