//! A commit of very much takes memory, and others wait for it: the log tells of one.

#[path = "common/listener.rs"]
mod listener;

use db0::{Config, History, Memo, Workspace};
use listener::Listener;
use tracing::Level;

#[db0::memo(keep)]
struct Page {
    text: String,
}

const TEXT: usize = 1 << 20;

#[test]
fn a_commit_of_more_than_may_wait_is_told_of() {
    let listener = Listener::default();
    tracing::subscriber::set_global_default(listener.clone()).expect("nobody else listens");
    let told = || {
        let events = listener.events.lock().expect("nobody panics with it");
        let warnings = events.iter().filter(|(level, _)| *level == Level::WARN);
        let texts = warnings.filter_map(|(_, fields)| fields.get("message").cloned());
        texts.filter(|text| text.contains("one commit of prefix")).collect::<Vec<_>>()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config::new(folder.path()).autocommit(false).history(History::Off);
    let config = config.pending_size(8 << 20);
    let workspace = Workspace::open(config).expect("it opens");
    let write = |pages: usize| {
        let text = "x".repeat(TEXT);
        let pages: Vec<Memo<Page>> =
            (0..pages).map(|_| workspace.create(Page { text: text.clone() })).collect();
        workspace.commit().expect("it commits");
        pages.iter().for_each(|page| db0::delete(page).expect("nothing refers to it"));
    };
    write(2);
    assert_eq!(told(), Vec::<String>::new());
    write(10);
    let told = told();
    assert!(told.len() == 1 && told[0].contains("writes 10 MiB"), "{told:?}");
}
