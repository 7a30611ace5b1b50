//! The output depends only on the spec, not on the order of its maps.

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::generate;
use pinstripe_tests::spec;
use serde_yaml::{Mapping, Value};

#[test]
fn two_runs_are_equal() {
    let first = generate(spec()).expect("the description is good");
    let second = generate(spec()).expect("the description is good");
    assert!(first.files == second.files);
}

#[test]
fn shuffled_maps_are_equal() {
    let expected = generate(spec()).expect("the description is good");
    for seed in [1, 2] {
        let shuffled = spec().into_iter().map(|source| {
            let value: Value = serde_yaml::from_str(&source.text).expect("the description is YAML");
            let text = serde_yaml::to_string(&shuffle(value, seed)).expect("YAML can be written");
            Source { text, ..source }
        });
        let mut sources: Vec<_> = shuffled.collect();
        sources.reverse();
        let found = generate(sources).expect("the description is good");
        for (path, text) in &expected.files {
            assert!(found.files[path] == *text, "{path} depends on the order of the description");
        }
        assert_eq!(found.files.len(), expected.files.len());
    }
}

/// Returns the tree with the entries of every map in another order.
fn shuffle(value: Value, seed: u64) -> Value {
    match value {
        Value::Sequence(items) => {
            Value::Sequence(items.into_iter().map(|item| shuffle(item, seed)).collect())
        }
        Value::Mapping(members) => {
            let mut members: Vec<_> =
                members.into_iter().map(|(key, value)| (key, shuffle(value, seed))).collect();
            members.sort_by_key(|(key, _)| scramble(key.as_str().unwrap_or_default(), seed));
            Value::Mapping(members.into_iter().collect::<Mapping>())
        }
        other => other,
    }
}

fn scramble(text: &str, seed: u64) -> u64 {
    text.bytes().fold(seed, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(17)
    })
}
