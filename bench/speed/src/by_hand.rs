//! Hand-written types for the samples, with serde's derive macros, complete and minimal.

use std::collections::HashMap;

use serde::Deserialize;

#[derive(Deserialize)]
pub struct List<T> {
    pub data: Vec<T>,
    pub has_more: bool,
    pub object: String,
    pub url: String,
}

#[derive(Deserialize)]
pub struct Event {
    pub api_version: Option<String>,
    pub created: i64,
    pub data: EventData,
    pub id: String,
    pub livemode: bool,
    pub pending_webhooks: i64,
    pub r#type: String,
}

#[derive(Deserialize)]
pub struct EventData {
    pub object: Box<Invoice>,
}

/// The values in the samples of fields that are enums in the API.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Automatic,
    ChargeAutomatically,
    Complete,
    ExcludeTax,
    Exclusive,
    HostedPage,
    IfRequired,
    Letter,
    None,
    Paid,
    Payment,
    PriceDetails,
    #[serde(rename = "self")]
    Same,
    StandardRated,
    Stripe,
    SubscriptionCycle,
    SubscriptionDetails,
    SubscriptionItemDetails,
    TaxRateDetails,
    UsEin,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
pub struct Liability {
    pub r#type: Option<Word>,
}

#[derive(Deserialize)]
pub struct AutomaticTax {
    pub disabled_reason: Option<String>,
    pub enabled: bool,
    pub liability: Option<Box<Liability>>,
    pub provider: Option<Word>,
    pub status: Option<Word>,
}

#[derive(Deserialize)]
pub struct CustomField {
    pub name: Option<String>,
    pub value: Option<String>,
}

#[derive(Deserialize)]
pub struct CustomerAddress {
    pub city: Option<String>,
    pub country: Option<String>,
    pub line1: Option<String>,
    pub line2: Option<String>,
    pub postal_code: Option<String>,
    pub state: Option<String>,
}

#[derive(Deserialize)]
pub struct CustomerTaxId {
    pub r#type: Option<Word>,
    pub value: Option<String>,
}

#[derive(Deserialize)]
pub struct Issuer {
    pub r#type: Option<Word>,
}

#[derive(Deserialize)]
pub struct ProrationDetails {
    pub credited_items: Option<String>,
}

#[derive(Deserialize)]
pub struct SubscriptionItemDetails {
    pub invoice_item: Option<String>,
    pub proration: bool,
    pub proration_details: Option<Box<ProrationDetails>>,
    pub subscription: Option<String>,
    pub subscription_item: Option<String>,
}

#[derive(Deserialize)]
pub struct Parent {
    pub invoice_item_details: Option<String>,
    pub quote_details: Option<String>,
    pub subscription_details: Option<Box<SubscriptionDetails>>,
    pub subscription_item_details: Option<Box<SubscriptionItemDetails>>,
    pub r#type: Option<Word>,
}

#[derive(Deserialize)]
pub struct Period {
    pub end: Option<i64>,
    pub start: Option<i64>,
}

#[derive(Deserialize)]
pub struct PriceDetails {
    pub price: Option<String>,
    pub product: Option<String>,
}

#[derive(Deserialize)]
pub struct Pricing {
    pub price_details: Option<Box<PriceDetails>>,
    pub r#type: Option<Word>,
    pub unit_amount_decimal: Option<String>,
}

#[derive(Deserialize)]
pub struct TaxRateDetails {
    pub tax_rate: Option<String>,
}

#[derive(Deserialize)]
pub struct Tax {
    pub amount: i64,
    pub tax_behavior: Option<Word>,
    pub tax_rate_details: Option<Box<TaxRateDetails>>,
    pub taxability_reason: Option<Word>,
    pub taxable_amount: Option<i64>,
    pub r#type: Option<Word>,
}

#[derive(Deserialize)]
pub struct Line {
    pub amount: i64,
    pub currency: Option<String>,
    pub description: Option<String>,
    pub discount_amounts: Option<Vec<String>>,
    pub discountable: bool,
    pub discounts: Option<Vec<String>>,
    pub id: String,
    pub invoice: Option<String>,
    pub livemode: bool,
    pub metadata: Option<HashMap<String, String>>,
    pub object: String,
    pub parent: Option<Box<Parent>>,
    pub period: Option<Box<Period>>,
    pub pretax_credit_amounts: Option<Vec<String>>,
    pub pricing: Option<Box<Pricing>>,
    pub quantity: Option<i64>,
    pub quantity_decimal: Option<String>,
    pub subscription: Option<String>,
    pub subtotal: Option<i64>,
    pub taxes: Option<Vec<Box<Tax>>>,
}

