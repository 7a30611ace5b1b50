//! Examples of calls, in the docs of the functions that make requests.
//!
//! The spec has the values (`x-examples`); the code is made from the plan. A spec without examples gets none.

mod expression;

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, Item, ModulePath, Param, Plan, Type, names};
use crate::diagnostic::Diagnostics;
use crate::document::{Key, Node, Value};
use crate::model::{Api, Kind, Operation, TypeId};
use crate::spec::{Spec, closest};
use expression::{Items, Writer};

/// Lines longer than this are broken at each call of a method.
const MAX_WIDTH: usize = 88;

/// The values that examples are made of.
#[derive(Debug, Default)]
pub struct Examples {
    /// The prefix of IDs, by the path of the resource with dots.
    ids: BTreeMap<String, String>,
    /// What is sent where an example says nothing of its own, by the name of the parameter.
    values: BTreeMap<String, Node>,
    /// The parameters of operations, by the path of the resource with dots and the operation's name.
    operations: BTreeMap<(String, String), Node>,
}

impl Examples {
    /// Reads the `x-examples` of a spec, and reports what they name that does not exist.
    pub(crate) fn read(spec: &Spec, api: &Api, problems: &mut Diagnostics) -> Self {
        let mut examples = Self::default();
        for (Key { name, at }, node) in spec.examples.iter().flat_map(Node::entries) {
            match name.as_str() {
                "ids" => {
                    examples.ids.extend(node.entries().iter().filter_map(|(key, node)| {
                        Some((key.name.clone(), node.as_str()?.to_owned()))
                    }))
                }
                "values" => examples.values.extend(
                    node.entries().iter().map(|(key, node)| (key.name.clone(), node.clone())),
                ),
                "operations" => examples.read_operations(node, api, problems),
                _ => problems.report(
                    "example",
                    *at,
                    format!("`{name}` is no part of the examples"),
                    "use `ids`, `values` or `operations`",
                ),
            }
        }
        examples
    }

    fn read_operations(&mut self, node: &Node, api: &Api, problems: &mut Diagnostics) {
        let known: BTreeMap<(String, &str), &Operation> = (api.operations.iter())
            .map(|operation| ((resource(api, operation), operation.name.as_str()), operation))
            .collect();
        for (of, operations) in node.entries() {
            for (key, values) in operations.entries() {
                let Some(operation) = known.get(&(of.name.clone(), key.name.as_str())) else {
                    problems.report(
                        "example",
                        key.at,
                        format!("`{}` has no operation `{}`", of.name, key.name),
                        "correct the name, or remove the example",
                    );
                    continue;
                };
                let outside = operation.parameters.iter().map(|parameter| &parameter.field);
                let inside = operation.body.iter().flat_map(|body| &body.fields);
                let fields = outside.chain(inside).map(|field| (field.name.as_str(), field.ty));
                check(values, &fields.collect(), api, problems);
                self.operations.insert((of.name.clone(), key.name.clone()), values.clone());
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.values.is_empty() && self.operations.is_empty()
    }
}

/// The path of an operation's resource with dots.
fn resource(api: &Api, operation: &Operation) -> String {
    api.resources[operation.resource].path.0.join(".")
}

/// Reports the names of parameters that do not exist.
fn check(values: &Node, fields: &BTreeMap<&str, TypeId>, api: &Api, problems: &mut Diagnostics) {
    for (Key { name, at }, value) in values.entries() {
        let Some(ty) = fields.get(name.as_str()) else {
            let help = match closest(name, fields.keys().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => "correct the name, or remove it".to_owned(),
            };
            problems.report("example", *at, format!("there is no parameter `{name}`"), help);
            continue;
        };
        let mut inner = BTreeMap::new();
        let mut is_map = false;
        objects(api, *ty, &mut |kind| match kind {
            Kind::Object(object) => {
                inner.extend(object.fields.iter().map(|field| (field.name.as_str(), field.ty)));
            }
            _ => is_map = true,
        });
        if is_map {
            continue;
        }
        match &value.value {
            Value::Array(items) => {
                items.iter().for_each(|item| check(item, &inner, api, problems));
            }
            _ => check(value, &inner, api, problems),
        }
    }
}

/// Calls `found` with the objects and maps that values of the type can be or have as items.
fn objects<'a>(api: &'a Api, ty: TypeId, found: &mut impl FnMut(&'a Kind)) {
    match &api.ty(ty).kind {
        kind @ (Kind::Object(_) | Kind::Map(_)) => found(kind),
        Kind::Array(inner) | Kind::Clearable(inner) | Kind::Range(inner) => {
            objects(api, *inner, found);
        }
        Kind::Union(arms) => arms.iter().for_each(|arm| objects(api, *arm, found)),
        Kind::Schema(schema) | Kind::Lazy(schema) => objects(api, api.schema(*schema).ty, found),
        _ => {}
    }
}

/// Appends an example to the docs of each function that makes a request.
pub(crate) fn add(plan: &mut Plan, api: &Api, examples: &Examples) {
    if examples.is_empty() {
        return;
    }
    let operations: BTreeMap<&str, &Operation> =
        api.operations.iter().map(|operation| (operation.id.as_str(), operation)).collect();
    let items = expression::items(plan);
    let mut written: BTreeMap<(ModulePath, String), Vec<String>> = BTreeMap::new();
    for (module, content) in &plan.modules {
        for item in &content.items {
            let Item::Request(request) = item else { continue };
            let Some(operation) = operations.get(request.id.as_str()) else { continue };
            let entry = content.items.iter().find_map(|item| match item {
                Item::Entry(entry) => Some(entry),
                _ => None,
            });
            let function = entry.and_then(|entry| {
                let function = entry.functions.iter().find(|one| one.request == request.name)?;
                Some((entry, function.ident.as_str()))
            });
            let Some((entry, function)) = function else { continue };
            let own = (resource(api, operation), operation.name.clone());
            let example = Example {
                plan,
                items: &items,
                examples,
                module,
                entry,
                function,
                values: examples.operations.get(&own),
            };
            let lines = example.lines(&request.params, &request.output);
            written.insert((module.clone(), function.to_owned()), lines);
        }
    }
    for (module, content) in &mut plan.modules {
        for item in &mut content.items {
            let Item::Entry(entry) = item else { continue };
            for function in &mut entry.functions {
                if let Some(lines) = written.remove(&(module.clone(), function.ident.clone())) {
                    function.docs.push(String::new());
                    function.docs.extend(lines);
                }
            }
        }
    }
}

/// The example of one function.
struct Example<'e> {
    plan: &'e Plan,
    items: &'e Items<'e>,
    examples: &'e Examples,
    module: &'e ModulePath,
    entry: &'e Entry,
    function: &'e str,
    /// The parameters that the spec has for this operation.
    values: Option<&'e Node>,
}

impl Example<'_> {
    fn lines(&self, params: &[Param], output: &Type) -> Vec<String> {
        let mut writer = Writer::new(self.plan, self.items, self.examples);
        let on = writer.path(self.module, &self.entry.on);
        let (first, setters) =
            writer.call(&format!("{on}::{}", self.function), params, self.values);
        let body = statement(&first, setters, output, self.plan);
        let imports = imports(&writer.imports);
        let mut lines = vec!["```no_run".to_owned()];
        lines.push(imports);
        lines.push(
            "# async fn example(client: &pinstripe::Client) -> Result<(), pinstripe::Error> {"
                .to_owned(),
        );
        lines.extend(body);
        lines.push("# Ok(()) }".to_owned());
        lines.push("```".to_owned());
        lines
    }
}

