//! Declared keys: their constants, and the function that hands out their values.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::ordinal::count;
use crate::{
    ast::{Class, Field},
    attr::{Cfgs, Composite},
};

/// One declared key.
struct Key<'a> {
    /// A variant of `KeyUse`.
    kind: Ident,
    fields: Vec<&'a Field>,
    cfgs: Cfgs,
    /// What an error about the key's type is shown on.
    place: Span,
}

/// `KeyInfo` for each key, in the order in which [`values`] numbers them.
pub(super) fn infos(class: &Class) -> impl Iterator<Item = TokenStream> {
    let krate = class.krate();
    all(class).into_iter().map(move |key| {
        let field_kind = key.field_kind(&krate);
        let names: Vec<_> = key.fields.iter().map(|field| field.name.as_str()).collect();
        let (name, Key { kind, cfgs, .. }) = (names.join(","), key);
        quote! {
            #cfgs
            #krate::plumbing::KeyInfo {
                name: #name,
                kind: #krate::plumbing::KeyUse::#kind,
                field_kind: #field_kind,
            }
        }
    })
}

/// `Class::keys`; nothing when no key is declared.
pub(super) fn values(class: &Class) -> Option<TokenStream> {
    let krate = class.krate();
    let keys = all(class);
    let calls = keys.iter().enumerate().map(|(place, key)| {
        let ordinal = count(&krate, keys[..place].iter().map(|key| &key.cfgs));
        key.call(&ordinal)
    });
    (!keys.is_empty()).then(|| {
        quote! {
            fn keys(&self, sink: &mut #krate::plumbing::KeySink) {
                #(#calls)*
            }
        }
    })
}

/// `Class::field_keys`: asked of each type in a way that never fails, since not all of them are keys.
pub(super) fn by_name(class: &Class) -> Option<TokenStream> {
    let krate = class.krate();
    let fields: Vec<_> = class.stored().map(|field| arm(&krate, field)).collect();
    (!fields.is_empty()).then(|| {
        quote! {
            fn field_keys(
                name: &::core::primitive::str,
            ) -> ::core::option::Option<#krate::plumbing::KeysOf<Self>> {
                use #krate::plumbing::Otherwise as _;
                match name {
                    #(#fields)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    })
}

fn arm(krate: &syn::Path, field: &Field) -> TokenStream {
    let Field { cfgs, name, member, ty, .. } = field;
    quote! {
        #cfgs
        #name => #krate::plumbing::Probe::<#ty>::FIELD_KIND.map(|kind| {
            let keys: fn(&Self, &mut #krate::plumbing::KeySink) = |object, sink| {
                if let ::core::option::Option::Some(keys) = #krate::plumbing::Probe::<#ty>::FIELD_KEYS {
                    keys(&object.#member, 0, sink);
                }
            };
            (kind, keys)
        }),
    }
}

fn all(class: &Class) -> Vec<Key<'_>> {
    let composites = class.options.composites.iter();
    let composites = composites.map(|composite| Key::of_composite(class, composite));
    class.stored().flat_map(Key::of_field).chain(composites).collect()
}

impl<'a> Key<'a> {
    fn of_field(field: &'a Field) -> impl Iterator<Item = Self> {
        field.options.keys().map(move |option| Self {
            kind: match option.to_string().as_str() {
                "index" => format_ident!("Index"),
                "unique" => format_ident!("Unique"),
                _ => format_ident!("Tag"),
            },
            fields: vec![field],
            cfgs: field.cfgs.clone(),
            place: Span::call_site().located_at(field.ty.span()),
        })
    }

    fn of_composite(class: &'a Class, composite: &Composite) -> Self {
        let named =
            |member: &syn::Member| class.fields().iter().find(|field| field.member == *member);
        Self {
            kind: if composite.unique { format_ident!("Unique") } else { format_ident!("Index") },
            fields: composite.members.iter().filter_map(named).collect(),
            cfgs: Cfgs::default(),
            place: Span::call_site().located_at(composite.key.span()),
        }
    }

    /// Asked of the type in a way that never fails, so that a type without keys is one error.
    fn field_kind(&self, krate: &syn::Path) -> TokenStream {
        let types = self.fields.iter().map(|field| &field.ty);
        match self.fields.as_slice() {
            _ if self.kind == "Tag" => quote!(::core::option::Option::None),
            [_] => quote!(#krate::plumbing::Probe::<#(#types)*>::FIELD_KIND),
            _ => quote!(#krate::plumbing::Probe::<(#(&'static #types),*)>::FIELD_KIND),
        }
    }

    fn call(&self, ordinal: &TokenStream) -> TokenStream {
        let members = self.fields.iter().map(|field| &field.member);
        let cfgs = &self.cfgs;
        let value = quote_spanned!(self.place=> #(&self.#members),*);
        let is_one = self.fields.len() == 1;
        let value = if is_one { value } else { quote_spanned!(self.place=> &(#value)) };
        let method = format_ident!("{}", if self.kind == "Tag" { "tag" } else { "add" });
        quote!(#cfgs sink.#method(#ordinal, #value);)
    }
}
