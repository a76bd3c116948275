//! A handle of an object whose Rust type is not known where it is used.

use std::{
    fmt,
    hash::{Hash, Hasher},
    panic::Location,
    sync::Arc,
};

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{content::Untyped, erased::AnyHold, kind::Kind};
use crate::{
    Error, OrPanic, Result,
    class::{Class, Form},
    codec::{self, Reference, STRONG, VALUE_BYTES_MAX, Value},
    object::{
        cells::any_cell::AnyCell,
        handles::{
            context,
            hold::Hold,
            inside::Inside,
            memo::{self, Memo},
        },
        loading::{find::history_of, row},
        objects::Objects,
    },
    store::{Oid, PrefixId, StateNum, oid_of_key},
};

/// A handle of any object: of a class that this program has no Rust type for, or of one that it does
/// not care to name. It holds its object as a [`Memo`] does.
///
/// ```
/// # use db0_runtime::{codec::Value, object::AnyMemo};
/// fn rename(person: &AnyMemo) {
///     let name = person.get("name").unwrap_or_default();
///     person.set("name", format!("{} Lee", name.as_str().unwrap_or("?")));
/// }
/// ```
pub struct AnyMemo(pub(in crate::object) Inner);

pub(in crate::object) enum Inner {
    /// In the user's hands.
    Live(Box<dyn AnyHold>),
    /// Part of a stored value.
    Inside(Inside),
}

fn closed() -> Error {
    Error::Closed { what: "the workspace of this object".into() }
}

impl AnyMemo {
    pub(in crate::object) fn of_cell(cell: Arc<dyn AnyCell>) -> Self {
        Self(Inner::Live(cell.any_hold()))
    }

    /// The object of this number, if the view has it.
    pub(in crate::object) fn of_oid(objects: &Arc<Objects>, oid: Oid) -> Result<Self> {
        objects.lasting().any_cell(oid).map(Self::of_cell)
    }

    pub(crate) fn cell(&self) -> Result<Arc<dyn AnyCell>> {
        match &self.0 {
            Inner::Live(hold) => Ok(hold.cell()),
            Inner::Inside(inside) => inside.objects().ok_or_else(closed)?.any_cell(inside.oid),
        }
    }

    /// The cell that this thread reads: of the moment that it holds still, if it does.
    pub(in crate::object) fn seen_cell(&self) -> Result<Arc<dyn AnyCell>> {
        let cell = self.cell()?;
        match cell.objects().held() {
            Some(then) => then.any_cell(cell.oid()),
            None => Ok(cell),
        }
    }

    pub(in crate::object) fn oid(&self) -> Oid {
        match &self.0 {
            Inner::Live(hold) => hold.cell().oid(),
            Inner::Inside(inside) => inside.oid,
        }
    }

    pub(in crate::object) fn objects(&self) -> Option<Arc<Objects>> {
        match &self.0 {
            Inner::Live(hold) => Some(hold.cell().objects().clone()),
            Inner::Inside(inside) => inside.objects(),
        }
    }

    /// Refuses an object that this thread sees deleted.
    pub(in crate::object) fn check_alive(&self) -> Result<()> {
        self.cell()?.check_alive()
    }

    fn open(&self) -> Result<Arc<Objects>> {
        self.objects().ok_or_else(closed)
    }

    /// It must not go into a published value as it is.
    pub(in crate::object) fn is_users(&self) -> bool {
        match &self.0 {
            Inner::Live(_) => true,
            Inner::Inside(inside) => inside.is_of_draft(),
        }
    }

    /// The object's number, and the view that it is seen in.
    #[doc(hidden)]
    pub fn place(&self) -> Result<(Arc<Objects>, u64)> {
        Ok((self.open()?, self.oid().0))
    }

    /// The name of the object's class.
    ///
    /// # Panics
    /// When the object has been deleted, or its row can't be read.
    #[track_caller]
    pub fn class(&self) -> String {
        self.try_class().or_panic()
    }

