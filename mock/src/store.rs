//! The objects of all accounts, with undo for failed requests and a journal for restarts.

mod file;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

use file::File;

/// The stored objects. Kinds whose name begins with `_` are not part of the API.
#[derive(Debug, Default)]
pub struct Store {
    accounts: BTreeMap<String, Account>,
    /// Counts all objects that were ever stored, so that lists have an order and ids are unique.
    next: u64,
    /// The values before the changes of this request, oldest first.
    undo: Vec<(Key, Option<Object>)>,
    file: Option<File>,
}

type Account = BTreeMap<String, Objects>;

/// The objects of one kind.
#[derive(Debug, Default, Clone)]
struct Objects {
    by_id: HashMap<String, u64>,
    by_sequence: BTreeMap<u64, Object>,
}

#[derive(Debug, Clone, PartialEq)]
struct Object {
    sequence: u64,
    value: Value,
}

#[derive(Debug, Clone, PartialEq)]
struct Key {
    account: String,
    kind: String,
    id: String,
}

impl Store {
    /// Reads the store of a file, which every later change is written to.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written, or is not one of a store.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut store = Self::default();
        let (file, records) = File::open(path)?;
        for record in records {
            store.apply(&record);
        }
        store.file = Some(file);
        if store.file.as_ref().is_some_and(File::is_worth_compacting) {
            store.compact()?;
        }
        Ok(store)
    }

    /// A number that no other call returns.
    pub fn next_number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub fn get(&self, account: &str, kind: &str, id: &str) -> Option<&Value> {
        let objects = self.accounts.get(account)?.get(kind)?;
        let object = objects.by_sequence.get(objects.by_id.get(id)?)?;
        Some(&object.value)
    }

    /// The objects of a kind, the oldest first.
    pub fn all<'a>(
        &'a self,
        account: &str,
        kind: &str,
    ) -> impl DoubleEndedIterator<Item = &'a Value> + use<'a> {
        let objects = self.accounts.get(account).and_then(|account| account.get(kind));
        objects
            .into_iter()
            .flat_map(|objects| objects.by_sequence.values())
            .map(|object| &object.value)
    }

    pub fn count(&self, account: &str, kind: &str) -> usize {
        let objects = self.accounts.get(account).and_then(|account| account.get(kind));
        objects.map_or(0, |objects| objects.by_id.len())
    }

    pub fn account_ids(&self) -> Vec<String> {
        self.accounts.keys().cloned().collect()
    }

    /// The kinds of an account that have objects.
    pub fn kinds(&self, account: &str) -> Vec<String> {
        let kinds = self.accounts.get(account).into_iter().flatten();
        kinds
            .filter(|(_, objects)| !objects.by_id.is_empty())
            .map(|(kind, _)| kind.clone())
            .collect()
    }

    /// Stores an object in place of the one with this id, or as the newest of its kind.
    pub fn put(&mut self, account: &str, kind: &str, id: &str, value: Value) {
        let key = key(account, kind, id);
        let sequence = match self.object(&key) {
            Some(object) => object.sequence,
            None => self.next_number(),
        };
        let old = self.set(&key, Some(Object { sequence, value }));
        self.undo.push((key, old));
    }

    pub fn remove(&mut self, account: &str, kind: &str, id: &str) {
        let key = key(account, kind, id);
        let old = self.set(&key, None);
        if old.is_some() {
            self.undo.push((key, old));
        }
    }

    /// Keeps the changes since the last commit, and writes them to the file.
    ///
    /// # Errors
    ///
    /// When the file cannot be written. The changes are undone.
    pub fn commit(&mut self) -> io::Result<()> {
        if self.undo.is_empty() {
            return Ok(());
        }
        let mut records = Vec::new();
        if self.file.is_some() {
            for (key, _) in &self.undo {
                records.push(record(key, self.object(key), self.next));
            }
        }
        if let Some(file) = &mut self.file
            && let Err(error) = file.append(&Value::Array(records))
        {
            self.rollback();
            return Err(error);
        }
        self.undo.clear();
        Ok(())
    }

    /// Undoes the changes since the last commit.
    pub fn rollback(&mut self) {
        while let Some((key, old)) = self.undo.pop() {
            self.set(&key, old);
        }
    }

    /// Everything as JSON.
    pub fn snapshot(&self) -> Value {
        let mut records = Vec::new();
        for (account, kinds) in &self.accounts {
            for (kind, objects) in kinds {
                for (id, sequence) in &objects.by_id {
                    let object = objects.by_sequence.get(sequence);
                    records.push(record(&key(account, kind, id), object, self.next));
                }
            }
        }
        records.sort_by_key(|record| record["s"].as_u64());
        Value::Array(records)
    }

    /// Replaces everything with a snapshot.
    ///
    /// # Errors
    ///
    /// When it is not a snapshot, or the file cannot be written.
    pub fn restore(&mut self, snapshot: &Value) -> io::Result<()> {
        let records = snapshot.as_array().ok_or_else(|| invalid("a snapshot is an array"))?;
        if !records.iter().all(is_record) {
            return Err(invalid("an entry of the snapshot is malformed"));
        }
        self.accounts.clear();
        self.undo.clear();
        self.next = 0;
        self.apply(snapshot);
        self.compact()
    }

    fn compact(&mut self) -> io::Result<()> {
        let snapshot = self.snapshot();
        self.file.as_mut().map_or(Ok(()), |file| file.replace(&snapshot))
    }

    fn apply(&mut self, records: &Value) {
        for record in records.as_array().into_iter().flatten() {
            let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
            let key = Key { account: text("a"), kind: text("k"), id: text("i") };
            let sequence = record["s"].as_u64().unwrap_or_default();
            let object =
                (!record["v"].is_null()).then(|| Object { sequence, value: record["v"].clone() });
            self.set(&key, object);
            self.next = self.next.max(sequence).max(record["n"].as_u64().unwrap_or_default());
        }
    }

    fn object(&self, key: &Key) -> Option<&Object> {
        let objects = self.accounts.get(&key.account)?.get(&key.kind)?;
        objects.by_sequence.get(objects.by_id.get(&key.id)?)
    }

    /// Sets an object, or removes it. Returns the old one.
    fn set(&mut self, key: &Key, object: Option<Object>) -> Option<Object> {
        let kinds = self.accounts.entry(key.account.clone()).or_default();
        let objects = kinds.entry(key.kind.clone()).or_default();
        let known = objects.by_id.remove(&key.id);
        let old = known.and_then(|sequence| objects.by_sequence.remove(&sequence));
        if let Some(object) = object {
            objects.by_id.insert(key.id.clone(), object.sequence);
            objects.by_sequence.insert(object.sequence, object);
        }
        old
    }
}

