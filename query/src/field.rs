//! A field of a class as a value: what conditions, sorting and grouping name it by.

use std::{
    fmt::{self, Debug, Formatter},
    marker::PhantomData,
    ops::Bound,
    sync::Arc,
};

use db0_runtime::{
    Result,
    class::Class,
    codec::key::{IntoKey, Key, KeyRange},
    object::Objects,
};

use crate::{
    criteria::Criteria,
    expr::{Expr, Node, Test},
};

/// The field `V` of the class `T`, as in `Person::AGE`: made by `#[db0::memo]` for every field.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
/// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
/// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
/// let field: db0::Field<Book, u16> = Book::YEAR;
/// assert_eq!(field.name(), "year");
/// assert_eq!(db0::find::<Book>(field.ge(1900)).count(), 1);
/// # Ok::<(), db0::Error>(())
/// ```
pub struct Field<T, V> {
    name: &'static str,
    ordinal: u16,
    get: fn(&T) -> &V,
}

impl<T, V> Field<T, V> {
    /// For `#[db0::memo]`; a constant that it makes stands for the field.
    #[doc(hidden)]
    pub const fn new(name: &'static str, ordinal: u16, get: fn(&T) -> &V) -> Self {
        Self { name, ordinal, get }
    }

    /// The field's name on disk.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its place among the stored fields.
    #[doc(hidden)]
    pub const fn ordinal(&self) -> u16 {
        self.ordinal
    }

    /// The field's value in an object.
    #[doc(hidden)]
    pub fn get<'a>(&self, object: &'a T) -> &'a V {
        (self.get)(object)
    }
}

impl<T, V> Clone for Field<T, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, V> Copy for Field<T, V> {}

impl<T, V> Debug for Field<T, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Field").field(&self.name).finish()
    }
}

/// A condition on a field of `T`, as in `Person::AGE.eq(30)`.
#[derive(Clone)]
pub struct Condition<T> {
    what: String,
    test: Test,
    class: PhantomData<fn() -> T>,
}

impl<T> Debug for Condition<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl<T> Criteria<T> for Condition<T> {
    fn expr(&self) -> Expr {
        Expr(Node::Test { what: self.what.clone(), test: self.test.clone() })
    }
}

impl<T: Class, V: Key> Field<T, V> {
    fn condition(
        self,
        what: &str,
        holds: impl Fn(&[u8]) -> bool + Send + Sync + 'static,
    ) -> Condition<T> {
        let get = self.get;
        let test = move |objects: &Arc<Objects>, oid: u64| -> Result<bool> {
            let Some(memo) = objects.memo_if_alive::<T>(oid)? else { return Ok(false) };
            let mut key = Vec::new();
            get(&*memo.try_read()?).write_key(&mut key);
            Ok(holds(&key))
        };
        Condition {
            what: format!("{}.{} {what}", T::INFO.name, self.name),
            test: Arc::new(test),
            class: PhantomData,
        }
    }

    /// The field is this.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(Book::TITLE.eq("Emma")).count(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn eq(self, value: impl IntoKey<V>) -> Condition<T> {
        let key = key_of(&value);
        self.condition("eq", move |field| field == key)
    }

    /// The field is not this.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(Book::TITLE.ne("Emma")).first(), Some(waves));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn ne(self, value: impl IntoKey<V>) -> Condition<T> {
        let key = key_of(&value);
        self.condition("ne", move |field| field != key)
    }

    /// The field is within a range.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(Book::YEAR.between(1800..=1931)).count(), 2);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn between(self, range: impl KeyRange<V>) -> Condition<T> {
        let (from, to) = range.bounds();
        self.condition("between", move |field| {
            let after = match &from {
                Bound::Included(from) => field >= &from[..],
                Bound::Excluded(from) => field > &from[..],
                Bound::Unbounded => true,
            };
            let before = match &to {
                Bound::Included(to) => field <= &to[..],
                Bound::Excluded(to) => field < &to[..],
                Bound::Unbounded => true,
            };
            after && before
        })
    }

    /// The field is less than this.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(Book::YEAR.lt(1931)).count(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn lt(self, value: impl IntoKey<V>) -> Condition<T> {
        let key = key_of(&value);
        self.condition("lt", move |field| field < &key[..])
    }

    /// The field is at most this.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(Book::YEAR.le(1931)).count(), 2);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn le(self, value: impl IntoKey<V>) -> Condition<T> {
        let key = key_of(&value);
        self.condition("le", move |field| field <= &key[..])
    }

    /// The field is greater than this.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(Book::YEAR.gt(1815)).count(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn gt(self, value: impl IntoKey<V>) -> Condition<T> {
        let key = key_of(&value);
        self.condition("gt", move |field| field > &key[..])
    }

    /// The field is at least this.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(Book::YEAR.ge(1815)).count(), 2);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn ge(self, value: impl IntoKey<V>) -> Condition<T> {
        let key = key_of(&value);
        self.condition("ge", move |field| field >= &key[..])
    }

    /// The field is one of these.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(Book::YEAR.is_in([1815, 1816])).first(), Some(emma));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn is_in<K: IntoKey<V>>(self, values: impl IntoIterator<Item = K>) -> Condition<T> {
        let keys: std::collections::HashSet<Vec<u8>> =
            values.into_iter().map(|value| key_of(&value)).collect();
        self.condition("is_in", move |field| keys.contains(field))
    }
}

fn key_of<V: Key>(value: &impl IntoKey<V>) -> Vec<u8> {
    let mut key = Vec::new();
    value.write_key_of(&mut key);
    key
}
