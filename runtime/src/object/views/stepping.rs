//! Stepping to what others have committed: all prefixes of a workspace at once, from one moment to a later
//! one, or none of them.
//!
//! A writer that dies within a commit over several prefixes leaves one of them ahead. If those that can
//! stepped on by themselves, the others would be left at states that do not belong to theirs.

use std::{
    iter,
    sync::{Arc, atomic::Ordering},
    thread,
    time::Instant,
};

use super::together::{PATIENCE, TRIED_EVERY, busy};
use crate::{Error, Result, object::objects::Objects, store::Head};

/// How often last states are looked at until nobody has committed in between.
const LOOKS_MAX: usize = 8;

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::object) enum Stepped {
    /// Some prefix is at a later state.
    On,
    /// There was none.
    Nowhere,
    /// The other part of a commit is on its way: it is worth looking again soon.
    NotYet,
}

/// A prefix, and the last state of it on disk.
struct Target<'o> {
    objects: &'o Objects,
    head: Head,
    txn: u64,
}

fn look(objects: &Objects) -> Result<Target<'_>> {
    let seen = objects.followed_to.load(Ordering::Acquire);
    if objects.store().last_txn() == seen {
        // Nobody has committed: that costs no look into the file, with however many prefixes.
        return Ok(Target { objects, head: Head::clone(&objects.store().head()), txn: seen });
    }
    let (head, txn) = objects.store().newest_head_and_txn()?;
    Ok(Target { objects, head, txn })
}

/// The last states of some prefixes, as they were in one moment; none if they change all the time.
fn look_at<'o>(prefixes: &[&'o Objects]) -> Result<Option<Vec<Target<'o>>>> {
    let mut found = Vec::new();
    for _ in 0..LOOKS_MAX {
        let before = found;
        found = prefixes.iter().map(|objects| look(objects)).collect::<Result<Vec<_>>>()?;
        let is_same = |(a, b): (&Target<'_>, &Target<'_>)| a.txn == b.txn;
        if found.len() == 1 || !before.is_empty() && before.iter().zip(&found).all(is_same) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

impl Objects {
    /// Steps to the last states of all prefixes of the workspace that follow others, if these belong
    /// together.
    pub(in crate::object) fn step_together(&self) -> Result<Stepped> {
        let shared = self.shared();
        let _one_at_a_time = shared.stepping.lock();
        let open: Vec<Arc<Self>> = shared.open.read().values().cloned().collect();
        let others = open.iter().map(|other| &**other);
        let others = others.filter(|other| !std::ptr::eq(*other, self) && other.follows());
        let followers: Vec<&Self> = iter::once(self).chain(others).collect();
        let Some(targets) = look_at(&followers)? else { return Ok(Stepped::NotYet) };
        let has_come = |(prefix, state)| {
            let target = targets.iter().find(|one| one.objects.store().prefix_id() == prefix);
            target.is_none_or(|target| target.head.state >= state)
        };
        if !targets.iter().all(|one| one.head.partners.iter().copied().all(has_come)) {
            return Ok(Stepped::NotYet);
        }
        let is_ahead = |target: &Target<'_>| target.head.state > target.objects.store().state();
        let moves = targets.iter().any(is_ahead);
        if !pin(&targets) {
            return Ok(Stepped::NotYet);
        }
        let is_news =
            |target: &Target<'_>| target.objects.followed_to.load(Ordering::Acquire) != target.txn;
        for Target { objects, head, txn } in targets.into_iter().filter(is_news) {
            objects.move_to(head)?;
            objects.tag_names.step();
            objects.followed_to.store(txn, Ordering::Release);
        }
        Ok(if moves { Stepped::On } else { Stepped::Nowhere })
    }

    /// Comes to a moment with the other prefixes of the workspace, when this one is opened.
    pub(crate) fn join_others(&self) -> Result<()> {
        let began = Instant::now();
        while self.follows_by_itself() && self.step_together()? == Stepped::NotYet {
            if began.elapsed() > PATIENCE {
                return Err(busy());
            }
            thread::sleep(TRIED_EVERY);
        }
        Ok(())
    }
}

/// Registers the states that are stepped to; false if one is being forgotten: a later one is on its way.
fn pin(targets: &[Target<'_>]) -> bool {
    for (place, target) in targets.iter().enumerate() {
        let store = target.objects.store();
        if target.head.state > store.state()
            && matches!(store.pins().follow(target.head.state), Err(Error::Pruned { .. }))
        {
            for target in &targets[..place] {
                let store = target.objects.store();
                // They stay where they are; if that is forgotten too, reading says so.
                let _ = store.pins().follow(store.state());
            }
            return false;
        }
    }
    true
}
