//! `find_dyn` over classes that the program has and does not name: several traits to a class, classes of
//! other prefixes, objects that come and go, and another process.

mod common;

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use common::World;
use db0::{Config, Memo, Mode};

trait Shape {
    fn area(&self) -> u64;
}

trait Named {
    fn name(&self) -> String;
}

/// No class has it.
trait Unused {}

/// Values of `Circle` that have been dropped.
static DROPPED: AtomicUsize = AtomicUsize::new(0);

mod shapes {
    use super::{DROPPED, Memo, Named, Ordering, Shape};

    #[db0::memo(keep, implements = [Shape, Named])]
    pub(super) struct Square {
        side: u64,
        name: String,
    }

    /// Of any size: what it has on the heap is freed through the trait.
    #[db0::memo(keep, implements = [Shape])]
    pub(super) struct Polygon {
        corners: Vec<(u64, String)>,
        inner: Option<Memo<Square>>,
    }

    #[db0::memo(keep, implements = [Shape, Named])]
    pub(super) enum Circle {
        Unit,
        Radius(u64),
    }

    #[db0::memo(keep, prefix = "signs", implements = [Named])]
    pub(super) struct Sign {
        text: String,
    }

    #[db0::memo(keep)]
    pub(super) struct Idea;

    impl Shape for Square {
        fn area(&self) -> u64 {
            self.side * self.side
        }
    }

    impl Named for Square {
        fn name(&self) -> String {
            self.name.clone()
        }
    }

    impl Shape for Polygon {
        fn area(&self) -> u64 {
            let inner = self.inner.as_ref().map_or(0, |inner| inner.read().area());
            self.corners.iter().map(|(size, text)| size * text.len() as u64).sum::<u64>() + inner
        }
    }

    impl Shape for Circle {
        fn area(&self) -> u64 {
            match self {
                Self::Unit => 3,
                Self::Radius(radius) => 3 * radius * radius,
            }
        }
    }

    impl Named for Circle {
        fn name(&self) -> String {
            "circle".into()
        }
    }

    impl Drop for Circle {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::SeqCst);
        }
    }

    impl Named for Sign {
        fn name(&self) -> String {
            self.text.clone()
        }
    }

    /// A square of 9, a polygon of 22 around one of 4, circles of 3 and 12, an idea; a sign elsewhere.
    pub(super) fn draw() {
        let square = |side, name: &str| Memo::new(Square { side, name: name.into() });
        let large = square(3, "large");
        db0::tags(&large).add("solid");
        let inner = Some(square(2, "small"));
        let corners = vec![(4, "abc".into()), (6, "d".into())];
        let polygon = Memo::new(Polygon { corners, inner });
        db0::tags([&Memo::new(Circle::Unit), &Memo::new(Circle::Radius(2))]).add("round");
        db0::tags(Memo::new(Idea)).add("solid");
        db0::tags(&polygon).add("solid");
        db0::tags(Memo::new(Sign { text: "exit".into() })).add("solid");
    }
}

fn areas() -> Vec<u64> {
    db0::find_dyn::<dyn Shape>(()).iter().map(|shape| shape.read().area()).collect()
}

const ALL: [u64; 5] = [9, 4, 22, 3, 12];

const FOLDER: &str = "DB0_TEST_FOLDER";

/// The other process: it names traits and no class.
#[test]
fn plays_the_visitor() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let _workspace = db0::init(Config::new(folder).read_only()).expect("it opens");
    assert_eq!(areas(), ALL);
    let names = db0::find_dyn::<dyn Named>(db0::no("round"));
    assert_eq!(names.iter().map(|it| it.read().name()).collect::<Vec<_>>(), ["large", "small"]);
    assert_eq!(db0::find_dyn::<dyn Shape>(("solid", db0::no("round"))).count(), 2);
    assert_eq!(db0::find_dyn::<dyn Unused>(()).count(), 0);
}

#[test]
fn another_process_finds_them_by_their_traits() {
    let mut world = World::new();
    shapes::draw();
    assert_eq!(areas(), ALL);
    world.close();
    let program = std::env::current_exe().expect("a path");
    let visit = || {
        let args = ["--exact", "plays_the_visitor", "--test-threads=1"];
        Command::new(&program).args(args).env(FOLDER, world.folder.path()).status()
    };
    assert!(visit().expect("it runs").success());
    world.reopen();
    assert_eq!(areas(), ALL);
}

