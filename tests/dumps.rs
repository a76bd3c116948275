//! Dumps of prefixes: all that one holds, at every state, comes back from a stream, and nothing of one that
//! is not whole.

mod common;

use std::{collections::BTreeMap, fs, io, path::Path};

use common::{World, cases};
use db0::{Config, Dict, Error, Index, List, Memo, Mode, WeakMemo, Workspace};
use proptest::prelude::*;

#[db0::memo(keep)]
struct Part {
    #[db0(index)]
    size: u32,
    #[db0(unique)]
    code: String,
    #[db0(tag)]
    color: String,
    next: Option<Memo<Part>>,
    other: Option<WeakMemo<Part>>,
    notes: Dict<String, Vec<u8>>,
}

#[db0::memo(singleton)]
struct Depot {
    parts: List<Memo<Part>>,
    by_size: Index<u32, Memo<Part>>,
}

fn part(n: u32) -> Part {
    let long = vec![n.to_le_bytes()[0]; 100 * n as usize];
    Part {
        size: n,
        code: format!("P{n}"),
        color: ["red", "green"][n as usize % 2].into(),
        next: None,
        other: None,
        notes: Dict::from_iter([("long".into(), long), (n.to_string(), Vec::new())]),
    }
}

/// Some states of all kinds of things.
fn fill() -> u64 {
    let depot = db0::singleton(|| Depot { parts: List::new(), by_size: Index::new() });
    for n in 0..40 {
        let memo = Memo::new(part(n));
        db0::tags(&memo).add(["all", &format!("tag {}", n % 7)]);
        memo.attrs().set("weight", n * 3);
        depot.read().parts.push(memo.clone());
        depot.read().by_size.add(n, &memo);
    }
    db0::commit().expect("it commits");
    let parts = depot.read().parts.to_vec();
    for pair in parts.windows(2) {
        pair[0].write().next = Some(pair[1].clone());
        pair[1].write().other = Some(pair[0].downgrade());
    }
    db0::current().dict::<String, u64>("totals").insert("parts".into(), 40);
    db0::commit().expect("it commits");
    for memo in &parts[..10] {
        memo.write().size += 1000;
        memo.read().notes.remove("long");
        db0::tags(memo).remove("all");
    }
    depot.read().parts.remove(39);
    depot.read().by_size.remove(39, &parts[39]);
    parts[38].write().next = None;
    db0::tags(&parts[39]).remove("all").remove("tag 4");
    db0::delete(&parts[39]).expect("nothing holds it");
    db0::commit().expect("it commits")
}

type Seen = BTreeMap<String, String>;

/// All that a state shows, as text.
fn seen(workspace: &Workspace, state: u64) -> Seen {
    let snapshot = workspace.snapshot_at(state).expect("it is kept");
    let mut seen = Seen::new();
    for any in snapshot.find_any(()) {
        let fields: Vec<_> = any.fields().into_iter().collect();
        let attrs: Vec<_> = any.attrs().iter().collect();
        let tags: Vec<_> = db0::tags(&any).list().iter().map(ToString::to_string).collect();
        seen.insert(any.uuid().to_string(), format!("{fields:?} {attrs:?} {tags:?}"));
    }
    if let Ok(depot) = snapshot.singleton::<Depot>() {
        let parts: Vec<_> = depot.read().parts.iter().map(|part| part.uuid()).collect();
        let sizes: Vec<_> =
            depot.read().by_size.iter().map(|(key, part)| (key, part.uuid())).collect();
        seen.insert("depot".into(), format!("{parts:?} {sizes:?}"));
    }
    for memo in snapshot.find::<Part>(Part::SIZE.ge(0)) {
        let notes: Vec<_> = memo.read().notes.iter().collect();
        seen.insert(format!("notes {}", memo.uuid()), format!("{notes:?}"));
    }
    for tag in ["all", "tag 4", "red"] {
        let bearers: Vec<_> = snapshot.find::<Part>(tag).iter().map(|memo| memo.uuid()).collect();
        seen.insert(format!("tag {tag}"), format!("{bearers:?}"));
    }
    seen
}

