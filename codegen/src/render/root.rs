//! Modules: what they use, what they contain, and what they re-export.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{ident, item};
use crate::plan::{Crate, Item, Module, Plan, Type, field_name};

/// A module with items of its own.
pub fn module(of: &Crate<'_>, path: &[String], module: &Module) -> TokenStream {
    let docs = inner_docs(&module.docs);
    let names = runtime_names(module).into_iter().map(ident);
    let items = module.items.iter().map(|one| item(one, path));
    let inherited = inherited(of, path);
    let children = children(of, path);
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
        #inherited
        #children
        #(#items)*
    }
}

/// A module that only holds others.
pub fn namespace(of: &Crate<'_>, path: &[String]) -> TokenStream {
    let docs = inner_docs(&[format!("The namespace `{}`.", path.join("."))]);
    let inherited = inherited(of, path);
    let children = children(of, path);
    quote!(#docs #inherited #children)
}

/// The root of a crate.
pub fn root(plan: &Plan, of: &Crate<'_>) -> TokenStream {
    let inherited = inherited(of, &[]);
    let children = children(of, &[]);
    let docs = match of.part {
        Some(_) => {
            inner_docs(&["A part of `pinstripe-api`, which has all of it: depend on that instead."
                .to_owned()])
        }
        None => inner_docs(&front_page(plan)),
    };
    let runtime = of.part.is_none().then(|| quote! { pub use pinstripe_runtime as runtime; });
    // Docs everywhere refer to it, so it is where everything begins.
    let version = of.below.is_empty().then(|| {
        let version = &plan.version;
        quote! {
            /// The version of the API that is described here.
            pub const API_VERSION: &str = #version;
        }
    });
    // Links are written in full everywhere, also where a shorter one would do.
    let links = quote!(#![allow(rustdoc::redundant_explicit_links)]);
    quote!(#docs #links #inherited #children #runtime #version)
}

/// What the parts below have at a path. A part shows no more than what is its own, so that the whole finds everything once.
fn inherited(of: &Crate<'_>, path: &[String]) -> TokenStream {
    let visible =
        if of.part.is_some() { quote!(#[allow(unused_imports)] pub(crate)) } else { quote!(pub) };
    let parts = of.inherited.get(path).map_or(&[][..], Vec::as_slice);
    let path: Vec<_> = path.iter().map(|step| ident(&field_name(step))).collect();
    let globs = parts.iter().map(|part| {
        let library = format_ident!("pinstripe_api_{part}");
        quote!(#visible use #library::#(#path::)**;)
    });
    quote!(#(#globs)*)
}

/// Declares the modules right below a path and re-exports what they are about.
fn children(of: &Crate<'_>, path: &[String]) -> TokenStream {
    let is_child = |child: &[String]| child.len() == path.len() + 1 && child.starts_with(path);
    let modules = of
        .modules
        .iter()
        .filter(|(child, _)| is_child(child))
        .map(|(child, module)| (*child, &module.shown[..]));
    let namespaces =
        of.namespaces.iter().filter(|child| is_child(child)).map(|child| (*child, &[][..]));
    let children: BTreeMap<&[String], &[String]> = modules.chain(namespaces).collect();
    let name = |child: &[String]| ident(&field_name(&child[path.len()]));
    let modules = children.keys().map(|child| name(child));
    let exports = children.iter().filter(|(_, main)| !main.is_empty()).map(|(child, main)| {
        let name = name(child);
        let main = main.iter().map(|name| ident(name));
        quote!(pub use #name::{#(#main),*};)
    });
    quote! {
        #(pub mod #modules;)*
        #(#exports)*
    }
}

fn inner_docs(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| {
        let line = super::doc_line(line);
        quote!(#![doc = #line])
    });
    quote!(#(#lines)*)
}

/// What a newcomer reads first.
fn front_page(plan: &Plan) -> Vec<String> {
    let version = &plan.version;
    let has_events = plan.modules.contains_key(&["events".to_owned()][..]);
    let events = if has_events {
        "- [`events`] has the types of events, with the object that each carries.\n"
    } else {
        ""
    };
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
    }
    module.walk_types(&mut |ty| {
        if let Type::Runtime(name) | Type::Of(name, _) = ty {
            names.insert(name);
        }
    });
    names
}
