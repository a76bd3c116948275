//! `Class::INFO`: everything that the struct says, as constants.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::keys;
use crate::{
    ast::{Body, Class, Field, Shape, Variant},
    text,
};

pub(super) fn expand(class: &Class) -> TokenStream {
    let krate = class.krate();
    let door = quote!(#krate::plumbing);
    let options = &class.options;
    let name = class.name();
    let ident = class.item.ident.to_string();
    let renamed_from = &options.renamed_from;
    let prefix = option(options.prefix.as_ref());
    let (singleton, keep) = (options.singleton.is_some(), options.keep.is_some());
    let shape = shape(class);
    let plain = plain(class);
    let fields = class.stored().map(|field| field_info(class, field));
    let keys = keys::infos(class);
    quote! {
        &#door::ClassInfo {
            name: #name,
            rust_path: ::core::concat!(::core::module_path!(), "::", #ident),
            renamed_from: &[#(#renamed_from),*],
            prefix: #prefix,
            singleton: #singleton,
            keep: #keep,
            plain: #plain,
            shape: #door::Shape::#shape,
            fields: &[#(#fields),*],
            keys: &[#(#keys),*],
        }
    }
}

fn option(value: Option<&syn::LitStr>) -> TokenStream {
    let some = value.map(|value| quote!(::core::option::Option::Some(#value)));
    some.unwrap_or_else(|| quote!(::core::option::Option::None))
}

fn shape(class: &Class) -> Ident {
    match &class.body {
        Body::Struct(Shape::Named, _) => format_ident!("Named"),
        Body::Struct(Shape::Tuple, _) => format_ident!("Tuple"),
        Body::Struct(Shape::Newtype, _) => format_ident!("Newtype"),
        Body::Struct(Shape::Unit, _) => format_ident!("Unit"),
        Body::Enum(_) if has_other_form(class) => format_ident!("Whole"),
        Body::Enum(_) => format_ident!("Enum"),
    }
}

/// serde is told to write something else than a variant's name and what it holds.
fn has_other_form(class: &Class) -> bool {
    class.serde.has_any(&["tag", "content", "untagged", "into", "try_from", "from"])
        || class.variants().iter().any(|variant| variant.serde.has("untagged"))
}

fn field_info(class: &Class, field: &Field) -> TokenStream {
    let krate = class.krate();
    let Field { cfgs, name, .. } = field;
    let renamed_from = field.earlier_names();
    let rust_type = text::of(&field.ty);
    let has_default = has_default(class, field);
    quote! {
        #cfgs
        #krate::plumbing::FieldInfo {
            name: #name,
            renamed_from: &[#(#renamed_from),*],
            rust_type: #rust_type,
            has_default: #has_default,
        }
    }
}

/// serde fills in a missing `Option` unasked, unless a function of the user's reads the field.
fn has_default(class: &Class, field: &Field) -> TokenStream {
    let (krate, ty) = (class.krate(), &field.ty);
    let declared =
        field.options.default.is_some() || field.serde.has("default") || class.serde.has("default");
    if declared || field.serde.has_any(&["with", "deserialize_with"]) {
        quote!(#declared)
    } else {
        quote!(#krate::plumbing::Probe::<#ty>::OPTIONAL)
    }
}

/// Whether no value can hold a handle or fail to serialise: as far as attributes tell, and then
/// as the fields' types do.
fn plain(class: &Class) -> TokenStream {
    let krate = class.krate();
    if has_other_form(class) || class.variants().iter().any(has_own_form) {
        return quote!(false);
    }
    let stored = class.all_fields().filter(|field| !field.is_skipped());
    let fields: Vec<_> = stored.map(|field| field_is_plain(class, field)).collect();
    if fields.is_empty() {
        return quote!(true);
    }
    quote!(#krate::plumbing::all(&[#(#fields),*]))
}

fn field_is_plain(class: &Class, field: &Field) -> TokenStream {
    let krate = class.krate();
    let Field { cfgs, ty, .. } = field;
    if field.has_codec() {
        quote!(#cfgs false)
    } else {
        quote!(#cfgs #krate::plumbing::Probe::<#ty>::PLAIN)
    }
}

/// Variants that serde refuses to write, or that a function of the user's writes.
fn has_own_form(variant: &Variant) -> bool {
    let forms = ["skip", "skip_serializing", "with", "serialize_with"];
    variant.serde.has_any(&forms)
}
