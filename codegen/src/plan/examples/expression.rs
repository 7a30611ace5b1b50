//! Values as Rust expressions, as a person would write them for a setter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::names;
use super::Examples;
use crate::document::{Node, Value};
use crate::plan::{ArmKind, Given, Item, ModulePath, Param, Plan, Type, Union, item_path};

/// The types that parameters can have, by module and name.
pub type Items<'p> = HashMap<(&'p ModulePath, &'p str), &'p Item>;

pub fn items(plan: &Plan) -> Items<'_> {
    let items = plan.modules.iter().flat_map(|(module, content)| {
        content.items.iter().filter_map(move |item| {
            let name = match item {
                Item::Params(item) => &item.name,
                Item::Enum(item) => &item.name,
                Item::Union(item) => &item.name,
                _ => return None,
            };
            Some(((module, name.as_str()), item))
        })
    });
    items.collect()
}

/// Writes expressions, and keeps what they import.
pub struct Writer<'w> {
    examples: &'w Examples,
    plan: &'w Plan,
    items: &'w Items<'w>,
    /// The names that are imported from the client.
    pub imports: BTreeSet<String>,
}

impl<'w> Writer<'w> {
    pub fn new(plan: &'w Plan, items: &'w Items<'w>, examples: &'w Examples) -> Self {
        Self { examples, plan, items, imports: BTreeSet::new() }
    }

    /// The path of an item after what is imported for it.
    pub fn path(&mut self, module: &ModulePath, name: &str) -> String {
        let is_main = self
            .plan
            .modules
            .get(module)
            .is_some_and(|content| content.main.iter().any(|main| main == name));
        let path = item_path(module, name, is_main);
        let first = path.split("::").next().unwrap_or(&path);
        self.imports.insert(first.to_owned());
        path
    }

    /// A call with what is required, and the setters of what else there are values for.
    pub fn call(
        &mut self,
        function: &str,
        params: &[Param],
        values: Option<&Node>,
    ) -> (String, Vec<String>) {
        let mut arguments = Vec::new();
        let mut setters = Vec::new();
        for param in params {
            let value = values.and_then(|values| values.get(&param.wire));
            if !param.required && value.is_none() {
                continue;
            }
            let expression = match &param.given {
                Given::Into(ty) => self.value(ty, value, &param.wire),
                Given::Items(ty) => self.array(ty, value, &param.wire),
                Given::Expansions(_) => self.array(&Type::String, value, &param.wire),
            };
            match param.required {
                true => arguments.push(expression),
                false => setters.push(format!(".{}({expression})", param.ident)),
            }
        }
        (format!("{function}({})", arguments.join(", ")), setters)
    }

    fn array(&mut self, ty: &Type, value: Option<&Node>, name: &str) -> String {
        let items = match value.map(|node| &node.value) {
            Some(Value::Array(items)) => {
                items.iter().map(|item| self.value(ty, Some(item), name)).collect()
            }
            _ => vec![self.value(ty, value, name)],
        };
        format!("[{}]", items.join(", "))
    }

    fn value(&mut self, ty: &Type, value: Option<&Node>, name: &str) -> String {
        let value = value.or_else(|| self.examples.values.get(name));
        let scalar = value.map(|node| &node.value);
        match ty {
            Type::Bool => (!matches!(scalar, Some(Value::Bool(false)))).to_string(),
            Type::I64 | Type::Runtime("Int64" | "Decimal") => match scalar {
                Some(Value::Int(number)) => digits(*number),
                _ => "1".to_owned(),
            },
            Type::F64 => match scalar {
                Some(Value::Float(number)) => format!("{number:?}"),
                Some(Value::Int(number)) => format!("{number}.0"),
                _ => "1.0".to_owned(),
            },
            Type::Runtime("Timestamp") => match scalar {
                Some(Value::Int(number)) => digits(*number),
                _ => "1_798_761_600".to_owned(),
            },
            Type::Runtime("DateTime") => "std::time::SystemTime::now()".to_owned(),
            Type::Runtime("Currency") => text(value, "usd"),
            Type::Runtime("Upload") => {
                self.imports.insert("Upload".to_owned());
                format!("Upload::path({})", text(value, "receipt.pdf"))
            }
            Type::Runtime("RawJson") => "serde_json::json!({\"key\": \"value\"})".to_owned(),
            Type::Runtime(_) | Type::String => match self.examples.ids.get(name) {
                Some(prefix) => text(value, &format!("{prefix}_123")),
                None => text(value, "example"),
            },
            Type::Unit => "()".to_owned(),
            Type::Of("Id", inner) => text(value, &self.id(&inner[0])),
            Type::Of("Clearable", inner) => self.clearable(&inner[0], value, name),
            Type::Of("Map", inner) => self.map(&inner[0], value, name),
            Type::Of("RangeQuery", inner) => {
                let least = value.and_then(|value| value.get("gte"));
                format!("{}..", self.value(&inner[0], least, name))
            }
            Type::Of(_, inner) => self.value(&inner[0], value, name),
            Type::Vec(inner) => self.array(inner, value, name),
            Type::Option(inner) | Type::Boxed(inner) => self.value(inner, value, name),
            Type::Named { module, name: own, .. } => self.named(module, own, value, name),
        }
    }

