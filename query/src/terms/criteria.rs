//! What may stand between the brackets of `find`.

use std::borrow::Cow;

use db0_collections::index::{Entries, Index};
use db0_runtime::{
    AnyMemo, Memo, WeakMemo,
    class::{Class, ClassInfo, TagName},
    codec::key::Key,
};
use uuid::Uuid;

use super::{
    core::Node, dyn_memo::DynMemo, expr::Expr, findable::Findable, of::names_of, tuples::each_tuple,
};

/// Something that objects of the class `T` fulfil or don't.
///
/// `()` is everything, text is a tag, a tuple is 'and', an array, slice or `Vec` is 'or'; [`no`],
/// [`any`] and [`all`] combine the rest.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a criterion for objects of `{T}`",
    label = "not a tag, a condition on one of its fields, or a combination of those",
    note = "text, enums with #[derive(db0::Tag)], objects, queries, tuples (and), arrays (or), db0::no(…)"
)]
pub trait Criteria<T> {
    /// The criteria as a value.
    fn expr(&self) -> Expr;
}

impl<T, C: Criteria<T> + ?Sized> Criteria<T> for &C {
    fn expr(&self) -> Expr {
        (**self).expr()
    }
}

impl<T, C: Criteria<T> + ?Sized> Criteria<T> for Box<C> {
    fn expr(&self) -> Expr {
        (**self).expr()
    }
}

impl<T> Criteria<T> for Cow<'_, str> {
    fn expr(&self) -> Expr {
        Criteria::<T>::expr(&**self)
    }
}

impl<T> Criteria<T> for Expr {
    fn expr(&self) -> Expr {
        self.clone()
    }
}

impl<T> Criteria<T> for () {
    fn expr(&self) -> Expr {
        Expr(Node::All)
    }
}

impl<T> Criteria<T> for str {
    fn expr(&self) -> Expr {
        Expr::of_tag(TagName::text(self))
    }
}

impl<T> Criteria<T> for String {
    fn expr(&self) -> Expr {
        Expr::of_tag(TagName::text(self))
    }
}

impl<T, C: Criteria<T>> Criteria<T> for [C] {
    fn expr(&self) -> Expr {
        Expr::or(self.iter().map(Criteria::expr))
    }
}

impl<T, C: Criteria<T>, const N: usize> Criteria<T> for [C; N] {
    fn expr(&self) -> Expr {
        self.as_slice().expr()
    }
}

impl<T, C: Criteria<T>> Criteria<T> for Vec<C> {
    fn expr(&self) -> Expr {
        self.as_slice().expr()
    }
}

impl<T, M: Class> Criteria<T> for Memo<M> {
    fn expr(&self) -> Expr {
        Expr::of_tag(self.place().map(|_| TagName::object(self.uuid())))
    }
}

impl<T, M: Class> Criteria<T> for WeakMemo<M> {
    fn expr(&self) -> Expr {
        Expr::tag(TagName::object(self.uuid()))
    }
}

/// A tag as [`list`](crate::Tagger::list) gives it.
impl<T> Criteria<T> for TagName {
    fn expr(&self) -> Expr {
        Expr::tag(self.clone())
    }
}

/// The object of this identity, and no other.
impl<T> Criteria<T> for Uuid {
    fn expr(&self) -> Expr {
        Expr(Node::Object(*self))
    }
}

/// The objects in an index.
impl<T: Class, K: Key> Criteria<T> for Index<K, Memo<T>> {
    fn expr(&self) -> Expr {
        Expr(Node::Index(self.part()))
    }
}

/// The objects in a range of an index, as in `index.range(1..=3)`.
impl<T: Class, K: Key> Criteria<T> for Entries<K, Memo<T>> {
    fn expr(&self) -> Expr {
        Expr(Node::Index(self.part()))
    }
}

/// The objects in an index of all classes.
impl<T: Findable, K: Key> Criteria<T> for Index<K, AnyMemo> {
    fn expr(&self) -> Expr {
        Expr(Node::Index(self.part()))
    }
}

impl<T: Findable, K: Key> Criteria<T> for Entries<K, AnyMemo> {
    fn expr(&self) -> Expr {
        Expr(Node::Index(self.part()))
    }
}

impl<T> Criteria<T> for AnyMemo {
    fn expr(&self) -> Expr {
        Expr::tag(TagName::object(self.uuid()))
    }
}

