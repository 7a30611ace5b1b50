//! Stripe's query language: `email:"a" AND metadata["k"]:"v" AND -created>5`.

use serde_json::{Value, json};

use super::list::path;
use crate::call::Call;
use crate::context::Context;
use crate::error::{ApiError, Result};

/// The result of a search.
///
/// # Errors
///
/// When the query or the page token is malformed.
pub fn search(context: &mut Context<'_>, call: &Call<'_>, schema: &str) -> Result<Value> {
    let query = Query::parse(call.text("query").unwrap_or_default())?;
    let limit = call.integer("limit").unwrap_or(10).clamp(1, 100) as usize;
    let start = match call.text("page") {
        None => 0,
        Some(token) => {
            token.parse().map_err(|_| ApiError::invalid("Invalid page token").param("page"))?
        }
    };
    let all = context.store.all(&context.account, schema).rev();
    let found: Vec<Value> =
        all.filter(|object| object["deleted"] != true && query.matches(object)).cloned().collect();
    let end = found.len().min(start + limit);
    let data = found.get(start..end).unwrap_or_default();
    Ok(json!({
        "object": "search_result",
        "data": data,
        "has_more": end < found.len(),
        "next_page": (end < found.len()).then(|| end.to_string()),
        "total_count": found.len(),
        "url": path(call),
    }))
}

/// Clauses that are joined by `AND` or by `OR`.
#[derive(Debug)]
struct Query {
    clauses: Vec<Clause>,
    any: bool,
}

#[derive(Debug, PartialEq)]
struct Clause {
    negated: bool,
    /// The names that lead to the field.
    field: Vec<String>,
    operator: Operator,
    /// Nothing for `null`.
    value: Option<String>,
}

#[derive(Debug, PartialEq, Clone, Copy)]
enum Operator {
    Equals,
    Contains,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Query {
    fn parse(text: &str) -> Result<Self> {
        let malformed = || {
            ApiError::invalid(
                "We were unable to parse your search query. Try using the format `metadata[\"key\"]:\"value\"` to query for metadata or key:\"value\" to query for other fields.",
            )
            .param("query")
        };
        let mut rest = text.trim();
        let (mut clauses, mut any) = (Vec::new(), None);
        loop {
            let (clause, after) = clause(rest).ok_or_else(malformed)?;
            clauses.push(clause);
            rest = after.trim_start();
            if rest.is_empty() {
                return Ok(Self { clauses, any: any == Some(true) });
            }
            let word = rest.split_whitespace().next().unwrap_or_default();
            // Clauses without a word between them are joined by AND.
            let (is_or, length) = match word.to_ascii_uppercase().as_str() {
                "AND" => (false, 3),
                "OR" => (true, 2),
                _ => (false, 0),
            };
            if any.is_some_and(|known| known != is_or) {
                return Err(ApiError::invalid(
                    "You can't combine AND and OR in the same search query.",
                )
                .param("query"));
            }
            any = Some(is_or);
            rest = rest[length..].trim_start();
        }
    }

    fn matches(&self, object: &Value) -> bool {
        let mut clauses = self.clauses.iter();
        if self.any {
            clauses.any(|clause| clause.matches(object))
        } else {
            clauses.all(|clause| clause.matches(object))
        }
    }
}

/// Reads one clause. Returns it with what follows.
fn clause(text: &str) -> Option<(Clause, &str)> {
    let (negated, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let end = text.find(|char: char| !(char.is_ascii_alphanumeric() || "_.".contains(char)))?;
    let (name, mut rest) = text.split_at(end);
    if name.is_empty() {
        return None;
    }
    let mut field: Vec<String> = name.split('.').map(str::to_owned).collect();
    if let Some(after) = rest.strip_prefix('[') {
        let (key, after) = quoted(after)?;
        field.push(key);
        rest = after.strip_prefix(']')?;
    }
    let operators = [
        (">=", Operator::GreaterOrEqual),
        ("<=", Operator::LessOrEqual),
        (">", Operator::Greater),
        ("<", Operator::Less),
        (":", Operator::Equals),
        ("~", Operator::Contains),
    ];
    let (operator, rest) = operators
        .iter()
        .find_map(|(sign, operator)| Some((*operator, rest.strip_prefix(sign)?)))?;
    let (value, rest) = match quoted(rest) {
        Some((value, rest)) => (Some(value), rest),
        None => {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (word, rest) = rest.split_at(end);
            if word.is_empty() || word.contains('"') {
                return None;
            }
            ((word != "null").then(|| word.to_owned()), rest)
        }
    };
    Some((Clause { negated, field, operator, value }, rest))
}

/// Reads `"text"` or `'text'`, with backslashes before quotes inside.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|char| matches!(char, '"' | '\''))?;
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => value.push(chars.next()?.1),
            _ if char == quote => return Some((value, &text[at + 1..])),
            _ => value.push(char),
        }
    }
    None
}

impl Clause {
    fn matches(&self, object: &Value) -> bool {
        let mut value = object;
        for name in &self.field {
            value = &value[name.as_str()];
        }
        self.holds(value) != self.negated
    }

    fn holds(&self, value: &Value) -> bool {
        let Some(wanted) = &self.value else { return value.is_null() };
        let text = match value {
            Value::Null => return false,
            Value::String(text) => text.clone(),
            Value::Object(members) => {
                members.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
            }
            other => other.to_string(),
        };
        let compare = || {
            let (left, right) = (text.parse::<f64>().ok()?, wanted.parse::<f64>().ok()?);
            left.partial_cmp(&right)
        };
        match self.operator {
            Operator::Equals => text.eq_ignore_ascii_case(wanted),
            Operator::Contains => text.to_lowercase().contains(&wanted.to_lowercase()),
            Operator::Less => compare().is_some_and(|order| order.is_lt()),
            Operator::LessOrEqual => compare().is_some_and(|order| order.is_le()),
            Operator::Greater => compare().is_some_and(|order| order.is_gt()),
            Operator::GreaterOrEqual => compare().is_some_and(|order| order.is_ge()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_matched() {
        let object = json!({"email": "Ada@example.com", "created": 50, "metadata": {"a b": "x\"y"}, "phone": null});
        let matches = |query: &str| Query::parse(query).unwrap().matches(&object);
        for query in [
            "email:\"ada@example.com\"",
            "email~\"EXAMPLE\"",
            "created>=50 AND created<51",
            "metadata[\"a b\"]:\"x\\\"y\"",
            "phone:null",
            "-phone:\"5\"",
            "created>99 OR created:50",
            "email~'ada' created>1",
        ] {
            assert!(matches(query), "{query}");
        }
        for query in
            ["email:\"x\"", "-email:\"ada@example.com\"", "created>50", "metadata[\"b\"]:\"x\""]
        {
            assert!(!matches(query), "{query}");
        }
    }

    #[test]
    fn malformed_queries_are_errors() {
        for query in [
            "",
            "email",
            "email:",
            "email:\"x",
            ":\"x\"",
            "a[b]:1",
            "a:1 AND",
            "a:1 AND b:2 OR c:3",
            "é:1",
            "-",
        ] {
            assert!(Query::parse(query).is_err(), "{query}");
        }
    }
}
