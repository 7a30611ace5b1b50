//! Modules: what they use, what they contain, and what they re-export.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::{ident, item};
use crate::plan::{Item, Module, ModulePath, Plan, Type, field_name};

/// A module with items of its own.
pub fn module(plan: &Plan, path: &ModulePath, module: &Module) -> TokenStream {
    let docs = inner_docs(&module.docs);
    let names = runtime_names(module).into_iter().map(ident);
    let items = module.items.iter().map(|one| item(one, path));
    let children = children(plan, path);
    let imports = module.imports.iter().map(|import| {
        let path = import.module.iter().map(|part| ident(&field_name(part)));
        let name = ident(&import.name);
        let renamed = (import.local != import.name).then(|| {
            let local = ident(&import.local);
            quote!(as #local)
        });
        quote!(pub use crate::#(#path::)*#name #renamed;)
    });
    quote! {
        #docs
        #[allow(unused_imports)]
        use pinstripe_runtime::{self as rt, #(#names),*};
        #(#imports)*
        #children
        #(#items)*
    }
}

/// The modules that only hold others, the root among them, by their files.
pub fn namespaces(plan: &Plan) -> BTreeMap<String, TokenStream> {
    let mut paths: BTreeSet<&[String]> = BTreeSet::from([&[][..]]);
    for path in plan.modules.keys() {
        for length in 1..path.len() {
            paths.insert(&path[..length]);
        }
    }
    paths.retain(|path| !plan.modules.contains_key(*path));
    let render = |path: &[String]| {
        let children = children(plan, path);
        if path.is_empty() {
            let docs = inner_docs(&front_page(plan));
            let version = &plan.version;
            let root = quote! {
                #docs
                #children
                pub use pinstripe_runtime as runtime;
                /// The version of the API that is described here.
                pub const API_VERSION: &str = #version;
            };
            return ("lib.rs".to_owned(), root);
        }
        let docs = inner_docs(&[format!("The namespace `{}`.", path.join("."))]);
        (format!("{}.rs", path.join("/")), quote!(#docs #children))
    };
    paths.into_iter().map(render).collect()
}

/// Declares the modules right below a path and re-exports what they are about.
fn children(plan: &Plan, path: &[String]) -> TokenStream {
    let mut names: BTreeMap<&str, Option<&Module>> = BTreeMap::new();
    for (child, module) in &plan.modules {
        if child.len() > path.len() && child.starts_with(path) {
            let entry = names.entry(child[path.len()].as_str()).or_default();
            if child.len() == path.len() + 1 {
                *entry = Some(module);
            }
        }
    }
    let modules = names.keys().map(|name| ident(&field_name(name)));
    let exports = names.iter().filter_map(|(name, module)| {
        let main = module.map(|module| &module.main).filter(|main| !main.is_empty())?;
        let name = ident(&field_name(name));
        let main = main.iter().map(|name| ident(name));
        Some(quote!(pub use #name::{#(#main),*};))
    });
    quote! {
        #(pub mod #modules;)*
        #(#exports)*
    }
}

fn inner_docs(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| {
        let line = if line.is_empty() { String::new() } else { format!(" {line}") };
        quote!(#![doc = #line])
    });
    quote!(#(#lines)*)
}

/// What a newcomer reads first.
fn front_page(plan: &Plan) -> Vec<String> {
    let version = &plan.version;
    let has_events = plan.modules.contains_key(&["events".to_owned()][..]);
    let events = if has_events { "- [`events`] has the types of events, with the object that each carries.\n" } else { "" };
    let history = match plan.versions.as_slice() {
        [first, .., _] => format!(
            "
# All versions at once

What any version since {first} writes is read: what came or went with a version says so, as in \"Since {version}.\", and a field is an `Option`
unless all versions write it. A request that newer versions refuse says that as well.
"
        ),
        _ => String::new(),
    };
    let text = format!(
        "The types, requests and events of the Stripe API, version {version}.

This crate describes what goes over the wire and sends nothing: the crate `pinstripe` does that. Use this one alone where only the types are
wanted, such as for receiving webhooks in a worker.

# Where things are

- A resource is the way in: each is a type here, or in the module of its namespace (`billing`, `issuing`, `treasury`, `v2` and so on).
  Its functions make requests, named as in Stripe's own SDKs.
- The module of a resource has the types of its fields, and its requests.
{events}- [`runtime`] has what fields are made of: ids, times, amounts, lists, and decoding and encoding.

# Requests are values

Required parameters are arguments, optional ones are setters. A request can be built, printed, compared and tested without a network.
{history}"
    );
    text.lines().map(str::to_owned).collect()
}

/// The names of the runtime that the items of a module need.
fn runtime_names(module: &Module) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for item in &module.items {
        match item {
            Item::Struct(item) if item.has_id => names.insert("Id"),
            Item::Enum(_) => names.insert("Unknown"),
            Item::Union(_) => names.insert("RawJson"),
            _ => false,
        };
        for ty in item.types() {
            ty.walk(&mut |ty| {
                if let Type::Runtime(name) | Type::Of(name, _) = ty {
                    names.insert(name);
                }
            });
        }
    }
    names
}
