//! What can be done with objects of a Rust type by those who don't name it.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use super::any::AnyMemo;
use crate::{
    Result,
    class::{Class, ClassState, Implements},
    object::{cells::any_cell::AnyCell, objects::Objects},
    store::Oid,
};

/// A Rust type of the program whose values are objects. The linker gathers them.
pub struct Kind {
    kind: TypeId,
    cell: fn(&Objects, Oid) -> Result<Arc<dyn AnyCell>>,
}

inventory::collect!(Kind);

impl Kind {
    /// What generated code says of its class.
    pub const fn of<T: Class>() -> Self {
        let cell = |objects: &Objects, oid: Oid| {
            objects.cell::<T>(oid).map(|cell| cell as Arc<dyn AnyCell>)
        };
        Self { kind: TypeId::of::<T>(), cell }
    }

    fn find(kind: TypeId) -> Option<&'static Self> {
        static BY_TYPE: OnceLock<HashMap<TypeId, &'static Kind>> = OnceLock::new();
        let all = || inventory::iter::<Self>.into_iter().map(|kind| (kind.kind, kind)).collect();
        BY_TYPE.get_or_init(all).get(&kind).copied()
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

/// A class that is found by one of its traits. The linker gathers them.
pub struct Cast {
    object: TypeId,
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
        Self { object: TypeId::of::<D>(), class, open }
    }

    fn to<D: ?Sized + 'static>() -> impl Iterator<Item = &'static Self> {
        let object = TypeId::of::<D>();
        inventory::iter::<Self>.into_iter().filter(move |cast| cast.object == object)
    }

    /// The classes of a view that are found by a trait.
    pub(crate) fn classes<D: ?Sized + 'static>(objects: &Objects) -> Result<Vec<Arc<ClassState>>> {
        let mut classes = Vec::new();
        for cast in Self::to::<D>() {
            classes.extend((cast.class)(objects)?);
        }
        Ok(classes)
    }
}

impl AnyMemo {
    /// The present version of the object as a trait object, if its class is declared
    /// `#[db0::memo(implements = […])]` with the trait.
    ///
    pub fn cast<D: ?Sized + 'static>(&self) -> Result<Option<Arc<D>>> {
        for cast in Cast::to::<D>() {
            if let Some(found) = (cast.open)(self)? {
                return Ok(found.downcast::<Arc<D>>().ok().map(|object| *object));
            }
        }
        Ok(None)
    }
}
