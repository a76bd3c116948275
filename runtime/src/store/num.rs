//! A type for every number that travels.

use std::fmt;

use uuid::Uuid;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(pub(crate) $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// A committed version of a prefix; the first commit makes state 1.
    StateNum(u64)
);
number!(
    /// An object or collection within its prefix: counted up, never used twice.
    Oid(u64)
);
number!(
    /// A class within its prefix.
    ClassId(u32)
);
number!(
    /// A tag within its prefix; class memberships are tags too.
    TagId(u32)
);
number!(
    /// Something that is kept of a class's fields; counted together with tags.
    IndexId(u32)
);
number!(
    /// 58 random bits that tell prefixes apart.
    PrefixId(u64)
);

impl TagId {
    /// Borne by objects that only a handle held at the last commit.
    pub(crate) const ORPHANS: Self = Self(0);
}

impl StateNum {
    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl PrefixId {
    const BITS: u32 = 58;

    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4().as_u64_pair().1 & ((1 << Self::BITS) - 1))
    }

    pub(super) fn is_possible(self) -> bool {
        self.0 >> Self::BITS == 0
    }

    /// The uuid (version 8) of an object: both numbers stand in it, so no index is needed to find
    /// an object by its uuid.
    ///
    /// ```text
    /// bits 0..48   prefix id, high 48      bits 64..66  variant (10)
    /// bits 48..52  version (8)             bits 66..128 oid, low 62
    /// bits 52..62  prefix id, low 10
    /// bits 62..64  oid, high 2
    /// ```
    pub(crate) fn uuid(self, oid: Oid) -> Uuid {
        let high = (self.0 >> 10) << 16 | 8 << 12 | (self.0 & 0x3ff) << 2 | oid.0 >> 62;
        let low = 0b10 << 62 | oid.0 & (u64::MAX >> 2);
        Uuid::from_u64_pair(high, low)
    }

    /// The numbers in a uuid, if it is one of ours.
    pub(crate) fn of_uuid(uuid: Uuid) -> Option<(Self, Oid)> {
        let (high, low) = uuid.as_u64_pair();
        let ours = high >> 12 & 0xf == 8 && low >> 62 == 0b10;
        ours.then(|| {
            let prefix = (high >> 16) << 10 | high >> 2 & 0x3ff;
            let oid = (high & 0b11) << 62 | low & (u64::MAX >> 2);
            (Self(prefix), Oid(oid))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn uuids_carry_prefix_and_oid(prefix in 0..1u64 << 58, oid: u64) {
            let uuid = PrefixId(prefix).uuid(Oid(oid));
            prop_assert_eq!(uuid.get_version_num(), 8);
            prop_assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
            prop_assert_eq!(PrefixId::of_uuid(uuid), Some((PrefixId(prefix), Oid(oid))));
        }
    }

    #[test]
    fn foreign_uuids_are_recognised() {
        assert_eq!(PrefixId::of_uuid(Uuid::new_v4()), None);
        assert_eq!(PrefixId::of_uuid(Uuid::nil()), None);
    }
}