#[derive(Deserialize)]
pub struct SubscriptionDetails {
    pub metadata: Option<HashMap<String, String>>,
    pub subscription: Option<String>,
}

#[derive(Deserialize)]
pub struct PaymentSettings {
    pub default_mandate: Option<String>,
    pub payment_method_options: Option<String>,
    pub payment_method_types: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub struct Pdf {
    pub page_size: Option<Word>,
}

#[derive(Deserialize)]
pub struct Rendering {
    pub amount_tax_display: Option<Word>,
    pub pdf: Option<Box<Pdf>>,
    pub template: Option<String>,
    pub template_version: Option<String>,
}

#[derive(Deserialize)]
pub struct StatusTransitions {
    pub finalized_at: Option<i64>,
    pub marked_uncollectible_at: Option<String>,
    pub paid_at: Option<i64>,
    pub voided_at: Option<String>,
}

#[derive(Deserialize)]
pub struct TotalTax {
    pub amount: i64,
    pub tax_behavior: Option<Word>,
    pub tax_rate_details: Option<Box<TaxRateDetails>>,
    pub taxability_reason: Option<Word>,
    pub taxable_amount: Option<i64>,
    pub r#type: Option<Word>,
}

#[derive(Deserialize)]
pub struct Invoice {
    pub account_country: Option<String>,
    pub account_name: Option<String>,
    pub account_tax_ids: Option<String>,
    pub amount_due: Option<i64>,
    pub amount_overpaid: Option<i64>,
    pub amount_paid: Option<i64>,
    pub amount_remaining: Option<i64>,
    pub amount_shipping: Option<i64>,
    pub application: Option<String>,
    pub attempt_count: Option<i64>,
    pub attempted: bool,
    pub auto_advance: bool,
    pub automatic_tax: Option<Box<AutomaticTax>>,
    pub automatically_finalizes_at: Option<String>,
    pub billing_reason: Option<Word>,
    pub collection_method: Option<Word>,
    pub created: Option<i64>,
    pub currency: Option<String>,
    pub custom_fields: Option<Vec<Box<CustomField>>>,
    pub customer: Option<String>,
    pub customer_account: Option<String>,
    pub customer_address: Option<Box<CustomerAddress>>,
    pub customer_email: Option<String>,
    pub customer_name: Option<String>,
    pub customer_phone: Option<String>,
    pub customer_shipping: Option<String>,
    pub customer_tax_exempt: Option<Word>,
    pub customer_tax_ids: Option<Vec<Box<CustomerTaxId>>>,
    pub default_payment_method: Option<String>,
    pub default_source: Option<String>,
    pub default_tax_rates: Option<Vec<String>>,
    pub description: Option<String>,
    pub discounts: Option<Vec<String>>,
    pub due_date: Option<String>,
    pub effective_at: Option<i64>,
    pub ending_balance: Option<i64>,
    pub footer: Option<String>,
    pub from_invoice: Option<String>,
    pub hosted_invoice_url: Option<String>,
    pub id: String,
    pub invoice_pdf: Option<String>,
    pub issuer: Option<Box<Issuer>>,
    pub last_finalization_error: Option<String>,
    pub latest_revision: Option<String>,
    pub lines: List<Line>,
    pub livemode: bool,
    pub metadata: Option<HashMap<String, String>>,
    pub next_payment_attempt: Option<String>,
    pub number: Option<String>,
    pub object: String,
    pub on_behalf_of: Option<String>,
    pub parent: Option<Box<Parent>>,
    pub payment_settings: Option<Box<PaymentSettings>>,
    pub period_end: Option<i64>,
    pub period_start: Option<i64>,
    pub post_payment_credit_notes_amount: Option<i64>,
    pub pre_payment_credit_notes_amount: Option<i64>,
    pub receipt_number: Option<String>,
    pub rendering: Option<Box<Rendering>>,
    pub shipping_cost: Option<String>,
    pub shipping_details: Option<String>,
    pub starting_balance: Option<i64>,
    pub statement_descriptor: Option<String>,
    pub status: Option<Word>,
    pub status_transitions: Option<Box<StatusTransitions>>,
    pub subtotal: Option<i64>,
    pub subtotal_excluding_tax: Option<i64>,
    pub test_clock: Option<String>,
    pub total: Option<i64>,
    pub total_discount_amounts: Option<Vec<String>>,
    pub total_excluding_tax: Option<i64>,
    pub total_pretax_credit_amounts: Option<Vec<String>>,
    pub total_taxes: Option<Vec<Box<TotalTax>>>,
    pub webhooks_delivered_at: Option<i64>,
}

#[derive(Deserialize)]
pub struct AdaptivePricing {
    pub enabled: bool,
}

#[derive(Deserialize)]
pub struct CollectedInformation {
    pub business_name: Option<String>,
    pub individual_name: Option<String>,
    pub shipping_details: Option<String>,
}

#[derive(Deserialize)]
pub struct CustomText {
    pub after_submit: Option<String>,
    pub shipping_address: Option<String>,
    pub submit: Option<String>,
    pub terms_of_service_acceptance: Option<String>,
}

#[derive(Deserialize)]
pub struct Address {
    pub city: Option<String>,
    pub country: Option<String>,
    pub line1: Option<String>,
    pub line2: Option<String>,
    pub postal_code: Option<String>,
    pub state: Option<String>,
}

#[derive(Deserialize)]
pub struct CustomerDetails {
    pub address: Option<Box<Address>>,
    pub business_name: Option<String>,
    pub email: Option<String>,
    pub individual_name: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub tax_exempt: Option<Word>,
    pub tax_ids: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub struct InvoiceData {
    pub account_tax_ids: Option<String>,
    pub custom_fields: Option<String>,
    pub description: Option<String>,
    pub footer: Option<String>,
    pub issuer: Option<String>,
    pub metadata: Option<HashMap<String, String>>,
    pub rendering_options: Option<String>,
}

#[derive(Deserialize)]
pub struct InvoiceCreation {
    pub enabled: bool,
    pub invoice_data: Option<Box<InvoiceData>>,
}

#[derive(Deserialize)]
pub struct Card {
    pub request_three_d_secure: Option<Word>,
}

#[derive(Deserialize)]
pub struct PaymentMethodOptions {
    pub card: Option<Box<Card>>,
}

#[derive(Deserialize)]
pub struct PhoneNumberCollection {
    pub enabled: bool,
}

#[derive(Deserialize)]
pub struct TotalDetails {
    pub amount_discount: Option<i64>,
    pub amount_shipping: Option<i64>,
    pub amount_tax: Option<i64>,
}

#[derive(Deserialize)]
pub struct Session {
    pub adaptive_pricing: Option<Box<AdaptivePricing>>,
    pub after_expiration: Option<String>,
    pub allow_promotion_codes: Option<String>,
    pub amount_subtotal: Option<i64>,
    pub amount_total: Option<i64>,
    pub automatic_tax: Option<Box<AutomaticTax>>,
    pub billing_address_collection: Option<String>,
    pub cancel_url: Option<String>,
    pub client_reference_id: Option<String>,
    pub client_secret: Option<String>,
    pub collected_information: Option<Box<CollectedInformation>>,
    pub consent: Option<String>,
    pub consent_collection: Option<String>,
    pub created: Option<i64>,
    pub currency: Option<String>,
    pub currency_conversion: Option<String>,
    pub custom_fields: Option<Vec<String>>,
    pub custom_text: Option<Box<CustomText>>,
    pub customer: Option<String>,
    pub customer_account: Option<String>,
    pub customer_creation: Option<Word>,
    pub customer_details: Option<Box<CustomerDetails>>,
    pub customer_email: Option<String>,
    pub discounts: Option<Vec<String>>,
    pub expires_at: Option<i64>,
    pub id: String,
    pub invoice: Option<String>,
    pub invoice_creation: Option<Box<InvoiceCreation>>,
    pub livemode: bool,
    pub locale: Option<String>,
    pub metadata: Option<HashMap<String, String>>,
    pub mode: Option<Word>,
    pub object: String,
    pub origin_context: Option<String>,
    pub payment_intent: Option<String>,
    pub payment_link: Option<String>,
    pub payment_method_collection: Option<Word>,
    pub payment_method_configuration_details: Option<String>,
    pub payment_method_options: Option<Box<PaymentMethodOptions>>,
    pub payment_method_types: Option<Vec<String>>,
    pub payment_status: Option<Word>,
    pub permissions: Option<String>,
    pub phone_number_collection: Option<Box<PhoneNumberCollection>>,
    pub recovered_from: Option<String>,
    pub saved_payment_method_options: Option<String>,
    pub setup_intent: Option<String>,
    pub shipping_address_collection: Option<String>,
    pub shipping_cost: Option<String>,
    pub shipping_options: Option<Vec<String>>,
    pub status: Option<Word>,
    pub submit_type: Option<String>,
    pub subscription: Option<String>,
    pub success_url: Option<String>,
    pub total_details: Option<Box<TotalDetails>>,
    pub ui_mode: Option<Word>,
    pub url: Option<String>,
    pub wallet_options: Option<String>,
}
