//! Versions of the API.

use pinstripe_codegen::model::{Api, Lifetime};

use crate::error::{ApiError, Result};

/// A version that a client asked for.
///
/// The spec records when a field was seen first among the versions that were imported. A version
/// between two of those is treated as the next one, which belongs to the same major release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// As the client wrote it, without a preview.
    pub name: String,
    /// The date of the imported version that it is treated as.
    date: String,
    /// The date of the imported version before, or its own.
    earlier: String,
}

impl Version {
    /// The newest version.
    pub fn newest(api: &Api) -> Self {
        let date = date(&api.version).to_owned();
        Self { name: api.version.clone(), earlier: date.clone(), date }
    }

    /// Reads the header `Stripe-Version`.
    ///
    /// # Errors
    ///
    /// When it is not a version, or one that is older than the oldest or newer than the newest.
    pub fn parse(api: &Api, header: &str) -> Result<Self> {
        let name = header.split(';').next().unwrap_or_default().trim();
        let asked = date(name);
        let known = || api.versions.iter().map(|version| date(version));
        let is_date = asked.len() == 10
            && asked.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let oldest = known().next().unwrap_or_default();
        let newest = known().next_back().unwrap_or(asked);
        // A preview is dated later than the release that it became.
        let is_preview = name.ends_with(".preview");
        if !is_date || asked < oldest || (asked > newest && !is_preview) {
            return Err(ApiError::invalid(format!(
                "Invalid Stripe API version: {name}. This server has the versions from {oldest} to {newest}."
            )));
        }
        let date = known().find(|version| *version >= asked).unwrap_or(newest).to_owned();
        let earlier = known().rfind(|version| *version <= asked).unwrap_or(oldest).to_owned();
        Ok(Self { name: name.to_owned(), date, earlier })
    }

    /// Whether this version has something.
    pub fn has(&self, lifetime: &Lifetime) -> bool {
        covers(lifetime, &self.date)
    }

    /// Whether this version may have it: between two imported versions, what either one has.
    pub fn accepts(&self, lifetime: &Lifetime) -> bool {
        covers(lifetime, &self.date) || covers(lifetime, &self.earlier)
    }
}

fn covers(lifetime: &Lifetime, asked: &str) -> bool {
    lifetime.since.as_deref().is_none_or(|since| date(since) <= asked)
        && lifetime.until.as_deref().is_none_or(|until| asked < date(until))
}

/// The date in `2026-10-28.endive`.
fn date(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    fn lifetime(since: Option<&str>, until: Option<&str>) -> Lifetime {
        Lifetime { since: since.map(str::to_owned), until: until.map(str::to_owned) }
    }

    #[test]
    fn a_version_between_two_is_the_later_one() {
        let spec = Spec::embedded();
        let version = Version::parse(spec.api(), "2025-03-31.basil").unwrap();
        let removed = lifetime(None, Some("2025-08-27.basil"));
        assert!(version.has(&lifetime(Some("2025-08-27.basil"), None)));
        assert!(!version.has(&removed) && version.accepts(&removed));
        assert!(!version.accepts(&lifetime(Some("2026-01-28.clover"), None)));
    }

    #[test]
    fn the_boundary_belongs_to_the_later_version() {
        let spec = Spec::embedded();
        let version = Version::parse(spec.api(), "2025-08-27.basil").unwrap();
        assert!(version.has(&lifetime(Some("2025-08-27.basil"), None)));
        assert!(!version.accepts(&lifetime(None, Some("2025-08-27.basil"))));
    }

    #[test]
    fn other_text_is_rejected() {
        let spec = Spec::embedded();
        for text in ["", "latest", "2023-08-16", "2027-01-01.later", "2025-é-27", "20250827xx"] {
            assert!(Version::parse(spec.api(), text).is_err(), "{text}");
        }
        assert!(Version::parse(spec.api(), "2026-11-30.preview; a=b").is_ok());
    }
}
