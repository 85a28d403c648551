//! Where a push goes: the address of a Pushgateway, and the labels that make a group there.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Uri;

use crate::error::Error;
use crate::synthetic::step::is_askable;

/// A group at one Pushgateway.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Of the Pushgateway, without a slash at its end.
    address: String,
    job: String,
    labels: Vec<(String, String)>,
}

impl Group {
    pub(super) fn new(address: &str) -> Result<Self, Error> {
        let good = |uri: &Uri| is_askable(uri) && uri.query().is_none() && !address.contains('#');
        if !address.parse().as_ref().is_ok_and(good) {
            return Err(Error::setting(format!(
                "a Pushgateway takes an absolute URI of http or https, without user, password and query, such as http://127.0.0.1:9091, not {address:?}"
            )));
        }
        Ok(Self { address: address.trim_end_matches('/').to_owned(), job: JOB.to_owned(), labels: Vec::new() })
    }

    pub(super) fn set_job(&mut self, job: String) -> Result<(), Error> {
        if job.is_empty() {
            return Err(Error::setting("a job takes a name that is not empty"));
        }
        self.job = job;
        Ok(())
    }

    pub(super) fn add(&mut self, name: String, value: String) -> Result<(), Error> {
        if !is_label_name(&name) || name == "job" {
            return Err(Error::setting(format!(
                "a grouping label takes a name of letters, digits and _ that begins with no digit and no __, and is not job, not {name:?}"
            )));
        }
        if self.labels.iter().any(|(taken, _)| *taken == name) {
            return Err(Error::setting(format!("a group takes each label once, and {name:?} is given twice")));
        }
        self.labels.push((name, value));
        Ok(())
    }

    pub(super) fn uri(&self) -> Result<Uri, Error> {
        let labels = self.labels.iter().map(|(name, value)| segments(name, value));
        let path: String = [segments("job", &self.job)].into_iter().chain(labels).collect();
        // Fails on length alone: every character is one that a URI takes.
        let uri = format!("{}/metrics{path}", self.address).parse();
        uri.map_err(|_| Error::setting("the job and the grouping labels take less than 64 KiB together"))
    }
}

/// `/name/value`, or `/name@base64/value` for what a path does not carry unchanged: a slash, nothing, or what proxies and servers clean away.
fn segments(name: &str, value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    match value {
        "" => format!("/{name}@base64/="),
        "." | ".." => format!("/{name}@base64/{}", URL_SAFE_NO_PAD.encode(value)),
        value if value.bytes().all(plain) => format!("/{name}/{value}"),
        value => format!("/{name}@base64/{}", URL_SAFE_NO_PAD.encode(value)),
    }
}

/// As a Pushgateway judges them: names that begin with `__` are Prometheus's own.
fn is_label_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.starts_with("__")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

const JOB: &str = "synthetic_monitor";
