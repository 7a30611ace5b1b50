//! Dice.

/// A key that no other request has.
pub(crate) fn idempotency_key() -> String {
    format!("pinstripe-{:016x}{:016x}", bits(), bits())
}

/// What separates the parts of a body, and is in none of them.
pub(crate) fn boundary() -> String {
    format!("pinstripe-{:016x}{:016x}", bits(), bits())
}

/// A number from 0 to 1.
pub(crate) fn fraction() -> f64 {
    (bits() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Random bits from the operating system.
///
/// # Panics
///
/// Where the system has none to give. A key that is not random could make one payment out of two.
fn bits() -> u64 {
    getrandom::u64()
        .unwrap_or_else(|error| panic!("the operating system gives no random numbers: {error}"))
}
