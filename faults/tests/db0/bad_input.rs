//! Names, files, folders and limits that can't be worked with: refused in words, and left alone.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use db0::{Config, Dict, Error, Index, Memo, Mode, Workspace};
use db0_faults::{Judge, Random, Roles, Scratch, Verdict};

use crate::limits::{drop_privileges, limit_address_space};
use crate::oracle::{Oracle, Past};
use crate::world::World;

const STEPS: u64 = 6;

#[db0::memo(singleton, name = "shelf")]
struct Shelf {
    by_name: Dict<String, u64>,
    by_bytes: Dict<Vec<u8>, u64>,
    sorted: Index<String, Memo<Shelf>>,
}

fn prepared() -> Scratch {
    let scratch = Scratch::new().expect("a folder");
    let mut world = World::open(Config::new(scratch.path())).expect("it opens");
    for _ in 0..STEPS {
        world.take_step().and_then(|()| world.commit()).expect("it is committed");
    }
    world.close().expect("it closes");
    scratch
}

fn check_unharmed(scratch: &Scratch) {
    assert_eq!(Oracle::default().check(scratch.path(), Past::All), Ok(STEPS));
}

/// Why a folder can't be opened for writing.
fn refusal(folder: &Path) -> Error {
    Workspace::open(Config::new(folder)).expect_err("it can't be opened")
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let scratch = Scratch::new().expect("a folder");
    let root = scratch.path().join("root");
    let workspace = Workspace::open(Config::new(&root).autocommit(false)).expect("it opens");
    let long = "x".repeat(300);
    let deep = "a/".repeat(20);
    let elsewhere = ["../x", "a/../../x", "/x", "", "a//b", ".", "a\\b", "a\0b", &long, &deep];
    let kept = ["data.mdb", "lock.mdb", ".guard", ".new", "con", "nul", "a.", "a "];
    for name in elsewhere.into_iter().chain(kept) {
        let error = workspace.prefix(name, Mode::ReadWrite).expect_err("no such name");
        assert!(matches!(error, Error::BadName { .. }), "{name:?}: {error}");
    }
    for name in ["a b", "%2e%2e", "ümläut", "Orders", "a/b/c/d/e/f/g/h"] {
        workspace.prefix(name, Mode::ReadWrite).unwrap_or_else(|e| panic!("{name:?}: {e}"));
    }
    workspace.close().expect("it closes");
    let left: Vec<_> = fs::read_dir(scratch.path()).expect("reads").flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn garbage_is_refused_and_left_alone() {
    let mut random = Random::new(1);
    for len in [0, 1, 100, 4096, 100_000] {
        let scratch = prepared();
        let data = scratch.path().join("default/data.mdb");
        let garbage: Vec<u8> = (0..len).map(|_| random.next_u64().to_le_bytes()[0]).collect();
        fs::write(&data, &garbage).expect("writes");
        let error = refusal(scratch.path());
        assert!(matches!(error, Error::Format { .. }), "{len} bytes: {error:?}");
        assert!(error.to_string().contains("data.mdb"), "{error}");
        assert!(fs::read(&data).expect("reads") == garbage, "it was changed");
    }
}

#[test]
fn a_truncated_file_is_refused_and_left_alone() {
    let scratch = prepared();
    let data = scratch.path().join("default/data.mdb");
    let whole = fs::read(&data).expect("reads");
    let refused = |len: usize| {
        fs::write(&data, &whole[..len]).expect("writes");
        let Err(error) = Workspace::open(Config::new(scratch.path())) else { return false };
        assert!(matches!(error, Error::Format { .. }), "{len} bytes: {error:?}");
        assert_eq!(fs::metadata(&data).expect("it is there").len(), len as u64);
        true
    };
    assert!([4096, 8192, whole.len() / 2].into_iter().all(refused));
    // Pages at the end may be free: a file that lacks those alone is whole.
    let mut len = whole.len() - 1;
    while !refused(len) {
        check_unharmed(&scratch);
        len = len / 4096 * 4096 - 1;
    }
    assert!(len > whole.len() / 2, "only pages that are free may be cut off");
    fs::write(&data, &whole).expect("writes");
    check_unharmed(&scratch);
}

/// In a process of its own: says how opening went, for writing and for reading.
fn try_to_open(folder: &Path, _: u64, _: u64) -> Result<(), String> {
    let writing = Workspace::open(Config::new(folder).autocommit(false)).map(|_| ());
    let reading = Workspace::open(Config::new(folder).autocommit(false).read_only()).map(|_| ());
    Err(format!("writing: {writing:?}; reading: {reading:?}"))
}

fn ask(roles: &Roles, folder: &Path) -> String {
    match Judge::new(roles, "other").ask(folder, 0, 0).expect("it is asked") {
        Verdict::Damaged(told) => told,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_second_writer_is_told_of_the_first() {
    let test = "bad_input::a_second_writer_is_told_of_the_first";
    let roles = Roles::of(test)
        .role("other", |wire| Judge::serve(wire, try_to_open).expect("the test listens"));
    let scratch = prepared();
    let mut world = World::open(Config::new(scratch.path())).expect("it opens");
    let error = refusal(scratch.path());
    assert!(matches!(error, Error::AlreadyOpen { .. }), "{error:?}");
    let told = ask(&roles, scratch.path());
    let pid = format!("Locked {{ prefix: \"default\", pid: Some({}) }}", std::process::id());
    assert!(told.contains(&pid) && told.contains("reading: Ok"), "{told}");
    world.take_step().and_then(|()| world.commit()).expect("the first goes on");
    world.close().expect("it closes");
    assert_eq!(Oracle::default().check(scratch.path(), Past::All), Ok(STEPS + 1));
}

#[test]
fn a_folder_that_cant_be_written_is_refused() {
    let test = "bad_input::a_folder_that_cant_be_written_is_refused";
    let roles = Roles::of(test).role("other", |wire| {
        drop_privileges();
        Judge::serve(wire, try_to_open).expect("the test listens");
    });
    let scratch = prepared();
    let set = |mode| {
        let folder = scratch.path().join("default");
        fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755)).expect("ours");
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("ours");
        for file in fs::read_dir(&folder).expect("reads").flatten() {
            let mode = fs::Permissions::from_mode(mode & 0o666);
            fs::set_permissions(file.path(), mode).expect("ours");
        }
    };
    set(0o555);
    let told = ask(&roles, scratch.path());
    assert!(told.starts_with("writing: Err(Io {") && told.contains("code: 13"), "{told}");
    assert!(
        told.contains("default/") && told.contains("readable and writable by this user"),
        "{told}"
    );
    assert!(!told.contains("panicked"), "{told}");
    set(0o700);
    check_unharmed(&scratch);
}

#[test]
fn folders_of_another_user_are_refused() {
    let test = "bad_input::folders_of_another_user_are_refused";
    let roles = Roles::of(test).role("other", |wire| {
        drop_privileges();
        Judge::serve(wire, try_to_open).expect("the test listens");
    });
    let scratch = prepared();
    let folder = scratch.path().join("default");
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755)).expect("ours");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("ours");
    if chown(&folder, Some(12_345), None).is_err() {
        return; // only root can give something away
    }
    let told = ask(&roles, scratch.path());
    assert_eq!(told.matches("it belongs to user 12345").count(), 2, "{told}");
    assert!(told.contains("any_owner"), "{told}");
    // Root may look into what is anybody's.
    check_unharmed(&scratch);
}

