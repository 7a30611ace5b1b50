//! Decodes JSON in memory, driven by tables: the reader expects the next field of the table and
//! compares its name instead of parsing one.
//!
//! The common cases are read here. The rare ones are left to serde_json: escapes in strings,
//! numbers other than small integers, values without a field, and error messages for invalid JSON.

use serde::de::IgnoredAny;

use crate::json::error::{Problem, Segment};
use crate::json::lenient;
use crate::json::serde_de::{MAX_DEPTH, Trace};
use crate::reflect::array::ArrayMut;
use crate::reflect::bytes_eq::is;
use crate::reflect::erased::AnyMut;
use crate::reflect::map::MapMut;
use crate::reflect::object::ObjectMut;
use crate::reflect::table::{Field, Member};
use crate::reflect::value::{Container, Token, TypeMismatch};

/// Decodes a text that contains one value. On failure, the trace contains the problem, unless the
/// text is not JSON.
pub(crate) fn read(text: &str, value: AnyMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
    Reader::<false> { text, at: 0 }.document(value, trace)
}

/// [`read`], but a field that is missing or has the wrong type takes its empty value and is a
/// problem in the trace. Fails if the text is not JSON, the document as a whole has another type,
/// an object names another type, or there are too many problems.
pub(crate) fn read_lenient(text: &str, value: AnyMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
    Reader::<true> { text, at: 0 }.document(value, trace)
}

/// The text is not JSON, or does not have the shape of the type.
#[derive(Debug)]
pub(crate) struct Failed;

struct Reader<'a, const LENIENT: bool> {
    text: &'a str,
    at: usize,
}

