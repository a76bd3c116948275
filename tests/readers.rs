//! Another process: it finds what was persisted at exit, and follows a writer.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use db0::{Config, Memo, Mode, Workspace};

#[db0::memo(singleton)]
struct Counter {
    value: u64,
    people: Vec<Memo<Person>>,
}

#[db0::memo]
struct Person {
    name: String,
}

const ROLE: &str = "DB0_TEST_ROLE";
const FOLDER: &str = "DB0_TEST_FOLDER";

/// Runs this test binary again, in a role of its own.
fn spawn(role: &str, folder: &Path) -> std::process::Child {
    let this = std::env::current_exe().expect("a path");
    Command::new(this)
        .args(["--exact", "plays_its_role", "--nocapture", "--test-threads=1"])
        .env(ROLE, role)
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts")
}

#[test]
fn plays_its_role() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let folder = std::env::var(FOLDER).expect("set with the role");
    match role.as_str() {
        "exits" => exits(&folder),
        "follows" => follows(&folder),
        other => panic!("{other}"),
    }
}

/// Changes something and ends without a commit of its own.
fn exits(folder: &str) {
    db0::init(folder).expect("it opens");
    let bob = Memo::new(Person { name: "Bob".into() });
    db0::tags(&bob).add("left behind");
    let root = db0::singleton(|| Counter { value: 1, people: Vec::new() });
    root.write().people.push(bob);
    std::process::exit(0);
}

/// Answers each line with what it sees.
fn follows(folder: &str) {
    let workspace = db0::init(db0::Config::new(folder).read_only()).expect("it opens");
    let counter = db0::fetch_singleton::<Counter>().expect("it was committed");
    for line in std::io::stdin().lines() {
        line.expect("a question");
        let seen = counter.read();
        assert_eq!(db0::find::<Person>("member").count() as usize, seen.people.len());
        assert!(counter.try_write().is_err());
        // Last: the writer goes on when it has the answer.
        println!("> {} {}", seen.value, seen.people.len());
    }
    workspace.close().expect("it closes");
}

#[test]
fn a_normal_exit_persists() {
    let folder = tempfile::tempdir().expect("a folder");
    let status = spawn("exits", folder.path()).wait().expect("it ends");
    assert!(status.success());
    let workspace = db0::Workspace::open(folder.path()).expect("it opens");
    let _entered = workspace.enter();
    assert_eq!(db0::find::<Person>("left behind").first().expect("Bob").read().name, "Bob");
    let second = db0::Workspace::open(folder.path());
    assert!(matches!(second, Err(db0::Error::AlreadyOpen { .. })), "{second:?}");
}

#[test]
fn a_reader_follows_its_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace =
        db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false)).expect("it opens");
    let _entered = workspace.enter();
    let counter = db0::singleton(|| Counter { value: 0, people: Vec::new() });
    db0::commit().expect("it commits");
    let mut reader = spawn("follows", folder.path());
    let mut questions = reader.stdin.take().expect("piped");
    let mut answers = BufReader::new(reader.stdout.take().expect("piped")).lines();
    for step in 1..50 {
        let person = Memo::new(Person { name: format!("person {step}") });
        db0::atomic(|| -> db0::Result<()> {
            db0::tags(&person).add("member");
            let mut draft = counter.write();
            draft.value = step;
            draft.people.push(person.clone());
            Ok(())
        })
        .expect("it succeeds");
        db0::commit().expect("it commits");
        writeln!(questions, "?").expect("it listens");
        let answer = answers.by_ref().map(|line| line.expect("it answers"));
        let answer =
            answer.filter_map(|line| line.split_once("> ").map(|(_, rest)| rest.to_owned()));
        assert_eq!(answer.take(1).collect::<String>(), format!("{step} {step}"));
    }
    drop(questions);
    assert!(reader.wait().expect("it ends").success());
    let beside = workspace.open_prefixes().len();
    assert_eq!(beside, 1);
    assert!(workspace.prefix("default", Mode::ReadOnly).is_ok());
}

/// The first to come opens the file and the last to go closes it, in whatever order that happens.
#[test]
fn workspaces_that_come_and_go_in_many_threads_share_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("it opens");
    writer.singleton(|| Counter { value: 7, people: Vec::new() });
    writer.commit().expect("it commits");
    writer.close().expect("it closes");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..40 {
                    let config = Config::new(folder.path()).read_only();
                    let reader = Workspace::open(config).expect("it opens");
                    let counter = reader.singleton::<Counter>(|| unreachable!("it is there"));
                    assert_eq!(counter.read().value, 7);
                    drop(counter);
                    reader.close().expect("it closes");
                }
            });
        }
    });
    let reader = Workspace::open(Config::new(folder.path()).read_only()).expect("it opens");
    assert!(reader.current().readers().expect("it looks").len() < 20);
}
