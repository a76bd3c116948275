//! Who bears what in one moment: several tags and classes of a view, gone through side by side.

use std::collections::BTreeMap;

use super::membership::{Members, New};
use crate::{
    Result,
    object::Objects,
    store::{Bearers, Chunk, Container, Containers, OfTag, place},
};

/// A look at the members of some tags and classes. It holds a read of the file: no code of the user's
/// should run while it is there.
pub struct Sight<'o> {
    members: Vec<Members>,
    /// Side by side with the members.
    new: Vec<BTreeMap<u64, New>>,
    to: Option<u64>,
    /// The last chunk that has objects.
    last: u64,
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
        // New ones first: if they are committed in between, they are found twice, not never.
        let (new, ends): (Vec<_>, Vec<_>) =
            members.iter().map(|members| members.new_ones(objects, from, most)).unzip();
        let to = ends.into_iter().flatten().min();
        let (last, _) = place(objects.store().next_oid());
        Ok(Self { members, new, to, last, containers: objects.view().containers()? })
    }

    /// The first chunk that this does not show; none if it shows all.
    pub fn to(&self) -> Option<u64> {
        self.to
    }

    /// The way through the chunks of one of the members, by its place among them.
    pub fn way(&self, nth: usize) -> Way<'_> {
        let of_tag = self.containers.of(self.members[nth].tag);
        Way { of_tag, new: &self.new[nth], last: self.last }
    }
}

/// The chunks of a tag or class. It costs least to go upwards.
pub struct Way<'s> {
    of_tag: OfTag<'s>,
    new: &'s BTreeMap<u64, New>,
    last: u64,
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

    /// Members of a chunk may not be as they are stored.
    pub fn is_changed(&self, number: u64) -> bool {
        self.new.contains_key(&number) || self.of_tag.is_changed(number)
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

    /// About how many members there are.
    pub fn measure(&mut self) -> Result<u64> {
        let new: u64 = self.new.values().map(New::len).sum();
        Ok(self.of_tag.measure(self.last)?.saturating_add(new))
    }
}
