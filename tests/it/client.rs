//! Tests of the client, with a scripted transport and with servers on the loopback interface.

mod calls;
mod connections;
mod errors;
mod every_operation;
mod faults;
mod files;
mod generic;
mod limits;
mod lists;
mod load;
mod options;
mod policy;
mod random_response;
mod raw_responses;
mod script;
mod sessions;
mod setup;
mod tls_server;
