//! Classes and traits that a program never names where it uses them.

mod common;

use std::sync::Arc;

use common::World;
use db0::{AnyMemo, Memo};

trait Shape {
    fn area(&self) -> u64;
}

mod shapes {
    use super::Shape;

    #[db0::memo(keep, implements = [Shape])]
    pub(super) struct Square {
        pub(super) side: u64,
    }

    impl Shape for Square {
        fn area(&self) -> u64 {
            self.side * self.side
        }
    }

    #[db0::memo(keep)]
    pub(super) struct Idea;
}

#[test]
fn an_object_is_seen_as_its_trait() {
    let mut world = World::new();
    let uuid = Memo::new(shapes::Square { side: 3 }).uuid();
    let idea = Memo::new(shapes::Idea).uuid();
    world.reopen();
    let any: AnyMemo = db0::fetch_any(uuid).expect("it is there");
    let shape: Arc<dyn Shape> = any.cast().expect("readable").expect("a shape");
    any.set("side", 5);
    let later: Arc<dyn Shape> = any.cast().expect("readable").expect("a shape");
    assert_eq!((shape.area(), later.area()), (9, 25));
    let idea = db0::fetch_any(idea).expect("it is there");
    assert!(idea.cast::<dyn Shape>().expect("readable").is_none());
}
