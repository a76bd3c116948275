//! What can be done with objects of a Rust type by those who don't name it.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    panic::Location,
    sync::{Arc, OnceLock},
};

use super::any::AnyMemo;
use crate::{
    Result,
    class::{Class, ClassInfo, ClassState, Implements},
    codec::key::{FieldKind, KeySink},
    object::{cells::any_cell::AnyCell, objects::Objects},
    store::Oid,
};

/// Gives the keys that a field of an object has, by the field's name; false if there is no such object of
/// the class.
type ReadKeys = fn(&Arc<Objects>, u64, &str, &mut KeySink) -> Result<bool>;

/// A Rust type of the program whose values are objects. The linker gathers them.
pub struct Kind {
    rust_type: TypeId,
    info: &'static ClassInfo,
    cell: fn(&Objects, Oid) -> Result<Arc<dyn AnyCell>>,
    class: fn(&Objects) -> Result<Option<Arc<ClassState>>>,
    keep: fn(&Objects, &'static Location<'static>) -> Result<()>,
    keys_of: fn(&str) -> Option<FieldKind>,
    read_keys: ReadKeys,
}

inventory::collect!(Kind);

impl Kind {
    /// What generated code says of its class.
    pub const fn of<T: Class>() -> Self {
        Self {
            rust_type: TypeId::of::<T>(),
            info: T::INFO,
            cell: |objects, oid| objects.cell::<T>(oid).map(|cell| cell as Arc<dyn AnyCell>),
            class: |objects| objects.known_class::<T>(),
            keep: |objects, place| objects.keep_if_idle::<T>(place),
            keys_of: |name| T::field_keys(name).map(|(kind, _)| kind()),
            read_keys: |objects, oid, name, sink| {
                let Some((_, keys)) = T::field_keys(name) else { return Ok(false) };
                Ok(objects.look_if_is(oid, |object: &T| keys(object, sink))?.is_some())
            },
        }
    }

    fn find(kind: TypeId) -> Option<&'static Self> {
        static BY_TYPE: OnceLock<HashMap<TypeId, &'static Kind>> = OnceLock::new();
        let all =
            || inventory::iter::<Self>.into_iter().map(|kind| (kind.rust_type, kind)).collect();
        BY_TYPE.get_or_init(all).get(&kind).copied()
    }

    /// The Rust type of a view's class that is, or was, called so: the one that is in use, or that could be.
    pub fn named(objects: &Objects, class: &str) -> Option<&'static Self> {
        let catalogue = objects.catalogue();
        Self::find(catalogue.rust_type(catalogue.id_of(&[class])?)?)
    }

    /// What the macro says of the type.
    pub fn info(&self) -> &'static ClassInfo {
        self.info
    }

    /// What the keys of a field are, if it has any.
    pub fn field_kind(&self, field: &str) -> Option<FieldKind> {
        (self.keys_of)(field)
    }

    /// Gives the keys that a field of an object has; false if there is no such object of the class.
    pub fn read_keys(
        &self,
        objects: &Arc<Objects>,
        oid: u64,
        field: &str,
        keys: &mut KeySink,
    ) -> Result<bool> {
        (self.read_keys)(objects, oid, field, keys)
    }

    /// The class of the type, if the view has it.
    pub(crate) fn class(&self, objects: &Objects) -> Result<Option<Arc<ClassState>>> {
        (self.class)(objects)
    }

    /// Lets what is kept of the class be what it declares, if nobody else has the turn.
    #[track_caller]
    pub(crate) fn keep_if_idle(&self, objects: &Objects) -> Result<()> {
        (self.keep)(objects, Location::caller())
    }

    /// The cell of an object of this type.
    pub(in crate::object) fn cell(
        kind: TypeId,
        objects: &Objects,
        oid: Oid,
    ) -> Option<Result<Arc<dyn AnyCell>>> {
        Self::find(kind).map(|kind| (kind.cell)(objects, oid))
    }
}

/// A trait by which classes are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByTrait {
    object: TypeId,
    name: &'static str,
}

impl ByTrait {
    /// By its trait objects, as in `dyn Shape`.
    pub fn of<D: ?Sized + 'static>() -> Self {
        Self { object: TypeId::of::<D>(), name: std::any::type_name::<D>() }
    }

    /// The trait whose path is this, if a class of this program is found by it.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = inventory::iter::<Cast>.into_iter().map(|cast| (cast.by)());
        all.find(|by| by.name == name)
    }

    /// The path of its trait objects.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The classes of a view that are found by it.
    pub(crate) fn classes(self, objects: &Objects) -> Result<Vec<Arc<ClassState>>> {
        let mut classes = Vec::new();
        for cast in Cast::to(self.object) {
            classes.extend((cast.class)(objects)?);
        }
        Ok(classes)
    }
}

/// A class that is found by one of its traits. The linker gathers them.
pub struct Cast {
    by: fn() -> ByTrait,
    class: fn(&Objects) -> Result<Option<Arc<ClassState>>>,
    /// A boxed `Arc` of the trait object; nothing if the object is of another class.
    open: fn(&AnyMemo) -> Result<Option<Box<dyn Any>>>,
}

inventory::collect!(Cast);

impl Cast {
    /// What generated code says of its class.
    pub const fn of<T: Implements<D>, D: ?Sized + 'static>() -> Self {
        let open = |memo: &AnyMemo| -> Result<Option<Box<dyn Any>>> {
            let Some(memo) = memo.downcast::<T>() else { return Ok(None) };
            let value = Arc::new(T::clone(&*memo.try_read()?));
            Ok(Some(Box::new(T::cast(value))))
        };
        let class = |objects: &Objects| objects.known_class::<T>();
        Self { by: ByTrait::of::<D>, class, open }
    }

    fn to(object: TypeId) -> impl Iterator<Item = &'static Self> {
        inventory::iter::<Self>.into_iter().filter(move |cast| (cast.by)().object == object)
    }
}

impl AnyMemo {
    /// The present version of the object as a trait object, if its class is declared
    /// `#[db0::memo(implements = […])]` with the trait.
    ///
    pub fn cast<D: ?Sized + 'static>(&self) -> Result<Option<Arc<D>>> {
        for cast in Cast::to(TypeId::of::<D>()) {
            if let Some(found) = (cast.open)(self)? {
                return Ok(found.downcast::<Arc<D>>().ok().map(|object| *object));
            }
        }
        Ok(None)
    }
}
