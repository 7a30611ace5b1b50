//! Currencies.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use crate::reflect::layout::LayoutOf;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};
use crate::types::scalar_serde;

/// A currency by its code, in lower case: `usd`.
///
/// Codes are those of ISO 4217, and a few of Stripe's own, such as stablecoins. A code without a constant is kept.
/// Amounts are in the currency's smallest unit: see [`minor_units`](Currency::minor_units).
///
/// ```
/// use pinstripe_runtime::Currency;
///
/// assert_eq!(Currency::from("USD"), Currency::USD);
/// assert_eq!(Currency::USD.format_amount(1999), "19.99");
///
/// let symbol = match Currency::from("eur") {
///     Currency::USD => "$",
///     Currency::EUR => "€",
///     _ => "",
/// };
/// assert_eq!(symbol, "€");
/// ```
// The constants are patterns, for which equality has to be derived. Case is therefore settled when a value is made.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(Code);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Code {
    /// A code of at most [`SHORT`] bytes, none of which is zero, followed by zeros.
    Short([u8; SHORT]),
    Long(Box<str>),
}

const SHORT: usize = 8;

macro_rules! currencies {
    ($($constant:ident $code:literal)*) => {
        impl Currency {
            $(#[doc = concat!("`", $code, "`")] pub const $constant: Self = Self::constant($code);)*

            /// All constants, to test.
            #[cfg(test)]
            pub(crate) const CONSTANTS: &[Self] = &[$(Self::$constant),*];
        }
    };
}

currencies! {
    AED "aed" AFN "afn" ALL "all" AMD "amd" ANG "ang" AOA "aoa" ARS "ars" AUD "aud" AWG "awg" AZN "azn" BAM "bam"
    BBD "bbd" BDT "bdt" BGN "bgn" BHD "bhd" BIF "bif" BMD "bmd" BND "bnd" BOB "bob" BRL "brl" BSD "bsd" BWP "bwp"
    BYN "byn" BZD "bzd" CAD "cad" CDF "cdf" CHF "chf" CLP "clp" CNY "cny" COP "cop" CRC "crc" CVE "cve" CZK "czk"
    DJF "djf" DKK "dkk" DOP "dop" DZD "dzd" EGP "egp" ETB "etb" EUR "eur" FJD "fjd" FKP "fkp" GBP "gbp" GEL "gel"
    GHS "ghs" GIP "gip" GMD "gmd" GNF "gnf" GTQ "gtq" GYD "gyd" HKD "hkd" HNL "hnl" HTG "htg" HUF "huf" IDR "idr"
    ILS "ils" INR "inr" ISK "isk" JMD "jmd" JOD "jod" JPY "jpy" KES "kes" KGS "kgs" KHR "khr" KMF "kmf" KRW "krw"
    KWD "kwd" KYD "kyd" KZT "kzt" LAK "lak" LBP "lbp" LKR "lkr" LRD "lrd" LSL "lsl" MAD "mad" MDL "mdl" MGA "mga"
    MKD "mkd" MMK "mmk" MNT "mnt" MOP "mop" MUR "mur" MVR "mvr" MWK "mwk" MXN "mxn" MYR "myr" MZN "mzn" NAD "nad"
    NGN "ngn" NIO "nio" NOK "nok" NPR "npr" NZD "nzd" OMR "omr" PAB "pab" PEN "pen" PGK "pgk" PHP "php" PKR "pkr"
    PLN "pln" PYG "pyg" QAR "qar" RON "ron" RSD "rsd" RUB "rub" RWF "rwf" SAR "sar" SBD "sbd" SCR "scr" SEK "sek"
    SGD "sgd" SHP "shp" SLE "sle" SOS "sos" SRD "srd" STD "std" SZL "szl" THB "thb" TJS "tjs" TND "tnd" TOP "top"
    TRY "try" TTD "ttd" TWD "twd" TZS "tzs" UAH "uah" UGX "ugx" USD "usd" USDC "usdc" UYU "uyu" UZS "uzs" VND "vnd"
    VUV "vuv" WST "wst" XAF "xaf" XCD "xcd" XOF "xof" XPF "xpf" YER "yer" ZAR "zar" ZMW "zmw"
}

impl Currency {
    /// Returns the code, in lower case.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Code::Short(bytes) => {
                let length = bytes.iter().position(|byte| *byte == 0).unwrap_or(SHORT);
                std::str::from_utf8(&bytes[..length]).unwrap_or_default()
            }
            Code::Long(code) => code,
        }
    }

    const fn constant(code: &str) -> Self {
        let code = code.as_bytes();
        let mut bytes = [0; SHORT];
        let mut index = 0;
        while index < code.len() {
            bytes[index] = code[index];
            index += 1;
        }
        Self(Code::Short(bytes))
    }
}

