//! A strict reader of `OpenMetrics` that is not ours: that of Python's `prometheus_client`, with what it lets by looked for on top.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use tempfile::TempDir;

use super::process;

#[derive(Debug, Deserialize)]
pub struct Family {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub unit: String,
    pub help: String,
    samples: Vec<(String, super::samples::Labels, String)>,
}

impl Family {
    /// Name, labels and value of each sample.
    pub fn samples(&self) -> impl Iterator<Item = (&str, &super::samples::Labels, f64)> {
        self.samples.iter().map(|(name, labels, value)| (name.as_str(), labels, value.parse().unwrap()))
    }
}

/// The families of an exposition, or what is wrong with it.
pub fn read(text: &str) -> Result<Vec<Family>, String> {
    let mut python = process::installed("python3", "python3");
    let script = Path::new(FOLDER).join("strict.py");
    let (succeeded, said) = process::run(python.env("PYTHONPATH", parser()).arg(script), text);
    if succeeded { Ok(serde_json::from_str(&said).unwrap()) } else { Err(said) }
}

/// Where the parser is, once it is there. Tests run side by side, each a process: whoever comes first moves it into place.
fn parser() -> PathBuf {
    let requirements = Path::new(FOLDER).join("requirements.txt");
    let wanted = fs::read_to_string(&requirements).unwrap();
    let version = wanted.split_once("==").and_then(|(_, rest)| rest.split_whitespace().next()).unwrap();
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("prometheus_client-{version}"));
    if !place.is_dir() {
        let made = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut pip = process::installed("python3", "python3");
        let pip: &mut Command = pip
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"])
            .arg("--target")
            .arg(made.path())
            .arg("--requirement")
            .arg(&requirements);
        let (succeeded, said) = process::run(pip, "");
        assert!(
            succeeded,
            "pip could not install the package prometheus_client {version} (Debian's python3-pip brings pip): {said}"
        );
        let _ = fs::rename(made.path(), &place);
    }
    assert!(place.join("prometheus_client").is_dir(), "{} holds no prometheus_client", place.display());
    place
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openmetrics");
