//! Converts names of the API to Rust names.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::ModulePath;
use super::lock::{Lock, LockedName, TypePath};

/// Names that every file uses, and that no generated type may have.
pub const RESERVED_TYPES: [&str; 58] = [
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Default",
    "Drop",
    "Eq",
    "Err",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
    "Debug",
    "Clearable",
    "Currency",
    "DateTime",
    "Decimal",
    "Download",
    "Expandable",
    "Argument",
    "Expands",
    "Id",
    "Int64",
    "Lazy",
    "List",
    "Map",
    "MaybeDeleted",
    "Page",
    "RangeQuery",
    "RawJson",
    "SearchResult",
    "Timestamp",
    "Unknown",
    "Upload",
];

/// The variant for unknown values.
pub const UNRECOGNIZED: &str = "Unrecognized";

/// Returns the identifier of a field or function.
pub fn field(wire: &str) -> String {
    let snake = spelled(wire).to_snake_case();
    match snake.as_str() {
        "" => "empty".to_owned(),
        "self" | "super" | "crate" => format!("{snake}_"),
        _ if !begins_identifier(&snake) => format!("_{snake}"),
        _ if is_keyword(&snake) => format!("r#{snake}"),
        _ => snake,
    }
}

/// Returns unique identifiers for the fields of one struct, in order.
pub fn fields<'a>(wires: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    wires.into_iter().map(|wire| free(field(wire), "_", &mut taken)).collect()
}

/// Returns unique identifiers for parameters, in order: required ones, which are arguments, and
/// others, whose setters must not have a reserved name.
pub fn parameters<'a>(
    wires: impl IntoIterator<Item = (&'a str, bool)>,
    reserved: &[&str],
) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let names = wires.into_iter().map(|(wire, is_required)| match field(wire) {
        name if !is_required && reserved.contains(&name.as_str()) => format!("{name}_param"),
        name => name,
    });
    names.map(|name| free(name, "_", &mut taken)).collect()
}

/// Returns unique identifiers for the variants of one enum, in order.
pub fn variants<'a>(wires: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = BTreeSet::from([UNRECOGNIZED.to_owned()]);
    wires.into_iter().map(|wire| free(variant(wire), "", &mut taken)).collect()
}

fn variant(wire: &str) -> String {
    let camel = camel(wire);
    match camel.as_str() {
        "" => "Empty".to_owned(),
        "Self" => "Self_".to_owned(),
        _ => camel,
    }
}

fn free(name: String, separator: &str, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = name.clone();
    let mut count = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{name}{separator}{count}");
        count += 1;
    }
    candidate
}

/// Converts a name to an identifier in upper camel case.
pub fn camel(wire: &str) -> String {
    let camel = spelled(wire).to_upper_camel_case();
    if camel.is_empty() || begins_identifier(&camel) {
        return camel;
    }
    format!("_{camel}")
}

/// Returns whether the first character of a name can begin an identifier. A digit cannot.
fn begins_identifier(name: &str) -> bool {
    name.starts_with(|first: char| {
        first.is_ascii_alphabetic()
            || !first.is_ascii() && syn::parse_str::<syn::Ident>(&first.to_string()).is_ok()
    })
}

/// Replaces signs that distinguish values by words, and drops other characters that no identifier
/// can have.
fn spelled(wire: &str) -> String {
    let mut text = String::with_capacity(wire.len());
    let mut previous = ' ';
    for current in wire.chars() {
        match current {
            '+' => text.push_str(" plus "),
            '*' => text.push_str(" all "),
            // A minus in front of a number is a sign; elsewhere it is a hyphen.
            '-' if previous == ' ' => text.push_str(" minus "),
            _ if is_in_identifiers(current) => text.push(current),
            _ => text.push(' '),
        }
        previous = current;
    }
    text
}

