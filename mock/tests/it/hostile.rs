//! Input that no client sends.

use pinstripe_mock::Server;

use crate::client::{client, raw};

fn post(body: &[u8], content_type: &str, path: &str) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk_test_123\r\nconnection: close\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[test]
fn input_that_is_malformed_is_an_error_and_the_server_goes_on() {
    let server = Server::start().unwrap();
    let form = "application/x-www-form-urlencoded";
    let deep_form = format!("a{}=1", "[b]".repeat(100_000));
    let deep_json = "[".repeat(200_000);
    let deep_object = "{\"a\":".repeat(100_000);
    let cases: Vec<Vec<u8>> = vec![
        b"nonsense\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"\x00\xff\xfe\r\n\r\n".to_vec(),
        b"GET /v1/customers HTTP/1.1\r\ncontent-length: minus\r\n\r\n".to_vec(),
        b"POST /v1/customers HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n".to_vec(),
        b"POST /v1/customers HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        b"POST /v1/customers HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffff\r\n"
            .to_vec(),
        [b"GET /".to_vec(), vec![b'a'; 300_000]].concat(),
        post(b"name=\xff\xfe", form, "/v1/customers"),
        post(deep_form.as_bytes(), form, "/v1/customers"),
        post(deep_json.as_bytes(), "application/json", "/v2/core/accounts"),
        post(deep_object.as_bytes(), "application/json", "/v2/core/accounts"),
        post(b"x", "multipart/form-data; boundary=b", "/v1/files"),
        post(b"x", "multipart/form-data", "/v1/files"),
        post(b"a[=1&b]=2", form, "/v1/customers"),
        post(b"{", "application/json", "/_mock/seed"),
        post(b"[[[", "application/json", "/_mock/restore"),
    ];
    for case in cases {
        let response = raw(&server, &case);
        let start: String = String::from_utf8_lossy(&case[..case.len().min(80)]).into_owned();
        let status = response.split(' ').nth(1).unwrap_or_default();
        assert!(status.starts_with('4'), "{start:?}: {response:.200}");
        assert_eq!(client(&server).send("GET", "/v1/customers", "").status, 200, "after {start:?}");
    }
}

#[test]
fn a_body_of_100_megabytes_is_refused() {
    let server = Server::start().unwrap();
    let body = vec![b'a'; 100 * 1024 * 1024];
    let response = raw(&server, &post(&body, "application/x-www-form-urlencoded", "/v1/customers"));
    assert!(response.starts_with("HTTP/1.1 413"), "{response:.200}");
    assert_eq!(client(&server).send("GET", "/v1/customers", "").status, 200);
}

#[test]
fn random_paths_and_parameters_never_fail_inside() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let mut state = 1u64;
    let mut random = |limit: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let words = [
        "customers",
        "charges",
        "v1",
        "v2",
        "payment_intents",
        "..",
        "%00",
        "%ff",
        "search",
        "",
        "é",
        "subscriptions",
        "invoices",
        "_mock",
        "a",
        "core",
        "events",
    ];
    let keys = [
        "limit",
        "expand[]",
        "customer",
        "created[gte]",
        "created[x]",
        "a[][b]",
        "items[0][price]",
        "query",
        "%ff",
        "amount",
        "currency",
    ];
    let values = [
        "1",
        "-1",
        "",
        "null",
        "%ff%fe",
        "99999999999999999999",
        "true",
        "cus_1",
        "usd",
        "\"",
        "data.customer",
    ];
    for _ in 0..600 {
        let path: Vec<&str> = (0..1 + random(4)).map(|_| words[random(words.len())]).collect();
        let path = path.join("/").replace('é', "%C3%A9");
        let pairs: Vec<String> = (0..random(5))
            .map(|_| format!("{}={}", keys[random(keys.len())], values[random(values.len())]))
            .collect();
        let (method, body, query) = match random(3) {
            0 => ("GET", String::new(), format!("?{}", pairs.join("&"))),
            1 => ("POST", pairs.join("&"), String::new()),
            _ => ("DELETE", String::new(), format!("?{}", pairs.join("&"))),
        };
        let response = api.send(method, &format!("/v1/{path}{query}"), &body);
        assert!(
            (200..500).contains(&response.status),
            "{method} {path}{query} {body}: {response:?}"
        );
    }
}
