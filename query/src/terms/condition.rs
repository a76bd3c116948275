//! Conditions on fields as values: which field, and which keys of it will do.

use std::{
    borrow::Cow,
    fmt::{self, Debug, Formatter},
    marker::PhantomData,
    ops::Bound,
    sync::Arc,
};

use db0_runtime::{
    Error, Result,
    class::Class,
    codec::key::{Elements, FieldKeys, FieldKind, Key, KeySink},
    derived::{Composite, FieldIndex},
    object::Objects,
};

use super::{
    criteria::{Criteria, names_of},
    expr::{Expr, Node},
    field::Field,
};
use crate::running::indexed::Keys;

/// Gives the keys that a field of an object has; false if there is no such object any more.
type ReadKeys = Arc<dyn Fn(&Arc<Objects>, u64, &mut KeySink) -> Result<bool> + Send + Sync>;

/// Finds the indexes that a view has of several fields of a class together.
type FindComposites = fn(&Arc<Objects>) -> Result<Vec<Composite>>;

/// Finds the index that a view has of a field.
type FindIndex = fn(&Arc<Objects>, &FieldKey) -> Result<Option<FieldIndex>>;

/// A field of a class whose values are keys, or lists of them.
#[derive(Clone)]
pub(crate) struct FieldKey {
    pub(crate) class: Cow<'static, str>,
    pub(crate) field: Cow<'static, str>,
    pub(crate) kind: FieldKind,
    read: ReadKeys,
    find: FindIndex,
    composites: FindComposites,
}

impl FieldKey {
    /// A field that is one key.
    pub(crate) fn of<T: Class, V: Key>(field: Field<T, V>) -> Self {
        let kind = FieldKind::One(V::kind());
        Self::with(field, kind, |value, keys| keys.push(0, value))
    }

    /// A field with the keys that its index has, if it is declared to have one.
    pub(crate) fn of_any<T: Class, V: FieldKeys + 'static>(field: Field<T, V>) -> Self {
        Self::with(field, V::field_kind(), |value, keys| value.field_keys(0, keys))
    }

    /// A field by what is in it.
    pub(crate) fn of_elements<T: Class, L: Elements + 'static>(field: Field<T, L>) -> Self {
        let kind = FieldKind::Each(L::Element::kind());
        Self::with(field, kind, |list, keys| list.element_keys(0, keys))
    }

    fn with<T: Class, V: 'static>(
        field: Field<T, V>,
        kind: FieldKind,
        keys: fn(&V, &mut KeySink),
    ) -> Self {
        let read = move |object: &T, sink: &mut KeySink| keys(field.get(object), sink);
        Self::of_class::<T>(field.name().into(), kind, read)
    }

    fn of_class<T: Class>(
        field: Cow<'static, str>,
        kind: FieldKind,
        keys: impl Fn(&T, &mut KeySink) + Send + Sync + 'static,
    ) -> Self {
        let read = move |objects: &Arc<Objects>, oid: u64, sink: &mut KeySink| {
            let Some(memo) = objects.memo_if_alive::<T>(oid)? else { return Ok(false) };
            keys(&*memo.try_read()?, sink);
            Ok(true)
        };
        Self {
            class: T::INFO.name.into(),
            field,
            kind,
            read: Arc::new(read),
            find: |objects, key| FieldIndex::of::<T>(objects, &key.field, &key.kind),
            composites: FieldIndex::composites::<T>,
        }
    }

    /// A field by its name and that of its class: of `T`, if that is called so.
    pub(crate) fn named<T: Class>(class: String, field: String, kind: FieldKind) -> Self {
        if !names_of::<T>().contains(&class) {
            return Self::untyped(class, field, kind, (|_, _| Ok(None), |_| Ok(Vec::new())));
        }
        match T::field_keys(&field) {
            Some((mine, keys)) if mine().extends(&kind) => {
                Self { class: class.into(), ..Self::of_class(field.into(), kind, keys) }
            }
            _ => {
                let find =
                    |objects: &_, key: &Self| FieldIndex::of::<T>(objects, &key.field, &key.kind);
                Self::untyped(class, field, kind, (find, FieldIndex::composites::<T>))
            }
        }
    }

    /// A field of which no more is known than what its keys are.
    fn untyped(
        class: String,
        field: String,
        kind: FieldKind,
        (find, composites): (FindIndex, FindComposites),
    ) -> Self {
        let (named, of, name) = (class.clone(), kind.clone(), field.clone());
        let read = move |objects: &Arc<Objects>, oid: u64, sink: &mut KeySink| {
            let raw = match objects.any(oid).and_then(|object| object.raw_field(&name)) {
                Ok(Some(raw)) => raw,
                Ok(None) | Err(Error::NotFound { .. } | Error::Deleted { .. }) => return Ok(false),
                Err(error) => return Err(error),
            };
            match of.keys_of_msgpack(0, &[&raw], sink) {
                Ok(true) => Ok(true),
                _ => Err(Error::Invalid(format!(
                    "the keys of {named}.{name} can't be told without its Rust type: make the query \
                     in the program that runs it"
                ))),
            }
        };
        let read = Arc::new(read);
        Self { class: class.into(), field: field.into(), kind, read, find, composites }
    }

    /// Gives the keys of an object; false if there is no such object any more.
    pub(crate) fn read(
        &self,
        objects: &Arc<Objects>,
        oid: u64,
        keys: &mut KeySink,
    ) -> Result<bool> {
        (self.read)(objects, oid, keys)
    }

    /// The index that a view has of the field.
    pub(crate) fn index(&self, objects: &Arc<Objects>) -> Result<Option<FieldIndex>> {
        (self.find)(objects, self)
    }

    /// The indexes that the view has of several fields of its class together.
    pub(crate) fn composites(&self, objects: &Arc<Objects>) -> Result<Vec<Composite>> {
        (self.composites)(objects)
    }
}

