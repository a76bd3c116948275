//! Which objects a tag or class has: chunk by chunk, committed ones and new ones.

use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc};

use crate::{
    Result,
    class::{Class, TagName},
    object::{Cast, Objects, Young},
    store::{CHUNK_BITS, Chunk, ChunksAhead, ClassId, Oid, TagId, place},
};

/// A tag or class of a view whose members can be asked for.
#[derive(Clone, Debug)]
pub struct Members {
    tag: TagId,
    /// New objects are in no container before they are committed.
    class: Option<ClassId>,
}

/// Chunks that are counted in one look.
const COUNTED_AT_ONCE: usize = 16;

/// What new objects change in a chunk.
#[derive(Default)]
struct New {
    there: Vec<u16>,
    gone: Vec<u16>,
}

/// Some chunks of a tag or class.
#[derive(Debug)]
pub struct Ahead(ChunksAhead);

impl Ahead {
    /// The members of a chunk.
    pub fn get(&self, number: u64) -> Option<&Chunk> {
        self.0.get(number)
    }

    /// The first chunk at or after `from` that may have members, as far as these go.
    pub fn next(&self, from: u64) -> Option<u64> {
        self.0.next(from)
    }

    /// About how many members there are in all: these, which begin with the first, are taken to be like
    /// the others.
    pub fn measure(&self, objects: &Objects) -> u64 {
        let (last, _) = place(objects.store().next_oid());
        match self.to() {
            Some(to) if to > 0 => self.0.count().saturating_mul(last.max(to)) / to,
            _ => self.0.count(),
        }
    }

    /// The first chunk that is not among these; none if these are all.
    pub fn to(&self) -> Option<u64> {
        self.0.to()
    }
}

impl Members {
    /// The objects that bear a tag; `None` if nothing ever did.
    pub fn of_tag(objects: &Objects, name: &TagName) -> Result<Option<Self>> {
        objects.follow()?;
        let tag = objects.tag_names().find(objects.store(), name)?;
        Ok(tag.map(|tag| Self { tag, class: None }))
    }

    /// The objects of a class; `None` if the prefix has no such class.
    pub fn of_class<T: Class>(objects: &Arc<Objects>) -> Result<Option<Self>> {
        objects.follow()?;
        Ok(objects.known_class::<T>()?.map(|class| Self::of(class.id)))
    }

    /// The objects of every class that is declared with the trait `D`.
    pub fn of_trait<D: ?Sized + 'static>(objects: &Arc<Objects>) -> Result<Vec<Self>> {
        objects.follow()?;
        let classes = Cast::classes::<D>(objects)?;
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
        while let Some(next) = from {
            let Ahead(ahead) = self.ahead(objects, next, COUNTED_AT_ONCE)?;
            count += ahead.count();
            from = ahead.to();
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

    /// The chunks from one on, some `most` of them, in one look.
    pub fn ahead(&self, objects: &Objects, from: u64, most: usize) -> Result<Ahead> {
        // New ones first: if they are committed in between, they are found twice, not never.
        let (new, new_to) = self.new_ones(objects, Oid(from << CHUNK_BITS)..=Oid(u64::MAX), most);
        let mut ahead = objects.view().chunks(self.tag, from, most)?;
        if let Some(to) = new_to.filter(|new_to| ahead.to().is_none_or(|to| *new_to < to)) {
            ahead.cut(to);
        }
        for (number, new) in new {
            if ahead.to().is_some_and(|to| number >= to) {
                break;
            }
            new.apply(ahead.at(number));
        }
        Ok(Ahead(ahead))
    }

    /// Adds the members of one chunk.
    pub fn chunk(&self, objects: &Objects, number: u64, chunk: &mut Chunk) -> Result<()> {
        let first = Oid(number << CHUNK_BITS);
        let last = Oid(first.0 | ((1 << CHUNK_BITS) - 1));
        let (new, _) = self.new_ones(objects, first..=last, 1);
        objects.view().chunk(self.tag, number, chunk)?;
        new.values().for_each(|new| new.apply(chunk));
        Ok(())
    }

    /// The first chunk at or after `from` that may have members.
    pub fn next_chunk(&self, objects: &Objects, from: u64) -> Result<Option<u64>> {
        let (new, _) = self.new_ones(objects, Oid(from << CHUNK_BITS)..=Oid(u64::MAX), 1);
        let committed = objects.view().next_chunk(self.tag, from)?;
        Ok(new.first_key_value().map(|(number, _)| *number).into_iter().chain(committed).min())
    }

    /// New objects of the class, by chunk, and the first chunk that was not looked at.
    fn new_ones(
        &self,
        objects: &Objects,
        oids: RangeInclusive<Oid>,
        most: usize,
    ) -> (BTreeMap<u64, New>, Option<u64>) {
        let mut all: BTreeMap<u64, New> = BTreeMap::new();
        let Some(class) = self.class else { return (all, None) };
        let to = objects.young_of(&Young { class, oids, most }, |oid, is_gone| {
            let (number, n) = place(oid);
            let new = all.entry(number).or_default();
            if is_gone { new.gone.push(n) } else { new.there.push(n) }
        });
        (all, to)
    }
}

impl New {
    fn apply(&self, chunk: &mut Chunk) {
        self.there.iter().for_each(|n| chunk.insert(*n));
        self.gone.iter().for_each(|n| chunk.remove(*n));
    }
}
