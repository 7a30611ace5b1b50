//! The grammar of a spec: the fields of each object and their types.

use std::collections::HashSet;

use super::{Spec, closest, distance};
use crate::diagnostic::{Diagnostics, Location};
use crate::document::{Key, Node, Value};

/// An object of OpenAPI.
pub struct Grammar {
    /// The name in messages.
    what: &'static str,
    members: &'static [(&'static str, Expected)],
}

/// The type of a field.
enum Expected {
    Any,
    Text,
    Flag,
    Number,
    List,
    /// One text, or a list of texts.
    Texts,
    /// A list of texts.
    Names,
    /// `true`, `false`, or an object.
    FlagOr(&'static Grammar),
    One(&'static Grammar),
    Many(&'static Grammar),
    /// Objects by their names.
    Named(&'static Grammar),
    /// Texts by their names.
    NamedTexts,
    /// Objects by the status of an answer.
    Statuses(&'static Grammar),
}

use Expected::{
    Any, Flag, FlagOr, List, Many, Named, NamedTexts, Names, Number, One, Statuses, Text, Texts,
};

static SCHEMA: Grammar = Grammar {
    what: "a schema",
    members: &[
        ("$ref", Text),
        ("additionalProperties", FlagOr(&SCHEMA)),
        ("anyOf", Many(&SCHEMA)),
        ("const", Any),
        ("default", Any),
        ("deprecated", Flag),
        ("description", Text),
        ("enum", List),
        ("example", Any),
        ("examples", Any),
        ("format", Text),
        ("items", One(&SCHEMA)),
        ("maxLength", Number),
        ("maximum", Number),
        ("minLength", Number),
        ("minimum", Number),
        ("nullable", Flag),
        ("oneOf", Many(&SCHEMA)),
        ("pattern", Text),
        ("properties", Named(&SCHEMA)),
        ("readOnly", Flag),
        ("required", Names),
        ("title", Text),
        ("type", Texts),
        ("uniqueItems", Flag),
        ("writeOnly", Flag),
        ("x-decidedBy", Text),
        ("x-enumClass", Text),
        ("x-enumDescriptions", NamedTexts),
        ("x-enumOnlyIn", NamedTexts),
        ("x-enumSince", NamedTexts),
        ("x-enumUntil", NamedTexts),
        ("x-expandableFields", Names),
        ("x-expansionResources", One(&SCHEMA)),
        ("x-formerly", Text),
        ("x-lazy", Flag),
        ("x-listedBy", Text),
        ("x-onlyIn", Text),
        ("x-preview", Flag),
        ("x-relatedObject", One(&SCHEMA)),
        ("x-requiredBySdk", Flag),
        ("x-resourceId", Text),
        ("x-since", Text),
        ("x-stripeEvent", One(&EVENT)),
        ("x-stripeOperations", Many(&LISTED_OPERATION)),
        ("x-stripeResource", One(&CLASS)),
        ("x-until", Text),
    ],
};

static EVENT: Grammar =
    Grammar { what: "an event", members: &[("description", Text), ("kind", Text), ("type", Text)] };

static CLASS: Grammar = Grammar {
    what: "a class of Stripe's SDKs",
    members: &[
        ("class_name", Text),
        ("has_collection_class", Flag),
        ("has_search_result_class", Flag),
        ("in_package", Text),
        ("polymorphic_groups", Any),
    ],
};

static LISTED_OPERATION: Grammar = Grammar {
    what: "an operation of a resource",
    members: &[
        ("method_name", Text),
        ("method_on", Text),
        ("method_type", Text),
        ("operation", Text),
        ("path", Text),
    ],
};

static PATH: Grammar = Grammar {
    what: "a path",
    members: &[
        ("delete", One(&OPERATION)),
        ("description", Text),
        ("get", One(&OPERATION)),
        ("parameters", Many(&PARAMETER)),
        ("patch", One(&OPERATION)),
        ("post", One(&OPERATION)),
        ("put", One(&OPERATION)),
        ("servers", Many(&SERVER)),
        ("summary", Text),
    ],
};

static OPERATION: Grammar = Grammar {
    what: "an operation",
    members: &[
        ("callbacks", Any),
        ("deprecated", Flag),
        ("description", Text),
        ("externalDocs", Any),
        ("operationId", Text),
        ("parameters", Many(&PARAMETER)),
        ("requestBody", One(&BODY)),
        ("responses", Statuses(&RESPONSE)),
        ("security", Any),
        ("servers", Many(&SERVER)),
        ("summary", Text),
        ("tags", Names),
        ("x-onlyIn", Text),
        ("x-preview", Flag),
        ("x-since", Text),
        ("x-stripeBeta", Text),
        ("x-stripeBetaOptional", Flag),
        ("x-stripeErrorCodes", Names),
        ("x-stripeHeaders", Names),
        ("x-stripeOmitted", Names),
        ("x-until", Text),
    ],
};

static SERVER: Grammar = Grammar {
    what: "a server",
    members: &[("description", Text), ("url", Text), ("variables", Any)],
};

static PARAMETER: Grammar = Grammar {
    what: "a parameter",
    members: &[
        ("allowEmptyValue", Flag),
        ("content", Any),
        ("deprecated", Flag),
        ("description", Text),
        ("example", Any),
        ("examples", Any),
        ("explode", Flag),
        ("in", Text),
        ("name", Text),
        ("required", Flag),
        ("schema", One(&SCHEMA)),
        ("style", Text),
        ("x-onlyIn", Text),
        ("x-since", Text),
        ("x-until", Text),
    ],
};

static BODY: Grammar = Grammar {
    what: "a body",
    members: &[("content", Named(&MEDIA_TYPE)), ("description", Text), ("required", Flag)],
};

static RESPONSE: Grammar = Grammar {
    what: "a response",
    members: &[
        ("content", Named(&MEDIA_TYPE)),
        ("description", Text),
        ("headers", Any),
        ("links", Any),
    ],
};

static MEDIA_TYPE: Grammar = Grammar {
    what: "a media type",
    members: &[("encoding", Any), ("example", Any), ("examples", Any), ("schema", One(&SCHEMA))],
};

static WEBHOOK: Grammar = Grammar {
    what: "a webhook",
    members: &[("description", Text), ("post", One(&OPERATION)), ("summary", Text)],
};

/// Checks all of a description.
pub fn check(spec: &Spec, problems: &mut Diagnostics) {
    let lenient = spec.published.union(&spec.foreign).copied().collect();
    for (grammar, members) in
        [(&SCHEMA, &spec.schemas), (&PATH, &spec.paths), (&WEBHOOK, &spec.webhooks)]
    {
        for (_, node) in members.values() {
            grammar.check(node, &mut Checker { published: &lenient, problems });
        }
    }
}

/// Collects problems. Unknown fields of published sources are ignored.
struct Checker<'a> {
    published: &'a HashSet<u32>,
    problems: &'a mut Diagnostics,
}

impl Checker<'_> {
    fn is_published(&self, at: Location) -> bool {
        self.published.contains(&at.source)
    }
}

/// Keywords of JSON Schema that change which values are valid, and that the generator does not
/// support.
const MEANINGFUL: [&str; 15] = [
    "allOf",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "not",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "$dynamicRef",
    "$recursiveRef",
];

/// Vendors have many extensions, but one that is nearly one of ours is a mistake.
fn check_extension(key: &Key, checker: &mut Checker<'_>) {
    let members = [&SCHEMA, &OPERATION, &PARAMETER].into_iter().flat_map(|grammar| grammar.members);
    let known: Vec<&str> =
        members.map(|(known, _)| *known).filter(|known| known.starts_with("x-")).collect();
    if known.contains(&key.name.as_str()) {
        return;
    }
    let meant = known.into_iter().find(|known| distance(&key.name, known) <= 2);
    if let (Some(meant), false) = (meant, checker.is_published(key.at)) {
        let help = format!("did you mean `{meant}`?");
        checker.problems.report(
            "unknown-extension",
            key.at,
            format!("`{}` is not known", key.name),
            help,
        );
    }
}

/// `200`, `4XX`, `default` and the like.
pub fn check_status(key: &Key, problems: &mut Diagnostics) {
    let is_status = key.name.len() == 3
        && key.name.starts_with(|first: char| ('1'..='5').contains(&first))
        && (key.name.ends_with("XX") || key.name.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_status && key.name != "default" && !key.name.starts_with("x-") {
        let help = "write three digits in quotes, such as '200', or `default`";
        let what = format!("`{}` is no status of an answer", key.name);
        problems.report("response", key.at, what, help);
    }
}

impl Grammar {
    fn check(&'static self, node: &Node, checker: &mut Checker<'_>) {
        let Value::Object(entries) = &node.value else {
            let what = self.what;
            checker.problems.report(
                "shape",
                node.at,
                format!("expected {what}, found {}", node.kind()),
                format!("{what} is an object; it can have {}", self.some_members()),
            );
            return;
        };
        for (key, member) in entries {
            match self.members.iter().find(|(name, _)| *name == key.name) {
                Some((name, expected)) => expected.check(name, member, checker),
                None if key.name.starts_with("x-") => check_extension(key, checker),
                // Other methods of a path are reported where methods are read.
                None if std::ptr::eq(self, &PATH) => {}
                None => self.unknown_member(key, checker),
            }
        }
    }

    /// Ignores keywords that only annotate. Reports those that change which values are valid, and
    /// likely mistakes.
    fn unknown_member(&self, key: &Key, checker: &mut Checker<'_>) {
        let Key { name, at } = key;
        let known =
            self.members.iter().map(|(name, _)| *name).filter(|name| !name.starts_with("x-"));
        let meant = closest(name, known).filter(|_| !checker.is_published(*at));
        let is_annotation = std::ptr::eq(self, &SCHEMA) && !MEANINGFUL.contains(&name.as_str());
        if meant.is_none()
            && (is_annotation || checker.is_published(*at) && !std::ptr::eq(self, &SCHEMA))
        {
            checker.problems.ignore(
                "unsupported",
                *at,
                format!("`{name}` is not known in {}, and is left out", self.what),
                "no action is needed, unless it changes which values are valid",
            );
            return;
        }
        let help = meant.map_or_else(
            || format!("remove it; {} can have {}", self.what, self.some_members()),
            |known| format!("did you mean `{known}`?"),
        );
        checker.problems.report(
            "unsupported",
            *at,
            format!("`{name}` is not supported in {}", self.what),
            help,
        );
    }

    fn some_members(&self) -> String {
        let names =
            self.members.iter().map(|(name, _)| *name).filter(|name| !name.starts_with("x-"));
        names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}

impl Expected {
    fn check(&self, name: &str, node: &Node, checker: &mut Checker<'_>) {
        let wrong = |node: &Node, what: &str, checker: &mut Checker<'_>| {
            let message = format!("`{name}` must be {what}, and is {}", node.kind());
            checker.problems.report(
                "shape",
                node.at,
                message,
                "give it a value of that kind, or remove it",
            );
        };
        let is_text = |node: &Node| matches!(node.value, Value::Str(_));
        match (self, &node.value) {
            (Any, _) => {}
            // YAML reads a bare number as a number. In prose it is accepted as text.
            (Text, Value::Int(_) | Value::Float(_))
                if matches!(name, "description" | "summary" | "title") => {}
            (Text, Value::Str(_))
            | (Flag, Value::Bool(_))
            | (Number, Value::Int(_) | Value::Float(_))
            | (List, Value::Array(_)) => {}
            (Text, _) => wrong(node, "a string", checker),
            (Flag, _) => wrong(node, "`true` or `false`", checker),
            (Number, Value::Str(text)) => checker.problems.report(
                "shape",
                node.at,
                format!("`{name}` must be a number that JSON can write, and is `{text}`"),
                "write a finite number without quotes, or remove it",
            ),
            (Number, _) => wrong(node, "a number", checker),
            (List, _) => wrong(node, "a list", checker),
            (Texts, Value::Str(_)) => {}
            (Texts | Names, Value::Array(items)) => {
                for item in items.iter().filter(|item| !is_text(item)) {
                    wrong(item, "a list of strings", checker);
                }
            }
            (Texts, _) => wrong(node, "a string or a list of strings", checker),
            (Names, _) => wrong(node, "a list of strings", checker),
            (FlagOr(_), Value::Bool(_)) => {}
            (FlagOr(grammar) | One(grammar), _) => grammar.check(node, checker),
            (Many(grammar), Value::Array(items)) => {
                items.iter().for_each(|item| grammar.check(item, checker))
            }
            (Many(_), _) => wrong(node, "a list", checker),
            (Statuses(grammar), Value::Object(entries)) => {
                for (key, member) in entries {
                    check_status(key, checker.problems);
                    grammar.check(member, checker);
                }
            }
            (Named(grammar), Value::Object(entries)) => {
                entries.iter().for_each(|(_, member)| grammar.check(member, checker))
            }
            (NamedTexts, Value::Object(entries)) => {
                for (_, member) in entries.iter().filter(|(_, member)| !is_text(member)) {
                    wrong(member, "an object of strings", checker);
                }
            }
            (Named(_) | Statuses(_) | NamedTexts, _) => wrong(node, "an object", checker),
        }
    }
}
