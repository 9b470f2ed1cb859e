//! Writes the mechanical part of the wrappers from what `core/src/ffi` says of itself.
//!
//! `quoalise-bindgen LIBRARY [--check | --model]`, in the root of the repository: LIBRARY is the built core,
//! `target/debug/libquoalise.rlib`. With
//! `--check` nothing is written, and it fails where something would change. With `--model` it prints what there is, as JSON,
//! for the wrappers' tests to compare their real surface with.
//!
//! [`model`] is what there is, read from UniFFI's metadata and held to the types that may cross; [`names`] and [`doc`]
//! are what back ends share, and [`tables`] what they are told beside; [`python`], [`java`] and [`php`] are back ends. A further
//! language is a module like that, its templates, and a table in `uniffi.toml`.

mod arginfo;
mod doc;
mod java;
mod model;
mod names;
mod output;
mod php;
mod python;
mod tables;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when even that fails.
            let _ = writeln!(std::io::stderr(), "quoalise-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (options, files): (Vec<_>, Vec<_>) =
        arguments.iter().partition(|argument| argument.starts_with("--"));
    let option = match options[..] {
        [] => "",
        [option] if matches!(&**option, "--check" | "--model") => option,
        _ => anyhow::bail!("the only options are --check and --model"),
    };
    let [library] = files[..] else { anyhow::bail!("usage: quoalise-bindgen LIBRARY [--check | --model]") };
    let model = model::Model::read(Path::new(library))
        .with_context(|| format!("{library} has no interface that can be used"))?;
    if option == "--model" {
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&model)?)?;
        return Ok(());
    }
    let root = std::env::current_dir()?;
    let names = std::fs::read_to_string(root.join("uniffi.toml")).context("uniffi.toml")?;
    let names: toml::Table = names.parse().context("uniffi.toml")?;
    let mut files = python::generate(&root, &model, &names)?;
    files.extend(java::generate(&root, &model, &names)?);
    files.extend(php::generate(&root, &model, &names)?);
    output::put(&root, files, option == "--check")
}
