//! Names are stable: an item keeps its name when others are added.

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::{NAMES, Output, generate};
use pinstripe_tests::{read, root, spec};

/// Generates from a spec and its locked names.
fn with_names(text: &str, names: &str) -> Output {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    let sources = vec![source("spec/api.yaml", text), source("spec/names.yaml", names)];
    generate(sources).unwrap_or_else(|failure| panic!("{}", failure.render()))
}

/// Returns the outputs for a spec before and after a change.
fn before_and_after(before: &str, after: &str) -> (Output, Output) {
    let first = with_names(before, "x-rustNames: {}");
    let second = with_names(after, &first.names);
    // Locked names do not change in another run.
    assert_eq!(with_names(after, &second.names).names, second.names);
    (first, second)
}

/// Two resources, each created with the same address and the same plan.
const SHARED: &str = "
components:
  schemas:
    shop: {type: object, x-resourceId: shop, properties: {id: {type: string}}}
    store: {type: object, x-resourceId: store, properties: {id: {type: string}}}
paths:
  /v1/shops:
    post:
      operationId: PostShops
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {
        address: {type: object, properties: {city: {type: string}}},
        plan: {type: string, enum: [small, large]}}}}}}
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/shop'}}}}}
  /v1/stores:
    post:
      operationId: PostStores
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {
        address: {type: object, properties: {city: {type: string}}},
        plan: {type: string, enum: [small, large]}}}}}}
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/store'}}}}}
";

/// Replaces the last of several, which is that of the stores.
fn change_last(text: &str, from: &str, to: &str) -> String {
    let (before, after) = text.rsplit_once(from).expect("it is there");
    format!("{before}{to}{after}")
}

#[test]
fn committed_names_are_complete() {
    let output = generate(spec()).expect("the description is good");
    assert!(output.names == read(&root().join("spec").join(NAMES)), "run `cargo xtask codegen`");
    assert_eq!(output.splits, Vec::<String>::new());
}

/// Whether the file has the object that is made of a city alone.
fn is_address_of_a_city(file: &str, ty: &str) -> bool {
    let Some((_, rest)) = file.split_once("impl AddressParams {") else { return false };
    let own = rest.split("\n}\n").next().unwrap_or_default();
    own.contains(&format!("pub fn city<K>(self, value: impl Argument<{ty}, K>)"))
        && own.matches("pub fn ").count() == 2
}