/// In a process with little address space: opens, reads everything, and goes on.
fn work_in_little_space(folder: &Path, mib: u64, _: u64) -> Result<(), String> {
    limit_address_space(mib << 20);
    let step = Oracle::default().check(folder, Past::All)?;
    let mut world = World::open(Config::new(folder)).map_err(|why| why.to_string())?;
    for _ in 0..20 {
        world.take_step().and_then(|()| world.commit()).map_err(|error| error.to_string())?;
    }
    world.close().map_err(|error| error.to_string())?;
    let now = Oracle::default().check(folder, Past::All)?;
    if now == step + 20 { Ok(()) } else { Err(format!("step {now}")) }
}

#[test]
fn little_address_space_is_enough() -> io::Result<()> {
    let test = "bad_input::little_address_space_is_enough";
    let roles = Roles::of(test)
        .role("other", |wire| Judge::serve(wire, work_in_little_space).expect("it listens"));
    let scratch = prepared();
    // Whatever is left beside the largest map that fits, which is a power of two.
    for (round, mib) in (1..).zip([150, 200, 270, 400, 530]) {
        let verdict = Judge::new(&roles, "other").ask(scratch.path(), mib, 0)?;
        assert_eq!(verdict, Verdict::Sound, "in {mib} MiB");
        assert_eq!(Oracle::default().check(scratch.path(), Past::All), Ok(STEPS + 20 * round));
    }
    Ok(())
}

#[test]
fn links_in_the_place_of_files_are_not_followed() {
    for name in ["data.mdb", ".guard", ".peers"] {
        let scratch = prepared();
        let (file, elsewhere) =
            (scratch.path().join("default").join(name), scratch.path().join("elsewhere"));
        fs::rename(&file, &elsewhere).expect("it is there");
        let before = fs::read(&elsewhere).expect("reads");
        symlink(&elsewhere, &file).expect("a link");
        let error = refusal(scratch.path());
        assert!(matches!(error, Error::Format { .. } | Error::Io { .. }), "{name}: {error:?}");
        assert!(error.to_string().contains(name), "{error}");
        assert!(fs::read(&elsewhere).expect("reads") == before, "{name} was written to");
        fs::rename(&elsewhere, &file).expect("back in its place");
        check_unharmed(&scratch);
    }
}

#[test]
fn keys_may_be_empty_or_longer_than_lmdb_takes() {
    let scratch = Scratch::new().expect("a folder");
    let lens = [0, 1, 400, 510, 511, 512, 513, 10_240];
    let name = |len: usize| "k".repeat(len);
    for round in 0..2 {
        let config = Config::new(scratch.path()).autocommit(false);
        let workspace = Workspace::open(config).expect("it opens");
        let _entered = workspace.enter();
        let shelf = db0::singleton(|| Shelf {
            by_name: Dict::new(),
            by_bytes: Dict::new(),
            sorted: Index::new(),
        });
        let seen = shelf.read();
        for len in lens.into_iter().filter(|_| round == 0) {
            seen.by_name.insert(name(len), len as u64);
            // Equal for longer than what is kept of a long key.
            seen.by_name.insert(name(len) + "b", len as u64 + 1);
            seen.by_bytes.insert(vec![0; len], len as u64);
            seen.sorted.add(name(len), &shelf);
        }
        workspace.commit().expect("it commits");
        for len in lens {
            assert_eq!(seen.by_name.get(name(len)), Some(len as u64));
            assert_eq!(seen.by_name.get(name(len) + "b"), Some(len as u64 + 1));
            assert_eq!(seen.by_bytes.get(vec![0; len]), Some(len as u64));
        }
        let keys: Vec<String> = seen.sorted.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, lens.map(name));
        let bytes: Vec<usize> = seen.by_bytes.iter().map(|(key, _)| key.len()).collect();
        assert_eq!(bytes, lens);
        assert_eq!(seen.by_name.len(), 2 * lens.len());
    }
}
