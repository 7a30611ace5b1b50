//! Modules: what they use, what they contain, and what they re-export.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::import;
use super::{Piece, attribute, comment, expand, item};
use crate::plan::{CORE, Crate, Given, Item, Module, ModulePath, Plan, Type, field_name};

/// A module with items of its own: its path and its text, and those of its tables if it has any.
pub fn module(of: &Crate<'_>, path: &[String], module: &Module) -> Vec<(ModulePath, String)> {
    let pieces: Vec<Piece> = module.items.iter().flat_map(|one| item(one, path)).collect();
    let tables = tables(&pieces);
    let code = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Code(code) => Some(code),
        Piece::Table(_) | Piece::Row { .. } => None,
    });
    let mut names: Vec<String> = runtime_names(module).into_iter().map(str::to_owned).collect();
    if !tables.is_empty() {
        names.push("self as rt".to_owned());
    }
    let runtime =
        if names.is_empty() { String::new() } else { import("", "pinstripe_runtime", &names) };
    let tables_name = (!tables.is_empty()).then(|| free_name(of, path, "wire"));
    let tables_module = tables_name.as_ref().map(|name| format!("mod {name};"));
    let expand_name = (!module.expansions.is_empty()).then(|| free_name(of, path, "expand"));
    let expand_module = expand_name.as_ref().map(|name| format!("pub mod {name};"));
    let own_modules: Vec<String> = expand_module.into_iter().chain(tables_module).collect();
    let sections = [
        comment("//!", &module.docs, 0).trim_end().to_owned(),
        runtime,
        imports(module),
        inherited(of, path),
        own_modules.join("\n"),
        children(of, path),
    ];
    let mut files = vec![(path.to_vec(), join(sections.into_iter().chain(code)))];
    if let Some(name) = tables_name {
        let docs =
            "//! The tables of this module: the names of fields, values and operations in the API.";
        let sections = [docs.to_owned(), "use super::*;".to_owned()];
        files.push((child(path, name), join(sections.into_iter().chain(tables))));
    }
    if let Some(name) = expand_name {
        files.push((child(path, name), expansions(module)));
    }
    files
}

fn child(path: &[String], name: String) -> ModulePath {
    path.iter().cloned().chain([name]).collect()
}

/// The module of the paths to expandable fields.
fn expansions(module: &Module) -> String {
    let docs =
        "//! Paths to expandable fields, for `.expand(…)` of requests and `.expanded(…)` of \
                objects."
            .to_owned();
    let has_depth =
        module.expansions.iter().any(|constant| constant.path.len() > 1 || !constant.expands);
    let depth = has_depth.then(|| "Depth".to_owned());
    let mut names: BTreeSet<String> = depth.into_iter().chain(["Expand".to_owned()]).collect();
    for constant in &module.expansions {
        for ty in [&constant.from, &constant.to] {
            ty.walk(&mut |ty| {
                if let Type::Runtime(name) | Type::Of(name, _) = ty {
                    names.insert((*name).to_owned());
                }
            });
        }
    }
    let names: Vec<String> = names.into_iter().collect();
    let constants = module.expansions.iter().map(expand::render);
    join([docs, import("", "pinstripe_runtime", &names)].into_iter().chain(constants))
}

/// A module that only holds others.
pub fn namespace(of: &Crate<'_>, path: &[String]) -> String {
    let docs = format!("//! The resources of the namespace `{}`.", path.join("."));
    join([docs, inherited(of, path), children(of, path)])
}

/// The root of a crate.
pub fn root(plan: &Plan, of: &Crate<'_>) -> String {
    let docs = match of.part {
        Some(part) => vec![format!(
            "A part of the types of the Stripe API. Programs depend on `pinstripe`, which exports all \
             of it under the same paths: `pinstripe_api_{part}::…` is `pinstripe::…`."
        )],
        None => front_page(plan),
    };
    // Links are written in full everywhere, also where a shorter one would do.
    let links = "#![allow(rustdoc::redundant_explicit_links)]".to_owned();
    let runtime = match of.part {
        None => "pub use pinstripe_runtime as runtime;".to_owned(),
        Some(_) => String::new(),
    };
    // Docs everywhere link to it, so it is in the lowest crate.
    let version = if of.below.is_empty() {
        format!(
            "/// The version of the API that is described here.\npub const API_VERSION: &str = {:?};",
            plan.version
        )
    } else {
        String::new()
    };
    // docs.rs then shows the feature of each item.
    let features = if of.part.is_none() && !of.below.is_empty() {
        "\n#![cfg_attr(docsrs, feature(doc_cfg))]"
    } else {
        ""
    };
    let docs = comment("//!", &docs, 0).trim_end().to_owned();
    let links = links + features;
    join([docs, links, inherited(of, &[]), children(of, &[]), runtime, version])
}

/// Returns the sections that are not empty, with a blank line between them.
fn join(sections: impl IntoIterator<Item = String>) -> String {
    let sections: Vec<String> =
        sections.into_iter().filter(|section| !section.is_empty()).collect();
    sections.join("\n\n") + "\n"
}

/// The items of the tables. Rows of one macro are together.
fn tables(pieces: &[Piece]) -> Vec<String> {
    let mut tables = Vec::new();
    let mut rows: BTreeMap<&str, String> = BTreeMap::new();
    for piece in pieces {
        match piece {
            Piece::Code(_) => {}
            Piece::Table(table) => tables.push(table.clone()),
            Piece::Row { macro_name, row } => {
                *rows.entry(macro_name).or_default() += &format!("    {row};\n");
            }
        }
    }
    let rows = rows.iter().map(|(macro_name, rows)| format!("rt::{macro_name}! {{\n{rows}}}"));
    tables.extend(rows);
    tables
}

