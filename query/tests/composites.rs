//! Conditions on fields that are kept together are answered by their index, and find what a look into each
//! object finds: live, in `atomic`, after reopening and in the past.

use db0::{Config, Criteria, Memo, Query, Workspace};
use proptest::prelude::*;

#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, db0::Key, serde::Serialize, serde::Deserialize,
)]
enum Rank {
    Guest,
    Member(u8),
}

#[db0::memo(keep, index = (team, rank, name))]
#[derive(Debug)]
struct Player {
    team: Option<u8>,
    rank: Rank,
    name: String,
    #[db0(index)]
    score: u32,
}

/// Without an index of any kind.
#[db0::memo(keep)]
struct Plain {
    team: Option<u8>,
    rank: Rank,
    name: String,
    score: u32,
}

type Made = (Option<u8>, Rank, String, u32);

fn rank() -> impl Strategy<Value = Rank> {
    prop_oneof![Just(Rank::Guest), (0..3_u8).prop_map(Rank::Member)]
}

fn name() -> impl Strategy<Value = String> {
    // Some longer than what an entry's key holds of them.
    let long = ("[ab]{1,2}", prop_oneof![Just(0_usize), Just(460)]);
    prop_oneof![4 => "[ab\0]{0,3}", 1 => long.prop_map(|(end, n)| "a".repeat(n) + &end)]
}

fn made() -> impl Strategy<Value = Vec<Made>> {
    prop::collection::vec((prop::option::of(0..3_u8), rank(), name(), 0..5_u32), 0..40)
}

/// What is asked of both classes alike.
macro_rules! asked {
    ($class:ident, $t:expr, $r:expr, $q:expr, $n:expr, $m:expr) => {{
        let (team, rank, name) = ($class::TEAM, $class::RANK, $class::NAME);
        let (t, r, q, n, m) = ($t, || $r.clone(), || $q.clone(), $n.as_str(), $m.as_str());
        let numbers = |criteria: &dyn Criteria<$class>| -> Vec<u32> {
            let found: Query<$class> = db0::find(criteria.expr());
            let numbers: Vec<u32> = found.iter().map(|memo| memo.read().score).collect();
            assert_eq!(found.count() as usize, numbers.len());
            numbers
        };
        vec![
            numbers(&team.eq(t)),
            numbers(&team.is_none()),
            numbers(&team.gt(t)),
            numbers(&(team.eq(t), rank.eq(r()))),
            numbers(&(rank.eq(r()), team.eq(t))),
            numbers(&(team.eq(t), rank.eq(r()), name.eq(n))),
            numbers(&(team.eq(t), rank.lt(r()))),
            numbers(&(team.eq(t), rank.le(r()))),
            numbers(&(team.eq(t), rank.gt(r()))),
            numbers(&(team.eq(t), rank.ge(r()))),
            numbers(&(team.eq(t), rank.between(r()..q()))),
            numbers(&(team.eq(t), rank.between(r()..=q()), name.ge(n))),
            numbers(&(team.eq(t), rank.is_in([r(), q()]))),
            numbers(&(team.eq(t), rank.eq(r()), name.starts_with(n))),
            numbers(&(team.eq(t), rank.eq(r()), name.is_in([n, m]))),
            numbers(&(team.eq(t), rank.eq(r()), name.gt(n))),
            numbers(&(team.eq(t), rank.eq(r()), name.le(n))),
            numbers(&(team.eq(t), rank.eq(r()), name.between(n..m))),
            numbers(&(team.eq(t), rank.eq(r()), rank.eq(q()))),
            numbers(&(team.is_none(), rank.eq(r()), db0::no(name.eq(n)))),
            numbers(&(team.ge(t), rank.eq(r()), $class::SCORE.lt(3))),
            numbers(&db0::any(((team.eq(t), rank.eq(r())), name.eq(n)))),
            numbers(&db0::no((team.eq(t), rank.eq(r())))),
        ]
    }};
}

fn open(folder: &std::path::Path) -> (Workspace, db0::Entered) {
    let config = Config::new(folder).autocommit(false);
    let workspace = Workspace::open(config).expect("it opens");
    let entered = workspace.enter();
    (workspace, entered)
}

fn make((team, rank, name, score): Made) -> (Memo<Player>, Memo<Plain>) {
    let plain = Plain { team, rank: rank.clone(), name: name.clone(), score };
    (Memo::new(Player { team, rank, name, score }), Memo::new(plain))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn they_find_what_a_look_finds(
        (first, more) in (made(), made()),
        team in prop::option::of(0..3_u8),
        ranks in (rank(), rank()),
        names in (name(), name()),
    ) {
        let folder = tempfile::tempdir().expect("there is room");
        let (workspace, entered) = open(folder.path());
        let ask = || {
            let with = asked!(Player, team, ranks.0, ranks.1, names.0, names.1);
            let without = asked!(Plain, team, ranks.0, ranks.1, names.0, names.1);
            assert_eq!(with, without);
            with
        };
        let made: Vec<_> = first.into_iter().map(make).collect();
        ask();
        db0::commit().expect("it commits");
        let then = ask();
        let state = db0::state();
        db0::atomic(|| -> db0::Result<()> {
            more.into_iter().map(make).for_each(drop);
            for (player, plain) in made.iter().step_by(2) {
                player.update(|player| player.rank = Rank::Guest);
                plain.update(|plain| plain.rank = Rank::Guest);
            }
            if let Some((player, plain)) = made.last() {
                db0::delete(player)?;
                db0::delete(plain)?;
            }
            ask();
            Ok(())
        }).expect("it ends");
        ask();
        drop(made);
        db0::commit().expect("it commits");
        let now = ask();
        drop(entered);
        workspace.close().expect("it closes");
        let (_workspace, _entered) = open(folder.path());
        assert_eq!(ask(), now);
        let past = db0::snapshot_at(state).expect("it is kept");
        let found = past.find::<Player>((Player::TEAM.eq(team), Player::RANK.eq(ranks.0.clone())));
        let numbers: Vec<u32> = found.iter().map(|memo| memo.read().score).collect();
        assert_eq!(numbers, then[3]);
    }
}

#[test]
fn their_index_is_used() {
    let folder = tempfile::tempdir().expect("there is room");
    let (_workspace, _entered) = open(folder.path());
    for score in 0..30 {
        let (team, rank) = (Some(score as u8 % 3), Rank::Member(score as u8 % 5));
        Memo::new(Player { team, rank, name: format!("p{score}"), score });
    }
    let plan = |criteria: &dyn Criteria<Player>| {
        db0::find::<Player>(criteria.expr()).explain().to_string()
    };
    let (team, rank) = (Player::TEAM.eq(Some(1)), Player::RANK.eq(Rank::Member(2)));
    let both = plan(&(rank.clone(), Player::NAME.starts_with("p"), team.clone()));
    assert!(both.contains("Player.team == Some(1) and Player.rank == "), "{both}");
    assert!(both.contains("and Player.name starts with \"p\""), "{both}");
    assert!(both.contains(": 2 in its index"), "{both}");
    let front = plan(&team);
    assert!(front.contains("Player.team == Some(1): 10 in its index"), "{front}");
    // Nothing begins with these.
    let behind = plan(&(rank, Player::NAME.eq("p7")));
    assert!(behind.contains("looks into each object"), "{behind}");
}
