//! Raw HTTP responses derived from a seed: a few valid, most of them malformed.

/// The bytes of a response, and the fate of the connection afterwards.
pub struct RandomResponse {
    /// Whether the response is a customer with the ID `cus_<seed>`, without any fault.
    pub is_valid: bool,
    pub end: End,
    bytes: Vec<u8>,
    piece_size: usize,
}

/// The state of a connection after a response.
#[derive(PartialEq)]
pub enum End {
    KeepOpen,
    Close,
    Reset,
    /// The server stops sending and leaves the connection open.
    Stall,
    /// The server sends these bytes until the client closes the connection.
    Repeat(Vec<u8>),
}

impl RandomResponse {
    pub fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        if seed.is_multiple_of(8) {
            let body = customer(seed);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
            let bytes = format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes();
            return Self { is_valid: true, end: End::KeepOpen, bytes, piece_size: usize::MAX };
        }
        let mut bytes = interim(&mut random);
        let body = body(&mut random, seed);
        bytes.extend(head_and_body(&mut random, &body));
        for _ in 0..random.below(2) * random.below(8) {
            mutate(&mut random, &mut bytes);
        }
        let end = match random.below(40) {
            0..15 => End::KeepOpen,
            15..28 => End::Close,
            28..38 => End::Reset,
            38 => End::Stall,
            _ => End::Repeat(
                random
                    .pick(&[
                        "HTTP/1.1 100 Continue\r\n\r\n",
                        "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
                        "x-a: b\r\n",
                        "1\r\na\r\n",
                        "[",
                        "\r\n",
                        "\0",
                    ])
                    .repeat(500)
                    .into_bytes(),
            ),
        };
        let piece_size = *random.pick(&[usize::MAX, usize::MAX, 4096, 7]);
        Self { is_valid: false, end, bytes, piece_size }
    }

    /// The response, split as the server is to write it.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        // Many small writes of a large response would only measure the loopback.
        let size = if self.bytes.len() > 5000 { usize::MAX } else { self.piece_size };
        self.bytes.chunks(size.min(self.bytes.len().max(1)))
    }
}