/// Returns whether an identifier can have a character, and normalization keeps it.
///
/// Not every letter or digit of Unicode can: `²` is a number to `char::is_alphanumeric`. And rustc
/// composes characters, so that two names that differ in composition alone would be one.
fn is_in_identifiers(one: char) -> bool {
    if one.is_ascii() {
        return one.is_ascii_alphanumeric();
    }
    let is_composed = COMPOSED.iter().any(|range| range.contains(&one));
    one.is_alphanumeric()
        && !is_composed
        && syn::parse_str::<syn::Ident>(&format!("a{one}")).is_ok()
}

/// Letters that composition (NFC) replaces: signs of units, conjoining jamo, and ideographs that
/// are there for compatibility alone.
const COMPOSED: [std::ops::RangeInclusive<char>; 4] = [
    '\u{1100}'..='\u{11ff}',
    '\u{2126}'..='\u{212b}',
    '\u{f900}'..='\u{faff}',
    '\u{2f800}'..='\u{2fa1f}',
];

/// Returns whether a name is a keyword in the newest edition.
fn is_keyword(name: &str) -> bool {
    // A keyword since edition 2024, which the parser does not support.
    name == "gen" || syn::parse_str::<syn::Ident>(name).is_err()
}

/// Returns the singular: `addresses` to `address`, `categories` to `category`, `lines` to `line`.
pub fn singular(name: &str) -> Cow<'_, str> {
    let whole = ["ss", "us", "is", "series"];
    let lower = name.to_ascii_lowercase();
    if whole.iter().any(|end| lower.ends_with(end)) {
        return name.into();
    }
    if let Some(stem) = name.strip_suffix("ies") {
        return format!("{stem}y").into();
    }
    let is_whole = name.ends_with("sses") || name.ends_with("xes");
    name.strip_suffix(if is_whole { "es" } else { "s" }).unwrap_or(name).into()
}

/// The type names of each module. They are unique, and locked ones are kept.
#[derive(Debug, Default)]
pub struct TypeNames {
    lock: Lock,
    taken: BTreeMap<ModulePath, BTreeSet<String>>,
    /// The locked names that are in use.
    used: BTreeSet<TypePath>,
    /// All names, to be locked.
    pub given: BTreeMap<String, LockedName>,
}

impl TypeNames {
    /// New items do not get locked names.
    pub fn new(lock: Lock) -> Self {
        let mut taken: BTreeMap<ModulePath, BTreeSet<String>> = BTreeMap::new();
        for given in lock.0.values() {
            for (module, name) in [Some(&given.at), given.home.as_ref()].into_iter().flatten() {
                taken.entry(module.clone()).or_default().insert(name.clone());
            }
        }
        Self { lock, taken, ..Self::default() }
    }

    /// Returns the locked name of an owner in a module.
    pub fn locked(&self, owner: &str, module: &[String]) -> Option<&LockedName> {
        self.lock.0.get(owner).filter(|given| given.at.0 == module)
    }

    /// Returns the locked name of the owner, or a free one as [`TypeNames::fresh`] does.
    pub fn take(
        &mut self,
        owner: &str,
        module: &[String],
        candidates: impl IntoIterator<Item = String>,
    ) -> String {
        let locked = self
            .locked(owner, module)
            .filter(|given| given.home.is_none())
            .map(|given| given.at.clone());
        let name = match locked {
            Some(locked) if self.claim(&locked) => locked.1,
            _ => self.fresh(module, candidates),
        };
        self.give(owner, LockedName { at: (module.to_vec(), name.clone()), home: None });
        name
    }

    /// Claims a locked name. Returns whether no other item has it.
    pub fn claim(&mut self, home: &TypePath) -> bool {
        self.used.insert(home.clone())
    }

    /// Returns the locked re-exports that are not in use so far.
    pub fn former_imports(&self) -> Vec<(String, LockedName)> {
        let former = self
            .lock
            .0
            .iter()
            .filter(|(owner, given)| given.home.is_some() && !self.given.contains_key(*owner));
        former.map(|(owner, given)| (owner.clone(), given.clone())).collect()
    }

    /// Records a name, to be locked.
    pub fn give(&mut self, owner: &str, given: LockedName) {
        self.given.insert(owner.to_owned(), given);
    }