fn imports(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match &names[..] {
        [name] => format!("use pinstripe::{name};"),
        names => format!("use pinstripe::{{{}}};", names.join(", ")),
    }
}

/// The lines that send the request and use the response.
fn statement(first: &str, mut calls: Vec<String>, output: &Type, plan: &Plan) -> Vec<String> {
    if let Type::Of("List" | "SearchResult" | "Page", inner) = output {
        let item = variable(&inner[0]);
        let mut items = plural(&item);
        if items == item {
            items = "all".to_owned();
        }
        calls.push(".stream(client)".to_owned());
        let mut lines = broken(&format!("let mut {items} = {first}"), &calls);
        lines.push(format!("while let Some({item}) = {items}.try_next().await? {{"));
        lines.push(match has_id(&inner[0], plan) {
            true => format!("    println!(\"{{}}\", {item}.id);"),
            false => format!("    println!(\"{{{item}:?}}\");"),
        });
        lines.push("}".to_owned());
        return lines;
    }
    let is_download = *output == Type::Runtime("Download");
    calls.push(if is_download { ".download(client)" } else { ".send(client)" }.to_owned());
    calls.push(".await?".to_owned());
    match output {
        Type::Unit => broken(first, &calls),
        Type::Runtime("Download") => {
            let mut lines = broken(&format!("let download = {first}"), &calls);
            lines.push("let bytes = download.bytes().await?;".to_owned());
            lines
        }
        output => broken(&format!("let {} = {first}", variable(output)), &calls),
    }
}

/// A statement on one line, or with a line for each call where that is too long.
fn broken(first: &str, calls: &[String]) -> Vec<String> {
    let line = format!("{first}{};", calls.concat());
    if line.len() <= MAX_WIDTH {
        return vec![line];
    }
    let mut lines = vec![first.to_owned()];
    lines.extend(calls.iter().map(|call| format!("    {call}")));
    if lines.iter().all(|line| line.len() <= MAX_WIDTH) {
        lines.last_mut().expect("there is one").push(';');
        return lines;
    }
    laid_out(&line).unwrap_or_else(|| vec![line])
}

/// The statement with line breaks inside of arguments.
fn laid_out(statement: &str) -> Option<Vec<String>> {
    let file = syn::parse_file(&format!("async fn example() {{ {statement} }}")).ok()?;
    let text = prettyplease::unparse(&file);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.pop()?;
    Some(
        lines[1..]
            .iter()
            .map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned())
            .collect(),
    )
}

/// A name for a value of this type.
fn variable(ty: &Type) -> String {
    match ty {
        Type::Named { name, .. } => names::field(name),
        Type::Of(_, inner) => variable(&inner[0]),
        Type::Boxed(inner) | Type::Option(inner) | Type::Vec(inner) => variable(inner),
        _ => "response".to_owned(),
    }
}

fn plural(name: &str) -> String {
    match name {
        _ if name.ends_with("ss") || name.ends_with('x') || name.ends_with("ch") => {
            format!("{name}es")
        }
        _ if name.ends_with('s') || name.starts_with("r#") => "items".to_owned(),
        _ if name.ends_with('y') && !name.ends_with("ey") => {
            format!("{}ies", &name[..name.len() - 1])
        }
        _ => format!("{name}s"),
    }
}

/// Whether all values of the type have an ID.
fn has_id(ty: &Type, plan: &Plan) -> bool {
    let Type::Named { module, name, .. } = ty else { return false };
    plan.modules.get(module).is_some_and(|module| {
        module
            .items
            .iter()
            .any(|item| matches!(item, Item::Struct(item) if item.name == *name && item.has_id))
    })
}
