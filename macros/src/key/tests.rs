//! What the derive writes, and what it refuses.

use quote::ToTokens;
use syn::parse_quote;

use super::*;

/// What the derive writes for `input`, which has to be items that parse.
fn expand(input: DeriveInput) -> String {
    let file: syn::File = syn::parse2(derive(input)).expect("the expansion is items");
    file.into_token_stream().to_string()
}

/// The messages of the mistakes, and whether there is an implementation beside them.
fn mistakes(input: DeriveInput) -> (Vec<String>, bool) {
    let file: syn::File = syn::parse2(derive(input)).expect("the expansion is items");
    let has_impl = file.items.iter().any(|item| matches!(item, syn::Item::Impl(_)));
    let message = |item: &syn::Item| match item {
        syn::Item::Macro(call) if call.mac.path.segments.last()?.ident == "compile_error" => {
            syn::parse2::<syn::LitStr>(call.mac.tokens.clone()).ok().map(|message| message.value())
        }
        _ => None,
    };
    (file.items.iter().filter_map(message).collect(), has_impl)
}

#[test]
fn a_struct_is_its_fields_in_order() {
    let found = expand(parse_quote!(
        struct Place {
            town: String,
            r#type: Option<u32>,
        }
    ));
    let expected = quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables)]
        impl ::db0::plumbing::Key for Place {
            fn kind() -> ::db0::plumbing::KeyKind {
                ::db0::plumbing::KeyKind::Struct(::std::vec![
                    <String as ::db0::plumbing::Key>::kind(),
                    <Option<u32> as ::db0::plumbing::Key>::kind()
                ])
            }

            fn write_key(&self, out: &mut ::std::vec::Vec<u8>) {
                let Self { town: part_0, r#type: part_1 } = self;
                <String as ::db0::plumbing::Key>::write_key(part_0, out);
                <Option<u32> as ::db0::plumbing::Key>::write_key(part_1, out);
            }

            fn read_key(
                input: &mut ::db0::plumbing::KeyReader<'_>,
            ) -> ::core::result::Result<Self, ::db0::plumbing::KeyFault> {
                ::core::result::Result::Ok(Self {
                    town: <String as ::db0::plumbing::Key>::read_key(input)?,
                    r#type: <Option<u32> as ::db0::plumbing::Key>::read_key(input)?
                })
            }

            fn is_null(&self) -> bool {
                let Self { town: part_0, r#type: part_1 } = self;
                <String as ::db0::plumbing::Key>::is_null(part_0)
                    || <Option<u32> as ::db0::plumbing::Key>::is_null(part_1)
            }
        }
        ::db0::plumbing::key_impls!(Place);
    };
    assert_eq!(found, expected.to_string());
}

#[test]
fn a_variant_is_its_place_and_its_fields() {
    let found = expand(parse_quote!(
        enum Grade {
            None,
            Points(u8, bool),
        }
    ));
    for part in [
        quote!(::db0::plumbing::KeyKind::Enum(::std::vec![
            ::std::vec![],
            ::std::vec![
                <u8 as ::db0::plumbing::Key>::kind(),
                <bool as ::db0::plumbing::Key>::kind()
            ]
        ])),
        quote!(Self::None {} => {
            <u32 as ::db0::plumbing::Key>::write_key(&0, out);
        }),
        quote!(Self::Points { 0: part_0, 1: part_1 } => {
            <u32 as ::db0::plumbing::Key>::write_key(&1, out);
            <u8 as ::db0::plumbing::Key>::write_key(part_0, out);
            <bool as ::db0::plumbing::Key>::write_key(part_1, out);
        }),
        quote!(0 => ::core::result::Result::Ok(Self::None {}),),
        quote!(other => ::core::result::Result::Err(::db0::plumbing::KeyFault::Variant(other)),),
    ] {
        assert!(found.contains(&part.to_string()), "{part} is not in {found}");
    }
    assert!(!found.contains("is_null"));
}

#[test]
fn things_without_fields_are_keys() {
    let unit = expand(parse_quote!(
        struct Unit;
    ));
    assert!(unit.contains("Ok (Self { })") && !unit.contains("is_null"), "{unit}");
    let never = expand(parse_quote!(
        enum Never {}
    ));
    assert!(never.contains("match * self { }"), "{never}");
}

#[test]
fn the_crate_can_be_elsewhere() {
    let found = expand(parse_quote!(
        #[db0(crate = "my::db0", name = "a tag's")]
        struct Unit;
    ));
    assert!(found.contains("impl my :: db0 :: plumbing :: Key for Unit"), "{found}");
    assert!(found.contains("my :: db0 :: plumbing :: key_impls ! (Unit)"), "{found}");
}

#[test]
fn parameters_are_refused() {
    for input in [
        parse_quote!(
            struct Of<T>(T);
        ),
        parse_quote!(
            struct Of<'a>(&'a str);
        ),
        parse_quote!(
            enum Of<const N: usize> {
                A([u8; N]),
            }
        ),
    ] {
        let message = "a key's bytes are those of one type: it takes no parameters";
        assert_eq!(mistakes(input), (vec![message.to_string()], false));
    }
}

#[test]
fn unions_are_refused() {
    let (found, has_impl) = mistakes(parse_quote!(
        union Either {
            a: u8,
            b: u16,
        }
    ));
    assert!(found[0].contains("write an enum") && !has_impl);
}

#[test]
fn numbers_must_rise_with_the_declaration() {
    let falls = |input| {
        let (found, has_impl) = mistakes(input);
        assert!(
            has_impl && found.iter().all(|message| message.contains("`Ord` follows these numbers"))
        );
        found.len()
    };
    assert_eq!(
        falls(parse_quote!(
            enum E {
                A = 3,
                B = 1,
                C = -1,
                D,
            }
        )),
        2
    );
    assert_eq!(
        falls(parse_quote!(
            enum E {
                A,
                B,
                C = 1 << 4,
                D,
                E = 0,
            }
        )),
        0
    );
    assert_eq!(
        falls(parse_quote!(
            enum E {
                A = -1,
                B,
                C = 0x10,
                D = 100,
            }
        )),
        0
    );
    assert_eq!(
        falls(parse_quote!(
            enum E {
                A = 5,
                B,
                C = 4,
            }
        )),
        1
    );
}

#[test]
fn options_that_mean_nothing_are_refused_all_at_once() {
    let (found, has_impl) = mistakes(parse_quote!(
        #[db0(nmae = "x")]
        enum Grade {
            #[db0(default = 1)]
            A,
            #[db0(name = "fine")]
            B(#[db0(index)] u8),
        }
    ));
    assert_eq!(found.len(), 3);
    assert!(
        found[0].contains("`nmae`")
            && found[1].contains("`default`")
            && found[2].contains("`index`")
    );
    assert!(has_impl);
}
