//! Receiving events: every type, every mutilation, and over a real socket.

mod mutation;
mod routing;
mod served;
