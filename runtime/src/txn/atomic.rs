//! `atomic`: everything a closure does happens, or nothing.

use std::{
    panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind},
    sync::Arc,
};

use crate::{
    Error, Result,
    object::{Frame, Objects, Outcome, Shared, check_unique},
};

/// An error that ends an `atomic` on purpose: `return Err(db0::abort("why"))`.
pub fn abort(why: impl Into<String>) -> Error {
    Error::Aborted(why.into())
}

/// Runs `work` as one step of a workspace.
pub(crate) fn atomic_in<R, E: From<Error>>(
    shared: &Arc<Shared>,
    place: &'static Location<'static>,
    work: impl FnOnce() -> Result<R, E>,
) -> Result<R, E> {
    shared.refuse_in_guard("starting an atomic")?;
    let _turn = shared.borrow_turn(place)?;
    begin(shared);
    let result = catch_unwind(AssertUnwindSafe(work));
    let guards = shared.refuse_in_guard("ending an atomic");
    let misuse = guards.and_then(|()| check_unique(shared));
    let frame = end(shared);
    let misuse = misuse.and_then(|()| check_not_closing(&frame));
    match (result, misuse, frame.failure.as_ref()) {
        (Ok(Ok(result)), Ok(()), None) => {
            succeed(shared, frame);
            Ok(result)
        }
        (Ok(Ok(_)), Err(misuse), _) => {
            undo(shared, frame);
            Err(misuse.into())
        }
        (Ok(Ok(_)), Ok(()), Some(_)) => {
            let failure = undo(shared, frame);
            Err(failure.unwrap_or_else(|| Error::Aborted("a guard inside failed".into())).into())
        }
        (Ok(Err(error)), ..) => {
            undo(shared, frame);
            Err(error)
        }
        (Err(panic), ..) => {
            undo(shared, frame);
            resume_unwind(panic)
        }
    }
}

/// Refuses what would come too late for the last commit of a prefix that is being closed.
fn check_not_closing(frame: &Frame) -> Result<()> {
    frame.parts.iter().try_for_each(|part| part.objects.check_not_closing())
}

fn begin(shared: &Shared) {
    let guards_before = shared.guards_open();
    let mut frames = shared.frames.lock();
    let outer = frames.last().map(|frame| frame.outcome.clone());
    frames.push(Frame {
        outcome: Outcome::new(outer),
        parts: Vec::new(),
        guards_before,
        failure: None,
    });
    shared.set_depth(frames.len());
}

fn end(shared: &Shared) -> Frame {
    let mut frames = shared.frames.lock();
    let frame = frames.pop();
    shared.set_depth(frames.len());
    frame.unwrap_or_else(|| unreachable!("begun before"))
}

fn succeed(shared: &Shared, frame: Frame) {
    let mut frames = shared.frames.lock();
    let Some(outer) = frames.last_mut() else {
        drop(frames);
        let outcome = frame.outcome;
        return if frame.parts.is_empty() {
            outcome.succeed(shared.epoch());
        } else {
            Objects::join(frame.parts, |epoch| outcome.succeed(epoch));
        };
    };
    frame.outcome.succeed(0);
    for part in frame.parts {
        outer.absorb(part);
    }
}

/// Takes everything back; gives the failure of a guard inside, if there was one.
fn undo(shared: &Shared, frame: Frame) -> Option<Error> {
    frame.outcome.undo();
    shared.undo_guards(frame.guards_before);
    for part in frame.parts {
        part.objects.store().drop_private();
        part.cells.iter().chain(&part.young).for_each(|cell| cell.undo());
    }
    frame.failure
}
