//! Snapshots: each commit is a state, and every state can be looked at again, also after a restart.

use db0::{Memo, Snapshot};

#[db0::memo(singleton)]
struct Journal {
    pages: Vec<Memo<Page>>,
}

#[db0::memo]
#[derive(Debug)]
struct Page {
    text: String,
}

fn show(snapshot: &Snapshot) -> db0::Result<()> {
    // Whatever is reached through a handle of a snapshot is of the same state.
    let journal = snapshot.singleton::<Journal>()?;
    let texts: Vec<String> = journal.read().pages.iter().map(|p| p.read().text.clone()).collect();
    println!("state {}: {texts:?}", snapshot.state());
    Ok(())
}

fn main() -> db0::Result<()> {
    db0::init(db0::Config::new("./time-travel-data").autocommit(false))?;
    let journal = db0::singleton(|| Journal { pages: Vec::new() });
    let page = Memo::new(Page { text: "Rain.".into() });
    journal.write().pages.push(page.clone());
    let first = db0::commit()?;

    page.write().text.push_str(" Then sun.");
    let second = db0::commit()?;

    let before = db0::snapshot_at(first)?;
    let after = db0::snapshot_at(second)?;
    journal.update(|j| j.pages.clear());
    db0::commit()?;

    show(&before)?;
    show(&after)?;
    show(&db0::snapshot()?)?;
    println!("the page was {:?}, then {:?}", before.of(&page).read(), after.of(&page).read());
    for state in db0::states(first..)? {
        let (made, changed) = (state.created, state.modified);
        println!("state {}: {made} made, {changed} changed", state.number);
    }
    Ok(())
}