impl From<&str> for Currency {
    fn from(code: &str) -> Self {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..code.len()) {
            Some(place) if !code.contains('\0') => {
                place.copy_from_slice(code.as_bytes());
                bytes.make_ascii_lowercase();
                Self(Code::Short(bytes))
            }
            _ => Self(Code::Long(code.to_ascii_lowercase().into())),
        }
    }
}

impl From<String> for Currency {
    fn from(code: String) -> Self {
        Self::from(code.as_str())
    }
}

impl From<&String> for Currency {
    fn from(code: &String) -> Self {
        Self::from(code.as_str())
    }
}

impl From<&Currency> for Currency {
    fn from(currency: &Currency) -> Self {
        currency.clone()
    }
}

impl FromStr for Currency {
    type Err = Infallible;

    fn from_str(code: &str) -> Result<Self, Infallible> {
        Ok(code.into())
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl AsRef<str> for Currency {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Currency {
    fn eq(&self, other: &str) -> bool {
        self.as_str().eq_ignore_ascii_case(other)
    }
}

impl PartialEq<&str> for Currency {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl PartialEq<Currency> for str {
    fn eq(&self, other: &Currency) -> bool {
        other == self
    }
}

impl PartialEq<Currency> for &str {
    fn eq(&self, other: &Currency) -> bool {
        other == *self
    }
}

impl PartialEq<String> for Currency {
    fn eq(&self, other: &String) -> bool {
        self == other.as_str()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Value for Currency {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();
}

impl OpaqueValue for Currency {
    fn make_placeholder() -> Self {
        Self::from("")
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        let Token::Str(code) = token else {
            return Err(TypeMismatch::new("a currency code", token));
        };
        *self = code.into();
        Ok(())
    }

    fn as_view(&self) -> View<'_> {
        View::Str(Cow::Borrowed(self.as_str()))
    }
}

scalar_serde!(Currency, Text);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_code_in_lower_case() {
        for code in ["", "usd", "USDC", "abcdefgh", "abcdefghi", "a\0", "\0", "ÄÖ", "a currency"]
        {
            let currency = Currency::from(code);
            assert_eq!(currency.as_str(), code.to_ascii_lowercase());
            assert_eq!(currency, code);
            assert_eq!(code, currency.clone());
            assert_eq!(currency, Currency::from(code.to_ascii_lowercase()));
            assert_eq!(crate::to_json(&currency), crate::to_json(&code.to_ascii_lowercase()));
        }
        assert_ne!(Currency::from("a\0"), Currency::from("a"));
    }

    #[test]
    fn constants_are_patterns() {
        let decimals = |currency| match currency {
            Currency::JPY | Currency::KRW => 0,
            Currency::USD => 2,
            _ => 9,
        };
        assert_eq!(["jpy", "USD", "nok"].map(|code| decimals(code.into())), [0, 2, 9]);
        for currency in Currency::CONSTANTS {
            assert_eq!(*currency, Currency::from(currency.as_str()));
            assert!(currency.as_str().len() >= 3);
        }
    }
}
