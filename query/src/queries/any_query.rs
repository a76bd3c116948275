//! Queries over several classes: all of them, or those declared with a trait.

use std::{fmt, marker::PhantomData, ops::Deref, sync::Arc};

use db0_runtime::{
    Error, OrPanic, Result,
    derived::Members,
    object::{AnyMemo, Handle, Objects},
};
use uuid::Uuid;

use super::{
    core::{Core, Of, Op},
    matches::{Matches, TryMatches},
};
use crate::{
    tagging::tags::{Asked, Targets},
    terms::{
        criteria::Criteria,
        expr::{Expr, Node},
    },
};

/// What a query over several classes gives: [`AnyMemo`] or [`DynMemo`].
pub trait AnyHandle: Sized {
    /// What a filter looks at.
    type Seen: ?Sized;

    #[doc(hidden)]
    fn of(memo: AnyMemo) -> Self;

    #[doc(hidden)]
    fn see(memo: AnyMemo, look: &dyn Fn(&Self::Seen) -> bool) -> Result<bool>;
}

impl AnyHandle for AnyMemo {
    type Seen = Self;

    fn of(memo: AnyMemo) -> Self {
        memo
    }

    fn see(memo: AnyMemo, look: &dyn Fn(&Self) -> bool) -> Result<bool> {
        Ok(look(&memo))
    }
}

/// A handle of an object that is known by a trait, as in `DynMemo<dyn Shape>`; it is an [`AnyMemo`] too.
pub struct DynMemo<D: ?Sized> {
    memo: AnyMemo,
    seen_as: PhantomData<fn() -> Arc<D>>,
}

impl<D: ?Sized + 'static> DynMemo<D> {
    /// The present version of the object as its trait. It stays as it is.
    ///
    /// # Panics
    /// When the object has been deleted, or its row can't be read; see [`try_read`](Self::try_read).
    #[track_caller]
    pub fn read(&self) -> Arc<D> {
        self.try_read().or_panic()
    }

    /// As [`read`](Self::read), with the failure as a value.
    pub fn try_read(&self) -> Result<Arc<D>> {
        let deleted = || Error::Deleted { class: "the object".into(), uuid: self.memo.uuid() };
        self.memo.cast::<D>()?.ok_or_else(deleted)
    }
}

impl<D: ?Sized + 'static> AnyHandle for DynMemo<D> {
    type Seen = D;

    fn of(memo: AnyMemo) -> Self {
        Self { memo, seen_as: PhantomData }
    }

    fn see(memo: AnyMemo, look: &dyn Fn(&D) -> bool) -> Result<bool> {
        Ok(memo.cast::<D>()?.is_some_and(|object| look(&object)))
    }
}

impl<D: ?Sized> Deref for DynMemo<D> {
    type Target = AnyMemo;

    fn deref(&self) -> &AnyMemo {
        &self.memo
    }
}

impl<D: ?Sized> Clone for DynMemo<D> {
    fn clone(&self) -> Self {
        Self { memo: self.memo.clone(), seen_as: PhantomData }
    }
}

impl<D: ?Sized> fmt::Debug for DynMemo<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.memo.fmt(f)
    }
}

/// Objects of several classes that fulfil criteria: made by `find_any`, and by `find_dyn` with handles
/// that know a trait. Lazy, and run anew each time it is asked.
pub struct AnyQuery<H = AnyMemo> {
    core: Core,
    handle: PhantomData<fn() -> H>,
}

impl AnyQuery {
    /// A query on a view, over all classes.
    #[doc(hidden)]
    pub fn on(objects: Result<Arc<Objects>>, criteria: &dyn Criteria<AnyMemo>) -> Self {
        let members = |objects: &Arc<Objects>| Members::of_classes(objects);
        Self::of("any class", members, objects, criteria.expr())
    }
}

impl<D: ?Sized + 'static> AnyQuery<DynMemo<D>> {
    /// A query on a view, over the classes that are declared with a trait.
    #[doc(hidden)]
    pub fn on(objects: Result<Arc<Objects>>, criteria: &dyn Criteria<DynMemo<D>>) -> Self {
        Self::of(std::any::type_name::<D>(), Members::of_trait::<D>, objects, criteria.expr())
    }
}

impl<H: AnyHandle> AnyQuery<H> {
    fn of(
        name: &str,
        members: fn(&Arc<Objects>) -> Result<Vec<Members>>,
        objects: Result<Arc<Objects>>,
        expr: Expr,
    ) -> Self {
        let of = Of::named(vec![name.into()], Some(members));
        Self { core: Core::new(objects, of, expr.0), handle: PhantomData }
    }

