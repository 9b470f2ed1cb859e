//! Files on their way into the tree: formatted by their language's formatter, and only written where they differ.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A file of the tree.
pub struct File {
    /// Where, from the repository's root.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

/// Writes what differs, or fails where something does.
pub fn put(root: &Path, files: Vec<File>, check: bool) -> Result<()> {
    let mut stale = abandoned(root, &files)?;
    if !check {
        for path in stale.drain(..) {
            std::fs::remove_file(root.join(&path)).with_context(|| path.clone())?;
            writeln!(std::io::stdout(), "removed {path}")?;
        }
    }
    for File { path, text } in files {
        let text = formatted(root, &path, text).with_context(|| path.clone())?;
        let file = root.join(&path);
        if std::fs::read_to_string(&file).is_ok_and(|known| known == text) {
            continue;
        }
        if check {
            stale.push(path);
        } else {
            std::fs::write(&file, text).with_context(|| path.clone())?;
            writeln!(std::io::stdout(), "wrote {path}")?;
        }
    }
    if !stale.is_empty() {
        bail!("not what core/src/ffi and uniffi.toml say: {}: run `make bindings`", stale.join(", "));
    }
    Ok(())
}

/// How a file that is written begins, behind what makes it a comment.
const REMARK: &str = "Written by `make bindings`";

/// Files that were written once, beside those that are, and are no more: a class of the interface went.
fn abandoned(root: &Path, files: &[File]) -> Result<Vec<String>> {
    let written: BTreeSet<&Path> = files.iter().map(|file| Path::new(&file.path)).collect();
    let folders: BTreeSet<&Path> = written.iter().filter_map(|path| path.parent()).collect();
    let mut abandoned = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(root.join(folder)).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if !entry.file_type()?.is_file() || written.contains(&*path) {
                continue;
            }
            let text = std::fs::read(entry.path())?;
            let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
            if String::from_utf8_lossy(line).contains(REMARK) {
                abandoned.push(path.display().to_string());
            }
        }
    }
    Ok(abandoned)
}

fn formatted(root: &Path, path: &str, text: String) -> Result<String> {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("rs") => {
            let mut rustfmt = Command::new("rustfmt");
            rustfmt.args(["--edition", "2024", "--config-path"]).arg(root);
            piped(rustfmt, text)
        }
        Some("py" | "pyi") => {
            // The version that the tests' requirements pin, if it is there.
            let own = root.join(".venv/bin/ruff");
            let ruff = |arguments: &[&str]| {
                let mut ruff = Command::new(if own.exists() { own.as_os_str() } else { "ruff".as_ref() });
                ruff.current_dir(root.join("bindings-python")).args(arguments);
                ruff.args(["--quiet", "--stdin-filename"]).arg(root.join(path)).arg("-");
                ruff
            };
            // Each file names all types there are: what it does not use goes.
            let text = piped(ruff(&["check", "--fix-only", "--select", "F401,I"]), text)?;
            piped(ruff(&["format"]), text)
        }
        _ => Ok(text),
    }
}

fn piped(mut formatter: Command, text: String) -> Result<String> {
    let name = formatter.get_program().to_string_lossy().into_owned();
    let mut child = formatter
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{name} cannot be run; `make setup` brings it"))?;
    let mut input = child.stdin.take().context("no way to talk to it")?;
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output()?;
    if !output.status.success() || writer.join().is_err() {
        bail!("{name} does not take it");
    }
    Ok(String::from_utf8(output.stdout)?)
}
