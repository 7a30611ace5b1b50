//! Ids: the same seed gives the same ids in the same order.

use crate::spec::prefix;

const CHARACTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The id of the object with this number.
pub fn of(schema: &str, seed: u64, number: u64) -> String {
    let (prefix, length) = prefix(schema);
    let random = characters(seed, number, length);
    if prefix.is_empty() { random } else { format!("{prefix}_{random}") }
}

/// Characters that look random.
pub fn characters(seed: u64, number: u64, length: usize) -> String {
    let mut state = seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ number;
    let next = || {
        // SplitMix64: each state gives another number, so ids do not repeat in practice.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        char::from(CHARACTERS[(mixed % 62) as usize])
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// A number for text, the same in every run.
pub fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    text.bytes().fold(0xCBF2_9CE4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_deterministic_and_distinct() {
        assert_eq!(of("customer", 7, 1), of("customer", 7, 1));
        assert_ne!(of("customer", 7, 1), of("customer", 8, 1));
        let ids: HashSet<String> = (0..100_000).map(|number| of("customer", 7, number)).collect();
        assert_eq!(ids.len(), 100_000);
        assert!(of("payment_intent", 7, 1).starts_with("pi_"));
        assert_eq!(of("coupon", 7, 1).len(), 8);
    }
}
