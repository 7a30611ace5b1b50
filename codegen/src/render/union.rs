//! Enums over shapes.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, ident, ty};
use crate::plan::UNRECOGNIZED;
use crate::plan::{ArmKind, Type, Union};

pub fn render(item: &Union, here: &[String]) -> TokenStream {
    let docs_of = docs(&item.docs);
    let name = ident(&item.name);
    let variants = item.arms.iter().map(|arm| {
        let name = ident(&arm.ident);
        match &arm.payload {
            None => quote!(#name),
            Some(payload) => {
                let payload = ty::render(payload, here);
                quote!(#name(#payload))
            }
        }
    });
    let arms = item.arms.iter().map(|arm| {
        let name = ident(&arm.ident);
        match &arm.kind {
            ArmKind::Object(object) => quote!(#name object(#object)),
            ArmKind::Deleted(object) => quote!(#name deleted(#object)),
            ArmKind::Value(value) => quote!(#name value(#value)),
            ArmKind::Other => quote!(#name other),
        }
    });
    let mut seen: Vec<&Type> = Vec::new();
    let from = item.arms.iter().filter(|_| item.is_param).filter_map(|arm| {
        let payload = arm.payload.as_ref()?;
        let (inner, value) = match payload {
            Type::Boxed(inner) => (&**inner, quote!(Box::new(value))),
            other => (other, quote!(value)),
        };
        // Two arms of one type cannot both be told from the type.
        if seen.contains(&inner) {
            return None;
        }
        seen.push(inner);
        let variant = ident(&arm.ident);
        let inner = ty::render(inner, here);
        Some(quote! {
            impl From<#inner> for #name {
                fn from(value: #inner) -> Self {
                    Self::#variant(#value)
                }
            }
        })
    });
    let unrecognized = ident(UNRECOGNIZED);
    let macro_name = ident(if item.is_param { "param_union_impl" } else { "union_impl" });
    quote! {
        #docs_of
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A shape that this version does not know.
            #unrecognized(RawJson),
        }
        rt::#macro_name!(#name { #(#arms),* });
        #(#from)*
    }
}
