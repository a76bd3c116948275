//! Another process reads by index what is committed, from the commit on that has the index.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use db0::{Config, Memo, Workspace};

mod before {
    #[db0::memo(keep, name = "Account")]
    pub(super) struct Account {
        pub(super) email: String,
        pub(super) balance: i64,
    }
}

#[db0::memo(keep)]
struct Account {
    #[db0(unique)]
    email: String,
    #[db0(index)]
    balance: i64,
}

const FOLDER: &str = "DB0_TEST_FOLDER";

fn email(step: i64) -> String {
    format!("{step}@x")
}

/// The other process: answers each line with what it finds.
#[test]
fn plays_the_reader() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let workspace = db0::init(Config::new(folder).read_only()).expect("it opens");
    for line in std::io::stdin().lines() {
        let step: i64 = line.expect("a question").parse().expect("a number");
        let first = db0::find::<Account>(Account::EMAIL.eq(email(step))).first();
        let balance = first.map_or(-1, |account| account.read().balance);
        let above = db0::find::<Account>(Account::BALANCE.gt(0)).count();
        println!("> {balance} {above}");
    }
    workspace.close().expect("it closes");
}

fn spawn(folder: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().expect("a path"))
        .args(["--exact", "plays_the_reader", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts")
}

#[test]
fn a_reader_sees_what_is_committed() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || {
        let workspace = Workspace::open(Config::new(folder.path()).autocommit(false));
        let workspace = workspace.expect("it opens");
        (workspace.enter(), workspace)
    };
    let (entered, workspace) = open();
    Memo::new(before::Account { email: email(0), balance: 5 });
    drop(entered);
    workspace.close().expect("it closes");

    let mut reader = spawn(folder.path());
    let mut questions = reader.stdin.take().expect("piped");
    let mut lines = BufReader::new(reader.stdout.take().expect("piped")).lines();
    let mut ask = |step: i64| {
        writeln!(questions, "{step}").expect("it listens");
        let answer = lines.by_ref().map(|line| line.expect("it answers"));
        let mut answer =
            answer.filter_map(|line| line.split_once("> ").map(|(_, rest)| rest.to_owned()));
        answer.next().expect("it answers")
    };
    assert_eq!(ask(0), "5 1"); // without an index
    let (_entered, workspace) = open();
    for step in 1..20 {
        let account = Memo::new(Account { email: email(step), balance: step });
        assert_eq!(ask(step), format!("-1 {step}")); // not committed
        db0::commit().expect("it commits");
        assert_eq!(ask(step), format!("{step} {}", step + 1));
        account.write().email = email(-step);
        db0::commit().expect("it commits");
        assert_eq!(ask(step), format!("-1 {}", step + 1));
        assert_eq!(ask(-step), format!("{step} {}", step + 1));
    }
    drop(questions);
    assert!(reader.wait().expect("it ends").success());
    drop(workspace);
}
