use std::collections::BTreeMap;

/// What of a response any framework must give alike.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// None where the connection ended without a head.
    status: Option<String>,
    fields: BTreeMap<String, String>,
    /// Of a whole body alone: streams are chunked as each server likes, and a scrape holds times.
    body: Option<String>,
}

impl Answer {
    pub fn read(response: &[u8]) -> Self {
        let text = String::from_utf8_lossy(response);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).map(str::to_owned);
        let field = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        let mut fields: BTreeMap<_, _> = lines.filter_map(field).collect();
        let whole = fields.contains_key("content-length") && !body.starts_with("# HELP");
        fields.retain(|name, _| ALIKE.contains(&name.as_str()));
        Self { status, fields, body: whole.then(|| body.to_owned()) }
    }

    pub fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }
}

/// `allow` is the framework's own on the application's routes; the rest of the fields is ours, or the handler's.
const ALIKE: [&str; 9] = [
    "server-timing",
    "content-type",
    "content-encoding",
    "cache-control",
    "etag",
    "retry-after",
    "vary",
    "x-content-type-options",
    "location",
];
