//! `Stripe-Signature`: verifies that Stripe sent a body, and when.

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Timestamp;

/// The longest header that is parsed, in bytes. Stripe sends about 150, and 70 more for each further secret.
const MAX_HEADER: usize = 4096;

/// The most signatures that are compared with a body.
const MAX_SIGNATURES: usize = 32;

/// The secrets of a webhook endpoint, and the tolerated age of an event.
///
/// A blank secret never verifies an event: it is empty, consists of whitespace and quotes, or ends
/// after `whsec_`. Anybody could sign with it. [`new`](Self::new) and
/// [`with_secret`](Self::with_secret) ignore blank secrets, so that an old secret may be unset.
/// Without any other secret, every event is refused with [`SignatureError::NoSecret`];
/// [`try_new`](Self::try_new) reports that at start-up.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use pinstripe_runtime::webhook::Webhook;
///
/// // While a secret is rolled, both are accepted.
/// let webhook = Webhook::try_new("whsec_new")?.with_secret("whsec_old").tolerance(Duration::from_secs(60));
///
/// let now = SystemTime::now();
/// let signature = Webhook::new("whsec_old").sign(b"{}", now);
/// assert!(webhook.verify(b"{}", &signature, now).is_ok());
/// assert!(webhook.verify(b"{}", &signature, now + Duration::from_secs(61)).is_err());
///
/// assert!(Webhook::try_new(std::env::var("NOT_SET").unwrap_or_default()).is_err());
/// # Ok::<(), pinstripe_runtime::webhook::SignatureError>(())
/// ```
#[derive(Clone)]
pub struct Webhook {
    secrets: Vec<String>,
    tolerance: Duration,
    future_tolerance: Option<Duration>,
}

impl Webhook {
    /// Creates a webhook with this secret: `whsec_…`. Events may be five minutes old.
    ///
    /// With a blank secret, every event is refused. Use [`try_new`](Self::try_new) to find out before the first event.
    pub fn new(secret: impl Into<String>) -> Self {
        Self {
            secrets: vec![secret.into()],
            tolerance: Duration::from_secs(300),
            future_tolerance: None,
        }
    }

    /// Creates a webhook with this secret, unless the secret is blank. Use it at start-up to detect
    /// an unset variable before the first event is refused.
    ///
    /// # Errors
    ///
    /// [`SignatureError::NoSecret`] when the secret is blank.
    pub fn try_new(secret: impl Into<String>) -> Result<Self, SignatureError> {
        let webhook = Self::new(secret);
        if webhook.secrets().next().is_none() { Err(SignatureError::NoSecret) } else { Ok(webhook) }
    }

    /// Accepts another secret as well, such as the previous one or that of another endpoint. A
    /// blank one is ignored.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Sets how far the time of an event may be from now: into the past, and unless
    /// [`future_tolerance`](Self::future_tolerance) is set, into the future. Five minutes by default.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets how far the time of an event may be in the future, separately from
    /// [`tolerance`](Self::tolerance). Increase it for a host whose clock is slow.
    /// [`Duration::MAX`] disables the check.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use pinstripe_runtime::webhook::Webhook;
    ///
    /// let webhook = Webhook::new("whsec_123").future_tolerance(Duration::from_secs(3600));
    /// assert!(webhook.verify(b"{}", &webhook.sign(b"{}", 3000), 0).is_ok());
    /// assert!(webhook.verify(b"{}", &webhook.sign(b"{}", 0), 3000).is_err());
    /// ```
    #[must_use]
    pub fn future_tolerance(mut self, tolerance: Duration) -> Self {
        self.future_tolerance = Some(tolerance);
        self
    }

    /// Verifies the signature of a body, and then its time.
    ///
    /// The body must be the bytes as received: not parsed and serialized again, and not decoded
    /// otherwise.
    ///
    /// # Errors
    ///
    /// Returns an error when there is no secret, the header is malformed, no signature matches, or
    /// the time is out of tolerance.
    pub fn verify(
        &self,
        body: &[u8],
        signature: &str,
        now: impl Into<Timestamp>,
    ) -> Result<(), SignatureError> {
        if self.secrets().next().is_none() {
            return Err(SignatureError::NoSecret);
        }
        let header = Header::parse(signature)?;
        // The time is checked last, so that a sender without the secret learns nothing about it.
        if !self.secrets().any(|secret| header.is_signed_with(secret, body)) {
            return Err(SignatureError::Mismatch(self.hint(body)));
        }
        let seconds = |tolerance: Duration| i64::try_from(tolerance.as_secs()).unwrap_or(i64::MAX);
        let tolerance = seconds(self.tolerance);
        let future_tolerance = self.future_tolerance.map_or(tolerance, seconds);
        let age = now.into().seconds().saturating_sub(header.time);
        let ahead = age.saturating_neg();
        match () {
            () if age > tolerance => Err(SignatureError::TooOld { seconds: age, tolerance }),
            () if ahead > future_tolerance => {
                Err(SignatureError::InFuture { seconds: ahead, tolerance: future_tolerance })
            }
            () => Ok(()),
        }
    }

