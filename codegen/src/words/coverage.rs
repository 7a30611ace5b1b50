//! The places that can have words, and which of them do.

use std::collections::BTreeSet;

use crate::diagnostic::Location;

/// What a place is.
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

    /// The name of all places of the kind.
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

    /// Whether every place of the kind is meant to have words.
    pub fn is_required(self) -> bool {
        self != Self::Guide
    }
}

/// A place that can have words.
#[derive(Debug, Clone)]
pub struct Place {
    pub kind: Kind,
    pub at: Location,
    /// The path of the resource with dots, or the name of a schema that belongs to none.
    pub resource: String,
    /// The operation that has the parameter.
    pub operation: Option<String>,
    /// The names of the fields that lead to the place, its own as the last. Of an operation, an event
    /// or a resource: its name.
    pub trail: Vec<String>,
    /// The value of an enum.
    pub value: Option<String>,
    /// The type as a person would call it; the path of an operation.
    pub ty: String,
    pub max_length: Option<i64>,
    /// The values of an enum.
    pub values: Vec<String>,
    pub since: Option<String>,
    pub required: bool,
    pub has_words: bool,
}

impl Place {
    /// The name that the glossary looks for.
    pub fn name(&self) -> &str {
        self.trail.last().map_or("", String::as_str)
    }

    /// The place as the glossary could narrow it: `refund.create.amount`.
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

/// All places that can have words, in the order of the spec.
#[derive(Debug, Default)]
pub struct Coverage {
    pub places: Vec<Place>,
}

/// The counts of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub places: usize,
    /// How many names they have.
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
