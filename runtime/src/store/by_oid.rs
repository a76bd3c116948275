//! Hash maps and sets by oid.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

use super::num::Oid;

/// Things by the oids that they belong to.
pub(super) type ByOid<V> = HashMap<Oid, V, BuildHasherDefault<OidHasher>>;

/// Some oids.
pub(crate) type OidSet = HashSet<Oid, BuildHasherDefault<OidHasher>>;

/// Spreads oids, which are counted up and chosen by nobody: one multiplication is enough.
#[derive(Default)]
pub(crate) struct OidHasher(u64);

impl Hasher for OidHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        // 2^64 over the golden ratio: neighbours end up far apart.
        let mixed = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
