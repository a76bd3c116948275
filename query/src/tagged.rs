//! The objects of a tag or class, chunk by chunk: one at a time, or many ahead.

use std::{cell::RefCell, sync::Arc};

use db0_runtime::{
    Chunk, Result,
    derived::{Ahead, Members},
    object::Objects,
};

/// Chunks that are read ahead at first, and at most: who wants the first result need not pay for
/// many, and what is read ahead stays in the processor's cache.
const AHEAD_MIN: usize = 4;
pub(crate) const AHEAD_MAX: usize = 16;

/// Where objects are looked for, and whether all of them are gone through.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    pub(crate) objects: &'a Arc<Objects>,
    /// Nobody else's code comes in between: what is read ahead does not get old.
    pub(crate) ahead: bool,
}

/// A tag or class of a plan.
pub(crate) struct Tagged {
    pub(crate) members: Members,
    pub(crate) name: String,
    read: RefCell<Read>,
}

#[derive(Default)]
struct Read {
    from: u64,
    ahead: Option<Ahead>,
    most: usize,
}

impl Read {
    fn chunk(&self, number: u64) -> Option<&Chunk> {
        self.ahead.as_ref().and_then(|ahead| ahead.get(number))
    }
}

impl Tagged {
    pub(crate) fn new(members: Members, name: String) -> Self {
        Self { members, name, read: RefCell::default() }
    }

    /// Adds the members of one chunk.
    pub(crate) fn chunk(&self, look: Look<'_>, number: u64, chunk: &mut Chunk) -> Result<()> {
        if !look.ahead {
            return self.members.chunk(look.objects, number, chunk);
        }
        self.read_to(look.objects, number)?;
        if let Some(found) = self.read.borrow().chunk(number) {
            chunk.or(found);
        }
        Ok(())
    }

    /// Keeps those of `among` that are members.
    pub(crate) fn keep(&self, look: Look<'_>, number: u64, among: &mut Chunk) -> Result<()> {
        if !look.ahead {
            let mut members = Chunk::EMPTY;
            self.members.chunk(look.objects, number, &mut members)?;
            among.and(&members);
            return Ok(());
        }
        self.read_to(look.objects, number)?;
        match self.read.borrow().chunk(number) {
            Some(found) => among.and(found),
            None => *among = Chunk::EMPTY,
        }
        Ok(())
    }

    /// About how many members there are.
    pub(crate) fn measure(&self, objects: &Objects) -> Result<u64> {
        self.read_to(objects, 0)?;
        Ok(self.read.borrow().ahead.as_ref().map_or(0, |ahead| ahead.measure(objects)))
    }

    /// How many objects are members of this and of the other.
    pub(crate) fn count_with(&self, look: Look<'_>, other: &Self) -> Result<u64> {
        [self, other].into_iter().for_each(|all| all.read.borrow_mut().most = AHEAD_MAX);
        let (mut count, mut from) = (0, 0);
        while let Some(number) = self.next_chunk(look, from)? {
            // They take turns in skipping.
            let Some(next) = other.next_chunk(look, number)? else { break };
            if next == number {
                let (mine, theirs) = (self.read.borrow(), other.read.borrow());
                let both = mine.chunk(number).zip(theirs.chunk(number));
                count += both.map_or(0, |(a, b)| u64::from(a.len_of_both(b)));
                from = number + 1;
            } else {
                from = next;
            }
        }
        Ok(count)
    }

    /// The first chunk at or after `from` that may have members.
    pub(crate) fn next_chunk(&self, look: Look<'_>, mut from: u64) -> Result<Option<u64>> {
        if !look.ahead {
            return self.members.next_chunk(look.objects, from);
        }
        loop {
            self.read_to(look.objects, from)?;
            let read = self.read.borrow();
            let Some(ahead) = &read.ahead else { return Ok(None) };
            match (ahead.next(from), ahead.to()) {
                (Some(number), _) => return Ok(Some(number)),
                (None, Some(to)) => from = to,
                (None, None) => return Ok(None),
            }
        }
    }

    /// Sees to it that a chunk has been read.
    fn read_to(&self, objects: &Objects, number: u64) -> Result<()> {
        let mut read = self.read.borrow_mut();
        let is_read = |ahead: &Ahead| ahead.to().is_none_or(|to| number < to);
        if number >= read.from && read.ahead.as_ref().is_some_and(is_read) {
            return Ok(());
        }
        read.most = (read.most * 4).clamp(AHEAD_MIN, AHEAD_MAX);
        read.ahead = Some(self.members.ahead(objects, number, read.most)?);
        read.from = number;
        Ok(())
    }
}
