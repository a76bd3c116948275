//! Writes tokens as a person would: `Option<Memo<Person>>`, not `Option < Memo < Person > >`.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// The source text of a type or path, with usual spacing.
pub(crate) fn of(tokens: impl ToTokens) -> String {
    let mut text = String::new();
    write(tokens.into_token_stream(), &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    let mut arrow = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    // What `macro_rules!` wraps around the types that it passes on.
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                sign @ (',' | ';') => text.extend([sign, ' ']),
                sign @ ('+' | '=') => text.extend([' ', sign, ' ']),
                '-' if punct.spacing() == Spacing::Joint => arrow = true,
                '>' if arrow => {
                    text.push_str(" -> ");
                    arrow = false;
                }
                sign => text.push(sign),
            },
            word => {
                // `dyn Trait`, `&'a T`, `for<'a> Fn(&'a T)`.
                if text.ends_with(|last: char| last.is_alphanumeric() || "_>".contains(last)) {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::{Type, parse_str};

    #[test]
    fn types_read_as_they_were_written() {
        for source in [
            "Option<Memo<Person>>",
            "HashMap<String, (u8, [u16; 4])>",
            "&'static str",
            "Box<dyn Fn(u8) -> Vec<u8> + Send>",
            "Box<dyn for<'a> Fn(&'a mut T)>",
            "<T as Iterator<Item = u8>>::Item",
            "::std::vec::Vec<r#type>",
        ] {
            let parsed: Type = parse_str(source).expect(source);
            assert_eq!(super::of(parsed), source);
        }
    }
}
