//! New objects: those that wait for a commit and are in no container of their class yet.

use std::{
    ops::RangeInclusive,
    sync::{Arc, atomic::Ordering},
};

use crate::{
    object::{cells::any_cell::AnyCell, objects::Objects},
    store::{ClassId, Oid, place},
};

/// Which new objects are asked for.
pub(crate) struct Young {
    pub(crate) class: ClassId,
    pub(crate) oids: RangeInclusive<Oid>,
    /// From so many chunks at most, or some more.
    pub(crate) most: usize,
}

impl Objects {
    /// It may be a new object that is not committed.
    pub(in crate::object) fn may_be_young(&self, oid: Oid) -> bool {
        self.is_writable()
            && (oid.0 >= self.young_from.load(Ordering::Acquire) || self.shared.in_atomic())
    }

    /// A new object that is not committed, or not even published to other threads.
    pub(in crate::object) fn young(&self, oid: Oid) -> Option<Arc<dyn AnyCell>> {
        if !self.may_be_young(oid) {
            return None;
        }
        if self.shared.in_atomic() {
            let frames = self.shared.frames.lock();
            let parts = frames.iter().flat_map(|frame| &frame.parts);
            let mut mine = parts.filter(|part| std::ptr::eq(Arc::as_ptr(&part.objects), self));
            let found = mine.find_map(|part| super::pending::find(&part.young, oid));
            if found.is_some() {
                return found;
            }
        }
        if oid.0 < self.young_from.load(Ordering::Acquire) {
            return None;
        }
        self.pending.lock().young(oid)
    }

    /// Calls `each` with new objects, and whether they are deleted. Gives the first chunk that was
    /// not looked at, if there are more of them.
    pub(crate) fn young_of(&self, asked: &Young, mut each: impl FnMut(Oid, bool)) -> Option<u64> {
        let Young { class, oids, most } = asked;
        let (mut to, mut found) = (None, Vec::new());
        let mut tell = |cells: &[Arc<dyn AnyCell>], is_there: &dyn Fn(&dyn AnyCell) -> bool| {
            let from = cells.partition_point(|cell| cell.oid() < *oids.start());
            let cells = cells[from..].iter().take_while(|cell| cell.oid() <= *oids.end());
            let cells = cells.filter(|cell| cell.class().id == *class && is_there(&***cell));
            found.extend(first_chunks(cells, |cell| cell.oid(), *most, &mut to).cloned());
        };
        if let Some((live, watch)) = self.watched() {
            let was_there = |cell: &dyn AnyCell| cell.is_gone_in(watch.span).is_some();
            let pending = live.pending.lock();
            watch.each_young(|young| tell(young, &was_there));
            tell(&pending.growing_up, &was_there);
            tell(&pending.young, &was_there);
        } else if self.is_writable() {
            if oids.end().0 >= self.young_from.load(Ordering::Acquire) {
                let pending = self.pending.lock();
                tell(&pending.growing_up, &|_| true);
                tell(&pending.young, &|_| true);
            }
            if self.shared.in_atomic() {
                let frames = self.shared.frames.lock();
                let parts = frames.iter().flat_map(|frame| &frame.parts);
                parts
                    .filter(|part| std::ptr::eq(Arc::as_ptr(&part.objects), self))
                    .for_each(|part| tell(&part.young, &|_| true));
            }
        }
        let is_gone = |cell: &Arc<dyn AnyCell>| match self.watched() {
            Some((_, watch)) => cell.is_gone_in(watch.span).unwrap_or(true),
            None => cell.is_gone(),
        };
        let known = found.iter().filter(|cell| to.is_none_or(|to| place(cell.oid()).0 < to));
        known.for_each(|cell| each(cell.oid(), is_gone(cell)));
        to
    }
}

/// Those of ascending `items` that are in the first chunks; `to` falls to where the others begin.
fn first_chunks<I>(
    items: impl Iterator<Item = I>,
    oid_of: impl Fn(&I) -> Oid,
    most: usize,
    to: &mut Option<u64>,
) -> impl Iterator<Item = I> {
    let (mut chunks, mut last) = (0, None);
    items.take_while(move |item| {
        let (number, _) = place(oid_of(item));
        if last.replace(number) == Some(number) {
            return true;
        }
        chunks += 1;
        if chunks > most {
            *to = Some(to.map_or(number, |to| to.min(number)));
        }
        chunks <= most
    })
}
