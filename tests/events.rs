//! Receiving events: every type, every mutilation, and over a real socket.

#[path = "events/mutation.rs"]
mod mutation;
#[path = "events/routing.rs"]
mod routing;
#[path = "events/served.rs"]
mod served;
