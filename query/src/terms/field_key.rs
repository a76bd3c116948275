//! A field whose values are keys, without its Rust type: how these are read, and which index has them.

use std::{
    borrow::Cow,
    fmt::{self, Debug, Formatter},
    sync::{Arc, OnceLock},
};

use db0_runtime::{
    AnyMemo, Error, Result,
    class::Class,
    codec::key::{Elements, FieldKeys, FieldKind, Key, KeySink},
    derived::{Composite, FieldIndex},
    object::{Kind, Objects},
};

use super::{field::Field, findable::Covers, of::names_of};

/// Gives the keys that a field of an object has; false if there is no such object any more.
type ReadKeys = Arc<dyn Fn(&Arc<Objects>, u64, &mut KeySink) -> Result<bool> + Send + Sync>;

/// A field of a class whose values are keys, or lists of them.
#[derive(Clone)]
pub(crate) struct FieldKey {
    pub(crate) class: Cow<'static, str>,
    pub(crate) field: Cow<'static, str>,
    pub(crate) kind: FieldKind,
    /// As the Rust type says; else by names alone.
    read: Option<ReadKeys>,
    /// The class's Rust type, once it is known.
    of: OnceLock<&'static Kind>,
}

impl FieldKey {
    /// A field that is one key, of objects among those that are looked for.
    pub(crate) fn of<T: Covers<P>, P: Class, V: Key>(field: Field<P, V>) -> Self {
        let kind = FieldKind::One(V::kind());
        Self::with::<T, P, V>(field, kind, |value, keys| keys.push(0, value))
    }

    /// A field with the keys that its index has, if it is declared to have one.
    pub(crate) fn of_any<T: Covers<P>, P: Class, V: FieldKeys + 'static>(
        field: Field<P, V>,
    ) -> Self {
        Self::with::<T, P, V>(field, V::field_kind(), |value, keys| value.field_keys(0, keys))
    }

    /// A field by what is in it.
    pub(crate) fn of_elements<T: Class, L: Elements + 'static>(field: Field<T, L>) -> Self {
        let kind = FieldKind::Each(L::Element::kind());
        Self::with::<T, T, L>(field, kind, |list, keys| list.element_keys(0, keys))
    }

    fn with<T: Covers<P>, P: Class, V: 'static>(
        field: Field<P, V>,
        kind: FieldKind,
        keys: fn(&V, &mut KeySink),
    ) -> Self {
        let read = move |objects: &Arc<Objects>, oid: u64, sink: &mut KeySink| {
            let read = T::look_as(objects, oid, |object: &P| keys(field.get(object), sink));
            Ok(read?.is_some())
        };
        let (class, name) = (P::INFO.name.into(), field.name().into());
        let of = OnceLock::from(const { &Kind::of::<P>() });
        Self { class, field: name, kind, read: Some(Arc::new(read)), of }
    }

    /// A field by its name and that of its class: of the Rust type `like`, if that is called so.
    pub(crate) fn named(
        class: String,
        field: String,
        kind: FieldKind,
        like: Option<&'static Kind>,
    ) -> Self {
        let is_called_so = |like: &&Kind| names_of(like.info()).contains(&class);
        let of = like.filter(is_called_so).map_or_else(OnceLock::new, OnceLock::from);
        Self { class: class.into(), field: field.into(), kind, read: None, of }
    }

    /// The class's Rust type, if this program has it.
    fn of_class(&self, objects: &Objects) -> Option<&'static Kind> {
        let known = self.of.get().copied();
        known.or_else(|| Kind::named(objects, &self.class).map(|of| *self.of.get_or_init(|| of)))
    }

    /// Gives the keys of an object; false if there is no such object any more.
    pub(crate) fn read(
        &self,
        objects: &Arc<Objects>,
        oid: u64,
        keys: &mut KeySink,
    ) -> Result<bool> {
        if let Some(read) = &self.read {
            return read(objects, oid, keys);
        }
        let is_like_mine =
            |of: &&Kind| of.field_kind(&self.field).is_some_and(|today| today.extends(&self.kind));
        match self.of_class(objects).filter(is_like_mine) {
            Some(of) => of.read_keys(objects, oid, &self.field, keys),
            None => self.read_untyped(objects, oid, keys),
        }
    }

    /// The index that a view has of the field.
    pub(crate) fn index(&self, objects: &Arc<Objects>) -> Result<Option<FieldIndex>> {
        let Some(of) = self.of_class(objects) else { return Ok(None) };
        FieldIndex::of(objects, of, &self.field, &self.kind)
    }

    /// The indexes that the view has of several fields of its class together.
    pub(crate) fn composites(&self, objects: &Arc<Objects>) -> Result<Vec<Composite>> {
        let of = self.of_class(objects);
        of.map_or(Ok(Vec::new()), |of| FieldIndex::composites(objects, of))
    }

    /// As [`read`](Self::read), of a class of which no more is known than its name.
    fn read_untyped(&self, objects: &Arc<Objects>, oid: u64, keys: &mut KeySink) -> Result<bool> {
        let raw = |object: AnyMemo| {
            let is_one = object.is_of_class_named(&self.class)?;
            if is_one { object.raw_field(&self.field) } else { Ok(None) }
        };
        let raw = match objects.any(oid).and_then(raw) {
            Ok(Some(raw)) => raw,
            Ok(None) | Err(Error::NotFound { .. } | Error::Deleted { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        match self.kind.keys_of_msgpack(0, &[&raw], keys) {
            Ok(true) => Ok(true),
            _ => Err(Error::Invalid(format!(
                "the keys of {self:?} can't be told without its Rust type: make the query in the \
                 program that runs it"
            ))),
        }
    }
}

impl Debug for FieldKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.class, self.field)
    }
}
