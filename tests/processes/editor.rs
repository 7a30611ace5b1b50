//! What an editor shows of the crate, as rust-analyzer answers it over LSP.
//!
//! `.ci/editor` runs this test and prints the times.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

/// Programs under the cursor. `$0` is the cursor.
const COMPLETIONS: &[(&str, &str, &[&str])] = &[
    (
        "after a resource",
        "pub fn f() { pinstripe::Customer::$0 }",
        &["create", "retrieve", "update", "delete", "list", "search"],
    ),
    (
        "after a request",
        "pub fn f() { pinstripe::Customer::create().$0 }",
        &["email", "metadata", "expand", "idempotency_key", "send", "customize"],
    ),
    (
        "after an object",
        "pub fn f(invoice: &pinstripe::Invoice) { invoice.$0 }",
        &["amount_due", "status", "expanded", "expanded_or_none"],
    ),
    ("of expansions", "pub fn f() { pinstripe::invoice::expand::$0 }", &["CUSTOMER", "PAYMENTS"]),
    (
        "of enum values",
        "pub fn f() { let _ = pinstripe::refund::Reason::$0 }",
        &["Duplicate", "Fraudulent", "RequestedByCustomer"],
    ),
    ("of events", "pub fn f() { pinstripe::events::InvoiceP$0 }", &["InvoicePaid"]),
];

const HOVERS: &[(&str, &str, &[&str])] = &[
    (
        "a field",
        "pub fn f(invoice: &pinstripe::Invoice) -> i64 { invoice.amount$0_due }",
        &["pub amount_due: i64", "smallest unit"],
    ),
    (
        "a function",
        "pub fn f() { pinstripe::Customer::cre$0ate(); }",
        &["pub fn create() -> CreateRequest", "returns", "customer.created"],
    ),
    (
        "`send`",
        "pub fn f(client: &pinstripe::Client) { pinstripe::Customer::create().se$0nd(client); }",
        &["C::Sent<Customer>", "`Result<Response<T>, Error>`"],
    ),
    (
        "the response",
        "pub async fn f(client: &pinstripe::Client) -> Result<(), pinstripe::Error> { \
         let cus$0tomer = pinstripe::Customer::create().send(client).await?; \
         drop(customer); Ok(()) }",
        &["let customer: Response<Customer>"],
    ),
];

/// The cursor, and the file and the line that it leads to.
const DEFINITIONS: &[(&str, &str, &str, &str)] = &[
    (
        "a function",
        "pub fn f() { pinstripe::Customer::cre$0ate(); }",
        "generated/core/src/customer.rs",
        "pub fn create()",
    ),
    (
        "a field",
        "pub fn f(invoice: &pinstripe::Invoice) -> i64 { invoice.amount$0_due }",
        "generated/core/src/invoice.rs",
        "pub amount_due: i64",
    ),
    (
        "an expansion",
        "pub fn f() { let _ = pinstripe::invoice::expand::CUS$0TOMER; }",
        "generated/core/src/invoice/expand.rs",
        "pub const CUSTOMER:",
    ),
    (
        "a setter",
        "pub fn f() { pinstripe::Customer::create().ema$0il(\"jenny@example.com\"); }",
        "generated/core/src/customer.rs",
        "pub fn email",
    ),
];

