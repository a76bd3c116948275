//! Classes as objects of their traits.

use std::sync::Arc;

use db0::plumbing::Implements;

trait Area: Send + Sync {
    fn area(&self) -> f64;
}

mod other {
    pub(crate) trait Named<T> {
        fn name(&self) -> T;
    }
}

#[db0::memo(implements = [Area, other::Named<u8>, dyn Area + Send])]
struct Square(f64);

impl Area for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

impl other::Named<u8> for Square {
    fn name(&self) -> u8 {
        4
    }
}

#[test]
fn classes_become_objects_of_their_traits() {
    let square = Arc::new(Square(3.0));
    let area = <Square as Implements<dyn Area>>::cast(square.clone()).area();
    assert_eq!(area.to_bits(), 9.0_f64.to_bits());
    assert_eq!(<Square as Implements<dyn other::Named<u8>>>::cast(square).name(), 4);
}
