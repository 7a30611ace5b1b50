//! Currencies.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::reflect::layout::LayoutOf;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};

/// A currency by its code, in lower case: `usd`.
///
/// Codes are ISO 4217's, and a few of Stripe's own (such as stablecoins); one that this version does not know is kept as
/// it came. Amounts are in the currency's smallest unit: see [`minor_units`](Currency::minor_units).
///
/// ```
/// use pinstripe_runtime::Currency;
///
/// assert_eq!(Currency::from("USD"), Currency::USD);
/// assert_eq!(Currency::JPY.minor_units(), 0);
/// ```
#[derive(Clone)]
pub struct Currency(pub(crate) Cow<'static, str>);

macro_rules! currencies {
    ($($constant:ident $code:literal)*) => {
        impl Currency {
            $(#[doc = concat!("`", $code, "`")] pub const $constant: Self = Self(Cow::Borrowed($code));)*
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
    /// The code as it came, usually in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many decimal places of the currency's main unit an amount counts: 2 for `usd` (cents), 0 for `jpy`, 3 for `kwd`.
    ///
    /// This is how charges are counted. Payouts of `isk`, `ugx` and `huf` have rules of their own in Stripe's guide to
    /// currencies.
    pub fn minor_units(&self) -> u32 {
        // Stripe counts `ugx` with two decimals that are always zero, although the currency has none.
        const NONE: [&str; 15] = [
            "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv",
            "xaf", "xof", "xpf",
        ];
        const THREE: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];
        let is_one_of = |codes: &[&str]| codes.iter().any(|code| self.0.eq_ignore_ascii_case(code));
        if is_one_of(&NONE) {
            0
        } else if is_one_of(&THREE) {
            3
        } else {
            2
        }
    }
}

impl From<&str> for Currency {
    fn from(code: &str) -> Self {
        Self(Cow::Owned(code.to_ascii_lowercase()))
    }
}

impl From<String> for Currency {
    fn from(code: String) -> Self {
        Self::from(code.as_str())
    }
}

impl From<&Currency> for Currency {
    fn from(currency: &Currency) -> Self {
        currency.clone()
    }
}

impl AsRef<str> for Currency {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Currency {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Currency {}

impl PartialEq<str> for Currency {
    fn eq(&self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }
}

impl PartialEq<&str> for Currency {
    fn eq(&self, other: &&str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }
}

impl Hash for Currency {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_ascii_lowercase().hash(state);
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Value for Currency {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();
}

impl OpaqueValue for Currency {
    fn make_placeholder() -> Self {
        Self(Cow::Borrowed(""))
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        let Token::Str(code) = token else {
            return Err(TypeMismatch::new("a currency code", token));
        };
        self.0 = Cow::Owned(code.to_owned());
        Ok(())
    }

    fn as_view(&self) -> View<'_> {
        View::Str(Cow::Borrowed(&self.0))
    }
}
