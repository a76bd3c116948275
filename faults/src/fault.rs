//! Failing the k-th call.

use std::ffi::c_int;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::Kind;
use crate::watch::{Call, Observer, Registered, Ruling};

/// How a call fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// It does nothing and reports this error number.
    Errno(c_int),
    /// It writes half of its bytes and reports success for these. Calls without bytes succeed.
    CutShort,
    /// It does all that it should and reports this error number all the same, as a device does that
    /// goes away before it has answered. Calls that fail after it do nothing.
    TooLate(c_int),
}

/// Which calls fail after the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lasting {
    /// None.
    Once,
    /// All of the same kind.
    ThisKind,
    /// All that change or sync anything, as on a device that is full or gone.
    WholeDevice,
}

/// Which call fails, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The kind of the call.
    pub kind: Kind,
    /// Which of its kind, counted from 1, from when the plan was made.
    pub nth: u64,
    /// How it fails.
    pub failure: Failure,
    /// What fails after it.
    pub lasting: Lasting,
}

impl Plan {
    /// Whether the call of this kind and number is the one that fails first.
    fn begins_at(&self, kind: Kind, number: u64) -> bool {
        kind == self.kind && number == self.nth
    }

    /// Whether a call of this kind fails once the first has.
    fn goes_on_to(&self, kind: Kind) -> bool {
        match self.lasting {
            Lasting::Once => false,
            Lasting::ThisKind => kind == self.kind,
            Lasting::WholeDevice => kind.reaches_the_device(),
        }
    }
}

/// Counts the calls on files below a directory, and fails those that a [`Plan`] names, until dropped.
///
/// ```
/// use db0_faults::{Failure, Faults, Kind, Lasting, Plan, Scratch};
///
/// let scratch = Scratch::new()?;
/// let faults = Faults::below(scratch.path())?;
/// let failure = Failure::Errno(28); // ENOSPC: the disk is full
/// faults.plan(Plan { kind: Kind::Write, nth: 1, failure, lasting: Lasting::Once });
/// let path = scratch.path().join("file");
/// assert_eq!(std::fs::write(&path, "text").unwrap_err().raw_os_error(), Some(28));
/// std::fs::write(&path, "text")?;
/// assert_eq!((faults.hits(), faults.count(Kind::Write)), (1, 2));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Faults {
    watch: Registered<Injector>,
}

#[derive(Default)]
struct Injector {
    state: Mutex<State>,
    /// Read while calls go on.
    hits: AtomicU64,
}

#[derive(Default)]
struct State {
    counts: [u64; Kind::ALL.len()],
    plan: Option<Plan>,
    begun: bool,
}

impl Faults {
    /// Begins counting below `folder`, which must exist; nothing fails yet.
    pub fn below(folder: &Path) -> io::Result<Self> {
        let root = folder.canonicalize()?;
        Ok(Self { watch: Registered::new(root, Injector::default()) })
    }

    /// Follows `plan` from now on, with all counts at zero.
    pub fn plan(&self, plan: Plan) {
        self.set(Some(plan));
    }

    /// Fails nothing from now on, with all counts at zero.
    pub fn clear(&self) {
        self.set(None);
    }

    /// How many calls of this kind there were, failed ones too.
    pub fn count(&self, kind: Kind) -> u64 {
        self.state().counts[index(kind)]
    }

    /// How many calls were failed since the plan was made.
    pub fn hits(&self) -> u64 {
        self.watch.observer.hits.load(Ordering::SeqCst)
    }

    fn set(&self, plan: Option<Plan>) {
        *self.state() = State { plan, ..State::default() };
        self.watch.observer.hits.store(0, Ordering::SeqCst);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.watch.observer.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn index(kind: Kind) -> usize {
    kind as usize
}

impl Observer for Injector {
    fn rule(&self, call: &Call<'_>) -> Ruling {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.counts[index(call.kind)] += 1;
        let number = state.counts[index(call.kind)];
        let Some(plan) = state.plan else { return Ruling::Go };
        let goes_on = state.begun && plan.goes_on_to(call.kind);
        if !goes_on && !plan.begins_at(call.kind, number) {
            return Ruling::Go;
        }
        let is_first = !std::mem::replace(&mut state.begun, true);
        let ruling = match plan.failure {
            Failure::TooLate(errno) if is_first && call.kind.reaches_the_device() => {
                Ruling::FailAfterwards(errno)
            }
            Failure::Errno(errno) | Failure::TooLate(errno) => Ruling::Fail(errno),
            Failure::CutShort if call.kind.carries_bytes() => Ruling::CutShort,
            Failure::CutShort => return Ruling::Go,
        };
        self.hits.fetch_add(1, Ordering::SeqCst);
        ruling
    }
}
