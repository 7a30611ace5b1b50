"""Runs the scenarios with the official SDK for Python, and verifies a webhook with its verifier."""

import http.server
import json
import pathlib
import sys
import threading
import urllib.request

import stripe

base = sys.argv[1]
client = stripe.StripeClient(
    "sk_test_judge_py", base_addresses={"api": base, "files": base}, max_network_retries=2
)
root = getattr(client, "v1", client)


def control(method, path, body):
    request = urllib.request.Request(
        f"{base}/_mock/{path}", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    request.method = method
    urllib.request.urlopen(request).read()


def find(value, path):
    for name in path.split("."):
        if name == "length":
            return len(value)
        value = value[int(name)] if name.isdigit() else plain(value).get(name)
    return value


def plain(value):
    return value if isinstance(value, dict) or not hasattr(value, "to_dict") else value.to_dict()


def resolve(value, known):
    if isinstance(value, str) and value.startswith("$"):
        name, _, path = value[1:].partition(".")
        return find(known[name], path)
    if isinstance(value, dict):
        return {name: resolve(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolve(inner, known) for inner in value]
    return value


def step(one, known):
    if "control" in one:
        method, path = one["control"].split(" ")
        parts = [str(resolve(part, known)) for part in path.split("/")]
        return control(method, "/".join(parts), resolve(one["body"], known))
    service = root
    *names, method = one["do"].split(".")
    for name in names:
        service = getattr(service, name)
    ids = [resolve(value, known) for value in one.get("ids", [])]
    params = resolve(one.get("with", {}), known)
    options = resolve(one.get("options", {}), known)
    wanted = one.get("error")
    try:
        response = getattr(service, method)(*ids, params=params, options=options)
    except stripe.StripeError as error:
        assert wanted, f"{one['do']}: {error}"
        body = error.json_body["error"]
        found = {"status": error.http_status, **{name: body.get(name) for name in wanted if name != "status"}}
        assert all(found[name] == value for name, value in wanted.items()), f"{one['do']}: {found}"
        return None
    assert not wanted, f"{one['do']} succeeded"
    for path, value in one.get("expect", {}).items():
        found = find(response, path)
        assert found == resolve(value, known), f"{one['do']}: {path} is {found}"
    if "as" in one:
        known[one["as"]] = response


def receive():
    """A server that keeps the first delivery: its address, and a function that waits for it."""
    received = []
    ready = threading.Event()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((body, self.headers["stripe-signature"]))
            self.send_response(200)
            self.end_headers()
            ready.set()

        def log_message(self, *_):
            pass

    receiver = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()

    def first():
        assert ready.wait(10), "nothing was delivered"
        return received[0]

    return f"http://127.0.0.1:{receiver.server_port}/", first


def webhook():
    url, first = receive()
    endpoint = root.webhook_endpoints.create(params={"url": url, "enabled_events": ["product.created"]})
    product = root.products.create(params={"name": "Webhook"})
    body, signature = first()
    event = stripe.Webhook.construct_event(body, signature, endpoint.secret)
    assert event["data"]["object"]["id"] == product.id
    try:
        stripe.Webhook.construct_event(body, signature, "whsec_other")
        raise AssertionError("another secret verifies")
    except stripe.SignatureVerificationError:
        pass


def thin_event():
    url, first = receive()
    destination = client.v2.core.event_destinations.create(
        params={
            "name": "Judge", "type": "webhook_endpoint", "event_payload": "thin",
            "enabled_events": ["v2.core.account.created"], "webhook_endpoint": {"url": url},
            "include": ["webhook_endpoint.signing_secret"],
        }
    )
    account = client.v2.core.accounts.create(params={"display_name": "Thin"})
    body, signature = first()
    notification = client.parse_event_notification(
        body, signature, destination.webhook_endpoint.signing_secret
    )
    assert notification.type == "v2.core.account.created"
    assert notification.related_object.id == account.id
    assert notification.fetch_related_object().id == account.id
    assert notification.fetch_event().id == notification.id


failed = 0
scenarios = json.loads((pathlib.Path(__file__).parent / "scenarios.json").read_text())
for scenario in scenarios:
    known = {}
    try:
        for one in scenario["steps"]:
            step(one, known)
    except Exception as error:
        failed += 1
        print(f"FAILED {scenario['name']}: {type(error).__name__}: {error}")
for check in (webhook, thin_event):
    try:
        check()
    except Exception as error:
        failed += 1
        print(f"FAILED {check.__name__}: {type(error).__name__}: {error}")
version = getattr(stripe, "VERSION", None) or getattr(stripe, "_version").VERSION
print(f"stripe-python {version}: {len(scenarios) + 2 - failed} passed, {failed} failed")
sys.exit(failed > 0)
