//! What runs out: the map of a process beside one that lets the file grow, the disk, the size of a file.

use std::{
    fs,
    io::Write,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use db0::{Config, Error, Memo, Workspace};

use crate::child::{Child, command_within, say, told};

const TEXT: usize = 16 << 10;

#[db0::memo(keep)]
struct Page {
    n: u64,
    text: String,
}

fn page(n: u64) -> Page {
    Page { n, text: n.to_string().repeat(TEXT / n.to_string().len()) }
}

fn config(folder: &Path) -> Config {
    Config::new(folder).autocommit(false)
}

/// All pages are there, each whole.
fn check(count: u64) {
    let pages: Vec<Memo<Page>> = db0::find::<Page>(()).iter().collect();
    for (memo, n) in pages.iter().zip(0..) {
        let found = memo.read();
        assert!(found.n == n && found.text == page(n).text, "page {n} is not what it was");
    }
    assert_eq!(pages.len() as u64, count);
}

/// Checks as many pages as it is told, in two threads at a time.
pub(crate) fn reads_with_a_small_map(folder: &Path) {
    let _workspace = db0::init(config(folder).read_only().map_size(1 << 20)).expect("it opens");
    say("reads");
    for count in told() {
        let count: u64 = count.parse().expect("a number");
        db0::refresh().expect("it looks");
        std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(|| check(count)))));
        say(count);
    }
}

#[test]
fn readers_follow_a_file_that_outgrows_their_maps() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path()).map_size(1 << 20);
    let workspace = Workspace::open(config).expect("it opens");
    let _entered = workspace.enter();
    db0::commit().expect("it commits");
    let mut readers: Vec<_> =
        (0..3).map(|_| Child::start("reads with a small map", folder.path())).collect();
    for reader in &mut readers {
        assert_eq!(reader.hear().as_deref(), Some("reads"));
    }
    for round in 1..=6_u64 {
        let all = 1 << (round + 3);
        let made = all / 2 * u64::from(round > 1);
        (made..all).for_each(|n| drop(Memo::new(page(n))));
        db0::commit().expect("the map grows");
        readers.iter_mut().for_each(|reader| reader.tell(&all.to_string()));
        for reader in &mut readers {
            assert_eq!(reader.hear().expect("it reads"), all.to_string());
        }
    }
    assert!(readers.into_iter().all(|reader| reader.end().success()));
}

/// Commits page after page until a commit fails. Then, if it is told of a file, removes that, and goes
/// on.
pub(crate) fn writes_until_there_is_no_room(folder: &Path) {
    let workspace = db0::init(config(folder)).expect("it opens");
    let mut count = 0;
    let why = loop {
        drop(Memo::new(page(count)));
        count += 1;
        if let Err(error) = db0::commit() {
            break error;
        }
    };
    assert!(matches!(why, Error::Commit { .. }), "{why}");
    check(count); // the one that waits is seen too
    say(format_args!("{} {why}", count - 1));
    let Some(file) = told().next() else { return };
    fs::remove_file(file).expect("it is there");
    db0::commit().expect("there is room");
    assert!(workspace.health().is_ok());
    check(count);
    workspace.close().expect("it closes");
    let workspace = Workspace::open(config(folder)).expect("it opens");
    let _entered = workspace.enter();
    check(count);
    say(count);
}