fn key(account: &str, kind: &str, id: &str) -> Key {
    Key { account: account.to_owned(), kind: kind.to_owned(), id: id.to_owned() }
}

fn record(key: &Key, object: Option<&Object>, next: u64) -> Value {
    let mut record = Map::new();
    record.insert("a".to_owned(), key.account.as_str().into());
    record.insert("k".to_owned(), key.kind.as_str().into());
    record.insert("i".to_owned(), key.id.as_str().into());
    record.insert("n".to_owned(), next.into());
    record.insert("s".to_owned(), object.map_or(json!(null), |object| object.sequence.into()));
    record.insert("v".to_owned(), object.map_or(Value::Null, |object| object.value.clone()));
    record.into()
}

fn is_record(record: &Value) -> bool {
    ["a", "k", "i"].iter().all(|name| record[*name].is_string())
        && record["s"].is_u64()
        && record["v"].is_object()
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(store: &Store) -> Vec<&str> {
        store.all("acct", "customer").map(|value| value["name"].as_str().unwrap()).collect()
    }

    #[test]
    fn a_rollback_undoes_all_changes_in_order() {
        let mut store = Store::default();
        store.put("acct", "customer", "a", json!({"name": "first"}));
        store.commit().unwrap();
        store.put("acct", "customer", "a", json!({"name": "second"}));
        store.put("acct", "customer", "a", json!({"name": "third"}));
        store.put("acct", "customer", "b", json!({"name": "other"}));
        store.remove("acct", "customer", "a");
        assert_eq!(names(&store), ["other"]);
        store.rollback();
        assert_eq!(names(&store), ["first"]);
    }

    #[test]
    fn a_snapshot_restores_objects_and_order() {
        let mut store = Store::default();
        for name in ["c", "a", "b"] {
            store.put("acct", "customer", name, json!({"name": name}));
        }
        store.commit().unwrap();
        let snapshot = store.snapshot();
        let mut other = Store::default();
        other.put("acct", "customer", "z", json!({"name": "gone"}));
        other.restore(&snapshot).unwrap();
        assert_eq!(names(&other), ["c", "a", "b"]);
        assert!(other.next_number() > store.next - 1);
        for bad in [json!({}), json!([5]), json!([{"a": "x", "k": "y", "i": "z", "s": 1}])] {
            assert!(other.restore(&bad).is_err());
        }
        assert_eq!(names(&other), ["c", "a", "b"]);
    }
}
