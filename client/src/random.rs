//! Random values: idempotency keys, multipart boundaries, backoff jitter.

/// Returns a unique idempotency key.
pub(crate) fn idempotency_key() -> String {
    format!("pinstripe-{:016x}{:016x}", bits(), bits())
}

/// Returns a boundary for multipart bodies. It is random, so file contents do not contain it.
pub(crate) fn boundary() -> String {
    format!("pinstripe-{:016x}{:016x}", bits(), bits())
}

/// Returns a number from 0 to 1.
pub(crate) fn fraction() -> f64 {
    (bits() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Returns random bits from the operating system.
///
/// # Panics
///
/// Panics if the operating system provides none. A key that is not random could merge two payments
/// into one.
fn bits() -> u64 {
    getrandom::u64()
        .unwrap_or_else(|error| panic!("the operating system provides no random numbers: {error}"))
}
