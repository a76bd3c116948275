//! Every name of `Array` and `Bytes`.

use std::io::{Read, Seek, SeekFrom, Write};

use db0::{Array, Bytes, Error};

use crate::common::World;

#[test]
fn arrays_are_used_as_vecs_are() {
    let _world = World::new();
    let array: Array<f64> = Array::new();
    assert!(array.is_empty() && array.first().is_none() && array.pop().is_none());
    array.push(1.5);
    array.extend([2.5, 3.5]);
    array.extend_from_slice(&[4.5]);
    array.set(0, 0.5);
    assert_eq!((array.len(), array.get(1), array.get(9)), (4, Some(2.5), None));
    assert_eq!((array.first(), array.last()), (Some(0.5), Some(4.5)));
    assert_eq!(array.read(1..3), [2.5, 3.5]);
    let mut two = [0.0; 2];
    assert_eq!((array.read_at(3, &mut two), two), (1, [4.5, 0.0]));
    array.write_at(5, &[6.5]);
    assert_eq!(array.to_vec(), [0.5, 2.5, 3.5, 4.5, 0.0, 6.5]);
    assert!(array.iter().rev().eq([6.5, 0.0, 4.5, 3.5, 2.5, 0.5]));
    assert!(array.range(..2).eq([0.5, 2.5]));
    assert_eq!(array.pop(), Some(6.5));
    array.truncate(1);
    array.resize(3, 9.0);
    let copy = array.copy();
    array.clear();
    assert_eq!((array.len(), copy.to_vec()), (0, vec![0.5, 9.0, 9.0]));
    assert_eq!(format!("{copy:?}"), "Array(len 3)");
    assert!(copy == copy.clone() && copy != copy.copy() && Array::<u8>::default().is_empty());
}

#[db0::memo(singleton)]
struct Samples {
    numbers: Array<u64>,
}

/// The elements of a range, as slices bring them; and how many slices there were.
macro_rules! sliced {
    ($array:expr, $range:expr) => {{
        let (mut elements, mut slices) = (Vec::new(), 0);
        $array.with_slices($range, |slice| {
            assert!(!slice.is_empty());
            elements.extend_from_slice(slice);
            slices += 1;
        });
        (elements, slices)
    }};
}

#[test]
fn slices_bring_every_element_once() -> db0::Result<()> {
    let _world = World::new();
    let numbers: Vec<u64> = (0..5000).collect();
    let samples = db0::singleton(|| Samples { numbers: Array::from(&numbers[..]) });
    let array = samples.read().numbers.clone();
    assert_eq!(sliced!(array, ..).0, numbers, "before a commit");
    db0::commit()?;
    let (elements, slices) = sliced!(array, 1234..);
    assert_eq!(elements, numbers[1234..]);
    assert!(slices < 20, "{slices} slices of some hundred elements each");

    // Elements that reach over the end of a chunk, and parts that were never written.
    let triples: Vec<[u8; 7]> = (0..3000_u32).map(|n| [(n % 251) as u8; 7]).collect();
    let odd = Array::from(&triples[..]);
    odd.write_at(9000, &[[1; 7]]);
    db0::commit()?;
    let (elements, _) = sliced!(odd, 5..);
    assert_eq!(elements, odd.read(5..));
    assert_eq!((elements.len(), elements[8995], elements[8000]), (8996, [1; 7], [0; 7]));

    // What a snapshot shows stays, and slices may be looked at while the array is written to.
    let snapshot = db0::snapshot()?;
    let before = snapshot.singleton::<Samples>()?.read().numbers.clone();
    let mut sum = 0;
    before.with_slices(.., |slice| {
        array.truncate(1);
        sum += slice.iter().sum::<u64>();
    });
    assert_eq!(sum, numbers.iter().sum::<u64>());
    Array::<u8>::new().with_slices(.., |_| unreachable!("it is empty"));
    assert!(array.try_with_slices(..2, |_| ()).is_err(), "it reaches over the end");
    Ok(())
}

#[test]
fn arrays_come_from_slices_vecs_and_iterators() {
    let _world = World::new();
    let numbers: Array<u16> = (1..4).collect();
    for other in [
        Array::from([1, 2, 3]),
        Array::from(&[1, 2, 3]),
        Array::from(vec![1, 2, 3]),
        Array::from(&[1, 2, 3][..]),
        Array::from_iter([1, 2, 3]),
    ] {
        assert_eq!(other.to_vec(), numbers.to_vec());
    }
    let mut sum = 0;
    for number in &numbers {
        sum += number;
    }
    assert_eq!(sum + numbers.clone().into_iter().sum::<u16>(), 12);
}

#[test]
fn bytes_are_an_array_and_a_file() -> std::io::Result<()> {
    let _world = World::new();
    let bytes = Bytes::from(b"hello");
    let mut file = bytes.cursor();
    file.seek(SeekFrom::End(0))?;
    file.write_all(b", world")?;
    file.seek(SeekFrom::Start(7))?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    assert_eq!((text.as_str(), file.position()), ("world", 12));
    assert_eq!(bytes.to_vec(), b"hello, world");
    Ok(())
}

#[test]
fn every_name_has_a_twin_that_gives_errors() -> db0::Result<()> {
    let _world = World::new();
    let bytes = Bytes::new();
    bytes.try_push(1)?;
    bytes.try_extend([2, 3])?;
    bytes.try_extend_from_slice(&[4])?;
    bytes.try_set(0, 9)?;
    bytes.try_write_at(4, &[5])?;
    assert_eq!((bytes.try_len()?, bytes.try_is_empty()?), (5, false));
    assert_eq!(
        (bytes.try_get(0)?, bytes.try_first()?, bytes.try_last()?),
        (Some(9), Some(9), Some(5))
    );
    assert_eq!((bytes.try_read(1..2)?, bytes.try_to_vec()?.len()), (vec![2], 5));
    assert_eq!(bytes.try_read_at(4, &mut [0; 9])?, 1);
    assert_eq!((bytes.try_iter()?.count(), bytes.try_range(2..)?.count()), (5, 3));
    assert_eq!((bytes.try_pop()?, bytes.try_copy()?.len()), (Some(5), 4));
    bytes.try_resize(6, 7)?;
    bytes.try_truncate(1)?;
    bytes.try_clear()?;
    for refused in
        [bytes.try_set(0, 1), bytes.try_read(..1).map(drop), bytes.try_range(1..).map(drop)]
    {
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    Ok(())
}
