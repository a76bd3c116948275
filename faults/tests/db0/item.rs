//! The classes of the workload.

use db0::{Dict, List, Memo};
use db0_faults::Random;

/// Everything hangs on it, and it says which step came last.
#[db0::memo(singleton)]
pub(crate) struct Root {
    pub(crate) step: u64,
    pub(crate) names: Dict<String, Memo<Item>>,
    pub(crate) line: List<Memo<Item>>,
}

/// Lives for as long as a name, the line, a friend or a tag holds it.
#[db0::memo]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(crate) value: u64,
    pub(crate) payload: Vec<u8>,
    pub(crate) friend: Option<Memo<Item>>,
    pub(crate) notes: List<u64>,
}

/// One payload in so many is larger than a page.
const LARGE_ONE_IN: u64 = 8;

/// The bytes that belong to a value: whatever reads them can tell whether they are right.
pub(crate) fn payload(value: u64) -> Vec<u8> {
    let mut random = Random::new(value);
    let max = if random.chance(1, LARGE_ONE_IN) { 12_000 } else { 300 };
    let len = random.below(max);
    (0..len).map(|_| random.next_u64().to_le_bytes()[0]).collect()
}
