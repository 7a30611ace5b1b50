//! The commands that maintain pinstripe: `cargo xtask help`.

mod bundle;
mod codegen;
mod diff;
mod files;
mod import;
mod lint;
mod progress;
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
    /// Generates the crate in `generated/` from the description in `spec/`
    Codegen {
        /// Writes nothing; fails if there would be anything to write
        #[arg(long)]
        check: bool,
        /// The description: a folder, or one document as Stripe publishes it
        #[arg(long, value_name = "PATH")]
        spec: Option<PathBuf>,
        /// The folder of the generated crate
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Writes the whole description as one OpenAPI 3.1 document
    Bundle {
        /// The description: a folder, or one document
        #[arg(long, value_name = "PATH")]
        spec: Option<PathBuf>,
        /// As YAML; a file that ends in .yaml is YAML anyway
        #[arg(long)]
        yaml: bool,
        /// The file to write; printed if not given
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Tells everything that could be better about the description
    Lint {
        /// The description: a folder, or one document as Stripe publishes it
        #[arg(long, value_name = "PATH")]
        spec: Option<PathBuf>,
        /// For machines
        #[arg(long)]
        json: bool,
        /// Tells also what is only a matter of taste
        #[arg(long)]
        hints: bool,
        /// Prints all codes and what they mean
        #[arg(long)]
        codes: bool,
        /// Reports a place without words as an error
        #[arg(long)]
        words: bool,
    },
    /// Lists places of the description that can have words
    Words {
        #[command(subcommand)]
        command: WordsCommand,
    },
    /// Folds the facts of published documents into the description in `spec/`
    Import {
        /// OpenAPI documents, of any versions and in any order
        #[arg(required = true, value_name = "FILE")]
        documents: Vec<PathBuf>,
        /// The folder of the description
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Accepts documents that are older than the oldest version of the spec
        #[arg(long)]
        extend: bool,
    },
    /// Says what changed between two descriptions, and whether it breaks programs
    Diff {
        /// A folder, a document, or a git revision
        old: String,
        /// The same; `spec/` as it is if not given
        new: Option<String>,
        /// For machines
        #[arg(long)]
        json: bool,
    },
    /// Takes new documents all the way: description, crate and changelog, and says what changed
    Update {
        /// OpenAPI documents, of any versions and in any order
        #[arg(required = true, value_name = "FILE")]
        documents: Vec<PathBuf>,
        /// Accepts documents that are older than the oldest version of the spec
        #[arg(long)]
        extend: bool,
    },
    /// Prints what the description covers
    Stats {
        /// The description: a folder, or one document as Stripe publishes it
        #[arg(long, value_name = "PATH")]
        spec: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum WordsCommand {
    /// Prints the places without words as lines to fill in, in the form of `spec/words/`
    Missing {
        /// resources, guides, operations, events, types, fields, parameters or values
        #[arg(long)]
        kind: Option<String>,
        /// The path of a resource with dots, such as `issuing.card`
        #[arg(long, value_name = "PATH")]
        resource: Option<String>,
        /// Places that have words as well
        #[arg(long)]
        all: bool,
        /// As JSON, a line for each name
        #[arg(long)]
        json: bool,
        /// The description: a folder, or one document
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
        Command::Stats { spec } => stats::run(spec.as_deref()),
    };
    match result {
        Ok(summary) => {
            // Whoever reads it can stop reading: `cargo xtask diff HEAD | head`.
            let _ = writeln!(io::stdout(), "{}", summary.trim_end());
            ExitCode::SUCCESS
        }
        Err(message) => {
            let _ = writeln!(io::stderr(), "{}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace, wherever the command is run.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
