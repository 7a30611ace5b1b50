//! Depends on all of async-stripe, and does nothing.
