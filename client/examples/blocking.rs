//! A first invoice with the blocking client, without an async runtime.
//!
//! ```sh
//! STRIPE_SECRET_KEY=sk_test_… cargo run -p pinstripe --no-default-features --features blocking --example blocking
//! ```

mod common;

use pinstripe::{Customer, Invoice, InvoiceItem};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, _server) = common::stripe()?;
    let client = builder.build_blocking()?;

    let customer = Customer::create().email("jenny@example.com").send(&client)?;
    println!("{}", customer.id);
    let invoice = Invoice::create().customer(&customer.id).send(&client)?;
    // Only a preview of an invoice has no ID.
    let id = invoice.id.as_ref().ok_or("a new invoice has an ID")?;
    InvoiceItem::create()
        .customer(&customer.id)
        .invoice(id)
        .amount(1500)
        .currency("usd")
        .description("Repair")
        .send(&client)?;
    Invoice::finalize_invoice(id).send(&client)?;
    for invoice in Invoice::list().customer(&customer.id).stream(&client) {
        let invoice = invoice?;
        println!("{:?}: {} {} due", invoice.number, invoice.amount_due, invoice.currency);
    }
    Ok(())
}