fn customer(seed: u64) -> String {
    format!(r#"{{"id": "cus_{seed}", "object": "customer", "created": 0, "livemode": false}}"#)
}

/// Responses with a 1xx status before the final one: mostly none.
fn interim(random: &mut Random) -> Vec<u8> {
    let count = *random.pick(&[0, 0, 0, 0, 0, 0, 1, 2, 50, 20_000]);
    let one = random.pick(&[
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n",
        "HTTP/1.1 100 Continue\r\ncontent-length: 5\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n",
    ]);
    one.repeat(count).into_bytes()
}

fn body(random: &mut Random, seed: u64) -> Vec<u8> {
    let depth = *random.pick(&[10, 127, 129, 1000, 200_000]);
    let good = customer(seed);
    let text = match random.below(18) {
        0..3 => good,
        3 => good[..random.below(good.len() as u64) as usize].to_owned(),
        4 => format!("{}\"metadata\": {}", &good[..good.len() - 1], "[".repeat(depth)),
        5 => format!(
            "{}, \"unknown\": {}{}}}",
            &good[..good.len() - 1],
            "[".repeat(depth),
            "]".repeat(depth)
        ),
        6 => "{\"a\":".repeat(depth),
        7 => format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
        8 => format!("{{\"error\": {}{}}}", "{\"a\":".repeat(depth), "0".repeat(depth)),
        9 => r#"{"error": {"type": 5, "code": [], "message": {"a": "b"}, "charge": 1}}"#.to_owned(),
        10 => r#"{"error": {"type": "card_error", "code": "lock_timeout", "message": "\ud83c"}}"#
            .to_owned(),
        11 => format!("{{\"error\": \"{}\"}}", "x".repeat(random.below(3000) as usize)),
        12 => format!("{{\"id\": {}}}", "9".repeat(random.below(5000) as usize)),
        13 => good.replace('0', "1e999999999"),
        14 => format!(
            "{{\"object\": \"list\", \"data\": [{good}], \"has_more\": true, \"url\": \"/v1/customers\"}}"
        ),
        15 => format!("{}{good}", "\u{feff}".repeat(random.below(3) as usize)),
        16 => format!("{{\"id\": \"{}\"}}", "y".repeat(2 << 20)),
        _ => String::new(),
    };
    let mut body = text.into_bytes();
    if random.below(6) == 0 {
        body.extend((0..random.below(300)).map(|_| random.next() as u8));
    }
    body
}

fn head_and_body(random: &mut Random, body: &[u8]) -> Vec<u8> {
    let status = *random.pick(&[
        "200", "200", "200", "200", "201", "204", "304", "302", "400", "401", "402", "404", "409",
        "429", "500", "503", "100", "101", "199", "999", "99", "000", "2OO", "-200", "2000",
    ]);
    let version =
        *random.pick(&["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "ICY", ""]);
    let reason = random.pick(&["OK", "OK", "", "\u{e9}\u{fffd}", "\0"]).to_string();
    let mut head = format!("{version} {status} {reason}\r\n");
    for _ in 0..random.below(6) {
        head += *random.pick(&[
            "content-type: application/json\r\n",
            "content-type: text/html\r\n",
            "content-type: application/json; charset=\u{e9}\r\n",
            "stripe-should-retry: true\r\n",
            "stripe-should-retry: false\r\n",
            "stripe-notice: update \u{1f980}\r\n",
            "request-id: req_\u{e9}\r\n",
            "retry-after: 99999999999999999999\r\n",
            "connection: close\r\n",
            "connection: upgrade\r\nupgrade: websocket\r\n",
            "connection: keep-alive\r\n",
            "content-encoding: gzip\r\n",
            "location: http://127.0.0.1:1/\r\n",
            "x-folded: a\r\n b\r\n",
            ": no name\r\n",
            "no colon\r\n",
            "x-nul: \0\r\n",
            "x-empty:\r\n",
            "x y: space in the name\r\n",
        ]);
    }
    match random.below(30) {
        0 => head += &"x-many: 1\r\n".repeat(150),
        1 => head += &format!("x-long: {}\r\n", "z".repeat(100_000)),
        2 => head += &format!("x-longest: {}\r\n", "z".repeat(2 << 20)),
        _ => {}
    }
    let length = body.len();
    let framing = match random.below(18) {
        0..5 => format!("content-length: {length}\r\n"),
        5 => format!("content-length: {}\r\n", length / 2),
        6 => format!("content-length: {}\r\n", length + 10),
        7 => "content-length: 99999999999\r\n".to_owned(),
        8 => "content-length: 99999999999999999999999\r\n".to_owned(),
        9 => format!("content-length: -{length}\r\n"),
        10 => format!("content-length: {length}\r\ncontent-length: 3\r\n"),
        11 => format!("content-length: {length}, {length}\r\n"),
        12 => format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n"),
        13 => "transfer-encoding: gzip, chunked\r\n".to_owned(),
        14 | 15 => "transfer-encoding: chunked\r\n".to_owned(),
        16 => "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n".to_owned(),
        _ => String::new(),
    };
    let mut bytes = (head + &framing + "\r\n").into_bytes();
    if framing.contains("chunked") {
        bytes.extend(chunked(random, body));
    } else {
        bytes.extend_from_slice(body);
    }
    bytes
}

fn chunked(random: &mut Random, body: &[u8]) -> Vec<u8> {
    let size = *random.pick(&[1, 3, 100, 5000, 1 << 20]);
    let size = if body.len() > 10_000 { size.max(1000) } else { size };
    let extension = *random.pick(&["", "", "", ";a=b", ";", " ", ";a=\"\0\""]);
    let mut bytes = Vec::new();
    for chunk in body.chunks(size) {
        bytes.extend(format!("{:x}{extension}\r\n", chunk.len()).bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(if random.below(200) == 0 { b"!!" } else { b"\r\n" });
    }
    let end = random.pick(&[
        "0\r\n\r\n",
        "0\r\n\r\n",
        "0\r\nx-trailer: a\r\n\r\n",
        "0\r\ncontent-length: 5\r\n\r\n",
        "fffffffffffffffff\r\n",
        "ffffffffffffffff\r\nabc",
        "-1\r\n\r\n",
        "0x0\r\n\r\n",
        "\r\n\r\n",
        "",
    ]);
    bytes.extend(end.bytes());
    bytes
}

fn mutate(random: &mut Random, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    // Most of the structure is at the start.
    let range = if random.below(2) == 0 { bytes.len().min(300) } else { bytes.len() };
    let at = random.below(range as u64) as usize;
    let end = (at + 1 + random.below(20) as usize).min(bytes.len());
    match random.below(6) {
        0 => bytes[at] = random.next() as u8,
        1 => bytes[at] ^= 1 << random.below(8),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let piece = bytes[at..end].to_vec();
            drop(bytes.splice(at..at, piece));
        }
        4 => {
            let piece: Vec<u8> = (0..random.below(10)).map(|_| random.next() as u8).collect();
            drop(bytes.splice(at..at, piece));
        }
        _ => bytes.truncate(at),
    }
}

/// SplitMix64: a small generator whose sequence depends on the seed alone.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }
}
