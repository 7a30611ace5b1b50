//! Types, as seen from a module.

use proc_macro2::TokenStream;
use quote::quote;

use super::ident;
use crate::plan::{Given, Type, field_name};

pub fn render(ty: &Type, here: &[String]) -> TokenStream {
    match ty {
        Type::Bool => quote!(bool),
        Type::I64 => quote!(i64),
        Type::F64 => quote!(f64),
        Type::String => quote!(String),
        Type::Unit => quote!(()),
        Type::Runtime(name) => {
            let name = ident(name);
            quote!(#name)
        }
        Type::Of(name, inner) => {
            let name = ident(name);
            let inner = inner.iter().map(|inner| render(inner, here));
            quote!(#name<#(#inner),*>)
        }
        Type::Vec(item) => {
            let item = render(item, here);
            quote!(Vec<#item>)
        }
        Type::Option(inner) => {
            let inner = render(inner, here);
            quote!(Option<#inner>)
        }
        Type::Boxed(inner) => {
            let inner = render(inner, here);
            quote!(Box<#inner>)
        }
        Type::Named { module, name, .. } if module == here => {
            let name = ident(name);
            quote!(#name)
        }
        Type::Named { module, name, is_main, .. } => {
            // What a module is about is re-exported one level up.
            let depth = module.len() - usize::from(*is_main);
            let module = module[..depth].iter().map(|part| ident(&field_name(part)));
            let name = ident(name);
            quote!(crate::#(#module::)*#name)
        }
    }
}

/// The type of an argument.
pub fn argument(given: &Given, here: &[String]) -> TokenStream {
    match given {
        Given::Into(ty) => {
            let ty = render(ty, here);
            quote!(impl Into<#ty>)
        }
        Given::Items(ty) => {
            let ty = render(ty, here);
            quote!(impl IntoIterator<Item = impl Into<#ty>>)
        }
    }
}
