//! Results as numbers of objects, one after the other: criteria, then orders, limits and filters.

use std::{sync::Arc, vec};

use db0_runtime::{Chunk, Error, Result, object::Objects};

use super::{
    field_walk::{ENTRIES_AN_OBJECT, walk_entries},
    ids::{Ids, oid_at, place_of},
    plan::Plan,
    sort::{sort, walk},
};
use crate::terms::{
    core::{Core, Op},
    order::{By, Order},
};

/// Results on their way, of which some may be known before they are asked for.
pub(crate) enum Results {
    Chunks(Box<Chunks>),
    All(vec::IntoIter<u64>),
    /// Each is found when it is asked for.
    Steps(Ids),
}

impl Results {
    /// Takes the next ones, as many as that, as far as they are known.
    pub(crate) fn take_known(&mut self, most: usize, into: &mut Vec<u64>) {
        match self {
            Self::Chunks(chunks) => chunks.take_known(most, into),
            Self::All(all) => into.extend(all.take(most)),
            Self::Steps(_) => {}
        }
    }
}

impl Iterator for Results {
    type Item = Result<u64>;

    fn next(&mut self) -> Option<Result<u64>> {
        match self {
            Self::Chunks(chunks) => chunks.next(),
            Self::All(all) => all.next().map(Ok),
            Self::Steps(steps) => steps.next(),
        }
    }
}

/// The results of a query.
pub(crate) fn ids(core: &Core) -> Result<Results> {
    let plan = core.plan()?;
    let sorts = core.ops.iter().take_while(|op| matches!(op, Op::Sort { .. })).count();
    let (orders, mut rest) = core.ops.split_at(sorts);
    let mut after = None;
    if let [Op::After(uuid), others @ ..] = rest {
        (after, rest) = (Some(core.number(*uuid)?), others);
    }
    let mut ids = first_part(plan, orders, after)?;
    while let [op, others @ ..] = rest {
        rest = others;
        let steps: Ids = match op {
            Op::Skip(n) => Box::new(skip(ids, *n)),
            Op::Take(n) => Box::new(ids.take(usize::try_from(*n).unwrap_or(usize::MAX))),
            Op::After(uuid) => {
                let oid = core.number(*uuid)?;
                let mut passed = false;
                Box::new(ids.filter(move |id| match id {
                    Ok(id) if !passed => {
                        passed = *id == oid;
                        false
                    }
                    _ => true,
                }))
            }
            Op::Where(node) => {
                let plan = Plan::new(&core.objects()?, &core.of, node)?;
                Box::new(ids.filter_map(move |id| {
                    id.and_then(|id| Ok(plan.contains(id)?.then_some(id))).transpose()
                }))
            }
            Op::Sort { by, descending } => {
                let all = ids.collect::<Result<Vec<_>>>()?;
                ids = Results::All(sort(&core.objects()?, all, by, *descending)?.into_iter());
                continue;
            }
        };
        ids = Results::Steps(steps);
    }
    Ok(ids)
}

/// As `Iterator::skip`, but failures are no results to be skipped.
fn skip(ids: Results, mut n: u64) -> impl Iterator<Item = Result<u64>> + Send {
    ids.filter(move |id| {
        let skips = id.is_ok() && n > 0;
        n -= u64::from(skips);
        !skips
    })
}

/// The results in their order, behind an object.
fn first_part(plan: Plan, orders: &[Op], after: Option<u64>) -> Result<Results> {
    let orders = orders.iter().filter_map(|op| match op {
        Op::Sort { by, descending } => Some((by, *descending)),
        _ => None,
    });
    let orders: Vec<(&Order, bool)> = orders.collect();
    if orders.is_empty() {
        let from = after.map_or(Some(0), |oid| oid.checked_add(1));
        let Some(from) = from else { return Ok(Results::All(Vec::new().into_iter())) };
        return Ok(match plan.few()? {
            Some(few) => {
                let first = few.partition_point(|oid| *oid < from);
                Results::All(Vec::from(&few[first..]).into_iter())
            }
            None => Results::Chunks(Box::new(Chunks::from(plan, from))),
        });
    }
    let objects = plan.objects.clone();
    if let Some(oid) = after {
        has_place(&objects, oid)?;
    }
    let mut set = plan.set()?;
    // Also where it does not fulfil the criteria any more, the others come behind its place.
    after.into_iter().for_each(|oid| set.insert(oid));
    if let ([(Order(By::Index(part)), false)], None) = (&orders[..], after)
        && !part.is_backward()
    {
        return walk(&objects, set, part).map(Results::Steps);
    }
    if let ([(Order(By::Field { field, nulls_last: false }), false)], None) = (&orders[..], after)
        && let Some(index) = field.index(&objects)?
        && set.len().saturating_mul(ENTRIES_AN_OBJECT) >= plan.count_of_classes()?
    {
        return Ok(Results::Steps(walk_entries(&objects, set, index)));
    }
    let mut ids: Vec<u64> = set.into_ids().collect();
    for (by, descending) in orders {
        ids = sort(&objects, ids, by, descending)?;
    }
    let from = after.and_then(|oid| ids.iter().position(|id| *id == oid)).map_or(0, |at| at + 1);
    ids.drain(..from);
    Ok(Results::All(ids.into_iter()))
}

/// Refuses an object that is deleted: nothing tells where it would stand in an order, and whoever goes
/// through pages must not take that for the end.
fn has_place(objects: &Arc<Objects>, oid: u64) -> Result<()> {
    match objects.any(oid) {
        Err(Error::Deleted { .. } | Error::NotFound { .. }) => Err(Error::Invalid(format!(
            "{} is deleted, so nothing tells what comes behind it in this order: go on behind another \
             object, or from a key of the order",
            objects.uuid_of(oid)
        ))),
        other => other.map(drop),
    }
}

/// The results of a plan in the order of their creation, a chunk at a time.
pub(crate) struct Chunks {
    plan: Plan,
    /// Where to go on looking; none at the end.
    next: Option<u64>,
    /// Found and not given yet, from which word on, and in which chunk.
    found: (Chunk, usize, u64),
    /// Numbers before this are passed over.
    from: u64,
}

impl Chunks {
    fn from(plan: Plan, from: u64) -> Self {
        let (number, _) = place_of(from);
        Self { plan, next: Some(number), found: (Chunk::EMPTY, 0, 0), from }
    }

    /// Takes the next ones of the present chunk, as many as that.
    fn take_known(&mut self, most: usize, into: &mut Vec<u64>) {
        let (chunk, word, at) = &mut self.found;
        let found = std::iter::from_fn(|| chunk.take_first(word)).map(|n| oid_at(*at, n));
        into.extend(found.filter(|oid| *oid >= self.from).take(most));
    }

    fn step(&mut self) -> Result<Option<u64>> {
        loop {
            let (chunk, word, at) = &mut self.found;
            if let Some(n) = chunk.take_first(word) {
                let oid = oid_at(*at, n);
                if oid >= self.from {
                    return Ok(Some(oid));
                }
                continue;
            }
            let Some(from) = self.next else { return Ok(None) };
            let Some(number) = self.plan.next_results(from, chunk)? else {
                self.next = None;
                return Ok(None);
            };
            (*word, *at) = (0, number);
            self.next = number.checked_add(1);
        }
    }
}

impl Iterator for Chunks {
    type Item = Result<u64>;

    fn next(&mut self) -> Option<Result<u64>> {
        let next = self.step();
        if next.is_err() {
            self.next = None;
        }
        next.transpose()
    }
}
