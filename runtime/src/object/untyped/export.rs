//! Objects as plain serde data: what they refer to is written in its place, so many levels down.

use std::sync::Arc;

use serde::{
    Serialize, Serializer,
    ser::{self, SerializeMap},
};
use uuid::Uuid;

use super::{
    any::AnyMemo,
    excluding::{Excluding, leaves_out},
    left_out,
};
use crate::{
    class::{Class, Form},
    codec::{COLLECTION, DEPTH_MAX, Reference, STRONG, Value, WEAK},
    object::{collection::rows::RowReader, handles::memo::Memo, objects::Objects},
    store::{Oid, PrefixId, oid_of_key, take_varint},
    sync::lasting,
};

/// Collections by the first byte of their headers, from 1 on.
const KINDS: [&str; 6] = ["List", "Dict", "Set", "Index", "Array", "WeakSet"];

/// How far references are followed at most.
const LEVELS_MAX: usize = DEPTH_MAX;

/// An object and what it refers to, to be written in any serde format: made by [`Memo::export`] and
/// [`AnyMemo::export`].
///
/// A reference that is not followed is the uuid as text: one that is too far down (64 levels at most),
/// one that leads back to an object that is being written, and a weak one. A collection is its kind
/// and length.
pub struct Export<H> {
    handle: H,
    depth: usize,
    without: Vec<String>,
}

impl<T: Class> Memo<T> {
    /// The object as plain data, with the objects that it refers to in their places, `depth` levels
    /// down.
    pub fn export(&self, depth: usize) -> Export<Self> {
        Export::of(self.clone(), depth)
    }
}

impl AnyMemo {
    /// The object as plain data: a map of its fields, with the objects that it refers to in their
    /// places, `depth` levels down.
    pub fn export(&self, depth: usize) -> Export<Self> {
        Export::of(self.clone(), depth)
    }
}

impl<H> Export<H> {
    fn of(handle: H, depth: usize) -> Self {
        Self { handle, depth: depth.min(LEVELS_MAX), without: Vec::new() }
    }

    /// Leaves out a field: of all classes by its name, of one as in `"Person.password"`.
    #[must_use]
    pub fn without(mut self, field: &str) -> Self {
        self.without.push(field.into());
        self
    }

    fn begin(&self) -> Leave {
        let (depth, without) = (self.depth, self.without.clone().into());
        let exporting = Exporting { depth, without, path: Vec::new() };
        EXPORTING.with_borrow_mut(|stack| stack.push(exporting));
        Leave { ends: true }
    }
}

impl<T: Class> Serialize for Export<Memo<T>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let _end = self.begin();
        object(&self.handle, serializer)
    }
}

impl Serialize for Export<AnyMemo> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let _end = self.begin();
        untyped(&self.handle, serializer)
    }
}

/// An export that is being written on this thread.
struct Exporting {
    depth: usize,
    without: Arc<[String]>,
    /// The objects that the one being written is within, itself last.
    path: Vec<(PrefixId, Oid)>,
}

lasting! {
    static EXPORTING: Vec<Exporting> = Vec::new();
}

/// Leaves an object, or ends the export, also when a user's `Serialize` panics.
struct Leave {
    ends: bool,
}

impl Drop for Leave {
    fn drop(&mut self) {
        EXPORTING.with_borrow_mut(|stack| {
            if self.ends {
                stack.pop();
            } else if let Some(exporting) = stack.last_mut() {
                exporting.path.pop();
            }
        });
    }
}

/// Something is being exported on this thread.
pub(in crate::object) fn is_exporting() -> bool {
    EXPORTING.with_borrow(|stack| !stack.is_empty())
}

/// Goes into an object, unless it is too far down or being written already. Gives what to leave out.
fn enter(objects: Option<&Arc<Objects>>, oid: Oid) -> Option<(Leave, Arc<[String]>)> {
    let prefix = objects.map(|objects| objects.store().prefix_id());
    let identity = (prefix.unwrap_or_default(), oid);
    EXPORTING.with_borrow_mut(|stack| {
        let exporting = stack.last_mut()?;
        let goes_on = exporting.path.len() <= exporting.depth;
        (goes_on && !exporting.path.contains(&identity)).then(|| {
            exporting.path.push(identity);
            (Leave { ends: false }, exporting.without.clone())
        })
    })
}

