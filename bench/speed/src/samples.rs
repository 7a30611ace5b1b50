//! Sample objects in Stripe's format: fields in alphabetical order after `id` and `object`, with
//! made-up values.

use serde_json::{Value, json};

pub fn invoice(number: usize) -> Value {
    json!({
        "id": format!("in_1PqR2sT3uV4wX{number:05}"), "object": "invoice", "account_country": "US", "account_name": "Rocket Rides",
        "account_tax_ids": null, "amount_due": 4800, "amount_overpaid": 0, "amount_paid": 4800, "amount_remaining": 0, "amount_shipping": 0,
        "application": null, "attempt_count": 1, "attempted": true, "auto_advance": false,
        "automatic_tax": {"disabled_reason": null, "enabled": true, "liability": {"type": "self"}, "provider": "stripe", "status": "complete"},
        "automatically_finalizes_at": null, "billing_reason": "subscription_cycle", "collection_method": "charge_automatically",
        "created": 1_767_225_600, "currency": "usd", "custom_fields": [{"name": "Purchase order", "value": "PO-4711"}],
        "customer": "cus_NeZwdNtLEOXuvB", "customer_account": null,
        "customer_address": {"city": "San Francisco", "country": "US", "line1": "510 Townsend Street", "line2": null, "postal_code": "94103", "state": "CA"},
        "customer_email": "jenny.rosen@example.com", "customer_name": "Jenny Rosen", "customer_phone": "+14155550100", "customer_shipping": null,
        "customer_tax_exempt": "none", "customer_tax_ids": [{"type": "us_ein", "value": "12-3456789"}], "default_payment_method": null,
        "default_source": null, "default_tax_rates": [], "description": "Rides of December \u{2014} thank you for your business",
        "discounts": [], "due_date": null, "effective_at": 1_767_229_200, "ending_balance": 0, "footer": null, "from_invoice": null,
        "hosted_invoice_url": "https://invoice.stripe.com/i/acct_1032D82eZvKYlo2C/test_YWNjdF8xMDMyRDgyZVp2S1lsbzJD0200abcdefgh?s=ap",
        "invoice_pdf": "https://pay.stripe.com/invoice/acct_1032D82eZvKYlo2C/test_YWNjdF8xMDMyRDgyZVp2S1lsbzJD0200abcdefgh/pdf?s=ap",
        "issuer": {"type": "self"}, "last_finalization_error": null, "latest_revision": null,
        "lines": {"object": "list", "data": [line(number, 0), line(number, 1)], "has_more": false, "url": "/v1/invoices/in_1/lines"},
        "livemode": false, "metadata": {"order_id": "6735", "region": "west"}, "next_payment_attempt": null,
        "number": format!("A1B2C3D4-{number:04}"), "on_behalf_of": null,
        "parent": {"quote_details": null, "subscription_details": {"metadata": {"plan": "fleet"}, "subscription": "sub_1MowQVLkdIwHu7ixeRlqHVzs"}, "type": "subscription_details"},
        "payment_settings": {"default_mandate": null, "payment_method_options": null, "payment_method_types": ["card", "us_bank_account"]},
        "period_end": 1_767_225_600, "period_start": 1_764_547_200, "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0,
        "receipt_number": null, "rendering": {"amount_tax_display": "exclude_tax", "pdf": {"page_size": "letter"}, "template": null, "template_version": null},
        "shipping_cost": null, "shipping_details": null, "starting_balance": 0, "statement_descriptor": null, "status": "paid",
        "status_transitions": {"finalized_at": 1_767_229_200, "marked_uncollectible_at": null, "paid_at": 1_767_229_260, "voided_at": null},
        "subtotal": 4400, "subtotal_excluding_tax": 4400, "test_clock": null, "total": 4800, "total_discount_amounts": [],
        "total_excluding_tax": 4400, "total_pretax_credit_amounts": [], "total_taxes": [tax(4400)], "webhooks_delivered_at": 1_767_225_602
    })
}

fn line(invoice: usize, number: usize) -> Value {
    json!({
        "id": format!("il_1PqR2sT3uV4wX{invoice:05}{number}"), "object": "line_item", "amount": 2200, "currency": "usd",
        "description": "22 × Fleet seat (at $1.00 / month)", "discount_amounts": [], "discountable": true, "discounts": [],
        "invoice": format!("in_1PqR2sT3uV4wX{invoice:05}"), "livemode": false, "metadata": {},
        "parent": {"invoice_item_details": null, "subscription_item_details": {"invoice_item": null, "proration": false, "proration_details":
            {"credited_items": null}, "subscription": "sub_1MowQVLkdIwHu7ixeRlqHVzs", "subscription_item": "si_NcLYdDxLHxlFo7"},
            "type": "subscription_item_details"},
        "period": {"end": 1_767_225_600, "start": 1_764_547_200}, "pretax_credit_amounts": [],
        "pricing": {"price_details": {"price": "price_1MowQULkdIwHu7ixraBm864M", "product": "prod_NZKdYqrwEYx6iK"}, "type": "price_details",
            "unit_amount_decimal": "100"},
        "quantity": 22, "quantity_decimal": "22", "subscription": "sub_1MowQVLkdIwHu7ixeRlqHVzs", "subtotal": 2200, "taxes": [tax(2200)]
    })
}

