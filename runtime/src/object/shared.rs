//! What all prefixes of a workspace share: the turn, open guards, the `atomic` that is going on.

use std::{
    collections::HashMap,
    ops::Deref,
    panic::Location,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    cells::{
        any_cell::AnyCell,
        version::{Epoch, Outcome},
    },
    handles::{
        context,
        guards::{refuse_in_child, refuse_in_commit},
        hold::Users,
        reference,
    },
    objects::Objects,
    publishing::bonds::Bonds,
};
use crate::{
    Config, Error, Result,
    codec::set_homes,
    fields::Claim,
    lmdb,
    store::PrefixId,
    sync::{Held, Mutex, RwLock, Turn, is_committer},
};

/// How long a workspace or prefix that is being closed waits for who is in the middle of writing.
const QUIET_PATIENCE: Duration = Duration::from_secs(1);

/// The state of a workspace that objects need.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) turn: Turn,
    /// Raised by every freeze; zero means 'loaded from disk'. One for all prefixes, because an
    /// `atomic` over several of them becomes visible with one number.
    epoch: AtomicU64,
    /// Prefixes whose next commits belong together.
    pub(crate) bonds: Bonds,
    /// Prefixes that are open, by what stands in uuids.
    pub(crate) open: RwLock<HashMap<PrefixId, Arc<Objects>>>,
    /// The `atomic` that is going on, outermost first. Only the thread with the turn looks here.
    pub(crate) frames: Mutex<Vec<Frame>>,
    depth: AtomicUsize,
    /// One thread at a time steps to what others have committed.
    pub(super) stepping: Mutex<()>,
    /// Since when a step has been waiting for the other part of a commit, as far as that was noticed.
    pub(crate) behind_since: Mutex<Option<Instant>>,
    pub(crate) closed: AtomicBool,
    pub(super) users: Users,
    /// An `atomic` that was undone has left a guard behind, at some time.
    pub(super) has_undone_guards: AtomicBool,
    /// Opens a prefix that is not open, for reading; none if the workspace has no such prefix.
    find_closed: OnceLock<Box<FindClosed>>,
}

type FindClosed = dyn Fn(PrefixId) -> Result<Option<Arc<Objects>>> + Send + Sync;

/// One `atomic`, and what it touched.
pub(crate) struct Frame {
    pub(crate) outcome: Arc<Outcome>,
    pub(crate) parts: Vec<Part>,
    /// Guards that were open when it began: those it may not leave behind.
    pub(crate) guards_before: usize,
    /// A guard inside could not publish: the atomic fails with this.
    pub(crate) failure: Option<Error>,
}

/// What an `atomic` touched in one prefix.
pub(crate) struct Part {
    pub(crate) objects: Arc<Objects>,
    pub(crate) cells: Vec<Arc<dyn AnyCell>>,
    pub(crate) young: Vec<Arc<dyn AnyCell>>,
    /// Unique keys that its objects have taken.
    pub(crate) claims: Vec<Claim>,
}

/// The turn of a workspace, of which the holder keeps the rest alive.
pub(crate) enum TurnOf<'s> {
    Owned(Arc<Shared>),
    Borrowed(&'s Shared),
}

impl Deref for TurnOf<'_> {
    type Target = Turn;

    #[inline]
    fn deref(&self) -> &Turn {
        match self {
            Self::Owned(shared) => &shared.turn,
            Self::Borrowed(shared) => &shared.turn,
        }
    }
}

/// The right to write in a workspace.
pub(crate) type MyTurn<'s> = Held<TurnOf<'s>>;

impl Shared {
    pub(crate) fn new(config: Config) -> Arc<Self> {
        set_homes(reference::homes());
        Arc::new(Self {
            config,
            turn: Turn::default(),
            epoch: AtomicU64::new(1),
            bonds: Bonds::default(),
            open: RwLock::default(),
            stepping: Mutex::default(),
            behind_since: Mutex::default(),
            frames: Mutex::default(),
            depth: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            users: Users::default(),
            has_undone_guards: AtomicBool::new(false),
            find_closed: OnceLock::new(),
        })
    }

    /// How a prefix is found that is not open.
    pub(crate) fn set_find_closed(
        &self,
        find: impl Fn(PrefixId) -> Result<Option<Arc<Objects>>> + Send + Sync + 'static,
    ) {
        let _ = self.find_closed.set(Box::new(find));
    }

    /// The objects of a prefix, which is opened for reading if it is not open; none if there is no such
    /// prefix.
    pub(super) fn objects_of(&self, prefix: PrefixId) -> Result<Option<Arc<Objects>>> {
        let open = self.open.read().get(&prefix).cloned();
        if open.is_some() { Ok(open) } else { self.find_closed(prefix) }
    }

