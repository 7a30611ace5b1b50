//! Tests of decoding and encoding, on hand-written types.

mod lenient;
mod shapes;

use crate::{
    Body, Clearable, Currency, DateTime, Decimal, Expandable, HttpRequest, Id, Int64, Lazy, List,
    Map, MaybeDeleted, Param, Params, RangeQuery, RawJson, Request, Timestamp, Unknown, Upload,
    Value, from_json, to_json,
};

#[allow(dead_code)]
#[repr(C)]
enum Status {
    Draft,
    Open,
    Unrecognized(Unknown),
}

crate::string_enum!(Status { Draft = "draft", Open = "open" });

struct Line {
    amount: i64,
    price: Option<Box<Line>>,
}

crate::object_table!(Line { amount = "amount" [REQUIRED], price = "price" });

struct Invoice {
    id: Id<Invoice>,
    currency: Currency,
    lines: List<Line>,
    metadata: Map<String>,
    note: Option<String>,
    parent: Option<Expandable<Invoice>>,
    secret: Option<String>,
    statuses: Vec<Status>,
    r#type: Option<Status>,
}

crate::object_table!(Invoice: "invoice" { currency = "currency" [REQUIRED], id = "id" [REQUIRED], lines = "lines" [REQUIRED], metadata = "metadata" [REQUIRED], note = "note" [NULLABLE], parent = "parent", secret = "secret" [SECRET], statuses = "statuses" [REQUIRED], r#type = "type" });

struct Deleted {
    id: Id<Invoice>,
}

crate::object_table!(Deleted: "invoice" - deleted { id = "id" [REQUIRED] });

const INVOICE: &str = r#"{"object":"invoice","currency":"usd","id":"in_1","lines":{"object":"list","data":[{"amount":5,"price":{"amount":7}}],"has_more":false},"metadata":{"a":"1"},"note":null,"statuses":["open","new"],"type":"draft"}"#;

fn error<T: Value + std::fmt::Debug>(json: &str) -> String {
    from_json::<T>(json).expect_err("this must not decode").to_string()
}

#[test]
fn decodes_and_encodes_to_the_same() {
    let invoice: Invoice = from_json(INVOICE).unwrap();
    assert_eq!(invoice.id, "in_1");
    assert_eq!(invoice.lines.data[0].price.as_ref().unwrap().amount, 7);
    assert_eq!(invoice.statuses[1].as_str(), "new");
    assert!(invoice.r#type == Some(Status::Draft));
    assert_eq!(to_json(&invoice), INVOICE);
    assert_eq!(to_json(&invoice.clone()), INVOICE);
}

#[test]
fn field_order_and_unknown_fields_do_not_matter() {
    let shuffled = r#"{"x":[{}],"type":null,"statuses":[],"metadata":{},"lines":{"has_more":true,"data":[],"new":1},"id":"in_2","zzz":{"a":[1]},"currency":"EUR"}"#;
    let invoice: Invoice = from_json(shuffled).unwrap();
    assert_eq!(invoice.currency, Currency::EUR);
    assert!(invoice.lines.has_more && invoice.note.is_none());
}

#[test]
fn errors_contain_the_path() {
    let with = |from: &str, to: &str| error::<Invoice>(&INVOICE.replace(from, to));
    assert_eq!(
        with(r#""amount":7"#, r#""amount":"seven""#),
        "lines.data[0].price.amount: expected an integer, found a string of 5 bytes"
    );
    assert_eq!(
        with(r#""amount":7"#, ""),
        "lines.data[0].price.amount: expected the field `amount` of Line, found nothing"
    );
    assert_eq!(with(r#""a":"1""#, r#""a":[]"#), "metadata.a: expected a string, found an array");
    assert_eq!(
        with(r#""statuses":["open","new"]"#, r#""statuses":["open",{}]"#),
        "statuses[1]: expected a string, found an object"
    );
    assert_eq!(
        with(r#""id":"in_1","#, ""),
        "id: expected the field `id` of Invoice, found nothing"
    );
    assert_eq!(error::<Invoice>("[]"), "expected an object, found an array");
    assert!(error::<Invoice>("{\"id\":").starts_with("id: not valid JSON: EOF while parsing"));
    assert!(
        error::<Invoice>(&format!("{INVOICE}x")).starts_with("not valid JSON: trailing characters")
    );
}

#[test]
fn errors_keep_the_path_through_serde() {
    let json = INVOICE.replace(r#""amount":7"#, r#""amount":true"#);
    let error = serde_json::from_str::<Invoice>(&json).unwrap_err().to_string();
    assert!(
        error
            .starts_with("lines.data[0].price.amount: expected an integer, found the boolean true"),
        "{error}"
    );
}

#[test]
fn any_serde_format_works() {
    let value: serde_json::Value = serde_json::from_str(INVOICE).unwrap();
    let invoice: Invoice = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(&invoice).unwrap(), value);
    // A tree holds no source text, so raw JSON passes through it as data.
    let expanded = r#"{"id":"in_2","x":[1,2.5,null,true]}"#;
    let json = INVOICE.replace(r#""statuses""#, &format!(r#""parent":{expanded},"statuses""#));
    let invoice: Invoice = serde_json::from_value(serde_json::from_str(&json).unwrap()).unwrap();
    assert_eq!(invoice.parent.as_ref().unwrap().raw().unwrap().get(), expanded);
    assert_eq!(serde_json::to_value(&invoice).unwrap()["parent"]["x"][1], 2.5);
}

struct Folder {
    entries: Vec<Entry>,
}
crate::object_table!(Folder: "folder" { entries = "entries" [REQUIRED] });

#[derive(Clone)]
enum Entry {
    Folder(Folder),
    Unrecognized(RawJson),
}
crate::union_impl!(Entry { Folder object("folder") });

#[test]
fn numbers_round_trip_exactly() {
    // Found by fuzzing: an inexact parser encodes another number than it decoded.
    for number in [
        "2.5555555555555554e+77",
        "0.30000000000000004",
        "1.7976931348623157e+308",
        "5e-324",
        "19.999999999999996",
    ] {
        assert_eq!(to_json(&from_json::<f64>(number).unwrap()), number);
    }
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn deep_nesting_does_not_overflow_a_small_stack() {
    let folders = |depth| r#"{"object":"folder","entries":["#.repeat(depth) + &"]}".repeat(depth);
    let lines = |depth| {
        format!(
            r#"{{"amount":1,"price":{}1{}"#,
            r#"{"amount":1,"price":"#.repeat(depth),
            "}".repeat(depth + 1)
        )
    };
    let check = move || {
        // A union starts a nested decoder, which continues the depth count of the outer one.
        assert!(from_json::<Entry>(&folders(5)).is_ok());
        for depth in [60, 10_000] {
            // Depending on its content, a union that nests too deep is refused or kept as raw JSON.
            let _ = from_json::<Entry>(&folders(depth));
            assert!(from_json::<Line>(&lines(depth)).is_err());
        }
    };
    std::thread::Builder::new().stack_size(128 * 1024).spawn(check).unwrap().join().unwrap();
}

#[test]
fn too_deep_nesting_is_refused() {
    let deep = format!(
        "{}{}{}",
        r#"{"amount":1,"price":"#.repeat(100),
        r#"{"amount":1}"#,
        "}".repeat(100)
    );
    assert!(error::<Line>(&deep).ends_with("expected at most 32 levels of nesting, found more"));
    // Unknown fields are skipped, however deep they nest.
    let unknown = format!(r#"{{"amount":1,"x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(from_json::<Line>(&unknown).is_ok());
}

#[test]
fn debug_shows_no_secret() {
    let json = INVOICE.replace(r#""statuses""#, r#""secret":"hunter2","statuses""#);
    let shown = format!("{:?}", from_json::<Invoice>(&json).unwrap());
    assert_eq!(
        shown,
        "Invoice { currency: \"usd\", id: \"in_1\", lines: List { data: [Line { amount: 5, price: Line { amount: 7 } }], has_more: false }, \
         metadata: {\"a\": \"1\"}, secret: [secret], statuses: [\"open\", \"new\"], type: \"draft\" }"
    );
}

#[test]
fn unknown_values_round_trip() {
    let status = Status::from("uncollectible");
    assert!(matches!(&status, Status::Unrecognized(value) if value.as_str() == "uncollectible"));
    assert!(status == status.clone() && status != Status::Open);
    assert!(matches!(Status::from("open"), Status::Open));
    // A repeated key drops the value in its slot and writes another one.
    let texts = ["draft", "other", "another", "open"];
    for count in 1..=texts.len() {
        let pairs: Vec<_> =
            texts[..count].iter().map(|text| format!(r#""key":"{text}""#)).collect();
        let map: Map<Status> = from_json(&format!("{{{}}}", pairs.join(","))).unwrap();
        assert_eq!(map["key"].as_str(), texts[count - 1]);
    }
}

#[test]
fn deleted_or_not() {
    let gone: MaybeDeleted<Invoice, Deleted> =
        from_json(r#"{"id":"in_1","object":"invoice","deleted":true}"#).unwrap();
    assert!(gone.present().is_none());
    assert_eq!(to_json(&gone), r#"{"object":"invoice","deleted":true,"id":"in_1"}"#);
    let there: MaybeDeleted<Invoice, Deleted> = from_json(INVOICE).unwrap();
    assert_eq!(there.into_present().unwrap().id, "in_1");
}

#[test]
fn lazy_objects_are_decoded_on_demand() {
    let lazy: Lazy<Line> = from_json(r#"{"amount": "x"}"#).unwrap();
    assert_eq!(lazy.get().unwrap_err().path(), "amount");
    assert_eq!(error::<Lazy<Line>>("5"), "expected an object, found a number");
    assert_eq!(to_json(&lazy), r#"{"amount": "x"}"#);
}

#[test]
fn scalars_accept_the_variations_stripe_and_proxies_send() {
    assert_eq!(from_json::<i64>("10.0").unwrap(), 10);
    assert_eq!(error::<i64>("10.5"), "expected an integer, found the number 10.5");
    assert_eq!(from_json::<Int64>("\"-9223372036854775808\"").unwrap().0, i64::MIN);
    assert_eq!(from_json::<f64>("3").unwrap(), 3.0);
    assert_eq!(from_json::<Timestamp>("1700000000").unwrap().seconds(), 1_700_000_000);
    assert_eq!(from_json::<Decimal>("\"12.50\"").unwrap().as_str(), "12.50");
    assert_eq!(from_json::<Decimal>("3").unwrap().as_str(), "3");
    assert_eq!(
        error::<DateTime>("\"yesterday\""),
        "expected a time such as 2025-08-27T10:15:30Z, found a string of 9 bytes"
    );
    assert_eq!(from_json::<RawJson>(" [1,  2] ").unwrap().get(), "[1,  2]");
}

struct Update(Params);

crate::requests! {
    Update: post("PostInvoicesInvoice", "/v1/invoices/{id}/lines") -> Invoice, write;
}

struct Part(Params);

crate::params! {
    Part Default;
}

fn update(id: &str) -> Params {
    Params::new().path("id", Id::<Invoice>::from(id))
}

fn form(params: Params) -> String {
    match Update(params).to_http().body {
        Body::Form(text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn parameters_are_written_to_their_location() {
    let request = Update(
        update("in/1")
            .body("tags", crate::items::<String>(["x", "ß"]))
            .query("limit", 3_i64)
            .body("id", String::from("of the body"))
            .header("Token", String::from("t"))
            .body(
                "body",
                Clearable::<Part>::from(Part(
                    Params::new().body("name", Clearable::<String>::from("a b")),
                )),
            ),
    );
    let HttpRequest { path, query, headers, body, .. } = request.to_http();
    assert_eq!((path.as_str(), query.as_str()), ("/v1/invoices/in%2F1/lines", "limit=3"));
    assert_eq!(headers, [("Token", "t".to_owned())]);
    assert_eq!(
        body,
        Body::Form("body[name]=a%20b&id=of%20the%20body&tags[0]=x&tags[1]=%C3%9F".to_owned())
    );
}

#[test]
fn last_value_of_a_parameter_wins() {
    assert_eq!(form(update("in_1").body("a", 1_i64).body("b", 2_i64).body("a", 3_i64)), "a=3&b=2");
}

#[test]
fn names_are_escaped_only_in_forms() {
    let params = update("in_1")
        .set(Param::RESERVED_NAME, "a b", 1_i64)
        .set(Param::RESERVED_NAME, "ü", Map::<i64>::from([("c&d", 2)]))
        .body("e", Part(Params::new().set(Param::RESERVED_NAME, "[", 3_i64)));
    assert_eq!(form(params.clone()), "a%20b=1&e[%5B]=3&%C3%BC[c%26d]=2");
    let mut parts = crate::request::http::Parts::default();
    crate::request::form::write_params(&mut parts, params.iter().filter(|param| param.is_in(0)));
    let keys: Vec<&str> = parts.pairs.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["a b", "e[[]", "ü[c&d]"]);
}

#[test]
fn parameters_of_every_type_are_written() {
    let params = update("in_1")
        .body("a", true)
        .body("b", 2.5)
        .body("c", Int64(i64::MIN))
        .body("d", "0.50".parse::<Decimal>().unwrap())
        .body("e", Currency::EUR)
        .body("f", Timestamp::from_seconds(7))
        .body("g", "2026-01-01T00:00:00Z".parse::<DateTime>().unwrap())
        .body("h", Status::Open)
        .body("i", Status::from("new"))
        .body("j", from_json::<RawJson>(r#"{"k": [1, "x"]}"#).unwrap())
        .body("l", Map::<i64>::from([("m", 1), ("n", 2)]))
        .body("o", RangeQuery::<i64>::from(1..5))
        .body("p", Vec::<String>::new());
    assert_eq!(
        form(params.clone()),
        "a=true&b=2.5&c=-9223372036854775808&d=0.50&e=eur&f=7&g=2026-01-01T00%3A00%3A00Z&h=open&i=new&j[k][0]=1&j[k][1]=x&l[m]=1&l[n]=2&\
         o[gte]=1&o[lt]=5&p="
    );
    let mut json = String::new();
    crate::request::json_body::write_params(
        &mut json,
        params.iter().filter(|param| param.is_in(0)),
    );
    assert_eq!(
        json,
        r#"{"a":true,"b":2.5,"c":"-9223372036854775808","d":"0.50","e":"eur","f":7,"g":"2026-01-01T00:00:00Z","h":"open","i":"new","j":{"k": [1, "x"]},"l":{"m":1,"n":2},"o":{"gte":1,"lt":5},"p":[]}"#
    );
}

#[test]
fn clear_omit_and_set_are_distinct() {
    let body = |part: Clearable<Part>| update("in_1").body("body", part);
    let part = |name: Clearable<String>| Part(Params::new().body("name", name));
    assert_eq!(form(update("in_1")), "");
    assert_eq!(form(body(Clearable::Clear)), "body=");
    assert_eq!(form(body(part(Clearable::Clear).into())), "body[name]=");
    assert_eq!(form(body(Part::default().into())), "");
    let json = |params: Params| {
        let mut json = String::new();
        crate::request::json_body::write_params(
            &mut json,
            params.iter().filter(|param| param.is_in(0)),
        );
        json
    };
    assert_eq!(json(body(Clearable::Clear)), r#"{"body":null}"#);
    assert_eq!(json(body(part(Clearable::Clear).into())), r#"{"body":{"name":null}}"#);
    assert_eq!(json(body(Part::default().into())), r#"{"body":{}}"#);
}

#[test]
fn request_debug_prints_parameters_but_no_secrets() {
    let card = Part(Params::new().secret("number", String::from("4242")).body("year", 34_i64));
    let request =
        Update(update("in_1").body("cards", vec![card]).body("file", Upload::new("a.png", *b"x")));
    assert_eq!(
        format!("{:?}", request.clone()),
        "Update { cards: [Part { number: [secret], year: 34 }], \
         file: Upload { file_name: \"a.png\", content_type: \"application/octet-stream\", content: 1 bytes }, id: \"in_1\" }"
    );
}

/// The reader for text in memory and the serde decoder must agree on every document, valid or not.
#[test]
fn reader_and_serde_decoder_agree() {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u0041",
        "\\ud83e\\udd80",
        "\\ud83e",
        "\\n",
        "\n",
        " ",
        "\t",
        "\u{1}",
        "null",
        "nul",
        "true",
        "false",
        "0",
        "-0",
        "-",
        "01",
        "1.5",
        "-1.5e3",
        "1e400",
        "9223372036854775807",
        "9223372036854775808",
        "123456789012345678",
        "\"id\"",
        "\"object\"",
        "\"amount\"",
        "\"note\"",
        "\"n\\u006fte\"",
        "\"ünï🦀\"",
        "\"in_2\"",
        "{\"id\":\"in_3\",\"object\":\"invoice\"}",
        "{}",
        "[]",
        "\u{feff}",
        "x",
        "",
    ];
    // A linear congruential generator, so that each run tests the same documents.
    let mut state = 20_261_121_u64;
    let mut random = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut good = 0;
    for round in 0..40_000 {
        let mut text: Vec<char> = INVOICE.chars().collect();
        for _ in 0..round % 4 {
            let (at, piece) = (random(text.len()), pieces[random(pieces.len())]);
            let end = text.len().min(at + random(6));
            text.splice(at..end, piece.chars());
        }
        let text: String = text.into_iter().collect();
        good += usize::from(agree::<Invoice>(&text) && round % 4 > 0);
        // The changed range, decoded as values of other types.
        let begin = random(text.len());
        let part: String = text.chars().skip(begin).take(random(30)).collect();
        agree::<RawJson>(&part);
        agree::<f64>(&part);
        agree::<Option<i64>>(&part);
        agree::<Vec<String>>(&part);
        agree::<Map<RawJson>>(&part);
        agree::<Option<Expandable<Invoice>>>(&part);
    }
    assert!(good > 1_000, "only {good} changed documents are valid: too few comparisons");
    for piece in pieces {
        for other in pieces {
            for text in [
                format!("{piece}{other}"),
                format!("[{piece},{other}]"),
                format!(" [ {piece} , \"{other}\" ] "),
                format!("{{\"a\":{piece}{other}}}"),
            ] {
                agree::<RawJson>(&text);
                agree::<f64>(&text);
                agree::<i64>(&text);
                agree::<String>(&text);
                agree::<Vec<Option<f64>>>(&text);
                agree::<Vec<RawJson>>(&text);
                agree::<Map<Vec<String>>>(&text);
                agree::<Map<RawJson>>(&text);
            }
        }
    }
}

#[test]
fn last_value_of_a_repeated_field_wins() {
    let with = |members: &str| INVOICE.replacen("\"note\":null", members, 1);
    let note = |members: &str| from_json::<Invoice>(&with(members)).unwrap().note;
    assert_eq!(note(r#""note":"a""#).as_deref(), Some("a"));
    assert_eq!(note(r#""note":"a","note":"b""#).as_deref(), Some("b"));
    assert_eq!(note(r#""note":"a","note":null"#), None);
    assert_eq!(note(r#""note":null,"note":"a""#).as_deref(), Some("a"));
    assert_eq!(note(r#""note":"\u0061","note":null"#), None);
    assert_eq!(
        error::<Invoice>(&with(r#""note":"a","note":1"#)),
        "note: expected a string, found the integer 1"
    );
    // Fields nested in a repeated field are repeated as well.
    let list = |url: &str| {
        format!(r#""lines":{{"object":"list","data":[],"has_more":false,"url":{url}}}"#)
    };
    let twice = with(&format!("{},{}", list("\"/v1/lines\""), list("null")));
    let from_text: Invoice = from_json(&twice).unwrap();
    let through_serde: Invoice = serde_json::from_str(&twice).unwrap();
    assert_eq!((from_text.lines.url, through_serde.lines.url), (None, None));
}

#[test]
fn repeated_field_replaces_the_previous_value() {
    let with = |members: &str| {
        from_json::<Invoice>(&INVOICE.replace(r#""type":"draft""#, members)).unwrap()
    };
    let (new, other) =
        (r#""type":"new","parent":"in_2""#, r#""type":"other","parent":{"id":"in_3"}"#);
    for (members, status, parent) in [
        (format!("{new},{other}"), Some("other"), Some("in_3")),
        (format!("{other},{new}"), Some("new"), Some("in_2")),
        (format!(r#"{new},"type":null,"parent":null"#), None, None),
        (format!(r#""type":null,"type":"open",{new},"type":"draft""#), Some("draft"), Some("in_2")),
    ] {
        let invoice = with(&members).clone();
        assert_eq!(invoice.r#type.as_ref().map(Status::as_str), status, "{members}");
        assert_eq!(invoice.parent.as_ref().map(|parent| parent.id().as_str()), parent, "{members}");
    }
    let line =
        |json: &str| from_json::<Line>(json).unwrap().clone().price.map(|price| price.amount);
    assert_eq!(
        line(r#"{"amount":1,"price":{"amount":2,"price":{"amount":3}},"price":{"amount":4}}"#),
        Some(4)
    );
    assert_eq!(line(r#"{"amount":1,"price":{"amount":2},"price":null}"#), None);
    let invoice = with(r#""statuses":["new","x"]"#);
    assert_eq!(invoice.statuses.iter().map(Status::as_str).collect::<Vec<_>>(), ["new", "x"]);
    let boxes: Vec<Option<Box<Line>>> = from_json(r#"[null,{"amount":1},null]"#).unwrap();
    assert_eq!(
        boxes.clone().into_iter().map(|line| line.map(|line| line.amount)).collect::<Vec<_>>(),
        [None, Some(1), None]
    );
    let statuses: Vec<Option<Status>> = from_json(r#"["open",null,"?"]"#).unwrap();
    assert_eq!(to_json(&statuses.clone()), r#"["open",null,"?"]"#);
    assert!(statuses[1].is_none() && statuses[0] == Some(Status::Open));
}

/// A deserializer that announces a field, forgets the seed for its value, and fails.
struct Forgetful;

impl<'de> serde::Deserializer<'de> for Forgetful {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_map(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> serde::de::MapAccess<'de> for Forgetful {
    type Error = serde::de::value::Error;

    fn next_key_seed<K: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        seed.deserialize(serde::de::value::StrDeserializer::new("note")).map(Some)
    }

    fn next_value_seed<V: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        std::mem::forget(seed);
        Err(serde::de::Error::custom("I forgot"))
    }
}

#[test]
fn forgotten_seed_leaves_a_complete_value() {
    assert_eq!(crate::deserialize::<Invoice, _>(Forgetful).unwrap_err().to_string(), "I forgot");
    assert_eq!(
        crate::deserialize::<Map<String>, _>(Forgetful).unwrap_err().to_string(),
        "I forgot"
    );
}

#[test]
fn partial_values_are_dropped_after_an_error() {
    // Every prefix of a document: it ends within a string, an array, an object in a box.
    let line = r#"{"amount":1,"price":{"amount":2,"price":{"amount":3}},"price":{"amount":4}}"#;
    let whole = INVOICE.replace(
        r#""type":"draft""#,
        &format!(
            r#""type":"new","lines":{{"object":"list","data":[{line},{line}],"has_more":false}}"#
        ),
    );
    assert!(from_json::<Invoice>(&whole).is_ok());
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        assert!(from_json::<Invoice>(&whole[..end]).is_err());
        assert!(serde_json::from_str::<Invoice>(&whole[..end]).is_err());
    }
}

/// Checks that both decoders agree on a text and its value. Returns whether the text is valid.
fn agree<T: Value>(text: &str) -> bool {
    let read = from_json::<T>(text).map(|value| to_json(&value));
    let other = crate::deserialize::<T, _>(&mut serde_json::Deserializer::from_str(text));
    // When the text is a fragment, trailing characters after it do not matter.
    let other = other.map(|value| to_json(&value)).map_err(|error| error.to_string());
    let ends = serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok();
    match (read, other) {
        (Ok(read), Ok(other)) => assert_eq!(read, other, "{text:?}"),
        (Err(_), Ok(_)) => assert!(!ends, "only serde reads {text:?}"),
        (Ok(_), Err(error)) => panic!("only the reader reads {text:?}: {error}"),
        (Err(_), Err(_)) => return false,
    }
    ends
}
