//! Circles of objects that hold each other, and nothing else does: found, and let go with a commit.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{Arc, OnceLock},
};

use super::{
    apart::apart,
    life::{Life, ROWS_AT_ONCE},
    trial::{Trial, class_of},
};
use crate::{
    Result,
    object::{Collected, Condemned, Objects, Progress},
    store::{Direction, KeyRange, Oid, Table, View, oid_key, oid_of_key, tags_hold, take_varint},
};

/// What a search came to.
pub(crate) struct Found {
    /// How many objects and collections have been looked at: all that something refers to.
    pub(crate) looked_at: u64,
    /// Those that seem to be held by nothing but each other: to be judged one part after the other.
    pub(crate) condemned: Vec<Arc<Condemned>>,
}

/// Looks for objects that are held by nothing but each other in what is committed. The next commit is
/// to judge them: much may happen meanwhile.
pub(crate) fn find_cycles(objects: &Objects) -> Result<Found> {
    let view = View::Committed(objects.store().clone());
    let mut progress = Progress::new("looking for circles", objects.name(), 0);
    // Nothing that has no holder is in a circle, or hangs on one.
    let mut holders = Vec::new();
    view.scan(Table::Counts, KeyRange::all(), Direction::Forward, &mut |key, mut row| {
        let (oid, count) = (oid_of_key(key), take_varint(&mut row));
        let damaged = || view.store().corrupt(Table::Counts, key, "the count is damaged");
        let ((oid, _), count) = oid.zip(count).ok_or_else(damaged)?;
        holders.push((oid, count));
        Ok(ControlFlow::Continue(()))
    })?;
    let mut trial = Trial::new(&view, holders);
    trial.count(|| progress.step(1))?;
    trial.keep_if(|oid| {
        let tagged = || view.get(Table::ObjectTags, oid_key(oid).as_bytes(), tags_hold);
        let class = class_of(&view, oid)?;
        Ok(class.is_some_and(|class| objects.catalogue().lives_by_itself(class))
            || objects.is_in_hands(oid)
            || tagged()? == Some(true))
    })?;
    progress.done();
    let rest: Vec<_> = trial.rest().collect();
    let parts = apart(&view, &rest, ROWS_AT_ONCE)?.into_iter();
    let condemned = |oids| Arc::new(Condemned { oids, collected: OnceLock::default() });
    Ok(Found { looked_at: trial.len() as u64, condemned: parts.map(condemned).collect() })
}

impl Life<'_> {
    /// Buries those of the condemned that nothing holds but they themselves, as of this commit and at
    /// this moment.
    pub(super) fn judge_together(
        &mut self,
        condemned: &Condemned,
        candidates: &mut Vec<Oid>,
    ) -> Result<Collected> {
        let view = self.view.clone();
        let mut holders = Vec::new();
        for oid in &condemned.oids {
            if !self.plan.dead.contains(oid) {
                holders.push((*oid, self.count_of(*oid)?));
            }
        }
        let mut trial = Trial::new(&view, holders);
        trial.count(|| ())?;
        trial.keep_if(|oid| Ok(self.is_changed(oid)? || self.is_held_uncounted(oid)?))?;
        let dying: Arc<[Oid]> = loop {
            let rest: Arc<[Oid]> = trial.rest().collect();
            let held = self.objects.kill_together(&rest, self.frozen);
            if held.is_empty() {
                break rest;
            }
            trial.keep(&held)?;
        };
        let (dead, deleted) = (self.plan.dead.len(), self.plan.deleted.len());
        // Who dies together can't be postponed.
        let rows_left = std::mem::replace(&mut self.rows_left, usize::MAX);
        for oid in dying.iter() {
            self.bury(*oid, candidates)?;
        }
        self.rows_left = rows_left.saturating_sub(usize::MAX - self.rows_left);
        let mut objects = BTreeMap::new();
        for (class, _) in &self.plan.deleted[deleted..] {
            *objects.entry(*class).or_default() += 1;
        }
        let collections = (self.plan.dead.len() - dead) - (self.plan.deleted.len() - deleted);
        Ok(Collected { objects, collections: collections as u64 })
    }

    /// The commit changes what the object or collection refers to, or may.
    fn is_changed(&self, oid: Oid) -> Result<bool> {
        let range = KeyRange::prefix(oid_key(oid).as_bytes());
        Ok(self.cell(oid).is_some() || self.becoming.waits(Table::Elements, &range)?)
    }
}
