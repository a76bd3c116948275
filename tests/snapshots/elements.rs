//! What differs in a set or index between any two states is the difference of their contents, also
//! where the one state is in use and pruned.

use std::collections::BTreeSet;

use db0::{Index, Kind, Memo, Set, Snapshot};
use proptest::prelude::*;

use crate::common::World;

#[db0::memo(keep)]
struct Shelf {
    words: Set<u8>,
    ranks: Index<u8, Memo<Book>>,
}

#[db0::memo]
struct Book {
    n: u8,
}

type Ranks = BTreeSet<(u8, u8)>;

fn compare(shelf: &Memo<Shelf>, ends: [&(Snapshot, BTreeSet<u8>, Ranks); 2]) {
    let [(before, old_words, old_ranks), (after, new_words, new_ranks)] = ends;
    let told: BTreeSet<_> = shelf.read().words.changes(before, after).collect();
    let deleted = (old_words - new_words).into_iter().map(|word| (Kind::Deleted, word));
    let created = (new_words - old_words).into_iter().map(|word| (Kind::Created, word));
    assert_eq!(told, created.chain(deleted).collect());
    let told = shelf.read().ranks.changes(before, after);
    let told: BTreeSet<_> = told.map(|(kind, rank, book)| (kind, rank, book.read().n)).collect();
    let deleted = (old_ranks - new_ranks).into_iter().map(|(rank, n)| (Kind::Deleted, rank, n));
    let created = (new_ranks - old_ranks).into_iter().map(|(rank, n)| (Kind::Created, rank, n));
    assert_eq!(told, created.chain(deleted).collect());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::common::cases(16), ..ProptestConfig::default() })]
    #[test]
    fn any_two_states(
        steps in prop::collection::vec(prop::collection::vec(any::<(bool, u8, u8)>(), 0..6), 2..16),
        pairs in prop::collection::vec(any::<(usize, usize)>(), 12),
        pruned in any::<bool>(),
    ) {
        let _world = World::new();
        let shelf = Memo::new(Shelf { words: Set::new(), ranks: Index::new() });
        let books: Vec<_> = (0..4).map(|n| Memo::new(Book { n })).collect();
        db0::tags(&books).add("kept");
        let (mut words, mut ranks) = (BTreeSet::new(), Ranks::new());
        let mut states = Vec::new();
        for step in steps {
            for (adds, key, n) in step {
                let (key, n) = (key % 8, n % 4);
                if adds {
                    prop_assert_eq!(shelf.read().words.insert(key), words.insert(key));
                    let book = &books[usize::from(n)];
                    prop_assert_eq!(shelf.read().ranks.add(key, book), ranks.insert((key, n)));
                } else {
                    prop_assert_eq!(shelf.read().words.remove(key), words.remove(&key));
                    let book = &books[usize::from(n)];
                    prop_assert_eq!(shelf.read().ranks.remove(key, book), ranks.remove(&(key, n)));
                }
            }
            db0::commit().expect("it commits");
            states.push((db0::snapshot().expect("a snapshot"), words.clone(), ranks.clone()));
        }
        if pruned {
            db0::prune_history(..db0::state()).expect("it prunes");
        }
        for (a, b) in pairs {
            let ends = [&states[a % states.len()], &states[b % states.len()]];
            compare(&shelf, ends);
        }
    }
}