impl<T, D: ?Sized> Criteria<T> for DynMemo<D> {
    fn expr(&self) -> Expr {
        Criteria::<T>::expr(&**self)
    }
}

/// See [`no`].
#[derive(Clone, Copy, Debug)]
pub struct No<C>(C);

/// Objects that don't fulfil the criteria; alone, all others of the class.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
/// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
/// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
/// db0::tags(&emma).add("lent");
/// assert_eq!(db0::find::<Book>(db0::no("lent")).first(), Some(waves));
/// # Ok::<(), db0::Error>(())
/// ```
pub fn no<C>(criteria: C) -> No<C> {
    No(criteria)
}

impl<T, C: Criteria<T>> Criteria<T> for No<C> {
    fn expr(&self) -> Expr {
        self.0.expr().not()
    }
}

/// See [`any`].
#[derive(Clone, Copy, Debug)]
pub struct Any<C>(C);

/// Objects that fulfil one of several criteria of different kinds.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
/// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
/// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
/// db0::tags(&emma).add("lent");
/// assert_eq!(db0::find::<Book>(db0::any(("lent", Book::YEAR.gt(1900)))).count(), 2);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn any<C>(criteria: C) -> Any<C> {
    Any(criteria)
}

/// See [`all`].
#[derive(Clone, Copy, Debug)]
pub struct All<C>(C);

/// Objects that fulfil each of several criteria, also those of an array.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
/// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
/// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
/// db0::tags(&emma).add(["lent", "signed"]);
/// let wanted = vec!["lent", "signed"];
/// assert_eq!(db0::find::<Book>(db0::all(wanted)).first(), Some(emma));
/// # Ok::<(), db0::Error>(())
/// ```
pub fn all<C>(criteria: C) -> All<C> {
    All(criteria)
}

/// See [`class`].
#[derive(Clone, Copy, Debug)]
pub struct ClassTag(&'static ClassInfo);

/// A class: as a criterion its objects, and whatever bears it as a tag; as a tag, one like any other.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
/// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
/// # #[db0::memo] struct Shelf;
/// db0::tags(&emma).add(db0::class::<Shelf>());
/// assert_eq!(db0::find::<Book>(db0::class::<Shelf>()).first(), Some(emma));
/// assert_eq!(db0::find::<Book>(db0::class::<Book>()).count(), 1); // all of the class
/// # Ok::<(), db0::Error>(())
/// ```
pub fn class<C: Class>() -> ClassTag {
    ClassTag(C::INFO)
}

impl ClassTag {
    pub(crate) fn name(self) -> TagName {
        TagName::class(self.0.name)
    }
}

impl<T> Criteria<T> for ClassTag {
    fn expr(&self) -> Expr {
        Expr(Node::Class(names_of(self.0)))
    }
}

/// The parts of a tuple or array, for [`any`] and [`all`].
pub trait Parts<T> {
    /// Each part by itself.
    fn parts(&self) -> Vec<Expr>;
}

impl<T, P: Parts<T>> Criteria<T> for Any<P> {
    fn expr(&self) -> Expr {
        Expr::or(self.0.parts())
    }
}

impl<T, P: Parts<T>> Criteria<T> for All<P> {
    fn expr(&self) -> Expr {
        Expr::and(self.0.parts())
    }
}

impl<T, C: Criteria<T>, const N: usize> Parts<T> for [C; N] {
    fn parts(&self) -> Vec<Expr> {
        self.iter().map(Criteria::expr).collect()
    }
}

impl<T, C: Criteria<T>> Parts<T> for &[C] {
    fn parts(&self) -> Vec<Expr> {
        self.iter().map(Criteria::expr).collect()
    }
}

impl<T, C: Criteria<T>> Parts<T> for Vec<C> {
    fn parts(&self) -> Vec<Expr> {
        self.iter().map(Criteria::expr).collect()
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),*))*) => {$(
        impl<T, $($name: Criteria<T>),*> Criteria<T> for ($($name,)*) {
            fn expr(&self) -> Expr {
                Expr::and(self.parts())
            }
        }

        impl<T, $($name: Criteria<T>),*> Parts<T> for ($($name,)*) {
            fn parts(&self) -> Vec<Expr> {
                vec![$(self.$index.expr()),*]
            }
        }
    )*};
}

each_tuple!(tuples);
