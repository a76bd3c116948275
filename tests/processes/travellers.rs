//! Time travel in a process that only reads: it finds what the writer finds, by every way there is, while
//! that goes on, and after it is gone.

use std::{
    fmt::Write,
    path::Path,
    time::{Duration, SystemTime},
};

use db0::{Config, Dict, Error, Index, List, Memo, Mode, Snapshot, Workspace};

use crate::child::{Child, say, told};

const LAST: u64 = 12;

#[db0::memo(singleton)]
struct Shelf {
    label: String,
    books: List<Memo<Book>>,
    by_title: Dict<String, Memo<Book>>,
    by_year: Index<u16, Memo<Book>>,
}

#[db0::memo]
struct Book {
    title: String,
    #[db0(index)]
    year: u16,
}

#[db0::memo(singleton)]
struct Till {
    cents: u64,
}

fn shelf_text(snapshot: &Snapshot) -> String {
    let Ok(shelf) = snapshot.singleton::<Shelf>() else { return "no shelf".into() };
    let shelf = shelf.read();
    let title = |book: Memo<Book>| book.read().title.clone();
    let titles: Vec<_> = shelf.books.iter().map(title).collect();
    let named: Vec<_> = shelf.by_title.iter().map(|(name, _)| name).collect();
    let years: Vec<_> = shelf.by_year.iter().map(|(year, _)| year).collect();
    let old: Vec<_> = snapshot.find::<Book>(Book::YEAR.lt(1900)).iter().map(title).collect();
    let lent: Vec<_> = snapshot.find::<Book>("lent").iter().map(title).collect();
    let untyped = snapshot.find_any("lent").count();
    format!("{} {titles:?} {named:?} {years:?} {old:?} {lent:?} {untyped}", shelf.label)
}

/// Everything that the past says, as text.
fn report() -> db0::Result<String> {
    let mut text = String::new();
    let mut line = |what: std::fmt::Arguments<'_>| writeln!(text, "{what}").expect("memory");
    let states = db0::states(..)?;
    for state in &states {
        let at = db0::state_at(state.time)?;
        line(format_args!("{state:?} {at} {}", shelf_text(&db0::snapshot_at(state.number)?)));
    }
    let [oldest, .., last] = &states[..] else { return Err(db0::abort("too few states")) };
    let middle = u64::midpoint(oldest.number, last.number);
    line(format_args!("{:?}", db0::snapshot_at(oldest.number - 1).map(|_| ()).map_err(kind)));
    let [before, after] = [middle, last.number].map(db0::snapshot_at);
    let (before, after) = (before?, after?);
    let uuids = |memos: db0::Changes<Memo<Book>>| memos.map(|memo| memo.uuid()).collect::<Vec<_>>();
    line(format_args!("{:?}", uuids(db0::select_new(Book::YEAR.ge(1900), &before, &after))));
    line(format_args!("{:?}", uuids(db0::select_deleted((), &before, &after))));
    let modified = db0::select_modified::<Book>((), &before, &after);
    let pairs = modified.map(|(old, new)| (old.read().title.clone(), new.read().title.clone()));
    line(format_args!("{:?}", pairs.collect::<Vec<_>>()));
    let changes = db0::changes(&before, &after);
    line(format_args!("{:?}", changes.collect::<Vec<_>>()));
    let shelf = after.singleton::<Shelf>()?;
    let splices = shelf
        .read()
        .books
        .changes(&before, &after)
        .map(|splice| (splice.old_index, splice.old.len(), splice.new_index, splice.new.len()));
    line(format_args!("{:?}", splices.collect::<Vec<_>>()));
    let names =
        shelf.read().by_title.changes(&before, &after).map(|entry| (entry.kind(), entry.key));
    line(format_args!("{:?}", names.collect::<Vec<_>>()));
    let now = db0::fetch_singleton::<Shelf>()?;
    let history = now.history()?;
    let labels = history.iter().map(|state| Ok(now.at(*state)?.read().label.clone()));
    line(format_args!("{history:?} {:?}", labels.collect::<db0::Result<Vec<_>>>()?));
    for (shop, till) in [(2, 1), (LAST, 3), (middle, 2)] {
        let both = db0::snapshot_of([("default", shop), ("till", till)])?;
        let cents = both.singleton::<Till>().map(|till| till.read().cents);
        let states = (both.state_of("default")?, both.state_of("till")?);
        line(format_args!("{states:?} {cents:?} {}", shelf_text(&both)));
    }
    Ok(text)
}