#[test]
fn a_class_with_several_traits_is_found_by_each() {
    let _world = World::new();
    shapes::draw();
    let all = db0::find_dyn::<dyn Named>(());
    let names: Vec<_> = all.iter().map(|it| it.read().name()).collect();
    assert_eq!(names, ["large", "small", "circle", "circle"]);
    // What was found by one trait can be seen as the other.
    let first = all.first().expect("the large square");
    let shape: Arc<dyn Shape> = first.cast().expect("readable").expect("a shape");
    assert_eq!(shape.area(), 9);
    let large = db0::find_dyn::<dyn Shape>(()).filter(|shape| shape.area() >= 9);
    assert_eq!(large.count(), 3);
    assert_eq!(db0::find_dyn::<dyn Named>(&large).count(), 2);
    assert_eq!(db0::find_any((&large, "solid")).count(), 2);
    db0::tags(&large).add("large");
    assert_eq!(db0::find_dyn::<dyn Shape>("large").uuids(), large.uuids());
}

#[test]
fn a_prefix_gives_its_own() {
    let world = World::new();
    shapes::draw();
    let workspace = world.workspace.as_ref().expect("it is open");
    let here = db0::current();
    let signs = workspace.prefix("signs", Mode::ReadWrite).expect("it is open");
    let names: Vec<_> = signs.find_dyn::<dyn Named>(()).iter().map(|it| it.read().name()).collect();
    assert_eq!(names, ["exit"]);
    assert_eq!(signs.find_dyn::<dyn Shape>(()).count(), 0);
    assert_eq!(here.find_dyn::<dyn Named>(()).count(), 4);
    assert_eq!(here.find_dyn::<dyn Shape>("solid").count(), 2);
}

#[test]
fn objects_that_go_meanwhile_are_passed_over() {
    let _world = World::new();
    shapes::draw();
    let all = db0::find_dyn::<dyn Shape>(());
    let mut seen = Vec::new();
    for shape in &all {
        if seen.is_empty() {
            let circles = db0::find_dyn::<dyn Shape>("round");
            for circle in &circles {
                db0::tags(&*circle).remove("round");
                db0::delete(&*circle).expect("nothing refers to it");
            }
        }
        seen.push(shape.read().area());
    }
    assert_eq!(seen, ALL[..3]);
    let held = all.first().expect("the large square");
    db0::tags(&*held).remove("solid");
    db0::delete(&*held).expect("nothing refers to it");
    assert!(held.try_read().is_err() && !all.contains(&*held));
    db0::commit().expect("it commits");
    assert_eq!(areas(), ALL[1..3]);
}

#[test]
fn what_is_seen_as_a_trait_is_dropped_as_what_it_is() {
    let mut world = World::new();
    shapes::draw();
    world.reopen();
    let before = DROPPED.load(Ordering::SeqCst);
    let seen: Vec<Arc<dyn Shape>> =
        db0::find_dyn::<dyn Shape>("round").iter().map(|circle| circle.read()).collect();
    assert_eq!(seen.iter().map(|circle| circle.area()).collect::<Vec<_>>(), ALL[3..]);
    world.close();
    // They stay as they are, also when nothing else is left.
    assert_eq!(seen[1].area(), 12);
    drop(seen);
    assert!(DROPPED.load(Ordering::SeqCst) >= before + 2);
}

#[test]
fn the_past_is_seen_as_traits_too() {
    let _world = World::new();
    shapes::draw();
    db0::commit().expect("it commits");
    let then = db0::snapshot().expect("a snapshot");
    for circle in &db0::find_dyn::<dyn Shape>("round") {
        db0::delete(&*circle)
            .or_else(|_| {
                db0::tags(&*circle).set(());
                db0::delete(&*circle)
            })
            .expect("nothing refers to it");
    }
    assert_eq!(areas(), ALL[..3]);
    let past = then.find_dyn::<dyn Shape>(());
    assert_eq!(past.iter().map(|shape| shape.read().area()).collect::<Vec<_>>(), ALL);
}