    /// The results, one after the other.
    ///
    /// # Panics
    /// When the criteria make no sense or the prefix can't be read; see [`try_iter`](Self::try_iter).
    #[track_caller]
    pub fn iter(&self) -> Matches<H> {
        Matches(self.try_iter().or_panic())
    }

    /// As [`iter`](Self::iter), with failures as values, on the way too.
    pub fn try_iter(&self) -> Result<TryMatches<H>> {
        let handle = |_: &mut _, _, objects: &Arc<Objects>, oid| match objects.any(oid) {
            Ok(memo) => Ok(Some(H::of(memo))),
            Err(Error::Deleted { .. } | Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        };
        Ok(TryMatches::new(self.core.objects()?.clone(), self.core.ids()?, handle))
    }

    /// How many there are. No object is loaded for it.
    #[track_caller]
    pub fn count(&self) -> u64 {
        self.try_count().or_panic()
    }

    /// As [`count`](Self::count), with the failure as a value.
    pub fn try_count(&self) -> Result<u64> {
        self.core.count()
    }

    /// There is none.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.try_is_empty().or_panic()
    }

    /// As [`is_empty`](Self::is_empty), with the failure as a value.
    pub fn try_is_empty(&self) -> Result<bool> {
        self.core.is_empty()
    }

    /// The oldest one.
    #[track_caller]
    pub fn first(&self) -> Option<H> {
        self.try_first().or_panic()
    }

    /// As [`first`](Self::first), with the failure as a value.
    pub fn try_first(&self) -> Result<Option<H>> {
        self.try_iter()?.next().transpose()
    }

    /// Whether an object is among them.
    #[track_caller]
    pub fn contains(&self, memo: &impl Handle) -> bool {
        self.try_contains(memo).or_panic()
    }

    /// As [`contains`](Self::contains), with the failure as a value.
    pub fn try_contains(&self, memo: &impl Handle) -> Result<bool> {
        let (theirs, oid) = memo.as_any().place()?;
        Ok(self.core.objects()?.is_same_prefix(&theirs) && self.core.contains(oid)?)
    }

    /// The identities of the results. No object is loaded for it.
    #[track_caller]
    pub fn uuids(&self) -> Vec<Uuid> {
        self.try_uuids().or_panic()
    }

    /// As [`uuids`](Self::uuids), with the failure as a value.
    pub fn try_uuids(&self) -> Result<Vec<Uuid>> {
        self.core.uuids()
    }

    /// Those for which a closure says so, at the place where it is put.
    pub fn filter(mut self, keep: impl Fn(&H::Seen) -> bool + Send + Sync + 'static) -> Self {
        let test = move |objects: &Arc<Objects>, oid: u64| {
            let seen = objects.any(oid).and_then(|memo| H::see(memo, &keep));
            match seen {
                Err(Error::Deleted { .. } | Error::NotFound { .. }) => Ok(false),
                other => other,
            }
        };
        self.core.narrow(Node::Filter(Arc::new(test)));
        self
    }

    /// Without the first `n`.
    pub fn skip(mut self, n: usize) -> Self {
        self.core.ops.push(Op::Skip(n as u64));
        self
    }

    /// The first `n`.
    pub fn take(mut self, n: usize) -> Self {
        self.core.ops.push(Op::Take(n as u64));
        self
    }

    /// Those behind an object: for pages that neither repeat nor leave out anything.
    pub fn after(mut self, uuid: Uuid) -> Self {
        self.core.ops.push(Op::After(uuid));
        self
    }
}

impl<H> Clone for AnyQuery<H> {
    fn clone(&self) -> Self {
        Self { core: self.core.clone(), handle: PhantomData }
    }
}

impl<H> fmt::Debug for AnyQuery<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query({:?})", self.core)
    }
}

impl<T, H> Criteria<T> for AnyQuery<H> {
    fn expr(&self) -> Expr {
        Expr(Node::Query(Arc::new(self.core.clone())))
    }
}

impl<H: AnyHandle> Targets for AnyQuery<H> {
    fn ask(&self, into: &mut Vec<Asked>) -> Result<()> {
        into.push(Asked::of(&self.core)?);
        Ok(())
    }
}

impl<H: AnyHandle> IntoIterator for AnyQuery<H> {
    type Item = H;
    type IntoIter = Matches<H>;

    #[track_caller]
    fn into_iter(self) -> Matches<H> {
        self.iter()
    }
}

impl<H: AnyHandle> IntoIterator for &AnyQuery<H> {
    type Item = H;
    type IntoIter = Matches<H>;

    #[track_caller]
    fn into_iter(self) -> Matches<H> {
        self.iter()
    }
}
