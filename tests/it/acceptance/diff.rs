//! The effect of a spec change on programs, as reported by the diff, checked against
//! cargo-semver-checks and the compiler.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::diff::{Diff, Level, diff};
use pinstripe_codegen::generate;
use pinstripe_tests::{read, root, shared_file, write_crate};

/// The spec that all pairs start from.
const BASE: &str = "
info: {version: 2024-06-20}
components:
  schemas:
    card:
      type: object
      x-resourceId: card
      required: [id, brand, name, owner]
      properties:
        id: {type: string}
        brand: {type: string, enum: [visa, amex]}
        name: {type: string}
        owner: {$ref: '#/components/schemas/card_owner'}
        note: {type: string}
    card_owner: {type: object, properties: {city: {type: string}}}
paths:
  /v1/cards:
    post:
      operationId: PostCards
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, required: [number], properties: {
        number: {type: string},
        name: {type: string}}}}}}
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/card'}}}}}
  /v1/cards/{card}:
    get:
      operationId: GetCardsCard
      parameters: [{name: card, in: path, required: true, schema: {type: string}}]
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/card'}}}}}
webhooks:
  card.made: {post: {requestBody: {content: {application/json: {schema: {type: object, properties: {object: {$ref: '#/components/schemas/card'}}}}}}}}
";

/// A spec before and after a change.
struct Pair {
    name: &'static str,
    /// The replaced text of the spec and its replacement.
    change: (&'static str, &'static str),
    verdict: Level,
    /// Whether cargo-semver-checks reports a breaking change. It does not check the types of fields
    /// and parameters.
    semver_major: bool,
    /// A function body that compiles before the change. Used where cargo-semver-checks reports
    /// nothing.
    program: &'static str,
}

const fn pair(name: &'static str, change: (&'static str, &'static str), verdict: Level) -> Pair {
    Pair { name, change, verdict, semver_major: matches!(verdict, Level::Major), program: "" }
}

const fn unseen(
    name: &'static str,
    change: (&'static str, &'static str),
    program: &'static str,
) -> Pair {
    Pair { name, change, verdict: Level::Major, semver_major: false, program }
}

const PAIRS: [Pair; 17] = [
    pair("nothing", ("2024-06-20", "2024-06-20"), Level::Patch),
    pair(
        "prose",
        ("note: {type: string}", "note: {type: string, description: A remark.}"),
        Level::Patch,
    ),
    pair(
        "added field",
        ("note: {type: string}", "note: {type: string}\n        color: {type: string}"),
        Level::Minor,
    ),
    pair("removed field", ("        note: {type: string}\n", ""), Level::Major),
    pair("new enum value", ("[visa, amex]", "[visa, amex, jcb]"), Level::Minor),
    pair("removed enum value", ("[visa, amex]", "[visa]"), Level::Major),
    pair(
        "new optional parameter",
        ("number: {type: string}", "number: {type: string}, pin: {type: string}"),
        Level::Minor,
    ),
    pair(
        "new required parameter",
        (
            "required: [number], properties: {",
            "required: [number, pin], properties: { pin: {type: string},",
        ),
        Level::Major,
    ),
    unseen(
        "type change of a field",
        ("name: {type: string}\n        owner", "name: {type: integer}\n        owner"),
        "let card: Option<pinstripe_api::Card> = None; if let Some(card) = card { let _: String = card.name; }",
    ),
    unseen(
        "field that can be missing now",
        ("[id, brand, name, owner]", "[id, brand, owner]"),
        "let card: Option<pinstripe_api::Card> = None; if let Some(card) = card { let _: String = card.name; }",
    ),
    unseen(
        "type change of a parameter",
        ("name: {type: string}}", "name: {type: boolean}}"),
        "let _ = pinstripe_api::Card::create(\"4242\").name(\"Jenny\");",
    ),
    unseen(
        "other answer",
        (
            "schema: {type: string}}]\n      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/card'}}}}}",
            "schema: {type: string}}]\n      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/card_owner'}}}}}",
        ),
        "use pinstripe_api::{Card, card::RetrieveRequest}; fn takes<R: pinstripe_runtime::Request<Output = Card>>(_: R) {} takes::<RetrieveRequest>(Card::retrieve(\"card_1\"));",
    ),
    pair("renamed schema", ("card_owner", "card_holder"), Level::Major),
    pair(
        "new operation",
        (
            "    get:\n      operationId: GetCardsCard",
            "    delete:\n      operationId: DeleteCardsCard\n      parameters: [{name: card, in: path, required: true, schema: {type: string}}]\n      responses: {'200': {description: Success}}\n    get:\n      operationId: GetCardsCard",
        ),
        Level::Minor,
    ),
    pair(
        "new event",
        (
            "webhooks:\n",
            "webhooks:\n  card.lost: {post: {requestBody: {content: {application/json: {schema: {type: object, properties: {object: {$ref: '#/components/schemas/card'}}}}}}}}\n",
        ),
        Level::Minor,
    ),
    pair("renamed event", ("card.made", "card.created"), Level::Major),
    pair(
        "moved schema",
        (
            "x-resourceId: card",
            "x-resourceId: card\n      x-stripeResource: {class_name: Card, in_package: Issuing}",
        ),
        Level::Major,
    ),
];