    /// Creates the header that Stripe would send with a body, for tests. Signs with the first
    /// secret.
    pub fn sign(&self, body: &[u8], now: impl Into<Timestamp>) -> String {
        let time = now.into().seconds().to_string();
        let digest = mac(&self.secrets[0], &time, body).finalize().into_bytes();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={time},v1={hex}")
    }

    /// Returns the secrets used for verification: all but the blank ones.
    fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(String::as_str).filter(|secret| !is_blank(secret))
    }

    /// The likely causes of a mismatch.
    fn hint(&self, body: &[u8]) -> Hint {
        let compact = body.starts_with(b"{\"") && !body.contains(&b'\n');
        match () {
            () if self.secrets().any(|secret| secret.contains(char::is_whitespace)) => {
                Hint::SecretHasWhitespace
            }
            () if self.secrets().any(|secret| secret.contains(QUOTES)) => Hint::SecretHasQuotes,
            () if self
                .secrets()
                .any(|secret| secret.starts_with("sk_") || secret.starts_with("rk_")) =>
            {
                Hint::SecretIsApiKey
            }
            () if body.is_empty() => Hint::BodyIsEmpty,
            () if compact => Hint::BodyIsCompact,
            () => Hint::Unknown,
        }
    }
}

const QUOTES: [char; 3] = ['"', '\'', '`'];

/// Returns whether a secret is guessable: apart from the common prefix, it has no letter and no
/// digit.
fn is_blank(secret: &str) -> bool {
    let unquoted = secret.trim_start_matches(|char: char| !char.is_alphanumeric());
    !unquoted.strip_prefix("whsec_").unwrap_or(unquoted).contains(char::is_alphanumeric)
}

impl fmt::Debug for Webhook {
    /// Prints the number of secrets and how many of them are blank.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usable = self.secrets().count();
        f.debug_struct("Webhook")
            .field("secrets", &usable)
            .field("blank_secrets", &(self.secrets.len() - usable))
            .field("tolerance", &self.tolerance)
            .field("future_tolerance", &self.future_tolerance.unwrap_or(self.tolerance))
            .finish()
    }
}

/// The signed text: the time, a dot, and the body.
fn mac(secret: &str, time: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// The parsed header: `t=1767225600,v1=…,v1=…`.
struct Header<'a> {
    /// The time as it was signed.
    time_text: &'a str,
    time: i64,
    signatures: Vec<[u8; 32]>,
}

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Result<Self, SignatureError> {
        if text.len() > MAX_HEADER {
            return Err(SignatureError::Malformed("it is longer than 4096 bytes"));
        }
        let mut time = None;
        let mut signatures = Vec::new();
        let mut is_signed = false;
        for pair in text.split(',') {
            match pair.trim().split_once('=') {
                Some(("t", _)) if time.is_some() => {
                    return Err(SignatureError::Malformed("it has more than one `t=`"));
                }
                Some(("t", text)) => time = Some(text),
                Some(("v1", _)) if signatures.len() == MAX_SIGNATURES => {
                    return Err(SignatureError::Malformed("it has more than 32 `v1=`"));
                }
                Some(("v1", hex)) => {
                    is_signed = true;
                    signatures.extend(digest(hex));
                }
                // Unknown schemes are ignored, so that old and future ones are accepted.
                _ => {}
            }
        }
        let Some(time_text) = time else {
            return Err(SignatureError::Malformed("it has no `t=`"));
        };
        let is_number = time_text.bytes().all(|byte| byte.is_ascii_digit());
        let Some(time) = time_text.parse().ok().filter(|_| is_number) else {
            return Err(SignatureError::Malformed("its `t=` is not a number of seconds"));
        };
        match () {
            () if !is_signed => Err(SignatureError::Malformed("it has no `v1=`")),
            () if signatures.is_empty() => {
                Err(SignatureError::Malformed("its `v1=` is not a hexadecimal number of 64 digits"))
            }
            () => Ok(Self { time_text, time, signatures }),
        }
    }

    fn is_signed_with(&self, secret: &str, body: &[u8]) -> bool {
        let mac = mac(secret, self.time_text, body);
        self.signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
    }
}

