//! Building an index of objects that there are already tells `tracing` how far it is.

mod common;

#[path = "common/listener.rs"]
mod listener;

use common::World;
use db0::Memo;
use listener::{Fields, Listener};
use tracing::Level;

mod before {
    #[db0::memo(keep, name = "Part")]
    pub(super) struct Part {
        pub(super) size: u32,
    }
}

mod after {
    #[db0::memo(keep, name = "Part")]
    pub(super) struct Part {
        #[db0(index)]
        pub(super) size: u32,
    }
}

const PARTS: u32 = 20_000;

#[test]
fn beginning_and_end_tell_how_many_there_are() {
    let mut world = World::new();
    for size in 0..PARTS {
        Memo::new(before::Part { size });
    }
    world.reopen();
    let listener = Listener::default();
    let count = || db0::find::<after::Part>(after::Part::SIZE.lt(100)).count();
    assert_eq!(tracing::subscriber::with_default(listener.clone(), count), 100);
    let events = listener.events.lock().expect("nobody panics with it");
    let about = |(_, fields): &&(Level, Fields)| {
        fields
            .get("message")
            .is_some_and(|message| message.contains("building what is kept of Part"))
    };
    let told: Vec<_> = events.iter().filter(about).collect();
    let field = |(_, fields): &(Level, Fields), name: &str| fields.get(name).cloned();
    let total = Some(PARTS.to_string());
    assert!(told.len() >= 2, "{events:?}");
    for event in &told {
        assert_eq!(field(event, "total"), total);
        assert_eq!(field(event, "prefix").as_deref(), Some("\"default\""));
        assert!(event.0 <= Level::DEBUG);
    }
    assert_eq!(field(told[0], "done").as_deref(), Some("0"));
    assert_eq!(field(told[told.len() - 1], "done"), total);
    let done: Vec<u64> = told
        .iter()
        .map(|event| field(event, "done").expect("it is told").parse().expect("a number"))
        .collect();
    assert!(done.is_sorted());
    drop(events);
    // What is built is not built again.
    let listener = Listener::default();
    assert_eq!(tracing::subscriber::with_default(listener.clone(), count), 100);
    assert!(
        !listener.events.lock().expect("nobody panics with it").iter().any(|event| about(&event))
    );
}
