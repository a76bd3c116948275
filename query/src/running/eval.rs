//! Running a plan: chunk by chunk, as operations on sets of neighbouring numbers.

use std::sync::Arc;

use db0_runtime::{Bearers, Chunk, Result, derived::Way};

use super::{
    ids::{IdSet, keep_if, oid_at, place_of},
    look::Look,
    plan::{Plan, Step},
};

/// Chunks of new objects that are looked at in one go.
const AT_ONCE: usize = 256;

impl Plan {
    /// Calls `each` with every chunk that has results, until it says that this is enough.
    pub(crate) fn each_chunk(&self, mut each: impl FnMut(u64, &Chunk) -> bool) -> Result<()> {
        let mut chunk = Chunk::EMPTY;
        self.each_look(|look, from, to| {
            let Some(number) = look.next_results(from, &mut chunk)? else { return Ok(None) };
            let goes_on = chunk.is_empty() || is_behind(number, to) || each(number, &chunk);
            Ok(goes_on.then_some(number))
        })
    }

    /// Calls `step` to look from a chunk on: it gives the chunk that it has come to, or none if there
    /// is no other, or enough. It is to leave alone what is at or behind the last argument, which is
    /// looked at afresh.
    fn each_look(
        &self,
        mut step: impl FnMut(Look<'_, '_>, u64, Option<u64>) -> Result<Option<u64>>,
    ) -> Result<()> {
        let mut next = Some(0);
        while let Some(mut from) = next {
            next = self.look(from, AT_ONCE, |look, to| {
                while !is_behind(from, to) {
                    match step(look, from, to)? {
                        Some(number) => from = number + 1,
                        None => return Ok(None),
                    }
                }
                Ok(to)
            })?;
        }
        Ok(())
    }

