//! The server as its users see it: over HTTP.

mod billing;
mod cards;
mod client;
mod control;
mod credit;
mod destinations;
mod events;
mod every_operation;
mod generic;
mod hostile;
mod load;
mod money;
mod pages;
mod quotes;
mod schedules;
mod usage;
