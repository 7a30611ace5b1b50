//! The commands that maintain pinstripe: `cargo xtask help`.

#![forbid(unsafe_code)]

mod bundle;
mod codegen;
mod diff;
mod files;
mod import;
mod lint;
mod progress;
mod release;
mod stats;
mod update;
mod words;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use pinstripe_codegen::import::Options;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Maintains pinstripe")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generates the crate in `generated/` from the spec in `spec/`
    Codegen {
        /// Writes no files; fails if any generated file is out of date
        #[arg(long)]
        check: bool,
        /// The spec: a folder, or one document as published by Stripe
        #[arg(long, value_name = "PATH")]
        spec: Option<PathBuf>,
        /// The folder of the generated crate
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Writes the whole spec as one OpenAPI 3.1 document
    Bundle {
        /// The spec: a folder, or one document
        #[arg(long, value_name = "PATH")]
        spec: Option<PathBuf>,
        /// Writes YAML; the default for a file that ends in .yaml
        #[arg(long)]
        yaml: bool,
        /// The file to write; printed if omitted
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Reports errors in the spec and possible improvements
    Lint {
        /// The spec: a folder, or one document as published by Stripe
        #[arg(long, value_name = "PATH")]
        spec: Option<PathBuf>,
        /// Prints the report as JSON
        #[arg(long)]
        json: bool,
        /// Includes hints, which are a matter of taste
        #[arg(long)]
        hints: bool,
        /// Prints all lint codes and their meanings
        #[arg(long)]
        codes: bool,
        /// Reports an item without docs as an error
        #[arg(long)]
        words: bool,
    },
    /// Lists items of the spec that can have docs
    Words {
        #[command(subcommand)]
        command: WordsCommand,
    },
    /// Merges the facts of published documents into the spec in `spec/`
    Import {
        /// OpenAPI documents of any versions, in any order
        #[arg(required = true, value_name = "FILE")]
        documents: Vec<PathBuf>,
        /// The folder of the spec
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Accepts documents that are older than the oldest version of the spec
        #[arg(long)]
        extend: bool,
    },
    /// Reports the changes between two specs, and which of them break programs
    Diff {
        /// A folder, a document, or a git revision
        old: String,
        /// A folder, a document, or a git revision; the current `spec/` if omitted
        new: Option<String>,
        /// Prints the report as JSON
        #[arg(long)]
        json: bool,
    },
    /// Updates spec, crate and changelog with new documents, and reports the changes
    Update {
        /// OpenAPI documents of any versions, in any order
        #[arg(required = true, value_name = "FILE")]
        documents: Vec<PathBuf>,
        /// Accepts documents that are older than the oldest version of the spec
        #[arg(long)]
        extend: bool,
    },
    /// Sets the version of all crates and dates the changelog; commits and publishes nothing
    Release {
        /// The new version, such as 0.2.0
        version: String,
    },
    /// Prints what the spec covers
    Stats {
        /// The spec: a folder, or one document as published by Stripe
        #[arg(long, value_name = "PATH")]
        spec: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum WordsCommand {
    /// Prints the items without docs as lines to fill in, in the format of `spec/words/`
    Missing {
        /// resources, guides, operations, events, types, fields, parameters or values
        #[arg(long)]
        kind: Option<String>,
        /// The path of a resource with dots, such as `issuing.card`
        #[arg(long, value_name = "PATH")]
        resource: Option<String>,
        /// Includes items that have docs
        #[arg(long)]
        all: bool,
        /// Prints JSON, one line per name
        #[arg(long)]
        json: bool,
        /// The spec: a folder, or one document
        #[arg(long, value_name = "PATH")]
        spec: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Codegen { check, spec, out } => {
            codegen::run(check, spec.as_deref(), out.as_deref())
        }
        Command::Import { documents, out, extend } => {
            import::run(&documents, out.as_deref(), Options { extend })
        }
        Command::Bundle { spec, yaml, out } => bundle::run(spec.as_deref(), yaml, out.as_deref()),
        Command::Lint { codes: true, .. } => Ok(lint::codes()),
        Command::Lint { spec, json, hints, words, .. } => {
            lint::run(spec.as_deref(), json, hints, words)
        }
        Command::Words { command: WordsCommand::Missing { kind, resource, all, json, spec } } => {
            words::missing(spec.as_deref(), kind.as_deref(), resource, all, json)
        }
        Command::Diff { old, new, json } => diff::run(&old, new.as_deref(), json),
        Command::Update { documents, extend } => {
            update::run(&documents, root(), Options { extend })
        }
        Command::Release { version } => release::run(&version, root()),
        Command::Stats { spec } => stats::run(spec.as_deref()),
    };
    match result {
        Ok(summary) => {
            // The reader may close the pipe early: `cargo xtask diff HEAD | head`.
            let _ = writeln!(io::stdout(), "{}", summary.trim_end());
            ExitCode::SUCCESS
        }
        Err(message) => {
            let _ = writeln!(io::stderr(), "{}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}

/// Returns the root of the workspace, wherever the command is run.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
