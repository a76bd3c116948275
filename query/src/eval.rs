//! Running a plan: chunk by chunk, as operations on sets of neighbouring numbers.

use std::sync::Arc;

use db0_runtime::{
    Chunk, Result,
    derived::{Members, Sight, Way},
};

use crate::{
    ids::{IdSet, oid_at, place_of},
    look::Look,
    plan::{Plan, Step},
};

/// Chunks of new objects that are looked at in one go.
const AT_ONCE: usize = 256;

impl Plan {
    /// Calls `each` with every chunk that has results, until it says that this is enough.
    pub(crate) fn each_chunk(&self, mut each: impl FnMut(u64, &Chunk) -> bool) -> Result<()> {
        let (mut next, mut chunk) = (Some(0), Chunk::EMPTY);
        while let Some(from) = next {
            next = self.look(from, AT_ONCE, |look, to| {
                let mut from = from;
                while let Some(number) = look.next(from)? {
                    if to.is_some_and(|to| number >= to) {
                        break;
                    }
                    look.results(number, &mut chunk)?;
                    if !chunk.is_empty() && !each(number, &chunk) {
                        return Ok(None);
                    }
                    from = number + 1;
                }
                Ok(to)
            })?;
        }
        Ok(())
    }

    /// Finds the first chunk at or after `from` that may have results, and these.
    pub(crate) fn next_results(&self, mut from: u64, chunk: &mut Chunk) -> Result<Option<u64>> {
        loop {
            let found = self.look(from, 1, |look, to| match (look.next(from)?, to) {
                // What is new there has not been seen.
                (found, Some(to)) if found.is_none_or(|number| number >= to) => Ok(Err(to)),
                (Some(number), _) => look.results(number, chunk).map(|()| Ok(Some(number))),
                (None, _) => Ok(Ok(None)),
            })?;
            match found {
                Ok(found) => return Ok(found),
                Err(to) => from = to,
            }
        }
    }

    pub(crate) fn count(&self) -> Result<u64> {
        let mut count = 0;
        match (&self.root, &self.tags[..]) {
            (Step::All, [class]) => return class.members.count(&self.objects),
            (Step::Tag(_), [class, tag]) => {
                self.each_number([class.members, tag.members], |ways, number| {
                    let [class, tag] = ways;
                    count += tag.len_of_both(class, number)?;
                    Ok(())
                })?;
                return Ok(count);
            }
            _ => {}
        }
        self.each_chunk(|_, chunk| {
            count += u64::from(chunk.len());
            true
        })?;
        Ok(count)
    }

