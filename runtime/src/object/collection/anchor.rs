//! A collection's place: nowhere while it is new and empty, then rows below an oid of a prefix.

use std::{fmt, panic::Location, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use uuid::Uuid;

use super::{
    default_of::DefaultOf,
    place::Anchored,
    row_writer::RowWriter,
    rows::{self, RowReader},
    rows_short,
};
use crate::{
    Error, Result,
    codec::{
        COLLECTION, RefExt, is_codec,
        key::{IntoKey, Key},
    },
    object::{
        handles::{
            context::{self, Encoding},
            handle::Handle,
            inside::Inside,
            reference::reference,
        },
        loading::plain::is_plain,
        objects::Objects,
        untyped::export,
    },
    store::{Oid, oid_of_key},
};

/// What every handle of a collection is made of. A clone is a handle of the same collection.
pub struct Anchor(Inner);

enum Inner {
    /// In the user's hands.
    Live(Arc<Anchored>),
    /// Part of a stored value.
    Inside(Inside),
}

impl Anchor {
    /// A new, empty collection that is stored nowhere yet. One that is made while an object is read
    /// is what a field has by default.
    pub fn fresh() -> Self {
        Self(Inner::Live(DefaultOf::next().unwrap_or_else(Anchored::fresh)))
    }

    /// A new, empty collection of these objects. The caller has the turn.
    pub(in crate::object) fn settled(objects: &Arc<Objects>) -> Result<(Self, Oid)> {
        let new = Self::fresh();
        let Inner::Live(live) = &new.0 else { unreachable!("it is in the user's hands") };
        let oid = live.settle(objects)?.oid;
        Ok((new, oid))
    }

    /// The collection of this number.
    pub(crate) fn of_oid(objects: &Arc<Objects>, oid: Oid) -> Self {
        let objects = objects.lasting();
        let live = objects.anchor(oid, || Arc::new(Anchored::of(objects.clone(), oid)));
        Self(Inner::Live(live))
    }

    /// Gives its place to `run`, if it has one.
    #[inline]
    fn with_place<R>(
        &self,
        run: impl FnOnce(&Arc<Objects>, Oid) -> Result<R>,
    ) -> Result<Option<R>> {
        match &self.0 {
            Inner::Live(live) => {
                live.with(|place| place.map(|place| run(&place.objects, place.oid)).transpose())
            }
            Inner::Inside(inside) => {
                let objects = inside.objects().ok_or_else(closed)?;
                run(&objects, inside.oid).map(Some)
            }
        }
    }

    fn place(&self) -> Option<(Arc<Objects>, Oid)> {
        self.with_place(|objects, oid| Ok((objects.clone(), oid))).ok().flatten()
    }

    /// For reading rows; `None` if the collection is new and empty.
    pub fn reader(&self) -> Result<Option<RowReader>> {
        self.with_reader(|reader| Ok(reader.clone()))
    }

    /// Gives what [`reader`](Self::reader) does to `read`: for a look that is soon over.
    #[inline]
    pub fn with_reader<R>(&self, read: impl FnOnce(&RowReader) -> Result<R>) -> Result<Option<R>> {
        match &self.0 {
            Inner::Live(live) => {
                live.with(|place| place.map(|place| seen(place, read)).transpose())
            }
            Inner::Inside(inside) => {
                let objects = inside.objects().ok_or_else(closed)?;
                seen(&RowReader::new(objects, inside.oid), read).map(Some)
            }
        }
    }

    /// Runs `read`, which looks at these collections and may run the user's code, so that all it sees of
    /// them is of one moment: again, if something was published in between.
    pub fn in_one_moment<R, const N: usize>(
        anchors: [&Self; N],
        read: impl FnMut() -> Result<R>,
    ) -> Result<R> {
        let stamp = || anchors.map(|anchor| anchor.with_reader(|reader| Ok(reader.stamp())).ok());
        let places = || {
            let places = anchors.iter().filter_map(|anchor| anchor.place());
            let going = places.map(|(objects, _)| objects).filter(|objects| !objects.is_past());
            let mut going: Vec<_> = going.collect();
            going.sort_by_key(Arc::as_ptr);
            going.dedup_by(|a, b| Arc::ptr_eq(a, b));
            going
        };
        rows::in_one_moment(stamp, places, read)
    }

    /// For writing rows, with the turn. A collection that is stored nowhere yet gets its place in
    /// the prefix that `current` gives.
    pub fn writer(
        &self,
        current: impl FnOnce() -> Result<Arc<Objects>>,
        place: &'static Location<'static>,
    ) -> Result<RowWriter> {
        let objects = match (self.place(), &self.0) {
            (Some((objects, _)), _) => objects,
            (None, Inner::Live(live)) => match live.default_of() {
                Some(object) => object.objects()?,
                None => current()?,
            },
            (None, Inner::Inside(_)) => return Err(closed()),
        };
        let turn = objects.take_turn(place)?;
        // Only who has the turn can tell: others may have moved it while this thread waited.
        let (objects, oid) = match &self.0 {
            Inner::Live(live) => {
                let place = live.settle(&objects)?;
                live.have_written()?;
                (place.objects, place.oid)
            }
            Inner::Inside(inside) => (objects, inside.oid),
        };
        Ok(RowWriter::new(RowReader::new(objects, oid), turn))
    }

    /// Changes a row and the header as [`RowWriter::edit`] does, for an element that refers to
    /// nothing and has no code of its own: the short way for what is done most often. `edit` gets
    /// the element's bytes first; false, and nothing is done, where the longer way is needed.
    pub fn edit_plain<T: Serialize>(
        &self,
        place: &'static Location<'static>,
        key: &[u8],
        element: &T,
        edit: impl FnOnce(&[u8], &mut Vec<u8>, &mut Vec<u8>) -> bool,
    ) -> Result<bool> {
        if !is_plain::<T>() {
            return Ok(false);
        }
        self.in_turn(place, |at| Ok(rows_short::edit(at, key, element, edit)))
    }

    /// Puts an element as [`RowWriter::upsert`] does, where it and its key, of at most `key_max`
    /// bytes, refer to nothing and have no code of their own. `make` gets the row that is there, the
    /// element's bytes, the header, and where to write the row; false as in
    /// [`edit_plain`](Self::edit_plain).
    pub fn upsert_plain<K: Key, V: Serialize>(
        &self,
        place: &'static Location<'static>,
        key: (&impl IntoKey<K>, usize),
        element: &V,
        make: impl FnOnce(Option<&[u8]>, &[u8], &mut Vec<u8>, &mut Vec<u8>) -> bool,
    ) -> Result<bool> {
        if !K::PLAIN || !is_plain::<V>() {
            return Ok(false);
        }
        self.in_turn(place, |at| rows_short::upsert(at, key, element, make))
    }

    /// Inserts an element whose key, of at most `key_max` bytes, is followed by the number of the
    /// object that `handle` is of, if there is none yet; the key may refer to nothing and have no code
    /// of its own. `make` gets the bytes of the handle, the header, and where to write the row. Gives
    /// whether it was new; none, and nothing is done, where the longer way is needed.
    pub fn insert_referring<K: Key, H: Handle>(
        &self,
        place: &'static Location<'static>,
        key: (&impl IntoKey<K>, usize),
        handle: &H,
        make: impl FnOnce(&[u8], &mut Vec<u8>, &mut Vec<u8>) -> bool,
    ) -> Result<Option<bool>> {
        if !K::PLAIN {
            return Ok(None);
        }
        self.in_turn(place, |at| rows_short::insert_referring(at, key, handle, make))
    }

    /// Runs `write` with the turn; nothing is done if the collection has no place, or another one by
    /// then.
    fn in_turn<R: Default>(
        &self,
        place: &'static Location<'static>,
        write: impl FnOnce((&Arc<Objects>, Oid)) -> Result<R>,
    ) -> Result<R> {
        let done = self.with_place(|objects, oid| {
            let _turn = objects.borrow_turn(place)?;
            // Others may have moved it while this thread waited.
            let stayed = match &self.0 {
                Inner::Live(live) => live.with(|now| {
                    now.is_some_and(|now| now.oid == oid && Arc::ptr_eq(&now.objects, objects))
                        && live.default_of().is_none_or(DefaultOf::is_written)
                }),
                Inner::Inside(_) => true,
            };
            if stayed { write((objects, oid)) } else { Ok(R::default()) }
        })?;
        Ok(done.unwrap_or_default())
    }

    /// The collection's identity, once it is stored.
    pub fn uuid(&self) -> Option<Uuid> {
        self.place().map(|(objects, oid)| objects.uuid(oid))
    }

    /// Tells the value that is being encoded of this reference, and gives the collection its place.
    fn refer(&self, context: &mut Encoding) -> Result<Oid> {
        let here = context.objects().clone();
        let oid = match &self.0 {
            Inner::Live(live) => live.settle_in(&here)?.oid,
            Inner::Inside(inside) => {
                let there = inside.objects().ok_or_else(closed)?;
                if here.store().prefix_id() != there.store().prefix_id() {
                    return Err(Error::CollectionElsewhere {
                        from: here.name().into(),
                        to: there.name().into(),
                        target: there.uuid(inside.oid),
                    });
                }
                inside.oid
            }
        };
        if let Some((there, _)) = self.place()
            && there.is_past()
            && here.references_to(oid)? == 0
        {
            return Err(Error::Deleted { class: "the collection".into(), uuid: here.uuid(oid) });
        }
        let is_users = match &self.0 {
            Inner::Live(live) if live.default_of().is_some() => {
                context.add_default(oid);
                return Ok(oid);
            }
            Inner::Live(_) => true,
            Inner::Inside(inside) => inside.is_of_draft(),
        };
        context.add(oid, is_users);
        Ok(oid)
    }
}

/// Gives the rows of a place, as this thread sees them now, to `read`.
#[inline]
fn seen<R>(place: &RowReader, read: impl FnOnce(&RowReader) -> Result<R>) -> Result<R> {
    place.objects.refuse_closed()?;
    match place.objects.held() {
        None => {
            place.objects.follow()?;
            read(place)
        }
        Some(then) => {
            then.follow()?;
            read(&RowReader::new(then, place.oid))
        }
    }
}

fn closed() -> Error {
    Error::Closed { what: "the workspace of this collection".into() }
}

impl Default for Anchor {
    fn default() -> Self {
        Self::fresh()
    }
}

impl Clone for Anchor {
    fn clone(&self) -> Self {
        match &self.0 {
            Inner::Live(_) if context::goes_inside() => match self.place() {
                Some((objects, oid)) => {
                    Self(Inner::Inside(Inside::new(context::home_inside(&objects), oid)))
                }
                None => Self::fresh(),
            },
            Inner::Live(live) => Self(Inner::Live(live.clone())),
            Inner::Inside(inside) => match inside.objects() {
                Some(objects) if !context::stays_inside() => Self::of_oid(&objects, inside.oid),
                _ => Self(Inner::Inside(inside.clone_inside())),
            },
        }
    }
}

impl PartialEq for Anchor {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Inner::Live(a), Inner::Live(b)) if Arc::ptr_eq(a, b) => true,
            _ => self.uuid().is_some_and(|uuid| other.uuid() == Some(uuid)),
        }
    }
}

impl fmt::Debug for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.uuid() {
            Some(uuid) => write!(f, "Anchor({uuid})"),
            None => f.write_str("Anchor(new)"),
        }
    }
}

impl Serialize for Anchor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !is_codec::<S::Error>() && export::is_exporting() {
            let reader = self.reader().map_err(ser::Error::custom)?;
            return export::collection(reader, serializer);
        }
        match context::refer(|context| self.refer(context)) {
            Some(Ok(oid)) => reference(COLLECTION, oid).serialize(serializer),
            Some(Err(text)) => Err(ser::Error::custom(text)),
            None => {
                Err(ser::Error::custom("a collection can only be stored by db0: copy its contents"))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Anchor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(home) = context::decoded_for() else {
            return Err(de::Error::custom("a collection can only be read by db0"));
        };
        let reference = RefExt::deserialize(deserializer)?;
        let oid =
            (reference.kind() == COLLECTION).then(|| oid_of_key(reference.payload())).flatten();
        let (oid, _) =
            oid.ok_or_else(|| de::Error::custom("this is not a reference to a collection"))?;
        Ok(match context::handed_out_from() {
            Some(objects) => Self::of_oid(&objects, oid),
            None => Self(Inner::Inside(Inside::new(home, oid))),
        })
    }
}
