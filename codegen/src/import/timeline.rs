//! The presence of an item over API versions, as far as the imported documents show.

use serde_yaml::Value;

use super::facts::tidy;
use crate::dialect::Dialect;

/// An imported document: its API version and dialect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edition {
    pub version: String,
    pub dialect: Dialect,
}

/// The versions that have an item, relative to the editions that have its parent.
///
/// This is the only information kept about documents, and it suffices to merge a document of any
/// version. Where two documents agree on an interval, the order of import does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Presence {
    /// The version that added the item; `None` if it was present from the start.
    pub since: Option<String>,
    /// The version that removed it.
    pub until: Option<String>,
    /// The only dialect that contains the item. Documents of the other dialect give no information
    /// about it.
    pub only: Option<Dialect>,
}

const SINCE: &str = "x-since";
const UNTIL: &str = "x-until";
const ONLY: &str = "x-onlyIn";

impl Presence {
    /// Reads the presence marks of a node.
    pub fn of(node: &Value) -> Self {
        let text = |name: &str| node.get(name).and_then(Value::as_str);
        Self {
            since: text(SINCE).map(str::to_owned),
            until: text(UNTIL).map(str::to_owned),
            only: text(ONLY).and_then(Dialect::parse),
        }
    }

    /// Replaces the presence marks of a node.
    pub fn mark(&self, mut node: Value) -> Value {
        let Value::Mapping(members) = &mut node else { return node };
        let only = self.only.map(|dialect| dialect.as_str().to_owned());
        for (name, value) in
            [(SINCE, self.since.clone()), (UNTIL, self.until.clone()), (ONLY, only)]
        {
            members.remove(name);
            if let Some(value) = value {
                members.insert(name.into(), value.into());
            }
        }
        tidy(node)
    }

    /// Returns whether an edition has the item, given that it has the parent.
    pub fn includes(&self, edition: &Edition) -> bool {
        self.since.as_ref().is_none_or(|since| *since <= edition.version)
            && self.until.as_ref().is_none_or(|until| edition.version < *until)
            && self.only.is_none_or(|only| only == edition.dialect)
    }

    /// Returns the editions of `scope` that have the item.
    pub fn within(&self, scope: &[Edition]) -> Vec<Edition> {
        scope.iter().filter(|edition| self.includes(edition)).cloned().collect()
    }

    /// Returns the presence after one more edition, or `None` if no edition has the item.
    ///
    /// `scope` contains the editions that have the parent.
    pub fn observe(
        before: Option<&Self>,
        scope: &[Edition],
        edition: &Edition,
        there: bool,
    ) -> Option<Self> {
        let mut seen: Vec<(&Edition, bool)> = scope
            .iter()
            .filter(|known| *known != edition)
            .map(|known| (known, before.is_some_and(|before| before.includes(known))))
            .collect();
        seen.push((edition, there));
        seen.sort();
        Self::from_observations(&seen)
    }

