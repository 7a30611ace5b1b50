//! Stripe's documented test cards and test tokens, with their outcomes.

use serde_json::{Value, json};

/// The outcome of charging a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Succeeds,
    /// The code, and the decline code if it is another one.
    Declined(&'static str, &'static str),
    /// Blocked by Radar.
    Blocked,
    /// Succeeds, and is disputed for this reason.
    Disputed(&'static str),
    /// Succeeds at a risk level.
    Risk(&'static str),
}

/// A test card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    pub number: &'static str,
    pub brand: &'static str,
    pub funding: &'static str,
    pub country: &'static str,
    pub outcome: Outcome,
    pub authentication: Authentication,
    /// Whether the card fails when it is attached to a customer.
    pub fails_on_attach: bool,
}

/// When a card needs 3-D Secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    Never,
    Always,
    /// Unless it was set up for later payments before.
    UnlessSetUp,
    /// On session only: it counts as set up.
    OnSession,
}

use Authentication::{Always, Never, OnSession, UnlessSetUp};
use Outcome::{Blocked, Declined, Disputed, Risk, Succeeds};

/// Number, brand, funding, country, outcome, authentication, names of tokens.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Outcome,
    Authentication,
    &'static [&'static str],
);

const CARDS: &[Row] = &[
    ("4242424242424242", "visa", "credit", "US", Succeeds, Never, &["visa", "us"]),
    ("4000056655665556", "visa", "debit", "US", Succeeds, Never, &["visa_debit"]),
    ("5555555555554444", "mastercard", "credit", "US", Succeeds, Never, &["mastercard"]),
    ("2223003122003222", "mastercard", "credit", "US", Succeeds, Never, &[]),
    ("5200828282828210", "mastercard", "debit", "US", Succeeds, Never, &["mastercard_debit"]),
    ("5105105105105100", "mastercard", "prepaid", "US", Succeeds, Never, &["mastercard_prepaid"]),
    ("378282246310005", "amex", "credit", "US", Succeeds, Never, &["amex"]),
    ("371449635398431", "amex", "credit", "US", Succeeds, Never, &[]),
    ("6011111111111117", "discover", "credit", "US", Succeeds, Never, &["discover"]),
    ("6011000990139424", "discover", "credit", "US", Succeeds, Never, &[]),
    ("3056930009020004", "diners", "credit", "US", Succeeds, Never, &["diners"]),
    ("36227206271667", "diners", "credit", "US", Succeeds, Never, &[]),
    ("3566002020360505", "jcb", "credit", "JP", Succeeds, Never, &["jcb"]),
    ("6200000000000005", "unionpay", "credit", "CN", Succeeds, Never, &["unionpay"]),
    ("4000000760000002", "visa", "credit", "BR", Succeeds, Never, &["br"]),
    ("4000001240000000", "visa", "credit", "CA", Succeeds, Never, &["ca"]),
    ("4000004840008001", "visa", "credit", "MX", Succeeds, Never, &["mx"]),
    ("4000000400000008", "visa", "credit", "AT", Succeeds, Never, &["at"]),
    ("4000002760000016", "visa", "credit", "DE", Succeeds, Never, &["de"]),
    ("4000002500000003", "visa", "credit", "FR", Succeeds, Never, &["fr"]),
    ("4000008260000000", "visa", "credit", "GB", Succeeds, Never, &["gb"]),
    ("4000003560000008", "visa", "credit", "IN", Succeeds, Never, &["in"]),
    ("4000003920000003", "visa", "credit", "JP", Succeeds, Never, &["jp"]),
    ("4000000360000006", "visa", "credit", "AU", Succeeds, Never, &["au"]),
    ("4000000000000077", "visa", "credit", "US", Succeeds, Never, &["bypassPending"]),
    (
        "4000000000000002",
        "visa",
        "credit",
        "US",
        Declined("card_declined", "generic_decline"),
        Never,
        &["chargeDeclined"],
    ),
    (
        "4000000000009995",
        "visa",
        "credit",
        "US",
        Declined("card_declined", "insufficient_funds"),
        Never,
        &["chargeDeclinedInsufficientFunds"],
    ),
    (
        "4000000000009987",
        "visa",
        "credit",
        "US",
        Declined("card_declined", "lost_card"),
        Never,
        &["chargeDeclinedLostCard"],
    ),
    (
        "4000000000009979",
        "visa",
        "credit",
        "US",
        Declined("card_declined", "stolen_card"),
        Never,
        &["chargeDeclinedStolenCard"],
    ),
    (
        "4000000000006975",
        "visa",
        "credit",
        "US",
        Declined("card_declined", "card_velocity_exceeded"),
        Never,
        &["chargeDeclinedVelocityLimitExceeded"],
    ),
    (
        "4000000000000069",
        "visa",
        "credit",
        "US",
        Declined("expired_card", ""),
        Never,
        &["chargeDeclinedExpiredCard"],
    ),
    (
        "4000000000000127",
        "visa",
        "credit",
        "US",
        Declined("incorrect_cvc", ""),
        Never,
        &["chargeDeclinedIncorrectCvc"],
    ),
    (
        "4000000000000119",
        "visa",
        "credit",
        "US",
        Declined("processing_error", ""),
        Never,
        &["chargeDeclinedProcessingError"],
    ),
    (
        "4000000000000341",
        "visa",
        "credit",
        "US",
        Declined("card_declined", "generic_decline"),
        Never,
        &["chargeCustomerFail"],
    ),
    ("4100000000000019", "visa", "credit", "US", Blocked, Never, &["radarBlock"]),
    ("4000000000004954", "visa", "credit", "US", Risk("highest"), Never, &["riskLevelHighest"]),
    ("4000000000009235", "visa", "credit", "US", Risk("elevated"), Never, &["riskLevelElevated"]),
    ("4000000000000259", "visa", "credit", "US", Disputed("fraudulent"), Never, &["createDispute"]),
    (
        "4000000000002685",
        "visa",
        "credit",
        "US",
        Disputed("product_not_received"),
        Never,
        &["createDisputeProductNotReceived"],
    ),
    (
        "4000000000001976",
        "visa",
        "credit",
        "US",
        Disputed("general"),
        Never,
        &["createDisputeInquiry"],
    ),
    ("4000000000005423", "visa", "credit", "US", Succeeds, Never, &["createIssuerFraudRecord"]),
    ("4000000000007726", "visa", "credit", "US", Succeeds, Never, &["pendingRefund"]),
    ("4000000000005126", "visa", "credit", "US", Succeeds, Never, &["refundFail"]),
    ("4000002760003184", "visa", "credit", "DE", Succeeds, Always, &["authenticationRequired"]),
    (
        "4000002500003155",
        "visa",
        "credit",
        "FR",
        Succeeds,
        UnlessSetUp,
        &["authenticationRequiredOnSetup"],
    ),
    (
        "4000003800000446",
        "visa",
        "credit",
        "IT",
        Succeeds,
        OnSession,
        &["authenticationRequiredSetupForOffSession"],
    ),
    (
        "4000008260003178",
        "visa",
        "credit",
        "GB",
        Declined("card_declined", "insufficient_funds"),
        Always,
        &["authenticationRequiredChargeDeclinedInsufficientFunds"],
    ),
    ("4000000000003220", "visa", "credit", "US", Succeeds, Always, &["threeDSecure2Required"]),
    ("4000000000003063", "visa", "credit", "US", Succeeds, Always, &["threeDSecureRequired"]),
    (
        "4000008400001629",
        "visa",
        "credit",
        "US",
        Declined("card_declined", "generic_decline"),
        Always,
        &["threeDSecureRequiredChargeDeclined"],
    ),
    ("4000000000003055", "visa", "credit", "US", Succeeds, Never, &["threeDSecureOptional"]),
    (
        "4000000000003097",
        "visa",
        "credit",
        "US",
        Succeeds,
        Never,
        &["threeDSecureOptionalProcessingError"],
    ),
];