fn dump(workspace: &Workspace) -> Vec<u8> {
    let mut stream = Vec::new();
    let dumped = workspace.current().dump(&mut stream).expect("it is dumped");
    assert_eq!(dumped.bytes, stream.len() as u64);
    stream
}

fn config(folder: &Path, name: &str) -> Config {
    Config::new(folder).prefix(name).autocommit(false)
}

#[test]
fn all_states_come_back_from_a_dump_and_a_dump_of_them_is_the_same() {
    let mut world = World::new();
    let last = fill();
    world.reopen();
    let workspace = world.workspace.clone().expect("open");
    let stream = dump(&workspace);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let loaded = Workspace::load(elsewhere.path(), "default", &stream[..]).expect("it is whole");
    assert_eq!((loaded.state, loaded.prefix.as_str()), (last, "default"));
    let reading =
        Workspace::open(config(elsewhere.path(), "default").read_only()).expect("it opens");
    assert!(dump(&reading) == stream, "another dump came of the same rows");
    for state in 0..=last {
        assert_eq!(seen(&reading, state), seen(&workspace, state), "state {state}");
    }
    let times = |workspace: &Workspace| workspace.current().states(..).expect("they are kept");
    assert_eq!(times(&reading), times(&workspace));
}

#[test]
fn a_dump_of_the_present_holds_the_last_state_alone_and_work_goes_on_from_it() {
    let world = World::new();
    let last = fill();
    let workspace = world.workspace.clone().expect("open");
    let mut stream = Vec::new();
    let dumped = workspace.current().dump_present(&mut stream).expect("it is dumped");
    assert_eq!((dumped.state, dumped.oldest), (last, last));
    assert!(stream.len() < dump(&workspace).len());
    let elsewhere = tempfile::tempdir().expect("a folder");
    Workspace::load(elsewhere.path(), "shop/parts", &stream[..]).expect("it is whole");
    let loaded = Workspace::open(config(elsewhere.path(), "shop/parts")).expect("it opens");
    assert_eq!(seen(&loaded, last), seen(&workspace, last));
    assert!(
        matches!(loaded.snapshot_at(last - 1), Err(Error::Pruned { oldest }) if oldest == last)
    );
    let _entered = loaded.enter();
    let taken = Memo::try_new(part(7)).expect_err("its code is taken");
    assert!(matches!(taken, Error::Unique { .. }), "{taken}");
    let new = Memo::new(part(100));
    assert_eq!(loaded.current().dict::<String, u64>("totals").get("parts"), Some(40));
    let known = |uuid| workspace.fetch_any(uuid).is_ok();
    assert!(!known(new.uuid()), "a number was used twice");
    assert_eq!(db0::commit().expect("it goes on"), last + 1);
    loaded.close().expect("it closes");
    let found = Workspace::verify(elsewhere.path(), "shop/parts").expect("it reads");
    assert!(found.is_sound(), "{:?}", found.findings);
}

#[test]
fn prefixes_without_a_past_or_without_anything_are_dumped_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    let workspace = Workspace::open(config(&root, "empty")).expect("it opens");
    let off = workspace.prefix("off", Mode::ReadWrite).expect("it opens");
    off.set_history(db0::History::Off).expect("it is written");
    {
        let _entered = off.enter();
        fill();
    }
    for name in ["empty", "off"] {
        let prefix = workspace.prefix(name, Mode::ReadWrite).expect("it opens");
        for (elsewhere, is_all) in [("all", true), ("present", false)] {
            let mut stream = Vec::new();
            let dumped =
                if is_all { prefix.dump(&mut stream) } else { prefix.dump_present(&mut stream) };
            let elsewhere = folder.path().join(elsewhere);
            let loaded = Workspace::load(&elsewhere, name, &stream[..]).expect("it is whole");
            assert_eq!(loaded.state, dumped.expect("it is dumped").state);
        }
    }
}