impl<'a, const LENIENT: bool> Reader<'a, LENIENT> {
    fn document(&mut self, value: AnyMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
        self.any(value, trace)?;
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Failed),
        }
    }

    /// Steps over a value that has the wrong type, if that may be: the failure is that of the value
    /// itself. The caller then writes the empty value.
    fn recover(&mut self, begin: usize, depth: usize, trace: &mut Trace) -> Result<(), Failed> {
        let is_own = trace.path.is_empty() && matches!(trace.problem, Some(Problem::Mismatch(_)));
        if !is_own {
            return Err(Failed);
        }
        if !trace.has_room() {
            return Err(trace.failed(Problem::TooMany));
        }
        let problem = trace.problem.take();
        trace.problems.extend(problem.map(|problem| (Vec::new(), problem)));
        trace.depth = depth;
        self.at = begin;
        self.skip()
    }

    fn any(&mut self, value: AnyMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
        if value.wants_raw_json() {
            let raw = self.raw()?;
            let put = trace.inside(|_| value.open(Token::Raw(raw)).map(drop));
            if LENIENT {
                trace.problems.append(&mut lenient::take_nested());
            }
            return trace.check(put);
        }
        let put = match self.peek() {
            Some(b'"') => {
                self.at += 1;
                match self.plain_string() {
                    Some(text) => value.put_str(text),
                    None => value.put_str(&self.escaped_string()?),
                }
            }
            Some(b'n') => {
                self.word("null")?;
                value.put_null()
            }
            Some(b't') => {
                self.word("true")?;
                value.put_bool(true)
            }
            Some(b'f') => {
                self.word("false")?;
                value.put_bool(false)
            }
            Some(b'-' | b'0'..=b'9') => match self.small_integer() {
                Some(integer) => value.put_int(integer),
                None => value.put(self.number()?).map(drop),
            },
            Some(b'{') => return self.inside(Token::Object, value, trace),
            Some(b'[') => return self.inside(Token::Array, value, trace),
            _ => return Err(Failed),
        };
        trace.check(put)
    }

    /// Reads the content of an array or an object.
    fn inside(
        &mut self,
        token: Token<'_>,
        value: AnyMut<'_>,
        trace: &mut Trace,
    ) -> Result<(), Failed> {
        if trace.depth >= MAX_DEPTH {
            return Err(trace.failed(Problem::TooDeep));
        }
        let begin = self.at;
        self.at += 1;
        trace.depth += 1;
        match value.open(token) {
            Ok(Container::Object(object)) => self.object(object, trace)?,
            Ok(Container::Map(entries)) => self.map(entries, trace)?,
            Ok(Container::Array(items)) => self.array(items, trace)?,
            Ok(Container::Done) => self.skip_from(begin)?,
            Err(mismatch) => return Err(trace.failed(Problem::Mismatch(mismatch))),
        }
        trace.depth -= 1;
        Ok(())
    }

    fn object(&mut self, mut object: ObjectMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
        let table = object.table();
        let mut guess = 0;
        let mut more = self.begins(b'}')?;
        while more {
            let found = match self.expected_key(table.fields, guess) {
                Some(found) => Member::Field(found),
                None => self.key(|name| table.member(name))?,
            };
            self.expect(b':')?;
            match found {
                Member::Field(index) => {
                    guess = index + 1;
                    let (begin, depth, known) = (self.at, trace.depth, trace.problems.len());
                    let mut read = self.any(object.field(index), trace);
                    let name = table.fields[index].name;
                    if LENIENT {
                        if read.is_err() {
                            read = self.recover(begin, depth, trace);
                            drop(object.field(index));
                        }
                        trace.place_problems(known, || Segment::Field(name));
                    }
                    if let Err(failed) = read {
                        trace.path.push(Segment::Field(name));
                        return Err(failed);
                    }
                }
                Member::Object if self.is_object(table.object) => {}
                Member::Object => {
                    let checked = table.check_object(self.raw()?);
                    if let Err(failed) = trace.check(checked) {
                        trace.path.push(Segment::Field("object"));
                        return Err(failed);
                    }
                }
                Member::Unknown => self.skip()?,
            }
            more = self.goes_on(b'}')?;
        }
        if LENIENT {
            let problems = &mut trace.problems;
            object.finish_with(|field| {
                let problem = Problem::Missing { field: field.name, object: table.name };
                problems.push((Vec::new(), problem));
            });
            return if trace.has_room() { Ok(()) } else { Err(trace.failed(Problem::TooMany)) };
        }
        match object.finish() {
            None => Ok(()),
            Some(field) => {
                Err(trace.failed(Problem::Missing { field: field.name, object: table.name }))
            }
        }
    }

    fn map(&mut self, mut entries: MapMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
        let mut more = self.begins(b'}')?;
        while more {
            let key = self.key(str::to_owned)?;
            self.expect(b':')?;
            let (begin, depth, known) = (self.at, trace.depth, trace.problems.len());
            let mut read = self.any(entries.entry(&key), trace);
            if LENIENT {
                if read.is_err() {
                    read = self.recover(begin, depth, trace);
                    drop(entries.entry(&key));
                }
                trace.place_problems(known, || Segment::Key(key.clone()));
            }
            if let Err(failed) = read {
                trace.path.push(Segment::Key(key));
                return Err(failed);
            }
            more = self.goes_on(b'}')?;
        }
        Ok(())
    }

    fn array(&mut self, mut items: ArrayMut<'_>, trace: &mut Trace) -> Result<(), Failed> {
        let mut index = 0;
        let mut more = self.begins(b']')?;
        while more {
            let (begin, depth, known) = (self.at, trace.depth, trace.problems.len());
            let mut read = self.any(items.push(), trace);
            if LENIENT {
                if read.is_err() {
                    read = self.recover(begin, depth, trace);
                }
                trace.place_problems(known, || Segment::Index(index));
            }
            if let Err(failed) = read {
                trace.path.push(Segment::Index(index));
                return Err(failed);
            }
            index += 1;
            more = self.goes_on(b']')?;
        }
        Ok(())
    }

    /// Returns the next byte that is not whitespace.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.peek_after_space(),
        }
    }

    fn peek_after_space(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b' ' => self.at += spaces(&bytes[self.at..]),
                b'\n' | b'\t' | b'\r' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), Failed> {
        if self.peek() != Some(byte) {
            return Err(Failed);
        }
        self.at += 1;
        Ok(())
    }

    /// Returns whether an array or object that was just opened has content.
    fn begins(&mut self, close: u8) -> Result<bool, Failed> {
        let ends = self.peek() == Some(close);
        self.at += usize::from(ends);
        Ok(!ends)
    }

    /// Returns whether another field or item follows.
    #[inline]
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

    /// Returns the index of the field whose name follows, if it is the guessed one or one of the
    /// next few. A few are tried because API versions differ in which fields they send.
    #[inline]
    fn expected_key(&mut self, fields: &[Field], guess: usize) -> Option<usize> {
        const NEXT: usize = 4;
        if self.peek() != Some(b'"') {
            return None;
        }
        let begin = self.at + 1;
        let rest = &self.text.as_bytes()[begin..];
        for (index, field) in (guess..).zip(fields.get(guess..)?).take(NEXT) {
            let name = field.name.as_bytes();
            if rest.get(name.len()) == Some(&b'"') && is(&rest[..name.len()], name) {
                self.at = begin + name.len() + 1;
                return Some(index);
            }
        }
        None
    }

    /// Skips the expected value of `object`, if it follows. Returns whether it did.
    #[inline]
    fn is_object(&mut self, name: &str) -> bool {
        self.peek();
        let rest = &self.text.as_bytes()[self.at..];
        let end = name.len() + 1;
        let is_it = rest.first() == Some(&b'"')
            && rest.get(end) == Some(&b'"')
            && is(&rest[1..end], name.as_bytes());
        self.at += if is_it { end + 1 } else { 0 };
        is_it
    }

    fn key<T>(&mut self, of: impl FnOnce(&str) -> T) -> Result<T, Failed> {
        self.expect(b'"')?;
        match self.plain_string() {
            Some(plain) => Ok(of(plain)),
            None => Ok(of(&self.escaped_string()?)),
        }
    }

    /// Reads up to the closing quote and skips it, if the string has no escapes.
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

    /// Reads an integer of few digits, if one follows.
    #[inline]
    fn small_integer(&mut self) -> Option<i64> {
        let rest = &self.text.as_bytes()[self.at..];
        let digits = rest.strip_prefix(b"-").unwrap_or(rest);
        let mut value = 0;
        let mut length = 0;
        while let Some(digit @ b'0'..=b'9') = digits.get(length) {
            // This many digits fit into an `i64`.
            if length == 18 {
                return None;
            }
            value = value * 10 + i64::from(digit - b'0');
            length += 1;
        }
        let sign = rest.len() - digits.len();
        // A leading zero is invalid JSON, and `-0` is not an integer.
        let is_other = digits.first() == Some(&b'0') && sign + length > 1;
        if length == 0 || is_other || matches!(digits.get(length), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.at += sign + length;
        Some(if sign == 0 { value } else { -value })
    }

    fn number(&mut self) -> Result<Token<'static>, Failed> {
        let number: serde_json::Number = self.parsed_from(self.at)?;
        match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Ok(Token::Int(value)),
            (None, Some(value)) => Ok(Token::Float(value)),
            (None, None) => Err(Failed),
        }
    }

    /// Returns the JSON text of a whole value.
    fn raw(&mut self) -> Result<&'a str, Failed> {
        self.peek();
        let begin = self.at;
        self.skip()?;
        Ok(&self.text[begin..self.at])
    }

    fn skip(&mut self) -> Result<(), Failed> {
        let first = self.peek();
        let begin = self.at;
        match first {
            Some(b'n') => return self.word("null"),
            Some(b'"') => {
                self.at += 1;
                if self.plain_string().is_some() {
                    return Ok(());
                }
            }
            _ => {}
        }
        self.skip_from(begin)
    }

    fn skip_from(&mut self, begin: usize) -> Result<(), Failed> {
        self.parsed_from(begin).map(|IgnoredAny| ())
    }

    /// Parses the value that begins at `begin` with serde_json.
    fn parsed_from<T: serde::de::DeserializeOwned>(&mut self, begin: usize) -> Result<T, Failed> {
        let mut values = serde_json::Deserializer::from_str(&self.text[begin..]).into_iter();
        let Some(Ok(value)) = values.next() else { return Err(Failed) };
        self.at = begin + values.byte_offset();
        Ok(value)
    }
}

