//! Copies of prefixes: whole, of one state, never in the place of anything, and prefixes again.

mod common;

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::{FileExt, PermissionsExt},
    path::Path,
};

use common::World;
use db0::{Config, Error, Memo, Mode, Workspace};

#[db0::memo(keep)]
struct Note {
    #[db0(index)]
    text: String,
}

fn write(texts: std::ops::Range<u32>) {
    for n in texts {
        db0::tags(Memo::new(Note { text: format!("note {n}") })).add("note");
    }
}

fn texts(workspace: &Workspace, prefix: &str) -> u64 {
    let prefix = workspace.prefix(prefix, Mode::ReadWrite).expect("it opens");
    assert_eq!(prefix.find::<Note>("note").count(), prefix.find::<Note>(()).count());
    prefix.find::<Note>(Note::TEXT.ge("")).count()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it reads").flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_backup_is_the_state_that_was_published_and_becomes_a_prefix_again() {
    let world = World::new();
    let place = tempfile::tempdir().expect("a folder");
    let copy = place.path().join("monday.db0");
    write(0..50);
    // It need not have been committed.
    let prefix = world.workspace.as_ref().expect("open").current();
    let mut told = 0;
    let copied = prefix.backup_with(&copy, |bytes| told = bytes).expect("it is copied");
    assert_eq!((copied.state, copied.objects), (prefix.state(), 50));
    let metadata = fs::metadata(&copy).expect("it is there");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    assert!(told <= metadata.len());
    write(50..60);
    db0::commit().expect("it commits");
    assert_eq!(names(place.path()), ["monday.db0"]);

    let elsewhere = place.path().join("elsewhere");
    for name in ["default", "other/name"] {
        let root = elsewhere.join(name.replace('/', "-"));
        let restored = Workspace::restore(&root, name, &copy).expect("it is sound");
        assert_eq!(restored, copied);
        let config = Config::new(&root).prefix(name).autocommit(false);
        let workspace = Workspace::open(config).expect("it opens");
        assert_eq!(texts(&workspace, name), 50);
        let _entered = workspace.enter();
        write(100..105);
        db0::commit().expect("it goes on");
        assert_eq!(texts(&workspace, name), 55);
        workspace.close().expect("it closes");
        assert!(Workspace::verify(&root, name).expect("it can be read").is_sound());
    }
}

#[test]
fn nothing_is_written_over() {
    let world = World::new();
    write(0..5);
    let place = tempfile::tempdir().expect("a folder");
    let copy = place.path().join("copy");
    let workspace = world.workspace.as_ref().expect("open");
    let prefix = workspace.current();
    fs::write(&copy, "a letter").expect("it can be written");
    let refused = prefix.backup(&copy).expect_err("something is there");
    assert!(matches!(&refused, Error::Exists { path } if *path == copy), "{refused}");
    assert!(refused.to_string().contains("nothing was written"), "{refused}");
    assert_eq!(fs::read(&copy).expect("it reads"), b"a letter");
    fs::remove_file(&copy).expect("it is ours");
    prefix.backup(&copy).expect("nothing is there");
    // Onto itself, onto another prefix, and beside what it was made of.
    let root = world.folder.path();
    let refused = Workspace::restore(root, "default", &copy).expect_err("it is there");
    assert!(matches!(refused, Error::Exists { .. }), "{refused}");
    let refused = Workspace::restore(root, "copy", &copy).expect_err("they have one id");
    assert!(matches!(refused, Error::SamePrefixId { .. }), "{refused}");
    let missing = place.path().join("no folder/copy");
    let refused = prefix.backup(&missing).expect_err("there is no folder");
    assert!(matches!(refused, Error::Io { .. }), "{refused}");
    assert_eq!(names(place.path()), ["copy"]);
    assert_eq!(Workspace::list(root).expect("it is listed"), ["default"]);
}

