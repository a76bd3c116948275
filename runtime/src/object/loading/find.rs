//! Making objects and finding them again: by uuid, and singletons by their class.

use std::{panic::Location, sync::Arc};

use uuid::Uuid;

use crate::{
    Error, Result,
    class::{Class, ClassState, Singleton},
    object::{
        cells::any_cell::AnyCell, collection::anchor::Anchor, handles::memo::Memo, objects::Objects,
    },
    store::{Oid, PrefixId, StateNum, Table, oid_at, oid_key, oid_of_key, place},
};

/// Under which key a class's singleton is named.
fn singleton_key(class: &str) -> Vec<u8> {
    [b"singleton:", class.as_bytes()].concat()
}

impl<T: Class> Memo<T> {
    #[track_caller]
    pub(crate) fn make(objects: &Arc<Objects>, value: T) -> Result<Self> {
        let _turn = objects.shared().borrow_turn(Location::caller())?;
        objects.create(value).map(Self::of_hold)
    }

    /// The object of this number, if it is in this view and of this class.
    pub(crate) fn fetch_in(objects: &Arc<Objects>, oid: Oid) -> Result<Self> {
        let missing = || Error::NotFound { class: T::INFO.name.into(), uuid: objects.uuid(oid) };
        objects.follow()?;
        if !objects.knows_class::<T>()? {
            let class = objects.exists(oid)?.ok_or_else(missing)?;
            return Err(objects.wrong_class::<T>(oid, class));
        }
        let memo = Self::of_oid(objects, oid)?;
        match memo.try_read() {
            Ok(_) => Ok(memo),
            Err(Error::Deleted { .. }) => Err(missing()),
            Err(error) => Err(error),
        }
    }
}

impl<T: Class> Memo<T> {
    /// The object as it was at a committed state.
    pub fn at(&self, state: u64) -> Result<Self> {
        let closed = || Error::Closed { what: "the workspace of this object".into() };
        Self::fetch_in(&self.objects().ok_or_else(closed)?.at(StateNum(state))?, self.oid())
    }

    /// The states in which the object changed, or a collection that it owns, oldest first, as far
    /// back as the history goes.
    pub fn history(&self) -> Result<Vec<u64>> {
        let closed = || Error::Closed { what: "the workspace of this object".into() };
        let objects = self.objects().ok_or_else(closed)?;
        history_of(&objects, self.oid())
    }
}

/// The states in which an object changed.
pub(in crate::object) fn history_of(objects: &Arc<Objects>, oid: Oid) -> Result<Vec<u64>> {
    let objects = &objects.seen();
    let key = oid_key(oid);
    let mut states = objects.view().stamps(Table::Objects, key.as_bytes())?;
    states.extend(objects.view().stamps(Table::Owned, key.as_bytes())?);
    // The version that the oldest state shows may be of one before it, which is forgotten.
    let oldest = objects.store().head().oldest;
    states.retain(|state| *state >= oldest);
    states.sort_unstable();
    states.dedup();
    Ok(states.into_iter().map(|state| state.0).collect())
}

impl<T: Class> Memo<T> {
    /// The singleton of a view, if there is one.
    fn find_singleton(objects: &Arc<Objects>) -> Result<Option<Self>> {
        let mut found = Self::named_singleton(objects, T::INFO.name)?;
        if found.is_none()
            && let Some(class) = objects.known_class::<T>()?
        {
            // It may have been made when the class had another name.
            for name in objects.catalogue().names(class.id) {
                found = found.or(Self::named_singleton(objects, &name)?);
            }
        }
        Ok(found)
    }