#[test]
#[ignore = "needs rust-analyzer"]
fn an_editor_completes_explains_and_finds() {
    let mut server = Server::start();
    for (what, program, expected) in COMPLETIONS {
        let (answer, millis) = server.ask("textDocument/completion", program);
        let items = answer.get("items").unwrap_or(&answer).as_array().expect("a list of items");
        let name = |item: &Value| {
            let label = item["filterText"].as_str().or(item["label"].as_str()).unwrap();
            label.split(['(', ' ']).next().unwrap().to_owned()
        };
        let names: BTreeSet<String> = items.iter().map(name).collect();
        let missing: Vec<_> = expected.iter().filter(|name| !names.contains(**name)).collect();
        assert!(missing.is_empty(), "{what}: {missing:?} are not among {names:?}");
        println!("completion {what}: {} items, {millis} ms", items.len());
    }
    for (what, program, expected) in HOVERS {
        let (answer, millis) = server.ask("textDocument/hover", program);
        let text = answer["contents"]["value"].as_str().expect("a text");
        for part in *expected {
            assert!(text.contains(part), "{what}: no `{part}` in:\n{text}");
        }
        println!("hover on {what}: {} lines, {millis} ms", text.lines().count());
    }
    for (what, program, file, line) in DEFINITIONS {
        let (answer, millis) = server.ask("textDocument/definition", program);
        let place = answer.get(0).unwrap_or(&answer);
        let uri = place["targetUri"].as_str().or(place["uri"].as_str()).expect("a place");
        assert!(uri.ends_with(file), "{what}: {uri} is not {file}");
        let range = place.get("targetSelectionRange").unwrap_or(&place["range"]);
        let number = range["start"]["line"].as_u64().unwrap() as usize;
        let text = fs::read_to_string(uri.trim_start_matches("file://")).unwrap();
        let found = text.lines().nth(number).unwrap();
        assert!(found.contains(line), "{what}: `{line}` is not at `{found}`");
        println!("definition of {what}: {millis} ms");
    }
    println!("peak memory of rust-analyzer: {} MB", server.peak_memory());
}

/// A language server with one program open.
struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    file: PathBuf,
    last_id: i64,
    version: i64,
}

impl Server {
    /// Starts rust-analyzer in a new package that depends on pinstripe, and waits for its index.
    fn start() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let file = folder.join("src/lib.rs");
        fs::create_dir_all(folder.join("src")).unwrap();
        let manifest = format!(
            "[package]\nname = \"editor\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\npinstripe = {{ path = {:?} }}\n",
            repository.join("client")
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::copy(repository.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        fs::write(&file, "").unwrap();
        let started = Instant::now();
        let mut process = Command::new("rust-analyzer")
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("rust-analyzer starts");
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut server = Self { process, input, output, file, last_id: 0, version: 1 };
        server.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": format!("file://{}", folder.display()),
                "capabilities": {
                    "experimental": {"serverStatusNotification": true},
                    "textDocument": {
                        "hover": {"contentFormat": ["markdown"]},
                        "definition": {"linkSupport": true},
                    },
                },
                "initializationOptions": {
                    "checkOnSave": false,
                    "cachePriming": {"enable": false},
                    "cargo": {"buildScripts": {"enable": false}},
                    "procMacro": {"enable": false},
                    "hover": {"show": {"fields": 0}},
                },
            }),
        );
        server.notify("initialized", json!({}));
        let open = json!({"textDocument": {
            "uri": server.uri(), "languageId": "rust", "version": 1, "text": "",
        }});
        server.notify("textDocument/didOpen", open);
        loop {
            let message = server.read();
            let params = &message["params"];
            if message["method"] == "experimental/serverStatus" && params["quiescent"] == true {
                assert_eq!(params["health"], "ok", "{params}");
                break;
            }
        }
        println!("loaded: {} ms", started.elapsed().as_millis());
        server
    }

    fn uri(&self) -> String {
        format!("file://{}", self.file.display())
    }

    /// Replaces the program, and asks about its cursor. Returns the answer and the time.
    fn ask(&mut self, method: &str, program: &str) -> (Value, u128) {
        let (before, _) = program.split_once("$0").expect("a cursor");
        self.version += 1;
        let change = json!({
            "textDocument": {"uri": self.uri(), "version": self.version},
            "contentChanges": [{"text": program.replacen("$0", "", 1)}],
        });
        self.notify("textDocument/didChange", change);
        let started = Instant::now();
        let place = json!({
            "textDocument": {"uri": self.uri()},
            "position": {"line": 0, "character": before.len()},
        });
        (self.request(method, place), started.elapsed().as_millis())
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let mut message = self.read();
            if message["id"] == id && message.get("method").is_none() {
                assert!(message.get("error").is_none(), "{method}: {}", message["error"]);
                return message["result"].take();
            }
        }
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.write(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn write(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    /// Reads the next message, and answers it if it is a request of the server.
    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "rust-analyzer ended");
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        let message: Value = serde_json::from_slice(&body).unwrap();
        if message.get("method").is_some()
            && let Some(id) = message.get("id")
        {
            self.write(&json!({"jsonrpc": "2.0", "id": id, "result": null}));
        }
        message
    }

    /// In megabytes. Zero where the system does not tell.
    fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        kilobytes.unwrap_or(0) / 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
