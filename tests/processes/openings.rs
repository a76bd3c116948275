//! Who may open a prefix: one writer, named to others; readers of one namespace, on any medium.

use std::{path::Path, process::Command, time::Duration};

use db0::{Config, Error, Lock, Memo, Workspace};

use crate::child::{Child, command_within, say, told};

#[db0::memo(keep)]
struct Note {
    n: u64,
}

fn config(folder: &Path) -> Config {
    Config::new(folder).autocommit(false)
}

fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(config(folder.path())).expect("it opens");
    workspace.create(Note { n: 1 });
    workspace.close().expect("it closes");
    folder
}

/// Opens for reading and says how many notes there are, or what kept it from that.
pub(crate) fn opens(folder: &Path) {
    match Workspace::open(config(folder).read_only()) {
        Err(error) => say(error),
        Ok(workspace) => {
            say(workspace.find::<Note>(()).count());
            told().for_each(|_| say(workspace.find::<Note>(()).count()));
            workspace.close().expect("it closes");
        }
    }
}

/// Has the right to write until it ends.
pub(crate) fn holds_the_lease(folder: &Path) {
    let workspace = db0::init(config(folder)).expect("it opens");
    Memo::new(Note { n: 2 });
    db0::commit().expect("it commits");
    Memo::new(Note { n: 3 });
    say("holds");
    told().for_each(drop);
    workspace.close().expect("it closes");
}

#[test]
fn a_second_writer_is_told_who_holds_the_lease_and_takes_over_when_that_dies() {
    let folder = prepared();
    let mut holder = Child::start("holds the lease", folder.path());
    assert_eq!(holder.hear().as_deref(), Some("holds"));
    let pid = holder.pid();
    let refused = Workspace::open(config(folder.path())).expect_err("it is taken");
    assert!(matches!(refused, Error::Locked { pid: Some(holder), .. } if holder == pid));
    let patient = Lock::Wait(Duration::from_millis(20));
    let refused = Workspace::open(config(folder.path()).lock(patient)).expect_err("it is taken");
    assert!(matches!(refused, Error::Locked { pid: Some(holder), .. } if holder == pid));
    let patient = config(folder.path()).lock(Lock::Wait(Duration::from_mins(1)));
    let waiting = std::thread::spawn(move || Workspace::open(patient));
    holder.kill();
    let workspace = waiting.join().expect("no panic").expect("the lease ended with its holder");
    // What it had committed is there, what it had not is not.
    assert_eq!(workspace.find::<Note>(()).count(), 2);
}

/// Whether the system lets this user have namespaces of its own.
pub(crate) fn may_unshare(what: &str) -> bool {
    let tried = Command::new("unshare").args([what, "true"]).status();
    let may = tried.is_ok_and(|status| status.success());
    if !may {
        eprintln!("skipped: unshare {what} is not permitted here");
    }
    may
}

const READ_ONLY: &str = r#"mount --bind "$DB0_TEST_FOLDER" "$DB0_TEST_FOLDER" &&
    mount -o remount,bind,ro "$DB0_TEST_FOLDER" && exec "$0" "$@""#;

#[test]
fn a_medium_that_is_mounted_read_only_is_read_while_nobody_writes() {
    if !may_unshare("-Urm") {
        return;
    }
    let folder = prepared();
    let start = || {
        let args = ["-Urm", "sh", "-c", READ_ONLY];
        Child::of(&mut command_within("unshare", &args, "opens", folder.path()))
    };
    let mut reader = start();
    assert_eq!(reader.hear().as_deref(), Some("1"));
    // It has no slot that a writer would respect: so there is no writer meanwhile.
    let refused = Workspace::open(config(folder.path()));
    assert!(matches!(refused, Err(Error::Locked { .. })), "{refused:?}");
    assert_eq!(reader.ask("again"), "1");
    assert!(reader.end().success());
    let workspace = Workspace::open(config(folder.path())).expect("nobody reads any more");
    let mut refused = start();
    let why = refused.hear().expect("it answers");
    assert!(why.contains("is being written") && why.contains("medium"), "{why}");
    assert!(refused.end().success());
    workspace.close().expect("it closes");
}

