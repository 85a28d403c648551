//! A config file in TOML, of which everything that is wrong is told by its line.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;

/// The error says file, line, and what to write there.
pub(crate) fn read<File: DeserializeOwned, Config>(
    path: &Path,
    config: impl FnOnce(&File) -> Result<Config, Problem>,
) -> Result<Config, String> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    parsed(&text).and_then(|file| config(&file)).map_err(|Problem { at, what }| {
        let line = text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
        format!("{shown}:{line}: {what}")
    })
}

pub(crate) struct Problem {
    /// A place in the file, in bytes.
    pub(crate) at: usize,
    pub(crate) what: String,
}

pub(crate) fn at<T>(place: &Spanned<T>, what: &impl ToString) -> Problem {
    Problem { at: place.span().start, what: what.to_string() }
}

pub(crate) fn address(name: &str, written: Option<&Spanned<String>>, default_port: u16) -> Result<SocketAddr, Problem> {
    let default = SocketAddr::from(([127, 0, 0, 1], default_port));
    let Some(address) = written else { return Ok(default) };
    address.get_ref().parse().map_err(|_| {
        at(address, &format!("`{name}` takes an address and a port, such as {default}, not {:?}", address.get_ref()))
    })
}

fn parsed<File: DeserializeOwned>(text: &str) -> Result<File, Problem> {
    toml::from_str(text)
        .map_err(|error| Problem { at: error.span().map_or(0, |span| span.start), what: error.message().to_owned() })
}
