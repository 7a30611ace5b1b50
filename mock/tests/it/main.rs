//! The server as its users see it: over HTTP.

mod billing;
mod cards;
mod client;
mod control;
mod events;
mod generic;
mod hostile;
mod money;
