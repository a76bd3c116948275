//! `find_any` over all classes, and `find_dyn` over those with a trait.

use db0::Memo;

use crate::common::World;

trait Shape {
    fn area(&self) -> u32;
}

#[db0::memo(keep, implements = [Shape])]
struct Square {
    side: u32,
}

#[db0::memo(keep, implements = [Shape])]
struct Oblong {
    sides: (u32, u32),
}

#[db0::memo(keep)]
struct Note {
    text: String,
}

impl Shape for Square {
    fn area(&self) -> u32 {
        self.side * self.side
    }
}

impl Shape for Oblong {
    fn area(&self) -> u32 {
        self.sides.0 * self.sides.1
    }
}

fn areas() -> Vec<u32> {
    db0::find_dyn::<dyn Shape>("big").iter().map(|shape| shape.read().area()).collect()
}

#[test]
fn objects_of_all_classes_are_found_together() {
    let mut world = World::new();
    let square = Memo::new(Square { side: 4 });
    let oblong = Memo::new(Oblong { sides: (5, 6) });
    let note = Memo::new(Note { text: "big".into() });
    db0::tags(&square).add("big");
    db0::tags(db0::find_any(db0::no(db0::class::<Square>()))).add("big");
    assert_eq!(db0::tags(&note).list().len(), 1);
    let uuids = [square.uuid(), oblong.uuid(), note.uuid()];
    for _ in 0..2 {
        let all = db0::find_any("big");
        assert_eq!((all.count(), all.uuids()), (3, uuids.to_vec()));
        assert_eq!(
            all.iter().map(|memo| memo.class()).collect::<Vec<_>>(),
            ["Square", "Oblong", "Note"]
        );
        assert_eq!(all.clone().skip(1).take(1).uuids(), uuids[1..2]);
        assert_eq!(all.clone().after(uuids[1]).uuids(), uuids[2..]);
        let classes = [db0::class::<Note>(), db0::class::<Oblong>()]; // an array is 'or'
        assert_eq!(db0::find_any(classes).uuids(), uuids[1..]);
        let some = db0::any((db0::find::<Square>(Square::SIDE.gt(3)), db0::find::<Note>("x")));
        assert_eq!(db0::find_any(some).uuids(), uuids[..1]);
        let notes = all.filter(|memo| memo.get("text").is_some());
        assert_eq!(
            notes.first().and_then(|memo| memo.downcast::<Note>()).expect("one").read().text,
            "big"
        );
        assert_eq!(areas(), [16, 30]);
        let large = db0::find_dyn::<dyn Shape>(()).filter(|shape| shape.area() > 20);
        assert!(large.contains(&oblong) && !large.contains(&square) && !large.contains(&note));
        assert_eq!(db0::find::<Oblong>(&large).count(), 1);
        db0::commit().expect("it commits");
    }
    let before = db0::snapshot().expect("a state");
    square.write().side = 1;
    db0::delete(&note).expect("nothing refers to it");
    assert_eq!((areas(), before.find_any(()).count()), (vec![1, 30], 3));
    let then = before.find_dyn::<dyn Shape>(()).iter().map(|shape| shape.read().area());
    assert_eq!(then.sum::<u32>(), 46);
    drop((square, oblong, note, before));
    world.reopen();
    assert_eq!((areas(), db0::find_any(()).count()), (vec![1, 30], 2));
}
