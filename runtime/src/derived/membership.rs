//! Which objects a tag or class has: chunk by chunk, committed ones and new ones.

use std::sync::Arc;

use crate::{
    Result,
    class::{Class, TagName},
    object::{Cast, Objects},
    store::{CHUNK_BITS, Chunk, ClassId, Oid, TagId},
};

/// A tag or class of a view whose members can be asked for.
#[derive(Clone, Debug)]
pub struct Members {
    tag: TagId,
    /// New objects are in no container before they are committed.
    class: Option<ClassId>,
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
        let (mut count, mut from) = (0, 0);
        while let Some(number) = self.next_chunk(objects, from)? {
            let mut chunk = Chunk::EMPTY;
            self.chunk(objects, number, &mut chunk)?;
            count += u64::from(chunk.len());
            from = number + 1;
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

    /// Adds the members of one chunk.
    pub fn chunk(&self, objects: &Objects, number: u64, chunk: &mut Chunk) -> Result<()> {
        // New ones first: if they are committed in between, they are found twice, not never.
        let mut gone = Vec::new();
        if let Some(class) = self.class {
            let first = Oid(number << CHUNK_BITS);
            let last = Oid(first.0 | ((1 << CHUNK_BITS) - 1));
            objects.young_of(class, first..=last, |oid, is_gone| {
                let n = (oid.0 - first.0) as u16;
                if is_gone { gone.push(n) } else { chunk.insert(n) }
            });
        }
        objects.view().chunk(self.tag, number, chunk)?;
        gone.into_iter().for_each(|n| chunk.remove(n));
        Ok(())
    }

    /// The first chunk at or after `from` that may have members.
    pub fn next_chunk(&self, objects: &Objects, from: u64) -> Result<Option<u64>> {
        let mut nearest = None;
        if let Some(class) = self.class {
            objects.young_of(class, Oid(from << CHUNK_BITS)..=Oid(u64::MAX), |oid, _| {
                let number = oid.0 >> CHUNK_BITS;
                nearest = Some(nearest.map_or(number, |n: u64| n.min(number)));
            });
        }
        let committed = objects.view().next_chunk(self.tag, from)?;
        Ok(nearest.into_iter().chain(committed).min())
    }
}
