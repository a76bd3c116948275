//! What the handles of all collections do in the same way.

use std::{panic::Location, sync::Arc};

use db0_runtime::{
    Result,
    object::{Anchor, Objects, RowWriter},
};

/// Where a collection settles that is stored nowhere yet.
fn home() -> Result<Arc<Objects>> {
    Ok(db0_runtime::current()?.objects().clone())
}

/// For changing a collection: takes the turn for the caller of the public method.
#[track_caller]
pub(crate) fn writer(anchor: &Anchor) -> Result<RowWriter> {
    anchor.writer(home, Location::caller())
}

/// Gives a collection the traits of a handle: `Clone`, `Default`, equality by identity, and being a
/// field or element. None of them asks anything of the element types.
macro_rules! handle {
    ($name:ident < $($element:ident),* >, $clone:literal) => {
        #[doc = $clone]
        impl<$($element),*> Clone for $name<$($element),*> {
            fn clone(&self) -> Self {
                Self::of_anchor(self.anchor.clone())
            }
        }

        impl<$($element),*> Default for $name<$($element),*> {
            fn default() -> Self {
                Self::new()
            }
        }

        /// By identity: two handles are equal when they are of the same collection.
        impl<$($element),*> PartialEq for $name<$($element),*> {
            fn eq(&self, other: &Self) -> bool {
                self.anchor == other.anchor
            }
        }

        impl<$($element),*> Eq for $name<$($element),*> {}

        /// Shows what it is and how long: elements may be many, and need not be `Debug`.
        impl<$($element),*> std::fmt::Debug for $name<$($element),*> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.try_len() {
                    Ok(len) => write!(f, "{}(len {len})", stringify!($name)),
                    Err(_) => f.write_str(concat!(stringify!($name), "(unreadable)")),
                }
            }
        }

        impl<$($element),*> crate::root::Collection for $name<$($element),*> {
            fn of_anchor(anchor: db0_runtime::object::Anchor) -> Self {
                Self::of_anchor(anchor)
            }
        }

        impl<$($element),*> serde::Serialize for $name<$($element),*> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.anchor.serialize(serializer)
            }
        }

        impl<'de, $($element),*> serde::Deserialize<'de> for $name<$($element),*> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read = db0_runtime::object::Anchor::deserialize(deserializer);
                let collection = read.map(Self::of_anchor)?;
                if db0_runtime::object::is_checking()
                    && let Err(
                        db0_runtime::Error::Corrupt { why, .. }
                        | db0_runtime::Error::Evolution { why, .. },
                    ) = collection.try_len()
                {
                    return Err(serde::de::Error::custom(why));
                }
                Ok(collection)
            }
        }
    };
}

pub(crate) use handle;