    fn named_singleton(objects: &Arc<Objects>, class: &str) -> Result<Option<Self>> {
        let Some(oid) = objects.oid_of_singleton(&singleton_key(class))? else { return Ok(None) };
        let memo = Self::of_oid(objects, oid)?;
        match memo.check_alive() {
            Ok(()) => Ok(Some(memo)),
            // The class was not a singleton for a time, in which nothing held the object.
            Err(Error::Deleted { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl<T: Singleton> Memo<T> {
    /// The singleton, made by `make` if there is none.
    #[track_caller]
    pub(crate) fn singleton_in(objects: &Arc<Objects>, make: impl FnOnce() -> T) -> Result<Self> {
        if let Some(found) = Self::find_singleton(&objects.seen())? {
            return Ok(found);
        }
        let _turn = objects.shared().take_turn(Location::caller())?;
        // Another thread may have made it while this one waited for the turn.
        if let Some(found) = Self::find_singleton(objects)? {
            return Ok(found);
        }
        objects.check_writable()?;
        let value = make();
        // Also `make` itself may have, on its way.
        match Self::find_singleton(objects)? {
            Some(found) => Ok(found),
            None => Self::make(objects, value),
        }
    }
}

impl Objects {
    /// Under which key a new object of a class is named, if that is a singleton; refuses a second one.
    pub(in crate::object) fn name_of_new<T: Class>(self: &Arc<Self>) -> Result<Option<Vec<u8>>> {
        if !T::INFO.singleton {
            return Ok(None);
        }
        match Memo::<T>::find_singleton(self)? {
            None => Ok(Some(singleton_key(T::INFO.name))),
            Some(memo) => {
                let (class, uuid) = (T::INFO.name.into(), memo.uuid());
                Err(Error::SecondSingleton { class, uuid })
            }
        }
    }

    /// Under which key an object is named as the singleton of its class, if it is.
    pub(in crate::object) fn name_of_singleton(
        &self,
        class: &ClassState,
        oid: Oid,
    ) -> Result<Option<Vec<u8>>> {
        if !class.lives_by_itself {
            return Ok(None);
        }
        for name in self.catalogue().names(class.id) {
            let key = singleton_key(&name);
            if self.oid_of_singleton(&key)? == Some(oid) {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    fn oid_of_singleton(&self, key: &[u8]) -> Result<Option<Oid>> {
        let found =
            self.view().get(Table::Names, key, |row| oid_of_key(row).map(|(oid, _)| oid))?;
        let damaged = || self.store().corrupt(Table::Names, key, "the row is damaged");
        found.map(|oid| oid.ok_or_else(damaged)).transpose()
    }

    /// The object of this number.
    #[doc(hidden)]
    pub fn memo<T: Class>(self: &Arc<Self>, oid: u64) -> Result<Memo<T>> {
        Memo::of_oid(self, Oid(oid))
    }

    /// The object of this number, unless it is known to be deleted.
    #[doc(hidden)]
    pub fn memo_if_alive<T: Class>(self: &Arc<Self>, oid: u64) -> Result<Option<Memo<T>>> {
        let cell = self.cell::<T>(Oid(oid))?;
        if cell.is_gone() {
            return Ok(None);
        }
        if self.is_lasting() { Ok(Some(Memo::of_cell(&cell))) } else { self.memo(oid).map(Some) }
    }

    /// What `look` finds in the object of this number; nothing if that is deleted by now.
    #[doc(hidden)]
    pub fn look<T: Class, R>(
        self: &Arc<Self>,
        oid: u64,
        look: impl FnOnce(&T) -> R,
    ) -> Result<Option<R>> {
        let Some(memo) = self.memo_if_alive::<T>(oid)? else { return Ok(None) };
        match memo.try_read() {
            Ok(object) => Ok(Some(look(&object))),
            Err(Error::Deleted { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// As [`look`](Self::look); nothing, too, if the object is of another class.
    #[doc(hidden)]
    pub fn look_if_is<T: Class, R>(
        self: &Arc<Self>,
        oid: u64,
        look: impl FnOnce(&T) -> R,
    ) -> Result<Option<R>> {
        let Some(class) = self.exists(Oid(oid))? else { return Ok(None) };
        let is_one = self.known_class::<T>()?.is_some_and(|known| known.id == class);
        if is_one { self.look(oid, look) } else { Ok(None) }
    }

    /// The identity of the object of this number.
    #[doc(hidden)]
    pub fn uuid_of(&self, oid: u64) -> Uuid {
        self.uuid(Oid(oid))
    }

    /// As [`uuid_of`](Self::uuid_of), for the objects of a chunk, by their places in it.
    #[doc(hidden)]
    pub fn uuids_at(&self, chunk: u64) -> impl Fn(u16) -> Uuid + use<> {
        // The low bits of a uuid are those of the number.
        let first = self.store().prefix_id().uuid(oid_at(chunk, 0)).as_u128();
        move |n| Uuid::from_u128(first | u128::from(n))
    }

    /// The last chunk that has objects.
    #[doc(hidden)]
    pub fn last_chunk(&self) -> u64 {
        place(self.store().next_oid()).0
    }

    /// The number of the object of this identity, if it is one of this prefix.
    #[doc(hidden)]
    pub fn number_of(&self, uuid: Uuid) -> Option<u64> {
        let (prefix, oid) = PrefixId::of_uuid(uuid)?;
        (prefix == self.store().prefix_id()).then_some(oid.0)
    }

    /// The state that this view shows for ever, if it is one of the past.
    #[doc(hidden)]
    pub fn past_state(&self) -> Option<u64> {
        if self.is_past() { self.view().state().map(|state| state.0) } else { None }
    }

    /// The collection of this number.
    #[doc(hidden)]
    pub fn collection(self: &Arc<Self>, number: u64) -> Anchor {
        Anchor::of_oid(self, Oid(number))
    }

    /// Both are of one prefix, at whatever states.
    #[doc(hidden)]
    pub fn is_same_prefix(&self, other: &Self) -> bool {
        self.store().prefix_id() == other.store().prefix_id()
    }

    /// The object of this uuid, if it is in this view and of this class.
    #[doc(hidden)]
    pub fn fetch<T: Class>(self: &Arc<Self>, uuid: Uuid) -> Result<Memo<T>> {
        match PrefixId::of_uuid(uuid) {
            Some((prefix, oid)) if prefix == self.store().prefix_id() => {
                let then = self.held();
                Memo::fetch_in(then.as_ref().unwrap_or(self), oid)
            }
            _ => Err(Error::NotFound { class: T::INFO.name.into(), uuid }),
        }
    }

    /// There is an object of this uuid and class, be it that it can be read or not.
    #[doc(hidden)]
    pub fn has<T: Class>(self: &Arc<Self>, uuid: Uuid) -> Result<bool> {
        let here = self.seen();
        let Some(number) = here.number_of(uuid) else { return Ok(false) };
        let Some(class) = here.exists(Oid(number))? else { return Ok(false) };
        Ok(here.known_class::<T>()?.is_some_and(|known| known.id == class))
    }

    /// The singleton of its class in this view.
    #[doc(hidden)]
    pub fn singleton<T: Singleton>(self: &Arc<Self>) -> Result<Memo<T>> {
        let none = || Error::NoSingleton { class: T::INFO.name.into() };
        Memo::find_singleton(&self.seen())?.ok_or_else(none)
    }

    /// The committed state of this prefix.
    #[doc(hidden)]
    pub fn state(&self) -> u64 {
        self.view().state().unwrap_or_else(|| self.store().state()).0
    }

    /// The same prefix at a committed state.
    #[doc(hidden)]
    pub fn at_state(&self, state: u64) -> Result<Arc<Self>> {
        self.at(StateNum(state))
    }
}

impl<T> Memo<T> {
    /// The object's number, and the view that it is seen in.
    #[doc(hidden)]
    pub fn place(&self) -> Result<(Arc<Objects>, u64)> {
        let closed = || Error::Closed { what: "the workspace of this object".into() };
        Ok((self.objects().ok_or_else(closed)?, self.oid().0))
    }
}