fn tax(amount: i64) -> Value {
    json!({"amount": amount / 11, "tax_behavior": "exclusive", "tax_rate_details": {"tax_rate": "txr_1MowQVLkdIwHu7ixbV3nXyZa"},
        "taxability_reason": "standard_rated", "taxable_amount": amount, "type": "tax_rate_details"})
}

pub fn invoices(number: usize) -> String {
    let data: Vec<Value> = (0..number).map(invoice).collect();
    text(&json!({"object": "list", "data": data, "has_more": true, "url": "/v1/invoices"}), None)
}

pub fn session() -> String {
    let session = json!({
        "id": "cs_test_a11YYufWQzNY63zpQ6QSNRQhkUpVph4WRmzW0zWJO2znZKdVujZ0N0S22u", "object": "checkout.session",
        "adaptive_pricing": {"enabled": true}, "after_expiration": null, "allow_promotion_codes": null, "amount_subtotal": 2198,
        "amount_total": 2198, "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
        "billing_address_collection": null, "cancel_url": null, "client_reference_id": "order-17", "client_secret": null,
        "collected_information": {"business_name": null, "individual_name": null, "shipping_details": null}, "consent": null,
        "consent_collection": null, "created": 1_767_225_600, "currency": "usd", "currency_conversion": null, "custom_fields": [],
        "custom_text": {"after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null},
        "customer": "cus_NeZwdNtLEOXuvB", "customer_account": null, "customer_creation": "if_required",
        "customer_details": {"address": {"city": "San Francisco", "country": "US", "line1": "510 Townsend Street", "line2": null, "postal_code": "94103",
            "state": "CA"}, "business_name": null, "email": "jenny.rosen@example.com", "individual_name": null, "name": "Jenny Rosen",
            "phone": null, "tax_exempt": "none", "tax_ids": []},
        "customer_email": null, "discounts": [], "expires_at": 1_767_312_000, "invoice": null,
        "invoice_creation": {"enabled": false, "invoice_data": {"account_tax_ids": null, "custom_fields": null, "description": null, "footer": null,
            "issuer": null, "metadata": {}, "rendering_options": null}},
        "livemode": false, "locale": null, "metadata": {"order_id": "6735"}, "mode": "payment", "origin_context": null,
        "payment_intent": "pi_3MtwBwLkdIwHu7ix28a3tqPa", "payment_link": null, "payment_method_collection": "if_required",
        "payment_method_configuration_details": null, "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card", "link", "cashapp"], "payment_status": "paid", "permissions": null,
        "phone_number_collection": {"enabled": false}, "recovered_from": null, "saved_payment_method_options": null, "setup_intent": null,
        "shipping_address_collection": null, "shipping_cost": null, "shipping_options": [], "status": "complete", "submit_type": null,
        "subscription": null, "success_url": "https://example.com/success?session={CHECKOUT_SESSION_ID}",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, "ui_mode": "hosted_page", "url": null,
        "wallet_options": null
    });
    text(&session, None)
}

pub fn event() -> String {
    let event = json!({"id": "evt_1MtwBwLkdIwHu7ix28a3tqPa", "object": "event", "api_version": "2026-09-30.endive", "created": 1_767_225_600,
        "data": {"object": invoice(1)}, "livemode": false, "pending_webhooks": 1,
        "request": {"id": "req_KqTxGs5PRFHnJr", "idempotency_key": "b7f4c7f0-8c5e-4b57-9d1f-0e8f2f1d3a77"}, "type": "invoice.paid"});
    // Stripe sends events indented.
    text(&event, Some(0))
}

/// Formats a value in Stripe's field order, optionally indented.
pub fn text(value: &Value, indent: Option<usize>) -> String {
    let deeper = indent.map(|indent| indent + 2);
    let line = |indent: Option<usize>| indent.map(|indent| format!("\n{}", " ".repeat(indent))).unwrap_or_default();
    let block = |open: char, parts: Vec<String>, close: char| match parts.is_empty() {
        true => format!("{open}{close}"),
        false => {
            let parts: Vec<String> = parts.into_iter().map(|part| format!("{}{part}", line(deeper))).collect();
            format!("{open}{}{}{close}", parts.join(","), line(indent))
        }
    };
    match value {
        Value::Array(items) => block('[', items.iter().map(|item| text(item, deeper)).collect(), ']'),
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_by_key(|name| (*name != "id", *name != "object", *name));
            let space = if indent.is_some() { " " } else { "" };
            block('{', names.into_iter().map(|name| format!("\"{name}\":{space}{}", text(&members[name], deeper))).collect(), '}')
        }
        _ => value.to_string(),
    }
}