/// Returns a name for a module that no other child of this one has.
fn free_name(of: &Crate<'_>, path: &[String], name: &str) -> String {
    let mut name = name.to_owned();
    let children = of.modules.keys().chain(&of.namespaces).chain(of.inherited.keys());
    let children: BTreeSet<String> = children
        .filter(|child| child.len() > path.len() && child.starts_with(path))
        .map(|child| field_name(&child[path.len()]))
        .collect();
    while children.contains(&name) {
        name.push('_');
    }
    name
}

/// The types that the module shares with another.
fn imports(module: &Module) -> String {
    let imports = module.imports.iter().map(|import| {
        let path: String = import.module.iter().map(|step| field_name(step) + "::").collect();
        let name = &import.name;
        let renamed =
            if import.local == *name { String::new() } else { format!(" as {}", import.local) };
        format!("pub use crate::{path}{name}{renamed};")
    });
    let mut imports: Vec<String> = imports.collect();
    imports.sort();
    imports.join("\n")
}

/// What the parts below have at a path. A part shows no more than what is its own, so that the whole finds everything once.
fn inherited(of: &Crate<'_>, path: &[String]) -> String {
    // The part has the pages. A copy of them would double the time and the size of the docs.
    let visible = match of.part {
        Some(_) => "#[allow(unused_imports)]\npub(crate)",
        None => "#[doc(no_inline)]\npub",
    };
    let parts = of.inherited.get(path).map_or(&[][..], Vec::as_slice);
    let path: String = path.iter().map(|step| field_name(step) + "::").collect();
    let globs = parts.iter().map(|part| {
        // Only the whole can do without a part.
        let gate = match *part {
            CORE => String::new(),
            part => attribute::feature_gate(&[part.to_owned()], 0),
        };
        format!("{gate}{visible} use pinstripe_api_{part}::{path}*;")
    });
    globs.collect::<Vec<_>>().join("\n")
}

/// Declares the modules right below a path and re-exports what they are about.
fn children(of: &Crate<'_>, path: &[String]) -> String {
    let is_child = |child: &[String]| child.len() == path.len() + 1 && child.starts_with(path);
    let modules = of
        .modules
        .iter()
        .filter(|(child, _)| is_child(child))
        .map(|(child, module)| (field_name(&child[path.len()]), &module.shown[..]));
    let namespaces = of
        .namespaces
        .iter()
        .filter(|child| is_child(child))
        .map(|child| (field_name(&child[path.len()]), &[][..]));
    let mut children: Vec<(String, &[String])> = modules.chain(namespaces).collect();
    children.sort_by(|(left, _), (right, _)| {
        left.trim_start_matches("r#").cmp(right.trim_start_matches("r#"))
    });
    let modules: Vec<String> =
        children.iter().map(|(name, _)| format!("pub mod {name};")).collect();
    let exports: Vec<String> = children
        .iter()
        .filter(|(_, shown)| !shown.is_empty())
        .map(|(name, shown)| import("pub ", name, shown))
        .collect();
    join([modules.join("\n"), exports.join("\n")]).trim_end().to_owned()
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
    let features = if plan.parts.is_empty() {
        ""
    } else {
        "
# Features

The resources that most programs do not need are in crates of their own. Each is a feature, on by default: a program that turns the
default features off names those that it needs. `full` is all of them. Without a feature, its resources and events do not exist here;
webhooks still arrive, with the object as JSON.
"
    };
    let resources = resources(plan);
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
{history}{features}
# Resources

{resources}"
    );
    text.lines().map(str::to_owned).collect()
}

/// Lists the resources by namespace, with links. Their pages may be in the docs of other crates.
fn resources(plan: &Plan) -> String {
    let mut namespaces: BTreeMap<&[String], Vec<String>> = BTreeMap::new();
    for (path, module) in &plan.modules {
        let entry = module.items.iter().find_map(|item| match item {
            Item::Entry(entry) => Some(&entry.on),
            _ => None,
        });
        let (Some(entry), Some((_, namespace))) = (entry, path.split_last()) else { continue };
        let steps: Vec<_> = path.iter().map(|step| field_name(step)).collect();
        let link = format!("[`{entry}`](crate::{}::{entry})", steps.join("::"));
        namespaces.entry(namespace).or_default().push(link);
    }
    let lists = namespaces.iter().map(|(namespace, links)| {
        let links = links.join(", ");
        match namespace {
            [] => format!("{links}\n"),
            _ => format!("- `{}`: {links}", namespace.join("::")),
        }
    });
    lists.collect::<Vec<_>>().join("\n")
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
        let settings = match item {
            Item::Request(item) => &item.params[..],
            Item::Params(item) => &item.fields[..],
            _ => &[],
        };
        names.extend(settings.iter().filter(|param| !param.required).map(
            |param| match param.given {
                Given::Into(_) | Given::Items(_) => "Argument",
                Given::Expansions(_) => "Expands",
            },
        ));
    }
    module.walk_types(&mut |ty| {
        if let Type::Runtime(name) | Type::Of(name, _) = ty {
            names.insert(name);
        }
    });
    names
}
