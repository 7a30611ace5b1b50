//! `pinstripe-mock`: a Stripe to run.

#![forbid(unsafe_code)]

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::prelude::*;
use pinstripe_mock::Server;

const HELP: &str = "\
A Stripe to run: a server with state that behaves like the API.

Usage: pinstripe-mock [OPTIONS]

Options:
  --port <PORT>    port to listen on, 0 for any free one [default: 12111]
  --bind <ADDRESS> address to listen on [default: 127.0.0.1]
  --key <KEY>      the only API key to accept [default: any; each has an account of its own]
  --seed <NUMBER>  number that ids are made from [default: 0]
  --data <FILE>    keep the state in this file
  --load <FILE>    objects to start with, as JSON: {\"customer\": [{\"id\": \"cus_1\"}]}
  -h, --help       print this
  -V, --version    print the version
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let (mut port, mut bind) = (12111, IpAddr::V4(Ipv4Addr::LOCALHOST));
    let mut builder = Server::builder();
    let mut load: Option<PathBuf> = None;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next().map_err(|error| error.to_string())? {
        let name = match argument {
            Long(name) => name.to_owned(),
            Short('h') => "help".to_owned(),
            Short('V') => "version".to_owned(),
            other => return Err(other.unexpected().to_string()),
        };
        if name == "help" {
            print!("{HELP}");
            return Ok(());
        }
        if name == "version" {
            println!("pinstripe-mock {}", env!("CARGO_PKG_VERSION"));
            return Ok(());
        }
        if !["port", "bind", "key", "seed", "data", "load"].contains(&&*name) {
            return Err(format!("invalid option '--{name}': see --help"));
        }
        let value = arguments.value().map_err(|error| error.to_string())?;
        let invalid = |problem: String| format!("--{name}: {problem}");
        match &*name {
            "port" => port = value.parse().map_err(|error| invalid(error.to_string()))?,
            "bind" => bind = value.parse().map_err(|error| invalid(error.to_string()))?,
            "key" => {
                let key = value.string().map_err(|error| invalid(error.to_string()))?;
                builder = builder.key(key);
            }
            "seed" => {
                let seed = value.parse().map_err(|error| invalid(error.to_string()))?;
                builder = builder.seed(seed);
            }
            "data" => builder = builder.data(PathBuf::from(value)),
            _ => load = Some(PathBuf::from(value)),
        }
    }
    let address = SocketAddr::new(bind, port);
    let server = builder
        .address(address)
        .start()
        .map_err(|error| format!("cannot start on {address}: {error}"))?;
    if let Some(path) = load {
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let seed = serde_json::from_str(&text)
            .map_err(|error| format!("{} is not JSON: {error}", path.display()))?;
        server
            .control("POST", "/_mock/seed", seed)
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    println!("pinstripe-mock is ready: {}", server.url());
    loop {
        std::thread::park();
    }
}