    /// As [`class`](Self::class), with the failure as a value.
    pub fn try_class(&self) -> Result<String> {
        let cell = self.seen_cell()?;
        cell.objects().check_not_closed()?;
        cell.check_alive()?;
        Ok(cell.objects().catalogue().name(cell.class().id))
    }

    /// Its class is, or was, called so.
    #[doc(hidden)]
    pub fn is_of_class_named(&self, name: &str) -> Result<bool> {
        let cell = self.cell()?;
        let names = cell.objects().catalogue().names(cell.class().id);
        Ok(names.iter().any(|known| known == name))
    }

    /// What its class's rows are.
    pub(in crate::object) fn form(&self) -> Result<Form> {
        let cell = self.cell()?;
        let newest = cell.objects().catalogue().newest(cell.class().id);
        Ok(newest.map_or(Form::Fields, |schema| schema.form))
    }

    /// The object's identity, for ever and in every process.
    pub fn uuid(&self) -> Uuid {
        self.objects().map_or_else(Uuid::nil, |objects| objects.uuid(self.oid()))
    }

    /// The object's fields in the order of the class; of an enum, the variant and what it holds.
    ///
    /// # Panics
    /// When the object has been deleted, or its row can't be read.
    #[track_caller]
    pub fn fields(&self) -> Vec<(String, Value)> {
        self.try_fields().or_panic()
    }

    /// As [`fields`](Self::fields), with the failure as a value.
    pub fn try_fields(&self) -> Result<Vec<(String, Value)>> {
        let fields = self.seen_cell()?.fields()?.named;
        context::decoding(&self.open()?, || {
            let mut room = VALUE_BYTES_MAX;
            let value = |(name, raw): (String, Vec<u8>)| {
                let value = Value::from_bytes(&raw)?;
                value.take_room(&mut room)?;
                Ok((name, value))
            };
            fields.into_iter().map(value).collect()
        })
    }

    /// A field of the object; `None` if it has no field of this name.
    ///
    /// # Panics
    /// When the object has been deleted, or its row can't be read.
    #[track_caller]
    pub fn get(&self, field: &str) -> Option<Value> {
        self.try_get(field).or_panic()
    }

    /// As [`get`](Self::get), with the failure as a value.
    pub fn try_get(&self, field: &str) -> Result<Option<Value>> {
        let fields = self.seen_cell()?.fields()?.named;
        let found = fields.iter().find(|(name, _)| name == field);
        let value = |(_, raw): &(String, Vec<u8>)| Value::from_bytes(raw);
        context::decoding(&self.open()?, || found.map(value).transpose())
    }

    /// A field of the object as a value of a type that is named here: a number, a collection of [`Value`]s,
    /// or what else serde can read it as; `None` if it has no field of this name.
    ///
    /// # Panics
    /// When the field is no `V`, and as [`get`](Self::get) does; see [`try_get_as`](Self::try_get_as).
    #[track_caller]
    pub fn get_as<V: DeserializeOwned>(&self, field: &str) -> Option<V> {
        self.try_get_as(field).or_panic()
    }

    /// As [`get_as`](Self::get_as), with the failure as a value.
    pub fn try_get_as<V: DeserializeOwned>(&self, field: &str) -> Result<Option<V>> {
        let Some(raw) = self.raw_field(field)? else { return Ok(None) };
        let objects = self.open()?;
        let read = || context::decoding_for_user(&objects, || codec::decode(&raw));
        context::checking(read).map(Some).map_err(|fault| {
            let (class, object) = (self.try_class().unwrap_or_default(), self.uuid());
            Error::Invalid(format!("{class}.{field} of {object} is another type: {fault}"))
        })
    }

    /// A field's value as it would be stored; `None` if the object has no field of this name.
    #[doc(hidden)]
    pub fn raw_field(&self, field: &str) -> Result<Option<Vec<u8>>> {
        let fields = self.seen_cell()?.fields()?.named;
        Ok(fields.into_iter().find(|(name, _)| name == field).map(|(_, raw)| raw))
    }

