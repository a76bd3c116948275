//! Groups, parts and pairs of results, against loops over plain values: right at once after changes in
//! place, inside `atomic`, and as they were in a snapshot.

use std::collections::BTreeMap;

use db0::{Memo, Query};
use proptest::prelude::*;

use crate::common::World;

const TAGS: [&str; 3] = ["a", "b", "c"];

#[db0::memo(keep)]
struct Team {
    number: u32,
}

#[db0::memo(keep)]
struct Sale {
    city: u8,
    cents: i32,
    rebate: Option<f64>,
    team: Option<Memo<Team>>,
}

#[db0::memo(keep)]
struct Visit {
    team: Option<Memo<Team>>,
    city: u8,
}

#[derive(Clone, Debug)]
struct Known {
    city: u8,
    cents: i32,
    rebate: Option<f64>,
    team: Option<usize>,
    tags: Vec<usize>,
}

fn known() -> impl Strategy<Value = Known> {
    let rebate = prop::option::of((0..40u8).prop_map(|n| f64::from(n) / 4.0));
    let tags = prop::collection::btree_set(0..TAGS.len(), 0..3);
    (0..4u8, -50..50i32, rebate, prop::option::of(0..3usize), tags).prop_map(
        |(city, cents, rebate, team, tags)| {
            let tags = tags.into_iter().collect();
            Known { city, cents, rebate, team, tags }
        },
    )
}

fn grouped<K: Ord>(model: &[Known], key: impl Fn(&Known) -> K) -> BTreeMap<K, Vec<usize>> {
    let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (place, known) in model.iter().enumerate() {
        groups.entry(key(known)).or_default().push(place);
    }
    groups
}

fn each<K: Ord + Clone, R>(
    groups: &BTreeMap<K, Vec<usize>>,
    of: impl Fn(&[usize]) -> Option<R>,
) -> BTreeMap<K, R> {
    groups.iter().filter_map(|(key, places)| Some((key.clone(), of(places)?))).collect()
}

fn uuids(memos: &[Memo<Sale>]) -> Vec<uuid::Uuid> {
    assert!(memos.iter().all(|memo| memo.try_read().is_ok()));
    memos.iter().map(Memo::uuid).collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    let count = u32::try_from(values.len()).expect("they are few");
    (count > 0).then(|| values.iter().sum::<f64>() / f64::from(count))
}

struct Made {
    teams: Vec<Memo<Team>>,
    sales: Vec<Memo<Sale>>,
    visits: Vec<Memo<Visit>>,
}

impl Made {
    fn new(model: &[Known], visits: &[(Option<usize>, u8)]) -> Self {
        let teams: Vec<_> = (0..3).map(|number| Memo::new(Team { number })).collect();
        let team = |number: Option<usize>| number.map(|number| teams[number].clone());
        let blank = || Memo::new(Sale { city: 0, cents: 0, rebate: None, team: None });
        let sales = model.iter().map(|_| blank()).collect();
        let visit = |(number, city): &(Option<usize>, u8)| {
            Memo::new(Visit { team: team(*number), city: *city })
        };
        let visits = visits.iter().map(visit).collect();
        let made = Self { teams, sales, visits };
        made.set(model);
        made
    }

    fn set(&self, model: &[Known]) {
        for (sale, known) in self.sales.iter().zip(model) {
            let team = known.team.map(|number| self.teams[number].clone());
            sale.update(|sale| {
                (sale.city, sale.cents, sale.rebate) = (known.city, known.cents, known.rebate);
                sale.team = team;
            });
            db0::tags(sale).set(known.tags.iter().map(|tag| TAGS[*tag]).collect::<Vec<_>>());
        }
    }

    fn places(&self, memos: &[Memo<Sale>]) -> Vec<usize> {
        let place = |memo| self.sales.iter().position(|sale| sale == memo).expect("it is known");
        memos.iter().map(place).collect()
    }

    fn check_groups(&self, all: &Query<Sale>, model: &[Known]) {
        let cities = grouped(model, |known| known.city);
        let by_city = all.group_by(Sale::CITY);
        assert_eq!(by_city.counts(), each(&cities, |places| Some(places.len() as u64)));
        let members = by_city.members().into_iter();
        let members: BTreeMap<_, _> = members.map(|(key, of)| (key, uuids(&of))).collect();
        let expected = each(&cities, |places| {
            Some(places.iter().map(|place| self.sales[*place].uuid()).collect::<Vec<_>>())
        });
        assert_eq!(members, expected);
        let cents = |places: &[usize]| {
            places.iter().map(|place| i64::from(model[*place].cents)).collect::<Vec<_>>()
        };
        assert_eq!(
            by_city.sums(Sale::CENTS),
            each(&cities, |places| Some(cents(places).iter().sum()))
        );
        let middle = |places: &[usize]| {
            mean(&places.iter().map(|place| f64::from(model[*place].cents)).collect::<Vec<_>>())
        };
        assert_eq!(by_city.avg(Sale::CENTS), each(&cities, middle));
        let lowest = |places: &[usize]| places.iter().map(|place| model[*place].cents).min();
        assert_eq!(by_city.min(|sale: &Sale| sale.cents), each(&cities, lowest));
        let highest = |places: &[usize]| places.iter().map(|place| model[*place].cents).max();
        assert_eq!(by_city.max(Sale::CENTS), each(&cities, highest));
        // None is nothing to be averaged.
        let rebate = |places: &[usize]| {
            mean(&places.iter().filter_map(|place| model[*place].rebate).collect::<Vec<_>>())
        };
        assert_eq!(by_city.avg(Sale::REBATE), each(&cities, rebate));
        let dear = grouped(model, |known| known.cents > 0);
        let by_price = all.group_by(|sale: &Sale| sale.cents > 0);
        assert_eq!(by_price.counts(), each(&dear, |places| Some(places.len() as u64)));
        let by_tag = all.group_by(TAGS);
        for (tag, name) in TAGS.iter().enumerate() {
            let bearing = model.iter().filter(|known| known.tags.contains(&tag));
            assert_eq!(by_tag.counts()[name], bearing.clone().count() as u64);
            let sum: i64 = bearing.map(|known| i64::from(known.cents)).sum();
            assert_eq!(by_tag.sums(Sale::CENTS)[name], sum);
        }
    }

