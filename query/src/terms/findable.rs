//! What can be looked for: the objects of a class, of all classes, or of those with a trait.

use std::{fmt, marker::PhantomData, sync::Arc};

use db0_runtime::{
    AnyMemo, Error, Memo, Result,
    class::Class,
    object::{Ahead, ByTrait, Kind, Objects},
};

use super::{
    dyn_memo::DynMemo,
    of::{Of, Whose},
};

/// What a query looks for: a class, [`AnyClass`], or the classes [`WithTrait`].
pub trait Findable: Sized + 'static {
    /// What results are handed out as.
    type Handle: Clone + fmt::Debug;
    /// What closures look at.
    type Seen: ?Sized;

    #[doc(hidden)]
    fn of() -> Of;

    /// The handle of an object by its place in a batch and its number, unless it is deleted by now.
    #[doc(hidden)]
    fn handle(
        ahead: &mut Ahead,
        place: usize,
        objects: &Arc<Objects>,
        oid: u64,
    ) -> Result<Option<Self::Handle>>;

    /// What `look` finds in an object; nothing if it is deleted by now.
    #[doc(hidden)]
    fn look<R>(
        objects: &Arc<Objects>,
        oid: u64,
        look: impl FnOnce(&Self::Seen) -> R,
    ) -> Result<Option<R>>;
}

impl<T: Class> Findable for T {
    type Handle = Memo<T>;
    type Seen = T;

    fn of() -> Of {
        Of(Whose::Class(const { &Kind::of::<T>() }))
    }

    fn handle(
        ahead: &mut Ahead,
        place: usize,
        objects: &Arc<Objects>,
        oid: u64,
    ) -> Result<Option<Memo<T>>> {
        ahead.take_if_alive(place, objects, oid)
    }

    fn look<R>(objects: &Arc<Objects>, oid: u64, look: impl FnOnce(&T) -> R) -> Result<Option<R>> {
        objects.look(oid, look)
    }
}

/// All classes: what `find_any` looks for. Its results are [`AnyMemo`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyClass {}

impl Findable for AnyClass {
    type Handle = AnyMemo;
    type Seen = AnyMemo;

    fn of() -> Of {
        Of(Whose::All)
    }

    fn handle(
        _: &mut Ahead,
        _: usize,
        objects: &Arc<Objects>,
        oid: u64,
    ) -> Result<Option<AnyMemo>> {
        if_there(objects.any(oid))
    }

    fn look<R>(
        objects: &Arc<Objects>,
        oid: u64,
        look: impl FnOnce(&AnyMemo) -> R,
    ) -> Result<Option<R>> {
        Ok(if_there(objects.any(oid))?.map(|memo| look(&memo)))
    }
}

/// The classes that are declared with a trait, as in `WithTrait<dyn Shape>`: what `find_dyn` looks for. Its
/// results are [`DynMemo`]s.
pub struct WithTrait<D: ?Sized>(PhantomData<fn() -> Arc<D>>);

impl<D: ?Sized + 'static> Findable for WithTrait<D> {
    type Handle = DynMemo<D>;
    type Seen = D;

    fn of() -> Of {
        Of(Whose::With(ByTrait::of::<D>()))
    }

    fn handle(
        _: &mut Ahead,
        _: usize,
        objects: &Arc<Objects>,
        oid: u64,
    ) -> Result<Option<DynMemo<D>>> {
        Ok(if_there(objects.any(oid))?.map(DynMemo::of))
    }

    fn look<R>(objects: &Arc<Objects>, oid: u64, look: impl FnOnce(&D) -> R) -> Result<Option<R>> {
        let Some(memo) = if_there(objects.any(oid))? else { return Ok(None) };
        let seen = if_there(memo.cast::<D>())?.flatten();
        Ok(seen.map(|object| look(&object)))
    }
}

/// Nothing, where there is no such object any more.
fn if_there<R>(found: Result<R>) -> Result<Option<R>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::Deleted { .. } | Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a query looks for may be of the class `P`.
#[diagnostic::on_unimplemented(
    message = "a query for `{Self}` has no objects of `{P}`",
    label = "this is of `{P}`"
)]
pub trait Covers<P: Class>: Findable {
    /// What `look` finds in an object; nothing if it is deleted by now, or of another class.
    #[doc(hidden)]
    fn look_as<R>(
        objects: &Arc<Objects>,
        oid: u64,
        look: impl FnOnce(&P) -> R,
    ) -> Result<Option<R>>;
}

impl<T: Class> Covers<T> for T {
    fn look_as<R>(
        objects: &Arc<Objects>,
        oid: u64,
        look: impl FnOnce(&T) -> R,
    ) -> Result<Option<R>> {
        objects.look(oid, look)
    }
}

macro_rules! covers_all {
    ($([$($generics:tt)*] $several:ty),*) => {$(
        impl<P: Class, $($generics)*> Covers<P> for $several {
            fn look_as<R>(
                objects: &Arc<Objects>,
                oid: u64,
                look: impl FnOnce(&P) -> R,
            ) -> Result<Option<R>> {
                objects.look_if_is(oid, look)
            }
        }
    )*};
}

covers_all!([] AnyClass, [D: ?Sized + 'static] WithTrait<D>);

/// A handle of what may be among the results of a query for `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handle of what a query for `{T}` may have",
    label = "neither a `Memo` of such a class, an `AnyMemo`, nor a `DynMemo`"
)]
pub trait HandleOf<T> {
    /// The object's number, and the view that it is seen in.
    #[doc(hidden)]
    fn found_at(&self) -> Result<(Arc<Objects>, u64)>;
}

impl<T: Covers<P>, P: Class> HandleOf<T> for Memo<P> {
    fn found_at(&self) -> Result<(Arc<Objects>, u64)> {
        self.place()
    }
}

impl<T> HandleOf<T> for AnyMemo {
    fn found_at(&self) -> Result<(Arc<Objects>, u64)> {
        self.place()
    }
}

impl<T, D: ?Sized> HandleOf<T> for DynMemo<D> {
    fn found_at(&self) -> Result<(Arc<Objects>, u64)> {
        self.place()
    }
}

impl<T, H: HandleOf<T> + ?Sized> HandleOf<T> for &H {
    fn found_at(&self) -> Result<(Arc<Objects>, u64)> {
        (**self).found_at()
    }
}