    /// Changes a field, and publishes that: a [`Value`], a handle, or anything else that serde can
    /// write. Of an enum, `field` is the variant that it becomes.
    ///
    /// # Panics
    /// When the class can't take the value, and as [`Memo::write`] does; the object then stays as it
    /// was. See [`try_set`](Self::try_set).
    #[track_caller]
    pub fn set<V: Serialize>(&self, field: &str, value: V) {
        self.try_set(field, value).or_panic();
    }

    /// As [`set`](Self::set), with the failure as a value.
    #[track_caller]
    pub fn try_set<V: Serialize>(&self, field: &str, value: V) -> Result<()> {
        let cell = self.cell()?;
        let objects = cell.objects().clone();
        let what = || format!("the value of {field}");
        let place = Location::caller();
        cell.set_field(place, field, &mut || {
            let mut raw = Vec::new();
            let encode = || {
                codec::encode(&value, &mut raw)
                    .map_err(|fault| Error::Encode { what: what(), why: fault.to_string() })
            };
            let ((), gathered) = context::encoding(&objects, encode)?;
            objects.check_references(&raw, &gathered.references)?;
            Ok(raw)
        })
    }

    /// The handle of the object as one of a `T`; `None` if it is of another class.
    pub fn downcast<T: Class>(&self) -> Option<Memo<T>> {
        if let Inner::Live(hold) = &self.0
            && let Some(hold) = hold.as_any().downcast_ref::<Hold<T>>()
        {
            return Some(Memo::of_hold(hold.clone()));
        }
        // The cell of the right type, so that a wrong one finds it.
        let _cell = self.cell().ok()?;
        Memo::fetch_in(&self.objects()?, self.oid()).ok()
    }

    /// The object is of the class of `T`.
    pub fn is<T: Class>(&self) -> bool {
        self.downcast::<T>().is_some()
    }