#[test]
fn processes_of_another_pid_namespace_are_refused_while_there_are_others() {
    if !may_unshare("-Urpf") {
        return;
    }
    let folder = prepared();
    let start = || {
        let args = ["-Urpf", "--kill-child"];
        Child::of(&mut command_within("unshare", &args, "opens", folder.path()))
    };
    let workspace = Workspace::open(config(folder.path()).read_only()).expect("it opens");
    let mut refused = start();
    let why = refused.hear().expect("it answers");
    assert!(why.contains("namespace") && why.contains(&std::process::id().to_string()), "{why}");
    assert!(refused.end().success());
    workspace.close().expect("it closes");
    let mut alone = start();
    assert_eq!(alone.hear().as_deref(), Some("1"));
    // Now they are the others.
    let refused = Workspace::open(config(folder.path()).read_only());
    assert!(matches!(refused, Err(Error::OtherNamespace { .. })), "{refused:?}");
    let allowed = config(folder.path()).read_only().any_pid_namespace();
    assert_eq!(Workspace::open(allowed).expect("it opens").find::<Note>(()).count(), 1);
    assert!(alone.end().success());
}

#[test]
fn nobody_shares_a_prefix_whose_table_of_readers_was_removed() {
    let folder = prepared();
    let mut reader = Child::start("opens", folder.path());
    assert_eq!(reader.hear().as_deref(), Some("1"));
    std::fs::remove_file(folder.path().join("default/lock.mdb")).expect("it is there");
    for config in [config(folder.path()), config(folder.path()).read_only()] {
        let refused = Workspace::open(config).expect_err("they would not see each other");
        assert!(matches!(refused, Error::Format { .. }), "{refused:?}");
        let pid = format!("process {}", reader.pid());
        assert!(refused.to_string().contains("lock.mdb") && refused.to_string().contains(&pid));
    }
    assert_eq!(reader.ask("again"), "1");
    assert!(reader.end().success());
    let workspace = Workspace::open(config(folder.path())).expect("nobody has the old one");
    assert_eq!(workspace.find::<Note>(()).count(), 1);
}

/// In a pid namespace of its own: has a process killed, and the next one get its number. Says how many
/// slots each of them was seen to have.
pub(crate) fn uses_a_number_again(folder: &Path) {
    let workspace = Workspace::open(config(folder).read_only()).expect("it opens");
    let prefix = workspace.current();
    assert_eq!(workspace.find::<Note>(()).count(), 1);
    let slots = |pid| {
        let readers = prefix.readers().expect("it looks");
        readers.iter().filter(|reader| reader.pid == pid).count()
    };
    let mut first = Child::start("opens", folder);
    assert_eq!(first.hear().as_deref(), Some("1"));
    let (number, before) = (first.pid(), slots(first.pid()));
    first.kill();
    if let Err(why) = std::fs::write("/proc/sys/kernel/ns_last_pid", (number - 1).to_string()) {
        return say(format_args!("numbers can't be chosen: {why}"));
    }
    let mut second = Child::start("opens", folder);
    assert_eq!(second.hear().as_deref(), Some("1"));
    say(format_args!("{} {before} {}", second.pid() == number, slots(number)));
    assert!(second.end().success());
}

#[test]
fn slots_of_a_process_whose_number_is_used_again_are_freed() {
    if !may_unshare("-Urpf") {
        return;
    }
    let folder = prepared();
    let args = ["-Urpf", "--kill-child"];
    let mut command = command_within("unshare", &args, "uses a number again", folder.path());
    let said = Child::of(&mut command).hear().expect("it says something");
    match said.split(' ').collect::<Vec<_>>()[..] {
        ["true", before, after] => assert_eq!(before, after, "slots of the dead one stay"),
        _ => eprintln!("skipped: {said}"),
    }
}
