//! Names that mean something to Rust, to cargo, to a file system, or to the generated code, and
//! names that no identifier can hold.

/// Keywords of all editions: strict, reserved and weak.
const KEYWORDS: &str = "as break const continue crate else enum extern false fn for if impl in let \
    loop match mod move mut pub ref return self Self static struct super trait true type unsafe \
    use where while async await dyn abstract become box do final macro override priv typeof \
    unsized virtual yield try gen macro_rules raw safe union";

/// Names of the prelude, of primitive types, and of macros and attributes that code can name.
const PRELUDE: &str = "AsMut AsRef Box Clone Copy Default Drop Eq Err Fn FnMut FnOnce From Hash \
    Into IntoIterator Iterator DoubleEndedIterator ExactSizeIterator Extend FromIterator None Ok \
    Option Ord PartialEq PartialOrd Result Send Sized Some String Sync ToOwned ToString TryFrom \
    TryInto Unpin Vec Debug Display Error Future bool char str u8 u16 u32 u64 u128 usize i8 i16 i32 \
    i64 i128 isize f32 f64 never drop size_of align_of vec format panic assert println todo matches \
    derive test inline doc allow cfg repr deprecated must_use non_exhaustive";

/// Names that generated code uses, its methods have, or its runtime exports.
const IN_SCOPE: &str = "rt runtime core std alloc pinstripe pinstripe_runtime pinstripe_api \
    pinstripe_api_core API_VERSION events event any_object AnyObject shared lib main bin build test \
    tests bench benches examples target src new send to_http customize idempotency_key stream \
    download write list file params operation output clone default fmt eq hash from into as_str \
    id Id string upload Upload option page Page List SearchResult Map Clearable Currency DateTime \
    Decimal Download Expandable Int64 Lazy MaybeDeleted RangeQuery RawJson Timestamp Unknown \
    Unrecognized Params Param Request Operation Type Kind KIND NAME TYPE OPERATION Object Data \
    Related object deleted empty expand url _url has_more data create update delete retrieve \
    account api_version encode decode wire wire_ set items \
    secret personal requests params resources inner 0 body path query header \
    method host encoding name value card cards card_params CardParams create_request \
    CreateRequest deleted_card card_2 card2 Card2 card_Type cards_param brand Brand BrandType";

/// File names that Windows or cargo treat specially.
const FILES: &str = "aux con nul prn com1 com9 lpt1 lpt9 COM1 CON Cargo cargo .git .. . / // /- - _ \
    __ ___ ~ ~0 ~1 desktop.ini a.rs mod.rs lib.rs build.rs Cargo.toml";

/// Names that no list of words can hold, each with a meaning to someone.
const OTHERS: &[&str] = &[
    "",
    " ",
    "  a",
    "a b",
    "a  b",
    "a\tb",
    "a\nb",
    "a\rb",
    "a\r\nb",
    "\0",
    "a\0b",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}a",
    "a\u{202e}b",
    "a\u{2066}b",
    "\u{200b}",
    "a\u{200d}b",
    "a\u{ad}b",
    "é",
    "e\u{301}",
    "É",
    "ß",
    "ẞ",
    "İ",
    "ı",
    "ﬁ",
    "ŉ",
    "Ǆ",
    "ΑΣ",
    "日本語",
    "الله",
    "ความ",
    "ª",
    "²",
    "x²",
    "²x",
    "½",
    "Ⅷ",
    "①",
    "٣",
    "a٣",
    "𝟘",
    "𝐱",
    "🦀",
    "a🦀b",
    "👨‍👩‍👧",
    "\u{301}",
    "\u{301}a",
    "a\u{301}\u{302}",
    "\u{fffd}",
    "\u{e000}",
    "·",
    "a·b",
    "℘",
    "゛",
    "ℵ",
    "1",
    "007",
    "3d_secure",
    "2017",
    "1_day",
    "_1",
    "1a",
    "-1",
    "+1",
    "1.5",
    "1e400",
    "NaN",
    "a.b",
    "a..b",
    ".a",
    "a.",
    "a-b",
    "a_b",
    "a__b",
    "_a",
    "a_",
    "__a",
    "aB",
    "AB",
    "Ab",
    "ab",
    "A_B",
    "a/b",
    "a\\b",
    "a:b",
    "a::b",
    "a'b",
    "'a",
    "a\"b",
    "a`b",
    "```",
    "~~~",
    "a#b",
    "r#type",
    "r#a",
    "#[test]",
    "#![no_std]",
    "//",
    "/*",
    "*/",
    "*/ pub fn x() {} /*",
    "{",
    "}",
    "{}",
    "{a}",
    "{{",
    "}}",
    "a{b",
    "a}b",
    "$",
    "$x",
    "$ref",
    "@",
    "!",
    "?",
    "%",
    "%2F",
    "%s",
    "^",
    "&",
    "*",
    "(",
    ")",
    "=",
    "+",
    "[",
    "]",
    "[a]",
    "a[b]",
    "a[]",
    ";",
    ",",
    "<",
    ">",
    "<a>",
    "<b>x",
    "<!--",
    "</p>",
    "&lt;",
    "|",
    "||",
    "a?b",
    "a&b=c",
    "a b c d e",
    "null",
    "~",
    "true",
    "yes",
    "on",
    "C:",
    "c:\\a",
    "../..",
    "/etc/passwd",
    "http://a",
    "https://a.b/c?d=e#f",
    "SELECT * FROM a",
    "é.b",
    "v1",
    "v2",
    "V1",
    "/v1",
    "/v1/_",
    "snake_case",
    "camelCase",
    "PascalCase",
    "SCREAMING_CASE",
    "kebab-case",
    "Train-Case",
    "x-y",
    "customer.",
    ".created",
    "customer.created",
    "customer_created",
    "customer-created",
];

/// All of them, each once. The last are too long for a file, and longer than any identifier.
pub fn words() -> Vec<String> {
    let lists = [KEYWORDS, PRELUDE, IN_SCOPE, FILES];
    let plain = lists.iter().flat_map(|list| list.split_whitespace()).chain(OTHERS.iter().copied());
    let mut words: Vec<String> = plain.map(str::to_owned).collect();
    words.extend(["a".repeat(201), "a_".repeat(150), "é".repeat(300), "A".repeat(5_000)]);
    let mut seen = std::collections::HashSet::new();
    words.retain(|word| seen.insert(word.clone()));
    words
}
