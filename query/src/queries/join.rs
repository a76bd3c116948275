//! Pairs of results of two queries that refer to each other, or to the same.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
};

use db0_runtime::{
    AnyMemo, Memo, OrPanic, Result, WeakMemo,
    class::Class,
    codec::key::{Key, encode_key},
    object::{Objects, asking},
};
use uuid::Uuid;

use super::query::Query;
use crate::terms::{
    field::Field,
    findable::{Covers, Findable},
};

/// What two classes are joined by: a field of `T` that refers to objects of `U`, such as
/// `Task::OWNER`, or a pair of fields that have to be equal, such as `(Task::OWNER, Note::OWNER)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` joins no objects of `{T}` with objects of `{U}`",
    label = "neither a field of `{T}` that refers to `{U}`, nor a pair of fields of one type"
)]
pub trait JoinOn<T, U> {
    /// Adds the keys of a result of the first query.
    #[doc(hidden)]
    fn left(&self, objects: &Arc<Objects>, oid: u64, keys: &mut Vec<Vec<u8>>) -> Result<()>;

    /// The key of a result of the second query, if it has one.
    #[doc(hidden)]
    fn right(&self, objects: &Arc<Objects>, oid: u64) -> Result<Option<Vec<u8>>>;
}

/// A field of one of these types refers to objects: a handle, or an option or a collection of those.
pub trait Refers<U> {
    /// Calls `each` with every object that is referred to.
    #[doc(hidden)]
    fn each(&self, each: &mut dyn FnMut(Uuid));
}

impl<U: Covers<P>, P: Class> Refers<U> for Memo<P> {
    fn each(&self, each: &mut dyn FnMut(Uuid)) {
        each(self.uuid());
    }
}

impl<U: Covers<P>, P: Class> Refers<U> for WeakMemo<P> {
    fn each(&self, each: &mut dyn FnMut(Uuid)) {
        each(self.uuid());
    }
}

impl<U: Findable> Refers<U> for AnyMemo {
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

impl<T: Covers<P>, P: Class, U: Findable, V: Refers<U>> JoinOn<T, U> for Field<P, V> {
    fn left(&self, objects: &Arc<Objects>, oid: u64, keys: &mut Vec<Vec<u8>>) -> Result<()> {
        let mut each = |uuid: Uuid| keys.push(uuid.into_bytes().to_vec());
        T::look_as(objects, oid, |object| self.get(object).each(&mut each)).map(drop)
    }

    fn right(&self, objects: &Arc<Objects>, oid: u64) -> Result<Option<Vec<u8>>> {
        Ok(Some(objects.uuid_of(oid).into_bytes().to_vec()))
    }
}

impl<T: Covers<P>, P: Class, U: Covers<Q>, Q: Class, V: Key> JoinOn<T, U>
    for (Field<P, V>, Field<Q, V>)
{
    fn left(&self, objects: &Arc<Objects>, oid: u64, keys: &mut Vec<Vec<u8>>) -> Result<()> {
        let key = T::look_as(objects, oid, |object| key_anywhere(self.0.get(object)))?;
        keys.extend(key.flatten());
        Ok(())
    }

    fn right(&self, objects: &Arc<Objects>, oid: u64) -> Result<Option<Vec<u8>>> {
        Ok(U::look_as(objects, oid, |object| key_anywhere(self.1.get(object)))?.flatten())
    }
}

/// The key of a value, and of which prefixes the handles in it are. No value is equal to nothing.
fn key_anywhere<V: Key>(value: &V) -> Option<Vec<u8>> {
    if value.is_null() {
        return None;
    }
    let (mut key, of) = asking(|| encode_key(value));
    of.iter().for_each(|objects| key.extend_from_slice(objects.uuid_of(0).as_bytes()));
    Some(key)
}

impl<T: Findable> Query<T> {
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
    pub fn join<U: Findable>(
        &self,
        other: &Query<U>,
        on: impl JoinOn<T, U>,
    ) -> Vec<(T::Handle, U::Handle)> {
        self.try_join(other, on).or_panic()
    }

    /// As [`join`](Self::join), with the failure as a value.
    pub fn try_join<U: Findable>(
        &self,
        other: &Query<U>,
        on: impl JoinOn<T, U>,
    ) -> Result<Vec<(T::Handle, U::Handle)>> {
        let mut by_key: HashMap<Vec<u8>, Vec<U::Handle>> = HashMap::new();
        let (objects, mut others) = (other.core.objects()?, other.try_iter()?);
        while let Some((oid, memo)) = others.next_numbered().transpose()? {
            if let Some(key) = on.right(&objects, oid)? {
                by_key.entry(key).or_default().push(memo);
            }
        }
        let mut pairs = Vec::new();
        let mut keys = Vec::new();
        let (objects, mut mine) = (self.core.objects()?, self.try_iter()?);
        while let Some((oid, memo)) = mine.next_numbered().transpose()? {
            keys.clear();
            on.left(&objects, oid, &mut keys)?;
            // An object that is referred to twice makes one pair.
            keys.sort_unstable();
            keys.dedup();
            let found = keys.iter().filter_map(|key| by_key.get(key)).flatten();
            pairs.extend(found.map(|other| (memo.clone(), other.clone())));
        }
        Ok(pairs)
    }
}
