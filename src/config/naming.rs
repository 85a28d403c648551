//! Names of the HTTP families and their labels.

/// How the families of HTTP requests are named; see the [table of both](crate::guide::naming).
///
/// ```
/// use tower_rum::{Monitor, Naming};
///
/// let monitor = Monitor::builder().naming(Naming::OpenTelemetry).build()?;
/// # Ok::<(), tower_rum::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Naming {
    /// `http_request_duration_seconds{method, endpoint, status}`, and so on.
    #[default]
    Default,
    /// As OpenTelemetry's semantic conventions 1.44 name them, by its translation for Prometheus:
    /// `http_server_request_duration_seconds{http_request_method, http_route, http_response_status_code, error_type}`, and so on.
    OpenTelemetry,
}

/// The labels that tell requests apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HttpLabels {
    pub(crate) method: &'static str,
    pub(crate) endpoint: &'static str,
    pub(crate) status: &'static str,
    /// The status of what failed, beside that of every request.
    pub(crate) error: Option<&'static str>,
}

impl Naming {
    /// The name of a family that is `name` by default.
    pub(crate) fn family(self, name: &str) -> &str {
        match self {
            Self::Default => name,
            Self::OpenTelemetry => FAMILIES.iter().find(|(default, _)| *default == name).map_or(name, |(_, theirs)| theirs),
        }
    }

    pub(crate) fn labels(self) -> HttpLabels {
        match self {
            Self::Default => HttpLabels { method: "method", endpoint: "endpoint", status: "status", error: None },
            Self::OpenTelemetry => HttpLabels {
                method: "http_request_method",
                endpoint: "http_route",
                status: "http_response_status_code",
                error: Some("error_type"),
            },
        }
    }
}

impl HttpLabels {
    /// What a label of these names is called by default; `None` for any other.
    pub(crate) fn by_default(self, label: &str) -> Option<&'static str> {
        let default = Naming::Default.labels();
        let pairs = [(self.method, default.method), (self.endpoint, default.endpoint), (self.status, default.status)];
        pairs.into_iter().find(|&(name, _)| name == label).map(|(_, default)| default)
    }

    pub(crate) fn all(self) -> impl Iterator<Item = &'static str> {
        [self.method, self.endpoint, self.status].into_iter().chain(self.error)
    }
}

/// Names by default and in OpenTelemetry, where the two measure the same (<https://opentelemetry.io/docs/specs/semconv/http/http-metrics/>).
const FAMILIES: [(&str, &str); 4] = [
    ("http_request_duration_seconds", "http_server_request_duration_seconds"),
    ("http_requests_in_flight", "http_server_active_requests"),
    ("http_response_size_bytes", "http_server_response_body_size_bytes"),
    ("http_request_size_bytes", "http_server_request_body_size_bytes"),
];
