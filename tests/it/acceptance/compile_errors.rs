//! Errors of the compiler for mistakes in calls: short, at the mistake, and in words of this crate.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::SystemTime;
use std::{env, fs};

struct Mistake {
    code: &'static str,
    /// The text that the error underlines.
    at: &'static str,
    says: &'static str,
}

const MISTAKES: [Mistake; 14] = [
    Mistake {
        code: r#"Invoice::retrieve("in_1").expand(charge::expand::CUSTOMER)"#,
        at: "charge::expand::CUSTOMER",
        says: "takes paths of at most four levels to expandable fields of `pinstripe::Invoice`",
    },
    Mistake {
        code: "Invoice::list().expand((invoice::expand::CHARGE, charge::expand::CUSTOMER))",
        at: "charge::expand::CUSTOMER",
        says: "takes paths of at most four levels to expandable fields of `List<pinstripe::Invoice>`",
    },
    Mistake {
        code: r#"Invoice::retrieve("in_1").expand(invoice::expand::CUSTOMR)"#,
        at: "CUSTOMR",
        says: "cannot find value `CUSTOMR` in module `invoice::expand`",
    },
    // This object is always included. Only fields in it can be expanded.
    Mistake {
        code: r#"Invoice::retrieve("in_1").expand(invoice::expand::DISCOUNT)"#,
        at: "invoice::expand::DISCOUNT",
        says: "takes paths of at most four levels to expandable fields of `pinstripe::Invoice`",
    },
    Mistake {
        code: r#"Invoice::retrieve("in_1").expand(3)"#,
        at: "3",
        says: "takes paths of at most four levels to expandable fields of `pinstripe::Invoice`",
    },
    Mistake {
        code: "subscription::expand::LATEST_INVOICE.then(charge::expand::CUSTOMER)",
        at: "charge::expand::CUSTOMER",
        says: "expected `Expand<Invoice, _, _>`, found `Expand<Charge, Customer>`",
    },
    Mistake {
        code: "sample::<Invoice>().expanded(charge::expand::CUSTOMER)",
        at: "charge::expand::CUSTOMER",
        says: "expected `Expand<Invoice, _, _>`, found `Expand<Charge, Customer>`",
    },
    // The fifth level.
    Mistake {
        code: "four_levels().then(card::expand::ACCOUNT)",
        at: "card::expand::ACCOUNT",
        says: "an expansion reaches at most four levels",
    },
    // The fifth level is `data` of the list.
    Mistake {
        code: "Subscription::list().expand(four_levels())",
        at: "four_levels()",
        says: "takes paths of at most four levels to expandable fields of `List<pinstripe::Subscription>`",
    },
    Mistake {
        code: "customer::expand::TEST_CLOCK.read(&sample::<Invoice>())",
        at: "&sample::<Invoice>()",
        says: "expected `&Customer`, found `&Invoice`",
    },
    Mistake {
        code: r#"Customer::list().limit("ten")"#,
        at: r#""ten""#,
        says: "this parameter takes `i64`, what converts into it, and `Option` of it",
    },
    Mistake {
        code: r#"Product::create("Shoes").images(3)"#,
        at: "3",
        says: "this parameter takes `Vec<std::string::String>`, what converts into it,",
    },
    Mistake {
        code: r#"Product::update("prod_1").images([3])"#,
        at: "[3]",
        says: "this parameter takes `Clearable<Vec<std::string::String>>`, what converts into it,",
    },
    Mistake {
        code: r#"Product::create("Shoes").metadata(["order"])"#,
        at: r#"["order"]"#,
        says: "this parameter takes `pinstripe::Map<std::string::String>`, what converts into it,",
    },
];

const PROGRAM: &str = r"
#![allow(dead_code)]
use pinstripe::testing::sample;
use pinstripe::*;

fn four_levels() -> Expand<Subscription, PaymentSource, Depth<4>> {
    subscription::expand::LATEST_INVOICE
        .then(invoice::expand::CHARGE)
        .then(charge::expand::CUSTOMER)
        .then(customer::expand::DEFAULT_SOURCE)
}
";

#[test]
fn mistakes_are_short_errors_at_the_argument() {
    assert_eq!(errors_of("let _ = four_levels();"), Vec::<String>::new());
    for Mistake { code, at, says } in MISTAKES {
        let errors = errors_of(&format!("let _ = {code};"));
        let [error] = &errors[..] else { panic!("{code}: {errors:#?}") };
        assert!(error.contains(says), "{code}: {error}");
        let lines = main_lines(error);
        assert!(lines.len() <= 6, "{code}: {error}");
        let line = lines.iter().position(|line| line.ends_with(&format!("{code};")));
        let underlined = lines.get(line.expect("the error shows the call") + 1);
        let marks = underlined.expect("the error underlines").matches('^').count();
        assert_eq!(marks, at.len(), "{code}: {error}");
    }
}

/// The lines of an error without empty ones, up to the notes that the compiler adds to every error.
fn main_lines(error: &str) -> Vec<&str> {
    let is_note = |line: &&str| {
        let text = line.trim_start();
        text.starts_with("= ") || text.starts_with("note:") || text.starts_with("help:")
    };
    let lines = error.lines().take_while(|line| !is_note(line));
    lines.filter(|line| !matches!(line.trim(), "" | "|")).collect()
}

/// The errors of the compiler for a program with this statement, each as the terminal shows it.
fn errors_of(statement: &str) -> Vec<String> {
    let program = format!("{PROGRAM}\nfn main() {{\n    {statement}\n}}\n");
    let library = library();
    let mut compiler = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["-", "--edition=2024", "--crate-type=bin", "--emit=metadata", "--out-dir"])
        .arg(env!("CARGO_TARGET_TMPDIR"))
        .arg("--error-format=json")
        .arg("-L")
        .arg(format!("dependency={}", library.parent().expect("it is in a folder").display()))
        .arg("--extern")
        .arg(format!("pinstripe={}", library.display()))
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the compiler starts");
    compiler.stdin.take().expect("it is piped").write_all(program.as_bytes()).unwrap();
    let output = compiler.wait_with_output().expect("the compiler ends");
    let text = String::from_utf8(output.stderr).expect("messages are text");
    let messages = text.lines().map(|line| {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|_| panic!("{text}"))
    });
    let errors = messages
        .filter(|message| message["level"] == "error" && message["spans"] != serde_json::json!([]));
    errors.map(|error| error["rendered"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The client that this program was built with: the newest beside it.
fn library() -> PathBuf {
    let own = env::current_exe().expect("this is a program");
    let folder = own.parent().expect("it is in a folder");
    let files = fs::read_dir(folder).expect("the folder can be read").filter_map(Result::ok);
    let libraries = files.map(|file| file.path()).filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("libpinstripe-") && name.ends_with(".rlib")
    });
    let built = |path: &PathBuf| {
        path.metadata().and_then(|about| about.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
    };
    libraries.max_by_key(built).expect("this program is built with the client")
}
