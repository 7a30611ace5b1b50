//! Help for tests of programs that use this crate.

pub use pinstripe_runtime::sample;
