//! Conditions as they are written on fields: `Person::AGE.eq(30)`.

use std::{ops::Bound, sync::Arc};

use db0_runtime::{
    class::Class,
    codec::key::{
        Elements, IntoKey, Key, KeyBounds, KeyRange, bytes_prefix_range, encode_key,
        text_prefix_range,
    },
    object::{Objects, asking},
};

use super::{condition::Condition, field::Field, field_key::FieldKey, keys::Keys};

impl<T: Class, V: Key> Field<T, V> {
    fn condition(self, keys: impl FnOnce() -> Keys) -> Condition<T> {
        let (keys, of) = asked::<V, _>(keys);
        Condition::new(FieldKey::of::<T, T, V>(self), keys, of)
    }

    fn within(self, bounds: impl FnOnce() -> KeyBounds) -> Condition<T> {
        self.condition(|| Keys::Within(bounds()))
    }
}

impl<T: Class, V: Key> Field<T, V> {
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
        self.condition(|| Keys::One(key_of(&value)))
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
        self.eq(value).not()
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
        self.within(|| range.bounds())
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
        self.within(|| (Bound::Unbounded, Bound::Excluded(key_of(&value))))
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
        self.within(|| (Bound::Unbounded, Bound::Included(key_of(&value))))
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
        self.within(|| (Bound::Excluded(key_of(&value)), Bound::Unbounded))
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
        self.within(|| (Bound::Included(key_of(&value)), Bound::Unbounded))
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
        // By whose handles are in them: most often there are none.
        let mut parts: Vec<(Vec<Arc<Objects>>, Vec<Vec<u8>>)> = vec![Default::default()];
        for value in values {
            let (key, of) = asked::<V, _>(|| key_of(&value));
            let same = |(mine, _): &&mut (Vec<Arc<Objects>>, _)| {
                mine.len() == of.len() && mine.iter().zip(&of).all(|(a, b)| a.is_same_prefix(b))
            };
            match parts.iter_mut().find(same) {
                Some((_, keys)) => keys.push(key),
                None => parts.push((of, vec![key])),
            }
        }
        let mut conditions = parts.into_iter().map(|(of, mut keys)| {
            keys.sort_unstable();
            keys.dedup();
            Condition::new(FieldKey::of::<T, T, V>(self), Keys::Some(keys.into()), of)
        });
        match (conditions.next(), conditions.len()) {
            (Some(one), 0) => one,
            (first, _) => Condition::or(first.into_iter().chain(conditions)),
        }
    }
}

impl<T: Class> Field<T, String> {
    /// The text starts with this.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { #[db0(index)] title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(Book::TITLE.starts_with("The ")).first(), Some(waves));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn starts_with(self, start: &str) -> Condition<T> {
        self.within(|| text_prefix_range(start))
    }
}

impl<T: Class> Field<T, Option<String>> {
    /// There is a text, and it starts with this.
    pub fn starts_with(self, start: &str) -> Condition<T> {
        let (Bound::Included(text), _) = text_prefix_range(start) else {
            unreachable!("a range that starts with a text includes it")
        };
        // What stands before the text of a `Some`.
        let mut some = encode_key(&Some(()));
        some.extend_from_slice(&text);
        self.within(|| bytes_prefix_range(some))
    }
}

impl<T: Class, V: Key> Field<T, Option<V>> {
    /// The field is `None`.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// #[db0::memo(keep)]
    /// struct Task {
    ///     name: String,
    ///     #[db0(index)]
    ///     due: Option<u32>,
    /// }
    /// let tidy = db0::Memo::new(Task { name: "tidy".into(), due: None });
    /// let shop = db0::Memo::new(Task { name: "shop".into(), due: Some(12) });
    /// assert_eq!(db0::find::<Task>(Task::DUE.is_none()).first(), Some(tidy.clone()));
    /// assert_eq!(db0::find::<Task>(Task::DUE.is_some()).first(), Some(shop));
    /// // `None` comes first, so that it is less than all that is there.
    /// assert_eq!(db0::find::<Task>(Task::DUE.lt(Some(5))).first(), Some(tidy));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn is_none(self) -> Condition<T> {
        self.condition(|| Keys::One(encode_key(&None::<V>)))
    }

    /// The field is something.
    pub fn is_some(self) -> Condition<T> {
        self.within(|| (Bound::Excluded(encode_key(&None::<V>)), Bound::Unbounded))
    }
}

impl<T: Class, L: Elements + 'static> Field<T, L> {
    /// The `Vec`, `VecDeque`, `BTreeSet` or `HashSet` has an element that is this.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// #[db0::memo(keep)]
    /// struct Song {
    ///     #[db0(index)]
    ///     words: Vec<String>,
    /// }
    /// let song = db0::Memo::new(Song { words: vec!["moon".into(), "river".into()] });
    /// assert_eq!(db0::find::<Song>(Song::WORDS.contains("river")).first(), Some(song));
    /// assert!(db0::find::<Song>(Song::WORDS.contains("sea")).is_empty());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn contains(self, element: impl IntoKey<L::Element>) -> Condition<T> {
        let (key, of) = asked::<L::Element, _>(|| key_of(&element));
        Condition::new(FieldKey::of_elements(self), Keys::One(key), of)
    }
}

/// Makes keys of a type; gives whose handles are in them, too.
fn asked<V: Key, R>(make: impl FnOnce() -> R) -> (R, Vec<Arc<Objects>>) {
    if V::PLAIN { (make(), Vec::new()) } else { asking(make) }
}

fn key_of<V: Key>(value: &impl IntoKey<V>) -> Vec<u8> {
    let mut key = Vec::new();
    value.write_key_of(&mut key);
    key
}
