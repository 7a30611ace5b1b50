//! The dialects of published documents, and their canonical form.
//!
//! Stripe publishes its API as a public document and as the types of its SDKs. The public document
//! shares nested schemas under internal names, and has neither event types nor classes. Documents
//! made from the SDKs have both, and name each nested schema after its location. Public documents
//! are converted to that form before anything is compared, so that the same facts give the same
//! spec and the same Rust.

mod events;
mod places;
mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::document::Node;

/// The kind of a published document, which determines the facts that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// The document that Stripe publishes for everyone.
    Public,
    /// A document with the classes, operation names and event types of Stripe's SDKs, or a
    /// hand-written one.
    Sdk,
}

impl Dialect {
    pub const ALL: [Self; 2] = [Self::Public, Self::Sdk];

    /// Recognizes the dialect of a document by the extensions that occur in it.
    pub fn of(document: &Node) -> Self {
        let schemas = document.get("components").and_then(|components| components.get("schemas"));
        let mut published = document.get("info").is_some_and(|info| {
            info.str("x-stripeSpecAudience") == Some("public")
                || info.str("x-stripeSpecFilename").is_some()
        });
        for (_, schema) in schemas.map_or(&[][..], Node::entries) {
            if SDK_EXTENSIONS.iter().any(|name| schema.get(name).is_some()) {
                return Self::Sdk;
            }
            published |= schema.get("x-expandableFields").is_some();
        }
        if published { Self::Public } else { Self::Sdk }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Sdk => "sdk",
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Public => Self::Sdk,
            Self::Sdk => Self::Public,
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.as_str() == name)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Extensions of schemas that only documents made from the SDKs have.
const SDK_EXTENSIONS: [&str; 3] = ["x-stripeResource", "x-stripeOperations", "x-stripeEvent"];

/// A document in canonical form.
#[derive(Debug)]
pub struct Canonical {
    pub document: Node,
    /// The canonical names of each published schema. Shared schemas have several.
    pub names: BTreeMap<String, BTreeSet<String>>,
    /// Alternatives of unions that only clients with a publishable key receive. They are dropped,
    /// as in the SDKs.
    pub client_variants: BTreeSet<String>,
}

/// Brings a document of the public dialect into canonical form.
pub fn canonical(document: Node) -> Canonical {
    let mut canonical = places::expand(document);
    requests::normalize(&mut canonical.document);
    events::add(&mut canonical.document);
    canonical
}