/// No prefix is there, nor anything of one.
fn is_untouched(folder: &Path) -> bool {
    let place = folder.join("default");
    let left = ["data.mdb", ".new"].into_iter().any(|name| place.join(name).exists());
    !left && Workspace::list(folder).expect("it is listed").is_empty()
}

struct Broken;

impl io::Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the line is dead"))
    }
}

#[test]
fn what_is_cut_off_or_flipped_leaves_nothing() {
    let world = World::new();
    Memo::new(part(1));
    let stream = dump(world.workspace.as_ref().expect("open"));
    let elsewhere = tempfile::tempdir().expect("a folder");
    let refused = |stream: &[u8]| {
        let loaded = Workspace::load(elsewhere.path(), "default", stream);
        assert!(matches!(loaded, Err(Error::BadDump { .. })), "{loaded:?}");
        assert!(is_untouched(elsewhere.path()), "something was left");
    };
    (0..stream.len()).step_by(7).for_each(|len| refused(&stream[..len]));
    refused(&[&stream[..], b"?"].concat());
    for bit in (0..stream.len() * 8).step_by(41) {
        let mut bad = stream.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        refused(&bad);
    }
    let broken =
        Workspace::load(elsewhere.path(), "default", Broken).expect_err("it can't be read");
    assert!(broken.to_string().contains("the line is dead"), "{broken}");
    Workspace::load(elsewhere.path(), "default", &stream[..]).expect("it is whole");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(64), ..ProptestConfig::default() })]

    #[test]
    fn garbage_is_refused_not_panicked_on(mut bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let folder = tempfile::tempdir().expect("a folder");
        let front = b"db0-dump\x01";
        let known = bytes.len().min(front.len());
        bytes[..known].copy_from_slice(&front[..known]);
        let loaded = Workspace::load(folder.path(), "default", &bytes[..]);
        prop_assert!(matches!(loaded, Err(Error::BadDump { .. })), "{loaded:?}");
    }
}

#[test]
fn nothing_is_written_over_and_no_uuid_means_two_objects() {
    let world = World::new();
    fill();
    let workspace = world.workspace.as_ref().expect("open");
    let stream = dump(workspace);
    let elsewhere = tempfile::tempdir().expect("a folder");
    Workspace::load(elsewhere.path(), "default", &stream[..]).expect("it is whole");
    let there = Workspace::load(elsewhere.path(), "default", &stream[..]);
    assert!(matches!(there, Err(Error::Exists { .. })), "{there:?}");
    let same = Workspace::load(elsewhere.path(), "again", &stream[..]);
    assert!(matches!(same, Err(Error::SamePrefixId { .. })), "{same:?}");
    let beside = db0::load("beside", &stream[..]);
    assert!(matches!(beside, Err(Error::SamePrefixId { .. })), "{beside:?}");
    let name = Workspace::load(elsewhere.path(), "../x", &stream[..]);
    assert!(matches!(name, Err(Error::BadName { .. })), "{name:?}");
    assert_eq!(Workspace::list(elsewhere.path()).expect("it is listed"), ["default"]);
}

#[test]
fn damage_is_not_dumped() {
    let mut world = World::new();
    fill();
    world.set_damaged();
    let mut stream = Vec::new();
    db0::dump(&mut stream).expect("it is sound");
    world.close();
    let data = world.folder.path().join("default/data.mdb");
    let mut bytes = fs::read(&data).expect("it reads");
    let at = bytes.windows(3).position(|bytes| bytes == b"P17").expect("it is stored");
    bytes[at + 2] ^= 1;
    fs::write(&data, bytes).expect("it can be written");
    let reading = Config::new(world.folder.path()).read_only();
    let workspace = Workspace::open(reading).expect("it opens");
    let dumped = workspace.current().dump(io::sink());
    assert!(matches!(dumped, Err(Error::Corrupt { .. })), "{dumped:?}");
}
