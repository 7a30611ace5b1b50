//! Comparison of short strings: field names and enum values.

/// Returns whether two short strings are equal. A call to `memcmp` would cost more than this
/// comparison.
#[inline]
pub(crate) fn is(text: &[u8], other: &[u8]) -> bool {
    if text.len() != other.len() {
        return false;
    }
    // The last bytes overlap with those compared before.
    if let (Some(left), Some(right)) = (text.last_chunk::<8>(), other.last_chunk::<8>()) {
        let (left_words, right_words) = (text.as_chunks::<8>().0, other.as_chunks::<8>().0);
        return left == right
            && left_words.iter().zip(right_words).all(|(left, right)| left == right);
    }
    if let (Some(left), Some(right)) = (text.last_chunk::<4>(), other.last_chunk::<4>()) {
        return left == right && text.first_chunk::<4>() == other.first_chunk::<4>();
    }
    text.iter().zip(other).all(|(left, right)| left == right)
}