    /// Calls `each` with every chunk that all of these may have members in.
    fn each_number<const N: usize>(
        &self,
        members: [Members; N],
        mut each: impl FnMut(&mut [Way<'_>; N], u64) -> Result<()>,
    ) -> Result<()> {
        let mut next = Some(0);
        while let Some(mut from) = next {
            let sight = Sight::open(&self.objects, members, from, AT_ONCE)?;
            let mut ways = std::array::from_fn(|nth| sight.way(nth));
            next = sight.to();
            while let Some(number) = next_of_all(&mut ways, from)? {
                if next.is_some_and(|to| number >= to) {
                    break;
                }
                each(&mut ways, number)?;
                from = number + 1;
            }
        }
        Ok(())
    }

    /// How many objects there are of the classes that results are of.
    pub(crate) fn count_of_classes(&self) -> Result<u64> {
        let classes = self.tags[..self.classes].iter();
        classes.map(|class| class.members.count(&self.objects)).sum()
    }

    pub(crate) fn first(&self) -> Result<Option<u64>> {
        let mut first = None;
        self.each_chunk(|number, chunk| {
            first = chunk.iter().next().map(|n| oid_at(number, n));
            false
        })?;
        Ok(first)
    }

    pub(crate) fn contains(&self, oid: u64) -> Result<bool> {
        let (number, n) = place_of(oid);
        // Alone, so that nothing else is looked into.
        let mut one = Chunk::EMPTY;
        one.insert(n);
        self.keep(number, &mut one)?;
        Ok(!one.is_empty())
    }

    /// All results, ascending, if an index gives them and they are few.
    pub(crate) fn few(&self) -> Result<Option<Arc<[u64]>>> {
        match &self.root {
            Step::Indexed(indexed) if indexed.is_source() => indexed.few(&self.objects),
            _ => Ok(None),
        }
    }

    /// All results.
    pub(crate) fn set(&self) -> Result<IdSet> {
        let mut set = IdSet::default();
        self.each_chunk(|number, chunk| {
            set.insert_chunk(number, chunk.clone());
            true
        })?;
        Ok(set)
    }

    /// Keeps those of `among` that are results of this.
    pub(crate) fn keep(&self, number: u64, among: &mut Chunk) -> Result<()> {
        self.look_at(number, |look| look.keep_results(number, among))
    }
}

impl Look<'_, '_> {
    /// The next chunk at or after `from` that may have results.
    fn next(self, from: u64) -> Result<Option<u64>> {
        if self.plan.root.source().is_some() {
            return self.next_of(&self.plan.root, from);
        }
        let Some(class) = self.next_of_classes(from)? else { return Ok(None) };
        let mut at = class;
        // The tag and the class must both have the chunk: they take turns in skipping.
        loop {
            let Some(next) = self.next_of(&self.plan.root, at)? else { return Ok(None) };
            if next == at {
                return Ok(Some(at));
            }
            let Some(class) = self.next_of_classes(next)? else { return Ok(None) };
            at = class;
            if class == next {
                return Ok(Some(at));
            }
        }
    }

    fn next_of_classes(self, from: u64) -> Result<Option<u64>> {
        let mut nearest: Option<u64> = None;
        for class in 0..self.plan.classes {
            let next = self.at(class, from, |way| way.next(from))?;
            nearest = nearest.into_iter().chain(next).min();
        }
        Ok(nearest)
    }

    /// Makes `chunk` the objects of the classes that results are of.
    fn of_classes(self, number: u64, chunk: &mut Chunk) -> Result<()> {
        if self.plan.classes == 0 {
            *chunk = Chunk::EMPTY;
        }
        for class in 0..self.plan.classes {
            self.at(class, number, |way| {
                if class == 0 { way.load(number, chunk) } else { way.add(number, chunk) }
            })?;
        }
        Ok(())
    }

    /// Makes `chunk` the results in one chunk.
    fn results(self, number: u64, chunk: &mut Chunk) -> Result<()> {
        if let Some(source) = self.plan.root.source() {
            *chunk = Chunk::EMPTY;
            source.chunk(&self.plan.objects, number, chunk)?;
        } else {
            self.of_classes(number, chunk)?;
        }
        self.keep(&self.plan.root, number, chunk)
    }

    /// Keeps those of `among` that are results.
    fn keep_results(self, number: u64, among: &mut Chunk) -> Result<()> {
        if self.plan.classes == 1 {
            self.at(0, number, |way| way.keep(number, among))?;
        } else {
            let mut of_classes = Chunk::EMPTY;
            self.of_classes(number, &mut of_classes)?;
            among.and(&of_classes);
        }
        if among.is_empty() { Ok(()) } else { self.keep(&self.plan.root, number, among) }
    }

    /// The next chunk at or after `from` that may have something; `from` itself where that is not
    /// known.
    fn next_of(self, step: &Step, from: u64) -> Result<Option<u64>> {
        match step {
            Step::All | Step::Not(_) | Step::Field(_) | Step::Filter(_) => Ok(Some(from)),
            Step::Nothing => Ok(None),
            Step::Indexed(indexed) => indexed.next_chunk(&self.plan.objects, from),
            Step::Tag(tag) => self.at(*tag, from, |way| way.next(from)),
            Step::Ids(ids, _) => Ok(ids.next_chunk(from)),
            Step::Query(query) => self.query(*query).next(from),
            Step::And(and) => {
                let mut at = from;
                for step in and.in_order(self)? {
                    match self.next_of(step, at)? {
                        Some(next) => at = at.max(next),
                        None => return Ok(None),
                    }
                }
                Ok(Some(at))
            }
            Step::Or(steps) => {
                let mut nearest: Option<u64> = None;
                for step in steps {
                    nearest = nearest.into_iter().chain(self.next_of(step, from)?).min();
                    if nearest == Some(from) {
                        break;
                    }
                }
                Ok(nearest)
            }
        }
    }

    /// Keeps those of `among` that fulfil a step.
    fn keep(self, step: &Step, number: u64, among: &mut Chunk) -> Result<()> {
        let objects = &self.plan.objects;
        match step {
            Step::All => {}
            Step::Nothing => *among = Chunk::EMPTY,
            Step::Tag(tag) => self.at(*tag, number, |way| way.keep(number, among))?,
            Step::Ids(ids, _) => match ids.chunk(number) {
                Some(chunk) => among.and(chunk),
                None => *among = Chunk::EMPTY,
            },
            Step::Query(query) => self.query(*query).keep_results(number, among)?,
            Step::And(and) => {
                for step in and.in_known_order() {
                    if among.is_empty() {
                        return Ok(());
                    }
                    self.keep(step, number, among)?;
                }
            }
            Step::Or(steps) => self.keep_any(steps, number, among)?,
            Step::Not(step) => {
                if let Step::Tag(tag) = **step {
                    return self.at(tag, number, |way| way.take_out(number, among));
                }
                let mut matching = among.clone();
                self.keep(step, number, &mut matching)?;
                among.and_not(&matching);
            }
            Step::Field(test) => keep_if(number, among, |oid| test.holds(objects, oid))?,
            Step::Indexed(indexed) => indexed.keep(objects, number, among)?,
            Step::Filter(test) => keep_if(number, among, |oid| test(objects, oid))?,
        }
        Ok(())
    }

    /// Keeps those of `among` that fulfil one of these steps.
    fn keep_any(self, steps: &[Step], number: u64, among: &mut Chunk) -> Result<()> {
        let mut kept = Chunk::EMPTY;
        for step in steps {
            if let Step::Tag(tag) = step {
                self.at(*tag, number, |way| way.add(number, &mut kept))?;
                continue;
            }
            let mut some = among.clone();
            some.and_not(&kept);
            self.keep(step, number, &mut some)?;
            kept.or(&some);
        }
        among.and(&kept);
        Ok(())
    }
}

/// The next chunk at or after `from` that all of these may have members in: they take turns in skipping.
fn next_of_all(ways: &mut [Way<'_>], from: u64) -> Result<Option<u64>> {
    let mut at = from;
    loop {
        let start = at;
        for way in &mut *ways {
            let Some(next) = way.next(at)? else { return Ok(None) };
            at = next;
        }
        if at == start {
            return Ok(Some(at));
        }
    }
}

/// Keeps the objects of `among` that a test holds for.
pub(crate) fn keep_if(
    number: u64,
    among: &mut Chunk,
    mut test: impl FnMut(u64) -> Result<bool>,
) -> Result<()> {
    let mut kept = Chunk::EMPTY;
    for n in among.iter() {
        if test(oid_at(number, n))? {
            kept.insert(n);
        }
    }
    *among = kept;
    Ok(())
}