    /// Returns the first candidate that is free in the module, or one with a number.
    pub fn fresh(
        &mut self,
        module: &[String],
        candidates: impl IntoIterator<Item = String>,
    ) -> String {
        let taken = self.taken.entry(module.to_vec()).or_default();
        let mut last = String::new();
        for candidate in candidates {
            let usable = !candidate.is_empty() && !RESERVED_TYPES.contains(&candidate.as_str());
            if usable && taken.insert(candidate.clone()) {
                return candidate;
            }
            last = candidate;
        }
        // A name without letters and digits has no camel case.
        let base = if last.is_empty() { "Type" } else { &last };
        let mut count = 1;
        loop {
            let candidate = match (count, last.is_empty()) {
                (1, true) => base.to_owned(),
                (1, false) => format!("{base}Type"),
                _ => format!("{base}{count}"),
            };
            if taken.insert(candidate.clone()) {
                return candidate;
            }
            count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_value_becomes_a_variant() {
        let wires = [
            "",
            "+1",
            "-1",
            "1_day",
            "3ds",
            "self",
            "Self",
            "*",
            "a-b",
            "a_b",
            "unrecognized",
            "ünïcode",
            "🦀",
            "_",
            "type",
            "x²",
            "①",
            "٣a",
            "e\u{301}",
        ];
        let idents = variants(wires);
        assert_eq!(
            idents,
            [
                "Empty",
                "Plus1",
                "Minus1",
                "_1Day",
                "_3ds",
                "Self_",
                "Self_2",
                "All",
                "AB",
                "AB2",
                "Unrecognized2",
                "Ünïcode",
                "Empty2",
                "Empty3",
                "Type",
                "X",
                "Empty4",
                "_٣a",
                "E"
            ]
        );
        for ident in idents {
            syn::parse_str::<syn::Ident>(&ident)
                .unwrap_or_else(|_| panic!("`{ident}` is no identifier"));
        }
    }

    #[test]
    fn any_name_becomes_a_field() {
        let idents = fields([
            "type",
            "gen",
            "self",
            "crate",
            "3ds",
            "a-b",
            "a_b",
            "async",
            "camelCase",
            "",
            "line1",
        ]);
        assert_eq!(
            idents,
            [
                "r#type",
                "r#gen",
                "self_",
                "crate_",
                "_3ds",
                "a_b",
                "a_b_2",
                "r#async",
                "camel_case",
                "empty",
                "line1",
            ]
        );
    }

    #[test]
    fn setters_do_not_take_the_names_of_methods() {
        let wires =
            [("account", true), ("account", false), ("account_param", false), ("id", false)];
        let idents = parameters(wires, &["account", "send"]);
        assert_eq!(idents, ["account", "account_param", "account_param_2", "id"]);
    }

    #[test]
    fn one_of_several() {
        let names = [
            "addresses",
            "boxes",
            "categories",
            "lines",
            "series",
            "status",
            "address",
            "basis",
            "Capabilities",
            "s",
        ];
        let one = names.map(|name| singular(name).into_owned());
        assert_eq!(
            one,
            [
                "address",
                "box",
                "category",
                "line",
                "series",
                "status",
                "address",
                "basis",
                "Capability",
                ""
            ]
        );
    }

    #[test]
    fn prelude_names_are_not_taken() {
        let mut names = TypeNames::default();
        let module = ["option".to_owned()];
        assert_eq!(names.fresh(&module, ["Option".to_owned()]), "OptionType");
        assert_eq!(
            names.fresh(&module, ["Option".to_owned(), "FieldOption".to_owned()]),
            "FieldOption"
        );
        assert_eq!(names.fresh(&module, ["Option".to_owned()]), "Option2");
    }

    #[test]
    fn types_without_a_name_begin_with_a_letter() {
        let mut names = TypeNames::default();
        let name = names.fresh(&[], [String::new()]);
        assert_eq!((name.as_str(), &*names.fresh(&[], [String::new()])), ("Type", "Type2"));
    }
}