    fn from_observations(seen: &[(&Edition, bool)]) -> Option<Self> {
        let having = || seen.iter().filter(|(_, there)| *there).map(|(edition, _)| *edition);
        let (first, last) = (&having().next()?.version, &having().next_back()?.version);
        let dialect = having().next()?.dialect;
        let is_of_one = having().all(|edition| edition.dialect == dialect);
        let lacking = |of_dialect: bool| {
            seen.iter()
                .filter(move |(edition, there)| {
                    !there && (edition.dialect == dialect) == of_dialect
                })
                .map(|(edition, _)| &edition.version)
        };
        // A document of the other dialect in between without the item does not contain it in
        // general. The same holds for documents on both sides of an item that one dialect always
        // has.
        let is_gap = lacking(false).any(|version| first <= version && version <= last);
        let is_island = lacking(true).next().is_none()
            && lacking(false).any(|version| version < first)
            && lacking(false).any(|version| last < version);
        let only = (is_of_one && (is_gap || is_island)).then_some(dialect);
        let relevant = || {
            seen.iter()
                .filter(|(edition, _)| only.is_none_or(|only| only == edition.dialect))
                .map(|(edition, _)| &edition.version)
        };
        Some(Self {
            since: relevant().any(|version| version < first).then(|| first.clone()),
            until: relevant().find(|version| *version > last).cloned(),
            only,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses editions with their observed presence, such as `s1+ p2- s3+`.
    fn observations(text: &str) -> Vec<(Edition, bool)> {
        let one = |text: &str| {
            let dialect = if text.starts_with('p') { Dialect::Public } else { Dialect::Sdk };
            (Edition { version: text[1..text.len() - 1].to_owned(), dialect }, text.ends_with('+'))
        };
        text.split(' ').map(one).collect()
    }

    /// Returns the presence after these observations, in this order.
    fn known(observations: &[(Edition, bool)]) -> Option<Presence> {
        let mut scope: Vec<Edition> = Vec::new();
        let mut presence: Option<Presence> = None;
        for (edition, there) in observations {
            presence = Presence::observe(presence.as_ref(), &scope, edition, *there);
            scope.push(edition.clone());
        }
        presence
    }

    fn presence(since: &str, until: &str, only: Option<Dialect>) -> Presence {
        let version = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Presence { since: version(since), until: version(until), only }
    }

    fn permutations(items: &[(Edition, bool)]) -> Vec<Vec<(Edition, bool)>> {
        if items.is_empty() {
            return vec![Vec::new()];
        }
        let with_first = |index: usize| {
            let mut rest = items.to_vec();
            let first = rest.remove(index);
            permutations(&rest).into_iter().map(move |tail| [vec![first.clone()], tail].concat())
        };
        (0..items.len()).flat_map(with_first).collect()
    }

    #[test]
    fn import_order_does_not_change_the_interval() {
        let (sdk, public) = (Some(Dialect::Sdk), Some(Dialect::Public));
        for (text, expected) in [
            ("s1+ s2+ s3+", presence("", "", None)),
            ("s1- s2+ s3+", presence("2", "", None)),
            ("s1+ s2+ s3-", presence("", "3", None)),
            ("s1- s2+ s3- s4-", presence("2", "3", None)),
            // A public document refines an interval,
            ("s1- p2+ s3+", presence("2", "", None)),
            ("s1+ p2- s3-", presence("", "2", None)),
            // gives no information about items that it omits in general,
            ("s1+ p2- s3+", presence("", "", sdk)),
            ("s1- s2+ p2- s3+", presence("2", "", sdk)),
            // and contains items that the SDK documents omit.
            ("s1- p2+ s3-", presence("", "", public)),
            ("p1+ s2- p3+ s4-", presence("", "", public)),
            // An item not yet seen in a dialect is removed by a document of that dialect that omits
            // it.
            ("s1- p2- s3+ p4-", presence("3", "4", None)),
        ] {
            for order in permutations(&observations(text)) {
                assert_eq!(known(&order), Some(expected.clone()), "{text}, in the order {order:?}");
            }
        }
        for order in permutations(&observations("s1- p2- s3-")) {
            assert_eq!(known(&order), None);
        }
    }

    #[test]
    fn repeated_edition_replaces_its_observation() {
        let scope = [
            Edition { version: "1".to_owned(), dialect: Dialect::Sdk },
            Edition { version: "2".to_owned(), dialect: Dialect::Sdk },
        ];
        let added = presence("2", "", None);
        assert_eq!(Presence::observe(Some(&added), &scope, &scope[1], true), Some(added.clone()));
        assert_eq!(Presence::observe(Some(&added), &scope, &scope[1], false), None);
    }

    #[test]
    fn marks_round_trip() {
        let node: Value = serde_yaml::from_str("{type: string, x-since: old}").unwrap();
        let expected = presence("2", "3", Some(Dialect::Public));
        assert_eq!(Presence::of(&expected.mark(node)), expected);
    }
}