#[test]
fn new_schema_does_not_take_a_locked_name() {
    let newcomer = "
    shop_address: {type: object, properties: {city: {type: string}, zip: {type: string}}}
    shop_address_params: {type: object, properties: {city: {type: string}}}
    store: {";
    let after = SHARED.replace("\n    store: {", newcomer);
    let (first, second) = before_and_after(SHARED, &after);
    assert!(first.files["src/shop.rs"].contains("pub struct AddressParams("));
    assert!(is_address_of_a_city(&second.files["src/shop.rs"], "String"));
    assert!(second.files["src/store.rs"].contains("pub use crate::shop::AddressParams;"));
    // Without the locked names, the new item would have taken the name.
    let anew = with_names(&after, "x-rustNames: {}");
    assert!(!is_address_of_a_city(&anew.files["src/shop.rs"], "String"));
}

#[test]
fn superset_keeps_shared_type() {
    let wider = change_last(
        SHARED,
        "{city: {type: string}}",
        "{city: {type: string}, zip: {type: string}}",
    );
    let wider = change_last(&wider, "[small, large]", "[small, medium, large]");
    let (first, second) = before_and_after(SHARED, &wider);
    assert!(first.files["src/store.rs"].contains("pub use crate::shop::AddressParams;"));
    assert_eq!(second.splits, Vec::<String>::new());
    assert!(second.files["src/store.rs"].contains("pub use crate::shop::AddressParams;"));
    assert!(second.files["src/store.rs"].contains("pub use crate::shop::Plan;"));
    assert!(second.files["src/shop.rs"].contains(".body(\"zip\", value.into_data())"));
    assert!(second.files["src/shop.rs"].contains("Medium"));
}

#[test]
fn diverging_shared_types_split_with_a_note() {
    let other = change_last(SHARED, "{city: {type: string}}", "{city: {type: integer}}");
    let other = change_last(&other, "[small, large]", "[small, huge]");
    let (_, second) = before_and_after(SHARED, &other);
    assert_eq!(
        second.splits,
        [
            "`PostStores.address` no longer is what `shop::AddressParams` is",
            "`PostStores.plan` no longer is what `shop::Plan` is"
        ]
    );
    assert!(is_address_of_a_city(&second.files["src/shop.rs"], "String"));
    assert!(is_address_of_a_city(&second.files["src/store.rs"], "i64"));
    assert!(second.files["src/store.rs"].contains("pub enum Plan {"));
}

#[test]
fn converging_types_stay_separate() {
    let apart = change_last(SHARED, "[small, large]", "[small, huge]");
    let (first, second) = before_and_after(&apart, SHARED);
    assert!(first.files["src/store.rs"].contains("pub enum Plan {"));
    assert!(second.files["src/store.rs"].contains("pub enum Plan {"));
    assert!(second.files["src/shop.rs"].contains("pub enum Plan {"));
}

/// Two resources, each with a logo, and both logos the same.
const TWINS: &str = "
components:
  schemas:
    shop: {type: object, x-resourceId: shop, properties: {id: {type: string}, logo: {$ref: '#/components/schemas/shop_logo'}}}
    shop_logo: {type: object, required: [url], properties: {url: {type: string}, size: {type: string, enum: [small, large]}}}
    store: {type: object, x-resourceId: store, properties: {id: {type: string}, logo: {$ref: '#/components/schemas/store_logo'}}}
    store_logo: {type: object, required: [url], properties: {url: {type: string}, size: {type: string, enum: [small, large]}}}
";

#[test]
fn superset_keeps_deduplicated_type() {
    let wider =
        change_last(TWINS, "url: {type: string}", "url: {type: string}, alt: {type: string}");
    let wider = change_last(&wider, "[small, large]", "[small, medium, large]");
    let (first, second) = before_and_after(TWINS, &wider);
    for output in [&first, &second] {
        assert!(
            output.files["src/store.rs"].contains("pub use crate::shop::Logo;"),
            "{}",
            output.files["src/store.rs"]
        );
        assert_eq!(output.splits, Vec::<String>::new());
    }
    let logo = "pub struct Logo {\n    pub alt: Option<String>,\n    pub size: Option<LogoSize>,\n    pub url: String,\n}";
    assert!(second.files["src/shop.rs"].contains(logo), "{}", second.files["src/shop.rs"]);
    assert!(second.files["src/shop.rs"].contains("    Medium,"));
}

#[test]
fn diverging_duplicates_split_with_a_note() {
    // Nullability is part of a type.
    for other in ["url: {type: integer}", "url: {type: [string, 'null']}"] {
        let (_, second) =
            before_and_after(TWINS, &change_last(TWINS, "url: {type: string}", other));
        assert_eq!(second.splits, ["`store_logo` no longer is what `shop::Logo` is"]);
        assert!(second.files["src/shop.rs"].contains("    pub url: String,"));
        assert!(second.files["src/store.rs"].contains("pub struct Logo {"));
        assert!(!second.files["src/store.rs"].contains("    pub url: String,"));
    }
}

#[test]
fn duplicates_stay_one_type_while_their_sub_schemas_do() {
    let part = |logo: &str, file: &str| {
        format!(
            "{logo}: {{type: object, properties: {{file: {{$ref: '#/components/schemas/{file}'}}}}}}
    {file}: {{type: object, properties: {{name: {{type: string}}, self: {{$ref: '#/components/schemas/{file}'}}}}}}"
        )
    };
    let text = |logo: &str| {
        TWINS.lines().filter(|line| !line.contains("_logo: {")).collect::<Vec<_>>().join("\n")
            + logo
    };
    let twins = text(&format!(
        "\n    {}\n    {}\n",
        part("shop_logo", "shop_logo_file"),
        part("store_logo", "store_logo_file")
    ));
    // Recursive schemas are compared without endless recursion.
    let (first, _) =
        before_and_after(&twins, &change_last(&twins, "{name: ", "{size: {type: integer}, name: "));
    assert!(first.files["src/store.rs"].contains("pub struct LogoFile {"));
    let twins = twins.replace(", self: {$ref: '#/components/schemas/shop_logo_file'}", "");
    let twins = twins.replace(", self: {$ref: '#/components/schemas/store_logo_file'}", "");
    let (_, second) =
        before_and_after(&twins, &change_last(&twins, "{name: ", "{size: {type: integer}, name: "));
    assert_eq!(second.splits, Vec::<String>::new());
    assert!(
        second.files["src/store.rs"].contains("pub use crate::shop::Logo;"),
        "{}",
        second.files["src/store.rs"]
    );
    assert!(second.files["src/shop.rs"].contains("    pub size: Option<i64>,"));
}

#[test]
fn converging_sub_schemas_stay_separate() {
    let apart = change_last(TWINS, "url: {type: string}", "url: {type: integer}");
    let (_, second) = before_and_after(&apart, TWINS);
    assert!(second.files["src/shop.rs"].contains("pub struct Logo {"));
    assert!(second.files["src/store.rs"].contains("pub struct Logo {"));
    assert!(
        with_names(TWINS, "x-rustNames: {}").files["src/store.rs"]
            .contains("pub use crate::shop::Logo;")
    );
}

#[test]
fn functions_keep_their_names() {
    let before = SHARED.replace("/v1/shops:", "/v1/malls/{mall}/shops:").replace(
        "operationId: PostShops\n",
        "operationId: PostShops\n      parameters: [{name: mall, in: path, required: true, schema: {type: string}}]\n",
    );
    let own = "
  /v1/shops:
    post:
      operationId: PostOwnShops
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/shop'}}}}}
  /v1/stores:";
    let after = before.replace("\n  /v1/stores:", own);
    let (first, second) = before_and_after(&before, &after);
    let create = "pub fn create(mall: impl Into<String>) -> CreateRequest";
    assert!(first.files["src/shop.rs"].contains(create));
    assert!(second.files["src/shop.rs"].contains(create));
    assert!(
        second.files["src/shop.rs"].contains("pub fn post_own_shops() -> PostOwnShopsRequest"),
        "{}",
        second.files["src/shop.rs"]
    );
}

#[test]
fn schema_renamed_in_the_api_keeps_its_rust_name() {
    let before = "components: {schemas: {
        shop: {type: object, x-resourceId: shop, properties: {hours: {$ref: '#/components/schemas/shop_hours'}}},
        shop_hours: {type: object, properties: {kind: {type: string, enum: [a, b]}}}}}";
    let after = before.replace("shop_hours", "shop_opening").replace(
        "shop_opening: {type: object,",
        "shop_opening: {type: object, x-formerly: shop_hours,",
    );
    let (first, second) = before_and_after(before, &after);
    assert!(
        first.files["src/shop.rs"].contains("pub struct Hours {")
            && first.files["src/shop.rs"].contains("pub enum HoursKind {")
    );
    assert!(
        second.files["src/shop.rs"].contains("pub struct Hours {")
            && second.files["src/shop.rs"].contains("pub enum HoursKind {")
    );
}

#[test]
fn invalid_locked_names_are_refused() {
    for text in [
        "x-rustNames: {shop: Shop}",
        "x-rustNames: {shop: 'shop::3'}",
        "x-rustNames: {shop: 3}",
        "x-rustNames: [shop]",
    ] {
        let sources = [SHARED, text]
            .map(|text| Source { path: "spec/names.yaml".to_owned(), text: text.to_owned() });
        let failure = generate(sources.to_vec()).expect_err(text);
        assert_eq!(failure.diagnostics.len(), 1, "{text}");
        assert_eq!(failure.diagnostics[0].at.line, 1, "{text}");
    }
    // Two items with the same name are distinguished.
    let output = with_names(
        SHARED,
        "x-rustNames: {shop: 'shop::Shop', 'PostShops': 'shop::Shop', 'PostShops.plan': 'shop::Shop'}",
    );
    assert!(
        output.files["src/shop.rs"].contains("pub struct Shop {")
            && output.files["src/shop.rs"].contains("pub struct CreateRequest(")
    );
}