/// Writes a handle that is part of an export: its object, or its uuid.
pub(in crate::object) fn object<T: Class, S: Serializer>(
    memo: &Memo<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let Some((_leave, without)) = enter(memo.objects().as_ref(), memo.oid()) else {
        return serializer.collect_str(&memo.uuid());
    };
    let value = memo.try_read().map_err(ser::Error::custom)?;
    let class = T::INFO.name;
    let left_out = left_out::count(&*value, class, &without);
    value.serialize(Excluding { serializer, class, without: &without, left_out })
}

/// As [`object`], of a handle without the type.
pub(in crate::object) fn untyped<S: Serializer>(
    memo: &AnyMemo,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let Some((_leave, without)) = enter(memo.objects().as_ref(), memo.oid()) else {
        return serializer.collect_str(&memo.uuid());
    };
    let class = memo.try_class().map_err(ser::Error::custom)?;
    let fields = memo.try_fields().map_err(ser::Error::custom)?;
    let form = memo.form().map_err(ser::Error::custom)?;
    let stays = |name: &str| !leaves_out(&without, &class, name);
    if let (Form::Whole, [(_, value)]) = (form, &fields[..]) {
        return Plain { value, of: memo, stays: &stays }.serialize(serializer);
    }
    // The fields of an enum are those of its variant.
    let is_enum = form == Form::Enum;
    let fields: Vec<_> = fields.iter().filter(|(field, _)| is_enum || stays(field)).collect();
    let stays: &dyn Fn(&str) -> bool = if is_enum { &stays } else { &|_| true };
    serializer.collect_map(
        fields.into_iter().map(|(field, value)| (field, Plain { value, of: memo, stays })),
    )
}

/// A field's value, in which references are followed.
struct Plain<'e> {
    value: &'e Value,
    of: &'e AnyMemo,
    /// Which names in it are not left out.
    stays: &'e dyn Fn(&str) -> bool,
}

impl Plain<'_> {
    fn reference<S: Serializer>(
        &self,
        reference: &Reference,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let (kind, payload) = (reference.ext().kind(), reference.ext().payload());
        match (kind, oid_of_key(payload), Uuid::from_slice(payload)) {
            (STRONG, Some(_), _) => match self.of.follow(reference) {
                Ok(Some(memo)) => untyped(&memo, serializer),
                Ok(None) => serializer.serialize_unit(),
                Err(error) => Err(ser::Error::custom(error)),
            },
            (COLLECTION, Some((oid, _)), _) => {
                let reader = self.of.objects().map(|objects| RowReader::new(objects.seen(), oid));
                collection(reader, serializer)
            }
            (WEAK, _, Ok(uuid)) => serializer.collect_str(&uuid),
            _ => self.value.serialize(serializer),
        }
    }
}

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plain = |value| Plain { value, of: self.of, stays: &|_| true };
        let stays = |key: &Value| key.as_str().is_none_or(self.stays);
        let is_name = |key: &Value| {
            matches!(key, Value::Text(_) | Value::Int(_) | Value::UInt(_) | Value::Bool(_))
        };
        match self.value {
            Value::List(items) => serializer.collect_seq(items.iter().map(plain)),
            Value::Map(entries) if entries.iter().all(|(key, _)| is_name(key)) => {
                let entries: Vec<_> = entries.iter().filter(|(key, _)| stays(key)).collect();
                serializer.collect_map(entries.into_iter().map(|(key, value)| (key, plain(value))))
            }
            Value::Reference(reference) => self.reference(reference, serializer),
            Value::Float32(value) if value.is_finite() => serializer.serialize_f32(*value),
            value => value.serialize(serializer),
        }
    }
}

/// Writes what an export says of a collection: what it is, and how long.
pub(in crate::object) fn collection<S: Serializer>(
    reader: Option<RowReader>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let header = |row: &[u8]| {
        let (kind, mut rest) = row.split_first()?;
        let name = KINDS.get(usize::from(*kind).checked_sub(1)?)?;
        Some((*name, take_varint(&mut rest)?))
    };
    let found = reader.map(|reader| reader.header(header)).transpose();
    let found = found.map_err(ser::Error::custom)?.flatten().flatten();
    let (kind, len) = found.unwrap_or(("collection", 0));
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("kind", kind)?;
    map.serialize_entry("len", &len)?;
    map.end()
}