    /// The object that a reference in one of this object's fields is to; `None` if that is not an
    /// object, or is gone.
    pub fn follow(&self, reference: &Reference) -> Result<Option<Self>> {
        let objects: Arc<Objects> = self.open()?;
        let payload = reference.ext().payload();
        let (objects, oid) = if reference.ext().kind() == STRONG {
            let Some((oid, _)) = oid_of_key(payload) else { return Ok(None) };
            (objects, oid)
        } else {
            let uuid = Uuid::from_slice(payload).ok();
            let Some((prefix, oid)) = uuid.and_then(PrefixId::of_uuid) else { return Ok(None) };
            match objects.neighbour(prefix)? {
                Some(objects) => (objects, oid),
                None => return Ok(None),
            }
        };
        match Self::of_oid(&objects, oid) {
            Ok(found) => Ok(Some(found)),
            Err(Error::NotFound { .. } | Error::Deleted { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The object as it was at a committed state.
    pub fn at(&self, state: u64) -> Result<Self> {
        Self::of_oid(&self.open()?.at(StateNum(state))?, self.oid())
    }

    /// The states in which the object changed, oldest first, as far back as the history goes.
    pub fn history(&self) -> Result<Vec<u64>> {
        let objects = self.open()?;
        history_of(&objects, self.oid())
    }
}

impl Objects {
    /// The cell of an object whose type is not known.
    pub(in crate::object) fn any_cell(&self, oid: Oid) -> Result<Arc<dyn AnyCell>> {
        self.check_not_closed()?;
        let missing = || Error::NotFound { class: "object".into(), uuid: self.uuid(oid) };
        let known = self.known_cell(oid);
        if known.as_ref().is_some_and(|cell| cell.is_gone()) {
            return Err(missing());
        }
        let class = self.exists(oid)?.ok_or_else(missing)?;
        if let Some(cell) = known {
            return Ok(cell);
        }
        // Where another process writes, the class may be newer than what is known here.
        if self.catalogue().newest(class).is_none() {
            self.catalogue().load(self.store())?;
        }
        if let Some(kind) = self.catalogue().rust_type(class)
            && let Some(cell) = Kind::cell(kind, self, oid)
        {
            let cell = cell?;
            if cell.class().id == class {
                return Ok(cell);
            }
        }
        let state = self.catalogue().untyped(class, Untyped::INFO);
        Ok(self.cell_or_new::<Untyped>(oid, &state))
    }

    /// The object of this number, of whatever class.
    #[doc(hidden)]
    pub fn any(self: &Arc<Self>, oid: u64) -> Result<AnyMemo> {
        AnyMemo::of_oid(self, Oid(oid))
    }

    /// The object of this uuid, if it is in this view.
    #[doc(hidden)]
    pub fn fetch_any(self: &Arc<Self>, uuid: Uuid) -> Result<AnyMemo> {
        match PrefixId::of_uuid(uuid) {
            Some((prefix, oid)) if prefix == self.store().prefix_id() => {
                self.seen().any_cell(oid)?;
                AnyMemo::of_oid(self, oid)
            }
            _ => Err(Error::NotFound { class: "object".into(), uuid }),
        }
    }

    /// What an encoded value refers to, where handles have told of `known`: those that a [`Value`] in
    /// it has are found in the bytes, and refused if nothing is there.
    pub(in crate::object) fn all_references(
        &self,
        raw: &[u8],
        known: Vec<Oid>,
    ) -> Result<Vec<Oid>> {
        if !codec::take_bare() {
            return Ok(known);
        }
        self.check_references(raw, &known)?;
        row::references_in(raw)
    }

    /// Refuses references in a value to what is not there. Handles in it (`known`) have been looked
    /// at already.
    pub(in crate::object) fn check_references(&self, raw: &[u8], known: &[Oid]) -> Result<()> {
        for oid in row::references_in(raw)?.into_iter().filter(|oid| !known.contains(oid)) {
            // A collection is no object; what is counted is there.
            if self.references_to(oid)? == 0 {
                self.check_alive(oid)?;
            }
        }
        Ok(())
    }
}

impl<T: Class> From<Memo<T>> for AnyMemo {
    fn from(memo: Memo<T>) -> Self {
        Self(match memo.0 {
            memo::Inner::Live(hold) => Inner::Live(Box::new(hold)),
            memo::Inner::Inside(inside) => Inner::Inside(inside),
        })
    }
}

impl<T: Class> From<&Memo<T>> for AnyMemo {
    fn from(memo: &Memo<T>) -> Self {
        memo.clone().into()
    }
}

impl Clone for AnyMemo {
    fn clone(&self) -> Self {
        match &self.0 {
            Inner::Live(hold) if context::goes_inside() => {
                let cell = hold.cell();
                Self(Inner::Inside(Inside::new(context::home_inside(cell.objects()), cell.oid())))
            }
            Inner::Live(hold) => Self(Inner::Live(hold.another())),
            Inner::Inside(inside) => {
                let live = || Self::of_oid(&inside.objects()?, inside.oid).ok();
                let stays = || Self(Inner::Inside(inside.clone_inside()));
                if context::stays_inside() { stays() } else { live().unwrap_or_else(stays) }
            }
        }
    }
}

impl PartialEq for AnyMemo {
    fn eq(&self, other: &Self) -> bool {
        self.oid() == other.oid() && self.uuid() == other.uuid()
    }
}

impl Eq for AnyMemo {}

impl<T> PartialEq<Memo<T>> for AnyMemo {
    fn eq(&self, other: &Memo<T>) -> bool {
        self.oid() == other.oid() && self.uuid() == other.uuid()
    }
}

impl Hash for AnyMemo {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.oid().0.hash(state);
    }
}

impl fmt::Debug for AnyMemo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyMemo({})", self.uuid())
    }
}
