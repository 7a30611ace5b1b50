// Runs the scenarios with the official SDK for Node, and verifies a webhook with its verifier.
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const loaded = require("stripe");
const Stripe = loaded.default || loaded.Stripe || loaded;

const base = new URL(process.argv[2]);
const stripe = new Stripe("sk_test_judge_node", {
  host: base.hostname, port: base.port, protocol: "http", maxNetworkRetries: 2, telemetry: false,
});
const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

const control = async (method, command, body) => {
  const options = { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(new URL("/_mock/" + command, base), options);
  if (!response.ok) throw new Error(await response.text());
};
const find = (value, names) => {
  for (const name of names.split(".")) value = value === null || value === undefined ? undefined : value[name];
  return value === undefined ? null : value;
};
const resolve = (value, known) => {
  if (typeof value === "string" && value.startsWith("$")) {
    const [name, ...rest] = value.slice(1).split(".");
    return find(known[name], rest.join("."));
  }
  if (Array.isArray(value)) return value.map((one) => resolve(one, known));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolve(inner, known)]));
  }
  return value;
};
const check = (holds, message) => { if (!holds) throw new Error(message); };

const step = async (one, known) => {
  if (one.control) {
    const [method, command] = one.control.split(" ");
    const parts = command.split("/").map((part) => resolve(part, known));
    return control(method, parts.join("/"), resolve(one.body, known));
  }
  const names = one.do.split(".").map(camel);
  let method = names.pop();
  let service = stripe;
  for (const name of names) service = service[name];
  if (method === "delete" && !service.delete) method = "del";
  const ids = resolve(one.ids || [], known);
  const given = resolve(one.options || {}, known);
  const options = Object.fromEntries(Object.entries(given).map(([name, value]) => [camel(name), value]));
  const wanted = one.error;
  let response;
  try {
    // Older versions take an empty object for neither parameters nor options.
    const size = (part) => Object.keys(part).length;
    const params = resolve(one.with || {}, known);
    const filled = size(options) ? [params, options] : size(params) ? [params] : [];
    response = await service[method](...ids, ...filled);
  } catch (error) {
    check(wanted && error.raw, `${one.do}: ${error.message}`);
    for (const [name, value] of Object.entries(wanted)) {
      const found = name === "status" ? error.statusCode : error.raw[name];
      check(found === value, `${one.do}: ${name} is ${found}`);
    }
    return;
  }
  check(!wanted, `${one.do} succeeded`);
  for (const [names, value] of Object.entries(one.expect || {})) {
    const found = find(response, names);
    check(found === resolve(value, known), `${one.do}: ${names} is ${found}`);
  }
  if (one.as) known[one.as] = response;
};

// A server that keeps the first delivery.
const receive = async () => {
  let arrived;
  const delivery = new Promise((resolve) => { arrived = resolve; });
  const receiver = http.createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      response.end();
      arrived([Buffer.concat(chunks), request.headers["stripe-signature"]]);
    });
  });
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${receiver.address().port}/`, delivery, receiver };
};

const webhook = async () => {
  const { url, delivery, receiver } = await receive();
  const endpoint = await stripe.webhookEndpoints.create({ url, enabled_events: ["product.created"] });
  const product = await stripe.products.create({ name: "Webhook" });
  const [body, signature] = await delivery;
  const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
  check(event.data.object.id === product.id, "another product");
  let refused = false;
  try { stripe.webhooks.constructEvent(body, signature, "whsec_other"); } catch { refused = true; }
  check(refused, "another secret verifies");
  receiver.close();
};

const thinEvent = async () => {
  const { url, delivery, receiver } = await receive();
  const destination = await stripe.v2.core.eventDestinations.create({
    name: "Judge", type: "webhook_endpoint", event_payload: "thin",
    enabled_events: ["v2.core.account.created"], webhook_endpoint: { url },
    include: ["webhook_endpoint.signing_secret"],
  });
  const account = await stripe.v2.core.accounts.create({ display_name: "Thin" });
  const [body, signature] = await delivery;
  const secret = destination.webhook_endpoint.signing_secret;
  const notification = stripe.parseEventNotification(body.toString(), signature, secret);
  check(notification.type === "v2.core.account.created", "another type");
  check(notification.related_object.id === account.id, "another account");
  check((await notification.fetchRelatedObject()).id === account.id, "the account is not found");
  check((await notification.fetchEvent()).id === notification.id, "the event is not found");
  receiver.close();
};

(async () => {
  let failed = 0;
  const attempt = async (name, work) => {
    try { await work(); } catch (error) { failed += 1; console.log(`FAILED ${name}: ${error.message}`); }
  };
  const scenarios = JSON.parse(fs.readFileSync(path.join(__dirname, "scenarios.json")));
  for (const scenario of scenarios) {
    const known = {};
    await attempt(scenario.name, async () => { for (const one of scenario.steps) await step(one, known); });
  }
  await attempt("webhook", webhook);
  await attempt("thin event", thinEvent);
  console.log(`stripe-node ${Stripe.PACKAGE_VERSION}: ${scenarios.length + 2 - failed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
})();