    /// A value that can be cleared, which only some types become by themselves.
    fn clearable(&mut self, inner: &Type, value: Option<&Node>, name: &str) -> String {
        let expression = self.value(inner, value, name);
        match inner {
            Type::Runtime("Decimal" | "Int64" | "DateTime") => self.exactly(inner, expression),
            Type::Named { module, name, .. } => match self.item(module, name) {
                Some(Item::Union(_)) => format!("{}::from({expression})", self.path(module, name)),
                _ => expression,
            },
            _ => expression,
        }
    }

    /// A value of exactly this type, where what becomes one is not enough.
    fn exactly(&mut self, ty: &Type, expression: String) -> String {
        let name = match ty {
            Type::Runtime(name @ ("Currency" | "DateTime" | "Decimal" | "Int64" | "Timestamp")) => {
                name
            }
            Type::Of("Id", _) => "Id",
            _ => return expression,
        };
        self.imports.insert(name.to_owned());
        format!("{name}::from({expression})")
    }

    fn map(&mut self, inner: &Type, value: Option<&Node>, name: &str) -> String {
        let entries: Vec<String> = match value.map(Node::entries) {
            Some(entries) if !entries.is_empty() => {
                // Sorted, so that the order of the document does not matter.
                let entries: BTreeMap<&str, &Node> =
                    entries.iter().map(|(key, node)| (key.name.as_str(), node)).collect();
                let entries = entries.into_iter();
                entries
                    .map(|(key, node)| format!("({key:?}, {})", self.value(inner, Some(node), key)))
                    .collect()
            }
            _ => vec![format!("(\"key\", {})", self.value(inner, None, name))],
        };
        format!("[{}]", entries.join(", "))
    }

    fn item(&self, module: &ModulePath, name: &str) -> Option<&'w Item> {
        self.items.get(&(module, name)).copied()
    }

    fn named(
        &mut self,
        module: &ModulePath,
        own: &str,
        value: Option<&Node>,
        name: &str,
    ) -> String {
        match self.item(module, own) {
            Some(Item::Enum(item)) => {
                let wanted = value.and_then(Node::as_str);
                let variant = item.variants.iter().find(|one| Some(one.wire.as_str()) == wanted);
                let variant = variant.unwrap_or(&item.variants[0]);
                format!("{}::{}", self.path(module, own), variant.ident)
            }
            Some(Item::Params(item)) => {
                let function = format!("{}::new", self.path(module, own));
                let (first, setters) = self.call(&function, &item.fields, value);
                format!("{first}{}", setters.concat())
            }
            Some(Item::Union(item)) => self.union(item, module, value, name),
            _ => text(value, "example"),
        }
    }

    /// The first shape that takes the value: an object takes one that has all of its members.
    fn union(
        &mut self,
        item: &Union,
        module: &ModulePath,
        value: Option<&Node>,
        name: &str,
    ) -> String {
        if let Some(text) = value.and_then(Node::as_str)
            && let Some(arm) =
                item.arms.iter().find(|arm| matches!(&arm.kind, ArmKind::Value(one) if one == text))
        {
            return format!("{}::{}", self.path(module, &item.name), arm.ident);
        }
        let members = value.map(Node::entries).unwrap_or_default();
        let fits = |payload: &Type| match self.params_of(payload) {
            Some(params) if value.is_none_or(|value| matches!(value.value, Value::Object(_))) => {
                members.iter().all(|(key, _)| params.iter().any(|param| param.wire == key.name))
            }
            Some(_) => false,
            None => members.is_empty(),
        };
        let payloads = item.arms.iter().filter_map(|arm| arm.payload.as_ref());
        match payloads.clone().find(|payload| fits(payload)).or(payloads.clone().next()) {
            Some(payload) => {
                let expression = self.value(payload, value, name);
                self.exactly(payload, expression)
            }
            None => format!("{}::{}", self.path(module, &item.name), item.arms[0].ident),
        }
    }

    fn params_of(&self, ty: &Type) -> Option<&'w [Param]> {
        match ty {
            Type::Boxed(inner) => self.params_of(inner),
            Type::Named { module, name, .. } => match self.item(module, name)? {
                Item::Params(item) => Some(&item.fields),
                _ => None,
            },
            _ => None,
        }
    }

    /// An ID of this resource.
    fn id(&self, resource: &Type) -> String {
        let Type::Named { module, name, .. } = resource else { return "id_123".to_owned() };
        match self.examples.ids.get(&module.join(".")) {
            Some(prefix) => format!("{prefix}_123"),
            None => format!("{}_123", names::field(name).trim_start_matches("r#")),
        }
    }
}

fn text(value: Option<&Node>, default: &str) -> String {
    format!("{:?}", value.and_then(Node::as_str).unwrap_or(default))
}

/// A number with an underscore between groups of three digits, as clippy likes them from 100,000 on.
fn digits(number: i64) -> String {
    let plain = number.to_string();
    if plain.len() < 6 {
        return plain;
    }
    let mut grouped = String::new();
    for (index, digit) in plain.chars().enumerate() {
        if index > 0 && (plain.len() - index).is_multiple_of(3) && digit != '-' {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}
