//! The stages of `#[db0::memo]`, one after the other.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{ast::Class, check, errors::Errors, expand, fallback};

/// Reads, checks, and writes the class, or what stands in for it together with every mistake.
pub(crate) fn expand(options: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if let Some(class) = Class::read(options, item.clone(), &mut errors) {
        return written(class, errors);
    }
    let errors = errors.into_tokens();
    quote!(#errors #item)
}

fn written(class: Class, mut errors: Errors) -> TokenStream {
    check::check(&class, &mut errors);
    if errors.is_empty() { expand::expand(&class) } else { fallback::class(class, errors) }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::{ToTokens, quote};

    use super::expand;

    /// The code of `item`, which has to be items that parse.
    fn code(options: TokenStream, item: &TokenStream) -> String {
        let file: syn::File = syn::parse2(expand(options, item)).expect("items");
        file.into_token_stream().to_string()
    }

    fn contains(code: &str, part: &TokenStream) {
        assert!(code.contains(&part.to_string()), "{part} is not in {code}");
    }

    #[test]
    fn a_tag_field_is_handed_out_as_a_tag() {
        let code = code(
            quote!(),
            &quote!(
                struct Person {
                    name: String,
                    #[db0(tag, index)]
                    team: String,
                }
            ),
        );
        contains(
            &code,
            &quote! {
                fn keys(&self, sink: &mut ::db0::plumbing::KeySink) {
                    sink.add(0, &self.team);
                    sink.tag(1, &self.team);
                }
            },
        );
        contains(
            &code,
            &quote! {
                ::db0::plumbing::KeyInfo {
                    name: "team",
                    kind: ::db0::plumbing::KeyUse::Tag,
                    field_kind: ::core::option::Option::None,
                }
            },
        );
    }

    #[test]
    fn only_what_is_needed_is_written() {
        let code = code(
            quote!(),
            &quote!(
                struct Unit;
            ),
        );
        for part in ["fn keys", "Singleton", "Implements", "impl Unit", "serde (default"] {
            assert!(!code.contains(part), "{part} is in {code}");
        }
        contains(&code, &quote!(::db0::plumbing::register!(Unit);));
    }

    #[test]
    fn places_count_what_exists() {
        let code = code(
            quote!(),
            &quote!(
                struct Person {
                    #[cfg(unix)]
                    #[cfg(feature = "a")]
                    a: u8,
                    b: u8,
                    c: u8,
                }
            ),
        );
        let place = quote!(1 + ::db0::plumbing::present(::core::cfg!(all(unix, feature = "a"))));
        contains(&code, &quote!("c", #place, |this| &this.c));
    }

    #[test]
    fn derives_that_the_class_brings_are_taken_off() {
        let code = code(
            quote!(),
            &quote!(
                #[derive(
                    Debug,
                    Clone,
                    serde::Serialize,
                    ::serde::Deserialize,
                    std::clone::Clone,
                    Serialize,
                    rkyv::Serialize,
                    PartialEq,
                )]
                struct Unit;
            ),
        );
        contains(
            &code,
            &quote!(
                #[derive(Debug, rkyv::Serialize, PartialEq)]
                struct Unit;
            ),
        );
    }

    #[test]
    fn a_class_with_mistakes_keeps_its_traits() {
        let code = code(
            quote!(kept, implements = [Shape]),
            &quote!(
                #[serde(deny_unknown_fields)]
                struct Person {
                    #[db0(indexed)]
                    age: u8,
                }
            ),
        );
        assert_eq!(code.matches("compile_error").count(), 3);
        for part in [
            quote!(impl ::db0::plumbing::Class for Person),
            quote!(impl ::db0::plumbing::Singleton for Person),
            quote!(impl ::db0::plumbing::Implements<dyn Shape> for Person),
            quote!(impl ::core::clone::Clone for Person),
            quote!(const AGE: ::db0::Field<Self, u8>),
        ] {
            contains(&code, &part);
        }
        assert!(!code.contains("db0 (") && !code.contains("serde ("), "{code}");
    }
}
