//! Recognises one concrete type behind a type parameter, and gives the value back as that type.
#![expect(
    unsafe_code,
    reason = "serde hands out values as `T: Serialize`, which has no safe downcast: `Any` needs 'static"
)]

use std::{
    any::TypeId,
    mem::{self, ManuallyDrop},
    ptr,
    time::SystemTime,
};

use uuid::Uuid;

/// A type without any lifetime in it.
///
/// # Safety
/// `typeid::of` ignores lifetimes, so an equal id means an equal type only when there is none to
/// ignore: never implement this for a reference, or for a type with a lifetime parameter.
pub(crate) unsafe trait Lifetimeless: 'static {}

// SAFETY: neither type has a lifetime parameter.
unsafe impl Lifetimeless for SystemTime {}
// SAFETY: as above.
unsafe impl Lifetimeless for Uuid {}
// SAFETY: as above.
#[cfg(feature = "chrono")]
unsafe impl Lifetimeless for chrono::DateTime<chrono::FixedOffset> {}
// SAFETY: `Option` adds no lifetime to what it holds.
unsafe impl<U: Lifetimeless> Lifetimeless for Option<U> {}

/// `value` as a `U`, if that is what it is.
#[inline]
pub(crate) fn same_type<T: ?Sized, U: Lifetimeless>(value: &T) -> Option<&U> {
    if typeid::of::<T>() != TypeId::of::<U>() {
        return None;
    }
    // SAFETY: equal ids mean that T is U but for lifetimes, and `Lifetimeless` says that U has
    // none; so this reborrows the value at its own type, for as long as it was borrowed before.
    Some(unsafe { &*ptr::from_ref(value).cast::<U>() })
}

/// What `value` refers to, if it is a `&U`.
#[inline]
pub(crate) fn same_target<T: ?Sized, U: Lifetimeless>(value: &T) -> Option<&U> {
    if typeid::of::<T>() != TypeId::of::<&'static U>() {
        return None;
    }
    // SAFETY: equal ids mean that T is `&'a U` for some 'a, since U has no lifetime of its own.
    // A `&'v &'a U` exists only where 'a outlives 'v, so what it points to may be lent for 'v.
    Some(unsafe { *ptr::from_ref(value).cast::<&U>() })
}

/// `value` as a `T`, if that is the same type.
#[inline]
pub(crate) fn same_type_owned<U: Lifetimeless, T>(value: U) -> Option<T> {
    if typeid::of::<T>() != TypeId::of::<U>() {
        return None;
    }
    let value = ManuallyDrop::new(value);
    // SAFETY: equal ids and `Lifetimeless` make T and U one type, so size, alignment and validity
    // agree; `ManuallyDrop` leaves the copy as the only owner.
    Some(unsafe { mem::transmute_copy::<U, T>(&value) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_type_is_recognised() {
        let time = SystemTime::UNIX_EPOCH;
        assert_eq!(same_type::<_, SystemTime>(&time), Some(&time));
        assert_eq!(same_type::<_, Uuid>(&time), None);
        assert_eq!(same_type::<_, SystemTime>(&Some(time)), None);
        assert_eq!(same_type::<_, Option<SystemTime>>(&Some(time)), Some(&Some(time)));
        assert_eq!(same_type::<str, SystemTime>("text"), None);
    }

    #[test]
    fn a_reference_lends_no_longer_than_it_was_borrowed() {
        let uuid = Uuid::from_u128(7);
        let found = {
            let borrowed = &uuid;
            *same_target::<&Uuid, Uuid>(&borrowed).expect("it is a &Uuid")
        };
        assert_eq!(found, uuid);
        assert_eq!(same_target::<Uuid, Uuid>(&uuid), None);
        assert_eq!(same_target::<&&Uuid, Uuid>(&&&uuid), None);
    }

    #[test]
    fn a_value_changes_hands_as_itself() {
        let time = SystemTime::UNIX_EPOCH;
        assert_eq!(same_type_owned::<SystemTime, SystemTime>(time), Some(time));
        assert_eq!(same_type_owned::<Option<Uuid>, Option<Uuid>>(None), Some(None));
        assert!(same_type_owned::<SystemTime, Uuid>(time).is_none());
        assert!(same_type_owned::<SystemTime, &str>(time).is_none());
    }
}
