//! serde's attributes on an enum: its forms are fine, what breaks reading is not.

#[db0::memo]
#[serde(deny_unknown_fields)]
enum Strict {
    A { a: u8 },
}

#[db0::memo]
#[serde(untagged)]
enum Untagged {
    Named {
        #[serde(skip_serializing_if = "Option::is_none")]
        fine: Option<u8>,
        #[serde(skip_serializing)]
        written: u8,
    },
    Placed(#[serde(skip_serializing_if = "Option::is_none")] Option<u8>, u8),
}

fn main() {}
