//! The client, against a script that stands in for the network, and against servers on the loopback.

#[path = "client/every_operation.rs"]
mod every_operation;
#[path = "client/faults.rs"]
mod faults;
#[path = "client/load.rs"]
mod load;
#[path = "client/policy.rs"]
mod policy;
#[path = "client/script.rs"]
mod script;
