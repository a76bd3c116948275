//! Which prefix a reference in a value was read from: it means another object in another one.

use std::sync::OnceLock;

use crate::codec::reference::RefExt;

/// What those above the codec know, who read and write values: asked where there is a reference.
pub(crate) struct Homes {
    /// The prefix of the value that is being read on this thread; 0 if that is not known.
    pub(crate) read_from: fn() -> u64,
    /// Refuses to write a reference that was read from this prefix, and says why.
    pub(crate) check: fn(u64, &RefExt) -> Result<(), String>,
}

static HOMES: OnceLock<Homes> = OnceLock::new();

/// From now on these are asked, if there were none before.
pub(crate) fn set_homes(homes: Homes) {
    // Another workspace has set the same.
    let _ = HOMES.set(homes);
}

pub(super) fn read_from() -> u64 {
    HOMES.get().map_or(0, |homes| (homes.read_from)())
}

pub(super) fn check(home: u64, reference: &RefExt) -> Result<(), String> {
    match HOMES.get() {
        Some(homes) if home != 0 => (homes.check)(home, reference),
        _ => Ok(()),
    }
}