/// Fills the disk with versions of few pages, until a commit fails and nothing else has room either; then
/// makes room with what is reserved, and goes on.
pub(crate) fn prunes_a_full_disk(folder: &Path) {
    const PAGES: u64 = 20;
    let reserve = folder.join("default/.reserve");
    let config = || config(folder).reserve(1 << 20).pending_size(64 << 20);
    let workspace = db0::init(config()).expect("it opens");
    let pages: Vec<Memo<Page>> = (0..PAGES).map(|n| Memo::new(page(n))).collect();
    // It is kept by and by, beside a file that is large enough.
    let began = Instant::now();
    let mut version = 0;
    while !reserve.exists() {
        assert!(began.elapsed() < Duration::from_mins(1), "no room is reserved");
        if fs::metadata(folder.join("default/data.mdb")).expect("it is there").len() < 4 << 20 {
            version += 1;
            pages.iter().for_each(|memo| memo.write().text.replace_range(..1, "x"));
            pages.iter().for_each(|memo| memo.write().text.push('y'));
        }
        db0::touch(&pages[0]);
        db0::commit().expect("there is room");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(version > 0);
    assert!(folder.join("default/.mark").exists(), "no commit is noted");
    let why = loop {
        pages.iter().for_each(|memo| memo.write().text.push('z'));
        if let Err(error) = db0::commit() {
            break error;
        }
    };
    fill(folder);
    db0::commit().expect_err("the disk is full");
    let oldest = db0::state();
    workspace.current().prune_history(..oldest).expect("the reserve is room enough");
    assert!(!reserve.exists(), "it was not used");
    assert!(workspace.health().is_ok());
    pages.iter().for_each(|memo| memo.write().text.push('!'));
    db0::commit().expect("pages are free again");
    assert!(pages.iter().all(|memo| memo.read().text.ends_with("z!")));
    say(why);
    workspace.close().expect("it closes");
    let found = Workspace::verify(folder, "default").expect("it reads");
    say(found.is_sound());
}

/// Takes what room is left; gives what it was taken with.
fn fill(folder: &Path) -> fs::File {
    let mut filler = fs::File::create(folder.join("rest")).expect("there is room for a name");
    for size in [64 << 10, 4 << 10, 512, 1] {
        while filler.write_all(&vec![0; size]).is_ok() {}
    }
    filler
}

/// Opens a prefix that lacks the files which processes share by maps, and makes another one, with one more
/// page of room on a full disk after the other.
pub(crate) fn opens_on_a_full_disk(folder: &Path) {
    const PAGE: u64 = 4096;
    let try_to_open = |config: Config, count: u64| match Workspace::open(config) {
        Ok(workspace) => {
            let entered = workspace.enter();
            check(count);
            drop(entered);
            // It may be that nothing more can be written.
            let _ = workspace.close();
            true
        }
        Err(error) => {
            assert!(error.to_string().contains("disk"), "{error}");
            false
        }
    };
    let workspace = Workspace::open(config(folder)).expect("it opens");
    let entered = workspace.enter();
    drop(Memo::new(page(0)));
    db0::commit().expect("there is room");
    drop(entered);
    workspace.close().expect("it closes");
    let mut opened = 0;
    for pages in 0..30 {
        for file in [".bell", "lock.mdb", ".peers"] {
            let _ = fs::remove_file(folder.join("default").join(file));
        }
        let filler = fill(folder);
        let len = filler.metadata().expect("it is open").len();
        filler.set_len(len.saturating_sub(pages * PAGE)).expect("it is ours");
        opened += u32::from(try_to_open(config(folder).read_only(), 1));
        opened += u32::from(try_to_open(config(folder), 1));
        opened += u32::from(try_to_open(config(folder).prefix("other"), 0));
        let _ = fs::remove_dir_all(folder.join("other"));
        fs::remove_file(folder.join("rest")).expect("it is there");
    }
    assert!(try_to_open(config(folder), 1), "there is room again");
    say(opened);
}

#[test]
fn a_full_disk_ends_no_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let mount = r#"mount -t tmpfs -o size=2m none "$DB0_TEST_FOLDER" && exec "$0" "$@""#;
    if !may_mount() {
        return;
    }
    let args = ["-Urm", "sh", "-c", mount];
    let mut child =
        Child::of(&mut command_within("unshare", &args, "opens on a full disk", folder.path()));
    let opened = child.hear().expect("it goes on to its end").parse::<u32>().expect("a number");
    assert!((1..90).contains(&opened), "{opened} times");
    assert!(child.end().success());
}

#[test]
fn states_are_forgotten_on_a_full_disk_with_the_room_reserved_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mount = r#"mount -t tmpfs -o size=12m none "$DB0_TEST_FOLDER" && exec "$0" "$@""#;
    if !may_mount() {
        return;
    }
    let args = ["-Urm", "sh", "-c", mount];
    let mut writer =
        Child::of(&mut command_within("unshare", &args, "prunes a full disk", folder.path()));
    let said = writer.hear().expect("it says why");
    assert!(said.contains("the disk is full") || said.contains("cut short"), "{said}");
    assert_eq!(writer.hear().as_deref(), Some("true"));
    assert!(writer.end().success());
}

fn may_mount() -> bool {
    let args = ["-Urm", "sh", "-c", "mount -t tmpfs none /mnt"];
    let may = Command::new("unshare").args(args).status().is_ok_and(|status| status.success());
    if !may {
        eprintln!("skipped: a file system of one's own is not permitted here");
    }
    may
}

fn committed(said: &str) -> u64 {
    said.split(' ').next().and_then(|count| count.parse().ok()).expect("a number")
}

#[test]
fn a_full_disk_costs_nothing_and_writing_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let mount = r#"mount -t tmpfs -o size=3m none "$DB0_TEST_FOLDER" &&
        head -c 1000000 /dev/zero >"$DB0_TEST_FOLDER/filler" && exec "$0" "$@""#;
    if !may_mount() {
        return;
    }
    let args = ["-Urm", "sh", "-c", mount];
    let role = "writes until there is no room";
    let mut writer = Child::of(&mut command_within("unshare", &args, role, folder.path()));
    let said = writer.hear().expect("it says why");
    assert!(said.contains("the disk is full") || said.contains("cut short"), "{said}");
    let more = writer.ask(folder.path().join("filler").to_str().expect("a path"));
    assert_eq!(committed(&more), committed(&said) + 1);
    assert!(writer.end().success());
}

#[test]
fn a_limit_on_the_size_of_files_costs_no_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    // Blocks of 512 or 1024 bytes; the signal would end the process.
    let limit = r#"trap "" XFSZ && ulimit -f 3000 && exec "$0" "$@""#;
    let role = "writes until there is no room";
    let mut writer = Child::of(&mut command_within("sh", &["-c", limit], role, folder.path()));
    let said = writer.hear().expect("it says why");
    assert!(said.contains("file size limit") || said.contains("ulimit -f"), "{said}");
    writer.kill();
    let workspace = Workspace::open(config(folder.path())).expect("it opens");
    let _entered = workspace.enter();
    check(committed(&said));
    drop(Memo::new(page(committed(&said))));
    db0::commit().expect("there is room");
    check(committed(&said) + 1);
}