fn digest(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, at) in digest.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&hex[at..at + 2], 16).ok()?;
    }
    Some(digest)
}

/// The error returned when a signature is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureError {
    /// The webhook has no secret, or only blank ones: it cannot verify anything.
    NoSecret,
    /// The header is malformed.
    Malformed(&'static str),
    /// No signature in the header matches the body and any of the secrets.
    Mismatch(Hint),
    /// The signature is valid, but too old.
    TooOld { seconds: i64, tolerance: i64 },
    /// The signature is valid, but its time is in the future.
    InFuture { seconds: i64, tolerance: i64 },
}

/// A likely cause of a signature that does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// A secret contains whitespace.
    SecretHasWhitespace,
    /// A secret contains quotes.
    SecretHasQuotes,
    /// A secret is an API key.
    SecretIsApiKey,
    /// The body has no bytes.
    BodyIsEmpty,
    /// The body is compact JSON, as serializers write it and Stripe does not.
    BodyIsCompact,
    /// Nothing about the secrets and the body is unusual.
    Unknown,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecret => {
                f.write_str("the webhook has no secret: it is empty or blank: set it to the endpoint's signing secret, `whsec_…`")
            }
            Self::Malformed(what) => {
                write!(f, "the header `Stripe-Signature` is malformed: {what}: pass that header, whole and unchanged")
            }
            Self::Mismatch(hint) => write!(f, "no signature matches the body: {hint}"),
            Self::TooOld { seconds, tolerance } => write!(
                f,
                "the signature is {seconds} s old, more than the tolerance of {tolerance} s: \
                 the event may be a replay, or this host's clock may be fast"
            ),
            Self::InFuture { seconds, tolerance } => write!(
                f,
                "the signature is {seconds} s in the future, more than the tolerance of {tolerance} s: \
                 this host's clock may be slow: synchronize it, or widen `future_tolerance`"
            ),
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SecretHasWhitespace => "the secret contains whitespace: remove it, no signing secret has any",
            Self::SecretHasQuotes => "the secret contains quotes: remove them, no signing secret has any",
            Self::SecretIsApiKey => "the secret is an API key: use the endpoint's signing secret, `whsec_…`",
            Self::BodyIsEmpty => "the body is empty: a framework or middleware may have read it before",
            Self::BodyIsCompact => {
                "the secret may belong to another endpoint (each has its own, and so has `stripe listen`), \
                 or the body may have been parsed and serialized again, as it is compact JSON: pass the bytes as received"
            }
            Self::Unknown => {
                "the secret may belong to another endpoint (each has its own, and so has `stripe listen`), \
                 or the body may have been changed: pass the bytes as received"
            }
        })
    }
}

