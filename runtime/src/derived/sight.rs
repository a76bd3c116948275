//! Who bears what in one moment: several tags and classes of a view, gone through side by side.

use std::collections::{BTreeMap, BTreeSet};

use super::membership::{Members, New};
use crate::{
    Result,
    object::Objects,
    store::{Bearers, Chunk, Container, Containers, OfTag},
};

/// Changed chunks that are looked at to tell about how many members there are.
const MEASURED: usize = 4;

/// A look at the members of some tags and classes. It holds a read of the file: no code of the user's
/// should run while it is there.
pub struct Sight<'o> {
    members: Vec<Members>,
    /// Side by side with the members.
    new: Vec<BTreeMap<u64, New>>,
    to: Option<u64>,
    containers: Containers<'o>,
}

impl<'o> Sight<'o> {
    /// Looks at members from a chunk on; at new objects in so many chunks, or some more.
    pub fn open(
        objects: &'o Objects,
        members: impl Into<Vec<Members>>,
        from: u64,
        most: usize,
    ) -> Result<Self> {
        let members = members.into();
        let (mut new, mut to) = (Vec::with_capacity(members.len()), None);
        // New ones first: if they are committed in between, they are found twice, not never.
        for members in &members {
            let (ones, end) = members.new_ones(objects, from, most);
            new.push(ones);
            to = to.into_iter().chain(end).min();
        }
        Ok(Self { members, new, to, containers: objects.view().containers()? })
    }

    /// The first chunk that this does not show; none if it shows all.
    pub fn to(&self) -> Option<u64> {
        self.to
    }

    /// Whether one of the members, by its place among them, may not have in a chunk what is stored.
    #[inline]
    pub fn is_changed(&self, nth: usize, number: u64) -> bool {
        self.new[nth].contains_key(&number)
            || self.containers.are_changed(self.members[nth].tag, number)
    }

    /// The chunks of one of the members, by its place among them, that may not have what is stored.
    pub fn changed(&self, nth: usize) -> BTreeSet<u64> {
        let mut changed: BTreeSet<u64> = self.new[nth].keys().copied().collect();
        self.containers.changed(self.members[nth].tag, &mut changed);
        changed
    }

    /// The way through the chunks of one of the members, by its place among them.
    pub fn way(&self, nth: usize) -> Way<'_> {
        let of_tag = self.containers.of(self.members[nth].tag);
        Way { of_tag, new: &self.new[nth] }
    }
}

/// The chunks of a tag or class. It costs least to go upwards.
pub struct Way<'s> {
    of_tag: OfTag<'s>,
    new: &'s BTreeMap<u64, New>,
}

impl Way<'_> {
    /// The first chunk at or after `from` that may have members.
    #[inline]
    pub fn next(&mut self, from: u64) -> Result<Option<u64>> {
        let stored = self.of_tag.next(from)?;
        if self.new.is_empty() {
            return Ok(stored);
        }
        let new = self.new.range(from..).next().map(|(number, _)| *number);
        Ok(stored.into_iter().chain(new).min())
    }

    #[inline]
    fn with<R>(&mut self, number: u64, mut using: impl FnMut(Container<'_>) -> R) -> Result<R> {
        let Some(new) = self.new.get(&number) else { return self.of_tag.with(number, using) };
        let mut chunk = Chunk::EMPTY;
        self.of_tag.with(number, |container| chunk.load(container))?;
        new.apply(&mut chunk);
        Ok(using(Container::of_chunk(&chunk)))
    }

    /// Makes `chunk` the members of a chunk; gives of which class they are.
    pub fn load(&mut self, number: u64, chunk: &mut Chunk) -> Result<Bearers> {
        self.with(number, |container| {
            chunk.load(container);
            container.bearers()
        })
    }

    /// Adds the members of a chunk; gives of which class they are.
    pub fn add(&mut self, number: u64, chunk: &mut Chunk) -> Result<Bearers> {
        self.with(number, |container| {
            chunk.add(container);
            container.bearers()
        })
    }

    /// Keeps those of `among` that are members.
    pub fn keep(&mut self, number: u64, among: &mut Chunk) -> Result<()> {
        self.with(number, |container| among.keep(container))
    }

    /// Takes those that are members out of `among`.
    pub fn take_out(&mut self, number: u64, among: &mut Chunk) -> Result<()> {
        self.with(number, |container| among.take_out(container))
    }

    /// How many members a chunk has, and of which class they are.
    #[inline]
    pub fn len(&mut self, number: u64) -> Result<(u64, Bearers)> {
        self.with(number, |container| (u64::from(container.len()), container.bearers()))
    }

    /// Whether a number of a chunk is a member.
    pub fn contains(&mut self, number: u64, n: u16) -> Result<bool> {
        self.with(number, |container| container.contains(n))
    }

    /// How many members are stored, and of which class they are.
    pub fn stored(&self) -> Result<(u64, Bearers)> {
        let tally = self.of_tag.tally()?;
        Ok((tally.count, tally.bearers))
    }

    /// The chunks that may not have what is stored.
    pub fn changed(&self) -> BTreeSet<u64> {
        let mut changed: BTreeSet<u64> = self.new.keys().copied().collect();
        self.of_tag.changed(&mut changed);
        changed
    }

    /// How many members there are: of new ones, those that are seen.
    pub fn count(&mut self) -> Result<u64> {
        self.tallied(usize::MAX)
    }

    /// About how many members there are: some chunks that have changed are taken to be like the others.
    pub fn measure(&mut self) -> Result<u64> {
        self.tallied(MEASURED)
    }

    fn tallied(&mut self, most: usize) -> Result<u64> {
        let changed = self.changed();
        let (mut before, mut now) = (0, 0);
        for number in changed.iter().take(most) {
            before += self.stored_len(*number)?;
            now += self.len(*number)?.0;
        }
        let like_these = changed.len().div_ceil(most.min(changed.len()).max(1)) as u64;
        Ok((self.stored()?.0 + now * like_these).saturating_sub(before * like_these))
    }

    /// How many members of a chunk are stored.
    pub fn stored_len(&mut self, number: u64) -> Result<u64> {
        self.of_tag.stored_len(number)
    }
}