    /// The objects of a prefix that is not open, for reading; none if there is no such prefix.
    fn find_closed(&self, prefix: PrefixId) -> Result<Option<Arc<Objects>>> {
        self.check_open()?;
        refuse_in_commit("opening a prefix")?;
        self.find_closed.get().map_or(Ok(None), |find| find(prefix))
    }

    /// What happens when the last handle of the workspace goes.
    pub(crate) fn set_close(&self, close: impl FnOnce() + Send + 'static) {
        self.users.set_close(close);
    }

    /// The epoch that is being written in. Of use to somebody who keeps freezes out.
    pub(crate) fn epoch(&self) -> Epoch {
        self.epoch.load(Ordering::Acquire)
    }

    /// Ends the epoch, and gives it.
    pub(super) fn end_epoch(&self) -> Epoch {
        self.epoch.fetch_add(1, Ordering::AcqRel)
    }

    pub(crate) fn check_open(&self) -> Result<()> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(Error::Closed {
                what: format!("workspace {}", self.config.root.display()),
            });
        }
        Ok(())
    }

    /// Takes the turn for writing.
    pub(crate) fn take_turn(
        self: &Arc<Self>,
        place: &'static Location<'static>,
    ) -> Result<MyTurn<'static>> {
        self.turn_of(TurnOf::Owned(self.clone()), place)
    }

    /// The turn, if nobody else has it.
    pub(super) fn turn_if_free(&self, place: &'static Location<'static>) -> Option<Held<&Turn>> {
        context::refuse_in_encode().and_then(|()| refuse_in_commit("writing")).ok()?;
        Held::take(&self.turn, Some(Duration::ZERO), place).ok()
    }

    /// The turn for the committer, if nobody has it: it must be given back at once.
    pub(super) fn turn_for_committer(
        &self,
        place: &'static Location<'static>,
    ) -> Option<Held<&Turn>> {
        Held::take(&self.turn, Some(Duration::ZERO), place).ok()
    }

    /// As [`take_turn`](Self::take_turn), for somebody who keeps this alive meanwhile.
    pub(crate) fn borrow_turn(&self, place: &'static Location<'static>) -> Result<MyTurn<'_>> {
        self.turn_of(TurnOf::Borrowed(self), place)
    }

    fn turn_of<'s>(
        &self,
        turn: TurnOf<'s>,
        place: &'static Location<'static>,
    ) -> Result<MyTurn<'s>> {
        self.check_open()?;
        refuse_in_child("writing")?;
        context::refuse_in_encode()?;
        refuse_in_commit("writing")?;
        let held = Held::take(turn, self.config.turn_timeout, place)?;
        // Whoever closes has waited for the turn before its last commit, and would not find this.
        self.check_open()?;
        Ok(held)
    }

    /// Waits until nobody is in the middle of writing, for some time. Whoever takes longer is refused
    /// when it comes to its end.
    #[track_caller]
    pub(crate) fn until_quiet(&self) {
        if !is_committer() && !lmdb::forked() {
            let _ = Held::take(&self.turn, Some(QUIET_PATIENCE), Location::caller());
        }
    }

    /// Makes the `atomic` that is going on fail with `error`; gives it back if there is none.
    pub(super) fn fail_atomic(&self, error: Error) -> Option<Error> {
        if !self.in_atomic() {
            return Some(error);
        }
        let mut frames = self.frames.lock();
        let Some(frame) = frames.last_mut() else { return Some(error) };
        frame.failure.get_or_insert(error);
        None
    }

    /// This thread is inside an `atomic`.
    pub(crate) fn in_atomic(&self) -> bool {
        self.depth.load(Ordering::Relaxed) > 0 && self.turn.is_mine()
    }

    pub(crate) fn set_depth(&self, depth: usize) {
        self.depth.store(depth, Ordering::Relaxed);
    }
}

impl Frame {
    /// Takes over what an `atomic` inside touched.
    pub(crate) fn absorb(&mut self, part: Part) {
        let known = self.parts.iter_mut().find(|mine| Arc::ptr_eq(&mine.objects, &part.objects));
        match known {
            Some(mine) => {
                part.objects.store().pop_private(|| ());
                mine.cells.extend(part.cells);
                mine.young.extend(part.young);
                mine.claims.extend(part.claims);
            }
            // Its private layer becomes this one's.
            None => self.parts.push(part),
        }
    }

    /// What it touched of a prefix; the prefix gets a private layer with the first touch.
    pub(crate) fn part(&mut self, objects: &Arc<Objects>) -> &mut Part {
        let place = self.parts.iter().position(|part| Arc::ptr_eq(&part.objects, objects));
        let place = place.unwrap_or_else(|| {
            objects.store().push_private();
            self.parts.push(Part {
                objects: objects.clone(),
                cells: Vec::new(),
                young: Vec::new(),
                claims: Vec::new(),
            });
            self.parts.len() - 1
        });
        &mut self.parts[place]
    }
}