impl Pair {
    fn before() -> Vec<Source> {
        vec![Source { path: "spec/api.yaml".to_owned(), text: BASE.to_owned() }]
    }

    fn after(&self) -> Vec<Source> {
        let (from, to) = self.change;
        assert!(BASE.contains(from), "{}: the base has no `{from}`", self.name);
        vec![Source { path: "spec/api.yaml".to_owned(), text: BASE.replace(from, to) }]
    }

    fn diff(&self) -> Diff {
        diff(Self::before(), self.after())
            .unwrap_or_else(|failure| panic!("{}: {}", self.name, failure.render()))
    }
}

#[test]
fn pairs() {
    let mut text = String::new();
    for pair in PAIRS {
        let diff = pair.diff();
        assert_eq!(diff.verdict(), pair.verdict, "{}:\n{}", pair.name, diff.to_markdown());
        assert_eq!(diff.to_json()["verdict"], pair.verdict.as_str());
        assert_eq!(diff.to_json()["changes"].as_array().map(Vec::len), Some(diff.changes.len()));
        text += &format!("#### {}\n{}\n", pair.name, diff.to_markdown());
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("diff", text);
    });
}

/// Writes the crate of a spec next to those of the other tests.
fn written(name: &str, sources: Vec<Source>) -> PathBuf {
    let folder = root().join("target/diff-pairs").join(name.replace(' ', "-"));
    write_crate(
        &folder,
        &generate(sources).unwrap_or_else(|failure| panic!("{name}: {}", failure.render())),
    );
    folder
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(folder).env("CARGO_TARGET_DIR", root().join("target/diff-pairs/target"));
    command
}

/// Checks a program that uses a crate. Returns whether it compiles.
fn compiles(name: &str, api: &Path, body: &str) -> bool {
    let folder = root().join("target/diff-pairs").join(name.replace(' ', "-"));
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/main.rs"), format!("fn main() {{ {body} }}\n")).unwrap();
    let (api, runtime) = (api.display(), root().join("runtime").display().to_string());
    let manifest = format!(
        "[package]\nname = \"program\"\nedition = \"2024\"\n\n[dependencies]\npinstripe-api = {{ path = \"{api}\" }}\npinstripe-runtime = {{ path = \"{runtime}\" }}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let checked = cargo(&folder).args(["check", "--quiet"]).output().expect("cargo can be run");
    checked.status.success()
}

#[test]
fn compiler_rejects_breaks_missed_by_cargo_semver_checks() {
    let base = written("seen base", Pair::before());
    for pair in PAIRS.iter().filter(|pair| !pair.program.is_empty()) {
        assert!(
            compiles(&format!("{} before", pair.name), &base, pair.program),
            "{} does not compile before",
            pair.name
        );
        let after = written(&format!("{} crate", pair.name), pair.after());
        assert!(
            !compiles(&format!("{} after", pair.name), &after, pair.program),
            "{} compiles after",
            pair.name
        );
    }
}

#[test]
#[ignore = "needs cargo-semver-checks"]
fn verdict_agrees_with_cargo_semver_checks() {
    let base = written("semver base", Pair::before());
    for pair in PAIRS {
        let after = written(&format!("semver {}", pair.name), pair.after());
        let manifest = after.join("Cargo.toml");
        let run = cargo(&after)
            .args([
                "semver-checks",
                "--color",
                "never",
                "--release-type",
                "minor",
                "--manifest-path",
            ])
            .arg(manifest)
            .arg("--baseline-root")
            .arg(&base)
            .output()
            .expect("cargo can be run");
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(said.contains("Summary"), "{}: {said}", pair.name);
        assert_eq!(!run.status.success(), pair.semver_major, "{}: {said}", pair.name);
        assert!(
            pair.verdict == Level::Major || !pair.semver_major,
            "{}: it is stricter than we are",
            pair.name
        );
    }
}

#[test]
#[ignore = "needs ../shared"]
fn documents_are_compared_by_content() {
    let documents = ["2026-08-26.dahlia", "2026-10-28.endive"]
        .map(|version| format!("api/stripe-{version}.openapi.json"));
    let [old, new] = documents.map(|path| vec![Source { text: read(&shared_file(&path)), path }]);
    let diff = diff(old, new).expect("the documents are good");
    assert_eq!(diff.versions, ("2026-08-26.dahlia".to_owned(), "2026-10-28.endive".to_owned()));
    assert_eq!(diff.verdict(), Level::Major);
    let has = |line: &str| assert!(diff.to_markdown().contains(line), "{line}");
    has("\n- added field `account::Capabilities::wero_payments`");
    has("\n- **breaking:** changed operation `account::Account::reject()`");
    // An item with a name in both has the same name in both.
    assert!(
        !diff.changes.iter().any(|change| change.path == "invoice::Status"),
        "{}",
        diff.to_markdown()
    );
}
