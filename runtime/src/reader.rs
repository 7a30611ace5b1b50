//! Decoding JSON that is in memory, led by the tables: the walk knows which field comes next, and so looks for its name instead of reading
//! one.
//!
//! What is written plainly is read here. What is rare (an escape in a string, a number that is no small integer, a value that nobody asked
//! for) is left to serde_json, and so is saying what is wrong with text that is not JSON.

use serde::de::IgnoredAny;

use crate::array::ArrayMut;
use crate::decode::{MAX_DEPTH, Seen, Trace};
use crate::error::{Problem, Segment};
use crate::kind::AnyMut;
use crate::object::{Field, ObjectMut};
use crate::value::{Entries, Next, Token};

/// Fills a value from text that holds it and nothing else. Why it failed is in the trace, unless the text is not JSON.
pub(crate) fn read(text: &str, value: AnyMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
    let mut reader = Reader { text, at: 0 };
    reader.any(value, trace)?;
    match reader.peek() {
        None => Ok(()),
        Some(_) => Err(Failed),
    }
}

/// The text is not JSON, or what it says does not fit.
#[derive(Debug)]
pub(crate) struct Failed;

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn any(&mut self, value: AnyMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
        if value.is_raw() {
            let raw = self.raw()?;
            return trace.inside(|trace| trace.put(value, Token::Raw(raw)));
        }
        match self.plain()? {
            Some(token) => trace.put(value, token),
            None => self.other(value, trace),
        }
    }

    /// A value that is one token, as it stands in the text.
    #[inline]
    fn plain(&mut self) -> Result<Option<Token<'a>>, Failed> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                let plain = self.plain_string();
                self.at -= usize::from(plain.is_none());
                Ok(plain.map(Token::Str))
            }
            Some(b'n') => self.word("null").map(|()| Some(Token::Null)),
            Some(b't') => self.word("true").map(|()| Some(Token::Bool(true))),
            Some(b'f') => self.word("false").map(|()| Some(Token::Bool(false))),
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            _ => Ok(None),
        }
    }

    /// A value that is not: what has something inside, or is written otherwise than it is.
    fn other(&mut self, value: AnyMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
        let begin = self.at;
        self.at += 1;
        match self.text.as_bytes().get(begin) {
            Some(b'"') => trace.put(value, Token::Str(&self.escaped_string()?)),
            Some(b'{') => match trace.open(value, Token::Object)? {
                Next::Object(object) => self.object(object, trace),
                Next::Map(entries) => self.map(entries, trace),
                Next::Array(_) | Next::Done => self.skip_from(begin),
            },
            Some(b'[') => match trace.open(value, Token::Array)? {
                Next::Array(items) => self.array(items, trace),
                _ => self.skip_from(begin),
            },
            _ => Err(Failed),
        }
    }

    fn object(&mut self, mut object: ObjectMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
        trace.depth += 1;
        let table = object.table();
        let mut seen = Seen::default();
        let mut guess = 0;
        let mut more = self.begins(b'}')?;
        while more {
            let found = match self.expected_key(table.fields, guess) {
                Some(found) => Some(found),
                None => self.key(|name| table.find(name))?,
            };
            self.expect(b':')?;
            match found {
                Some(index) => {
                    guess = index + 1;
                    seen.insert(index);
                    if let Err(failed) = self.any(object.field(index), trace) {
                        trace.path.push(Segment::Field(table.fields[index].name));
                        return Err(failed);
                    }
                }
                None => self.skip()?,
            }
            more = self.goes_on(b'}')?;
        }
        trace.depth -= 1;
        match seen.missing(table) {
            None => Ok(()),
            Some(problem) => Err(trace.failed(problem)),
        }
    }

    fn map(&mut self, entries: &mut dyn Entries, trace: &mut Trace) -> Result<(), Failed> {
        trace.depth += 1;
        let mut more = self.begins(b'}')?;
        while more {
            let key = self.key(str::to_owned)?;
            self.expect(b':')?;
            if let Err(failed) = self.any(entries.entry(&key), trace) {
                trace.path.push(Segment::Key(key));
                return Err(failed);
            }
            more = self.goes_on(b'}')?;
        }
        trace.depth -= 1;
        Ok(())
    }

    fn array(&mut self, mut items: ArrayMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
        trace.depth += 1;
        let mut index = 0;
        let mut more = self.begins(b']')?;
        while more {
            if let Err(failed) = self.any(items.push(), trace) {
                trace.path.push(Segment::Index(index));
                return Err(failed);
            }
            index += 1;
            more = self.goes_on(b']')?;
        }
        trace.depth -= 1;
        Ok(())
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                // Events are indented.
                b' ' if bytes[self.at..].starts_with(b"        ") => self.at += 8,
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                _ => return Some(*byte),
            }
        }
        None
    }

    fn expect(&mut self, byte: u8) -> Result<(), Failed> {
        if self.peek() != Some(byte) {
            return Err(Failed);
        }
        self.at += 1;
        Ok(())
    }

    /// After an opening bracket: whether there is something before the closing one.
    fn begins(&mut self, close: u8) -> Result<bool, Failed> {
        let ends = self.peek() == Some(close);
        self.at += usize::from(ends);
        Ok(!ends)
    }

    /// After a member or an item: whether there is another one.
    fn goes_on(&mut self, close: u8) -> Result<bool, Failed> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(Failed),
        }
    }

    /// The field whose name follows, if it is the one that is expected or one soon after it: some fields are left out by older versions of
    /// the API, and some by newer ones.
    fn expected_key(&mut self, fields: &[Field], guess: usize) -> Option<usize> {
        const NEXT: usize = 4;
        if self.peek() != Some(b'"') {
            return None;
        }
        let begin = self.at + 1;
        let rest = &self.text.as_bytes()[begin..];
        let next = &fields[guess..fields.len().min(guess + NEXT)];
        let skipped = next.iter().position(|field| {
            let name = field.name.as_bytes();
            rest.get(name.len()) == Some(&b'"') && begins_with(rest, name)
        })?;
        self.at = begin + next[skipped].name.len() + 1;
        Some(guess + skipped)
    }

    fn key<T>(&mut self, of: impl FnOnce(&str) -> T) -> Result<T, Failed> {
        self.expect(b'"')?;
        match self.plain_string() {
            Some(plain) => Ok(of(plain)),
            None => Ok(of(&self.escaped_string()?)),
        }
    }

    /// What is between here and the quote, if it is written as it is; then the reader is behind the quote.
    fn plain_string(&mut self) -> Option<&'a str> {
        let rest = &self.text.as_bytes()[self.at..];
        let end = plain_length(rest);
        if rest.get(end) != Some(&b'"') {
            return None;
        }
        let text = self.text;
        let plain = &text[self.at..self.at + end];
        self.at += end + 1;
        Some(plain)
    }

    fn escaped_string(&mut self) -> Result<String, Failed> {
        self.parsed_from(self.at - 1)
    }

    fn word(&mut self, word: &str) -> Result<(), Failed> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Failed);
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<Token<'static>, Failed> {
        let rest = &self.text.as_bytes()[self.at..];
        let digits = rest.strip_prefix(b"-").unwrap_or(rest);
        let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_integer = !matches!(digits.get(length), Some(b'.' | b'e' | b'E'));
        // As many digits always fit; a zero in front is either alone or a mistake.
        if is_integer && (1..=18).contains(&length) && digits[0] != b'0' {
            let value = digits[..length].iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
            self.at += rest.len() - digits.len() + length;
            return Ok(Token::Int(if rest.len() == digits.len() { value } else { -value }));
        }
        let number: serde_json::Number = self.parsed_from(self.at)?;
        match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Ok(Token::Int(value)),
            (None, Some(value)) => Ok(Token::Float(value)),
            (None, None) => Err(Failed),
        }
    }

    /// A whole value, as text.
    fn raw(&mut self) -> Result<&'a str, Failed> {
        let first = self.peek();
        let begin = self.at;
        match first {
            Some(b'n') => self.word("null")?,
            Some(b'"') => {
                self.at += 1;
                if self.plain_string().is_none() {
                    self.skip_from(begin)?;
                }
            }
            _ => self.skip()?,
        }
        Ok(&self.text[begin..self.at])
    }

    fn skip(&mut self) -> Result<(), Failed> {
        self.skip_from(self.at)
    }

    fn skip_from(&mut self, begin: usize) -> Result<(), Failed> {
        self.parsed_from(begin).map(|IgnoredAny| ())
    }

    /// What serde_json makes of the value that begins there.
    fn parsed_from<T: serde::de::DeserializeOwned>(&mut self, begin: usize) -> Result<T, Failed> {
        let mut values = serde_json::Deserializer::from_str(&self.text[begin..]).into_iter();
        let Some(Ok(value)) = values.next() else { return Err(Failed) };
        self.at = begin + values.byte_offset();
        Ok(value)
    }
}