    /// Finds the first chunk at or after `from` that may have results, and these.
    pub(crate) fn next_results(&self, mut from: u64, chunk: &mut Chunk) -> Result<Option<u64>> {
        loop {
            let found = self.look(from, 1, |look, to| {
                let found = look.next_results(from, chunk)?;
                // What is new there has not been seen.
                let unseen = to.filter(|to| found.is_none_or(|number| number >= *to));
                Ok(unseen.map_or(Ok(found), Err))
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
            (Step::Tag(tag), _) => {
                if let Some(count) = self.tallied(*tag)? {
                    return Ok(count);
                }
                let mut chunk = Chunk::EMPTY;
                self.each_look(|look, from, to| {
                    let next = look.next_count(*tag, from, &mut chunk)?;
                    count += next.filter(|(number, _)| !is_behind(*number, to)).map_or(0, |n| n.1);
                    Ok(next.map(|(number, _)| number))
                })?;
            }
            _ => self.each_chunk(|_, chunk| {
                count += u64::from(chunk.len());
                true
            })?,
        }
        Ok(count)
    }

    /// How many results there are, if a tag is all that is asked for and only some chunks have to be
    /// looked at.
    fn tallied(&self, tag: usize) -> Result<Option<u64>> {
        self.look(0, AT_ONCE, |look, to| if to.is_none() { look.tallied(tag) } else { Ok(None) })
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

impl<'r> Look<'r, '_> {
    /// Finds the first chunk at or after `from` that may have results, and makes `chunk` these.
    fn next_results(self, mut from: u64, chunk: &mut Chunk) -> Result<Option<u64>> {
        let root = &self.plan.root;
        if let Some(source) = root.source() {
            let Some(number) = self.next_of(root, from)? else { return Ok(None) };
            *chunk = Chunk::EMPTY;
            source.chunk(&self.plan.objects, number, chunk)?;
            self.keep(root, number, chunk)?;
            return Ok(Some(number));
        }
        let lead = self.lead()?;
        loop {
            let Some(number) = self.next_of(root, from)? else { return Ok(None) };
            let bearers = lead.map(|lead| self.load(lead, number, chunk)).transpose()?;
            if !bearers.is_some_and(|bearers| self.are_results(bearers, number)) {
                // The criteria and the class must both have the chunk: they take turns in skipping.
                let Some(class) = self.next_of_classes(number)? else { return Ok(None) };
                if class > number {
                    from = class;
                    continue;
                }
                match bearers {
                    Some(_) => self.keep_classes(number, chunk)?,
                    None => self.of_classes(number, chunk)?,
                }
            }
            self.keep_behind(lead, number, chunk)?;
            return Ok(Some(number));
        }
    }

    /// Finds the first chunk at or after `from` in which a tag, which is all that is asked for, may have
    /// results, and how many there are.
    fn next_count(self, tag: usize, from: u64, chunk: &mut Chunk) -> Result<Option<(u64, u64)>> {
        let Some(number) = self.at(tag, from, |way| way.next(from))? else { return Ok(None) };
        let (len, bearers) = self.at(tag, number, |way| way.len(number))?;
        if self.are_results(bearers, number) {
            return Ok(Some((number, len)));
        }
        let next = self.next_results(number, chunk)?;
        Ok(next.map(|number| (number, u64::from(chunk.len()))))
    }

    /// The step whose members are the first that results are looked for among: the smallest of those
    /// that must all hold. None if that is not known without an object at hand.
    fn lead(self) -> Result<Option<&'r Step>> {
        let first = match &self.plan.root {
            Step::And(and) => and.in_order(self)?.next(),
            other => Some(other),
        };
        let is_tag = |step: &Step| matches!(step, Step::Tag(_));
        Ok(first.filter(|step| match step {
            Step::Tag(_) | Step::Ids(..) => true,
            Step::Or(steps) => steps.iter().all(is_tag),
            _ => false,
        }))
    }

    /// Makes `chunk` all members of a [lead](Self::lead); gives of which class they are.
    fn load(self, lead: &Step, number: u64, chunk: &mut Chunk) -> Result<Bearers> {
        match lead {
            Step::Tag(tag) => return self.at(*tag, number, |way| way.load(number, chunk)),
            Step::Ids(ids, _) => {
                chunk.clone_from(ids.chunk(number).unwrap_or(&Chunk::EMPTY));
                return Ok(Bearers::UNKNOWN);
            }
            _ => {}
        }
        *chunk = Chunk::EMPTY;
        let mut bearers = Bearers::NOBODY;
        if let Step::Or(steps) = lead {
            for step in steps {
                if let Step::Tag(tag) = step {
                    bearers = bearers.and(self.at(*tag, number, |way| way.add(number, chunk))?);
                }
            }
        }
        Ok(bearers)
    }

    /// Who bears a tag in a chunk is of the classes that results are of: that is known without a look at
    /// the objects of these.
    fn are_results(self, bearers: Bearers, number: u64) -> bool {
        // Some of them may be deleted by now.
        self.class_of(bearers).is_some_and(|class| !self.may_be_changed(class, number))
    }

    /// The one of the classes that results are of that all these are of, by its place.
    fn class_of(self, bearers: Bearers) -> Option<usize> {
        let mut classes = self.plan.tags[..self.plan.classes].iter();
        classes.position(|class| class.members.are(bearers))
    }

    /// See [`Plan::tallied`].
    fn tallied(self, tag: usize) -> Result<Option<u64>> {
        let (mut count, bearers) = self.at(tag, 0, |way| way.stored())?;
        let Some(class) = self.class_of(bearers) else { return Ok(None) };
        let mut changed = self.changed(class)?;
        changed.append(&mut self.changed(tag)?);
        for number in changed {
            let mut chunk = Chunk::EMPTY;
            let before = self.at(tag, number, |way| {
                way.load(number, &mut chunk)?;
                way.stored_len(number)
            })?;
            self.keep_classes(number, &mut chunk)?;
            count = (count + u64::from(chunk.len())).saturating_sub(before);
        }
        Ok(Some(count))
    }

    /// Keeps what the rest of the criteria lets through.
    fn keep_behind(self, lead: Option<&Step>, number: u64, among: &mut Chunk) -> Result<()> {
        match (lead, &self.plan.root) {
            (Some(_), Step::And(and)) => self.keep_all(and.in_known_order().skip(1), number, among),
            (Some(_), _) => Ok(()),
            (None, root) => self.keep(root, number, among),
        }
    }

    /// The next chunk at or after `from` that may have results.
    fn next(self, mut from: u64) -> Result<Option<u64>> {
        loop {
            let Some(number) = self.next_of(&self.plan.root, from)? else { return Ok(None) };
            if self.plan.root.source().is_some() {
                return Ok(Some(number));
            }
            match self.next_of_classes(number)? {
                Some(class) if class > number => from = class,
                found => return Ok(found),
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
                let add = if class == 0 { Way::load } else { Way::add };
                add(way, number, chunk)
            })?;
        }
        Ok(())
    }

    /// Keeps those of `among` that are of the classes that results are of.
    fn keep_classes(self, number: u64, among: &mut Chunk) -> Result<()> {
        if self.plan.classes == 1 {
            return self.at(0, number, |way| way.keep(number, among));
        }
        let mut of_classes = Chunk::EMPTY;
        self.of_classes(number, &mut of_classes)?;
        among.and(&of_classes);
        Ok(())
    }

    /// Keeps those of `among` that are results.
    fn keep_results(self, number: u64, among: &mut Chunk) -> Result<()> {
        self.keep_classes(number, among)?;
        if among.is_empty() { Ok(()) } else { self.keep(&self.plan.root, number, among) }
    }

    /// The next chunk at or after `from` that may have something; `from` itself where that is not
    /// known.
    fn next_of(self, step: &Step, from: u64) -> Result<Option<u64>> {
        match step {
            Step::All | Step::Not(_) | Step::Field(_) | Step::Filter(_) => Ok(Some(from)),
            Step::Nothing(_) => Ok(None),
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
            Step::Nothing(_) => *among = Chunk::EMPTY,
            Step::Tag(tag) => self.at(*tag, number, |way| way.keep(number, among))?,
            Step::Ids(ids, _) => match ids.chunk(number) {
                Some(chunk) => among.and(chunk),
                None => *among = Chunk::EMPTY,
            },
            Step::Query(query) => self.query(*query).keep_results(number, among)?,
            Step::And(and) => self.keep_all(and.in_known_order(), number, among)?,
            Step::Or(steps) => self.keep_any(steps, number, among)?,
            Step::Not(step) => {
                if let Step::Tag(tag) = **step {
                    return self.at(tag, number, |way| way.take_out(number, among));
                }
                self.keep_others(step, number, among)?;
            }
            Step::Field(test) => keep_if(number, among, |oid| test.holds(objects, oid))?,
            Step::Indexed(indexed) => indexed.keep(objects, number, among)?,
            Step::Filter(test) => keep_if(number, among, |oid| test(objects, oid))?,
        }
        Ok(())
    }

    /// Keeps those of `among` that don't fulfil a step.
    fn keep_others(self, step: &Step, number: u64, among: &mut Chunk) -> Result<()> {
        let mut matching = among.clone();
        self.keep(step, number, &mut matching)?;
        among.and_not(&matching);
        Ok(())
    }

    /// Keeps those of `among` that fulfil all of these steps.
    fn keep_all<'p>(
        self,
        mut steps: impl Iterator<Item = &'p Step>,
        number: u64,
        among: &mut Chunk,
    ) -> Result<()> {
        while !among.is_empty()
            && let Some(step) = steps.next()
        {
            self.keep(step, number, among)?;
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

/// A chunk is not looked at yet.
fn is_behind(number: u64, to: Option<u64>) -> bool {
    to.is_some_and(|to| number >= to)
}
