//! Creates a customer, and charges them.

use pinstripe::{Client, Customer, PaymentIntent};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(std::env::var("STRIPE_SECRET_KEY")?);
    let customer = Customer::create().email("jenny@example.com").name("Jenny Rosen").send(&client).await?;
    let intent = PaymentIntent::create(2000, "usd").customer(&*customer).confirm(true).send(&client).await?;
    println!("{} {} {:?}", customer.id, intent.id, intent.status);
    Ok(())
}
