//! Depends on all of pinstripe, and does nothing.
