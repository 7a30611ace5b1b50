//! The official SDKs for Python and Node, pointed at the server.
//!
//! `PINSTRIPE_JUDGES` names a folder with them: `pip install --target FOLDER/py stripe`, and
//! `npm install --prefix FOLDER stripe`. Several versions are folders separated by `:`.

use std::path::{Path, PathBuf};
use std::process::Command;

use pinstripe_mock::Server;

/// Runs a judge in each folder that has its SDK.
fn judge(program: &str, script: &str, variable: &str, inside: &str) {
    let folders = std::env::var("PINSTRIPE_JUDGES").expect("PINSTRIPE_JUDGES names folders");
    let folders = folders.split(':').filter(|folder| !folder.is_empty());
    let paths: Vec<PathBuf> = folders
        .map(|folder| Path::new(folder).join(inside))
        .filter(|path| path.join("stripe").exists())
        .collect();
    assert!(!paths.is_empty(), "no folder of PINSTRIPE_JUDGES has {inside}/stripe");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges").join(script);
    for path in paths {
        let server = Server::start().unwrap();
        let run =
            Command::new(program).arg(&script).arg(server.url()).env(variable, &path).output();
        let run = run.unwrap();
        let told = String::from_utf8_lossy(&run.stdout);
        println!("{told}");
        assert!(run.status.success(), "{told}{}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
#[ignore = "needs PINSTRIPE_JUDGES"]
fn the_python_sdk_passes_all_scenarios() {
    judge("python3", "judge.py", "PYTHONPATH", "py");
}

#[test]
#[ignore = "needs PINSTRIPE_JUDGES"]
fn the_node_sdk_passes_all_scenarios() {
    judge("node", "judge.cjs", "NODE_PATH", "node_modules");
}
