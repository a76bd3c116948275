//! Hash sets of oids.

use std::{
    collections::HashSet,
    hash::{BuildHasherDefault, Hasher},
};

use super::num::Oid;

/// Some oids.
pub(crate) type OidSet = HashSet<Oid, BuildHasherDefault<OidHasher>>;

/// So many low bits of an oid are where it stands among its neighbours.
const TOGETHER: u32 = 4;

/// Spreads oids, which are counted up and chosen by nobody: one multiplication is enough. Neighbours
/// stay together, a few at a time: what was made together is often met together.
#[derive(Default)]
pub(crate) struct OidHasher(u64);

impl Hasher for OidHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        let number = self.0 ^ number;
        let (block, place) = (number >> TOGETHER, number & ((1 << TOGETHER) - 1));
        // 2^64 over the golden ratio: neighbouring blocks end up far apart.
        let mixed = block.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        // The map takes the place from the low bits, and tells what it finds there apart by the
        // high ones.
        self.0 = ((mixed ^ (mixed >> 32)) << TOGETHER) ^ place ^ (place << (64 - TOGETHER));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
