//! The values of an enum as tags.

use db0::plumbing::EnumTag;

#[derive(db0::Tag, Clone, Copy)]
#[db0(name = "Colour")]
#[allow(dead_code)]
enum Color {
    Red = 3,
    #[db0(name = "Green")]
    Lime,
    r#Box,
    #[cfg(any())]
    Gone(u8),
}

#[test]
fn enum_values_have_names_as_tags() {
    assert_eq!(Color::TYPE, "Colour");
    assert_eq!(
        [Color::Red, Color::Lime, Color::r#Box].map(|color| color.variant()),
        ["Red", "Green", "Box"]
    );
}