/// The card with a number. Every number of a valid form that is not listed is one that succeeds.
pub fn by_number(number: &str) -> Option<Card> {
    if let Some(row) = CARDS.iter().find(|row| row.0 == number) {
        return Some(card(row));
    }
    (is_valid(number)).then(|| card(&CARDS[0]))
}

/// The card of a test token: `pm_card_visa`, `tok_chargeDeclined`.
pub fn by_token(token: &str) -> Option<Card> {
    let name = token.strip_prefix("pm_card_").or_else(|| token.strip_prefix("tok_"))?;
    let named = |name: &str| CARDS.iter().find(|row| row.6.contains(&name));
    let row = named(name).or_else(|| named(name.strip_prefix("visa_")?))?;
    Some(card(row))
}

fn card(row: &Row) -> Card {
    let (number, brand, funding, country, outcome, authentication, _) = *row;
    // The card that is declined for its customer passes when it is attached.
    let is_declined = matches!(outcome, Declined(..)) && authentication == Never;
    let fails_on_attach = is_declined && number != "4000000000000341";
    Card { number, brand, funding, country, outcome, authentication, fails_on_attach }
}

/// Whether a number has a plausible length and the right check digit.
pub fn is_valid(number: &str) -> bool {
    let digits: Option<Vec<u32>> = number.chars().map(|char| char.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| (12..=19).contains(&digits.len())) else {
        return false;
    };
    let sum: u32 = (digits.iter().rev().enumerate())
        .map(|(at, digit)| match at % 2 {
            1 if *digit > 4 => digit * 2 - 9,
            1 => digit * 2,
            _ => *digit,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The message of a decline.
pub fn message(code: &str, decline_code: &str) -> &'static str {
    match (code, decline_code) {
        (_, "insufficient_funds") => "Your card has insufficient funds.",
        ("expired_card", _) => "Your card has expired.",
        ("incorrect_cvc", _) => "Your card's security code is incorrect.",
        ("incorrect_number", _) => "Your card number is incorrect.",
        ("processing_error", _) => {
            "An error occurred while processing your card. Try again in a little bit."
        }
        ("authentication_required", _) => {
            "Your card was declined. This transaction requires authentication."
        }
        (_, "card_velocity_exceeded") => {
            "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."
        }
        _ => "Your card was declined.",
    }
}

/// The hash `card` of a payment method.
pub fn shown(card: &Card, exp_month: i64, exp_year: i64, fingerprint: &str) -> Value {
    let last4 = &card.number[card.number.len() - 4..];
    json!({
        "brand": card.brand, "display_brand": card.brand, "last4": last4, "funding": card.funding,
        "country": card.country, "exp_month": exp_month, "exp_year": exp_year, "fingerprint": fingerprint,
        "checks": {"address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass"},
        "networks": {"available": [card.brand], "preferred": null},
        "three_d_secure_usage": {"supported": true},
        "wallet": null, "generated_from": null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_has_a_valid_number_and_a_token_leads_to_it() {
        for row in CARDS {
            assert!(is_valid(row.0), "{}", row.0);
            assert_eq!(by_number(row.0).unwrap().number, row.0);
            for name in row.6 {
                assert_eq!(by_token(&format!("pm_card_{name}")).unwrap().number, row.0);
                assert_eq!(by_token(&format!("tok_{name}")).unwrap().number, row.0);
            }
        }
        let same = by_token("pm_card_visa_chargeDeclinedLostCard").unwrap();
        assert_eq!(same.outcome, Declined("card_declined", "lost_card"));
        assert!(by_number("4242424242424241").is_none() && by_number("é").is_none());
        assert!(by_token("pm_card_nothing").is_none() && by_token("pm_123").is_none());
    }
}