    fn check_parts(&self, all: &Query<Sale>, model: &[Known]) {
        let bearing =
            |tag: usize| (0..model.len()).filter(move |place| model[*place].tags.contains(&tag));
        let each = all.split_by_each(TAGS);
        let first = all.split_by(TAGS);
        let mut taken = vec![false; model.len()];
        for tag in 0..TAGS.len() {
            let found = |query: &Query<Sale>| self.places(&query.iter().collect::<Vec<_>>());
            assert_eq!(found(&each[tag]), bearing(tag).collect::<Vec<_>>());
            let left: Vec<usize> = bearing(tag).filter(|place| !taken[*place]).collect();
            assert_eq!(found(&first[tag]), left);
            left.into_iter().for_each(|place| taken[place] = true);
        }
    }

    fn check_pairs(&self, all: &Query<Sale>, visits: &Query<Visit>, model: &[Known]) {
        let pairs = all.join(&db0::find::<Team>(()), Sale::TEAM);
        let expected: Vec<_> = model
            .iter()
            .zip(&self.sales)
            .filter_map(|(known, sale)| Some((sale.clone(), self.teams[known.team?].clone())))
            .collect();
        assert_eq!(pairs, expected);
        let shared = |same: &dyn Fn(&Sale, &Visit) -> bool| {
            let mut pairs = Vec::new();
            for sale in &self.sales {
                let others = self.visits.iter().filter(|visit| same(&sale.read(), &visit.read()));
                pairs.extend(others.map(|visit| (sale.clone(), visit.clone())));
            }
            pairs
        };
        let same_team = |sale: &Sale, visit: &Visit| sale.team.is_some() && sale.team == visit.team;
        assert_eq!(all.join(visits, (Sale::TEAM, Visit::TEAM)), shared(&same_team));
        let same_city = |sale: &Sale, visit: &Visit| sale.city == visit.city;
        assert_eq!(all.join(visits, (Sale::CITY, Visit::CITY)), shared(&same_city));
    }

    fn check(&self, model: &[Known]) {
        let all = db0::find::<Sale>(());
        self.check_groups(&all, model);
        self.check_parts(&all, model);
        self.check_pairs(&all, &db0::find::<Visit>(()), model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn they_are_what_loops_over_plain_values_say(
        mut before in prop::collection::vec(known(), 1..12),
        after in prop::collection::vec(known(), 12),
        visits in prop::collection::vec((prop::option::of(0..3usize), 0..4u8), 0..6),
    ) {
        let mut world = World::new();
        let made = Made::new(&before, &visits);
        made.check(&before);
        db0::commit().expect("it commits");
        let then = db0::snapshot().expect("a state");
        let after = &after[..before.len()];
        let undone = db0::atomic(|| -> db0::Result<()> {
            made.set(after);
            made.check(after);
            Err(db0::abort("enough"))
        });
        prop_assert!(undone.is_err());
        made.check(&before);
        made.set(after);
        made.check(after);
        let past = then.find::<Sale>(());
        made.check_groups(&past, &before);
        before.clear();
        db0::commit().expect("it commits");
        let sales: Vec<_> = made.sales.iter().map(Memo::uuid).collect();
        drop((then, past, made));
        world.reopen();
        let again = db0::find::<Sale>(()).uuids();
        prop_assert_eq!(again, sales);
    }
}

#[db0::memo(keep)]
struct Take {
    words: Vec<String>,
    marks: std::collections::HashSet<u8>,
    len: std::time::Duration,
    rate: f64,
}

#[test]
fn an_object_is_in_the_group_of_each_of_its_elements() {
    let _world = World::new();
    for (n, words) in (0_u8..).zip(["a b a", "", "b", "c b"]) {
        let marks = (0..n).collect();
        let len = std::time::Duration::from_millis(1500 * u64::from(n));
        let rate = if n == 1 { f64::NAN } else { f64::from(n) };
        let words = words.split_whitespace().map(Into::into).collect();
        Memo::new(Take { words, marks, len, rate });
    }
    let all = db0::find::<Take>(());
    let by_word = all.group_by(Take::WORDS.each());
    assert_eq!(by_word.counts(), [("a", 1), ("b", 3), ("c", 1)].map(|(w, n)| (w.into(), n)).into());
    assert_eq!(by_word.sums(Take::LEN)["b"], std::time::Duration::from_millis(7500));
    assert_eq!(by_word.avg(Take::LEN)["b"], std::time::Duration::from_millis(2500));
    let by_mark = all.clone().take(3).group_by(Take::MARKS.each());
    assert_eq!(by_mark.counts(), [(0, 2), (1, 1)].into());
    // Whichever comes first: what is like nothing is neither least nor most.
    let one = || all.group_by(|_: &Take| ());
    assert_eq!((one().min(Take::RATE)[&()], one().max(Take::RATE)[&()]), (0.0, 3.0));
    let later = all.clone().skip(1).group_by(|_: &Take| ());
    assert_eq!((later.min(Take::RATE)[&()], later.max(Take::RATE)[&()]), (2.0, 3.0));
    assert!(all.skip(1).take(1).group_by(|_: &Take| ()).max(Take::RATE)[&()].is_nan());
}
