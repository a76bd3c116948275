//! Handles as serde values: references that the runtime finds in any row without its type.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use uuid::Uuid;

use super::{
    context::{self, Encoding},
    inside::Home,
    memo::Memo,
    weak::WeakMemo,
};
use crate::{
    Error, Result,
    class::Class,
    codec::{Homes, RefExt, STRONG, WEAK, is_codec},
    object::{objects::Objects, untyped::export},
    store::{Oid, PrefixId, oid_key, take_ordered},
};

/// How values that are not typed know whose references are in them.
pub(in crate::object) fn homes() -> Homes {
    Homes {
        read_from: || {
            let objects = context::decoded_for().and_then(|home| home.objects());
            objects.map_or(0, |objects| objects.store().prefix_id().0)
        },
        check: |home, reference| {
            let home = PrefixId(home);
            let refused = context::refer(|context| {
                let here = context.objects();
                let stays = reference.kind() == WEAK || home == here.store().prefix_id();
                match take_ordered(&mut reference.payload()) {
                    Some(oid) if !stays => Err(Error::CrossPrefix {
                        from: here.name().into(),
                        to: here
                            .open_neighbour(home)
                            .map_or("?".into(), |there| there.name().into()),
                        target: home.uuid(Oid(oid)),
                    }),
                    _ => Ok(()),
                }
            });
            refused.unwrap_or(Ok(()))
        },
    }
}

/// A reference within a prefix.
pub(in crate::object) fn reference(kind: u8, oid: Oid) -> RefExt {
    RefExt::from_parts(kind, oid_key(oid).as_bytes())
        .unwrap_or_else(|| unreachable!("nine bytes and a constant"))
}

/// What a strong reference says: the oid, within the prefix that it is stored in.
pub(in crate::object) fn strong(oid: Oid) -> RefExt {
    reference(STRONG, oid)
}

/// Refuses a strong reference that can't be stored `here`.
pub(in crate::object) fn check_reference(
    (target, oid): (Option<&Arc<Objects>>, Oid),
    is_users: bool,
    check_alive: impl FnOnce() -> Result<()>,
    here: &Arc<Objects>,
) -> Result<()> {
    let closed = || Error::Closed { what: "the workspace of a stored handle".into() };
    let there = target.ok_or_else(closed)?;
    if here.store().prefix_id() != there.store().prefix_id() {
        let (from, to) = (here.name().into(), there.name_from(here));
        return Err(Error::CrossPrefix { from, to, target: there.uuid(oid) });
    }
    if is_users {
        // The user may still have handles of what is deleted, or was undone.
        check_alive()?;
        if !Arc::ptr_eq(here, there) {
            // It may have been deleted since the state that the handle is of.
            here.check_alive(oid)?;
        }
    }
    Ok(())
}

pub(in crate::object) fn refer_strongly(
    target: (Option<&Arc<Objects>>, Oid),
    is_users: bool,
    check_alive: impl FnOnce() -> Result<()>,
    context: &mut Encoding,
) -> Result<()> {
    check_reference(target, is_users, check_alive, context.objects())?;
    context.add(target.1, is_users);
    Ok(())
}

/// Writes a strong handle: as a reference, or as text where something else than db0 wants it.
pub(in crate::object) fn serialize<S: Serializer>(
    target: (Option<&Arc<Objects>>, Oid),
    is_users: bool,
    check_alive: impl FnOnce() -> Result<()>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let oid = target.1;
    let uuid = || target.0.map_or_else(Uuid::nil, |objects| objects.uuid(oid));
    match context::refer(|context| refer_strongly(target, is_users, check_alive, context)) {
        Some(Ok(())) => strong(oid).serialize(serializer),
        Some(Err(text)) => Err(ser::Error::custom(text)),
        None if serializer.is_human_readable() => uuid().serialize(serializer),
        None => Err(ser::Error::custom("a handle can only be stored by db0, or written as text")),
    }
}

/// Reads a strong handle: whose it is, and to what.
pub(in crate::object) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<(Home, Oid), D::Error> {
    let Some(home) = context::decoded_for() else {
        return Err(de::Error::custom(
            "a handle can only be read by db0: keep its uuid, and fetch it",
        ));
    };
    let reference = RefExt::deserialize(deserializer)?;
    let oid = (reference.kind() == STRONG)
        .then(|| take_ordered(&mut reference.payload()))
        .flatten()
        .ok_or_else(|| de::Error::custom("this is not a reference to an object"))?;
    Ok((home, Oid(oid)))
}

impl<T: Class> Serialize for Memo<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !is_codec::<S::Error>() && export::is_exporting() {
            return export::object(self, serializer);
        }
        self.with_objects(|objects| {
            let target = (objects, self.oid());
            serialize(target, self.is_users(), || self.check_alive(), serializer)
        })
    }
}

impl<'de, T: Class> Deserialize<'de> for Memo<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (home, oid) = deserialize(deserializer)?;
        match context::handed_out_from() {
            Some(objects) => Self::of_oid(&objects, oid).map_err(de::Error::custom),
            None => Ok(Self::inside(home, oid)),
        }
    }
}

impl<T: Class> Serialize for WeakMemo<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let note = |context: &mut Encoding| {
            context.note_live();
            Ok(())
        };
        match context::refer(note) {
            Some(_) => RefExt::new(WEAK, self.uuid().into_bytes()).serialize(serializer),
            None if serializer.is_human_readable() => self.uuid().serialize(serializer),
            None => {
                Err(ser::Error::custom("a handle can only be stored by db0, or written as text"))
            }
        }
    }
}

impl<'de, T: Class> Deserialize<'de> for WeakMemo<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(home) = context::decoded_for() else {
            return Err(de::Error::custom(
                "a handle can only be read by db0: keep its uuid, and fetch it",
            ));
        };
        let reference = RefExt::deserialize(deserializer)?;
        let uuid = (reference.kind() == WEAK)
            .then(|| Uuid::from_slice(reference.payload()).ok())
            .flatten();
        let damaged = || de::Error::custom("this is not a weak reference");
        let (prefix, oid) = uuid.and_then(PrefixId::of_uuid).ok_or_else(damaged)?;
        Ok(Self::inside(home, prefix, oid))
    }
}
