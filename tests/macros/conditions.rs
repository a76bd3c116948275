//! Fields that come and go with `#[cfg]`.

use db0::plumbing::{Class, KeySink, KeyUse};

use crate::{field_names, info, json, keys};

#[db0::memo]
#[cfg_attr(all(), derive(Debug, Clone, serde::Serialize, PartialEq))]
#[cfg_attr(any(), serde(untagged))]
struct Conditional {
    #[cfg(any())]
    #[db0(index, default = gone())]
    gone: Missing,
    #[cfg(not(any()))]
    #[db0(index)]
    here: u8,
    #[cfg(any())]
    #[cfg(not(any()))]
    twin: Missing,
    #[cfg(not(any()))]
    #[cfg_attr(any(), doc = "not here")]
    twin: u16,
    #[db0(unique)]
    last: String,
}

#[test]
fn what_a_condition_removes_is_gone_everywhere() {
    assert_eq!(field_names::<Conditional>(), ["here", "twin", "last"]);
    assert_eq!(keys::<Conditional>(), [("here", KeyUse::Index), ("last", KeyUse::Unique)]);
    assert_eq!((Conditional::HERE.ordinal(), Conditional::LAST.ordinal()), (0, 2));
    assert!(info::<Conditional>().plain);
    let mut sink = KeySink::default();
    let value = Conditional { here: 1, twin: 2, last: "x".into() };
    value.keys(&mut sink);
    assert_eq!(sink.iter().map(|key| key.ordinal).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(json(&value), r#"{"here":1,"twin":2,"last":"x"}"#);
}
