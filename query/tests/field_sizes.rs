//! Few or many, of one key or of a range, alone or beside tags: an index finds the same as a look into
//! each object does.

use db0::{Condition, Config, Criteria, Memo, Workspace};

#[db0::memo(keep)]
struct Indexed {
    #[db0(index)]
    third: u8,
    #[db0(index)]
    number: u32,
}

#[db0::memo(keep)]
struct Scanned {
    third: u8,
    number: u32,
}

/// Over three chunks of numbers of objects.
const N: u32 = 20_000;

fn numbers<T: db0::Class>(criteria: impl Criteria<T>, number: fn(&T) -> u32) -> Vec<u32> {
    let mut found: Vec<_> = db0::find::<T>(criteria).iter().map(|memo| memo.get(number)).collect();
    found.sort_unstable();
    found
}

fn compare(
    what: &str,
    indexed: Condition<Indexed>,
    scanned: Condition<Scanned>,
    expected: impl Fn(u32) -> bool,
) {
    let expected: Vec<u32> = (0..N).filter(|n| expected(*n)).collect();
    assert_eq!(numbers(&indexed, |one| one.number), expected, "{what}");
    let rare = |n: &u32| n.is_multiple_of(5_000);
    for tag in ["rare", "even"] {
        let beside = numbers((tag, &scanned), |one| one.number);
        assert_eq!(numbers((tag, &indexed), |one| one.number), beside, "{what} and {tag}");
        let but = numbers((tag, db0::no(&scanned)), |one| one.number);
        assert_eq!(numbers((tag, db0::no(&indexed)), |one| one.number), but, "{tag} not {what}");
    }
    let either: Vec<u32> =
        (0..N).filter(|n| rare(n) || expected.binary_search(n).is_ok()).collect();
    assert_eq!(numbers(db0::any((&indexed, "rare")), |one| one.number), either, "{what} or rare");
    assert_eq!(db0::find::<Indexed>(&indexed).count(), expected.len() as u64);
    assert_eq!(db0::find::<Indexed>(&indexed).first().is_none(), expected.is_empty());
}

#[test]
fn an_index_finds_what_a_look_finds() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false));
    let _entered = workspace.expect("it opens").enter();
    for number in 0..N {
        // Not in the order of their creation.
        let number = number * 7_919 % N;
        let third = (number % 3) as u8;
        let (indexed, scanned) =
            (Memo::new(Indexed { third, number }), Memo::new(Scanned { third, number }));
        if number.is_multiple_of(5_000) {
            db0::tags(&indexed).add("rare");
            db0::tags(&scanned).add("rare");
        }
        if number.is_multiple_of(2) {
            db0::tags(&indexed).add("even");
            db0::tags(&scanned).add("even");
        }
    }
    for committed in [false, true] {
        if committed {
            db0::commit().expect("it commits");
        }
        compare("a third", Indexed::THIRD.eq(1), Scanned::THIRD.eq(1), |n| n % 3 == 1);
        compare("nobody", Indexed::THIRD.eq(3), Scanned::THIRD.eq(3), |_| false);
        compare("one", Indexed::NUMBER.eq(77), Scanned::NUMBER.eq(77), |n| n == 77);
        let (indexed, scanned) = (Indexed::NUMBER, Scanned::NUMBER);
        compare("all", indexed.ge(0), scanned.ge(0), |_| true);
        compare("some", indexed.between(10..=90), scanned.between(10..=90), |n| {
            (10..=90).contains(&n)
        });
        compare("half", indexed.lt(N / 2), scanned.lt(N / 2), |n| n < N / 2);
        let chosen = || (0..3_000).map(|n| n * 5);
        compare("chosen", indexed.is_in(chosen()), scanned.is_in(chosen()), |n| {
            n % 5 == 0 && n < 15_000
        });
        sorted_alike();
    }
}

/// In the order of a kept field, and of one that is not: the same.
fn sorted_alike() {
    let ids = |query: db0::Query<Indexed>| -> Vec<u32> {
        query.iter().map(|one| one.get(|one| one.number)).collect()
    };
    let scanned = |query: db0::Query<Scanned>| -> Vec<u32> {
        query.iter().map(|one| one.get(|one| one.number)).collect()
    };
    let (all, plain) = (|| db0::find::<Indexed>(()), || db0::find::<Scanned>(()));
    assert_eq!(ids(all().sort_by(Indexed::THIRD)), scanned(plain().sort_by(Scanned::THIRD)));
    let (down, plain_down) =
        (all().sort_desc_by(Indexed::THIRD), plain().sort_desc_by(Scanned::THIRD));
    assert_eq!(ids(down), scanned(plain_down));
    let (both, plain_both) = (
        all().sort_desc_by(Indexed::NUMBER).sort_by(Indexed::THIRD).take(9_000),
        plain().sort_desc_by(Scanned::NUMBER).sort_by(Scanned::THIRD).take(9_000),
    );
    assert_eq!(ids(both), scanned(plain_both));
    let first = all().sort_by(Indexed::NUMBER).first().map(|one| one.get(|one| one.number));
    assert_eq!(first, Some(0));
    for tag in ["rare", "even"] {
        let (some, plain) = (db0::find::<Indexed>(tag), db0::find::<Scanned>(tag));
        assert_eq!(ids(some.sort_by(Indexed::NUMBER)), scanned(plain.sort_by(Scanned::NUMBER)));
    }
    // What changes on the way is met once.
    let mut met = 0;
    for one in all().sort_by(Indexed::NUMBER) {
        one.update(|one| one.number += N);
        met += 1;
    }
    assert_eq!(met, N);
    for one in all() {
        one.update(|one| one.number -= N);
    }
}
