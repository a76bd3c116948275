//! A kind says what an encoding is made of, in text that a damaged catalogue can't misuse.

use proptest::{collection::vec, prelude::*};

use crate::codec::key::{Desc, Key, KeyFault, KeyKind};

fn kinds() -> impl Strategy<Value = KeyKind> {
    let simple: Vec<_> = KeyKind::SIMPLE.iter().map(|(_, kind)| kind.clone()).collect();
    let leaf = prop_oneof![proptest::sample::select(simple), Just(KeyKind::Unit)];
    leaf.prop_recursive(5, 20, 4, |kind| {
        prop_oneof![
            kind.clone().prop_map(|kind| KeyKind::Option(Box::new(kind))),
            kind.clone().prop_map(|kind| KeyKind::Desc(Box::new(kind))),
            (kind.clone(), any::<u64>())
                .prop_map(|(kind, len)| KeyKind::Array(Box::new(kind), len)),
            vec(kind.clone(), 1..4).prop_map(KeyKind::Tuple),
            vec(kind.clone(), 0..4).prop_map(KeyKind::Struct),
            vec(vec(kind, 0..3), 0..4).prop_map(KeyKind::Enum)
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn its_text_is_read_back(kind in kinds()) {
        prop_assert_eq!(kind.to_string().parse::<KeyKind>(), Ok(kind.clone()));
        let stored = rmp_serde::to_vec(&kind).unwrap();
        prop_assert_eq!(rmp_serde::from_slice::<KeyKind>(&stored).unwrap(), kind.clone());
        prop_assert!(kind.extends(&kind));
    }

    #[test]
    fn damaged_text_is_refused_or_another_kind(kind in kinds(), at in any::<proptest::sample::Index>(), with in "[(),;|\\[\\]a0 ]?") {
        let mut text = kind.to_string();
        let at = at.index(text.len());
        text.replace_range(at..=at, &with);
        if let Ok(other) = text.parse::<KeyKind>() {
            prop_assert_eq!(other.to_string(), text);
        }
    }
}

#[test]
fn it_names_every_type() {
    let kind = <(Option<u8>, [Desc<String>; 3], (), (bool,))>::kind();
    assert_eq!(kind.to_string(), "(option(int), [desc(text); 3], (), (bool,))");
    assert_eq!(
        <(f32, f64, char, Vec<u8>, uuid::Uuid)>::kind().to_string(),
        "(f32, f64, char, bytes, uuid)"
    );
}

#[test]
fn deep_nesting_is_refused() {
    let nested = |levels: usize| format!("{}int{}", "desc(".repeat(levels), ")".repeat(levels));
    assert!(nested(63).parse::<KeyKind>().is_ok());
    assert_eq!(nested(64).parse::<KeyKind>(), Err(KeyFault::Kind));
    assert_eq!("(".repeat(1_000_000).parse::<KeyKind>(), Err(KeyFault::Kind));
    let mut deepest: KeyKind = nested(63).parse().unwrap();
    assert!(serde_json::to_string(&deepest).is_ok());
    deepest = KeyKind::Option(Box::new(deepest));
    assert!(serde_json::to_string(&deepest).is_err());
}

#[test]
fn variants_may_be_added_at_the_end_of_an_enum() {
    let kind = |text: &str| text.parse::<KeyKind>().unwrap();
    let stored = kind("(enum(() | (int,)), [desc(enum(())); 2])");
    assert!(kind("(enum(() | (int,) | (text,)), [desc(enum(() | ())); 2])").extends(&stored));
    assert!(!kind("(enum(() | (text,)), [desc(enum(())); 2])").extends(&stored));
}

#[test]
fn other_changes_need_a_rebuild() {
    let kind = |text: &str| text.parse::<KeyKind>().unwrap();
    assert!(!kind("enum(())").extends(&kind("enum(() | ())")));
    assert!(!kind("enum((int,) | ())").extends(&kind("enum(())")));
    assert!(!kind("struct(int, int)").extends(&kind("(int, int)")));
    assert!(!kind("[int; 3]").extends(&kind("[int; 2]")));
    assert!(!kind("option(int)").extends(&kind("int")));
    assert!(!kind("(int, int)").extends(&kind("(int,)")));
}
