//! A collection's place: nowhere while it is new and empty, then rows below an oid of a prefix.

use std::{
    fmt,
    panic::Location,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use uuid::Uuid;

use super::{
    context::{self, Encoding},
    hold::Token,
    inside::{Home, Inside},
    objects::Objects,
    plain::is_plain,
    reference::reference,
    rows::{self, RowReader, RowWriter},
};
use crate::{
    Error, Result,
    codec::{COLLECTION, RefExt},
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

/// What the live handles of a collection share.
pub(super) struct Anchored {
    /// None while the collection is new, empty, and stored nowhere.
    place: OnceLock<Place>,
    /// The epoch in which it got its place: until the next freeze, all its rows are in one layer.
    born: AtomicU64,
    /// Nothing but handles held the collection when it was last looked at.
    unheld: AtomicBool,
}

#[derive(Clone)]
struct Place {
    objects: Arc<Objects>,
    oid: Oid,
    _token: Token,
}

impl Anchored {
    fn of(objects: Arc<Objects>, oid: Oid) -> Self {
        let token = Token::new(objects.shared());
        Self {
            place: OnceLock::from(Place { objects, oid, _token: token }),
            born: AtomicU64::new(0),
            unheld: AtomicBool::new(false),
        }
    }

    pub(super) fn set_unheld(&self, unheld: bool) {
        self.unheld.store(unheld, Ordering::SeqCst);
    }

    /// Gives the collection a number among these objects. The caller has the turn.
    fn settle(self: &Arc<Self>, objects: &Arc<Objects>) -> Result<Place> {
        if let Some(place) = self.place.get() {
            return Ok(place.clone());
        }
        objects.check_writable()?;
        let place = self.place.get_or_init(|| {
            let token = Token::new(objects.shared());
            // Before the oid: a freeze in between makes it older than it is, which is safe.
            self.born.store(objects.shared().epoch(), Ordering::Relaxed);
            let oid = objects.store().new_oid();
            objects.anchored(oid, self);
            self.set_unheld(true);
            Place { objects: objects.clone(), oid, _token: token }
        });
        Ok(place.clone())
    }
}

impl Drop for Anchored {
    fn drop(&mut self) {
        if self.unheld.load(Ordering::SeqCst)
            && let Some(place) = self.place.get_mut()
        {
            place.objects.dropped(place.oid);
        }
    }
}

impl Anchor {
    /// A new, empty collection that is stored nowhere yet.
    pub fn fresh() -> Self {
        Self(Inner::Live(Arc::new(Anchored {
            place: OnceLock::new(),
            born: AtomicU64::new(0),
            unheld: AtomicBool::new(false),
        })))
    }

    /// A new, empty collection of these objects. The caller has the turn.
    pub(super) fn settled(objects: &Arc<Objects>) -> Result<(Self, Oid)> {
        let new = Self::fresh();
        let Inner::Live(live) = &new.0 else { unreachable!("it is in the user's hands") };
        let oid = live.settle(objects)?.oid;
        Ok((new, oid))
    }

    /// The collection of this number.
    pub(crate) fn of_oid(objects: &Arc<Objects>, oid: Oid) -> Self {
        let live = objects.anchor(oid, || Arc::new(Anchored::of(objects.clone(), oid)));
        Self(Inner::Live(live))
    }

    fn place(&self) -> Option<(Arc<Objects>, Oid)> {
        match &self.0 {
            Inner::Live(live) => live.place.get().map(|place| (place.objects.clone(), place.oid)),
            Inner::Inside(inside) => inside.objects().map(|objects| (objects, inside.oid)),
        }
    }

    /// For reading rows; `None` if the collection is new and empty.
    pub fn reader(&self) -> Result<Option<RowReader>> {
        match (self.place(), &self.0) {
            (Some((objects, oid)), _) => {
                objects.shared().check_open()?;
                objects.follow()?;
                Ok(Some(RowReader::new(objects, oid)))
            }
            (None, Inner::Live(_)) => Ok(None),
            (None, Inner::Inside(_)) => Err(closed()),
        }
    }

    /// For writing rows, with the turn. A collection that is stored nowhere yet gets its place in
    /// the prefix that `current` gives.
    pub fn writer(
        &self,
        current: impl FnOnce() -> Result<Arc<Objects>>,
        place: &'static Location<'static>,
    ) -> Result<RowWriter> {
        let (objects, known) = match (self.place(), &self.0) {
            (Some((objects, oid)), _) => (objects, Some(oid)),
            (None, Inner::Live(_)) => (current()?, None),
            (None, Inner::Inside(_)) => return Err(closed()),
        };
        objects.check_writable()?;
        let turn = objects.shared().take_turn(place)?;
        let oid = match (known, &self.0) {
            (Some(oid), _) => oid,
            (None, Inner::Live(live)) => live.settle(&objects)?.oid,
            (None, Inner::Inside(_)) => return Err(closed()),
        };
        let born = match &self.0 {
            Inner::Live(live) => live.born.load(Ordering::Relaxed),
            Inner::Inside(_) => 0,
        };
        Ok(RowWriter::new(RowReader::new(objects, oid), turn, born))
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
        match &self.0 {
            Inner::Live(live) => match live.place.get() {
                Some(Place { objects, oid, .. }) => {
                    rows::edit_plain(objects, *oid, place, key, element, edit)
                }
                None => Ok(false),
            },
            Inner::Inside(inside) => {
                let objects = inside.objects().ok_or_else(closed)?;
                rows::edit_plain(&objects, inside.oid, place, key, element, edit)
            }
        }
    }

    /// The collection's identity, once it is stored.
    pub fn uuid(&self) -> Option<Uuid> {
        self.place().map(|(objects, oid)| objects.uuid(oid))
    }

    /// Tells the value that is being encoded of this reference, and gives the collection its place.
    fn refer(&self, context: &mut Encoding) -> Result<Oid> {
        let here = context.objects().clone();
        let (there, oid) = match &self.0 {
            Inner::Live(live) => {
                let place = live.settle(&here)?;
                (place.objects, place.oid)
            }
            Inner::Inside(_) => self.place().ok_or_else(closed)?,
        };
        if here.store().prefix_id() != there.store().prefix_id() {
            return Err(Error::CrossPrefix {
                from: here.name().into(),
                to: there.name().into(),
                target: there.uuid(oid),
            });
        }
        let is_users = match &self.0 {
            Inner::Live(_) => true,
            Inner::Inside(inside) => inside.is_of_draft(),
        };
        context.add(oid, is_users);
        Ok(oid)
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
                Some((objects, oid)) => Self(Inner::Inside(Inside::new(Home::of(&objects), oid))),
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
