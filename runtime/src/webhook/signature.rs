//! `Stripe-Signature`: who wrote this, and when.

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Timestamp;

/// The secrets of a webhook endpoint, and how old an event may be.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use pinstripe_runtime::webhook::Webhook;
///
/// // While a secret is rolled, both are good.
/// let webhook = Webhook::new("whsec_new").or("whsec_old").tolerance(Duration::from_secs(60));
///
/// let now = SystemTime::now();
/// let signature = Webhook::new("whsec_old").sign(b"{}", now);
/// assert!(webhook.verify(b"{}", &signature, now).is_ok());
/// assert!(webhook.verify(b"{}", &signature, now + Duration::from_secs(61)).is_err());
/// ```
#[derive(Clone)]
pub struct Webhook {
    secrets: Vec<String>,
    tolerance: Duration,
}

impl Webhook {
    /// An endpoint with this secret: `whsec_…`. Events may be five minutes old.
    pub fn new(secret: impl Into<String>) -> Self {
        Self { secrets: vec![secret.into()], tolerance: Duration::from_secs(300) }
    }

    /// Takes another secret as well: the old one, or that of another endpoint.
    #[must_use]
    pub fn or(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// How far the time of an event may be from now, into the past or into the future.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Checks the signature of a body, and then its time.
    ///
    /// The body must be the bytes as they were received: not parsed and written again, and not decoded otherwise.
    ///
    /// # Errors
    ///
    /// When the header makes no sense, no signature in it fits, or the time is out of bounds.
    pub fn verify(&self, body: &[u8], signature: &str, now: impl Into<Timestamp>) -> Result<(), SignatureError> {
        let header = Header::parse(signature)?;
        // Whoever does not know the secret learns nothing of the rest.
        if !self.secrets.iter().any(|secret| header.is_signed_with(secret, body)) {
            return Err(SignatureError::Mismatch(self.hint(body)));
        }
        let tolerance = i64::try_from(self.tolerance.as_secs()).unwrap_or(i64::MAX);
        let age = now.into().seconds().saturating_sub(header.time);
        match () {
            () if age > tolerance => Err(SignatureError::TooOld { seconds: age, tolerance }),
            () if age.saturating_neg() > tolerance => Err(SignatureError::InFuture { seconds: age.saturating_neg(), tolerance }),
            () => Ok(()),
        }
    }

    /// The header that Stripe would send with a body: for tests. The first of the secrets signs.
    pub fn sign(&self, body: &[u8], now: impl Into<Timestamp>) -> String {
        let time = now.into().seconds().to_string();
        let digest = mac(&self.secrets[0], &time, body).finalize().into_bytes();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={time},v1={hex}")
    }

    /// What usually causes that no signature fits.
    fn hint(&self, body: &[u8]) -> Hint {
        let compact = body.starts_with(b"{\"") && !body.contains(&b'\n');
        match () {
            () if self.secrets.iter().any(|secret| secret.contains(char::is_whitespace)) => Hint::SecretHasWhitespace,
            () if self.secrets.iter().any(|secret| secret.is_empty()) => Hint::SecretIsEmpty,
            () if self.secrets.iter().any(|secret| secret.starts_with("sk_") || secret.starts_with("rk_")) => {
                Hint::SecretIsApiKey
            }
            () if body.is_empty() => Hint::BodyIsEmpty,
            () if compact => Hint::BodyIsRewritten,
            () => Hint::Unknown,
        }
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("secrets", &self.secrets.len()).field("tolerance", &self.tolerance).finish()
    }
}

/// What is signed: the time, a dot, and the body.
fn mac(secret: &str, time: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap_or_else(|_| unreachable!("any length is right"));
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// The header, taken apart: `t=1767225600,v1=…,v1=…`.
struct Header<'a> {
    /// The time as it was signed.
    time_text: &'a str,
    time: i64,
    signatures: Vec<[u8; 32]>,
}

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Result<Self, SignatureError> {
        let mut times = Vec::new();
        let mut signatures = Vec::new();
        let mut is_signed = false;
        for pair in text.split(',') {
            match pair.trim().split_once('=') {
                Some(("t", time)) => times.push(time),
                Some(("v1", hex)) => {
                    is_signed = true;
                    signatures.extend(digest(hex));
                }
                // Other schemes are older, or not there yet.
                _ => {}
            }
        }
        let [time_text] = times[..] else {
            return Err(SignatureError::Malformed(if times.is_empty() { "it has no `t=`" } else { "it has more than one `t=`" }));
        };
        let is_number = time_text.bytes().all(|byte| byte.is_ascii_digit());
        let Some(time) = time_text.parse().ok().filter(|_| is_number) else {
            return Err(SignatureError::Malformed("its `t=` is no number of seconds"));
        };
        match () {
            () if !is_signed => Err(SignatureError::Malformed("it has no `v1=`")),
            () if signatures.is_empty() => Err(SignatureError::Malformed("its `v1=` is no hexadecimal number of 64 digits")),
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

/// Why a signature is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureError {
    /// The header is not what Stripe sends.
    Malformed(&'static str),
    /// No signature in the header fits the body and any of the secrets.
    Mismatch(Hint),
    /// The signature is right, and too old.
    TooOld { seconds: i64, tolerance: i64 },
    /// The signature is right, and from the future.
    InFuture { seconds: i64, tolerance: i64 },
}

/// What is likely to be the cause of a signature that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    SecretHasWhitespace,
    SecretIsEmpty,
    SecretIsApiKey,
    BodyIsEmpty,
    BodyIsRewritten,
    Unknown,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => {
                write!(f, "the header `Stripe-Signature` is not what Stripe sends: {what}. Is it that header, and whole?")
            }
            Self::Mismatch(hint) => write!(f, "no signature fits the body: {hint}"),
            Self::TooOld { seconds, tolerance } => write!(
                f,
                "the signature is {seconds} s old, and {tolerance} s are tolerated. It was sent before, or the clock here is fast"
            ),
            Self::InFuture { seconds, tolerance } => {
                write!(f, "the signature is from {seconds} s ahead, and {tolerance} s are tolerated. Is the clock here slow?")
            }
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SecretHasWhitespace => "the secret has whitespace in it, which no secret has",
            Self::SecretIsEmpty => "the secret is empty. Is the variable set that it comes from?",
            Self::SecretIsApiKey => "the secret is an API key. That of an endpoint begins with `whsec_`",
            Self::BodyIsEmpty => "the body is empty. Was it read before?",
            Self::BodyIsRewritten => "the body looks parsed and written again. Give the bytes as they were received",
            Self::Unknown => {
                "the secret is that of another endpoint (each has its own, and so has the command line), or the body is not as it was received"
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
    fn signs_as_everybody_does() {
        // Made with: printf '1767225600.{}' | openssl dgst -sha256 -hmac whsec_test
        let expected = "t=1767225600,v1=4a942ef9477fb7b15b98664cf7ff2c2543984c1fa6bdf3520b48dcb25bcd1fe4";
        assert_eq!(webhook().sign(b"{}", NOW), expected);
        assert!(webhook().verify(b"{}", expected, NOW).is_ok());
    }

    #[test]
    fn any_of_several_signatures_and_secrets_fits() {
        let (right, wrong) = (webhook().sign(BODY, NOW), Webhook::new("whsec_other").sign(BODY, NOW));
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
        assert!(Webhook::new("whsec_a").or("whsec_test").or("whsec_b").verify(BODY, &right, NOW).is_ok());
        assert!(matches!(check(&wrong, NOW), Err(SignatureError::Mismatch(Hint::Unknown))));
        let old_scheme = right.replace("v1=", "v0=");
        assert_eq!(check(&old_scheme, NOW), Err(SignatureError::Malformed("it has no `v1=`")));
    }

    #[test]
    fn what_is_signed_cannot_be_changed() {
        let header = webhook().sign(BODY, NOW);
        let other_time = header.replace("t=1767225600", "t=1767225601");
        assert!(matches!(check(&other_time, NOW), Err(SignatureError::Mismatch(_))));
        assert!(matches!(webhook().verify(b"{\n}", &header, NOW), Err(SignatureError::Mismatch(_))));
        for at in [13 + 3, 13 + 40, header.len() - 1] {
            let mut changed = header.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            assert!(matches!(check(&String::from_utf8(changed).unwrap(), NOW), Err(SignatureError::Mismatch(_))));
        }
    }

    #[test]
    fn time_is_judged_after_the_signature_and_both_ways() {
        let header = webhook().sign(BODY, NOW);
        assert_eq!(check(&header, NOW + 300), Ok(()));
        assert_eq!(check(&header, NOW - 300), Ok(()));
        assert_eq!(check(&header, NOW + 301), Err(SignatureError::TooOld { seconds: 301, tolerance: 300 }));
        assert_eq!(check(&header, NOW - 301), Err(SignatureError::InFuture { seconds: 301, tolerance: 300 }));
        let forged = Webhook::new("whsec_other").sign(BODY, NOW);
        assert!(matches!(check(&forged, NOW + 9999), Err(SignatureError::Mismatch(_))), "an old forgery is a forgery");
        let strict = webhook().tolerance(Duration::ZERO);
        assert!(strict.verify(BODY, &header, NOW).is_ok() && strict.verify(BODY, &header, NOW + 1).is_err());
        let lenient = webhook().tolerance(Duration::MAX);
        assert!(lenient.verify(BODY, &header, i64::MAX).is_ok() && lenient.verify(BODY, &header, i64::MIN).is_ok());
    }

    #[test]
    fn a_header_that_makes_no_sense_says_why() {
        let v1 = format!("v1={}", "a".repeat(64));
        for (header, what) in [
            ("", "it has no `t=`"),
            ("v1", "it has no `t=`"),
            (v1.as_str(), "it has no `t=`"),
            (&format!("t=,{v1}"), "its `t=` is no number of seconds"),
            (&format!("t=-5,{v1}"), "its `t=` is no number of seconds"),
            (&format!("t=+5,{v1}"), "its `t=` is no number of seconds"),
            (&format!("t=99999999999999999999,{v1}"), "its `t=` is no number of seconds"),
            (&format!("t=1,t=2,{v1}"), "it has more than one `t=`"),
            ("t=1", "it has no `v1=`"),
            ("t=1,v1=", "its `v1=` is no hexadecimal number of 64 digits"),
            ("t=1,v1=abc", "its `v1=` is no hexadecimal number of 64 digits"),
            (&format!("t=1,v1={}", "é".repeat(32)), "its `v1=` is no hexadecimal number of 64 digits"),
            (&format!("t=1,v1={}", "+a".repeat(32)), "its `v1=` is no hexadecimal number of 64 digits"),
        ] {
            assert_eq!(check(header, NOW), Err(SignatureError::Malformed(what)), "{header}");
        }
    }

    #[test]
    fn a_mismatch_says_what_usually_causes_it_and_never_the_secret() {
        let header = Webhook::new("whsec_other").sign(BODY, NOW);
        for (secret, body, hint) in [
            ("whsec_test\n", BODY, Hint::SecretHasWhitespace),
            ("", BODY, Hint::SecretIsEmpty),
            ("sk_test_123", BODY, Hint::SecretIsApiKey),
            ("whsec_test", b"", Hint::BodyIsEmpty),
            ("whsec_test", b"{\"id\":\"evt_1\"}", Hint::BodyIsRewritten),
            ("whsec_test", BODY, Hint::Unknown),
        ] {
            let webhook = Webhook::new(secret);
            let error = webhook.verify(body, &header, NOW).unwrap_err();
            assert_eq!(error, SignatureError::Mismatch(hint));
            let text = format!("{error} {error:?} {webhook:?}");
            assert!(secret.is_empty() || !text.contains(secret.trim()), "{text}");
        }
    }
}
