//! Pairs of results of two queries that refer to each other, or to the same.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use db0_runtime::{
    Error, Memo, OrPanic, Result, WeakMemo,
    class::Class,
    codec::key::{Key, encode_key},
    object::asking,
};
use uuid::Uuid;

use super::query::Query;
use crate::terms::field::Field;

/// What two classes are joined by: a field of `T` that refers to objects of `U`, such as
/// `Task::OWNER`, or a pair of fields that have to be equal, such as `(Task::OWNER, Note::OWNER)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` joins no objects of `{T}` with objects of `{U}`",
    label = "neither a field of `{T}` that refers to `{U}`, nor a pair of fields of one type"
)]
pub trait JoinOn<T, U> {
    /// The keys of an object of the first class.
    #[doc(hidden)]
    fn left(&self, object: &T, keys: &mut Vec<Vec<u8>>);

    /// The key of an object of the second class.
    #[doc(hidden)]
    fn right(&self, memo: &Memo<U>, object: &U) -> Vec<u8>;
}

/// A field of one of these types refers to objects: a handle, or an option or a collection of those.
pub trait Refers<U> {
    /// Calls `each` with every object that is referred to.
    #[doc(hidden)]
    fn each(&self, each: &mut dyn FnMut(Uuid));
}

impl<U> Refers<U> for Memo<U> {
    fn each(&self, each: &mut dyn FnMut(Uuid)) {
        each(self.uuid());
    }
}

impl<U> Refers<U> for WeakMemo<U> {
    fn each(&self, each: &mut dyn FnMut(Uuid)) {
        each(self.uuid());
    }
}

macro_rules! of_several {
    ($([$($generics:tt)*] $several:ty),*) => {$(
        impl<U, R: Refers<U>, $($generics)*> Refers<U> for $several {
            fn each(&self, each: &mut dyn FnMut(Uuid)) {
                self.iter().for_each(|one| one.each(each));
            }
        }
    )*};
}

of_several!([] Option<R>, [] Vec<R>, [] VecDeque<R>, [] BTreeSet<R>, [S] HashSet<R, S>);

impl<T: Class, U: Class, V: Refers<U>> JoinOn<T, U> for Field<T, V> {
    fn left(&self, object: &T, keys: &mut Vec<Vec<u8>>) {
        self.get(object).each(&mut |uuid| keys.push(uuid.into_bytes().to_vec()));
    }

    fn right(&self, memo: &Memo<U>, _: &U) -> Vec<u8> {
        memo.uuid().into_bytes().to_vec()
    }
}

impl<T: Class, U: Class, V: Key> JoinOn<T, U> for (Field<T, V>, Field<U, V>) {
    fn left(&self, object: &T, keys: &mut Vec<Vec<u8>>) {
        let field = self.0.get(object);
        // No value is equal to nothing.
        if !field.is_null() {
            keys.push(key_anywhere(field));
        }
    }

    fn right(&self, _: &Memo<U>, object: &U) -> Vec<u8> {
        key_anywhere(self.1.get(object))
    }
}

/// The key of a value, and of which prefixes the handles in it are.
fn key_anywhere<V: Key>(value: &V) -> Vec<u8> {
    let (mut key, of) = asking(|| encode_key(value));
    of.iter().for_each(|objects| key.extend_from_slice(objects.uuid_of(0).as_bytes()));
    key
}

impl<T: Class> Query<T> {
    /// The pairs of these results and those of another query that belong together: because a field
    /// refers to the other object, or because two fields are equal. They come in the order of this
    /// query, then of the other one.
    ///
    /// ```
    /// # use db0::Memo;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Person { name: String }
    /// # #[db0::memo(keep)] struct Task { title: String, owner: Option<Memo<Person>> }
    /// # #[db0::memo(keep)] struct Note { text: String, about: Option<Memo<Person>> }
    /// let alice = Memo::new(Person { name: "Alice".into() });
    /// let task = Memo::new(Task { title: "shop".into(), owner: Some(alice.clone()) });
    /// let note = Memo::new(Note { text: "is ill".into(), about: Some(alice.clone()) });
    /// let tasks = db0::find::<Task>(());
    /// let owned = tasks.join(&db0::find::<Person>(()), Task::OWNER);
    /// assert_eq!(owned, [(task.clone(), alice)]);
    /// let noted = tasks.join(&db0::find::<Note>(()), (Task::OWNER, Note::ABOUT));
    /// assert_eq!(noted, [(task, note)]);
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn join<U: Class>(
        &self,
        other: &Query<U>,
        on: impl JoinOn<T, U>,
    ) -> Vec<(Memo<T>, Memo<U>)> {
        self.try_join(other, on).or_panic()
    }

    /// As [`join`](Self::join), with the failure as a value.
    pub fn try_join<U: Class>(
        &self,
        other: &Query<U>,
        on: impl JoinOn<T, U>,
    ) -> Result<Vec<(Memo<T>, Memo<U>)>> {
        let mut by_key: HashMap<Vec<u8>, Vec<Memo<U>>> = HashMap::new();
        for memo in other.try_iter()? {
            let memo = memo?;
            if let Some(object) = if_alive(memo.try_read())? {
                by_key.entry(on.right(&memo, &object)).or_default().push(memo.clone());
            }
        }
        let mut pairs = Vec::new();
        let mut keys = Vec::new();
        for memo in self.try_iter()? {
            let memo = memo?;
            let Some(object) = if_alive(memo.try_read())? else { continue };
            keys.clear();
            on.left(&object, &mut keys);
            // An object that is referred to twice makes one pair.
            keys.sort_unstable();
            keys.dedup();
            let found = keys.iter().filter_map(|key| by_key.get(key)).flatten();
            pairs.extend(found.map(|other| (memo.clone(), other.clone())));
        }
        Ok(pairs)
    }
}

/// Nothing, where an object has been deleted meanwhile.
fn if_alive<R>(read: Result<R>) -> Result<Option<R>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(Error::Deleted { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
