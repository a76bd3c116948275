//! What a handle of an object is, whether its type is known or not.

use std::sync::Arc;

use super::{
    hold::Grip,
    memo::{self, Memo},
    reference::check_reference,
};
use crate::{
    Result,
    class::Class,
    object::{cells::any_cell::AnyCell, objects::Objects, untyped::any::AnyMemo},
    store::Oid,
};

/// A handle of an object: a [`Memo`] or an [`AnyMemo`].
pub trait Handle: sealed::Sealed {
    /// The same handle, without the type.
    fn as_any(&self) -> AnyMemo;

    /// The number of the object, which is to be stored among `here`; refuses one that can't be.
    #[doc(hidden)]
    fn number_in(&self, here: &Arc<Objects>) -> Result<u64>;

    /// Finds the objects of some numbers, one after the other.
    #[doc(hidden)]
    fn find(
        objects: &Arc<Objects>,
        numbers: &mut dyn Iterator<Item = u64>,
        each: &mut dyn FnMut(Result<Found>),
    ) where
        Self: Sized;

    /// The handle of what [`find`](Self::find) has found.
    #[doc(hidden)]
    fn of_found(found: Found) -> Result<Self>
    where
        Self: Sized;

    /// The handle of the object of a number.
    #[doc(hidden)]
    fn of_number(objects: &Arc<Objects>, number: u64) -> Result<Self>
    where
        Self: Sized,
    {
        Self::of_found(Found::one::<Self>(objects, number)?)
    }
}

/// An object that was found for a handle, and is held as by one.
#[doc(hidden)]
pub struct Found(Grip);

impl Found {
    fn new(cell: Arc<dyn AnyCell>) -> Self {
        Self(Grip::new(cell))
    }

    /// Finds a single object.
    pub(in crate::object) fn one<H: Handle>(objects: &Arc<Objects>, number: u64) -> Result<Self> {
        let mut found = None;
        H::find(objects, &mut std::iter::once(number), &mut |one| found = Some(one));
        found.unwrap_or_else(|| unreachable!("each number is found or refused"))
    }

    pub(in crate::object) fn cell(&self) -> &Arc<dyn AnyCell> {
        self.0.cell()
    }

    /// It is the object of this number.
    pub(in crate::object) fn is(&self, number: u64) -> bool {
        self.cell().oid() == Oid(number)
    }
}

mod sealed {
    use crate::{
        class::Class,
        object::{AnyMemo, Memo},
    };

    pub trait Sealed {}

    impl<T: Class> Sealed for Memo<T> {}
    impl Sealed for AnyMemo {}
}

impl<T: Class> Handle for Memo<T> {
    fn as_any(&self) -> AnyMemo {
        self.into()
    }

    fn number_in(&self, here: &Arc<Objects>) -> Result<u64> {
        let oid = self.oid();
        self.with_objects(|there| {
            check_reference((there, oid), self.is_users(), || self.check_alive(), here)
        })?;
        Ok(oid.0)
    }

    fn find(
        objects: &Arc<Objects>,
        numbers: &mut dyn Iterator<Item = u64>,
        each: &mut dyn FnMut(Result<Found>),
    ) {
        objects.lasting().cells::<T>(numbers.map(Oid), |cell| each(cell.map(Found::new)));
    }

    fn of_found(Found(grip): Found) -> Result<Self> {
        let wrong = |grip: &Grip| {
            let (cell, objects) = (grip.cell(), grip.objects());
            objects.wrong_class::<T>(cell.oid(), cell.class().id)
        };
        let hold = grip.into_hold().map_err(|grip| wrong(&grip))?;
        Ok(Self(memo::Inner::Live(hold)))
    }
}

impl Handle for AnyMemo {
    fn as_any(&self) -> AnyMemo {
        self.clone()
    }

    fn number_in(&self, here: &Arc<Objects>) -> Result<u64> {
        let (there, oid) = (self.objects(), self.oid());
        let target = (there.as_ref(), oid);
        check_reference(target, self.is_users(), || self.check_alive(), here)?;
        Ok(oid.0)
    }

    fn find(
        objects: &Arc<Objects>,
        numbers: &mut dyn Iterator<Item = u64>,
        each: &mut dyn FnMut(Result<Found>),
    ) {
        let objects = objects.lasting();
        numbers.for_each(|number| each(objects.any_cell(Oid(number)).map(Found::new)));
    }

    fn of_found(found: Found) -> Result<Self> {
        Ok(Self::of_cell(found.cell().clone()))
    }
}