/// Counts consecutive spaces, up to eight. Stripe sends indented JSON.
fn spaces(bytes: &[u8]) -> usize {
    let Some(word) = bytes.first_chunk::<8>() else { return usize::from(bytes.starts_with(b" ")) };
    (u64::from_le_bytes(*word) ^ u64::from_le_bytes([b' '; 8])).trailing_zeros() as usize / 8
}

/// Returns how many bytes of a string precede the first quote, escape or control character.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    // The high bit of each byte that is less than a bound. Only the first such byte is reliable,
    // and only the first is used.
    let less = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word;
    let mut length = 0;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        // Control characters are less than 0x20. Flipping this bit keeps them so, and turns the
        // quote into 0x20.
        let controls_and_quotes = less(word ^ (ONES * 0x02), 0x21);
        let escapes = less(word ^ (ONES * u64::from(b'\\')), 1);
        let special = (controls_and_quotes | escapes) & (ONES << 7);
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    length + rest.iter().position(is_special).unwrap_or(rest.len())
}

impl Trace {
    #[inline]
    fn check(&mut self, put: Result<(), TypeMismatch>) -> Result<(), Failed> {
        put.map_err(|mismatch| self.failed(Problem::Mismatch(mismatch)))
    }

    #[cold]
    fn failed(&mut self, problem: Problem) -> Failed {
        self.problem = Some(problem);
        Failed
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, plain_length};

    #[test]
    fn whitespace_of_any_length_is_skipped() {
        for length in 0..40 {
            for space in [" ", "\n", "\t", "\r\n", "\n  "] {
                let text = space.repeat(length);
                assert_eq!(Reader::<false> { text: &text, at: 0 }.peek(), None);
                let text = text + "x";
                let mut reader = Reader::<false> { text: &text, at: 0 };
                assert_eq!((reader.peek(), reader.at), (Some(b'x'), text.len() - 1));
            }
        }
    }

    #[test]
    fn plain_length_stops_at_the_first_special_byte() {
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
