//! Decimal numbers, exactly.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::reflect::layout::LayoutOf;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};
use crate::types::scalar_serde;

/// A decimal number as text, exactly as it came: `0.5`, `12.000000000001`, `1e-7`.
///
/// Nothing is rounded. For arithmetic, hand the text to a decimal library of your choice, all of which parse it.
/// Equality and order are those of the numbers, however they are written.
///
/// ```
/// use pinstripe_runtime::Decimal;
///
/// let amount: Decimal = "0.50".parse()?;
/// assert_eq!(amount, "0.5".parse()?);
/// assert_eq!(amount.as_str(), "0.50");
/// assert!(amount < 1.into());
/// # Ok::<(), pinstripe_runtime::ParseDecimalError>(())
/// ```
#[derive(Clone)]
pub struct Decimal(pub(crate) Box<str>);

impl Decimal {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest floating-point number. Not for sums of money.
    pub fn to_f64(&self) -> f64 {
        // The text was checked when the value was made.
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Sign, significant digits, and how many of them are before the point: the same for all texts of a number.
    fn normal(&self) -> (bool, String, i64) {
        let Some(Parts { negative, whole, fraction, exponent }) = Parts::of(&self.0) else {
            unreachable!("the text was checked when the value was made");
        };
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        if digits.is_empty() {
            return (false, String::new(), 0);
        }
        let zeros = all.len() - digits.len();
        let point = i64::from(exponent) + whole.len() as i64 - zeros as i64;
        (negative, digits.trim_end_matches('0').to_owned(), point)
    }
}

/// A decimal number, taken apart.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i32,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let has_digits = !whole.is_empty() || !fraction.is_empty();
        (has_digits && is_number(whole) && is_number(fraction)).then_some(Self {
            negative,
            whole,
            fraction,
            exponent,
        })
    }
}

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    fn from_str(text: &str) -> Result<Self, ParseDecimalError> {
        if Parts::of(text).is_some() { Ok(Self(text.into())) } else { Err(ParseDecimalError) }
    }
}

/// Text that is not a decimal number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseDecimalError;

impl fmt::Display for ParseDecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a decimal number such as 12.50")
    }
}

impl std::error::Error for ParseDecimalError {}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self(value.to_string().into())
    }
}

impl From<&Decimal> for Decimal {
    fn from(value: &Decimal) -> Self {
        value.clone()
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.normal() == other.normal()
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((negative, digits, point), other) = (self.normal(), other.normal());
        if negative != other.0 {
            return other.0.cmp(&negative);
        }
        // Zero has no digits, and is less than anything else of its sign.
        let size = (!digits.is_empty())
            .cmp(&!other.1.is_empty())
            .then(point.cmp(&other.2))
            .then_with(|| digits.cmp(&other.1));
        if negative { size.reverse() } else { size }
    }
}

impl std::hash::Hash for Decimal {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.normal().hash(state);
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({})", self.0)
    }
}

scalar_serde!(Decimal, Text);

impl Value for Decimal {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();
}

impl OpaqueValue for Decimal {
    fn make_placeholder() -> Self {
        Self("0".into())
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        let parsed = match token {
            Token::Str(text) => text.parse().ok(),
            Token::Int(value) => Some(Self::from(value)),
            Token::Float(value) => value.to_string().parse().ok(),
            _ => None,
        };
        *self = parsed.ok_or_else(|| TypeMismatch::new("a decimal number in a string", token))?;
        Ok(())
    }

    fn as_view(&self) -> View<'_> {
        View::Decimal(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_as_numbers() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(decimal("-0.0"), decimal("0"));
        assert_eq!(decimal("0010.10"), decimal("10.1"));
        assert_ne!(decimal("-1"), decimal("1"));
        assert_ne!(decimal("10"), decimal("1"));
        for (text, plain) in [
            ("1e-7", "0.0000001"),
            (".5", "0.5"),
            ("+5", "5"),
            ("5.", "5"),
            ("-.5E+1", "-5"),
            ("12.5e1", "125.00"),
            ("0e9", "-0"),
        ] {
            assert_eq!(decimal(text), decimal(plain));
            assert_eq!(decimal(text).as_str(), text, "it is kept as it was sent");
            assert_eq!(decimal(text).to_f64(), decimal(plain).to_f64());
            assert_eq!(
                crate::from_json::<Decimal>(&format!("\"{text}\"")).unwrap(),
                decimal(plain)
            );
        }
        assert_ne!(decimal("1e2"), decimal("1e3"));
        assert_ne!(decimal("1e-2000000000"), decimal("1e2000000000"));
    }

    #[test]
    fn ordered_as_numbers() {
        let ascending = [
            "-1e2000000000",
            "-10",
            "-9.99",
            "-1",
            "-0.5",
            "-1e-7",
            "0",
            "1e-2000000000",
            "0.05",
            "0.5",
            "0.51",
            "1",
            "9",
            "10.0",
            "10.01",
            "99",
            "1e2",
            "101",
        ];
        for (left, smaller) in ascending.iter().enumerate() {
            for (right, larger) in ascending.iter().enumerate() {
                let [smaller, larger] = [smaller, larger].map(|text| text.parse::<Decimal>());
                assert_eq!(smaller.unwrap().cmp(&larger.unwrap()), left.cmp(&right));
            }
        }
        let equal = ["1e2", "100", "0100.00"].map(|text| text.parse::<Decimal>().unwrap());
        assert!(equal.iter().all(|decimal| decimal.cmp(&equal[0]) == Ordering::Equal));
    }

    #[test]
    fn refuses_what_is_not_a_decimal() {
        for text in [
            "",
            "-",
            "+",
            ".",
            "-.",
            "e5",
            ".e5",
            "1e",
            "1e+",
            "1e1.5",
            "1e99999999999",
            "--1",
            "+-1",
            "1,5",
            " 1",
            "1 ",
            "0x1",
            "NaN",
            "inf",
        ] {
            assert_eq!(text.parse::<Decimal>(), Err(ParseDecimalError), "{text}");
        }
    }
}
