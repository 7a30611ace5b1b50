//! The file of a store: one line per commit, with a checksum.
//!
//! A commit is on disk when its line is. A line that was cut off by the end of the process fails
//! its checksum, and is dropped with everything after it when the file is opened again.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use fs4::fs_std::FileExt;
use serde_json::Value;

const HEADER: &[u8] = b"pinstripe-mock 1\n";

/// The file is rewritten when it reaches this size and has more than doubled.
const COMPACT_AT: u64 = 16 * 1024 * 1024;

#[derive(Debug)]
pub struct File {
    path: PathBuf,
    file: fs::File,
    length: u64,
}

impl File {
    /// Opens or creates a file, and reads its commits.
    pub fn open(path: &Path) -> io::Result<(Self, Vec<Value>)> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        // A second process would overwrite the commits of the first one.
        if !FileExt::try_lock_exclusive(&file)? {
            let message = format!("{} is in use by another process", path.display());
            return Err(io::Error::other(message));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        if !bytes.starts_with(HEADER) {
            // The process may have ended while it wrote the header.
            if !HEADER.starts_with(&bytes) {
                let message = format!("{} is not a file of pinstripe-mock", path.display());
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(HEADER)?;
            bytes = HEADER.to_vec();
        }
        let mut records = Vec::new();
        let mut length = HEADER.len();
        while let Some((record, size)) = read_line(&bytes[length..]) {
            records.push(record);
            length += size;
        }
        file.set_len(length as u64)?;
        file.seek(SeekFrom::End(0))?;
        Ok((Self { path: path.to_owned(), file, length: length as u64 }, records))
    }

    pub fn is_worth_compacting(&self) -> bool {
        self.length > COMPACT_AT
    }

    /// Adds a commit.
    pub fn append(&mut self, record: &Value) -> io::Result<()> {
        let line = line(record);
        if let Err(error) = self.file.write_all(&line) {
            // Half a line would hide every later one.
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::End(0))?;
            return Err(error);
        }
        self.length += line.len() as u64;
        Ok(())
    }

    /// Replaces all commits with one.
    pub fn replace(&mut self, record: &Value) -> io::Result<()> {
        let new_path = self.path.with_extension("new");
        let mut new = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&new_path)?;
        let line = line(record);
        new.write_all(HEADER)?;
        new.write_all(&line)?;
        new.sync_data()?;
        FileExt::try_lock_exclusive(&new)?;
        fs::rename(&new_path, &self.path)?;
        self.file = new;
        self.length = (HEADER.len() + line.len()) as u64;
        Ok(())
    }
}

/// `checksum json`, and the end of the line.
fn line(record: &Value) -> Vec<u8> {
    let json = record.to_string();
    format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())).into_bytes()
}

fn read_line(bytes: &[u8]) -> Option<(Value, usize)> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let text = std::str::from_utf8(&bytes[..end]).ok()?;
    let (checksum, json) = text.split_once(' ')?;
    if u32::from_str_radix(checksum, 16).ok()? != crc32fast::hash(json.as_bytes()) {
        return None;
    }
    Some((serde_json::from_str(json).ok()?, end + 1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Store;
    use super::*;

    fn path(name: &str) -> PathBuf {
        let path =
            std::env::temp_dir().join(format!("pinstripe-mock-{}-{name}", std::process::id()));
        let _ = fs::remove_file(&path);
        path
    }

    #[test]
    fn a_file_that_is_cut_anywhere_keeps_the_commits_before() {
        let path = path("cut");
        let mut store = Store::open(&path).unwrap();
        let mut ends = vec![fs::metadata(&path).unwrap().len() as usize];
        for number in 0..4 {
            store.put("acct", "customer", &number.to_string(), json!({"n": number}));
            store.commit().unwrap();
            ends.push(fs::metadata(&path).unwrap().len() as usize);
        }
        drop(store);
        let bytes = fs::read(&path).unwrap();
        for cut in 0..bytes.len() {
            fs::write(&path, &bytes[..cut]).unwrap();
            let mut store = Store::open(&path).unwrap();
            let kept = ends.iter().skip(1).filter(|end| **end <= cut).count();
            assert_eq!(store.count("acct", "customer"), kept, "cut at {cut}");
            store.put("acct", "customer", "new", json!({}));
            store.commit().unwrap();
            drop(store);
            assert_eq!(Store::open(&path).unwrap().count("acct", "customer"), kept + 1);
        }
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_flipped_byte_is_noticed_and_another_file_refused() {
        let path = path("flipped");
        let mut store = Store::open(&path).unwrap();
        store.put("acct", "customer", "a", json!({"name": "Ada"}));
        store.commit().unwrap();
        assert!(Store::open(&path).unwrap_err().to_string().contains("in use"));
        drop(store);
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 5;
        bytes[last] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(Store::open(&path).unwrap().count("acct", "customer"), 0);
        fs::write(&path, "something else").unwrap();
        assert!(Store::open(&path).unwrap_err().to_string().contains("is not a file of"));
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_compacted_file_has_the_same_objects() {
        let path = path("compacted");
        let mut store = Store::open(&path).unwrap();
        for number in 0..10 {
            store.put("acct", "customer", "a", json!({"n": number}));
            store.commit().unwrap();
        }
        let snapshot = store.snapshot();
        let before = fs::metadata(&path).unwrap().len();
        store.restore(&snapshot).unwrap();
        assert!(fs::metadata(&path).unwrap().len() < before);
        store.put("acct", "customer", "b", json!({}));
        store.commit().unwrap();
        drop(store);
        assert_eq!(Store::open(&path).unwrap().count("acct", "customer"), 2);
        fs::remove_file(&path).unwrap();
    }
}