fn kind(error: Error) -> &'static str {
    match error {
        Error::Pruned { .. } => "pruned",
        Error::NoState { .. } => "no such state",
        _ => "another error",
    }
}

/// Makes a past, of which the first states are forgotten.
fn live(workspace: &Workspace) -> db0::Result<()> {
    let till = workspace.prefix("till", Mode::ReadWrite)?;
    let _entered = workspace.prefix("default", Mode::ReadWrite)?.enter();
    let money = till.singleton(|| Till { cents: 0 });
    let shelf = db0::singleton(|| Shelf {
        label: "first".into(),
        books: List::new(),
        by_title: Dict::new(),
        by_year: Index::new(),
    });
    for n in 1..=LAST {
        let year = 1890 + u16::try_from(n).unwrap_or_default() * 2;
        let book = Memo::new(Book { title: format!("book {n}"), year });
        {
            let shelf = shelf.read();
            shelf.books.push(book.clone());
            shelf.by_title.insert(format!("book {n}"), book.clone());
            shelf.by_year.add(year, &book);
        }
        db0::tags(&book).add("lent");
        if n % 3 == 0 {
            shelf.write().label = format!("since {n}");
            let gone = shelf.read().books.remove(0);
            let title = gone.read().title.clone();
            shelf.read().by_title.remove(&title);
            shelf.read().by_year.remove(gone.read().year, &gone);
            db0::tags(&gone).remove("lent");
        }
        if n % 4 == 0 {
            shelf.read().books.get(0).expect("some").write().title += ", again";
            money.write().cents += n;
        }
        assert_eq!(workspace.commit()?, n);
        std::thread::sleep(Duration::from_millis(2));
    }
    db0::prune_history(..2)
}

/// Reports when it is asked.
pub(crate) fn travels(folder: &Path) {
    let workspace = db0::init(Config::new(folder).read_only()).expect("it opens");
    workspace.prefix("till", Mode::ReadOnly).expect("it is there");
    workspace.prefix("default", Mode::ReadOnly).expect("it is there");
    for _ in told() {
        let text = report().expect("it is there");
        text.lines().for_each(say);
        say("that is all");
    }
}

fn ask(reader: &mut Child) -> String {
    reader.tell("?");
    let mut text = String::new();
    loop {
        match &*reader.hear().expect("it tells") {
            "that is all" => return text,
            line => text = text + line + "\n",
        }
    }
}

#[test]
fn a_reader_finds_the_past_that_the_writer_finds() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("opens");
    live(&workspace).expect("it commits");
    let _entered = workspace.enter();
    let expected = report().expect("it is there");
    let began = SystemTime::now();
    let mut reader = Child::start("travels", folder.path());
    assert_eq!(ask(&mut reader), expected);
    // It is the past: what is written on is not in it.
    let held = db0::snapshot().expect("a snapshot");
    db0::fetch_singleton::<Shelf>().expect("there").write().label = "later".into();
    assert_eq!(workspace.commit().expect("it commits"), LAST + 1);
    let later = report().expect("it is there");
    assert_ne!(later, expected);
    assert_eq!(ask(&mut reader), later);
    assert_eq!(held.state_of("default").expect("it is in it"), LAST);
    assert_eq!(db0::state_at(began).expect("kept"), LAST);
    drop(held);
    workspace.close().expect("it closes");
    assert_eq!(ask(&mut reader), later, "nobody writes any more");
    assert!(reader.end().success());
}
