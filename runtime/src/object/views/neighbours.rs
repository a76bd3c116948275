//! Other prefixes of a workspace, as they are seen from the objects of one: where references lead that
//! leave it.

use std::sync::{Arc, Weak};

use crate::{
    Result,
    object::objects::Objects,
    store::{Pin, PrefixId, StateNum},
};

/// The states of several prefixes that belong together, in one snapshot.
pub(in crate::object) type Together = Arc<[Part]>;

/// One of them. It must not keep the others' objects, which keep this one.
pub(in crate::object) struct Part {
    prefix: PrefixId,
    state: StateNum,
    objects: Weak<Objects>,
    _pin: Pin,
}

impl Objects {
    /// These are the parts of one snapshot: references from one lead into the others.
    #[doc(hidden)]
    pub fn bind(parts: &[Arc<Self>]) -> Result<()> {
        let [_, _, ..] = parts else { return Ok(()) };
        let part = |objects: &Arc<Self>| {
            let (store, state) = (objects.store(), StateNum(objects.state()));
            let (prefix, pin) = (store.prefix_id(), store.pin(state)?);
            Ok(Part { prefix, state, objects: Arc::downgrade(objects), _pin: pin })
        };
        let together: Together = parts.iter().map(part).collect::<Result<_>>()?;
        for objects in parts {
            // Whoever came first had the same in mind.
            let _ = objects.together.set(together.clone());
        }
        Ok(())
    }

    /// The prefix's name as another one calls it.
    pub(in crate::object) fn name_from(&self, other: &Self) -> String {
        if !Arc::ptr_eq(self.shared(), other.shared()) {
            return format!("{} of {}", self.name(), self.shared().config.root.display());
        }
        let is_closed = self.check_not_closed().is_err();
        format!("{}{}", self.name(), if is_closed { " (closed)" } else { "" })
    }

    /// The objects of another prefix of the workspace, if it is open; of this one, this view.
    pub(in crate::object) fn open_neighbour(&self, prefix: PrefixId) -> Option<Arc<Self>> {
        if prefix == self.store().prefix_id() {
            return Some(self.me());
        }
        self.shared().open.read().get(&prefix).cloned()
    }

    /// The objects of a prefix of the workspace: as this view's snapshot has them, if it is of that one
    /// too; of one that is not open, for reading. None if there is no such prefix.
    pub(in crate::object) fn neighbour(&self, prefix: PrefixId) -> Result<Option<Arc<Self>>> {
        let together = self.together.get().filter(|_| prefix != self.store().prefix_id());
        let part = together.and_then(|together| together.iter().find(|part| part.prefix == prefix));
        if let Some(objects) = part.and_then(|part| part.objects.upgrade()) {
            return Ok(Some(objects));
        }
        let is_here = prefix == self.store().prefix_id();
        let found = if is_here { Some(self.me()) } else { self.shared().objects_of(prefix)? };
        match (found, part) {
            (Some(found), Some(part)) => {
                let then = found.at(part.state)?;
                if let Some(together) = together {
                    let _ = then.together.set(together.clone());
                }
                Ok(Some(then))
            }
            (found, _) => Ok(found),
        }
    }
}
