//! A first charge with the blocking client, without an async runtime.
//!
//! ```sh
//! STRIPE_SECRET_KEY=sk_test_… cargo run -p pinstripe --no-default-features --features blocking --example blocking
//! ```

mod common;

use pinstripe::{Customer, Invoice};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, _server) = common::stripe()?;
    let client = builder.build_blocking()?;

    let customer = Customer::create().email("jenny@example.com").send(&client)?;
    println!("{}", customer.id);
    for invoice in Invoice::list().customer(&customer.id).stream(&client) {
        let invoice = invoice?;
        println!("{:?}: {} {} due", invoice.number, invoice.amount_due, invoice.currency);
    }
    Ok(())
}
