//! The thread of a prefix that commits: on its interval, and when asked by several at a time.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use super::lead::{self, Desk, Outcome};
use crate::{
    Error, Result,
    object::{Frozen, Objects, refuse_in_child, refuse_in_commit},
    store::{StateNum, Upkeep},
    sync::{
        Committing, JoinHandle, Mutex, ThreadBuilder,
        channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded},
        current_thread,
    },
};

/// How whoever asked is told.
type Reply = Box<dyn FnOnce(Outcome) + Send>;

enum Request {
    /// Much waits: commit before the interval is over.
    Wake,
    /// Drop what somebody else has committed.
    Drop(Vec<Frozen>),
    /// See to what is due beside commits.
    Tend,
    Commit(Reply),
    Stop(Reply),
}

/// The handle of a committer thread.
#[derive(Debug)]
pub(crate) struct Committer {
    prefix: String,
    objects: Weak<Objects>,
    requests: Sender<Request>,
    desk: Arc<Mutex<Desk>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Committer {
    /// Starts the thread of a prefix that is open for writing.
    pub(crate) fn start(objects: &Arc<Objects>, interval: Option<Duration>) -> Result<Self> {
        let (requests, inbox) = unbounded();
        let desk = Arc::new(Mutex::new(Desk::new()));
        let thread =
            Thread { objects: Arc::downgrade(objects), inbox, desk: desk.clone(), interval };
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
        let thread = Mutex::new(Some(handle));
        Ok(Self { prefix, objects: Arc::downgrade(objects), requests, desk, thread })
    }

    fn check_can_ask() -> Result<()> {
        refuse_in_commit("a commit")?;
        // The thread stayed in the parent, and so did the right to write.
        refuse_in_child("a commit")
    }

    fn send(&self, request: Request) -> Result<()> {
        Self::check_can_ask()?;
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

    fn told(&self, answered: Outcome) -> Result<StateNum> {
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
    ///
    /// The thread that asks commits itself if it can: two changes of threads take as long as a fast
    /// disk does.
    pub(crate) fn commit(&self) -> Result<StateNum> {
        Self::check_can_ask()?;
        match self.lead() {
            Some(outcome) => self.told(outcome),
            None => self.ask(Request::Commit, None),
        }
    }

    /// Commits on this thread; not if somebody else is at it, who could not be joined any more: then
    /// all that ask meanwhile share the next commit, which is the committer's.
    fn lead(&self) -> Option<Outcome> {
        if !lead::can_lead() {
            return None;
        }
        let mut desk = self.desk.try_lock().filter(|desk| desk.is_open())?;
        let objects = self.objects.upgrade()?;
        let _committing = Committing::begin();
        let (outcome, spent) = lead::commit(&objects);
        let outcome = lead::tell_set_aside(&objects, outcome);
        let is_reminder_due = desk.is_reminder_due();
        drop(desk);
        // A thread that has ended had nothing left to do.
        if is_reminder_due {
            let _ = self.requests.send(Request::Tend);
        }
        if spent.iter().any(Frozen::is_long) {
            let _ = self.requests.send(Request::Drop(spent));
        } else {
            lead::let_go(spent);
        }
        Some(outcome)
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

struct Thread {
    objects: Weak<Objects>,
    inbox: Receiver<Request>,
    desk: Arc<Mutex<Desk>>,
    interval: Option<Duration>,
}

impl Thread {
    fn run(self) {
        let _committing = Committing::begin();
        let mut upkeep = Upkeep::new();
        loop {
            let first = match self.interval {
                Some(interval) => self.inbox.recv_timeout(interval),
                None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let first = match first {
                Ok(Request::Drop(spent)) => {
                    lead::let_go(spent);
                    continue;
                }
                Ok(request) => Some(request),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let Some(objects) = self.objects.upgrade() else { return };
            // Who asks while somebody else commits is answered with what is committed next.
            let mut desk = self.desk.lock();
            let asked: Vec<_> = first.into_iter().chain(self.inbox.try_iter()).collect();
            let replies = asked
                .iter()
                .any(|request| matches!(request, Request::Commit(_) | Request::Stop(_)));
            let (mut outcome, mut spent) = (Ok(objects.store().state()), Vec::new());
            // Without an interval, when to commit is the program's business.
            if replies || self.interval.is_some() || objects.health().failure().is_some() {
                (outcome, spent) = lead::commit(&objects);
            }
            if replies {
                outcome = lead::tell_set_aside(&objects, outcome);
            }
            let stops = asked.iter().any(|request| matches!(request, Request::Stop(_)));
            if stops {
                desk.close();
            }
            // Who is answered may want to lead the next one.
            drop(desk);
            for request in asked {
                match request {
                    Request::Wake | Request::Tend => {}
                    Request::Drop(earlier) => spent.extend(earlier),
                    Request::Commit(reply) | Request::Stop(reply) => reply(outcome.clone()),
                }
            }
            lead::let_go(spent);
            if stops {
                return;
            }
            upkeep.tend(objects.store(), objects.shared().config.reserve_bytes);
        }
    }
}
