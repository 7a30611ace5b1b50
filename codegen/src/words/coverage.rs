//! Documentation coverage: the items that can have docs, and which of them have any.

use std::collections::BTreeSet;

use crate::diagnostic::Location;

/// The kind of a documented item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Resource,
    Guide,
    Operation,
    Event,
    Type,
    Field,
    Parameter,
    Value,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Resource,
        Self::Guide,
        Self::Operation,
        Self::Event,
        Self::Type,
        Self::Field,
        Self::Parameter,
        Self::Value,
    ];

    /// Returns the plural name of the kind.
    pub fn name(self) -> &'static str {
        match self {
            Self::Resource => "resources",
            Self::Guide => "guides",
            Self::Operation => "operations",
            Self::Event => "events",
            Self::Type => "types",
            Self::Field => "fields",
            Self::Parameter => "parameters",
            Self::Value => "values",
        }
    }

    /// Returns whether every item of the kind should have docs.
    pub fn is_required(self) -> bool {
        self != Self::Guide
    }
}

/// An item that can have docs.
#[derive(Debug, Clone)]
pub struct Place {
    pub kind: Kind,
    pub at: Location,
    /// The path of the resource with dots, or the name of a schema outside all resources.
    pub resource: String,
    /// The operation of a parameter.
    pub operation: Option<String>,
    /// The names of the fields that lead to the item, including its own. For an operation, event or
    /// resource: its name.
    pub trail: Vec<String>,
    /// The value of an enum.
    pub value: Option<String>,
    /// The type in plain words, or the path of an operation.
    pub ty: String,
    pub max_length: Option<i64>,
    /// The values of an enum.
    pub values: Vec<String>,
    pub since: Option<String>,
    pub required: bool,
    pub has_words: bool,
}

impl Place {
    /// Returns the key of the item in the glossary.
    pub fn name(&self) -> &str {
        self.trail.last().map_or("", String::as_str)
    }

    /// Returns the full path of the item: `refund.create.amount`.
    pub fn path(&self) -> String {
        match self.kind {
            Kind::Resource | Kind::Guide | Kind::Event => return self.resource.clone(),
            _ => {}
        }
        let steps = std::iter::once(self.resource.as_str()).chain(self.operation.as_deref());
        let steps = steps.chain(self.trail.iter().map(String::as_str)).chain(self.value.as_deref());
        steps.collect::<Vec<_>>().join(".")
    }
}

/// All items that can have docs, in the order of the spec.
#[derive(Debug, Default)]
pub struct Coverage {
    pub places: Vec<Place>,
}

/// The counts of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub places: usize,
    /// The number of distinct names.
    pub distinct: usize,
    pub covered: usize,
}

impl Coverage {
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(move |place| place.kind == kind)
    }

    pub fn count(&self, kind: Kind) -> Count {
        let names: BTreeSet<_> =
            self.of(kind).map(|place| (place.name(), place.value.as_deref())).collect();
        Count {
            places: self.of(kind).count(),
            distinct: names.len(),
            covered: self.of(kind).filter(|place| place.has_words).count(),
        }
    }
}
