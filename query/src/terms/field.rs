//! A field of a class as a value: what conditions, sorting and grouping name it by.

use std::fmt::{self, Debug, Formatter};

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
