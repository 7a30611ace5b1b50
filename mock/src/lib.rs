//! A loopback server that plays Stripe.
pub mod server;
