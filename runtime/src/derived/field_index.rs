//! An index that is kept of a field, as queries use it.

use std::{ops::ControlFlow, sync::Arc};

use crate::{
    Result,
    class::KeyUse,
    codec::key::{FieldKind, KeyBounds, KeyKind},
    fields,
    object::{Kind, Objects},
    store::{Direction, IndexId, Oid},
};

/// What a view has of a field declared `#[db0(index)]` or `#[db0(unique)]`: who has which key.
///
/// A key in it is the encoding of the field's value; a field that is a collection has one for each
/// element. Every object of the class is in it, also with `None`, unless its collection is empty.
#[derive(Clone, Copy, Debug)]
pub struct FieldIndex {
    index: IndexId,
    is_unique: bool,
}

/// An index of several fields together.
#[derive(Clone, Debug)]
pub struct Composite {
    /// Which fields these are, in their order, each with the kind of its keys.
    pub fields: Vec<(String, KeyKind)>,
    /// The index.
    pub index: FieldIndex,
}

impl FieldIndex {
    /// The indexes of several fields together that this view has of a class.
    #[track_caller]
    pub fn composites(objects: &Arc<Objects>, class: &Kind) -> Result<Vec<Composite>> {
        let composite = |definition: &fields::Definition| {
            let Some(FieldKind::One(KeyKind::Tuple(kinds))) = &definition.kind else { return None };
            let names: Vec<_> = definition.name.split(',').map(str::to_owned).collect();
            let is_one = definition.ready && names.len() > 1 && names.len() == kinds.len();
            let fields = names.into_iter().zip(kinds.iter().cloned()).collect();
            is_one.then(|| Composite { fields, index: Self::defined(definition) })
        };
        Self::of_class(objects, class, |all| all.iter().filter_map(composite).collect())
    }

    /// What is picked of what this view keeps of a class.
    #[track_caller]
    fn of_class<R: Default>(
        objects: &Arc<Objects>,
        class: &Kind,
        pick: impl FnOnce(&[fields::Definition]) -> R,
    ) -> Result<R> {
        objects.follow()?;
        class.keep_if_idle(objects)?;
        let Some(class) = class.class(objects)? else { return Ok(R::default()) };
        Ok(pick(objects.definitions()?.of(class.id)))
    }

    fn defined(definition: &fields::Definition) -> Self {
        Self { index: definition.index, is_unique: definition.uses == KeyUse::Unique }
    }

    /// The index of a field, or of a composite (its names with commas between), whose keys are of
    /// this kind; `None` if this view has none, or one that is still being built.
    #[track_caller]
    pub fn of(
        objects: &Arc<Objects>,
        class: &Kind,
        name: &str,
        kind: &FieldKind,
    ) -> Result<Option<Self>> {
        let fits = |definition: &&fields::Definition| {
            definition.ready
                && definition.name == name
                && definition.kind.as_ref().is_some_and(|stored| kind.extends(stored))
        };
        Self::of_class(objects, class, |all| all.iter().find(fits).map(Self::defined))
    }

    /// No two objects have one key, but for `None`.
    pub fn is_unique(&self) -> bool {
        self.is_unique
    }

    /// Calls `each` with the keys of a range, in order, and the number of the object that has it,
    /// until it breaks; objects of one key come in the order of their creation. Backwards, all of
    /// that is the other way round. It is safe to write meanwhile.
    pub fn scan(
        &self,
        objects: &Objects,
        range: &KeyBounds,
        backward: bool,
        each: &mut dyn FnMut(&[u8], u64) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        let each = &mut |key: &[u8], oid: Oid| each(key, oid.0);
        fields::scan(objects.view(), self.index, range, direction, each)
    }

    /// Calls `each` with the objects that have a key, from a number on, until it breaks.
    pub fn holders(
        &self,
        objects: &Objects,
        key: &[u8],
        from: u64,
        each: &mut dyn FnMut(u64) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        fields::holders(objects.view(), self.index, key, Oid(from), &mut |oid| each(oid.0))
    }

    /// How many entries a range has: counted up to `limit`, which is given if there are as many or
    /// more.
    pub fn count(&self, objects: &Objects, range: &KeyBounds, limit: u64) -> Result<u64> {
        let mut count = 0;
        if limit == 0 {
            return Ok(0);
        }
        self.scan(objects, range, false, &mut |_, _| {
            count += 1;
            Ok(if count < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(count)
    }
}
