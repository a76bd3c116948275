//! Which objects a tag or class has: chunk by chunk, committed ones and new ones.

use std::collections::BTreeMap;

use super::sight::Sight;
use crate::{
    Result,
    class::TagName,
    object::{ByTrait, Kind, Objects, Young},
    store::{Bearers, CHUNK_BITS, Chunk, ClassId, Oid, TagId, place},
};

/// A tag or class of a view whose members can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Members {
    pub(super) tag: TagId,
    /// New objects are in no container before they are committed.
    class: Option<ClassId>,
}

/// What new objects change in a chunk.
#[derive(Debug, Default)]
pub(super) struct New {
    there: Vec<u16>,
    gone: Vec<u16>,
}

/// Chunks of new objects that are counted at once.
const COUNTED_AT_ONCE: usize = 256;

impl Members {
    /// The objects that bear a tag; `None` if nothing ever did.
    pub fn of_tag(objects: &Objects, name: &TagName) -> Result<Option<Self>> {
        objects.follow()?;
        let tag = objects.tag_names().find(objects.store(), name)?;
        Ok(tag.map(|tag| Self { tag, class: None }))
    }

    /// The objects of a class; `None` if the prefix has no such class.
    pub fn of_class(objects: &Objects, class: &Kind) -> Result<Option<Self>> {
        objects.follow()?;
        Ok(class.class(objects)?.map(|class| Self::of(class.id)))
    }

    /// The objects of every class that is declared with a trait.
    pub fn of_trait(objects: &Objects, by: ByTrait) -> Result<Vec<Self>> {
        objects.follow()?;
        let classes = by.classes(objects)?;
        Ok(classes.into_iter().map(|class| Self::of(class.id)).collect())
    }

    /// The objects of every class.
    pub fn of_classes(objects: &Objects) -> Result<Vec<Self>> {
        objects.follow()?;
        if !objects.is_writable() {
            objects.catalogue().load(objects.store())?;
        }
        Ok(objects.catalogue().ids().into_iter().map(Self::of).collect())
    }

    /// The objects of the class of this name, if the prefix has one.
    pub fn of_class_named(objects: &Objects, names: &[&str]) -> Result<Option<Self>> {
        objects.follow()?;
        if !objects.is_writable() {
            objects.catalogue().load(objects.store())?;
        }
        Ok(objects.catalogue().id_of(names).map(Self::of))
    }

    /// The tags whose names begin with these bytes, borne by something or not, by name.
    pub fn of_tags_with_front(objects: &Objects, front: &[u8]) -> Result<Vec<(TagName, Self)>> {
        objects.follow()?;
        let tags = objects.tag_names().with_front(objects.store(), front)?;
        Ok(tags.into_iter().map(|(name, tag)| (name, Self { tag, class: None })).collect())
    }

    /// How many objects there are.
    pub fn count(&self, objects: &Objects) -> Result<u64> {
        let (mut count, mut from) = (0, Some(0));
        while let Some(mut next) = from {
            let sight = Sight::open(objects, [*self], next, COUNTED_AT_ONCE)?;
            let mut way = sight.way(0);
            if next == 0 && sight.to().is_none() {
                return way.count();
            }
            while let Some(number) = way.next(next)? {
                count += way.len(number)?.0;
                next = number + 1;
            }
            from = sight.to();
        }
        Ok(count)
    }

    /// The objects of a class of the catalogue.
    pub(super) fn of_id(class: ClassId) -> Self {
        Self::of(class)
    }

    fn of(class: ClassId) -> Self {
        Self { tag: Objects::class_tag(class), class: Some(class) }
    }

    /// It is a class, and these are all of it.
    pub fn are(&self, bearers: Bearers) -> bool {
        self.class.is_some_and(|class| bearers.are_of(class))
    }

    /// Adds the members of one chunk.
    pub fn chunk(&self, objects: &Objects, number: u64, chunk: &mut Chunk) -> Result<()> {
        Sight::open(objects, [*self], number, 1)?.way(0).add(number, chunk).map(drop)
    }

    /// The first chunk at or after `from` that may have members.
    pub fn next_chunk(&self, objects: &Objects, from: u64) -> Result<Option<u64>> {
        Sight::open(objects, [*self], from, 1)?.way(0).next(from)
    }

    /// New objects of the class, by chunk, and the first chunk that was not looked at.
    /// Those of `most` chunks from one on, or some more.
    pub(super) fn new_ones(
        &self,
        objects: &Objects,
        from: u64,
        most: usize,
    ) -> (BTreeMap<u64, New>, Option<u64>) {
        let mut all: BTreeMap<u64, New> = BTreeMap::new();
        let Some(class) = self.class else { return (all, None) };
        let oids = Oid(from << CHUNK_BITS)..=Oid(u64::MAX);
        let to = objects.young_of(&Young { class, oids, most }, |oid, is_gone| {
            let (number, n) = place(oid);
            let new = all.entry(number).or_default();
            if is_gone { new.gone.push(n) } else { new.there.push(n) }
        });
        (all, to)
    }
}

impl New {
    pub(super) fn apply(&self, chunk: &mut Chunk) {
        self.there.iter().for_each(|n| chunk.insert(*n));
        self.gone.iter().for_each(|n| chunk.remove(*n));
    }
}