impl std::error::Error for SignatureError {}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"{\n  \"id\": \"evt_1\"\n}";
    const NOW: i64 = 1_767_225_600;

    fn webhook() -> Webhook {
        Webhook::new("whsec_test")
    }

    fn check(header: &str, now: i64) -> Result<(), SignatureError> {
        webhook().verify(BODY, header, now)
    }

    #[test]
    fn signature_matches_openssl() {
        // Made with: printf '1767225600.{}' | openssl dgst -sha256 -hmac whsec_test
        let expected =
            "t=1767225600,v1=4a942ef9477fb7b15b98664cf7ff2c2543984c1fa6bdf3520b48dcb25bcd1fe4";
        assert_eq!(webhook().sign(b"{}", NOW), expected);
        assert!(webhook().verify(b"{}", expected, NOW).is_ok());
    }

    #[test]
    fn any_signature_may_match_any_secret() {
        let (right, wrong) =
            (webhook().sign(BODY, NOW), Webhook::new("whsec_other").sign(BODY, NOW));
        let (right_v1, wrong_v1) = (&right[13..], &wrong[13..]);
        for header in [
            format!("t={NOW},{right_v1}"),
            format!("t={NOW},{right_v1},{wrong_v1}"),
            format!("t={NOW},{wrong_v1},{right_v1}"),
            format!("t={NOW},{wrong_v1},{right_v1},{wrong_v1},v0=abc"),
            format!(" t={NOW} , {right_v1} ").replace(" ,", ","),
            format!("v2=x,{right_v1},t={NOW},junk,=,v1=zz"),
        ] {
            assert_eq!(check(&header, NOW), Ok(()), "{header}");
        }
        assert!(
            Webhook::new("whsec_a")
                .with_secret("whsec_test")
                .with_secret("whsec_b")
                .verify(BODY, &right, NOW)
                .is_ok()
        );
        assert!(matches!(check(&wrong, NOW), Err(SignatureError::Mismatch(Hint::Unknown))));
        let old_scheme = right.replace("v1=", "v0=");
        assert_eq!(check(&old_scheme, NOW), Err(SignatureError::Malformed("it has no `v1=`")));
    }

    #[test]
    fn changed_body_or_time_does_not_verify() {
        let header = webhook().sign(BODY, NOW);
        let other_time = header.replace("t=1767225600", "t=1767225601");
        assert!(matches!(check(&other_time, NOW), Err(SignatureError::Mismatch(_))));
        assert!(matches!(
            webhook().verify(b"{\n}", &header, NOW),
            Err(SignatureError::Mismatch(_))
        ));
        for at in [13 + 3, 13 + 40, header.len() - 1] {
            let mut changed = header.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            assert!(matches!(
                check(&String::from_utf8(changed).unwrap(), NOW),
                Err(SignatureError::Mismatch(_))
            ));
        }
    }

    #[test]
    fn time_is_checked_after_the_signature_in_both_directions() {
        let header = webhook().sign(BODY, NOW);
        assert_eq!(check(&header, NOW + 300), Ok(()));
        assert_eq!(check(&header, NOW - 300), Ok(()));
        assert_eq!(
            check(&header, NOW + 301),
            Err(SignatureError::TooOld { seconds: 301, tolerance: 300 })
        );
        assert_eq!(
            check(&header, NOW - 301),
            Err(SignatureError::InFuture { seconds: 301, tolerance: 300 })
        );
        let forged = Webhook::new("whsec_other").sign(BODY, NOW);
        assert!(
            matches!(check(&forged, NOW + 9999), Err(SignatureError::Mismatch(_))),
            "the signature is checked before the time"
        );
        let strict = webhook().tolerance(Duration::ZERO);
        assert!(
            strict.verify(BODY, &header, NOW).is_ok()
                && strict.verify(BODY, &header, NOW + 1).is_err()
        );
        let lenient = webhook().tolerance(Duration::MAX);
        assert!(
            lenient.verify(BODY, &header, i64::MAX).is_ok()
                && lenient.verify(BODY, &header, i64::MIN).is_ok()
        );
    }

    #[test]
    fn malformed_header_is_reported_with_its_problem() {
        let v1 = format!("v1={}", "a".repeat(64));
        for (header, what) in [
            ("", "it has no `t=`"),
            ("v1", "it has no `t=`"),
            (v1.as_str(), "it has no `t=`"),
            (&format!("t=,{v1}"), "its `t=` is not a number of seconds"),
            (&format!("t=-5,{v1}"), "its `t=` is not a number of seconds"),
            (&format!("t=+5,{v1}"), "its `t=` is not a number of seconds"),
            (&format!("t=99999999999999999999,{v1}"), "its `t=` is not a number of seconds"),
            (&format!("t=1,t=2,{v1}"), "it has more than one `t=`"),
            ("t=1", "it has no `v1=`"),
            ("t=1,v1=", "its `v1=` is not a hexadecimal number of 64 digits"),
            ("t=1,v1=abc", "its `v1=` is not a hexadecimal number of 64 digits"),
            (
                &format!("t=1,v1={}", "é".repeat(32)),
                "its `v1=` is not a hexadecimal number of 64 digits",
            ),
            (
                &format!("t=1,v1={}", "+a".repeat(32)),
                "its `v1=` is not a hexadecimal number of 64 digits",
            ),
        ] {
            assert_eq!(check(header, NOW), Err(SignatureError::Malformed(what)), "{header}");
        }
    }

    /// Guessable secrets.
    const BLANK: [&str; 12] = [
        "",
        " ",
        "  ",
        "\t\n",
        "\u{a0}",
        "\u{200b}",
        "\u{feff}",
        "\0",
        "\"\"",
        "''",
        "whsec_",
        " \"whsec_\"\n",
    ];

    #[test]
    fn blank_secrets_never_verify() {
        for blank in BLANK {
            let forger = Webhook::new(blank);
            let forged = forger.sign(BODY, NOW);
            assert_eq!(
                forger.verify(BODY, &forged, NOW),
                Err(SignatureError::NoSecret),
                "{blank:?}"
            );
            assert_eq!(
                forger.clone().with_secret(" ").with_secret(blank).verify(BODY, &forged, NOW),
                Err(SignatureError::NoSecret),
                "{blank:?}"
            );
            assert!(matches!(Webhook::try_new(blank), Err(SignatureError::NoSecret)), "{blank:?}");
            assert!(format!("{forger:?}").contains("secrets: 0, blank_secrets: 1"), "{forger:?}");
            for webhook in [
                webhook().with_secret(blank),
                Webhook::new(blank).with_secret("whsec_test"),
                webhook().with_secret("whsec_b").with_secret(blank),
            ] {
                assert!(
                    matches!(webhook.verify(BODY, &forged, NOW), Err(SignatureError::Mismatch(_))),
                    "{blank:?}"
                );
                let header = self::webhook().sign(BODY, NOW);
                assert_eq!(webhook.verify(BODY, &header, NOW), Ok(()), "{blank:?} is ignored");
            }
        }
        for secret in ["whsec_a", "a", "whsec_é", "7", "whsec_a b"] {
            assert!(Webhook::try_new(secret).is_ok(), "{secret}");
        }
        assert_eq!(
            Webhook::new("").verify(BODY, "", NOW),
            Err(SignatureError::NoSecret),
            "for any header"
        );
    }

    #[test]
    fn oversized_headers_are_refused_before_parsing() {
        let header = webhook().sign(BODY, NOW);
        let padded = |length: usize| format!("{header},{}", "x".repeat(length - header.len() - 1));
        assert_eq!(check(&padded(4096), NOW), Ok(()));
        let too_long = Err(SignatureError::Malformed("it is longer than 4096 bytes"));
        for large in [
            padded(4097),
            ",".repeat(10_000_000),
            "v1=a,".repeat(2_000_000),
            format!("t={}", "1".repeat(10_000_000)),
        ] {
            let begun = std::time::Instant::now();
            assert_eq!(check(&large, NOW), too_long);
            assert!(begun.elapsed() < Duration::from_millis(50), "{:?}", begun.elapsed());
        }
        let (time, right) = header.split_once(',').unwrap();
        let wrong = format!("v1={}", "0".repeat(64));
        let many = |count| format!("{time},{}{right}", format!("{wrong},").repeat(count));
        assert_eq!(check(&many(31), NOW), Ok(()));
        assert_eq!(
            check(&many(32), NOW),
            Err(SignatureError::Malformed("it has more than 32 `v1=`"))
        );
    }

    #[test]
    fn future_tolerance_is_independent() {
        let header = webhook().sign(BODY, NOW);
        let wide = webhook().future_tolerance(Duration::from_secs(3600));
        assert_eq!(wide.verify(BODY, &header, NOW - 3600), Ok(()));
        let error = wide.verify(BODY, &header, NOW - 3601).unwrap_err();
        assert_eq!(error, SignatureError::InFuture { seconds: 3601, tolerance: 3600 });
        assert!(error.to_string().contains("this host's clock may be slow"), "{error}");
        assert_eq!(
            wide.verify(BODY, &header, NOW + 301),
            Err(SignatureError::TooOld { seconds: 301, tolerance: 300 })
        );
        assert!(webhook().future_tolerance(Duration::MAX).verify(BODY, &header, i64::MIN).is_ok());
        let narrow = webhook().future_tolerance(Duration::ZERO).tolerance(Duration::from_secs(600));
        assert!(
            narrow.verify(BODY, &header, NOW + 600).is_ok()
                && narrow.verify(BODY, &header, NOW - 1).is_err()
        );
    }

    #[test]
    fn mismatch_reports_likely_causes_but_no_secret() {
        let header = Webhook::new("whsec_other").sign(BODY, NOW);
        for (secret, body, hint) in [
            ("whsec_test\n", BODY, Hint::SecretHasWhitespace),
            ("\"whsec_test\"", BODY, Hint::SecretHasQuotes),
            ("'whsec_test'", b"{\"id\":\"evt_1\"}", Hint::SecretHasQuotes),
            ("sk_test_123", BODY, Hint::SecretIsApiKey),
            ("whsec_test", b"", Hint::BodyIsEmpty),
            ("whsec_test", b"{\"id\":\"evt_1\"}", Hint::BodyIsCompact),
            ("whsec_test", BODY, Hint::Unknown),
        ] {
            let webhook = Webhook::new(secret);
            let error = webhook.verify(body, &header, NOW).unwrap_err();
            assert_eq!(error, SignatureError::Mismatch(hint));
            let text = format!("{error} {error:?} {webhook:?}");
            assert!(!text.contains(secret.trim()), "{text}");
        }
        for hint in [Hint::BodyIsCompact, Hint::Unknown] {
            let text = hint.to_string();
            assert!(
                text.starts_with("the secret may belong to another endpoint"),
                "the likeliest cause is first: {text}"
            );
            assert!(
                text.contains("the body may have been"),
                "likely causes must not be stated as facts: {text}"
            );
        }
    }
}
