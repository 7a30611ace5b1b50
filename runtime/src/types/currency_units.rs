//! How amounts of a currency are counted and printed.

use crate::Currency;

/// The rules of a currency whose amounts are not simply counted in hundredths.
struct Units {
    code: &'static str,
    /// Decimal places of the main unit that an amount of the API counts.
    minor_units: u32,
    /// Decimal places of the currency in print.
    decimals: u32,
    /// What an amount to charge must be a multiple of.
    charge_step: i64,
    /// What an amount to pay out must be a multiple of.
    payout_step: i64,
}

const fn units(
    code: &'static str,
    minor_units: u32,
    decimals: u32,
    charge_step: i64,
    payout_step: i64,
) -> Units {
    Units { code, minor_units, decimals, charge_step, payout_step }
}

/// From <https://docs.stripe.com/currencies>: currencies without decimals, with three, and special cases.
#[rustfmt::skip]
const UNITS: [Units; 24] = [
    units("bif", 0, 0, 1, 1),
    units("clp", 0, 0, 1, 1),
    units("djf", 0, 0, 1, 1),
    units("gnf", 0, 0, 1, 1),
    units("jpy", 0, 0, 1, 1),
    units("kmf", 0, 0, 1, 1),
    units("krw", 0, 0, 1, 1),
    units("mga", 0, 0, 1, 1),
    units("pyg", 0, 0, 1, 1),
    units("rwf", 0, 0, 1, 1),
    units("vnd", 0, 0, 1, 1),
    units("vuv", 0, 0, 1, 1),
    units("xaf", 0, 0, 1, 1),
    units("xof", 0, 0, 1, 1),
    units("xpf", 0, 0, 1, 1),
    units("bhd", 3, 3, 10, 10),
    units("jod", 3, 3, 10, 10),
    units("kwd", 3, 3, 10, 10),
    units("omr", 3, 3, 10, 10),
    units("tnd", 3, 3, 10, 10),
    // These have no decimals any more. The API counts two that are always zero.
    units("isk", 2, 0, 100, 100),
    units("ugx", 2, 0, 100, 100),
    // These have decimals in charges, and none in payouts.
    units("huf", 2, 2, 1, 100),
    units("twd", 2, 2, 1, 100),
];

const HUNDREDTHS: Units = units("", 2, 2, 1, 1);

impl Currency {
    fn units(&self) -> &'static Units {
        UNITS.iter().find(|units| units.code == self.as_str()).unwrap_or(&HUNDREDTHS)
    }

    /// Returns how many decimal places of the main unit an amount of the API counts: 2 for `usd` (cents), 0 for
    /// `jpy`, 3 for `kwd`.
    ///
    /// `isk` and `ugx` are counted with two places that are always zero: 500 is five krónur.
    pub fn minor_units(&self) -> u32 {
        self.units().minor_units
    }

    /// Returns what an amount to charge must be a multiple of: 100 for `isk` and `ugx`, 10 for currencies with three
    /// decimals such as `kwd`, 1 for all others.
    pub fn charge_step(&self) -> i64 {
        self.units().charge_step
    }

    /// Returns what an amount to pay out must be a multiple of. `huf` and `twd` are charged with decimals and paid out
    /// in multiples of 100; all others have the [`charge_step`](Self::charge_step).
    pub fn payout_step(&self) -> i64 {
        self.units().payout_step
    }

    /// Formats an amount of the API in the main unit, without separators or a symbol.
    ///
    /// There are as many decimals as the currency has in print. Digits beyond those are added if they are not zero, so
    /// that the text is always exact.
    ///
    /// ```
    /// use pinstripe_runtime::Currency;
    ///
    /// assert_eq!(Currency::USD.format_amount(1999), "19.99");
    /// assert_eq!(Currency::JPY.format_amount(1999), "1999");
    /// assert_eq!(Currency::KWD.format_amount(-50), "-0.050");
    /// assert_eq!(Currency::ISK.format_amount(500), "5");
    /// ```
    pub fn format_amount(&self, amount: i64) -> String {
        let Units { minor_units, decimals, .. } = *self.units();
        let unit = 10_u64.pow(minor_units);
        let (whole, rest) = (amount.unsigned_abs() / unit, amount.unsigned_abs() % unit);
        let sign = if amount < 0 { "-" } else { "" };
        if minor_units == 0 || (decimals == 0 && rest == 0) {
            return format!("{sign}{whole}");
        }
        format!("{sign}{whole}.{rest:0width$}", width = minor_units as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_of_a_known_currency_and_consistent() {
        for (index, units) in UNITS.iter().enumerate() {
            let currency = Currency::from(units.code);
            assert!(Currency::CONSTANTS.contains(&currency), "{currency}");
            assert!(!UNITS[..index].iter().any(|other| other.code == units.code), "{currency}");
            assert!(units.decimals <= units.minor_units, "{currency}");
            assert_eq!(units.payout_step % units.charge_step, 0, "{currency}");
        }
        let counted = |places| {
            Currency::CONSTANTS.iter().filter(|currency| currency.minor_units() == places).count()
        };
        assert_eq!((counted(0), counted(3)), (15, 5));
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        for (code, amount, text) in [
            ("usd", 1999, "19.99"),
            ("usd", 5, "0.05"),
            ("usd", -5, "-0.05"),
            ("usd", 0, "0.00"),
            ("usd", i64::MIN, "-92233720368547758.08"),
            ("USD", i64::MAX, "92233720368547758.07"),
            ("jpy", 1999, "1999"),
            ("jpy", -1, "-1"),
            ("jpy", i64::MIN, "-9223372036854775808"),
            ("kwd", 1990, "1.990"),
            ("tnd", -1, "-0.001"),
            ("isk", 500, "5"),
            ("isk", 550, "5.50"),
            ("ugx", -100, "-1"),
            ("huf", 500, "5.00"),
            ("twd", 80045, "800.45"),
            ("new", 100, "1.00"),
        ] {
            assert_eq!(Currency::from(code).format_amount(amount), text, "{code} {amount}");
        }
    }

    #[test]
    fn steps_follow_the_special_cases() {
        let steps = |code: &str| {
            let currency = Currency::from(code);
            (currency.charge_step(), currency.payout_step())
        };
        assert_eq!(steps("usd"), (1, 1));
        assert_eq!(steps("bhd"), (10, 10));
        assert_eq!(steps("isk"), (100, 100));
        assert_eq!(steps("huf"), (1, 100));
        assert_eq!(steps("twd"), (1, 100));
    }
}