impl Debug for FieldKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.class, self.field)
    }
}

/// A field must have one of these keys.
#[derive(Clone)]
pub(crate) struct FieldTest {
    pub(crate) field: FieldKey,
    pub(crate) keys: Keys,
    /// Whose handles are in the keys, if any are: other prefixes have other objects of these numbers.
    pub(crate) of: Option<Arc<Objects>>,
}

impl FieldTest {
    /// Objects of this prefix may have such keys.
    pub(crate) fn is_of(&self, objects: &Objects) -> bool {
        self.of.as_ref().is_none_or(|of| of.is_same_prefix(objects))
    }

    pub(crate) fn holds(&self, objects: &Arc<Objects>, oid: u64) -> Result<bool> {
        let mut keys = KeySink::default();
        let is_there = self.field.read(objects, oid, &mut keys)?;
        Ok(is_there && keys.iter().any(|key| self.keys.contain(key.bytes)))
    }
}

impl Debug for FieldTest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // What is cut off, as by `starts_with`, is no key: it is shown as bytes.
        let show = |key: &Vec<u8>| {
            self.field.kind.key().show(key).unwrap_or_else(|_| format!("{key:02x?}"))
        };
        let field = &self.field;
        match &self.keys {
            Keys::One(key) => write!(f, "{field:?} == {}", show(key)),
            Keys::Some(keys) => {
                write!(f, "{field:?} in {:?}", keys.iter().map(show).collect::<Vec<_>>())
            }
            Keys::Within((from, to)) => {
                match from {
                    Bound::Included(from) => write!(f, "{} <= ", show(from))?,
                    Bound::Excluded(from) => write!(f, "{} < ", show(from))?,
                    Bound::Unbounded => {}
                }
                write!(f, "{field:?}")?;
                match to {
                    Bound::Included(to) => write!(f, " <= {}", show(to)),
                    Bound::Excluded(to) => write!(f, " < {}", show(to)),
                    Bound::Unbounded => Ok(()),
                }
            }
        }
    }
}

/// A condition on a field of `T`, as in `Person::AGE.eq(30)`.
///
/// Where the field is declared `#[db0(index)]` or `#[db0(unique)]`, its index answers; so does one of
/// several fields, `#[db0::memo(index = (realm, name))]`, where the first of them have one value each and
/// the next one has a range. Else the objects are looked into.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// #[db0::memo(keep, index = (city, year))]
/// struct House {
///     year: u16,
///     city: String,
/// }
/// # db0::Memo::new(House { year: 1912, city: "Oslo".into() });
/// # db0::Memo::new(House { year: 1912, city: "Rome".into() });
/// # db0::Memo::new(House { year: 1812, city: "Rome".into() });
/// let old = db0::find::<House>((House::YEAR.lt(1900), House::CITY.eq("Rome")));
/// assert_eq!(old.explain().at_most(), 1);
/// # assert_eq!(old.count(), 1);
/// # Ok::<(), db0::Error>(())
/// ```
#[derive(Clone)]
pub struct Condition<T> {
    node: Node,
    class: PhantomData<fn() -> T>,
}

impl<T> Condition<T> {
    /// With keys, in which there are handles of these.
    pub(crate) fn new(field: FieldKey, keys: Keys, of: Vec<Arc<Objects>>) -> Self {
        let several = of.len() > 1;
        let test = Node::Field(FieldTest { field, keys, of: of.into_iter().next() });
        // No prefix has objects of others.
        let node = if several { Node::Or(Vec::new()) } else { test };
        Self { node, class: PhantomData }
    }

    /// One of these holds.
    pub(crate) fn or(conditions: impl IntoIterator<Item = Self>) -> Self {
        let nodes = conditions.into_iter().map(|condition| condition.node).collect();
        Self { node: Node::Or(nodes), class: PhantomData }
    }

    pub(crate) fn not(self) -> Self {
        Self { node: Node::Not(Box::new(self.node)), class: PhantomData }
    }
}

impl<T> Debug for Condition<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.node.fmt(f)
    }
}

impl<T> Criteria<T> for Condition<T> {
    fn expr(&self) -> Expr {
        Expr(self.node.clone())
    }
}
