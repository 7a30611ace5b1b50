//! The client, against a script that stands in for the network, and against servers on the loopback.

#[path = "client/calls.rs"]
mod calls;
#[path = "client/connections.rs"]
mod connections;
#[path = "client/errors.rs"]
mod errors;
#[path = "client/every_operation.rs"]
mod every_operation;
#[path = "client/faults.rs"]
mod faults;
#[path = "client/files.rs"]
mod files;
#[path = "client/limits.rs"]
mod limits;
#[path = "client/lists.rs"]
mod lists;
#[path = "client/load.rs"]
mod load;
#[path = "client/options.rs"]
mod options;
#[path = "client/policy.rs"]
mod policy;
#[path = "client/random_response.rs"]
mod random_response;
#[path = "client/raw_responses.rs"]
mod raw_responses;
#[path = "client/script.rs"]
mod script;
#[path = "client/sessions.rs"]
mod sessions;
#[path = "client/setup.rs"]
mod setup;
