//! When something was there, as far as the imported documents show.

use serde_yaml::Value;

use super::facts::tidy;
use crate::dialect::Dialect;

/// A document that was imported: the version of the API that it describes, and in which dialect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edition {
    pub version: String,
    pub dialect: Dialect,
}

/// The versions that have something, among the editions that have what it is part of.
///
/// This is all that is kept of the documents, and enough to take in another one of any version: where two documents agree on an interval,
/// the order in which they are imported makes no difference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Presence {
    /// The version that added it; nothing if it was there from the start.
    pub since: Option<String>,
    /// The version that removed it.
    pub until: Option<String>,
    /// The only dialect that carries it. Documents of another one say nothing about it.
    pub only: Option<Dialect>,
}

const SINCE: &str = "x-since";
const UNTIL: &str = "x-until";
const ONLY: &str = "x-onlyIn";

impl Presence {
    /// Reads the marks of a node.
    pub fn of(node: &Value) -> Self {
        let text = |name: &str| node.get(name).and_then(Value::as_str);
        Self {
            since: text(SINCE).map(str::to_owned),
            until: text(UNTIL).map(str::to_owned),
            only: text(ONLY).and_then(Dialect::parse),
        }
    }

    /// Replaces the version marks of a node with these.
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

    /// Whether an edition has it, if it has what it is part of.
    pub fn includes(&self, edition: &Edition) -> bool {
        self.since.as_ref().is_none_or(|since| *since <= edition.version)
            && self.until.as_ref().is_none_or(|until| edition.version < *until)
            && self.only.is_none_or(|only| only == edition.dialect)
    }

    /// The editions of `scope` that have it.
    pub fn within(&self, scope: &[Edition]) -> Vec<Edition> {
        scope.iter().filter(|edition| self.includes(edition)).cloned().collect()
    }

    /// What is known after one more edition. Nothing if no edition has it.
    ///
    /// `scope` are the editions that have what it is part of.
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
        // A document of the other dialect in between that lacks it does not carry it. Neither do documents on both sides of what one dialect
        // always has.
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

    /// Editions with whether they have it, such as `s1+ p2- s3+`.
    fn observations(text: &str) -> Vec<(Edition, bool)> {
        let one = |text: &str| {
            let dialect = if text.starts_with('p') { Dialect::Public } else { Dialect::Sdk };
            (Edition { version: text[1..text.len() - 1].to_owned(), dialect }, text.ends_with('+'))
        };
        text.split(' ').map(one).collect()
    }

    /// What is known after these observations, in this order.
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
    fn every_order_of_import_shows_the_same_interval() {
        let (sdk, public) = (Some(Dialect::Sdk), Some(Dialect::Public));
        for (text, expected) in [
            ("s1+ s2+ s3+", presence("", "", None)),
            ("s1- s2+ s3+", presence("2", "", None)),
            ("s1+ s2+ s3-", presence("", "3", None)),
            ("s1- s2+ s3- s4-", presence("2", "3", None)),
            // A public document makes an interval finer,
            ("s1- p2+ s3+", presence("2", "", None)),
            ("s1+ p2- s3-", presence("", "2", None)),
            // says nothing of what it does not carry,
            ("s1+ p2- s3+", presence("", "", sdk)),
            ("s1- s2+ p2- s3+", presence("2", "", sdk)),
            // and carries what the SDKs leave out.
            ("s1- p2+ s3-", presence("", "", public)),
            ("p1+ s2- p3+ s4-", presence("", "", public)),
            // What no document of a dialect has shown yet is removed by one that lacks it.
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
    fn the_same_edition_once_more_replaces_what_it_showed() {
        let scope = [
            Edition { version: "1".to_owned(), dialect: Dialect::Sdk },
            Edition { version: "2".to_owned(), dialect: Dialect::Sdk },
        ];
        let added = presence("2", "", None);
        assert_eq!(Presence::observe(Some(&added), &scope, &scope[1], true), Some(added.clone()));
        assert_eq!(Presence::observe(Some(&added), &scope, &scope[1], false), None);
    }

    #[test]
    fn marks_survive_being_written() {
        let node: Value = serde_yaml::from_str("{type: string, x-since: old}").unwrap();
        let expected = presence("2", "3", Some(Dialect::Public));
        assert_eq!(Presence::of(&expected.mark(node)), expected);
    }
}
