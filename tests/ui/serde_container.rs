//! serde's attributes on a struct that would change what is stored.

#[db0::memo]
#[serde(deny_unknown_fields)]
struct Strict {
    a: u8,
}

#[db0::memo]
#[serde(transparent, crate = "serde")]
struct Transparent {
    a: u8,
}

#[db0::memo]
#[serde(tag = "type")]
#[serde(into = "u8", try_from = "u8")]
struct Tagged {
    a: u8,
}

#[db0::memo]
#[serde(from = "u8", remote = "Other")]
struct Converted {
    a: u8,
}

#[db0::memo]
#[serde(untagged, deny_unknown_fields)]
struct Untagged {
    a: u8,
}

fn main() {}
