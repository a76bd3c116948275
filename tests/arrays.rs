//! Arrays and bytes as fields: after a restart, at every past state, to readers.

mod common;

use common::World;
use db0::{Array, Bytes, Config, Dict, Error, Workspace};

#[db0::memo(singleton)]
struct Recording {
    samples: Array<f32>,
    notes: Bytes,
    tracks: Dict<String, Array<u16>>,
}

fn recording() -> db0::Memo<Recording> {
    db0::singleton(|| Recording { samples: Array::new(), notes: Bytes::new(), tracks: Dict::new() })
}

#[test]
fn they_are_as_they_were_at_every_state_and_after_a_restart() {
    let mut world = World::new();
    let mut past = Vec::new();
    for n in 0..12_u16 {
        let recording = recording();
        let recording = recording.read();
        recording.samples.extend_from_slice(&[f32::from(n); 700]);
        recording.samples.set(usize::from(n) * 50, -1.0);
        recording.notes.write_at(usize::from(n) * 1000, &[b'a'; 7]);
        recording.tracks.update_or("left", Array::new(), |track| track.push(n));
        let state = db0::commit().expect("a commit");
        past.push((state, recording.samples.to_vec(), recording.notes.to_vec()));
        drop(recording);
        if n % 5 == 4 {
            world.reopen();
        }
    }
    for (n, (state, samples, notes)) in (1..).zip(past) {
        let snapshot = db0::snapshot_at(state).expect("it is kept");
        let recording = snapshot.singleton::<Recording>().expect("it is there");
        let recording = recording.read();
        assert!(recording.samples.iter().eq(samples));
        assert_eq!(recording.notes.to_vec(), notes);
        assert!(recording.tracks.get("left").expect("it is there").iter().eq(0..n));
        assert!(matches!(recording.notes.try_push(1), Err(Error::ReadOnly { .. })));
    }
}

#[test]
fn readers_see_what_is_committed() {
    let world = World::new();
    let writer = recording().read().notes.clone();
    writer.extend_from_slice(b"one");
    db0::commit().expect("a commit");
    let reader = Workspace::open(Config::new(world.folder.path()).read_only()).expect("a reader");
    let seen = {
        let _entered = reader.enter();
        db0::fetch_singleton::<Recording>().expect("it is there").read().notes.clone()
    };
    writer.extend_from_slice(b", two");
    assert_eq!(seen.to_vec(), b"one");
    db0::commit().expect("a commit");
    assert_eq!(seen.to_vec(), b"one, two");
}

#[test]
fn an_array_of_another_type_is_refused() {
    #[db0::memo(name = "Other", singleton)]
    struct Before {
        numbers: Array<u32>,
    }
    #[db0::memo(name = "Other", singleton)]
    struct After {
        numbers: Array<u64>,
    }
    let mut world = World::new();
    db0::singleton(|| Before { numbers: Array::from([1, 2]) });
    world.reopen();
    let after = db0::fetch_singleton::<After>().expect("it is there");
    let refused = after.read().numbers.try_to_vec();
    assert!(
        matches!(&refused, Err(Error::Invalid(why)) if why.contains("4 bytes, not of 8")),
        "{refused:?}"
    );
}

#[test]
fn committed_elements_are_read_where_they_stand() {
    #[db0::memo(singleton)]
    struct Wide {
        numbers: Array<u128>,
    }
    let _world = World::new();
    let numbers = db0::singleton(|| Wide { numbers: Array::new() }).read().numbers.clone();
    // In every version, whatever stands around the rows; and in old ones.
    for version in 0..40_u128 {
        numbers.clear();
        numbers.extend((0..2400).map(|n| n + version));
        let state = db0::commit().expect("a commit");
        let then = db0::snapshot_at(state).expect("it is kept");
        let then = then.singleton::<Wide>().expect("it is there").read().numbers.clone();
        for array in [&numbers, &then] {
            let (mut places, mut sum) = (Vec::new(), 0);
            array.with_slices(.., |slice| {
                places.push(slice.as_ptr());
                sum += slice.iter().sum::<u128>();
            });
            assert_eq!(sum, 2400 * 2399 / 2 + 2400 * version);
            // One that is copied would stand in the same memory as the one before it.
            let all = places.len();
            places.sort_unstable();
            places.dedup();
            assert_eq!((places.len(), all), (10, 10), "version {version}");
        }
    }
}
