//! Classes in unusual places and with unusual names.

use db0::plumbing::EnumTag;

use crate::{field, field_names, info};

mod awkward {
    //! Names that stand in generated code too.

    #[db0::memo]
    pub(crate) struct Option {
        pub(crate) name: u8,
        pub(in crate::places::awkward) new: u8,
        pub(self) info: u8,
        pub(super) keys: ::std::option::Option<u8>,
        pub(crate) this: u8,
        #[db0(no_const)]
        pub(crate) own: u8,
    }

    impl Option {
        pub(crate) const OWN: u8 = 1;

        pub(crate) fn places() -> [u16; 3] {
            [Self::NEW.ordinal(), Self::INFO.ordinal(), Self::KEYS.ordinal()]
        }
    }

    #[db0::memo]
    pub(crate) struct String {
        pub(crate) r#struct: crate::Handle<Self>,
    }
}

#[test]
fn awkward_names_are_fine() {
    assert_eq!(info::<awkward::Option>().rust_path, "macros::places::awkward::Option");
    assert_eq!(awkward::Option::NAME.name(), "name");
    assert_eq!((awkward::Option::places(), awkward::Option::OWN), ([1, 2, 3], 1));
    assert_eq!(awkward::Option::THIS.ordinal(), 4);
    assert_eq!(awkward::String::STRUCT.name(), "struct");
}

trait Area: Send + Sync {
    fn area(&self) -> f64;
}

#[test]
fn a_class_can_live_in_a_function() {
    #[db0::memo(implements = Area)]
    struct Person {
        #[db0(default = 3.5, index)]
        size: f64,
    }
    impl Area for Person {
        fn area(&self) -> f64 {
            self.size
        }
    }
    assert_eq!(field_names::<Person>(), ["size"]);
    let person: Person = serde_json::from_str("{}").expect("a default");
    assert_eq!(person.area().to_bits(), 3.5_f64.to_bits());
}

macro_rules! class {
    ($(#[$meta:meta])* $vis:vis $name:ident { $($field:ident: $ty:ty = $default:expr),* }) => {
        #[db0::memo]
        $(#[$meta])*
        $vis struct $name { $(#[db0(default = $default)] $vis $field: $ty),*, fixed: Vec<u8> }
    };
}

class!(#[derive(Debug)] pub(crate) Generated { count: u8 = 4, names: Vec<String> = vec!["x".into()] });

#[test]
fn a_class_can_come_from_a_macro() {
    assert_eq!(field_names::<Generated>(), ["count", "names", "fixed"]);
    assert_eq!(field::<Generated>("names").rust_type, "Vec<String>");
    assert_eq!(Generated::COUNT.name(), "count");
    let made: Generated = serde_json::from_str(r#"{"fixed":[1]}"#).expect("defaults");
    assert_eq!((made.count, made.names, made.fixed), (4, vec!["x".to_owned()], vec![1]));
}

mod apart {
    //! Two classes of one name.

    pub(crate) mod one {
        #[db0::memo(implements = [crate::places::Area])]
        pub(crate) struct Same(pub(crate) f64);
    }

    pub(crate) mod two {
        #[db0::memo(implements = [crate::places::Area])]
        pub(crate) struct Same(pub(crate) f64);
    }

    impl super::Area for one::Same {
        fn area(&self) -> f64 {
            self.0
        }
    }

    impl super::Area for two::Same {
        fn area(&self) -> f64 {
            self.0
        }
    }
}

#[test]
fn two_classes_of_one_name_differ_by_their_paths() {
    let (one, two) = (info::<apart::one::Same>(), info::<apart::two::Same>());
    assert_eq!(one.name, two.name);
    assert_eq!(one.rust_path, "macros::places::apart::one::Same");
    assert_eq!(two.rust_path, "macros::places::apart::two::Same");
}

mod reexported {
    //! A crate that hands db0 on under a name of its own.

    pub(crate) mod inner {
        pub(crate) use db0::*;
    }

    #[db0::memo(crate = "crate::places::reexported::inner")]
    pub(crate) struct Elsewhere {
        pub(crate) a: u8,
    }

    #[derive(db0::Tag)]
    #[db0(crate = "crate::places::reexported::inner")]
    pub(crate) enum Mark {
        On,
    }
}

#[test]
fn db0_can_be_reached_by_another_path() {
    assert_eq!(info::<reexported::Elsewhere>().name, "Elsewhere");
    assert_eq!(reexported::Elsewhere::A.name(), "a");
    assert_eq!(reexported::Mark::On.variant(), "On");
}
