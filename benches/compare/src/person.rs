//! The object that all contenders store, and the same people for each of them.

use uuid::Uuid;

/// Thirteen characters, a small number and a float: the object of the published figures.
#[db0::memo(keep)]
#[derive(Debug, PartialEq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) age: u32,
    pub(crate) score: f64,
}

/// The people of a run: equal from run to run.
pub(crate) fn people(n: usize) -> Vec<Person> {
    let person = |i: usize| Person {
        name: format!("person-{:06}", i % 1_000_000),
        age: (i % 90) as u32,
        score: i as f64 / 7.0,
    };
    (0..n).map(person).collect()
}

/// Random identities for contenders that do not make their own.
pub(crate) fn ids(n: usize) -> Vec<Uuid> {
    let mut random = Random(7);
    let id = |_| uuid::Builder::from_random_bytes(random.next_u128().to_be_bytes()).into_uuid();
    (0..n).map(id).collect()
}

/// The numbers below `n` in an order without a pattern.
pub(crate) fn shuffled(n: usize) -> Vec<usize> {
    let mut random = Random(11);
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, random.below(i + 1));
    }
    order
}

/// Numbers that look random and are the same in every run (`SplitMix64`).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn next_u128(&mut self) -> u128 {
        u128::from(self.next_u64()) << 64 | u128::from(self.next_u64())
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next_u64() % n as u64) as usize
    }
}
