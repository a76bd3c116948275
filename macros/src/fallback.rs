//! What stands in for a class with mistakes: enough of it that nothing else fails for want of it.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::{
    ast::{Body, Class, Field},
    errors::Errors,
    expand::{self, item},
    text,
};

/// The mistakes, the bare type, and implementations that are never run.
pub(crate) fn class(mut class: Class, errors: Errors) -> TokenStream {
    outlive(&mut class);
    let errors = errors.into_tokens();
    let item = item::bare(&class);
    let constants = constants(&class);
    let serde = serde(&class);
    let traits = traits(&class);
    quote! {
        #errors
        #item
        #constants
        #serde
        #traits
    }
}

/// A reference for a field was refused: the compiler need not ask for its lifetime as well.
fn outlive(class: &mut Class) {
    let fields = match &mut class.body {
        Body::Struct(_, fields) => fields.iter_mut().collect::<Vec<_>>(),
        Body::Enum(variants) => {
            variants.iter_mut().flat_map(|variant| &mut variant.fields).collect()
        }
    };
    let own = fields.into_iter().map(|field| &mut field.ty);
    let written = item::fields(&mut class.item).into_iter().map(|field| &mut field.ty);
    for ty in own.chain(written) {
        if let Type::Reference(reference) = ty {
            reference.lifetime.get_or_insert_with(|| syn::parse_quote!('static));
        }
    }
}

/// Constants are kept while their names are sound, or each use would be a mistake of its own.
fn constants(class: &Class) -> Option<TokenStream> {
    let mut names: Vec<_> = class.fields().iter().filter_map(Field::constant).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    let sound = names.len() == all && class.item.generics.params.is_empty();
    sound.then(|| expand::constants(class)).flatten()
}

fn serde(class: &Class) -> TokenStream {
    let (krate, name) = (class.krate(), &class.item.ident);
    let serde = quote!(#krate::plumbing::serde);
    let (generics, arguments, bounds) = class.item.generics.split_for_impl();
    let mut with_input = class.item.generics.clone();
    with_input.params.insert(0, syn::parse_quote!('db0_input));
    let (with_input, ..) = with_input.split_for_impl();
    quote! {
        impl #generics ::core::clone::Clone for #name #arguments #bounds {
            fn clone(&self) -> Self {
                ::core::unreachable!()
            }
        }
        impl #generics #serde::Serialize for #name #arguments #bounds {
            fn serialize<Output: #serde::Serializer>(
                &self,
                _: Output,
            ) -> ::core::result::Result<Output::Ok, Output::Error> {
                ::core::unreachable!()
            }
        }
        impl #with_input #serde::Deserialize<'db0_input> for #name #arguments #bounds {
            fn deserialize<Input: #serde::Deserializer<'db0_input>>(
                _: Input,
            ) -> ::core::result::Result<Self, Input::Error> {
                ::core::unreachable!()
            }
        }
    }
}

/// Every trait that the class might have had.
fn traits(class: &Class) -> TokenStream {
    let (krate, name) = (class.krate(), &class.item.ident);
    let door = quote!(#krate::plumbing);
    let mut generics = class.item.generics.clone();
    let own = syn::parse_quote!(Self: ::core::marker::Send + ::core::marker::Sync + 'static);
    generics.make_where_clause().predicates.push(own);
    let (generics, arguments, bounds) = generics.split_for_impl();
    let mut known = HashSet::new();
    let objects = class.options.implements.iter().filter(|object| known.insert(text::of(object)));
    quote! {
        impl #generics #door::Class for #name #arguments #bounds {
            const INFO: &'static #door::ClassInfo = &#door::ClassInfo {
                name: "",
                rust_path: "",
                renamed_from: &[],
                prefix: ::core::option::Option::None,
                singleton: false,
                keep: false,
                plain: false,
                shape: #door::Shape::Unit,
                fields: &[],
                keys: &[],
            };
        }
        impl #generics #door::Singleton for #name #arguments #bounds {}
        #(
            impl #generics #door::Implements<#objects> for #name #arguments #bounds {
                fn cast(_: ::std::sync::Arc<Self>) -> ::std::sync::Arc<#objects> {
                    ::core::unreachable!()
                }
            }
        )*
    }
}
