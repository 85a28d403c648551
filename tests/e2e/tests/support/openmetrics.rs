//! A strict reader of `OpenMetrics` that is not ours: that of Python's `prometheus_client`, with what it lets by looked for on top.

use std::path::Path;

use serde::Deserialize;

use super::{pip, process};

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
    let parser = pip::packages(&Path::new(FOLDER).join("requirements.txt"));
    let (succeeded, said) = process::run(python.env("PYTHONPATH", parser).arg(script), text);
    if succeeded { Ok(serde_json::from_str(&said).unwrap()) } else { Err(said) }
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openmetrics");
