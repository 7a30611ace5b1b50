//! The server as its users see it: over HTTP.

mod client;
mod control;
mod events;
mod generic;
mod hostile;