/// `starts_with` for names, which are so short that calling a function costs more than comparing them.
#[inline]
fn begins_with(text: &[u8], name: &[u8]) -> bool {
    if text.len() < name.len() {
        return false;
    }
    let word = |bytes: &[u8], at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("these are eight bytes"));
    match name.len().checked_sub(8) {
        // The last eight bytes can overlap with those before them.
        Some(last) => (0..last).step_by(8).chain([last]).all(|at| word(text, at) == word(name, at)),
        None => text.iter().zip(name).all(|(left, right)| left == right),
    }
}

/// How many bytes a string goes on for that stand for themselves.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // The high bit of each byte that is zero: exact up to the first one, which is the one that counts.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut length = 0;
    for chunk in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(chunk.try_into().expect("a chunk has eight bytes"));
        let quotes = zeros(word ^ (ONES * u64::from(b'"')));
        let escapes = zeros(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let special = quotes | escapes | controls;
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    length + bytes[length..].iter().position(is_special).unwrap_or(bytes.len() - length)
}

impl Trace {
    #[inline]
    fn put(&mut self, value: AnyMut<'_>, token: Token<'_>) -> Result<(), Failed> {
        match value.put(token) {
            Ok(_) => Ok(()),
            Err(mismatch) => Err(self.failed(Problem::Mismatch(mismatch))),
        }
    }

    /// Puts the beginning of an array or an object, and says what goes on inside.
    fn open<'v>(&mut self, value: AnyMut<'v>, token: Token<'_>) -> Result<Next<'v>, Failed> {
        if self.depth >= MAX_DEPTH {
            return Err(self.failed(Problem::TooDeep));
        }
        value.put(token).map_err(|mismatch| self.failed(Problem::Mismatch(mismatch)))
    }

    fn failed(&mut self, problem: Problem) -> Failed {
        self.problem = Some(problem);
        Failed
    }
}

#[cfg(test)]
mod tests {
    use super::plain_length;

    #[test]
    fn a_string_is_plain_up_to_what_is_not() {
        for length in 0..20 {
            for special in [b'"', b'\\', 0, 1, 0x1f] {
                for before in [b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff] {
                    let mut bytes = vec![before; length];
                    bytes.push(special);
                    for after in [b'"', b'a', 0, 0xff] {
                        bytes.resize(length + 1, after);
                        bytes.resize(length + 9, after);
                        assert_eq!(plain_length(&bytes), length, "{bytes:?}");
                        bytes.truncate(length + 1);
                    }
                }
            }
            assert_eq!(plain_length(&vec![b'a'; length]), length);
        }
    }
}