#[test]
fn nothing_is_made_of_a_copy_that_is_damaged() {
    let world = World::new();
    write(0..500);
    let place = tempfile::tempdir().expect("a folder");
    let copy = place.path().join("copy");
    let prefix = world.workspace.as_ref().expect("open").current();
    prefix.backup(&copy).expect("it is copied");
    let bytes = fs::read(&copy).expect("it reads");
    let row = bytes.windows(8).position(|bytes| bytes == b"note 321").expect("it is stored");
    let mut damaged = bytes.clone();
    damaged[row] ^= 1;
    fs::write(&copy, &damaged).expect("it can be written");
    let root = place.path().join("root");
    let refused = Workspace::restore(&root, "default", &copy).expect_err("it is damaged");
    assert!(matches!(&refused, Error::Unsound { findings: 1.., .. }), "{refused}");
    assert!(refused.to_string().contains("db0 verify"), "{refused}");
    for cut in [0, 100, 5000, bytes.len() / 2, bytes.len() - 4096] {
        fs::write(&copy, &bytes[..cut]).expect("it can be written");
        let refused = Workspace::restore(&root, "default", &copy).expect_err("it is cut off");
        let is_told = matches!(refused, Error::Unsound { .. } | Error::Format { .. });
        assert!(is_told, "{cut} bytes: {refused}");
    }
    assert_eq!(Workspace::list(&root).unwrap_or_default(), Vec::<String>::new());
    fs::write(&copy, &bytes).expect("it can be written");
    Workspace::restore(&root, "default", &copy).expect("it is sound again");
}

#[test]
fn a_torn_header_is_told_of_and_rebuilt_in_a_copy() {
    for torn in 0..2 {
        let mut world = World::new();
        write(0..20);
        db0::commit().expect("it commits");
        write(20..30);
        world.close();
        let root = world.folder.path();
        let sound = Workspace::diagnose(root, "default").expect("it can be read");
        assert!(sound.opens() && !sound.can_be_rebuilt(), "{sound}");
        let data = root.join("default/data.mdb");
        let file = OpenOptions::new().write(true).open(&data).expect("it is ours");
        file.write_all_at(&[0; 60], 4096 * torn + 8).expect("it can be written");
        let before = fs::read(&data).expect("it reads");

        let refused = Workspace::open(Config::new(root)).expect_err("it is torn").to_string();
        assert!(refused.contains("data.mdb") && refused.contains("db0 doctor"), "{refused}");
        let found = Workspace::diagnose(root, "default").expect("it can be read");
        assert!(found.can_be_rebuilt() && found.headers[torn as usize].is_err(), "{found}");
        let findings = Workspace::verify(root, "default").expect("it can be read").findings;
        assert_eq!(findings[0].place, format!("page {torn}"), "{findings:?}");
        // Without the header of the last commit, that is missing.
        let is_last_torn = sound.headers[torn as usize] > sound.headers[1 - torn as usize];
        let lacks = findings.iter().any(|finding| finding.why.contains("was committed here"));
        assert_eq!((lacks, findings.len()), (is_last_torn, 1 + usize::from(is_last_torn)));

        let place = tempfile::tempdir().expect("a folder");
        let copy = place.path().join("copy");
        let rebuilt = Workspace::rebuild(root, "default", &copy).expect("one is sound");
        assert!(rebuilt.is_sound(), "{rebuilt:?}");
        assert!(fs::read(&data).expect("it reads") == before, "it was changed");
        let restored = place.path().join("restored");
        Workspace::restore(&restored, "default", &copy).expect("it is sound");
        let workspace =
            Workspace::open(Config::new(&restored).autocommit(false)).expect("it opens");
        let count = texts(&workspace, "default");
        // The last commit, or the one before it: that gave nothing but oids back.
        assert!(count == 30, "{count}");
    }
}

#[test]
fn what_has_nothing_to_be_rebuilt_is_refused() {
    let mut world = World::new();
    write(0..3);
    world.close();
    let root = world.folder.path();
    let copy = root.join("copy");
    let refused = Workspace::rebuild(root, "default", &copy).expect_err("both are sound");
    assert!(refused.to_string().contains("nothing that can be rebuilt"), "{refused}");
    assert!(!copy.exists());
    world.open();
    let refused = Workspace::rebuild(world.folder.path(), "default", &copy);
    let refused = refused.expect_err("it is being written");
    assert!(matches!(refused, Error::Locked { .. } | Error::AlreadyOpen { .. }), "{refused}");
}
