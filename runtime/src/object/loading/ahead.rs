//! Objects that are met one after the other: their rows are read some at a time.

use std::{ops::ControlFlow, ops::Range, sync::Arc};

use crate::{
    Result,
    class::Class,
    object::{
        cells::any_cell::AnyCell,
        handles::{
            handle::{Found, Handle},
            memo::Memo,
        },
        objects::Objects,
    },
    store::{Oid, OidKey, Table, oid_key},
};

/// So many bytes of rows are read together at most, and those of one object.
const BYTES_MAX: usize = 1 << 20;

/// Hands out the objects of batches of numbers, one after the other. Where somebody looks at those that
/// were handed out, the next ones are read together, in the order in which they are stored, which costs
/// less than to look for each: as many as were handed out before. They are held until they are asked for.
#[doc(hidden)]
#[derive(Default)]
pub struct Ahead {
    /// The batch. There need not be an object at each place.
    numbers: Vec<Option<u64>>,
    /// What was found and not handed out yet, from this place on.
    found: Vec<Option<Found>>,
    start: usize,
    /// How many were handed out, of all batches.
    given: usize,
    /// The one of those whose being looked at says that others will be.
    sample: Option<Arc<dyn AnyCell>>,
}

impl Ahead {
    /// A batch begins.
    pub fn begin(&mut self, numbers: impl Iterator<Item = Option<u64>>) {
        self.found.clear();
        self.numbers.clear();
        self.numbers.extend(numbers);
    }

    /// The handle of the object at a place of the batch, which has this number.
    pub fn take<H: Handle>(
        &mut self,
        place: usize,
        objects: &Arc<Objects>,
        number: u64,
    ) -> Result<H> {
        H::of_found(self.found::<H>(place, objects, number)?)
    }

    /// As [`take`](Self::take), unless the object is known to be deleted.
    pub fn take_if_alive<T: Class>(
        &mut self,
        place: usize,
        objects: &Arc<Objects>,
        number: u64,
    ) -> Result<Option<Memo<T>>> {
        if !objects.is_lasting() {
            return objects.memo_if_alive(number);
        }
        let found = self.found::<Memo<T>>(place, objects, number)?;
        if found.cell().is_gone() { Ok(None) } else { Memo::of_found(found).map(Some) }
    }

    fn found<H: Handle>(
        &mut self,
        place: usize,
        objects: &Arc<Objects>,
        number: u64,
    ) -> Result<Found> {
        let ready = |ahead: &mut Self| {
            let found = ahead.found.get_mut(place.checked_sub(ahead.start)?)?;
            found.take_if(|found| found.is(number))
        };
        let mut found = ready(self);
        if found.is_none() && self.is_worth_it() && objects.is_lasting() {
            let end = self.numbers.len().min(place.saturating_add(self.given));
            self.find::<H>(objects, place.min(end)..end);
            found = ready(self);
        }
        let found = found.map_or_else(|| Found::one::<H>(objects, number), Ok)?;
        if self.sample.is_none() {
            self.sample = Some(found.cell().clone());
        }
        self.given += 1;
        Ok(found)
    }

    fn is_worth_it(&mut self) -> bool {
        self.sample.take_if(|sample| sample.was_looked_at()).is_some()
    }

    /// Finds the objects at these places, and reads those that are not in memory. What fails is tried
    /// again, and told, when it is asked for.
    fn find<H: Handle>(&mut self, objects: &Arc<Objects>, places: Range<usize>) {
        let numbers = self.numbers[places.clone()].iter().zip(0..);
        let mut order: Vec<(Oid, usize)> =
            numbers.filter_map(|(number, at)| Some((Oid((*number)?), at))).collect();
        order.sort_unstable();
        self.start = places.start;
        self.found.clear();
        self.found.resize_with(places.len(), || None);
        let mut ats = order.iter().map(|(_, at)| *at);
        H::find(objects, &mut order.iter().map(|(oid, _)| oid.0), &mut |found| {
            if let Some(at) = ats.next() {
                self.found[at] = found.ok();
            }
        });
        let found = order.iter().filter_map(|(oid, at)| Some((*oid, self.found[*at].as_ref()?)));
        read(objects, found);
    }
}

/// Reads the rows of objects, which are held and come in ascending order, that are not in memory.
fn read<'f>(objects: &Arc<Objects>, found: impl Iterator<Item = (Oid, &'f Found)>) {
    let since = objects.loading();
    // Who is held and not dying now, won't before its row is read.
    let unread = found.filter(|(oid, found)| !found.cell().is_loaded() && !objects.is_dying(*oid));
    let unread: Vec<(OidKey, &Found)> = unread.map(|(oid, found)| (oid_key(oid), found)).collect();
    let keys = unread.iter().map(|(key, _)| key.as_bytes());
    let (mut asked, mut bytes) = (unread.iter(), 0);
    let _ = objects.view().get_each(Table::Objects, keys, |body| {
        let Some((_, found)) = asked.next() else { return ControlFlow::Break(()) };
        if let Ok(Some(body)) = body {
            bytes += body.len();
            found.cell().load_from(body, since);
        }
        if bytes < BYTES_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
}
