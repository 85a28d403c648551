//! Metrics handed to a Pushgateway, by a program that no Prometheus can scrape.

mod error;
mod group;

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Duration;

use bytes::{Buf, Bytes};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body::Body;
use http_body_util::Full;
use prometheus::proto::MetricFamily;
use tokio::time::timeout;
use tower::Service;

use crate::encode;
use crate::error::Error;

use super::step::field;
use super::steps::next_frame;

pub use error::PushError;
use group::Group;

/// One group of metrics at a [Pushgateway](https://github.com/prometheus/pushgateway), by default of the job `synthetic_monitor`.
///
/// ```
/// use prometheus::core::Collector;
/// use tower_rum::{Monitor, synthetic::Pushgateway};
/// # let client = tower::service_fn(async |request: http::Request<http_body_util::Full<bytes::Bytes>>| {
/// #     assert_eq!(request.uri(), "http://pushgateway.internal:9091/metrics/job/synthetic_monitor/instance/prober-1");
/// #     Ok::<_, std::convert::Infallible>(http::Response::new(http_body_util::Empty::<bytes::Bytes>::new()))
/// # });
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// # runtime.block_on(async {
///
/// // With the feature `synthetic-client`, `client` may be `tower_rum::synthetic::Client::new()`.
/// let gateway = Pushgateway::new(client, "http://pushgateway.internal:9091")?.grouping("instance", "prober-1")?;
///
/// let registry = prometheus::Registry::new();
/// gateway.put(&registry.gather()).await?; // what any registry has
/// let monitor = Monitor::new();
/// gateway.post(&monitor.collector().collect()).await?; // and what a monitor has
/// gateway.delete().await?; // before the program ends
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What can be scraped should be: a Pushgateway is for jobs that end before a scrape comes, and for probers that no Prometheus reaches.
///
/// # A Pushgateway never forgets
///
/// It shows what was pushed last until that is deleted, and keeps saying that all is well long after the program that said so is dead. So
/// [`delete`](Self::delete) the group on shutdown, where nobody is to read the last values, and alert on the age of what is there:
/// `time() - push_time_seconds{job="synthetic_monitor"} > 300`. The Pushgateway adds `push_time_seconds` to each group, and a
/// `push_failure_time_seconds` that is above it where the last push was refused.
///
/// # The scrape
///
/// The scrape job of the Pushgateway takes `honor_labels: true`, or Prometheus calls `job` and `instance` `exported_job` and `exported_instance`:
///
/// ```yaml
/// scrape_configs:
///   - job_name: pushgateway
///     honor_labels: true
///     static_configs:
///       - targets: [127.0.0.1:9091]
/// ```
///
/// All metrics of a group get its labels, instead of labels of their own by these names. Without a grouping label `instance`, they have none. Two programs
/// that push the same group take turns in replacing each other's metrics: give each an `instance`.
///
/// # What goes wrong
///
/// Any answer but a status of 200 to 299 is a [`PushError`], with the [status](PushError::status) and the first line that came with it; redirects are
/// such answers too. A Pushgateway answers 400 to metrics that it takes none of: those with timestamps, those that it has under another type from another
/// group, or two that become one under the group's labels; nothing changes then but `push_failure_time_seconds`.
///
/// Nothing is sent twice by itself. All three calls may be made again as they are, whatever became of the first one. After a
/// [status](PushError::status) of 400 to 499 the same metrics will be refused again; in every other case a later try may do:
///
/// ```no_run
/// # use std::time::Duration;
/// # use tower_rum::synthetic::{Pushgateway, PushError};
/// # async fn push(gateway: Pushgateway<hyper_util::client::legacy::Client<hyper_util::client::legacy::connect::HttpConnector, http_body_util::Full<bytes::Bytes>>>,
/// #     registry: prometheus::Registry) {
/// let mut every = tokio::time::interval(Duration::from_secs(15));
/// loop {
///     every.tick().await;
///     if let Err(error) = gateway.put(&registry.gather()).await {
///         eprintln!("{error}"); // the next one has newer values anyway
///     }
/// }
/// # }
/// ```
///
/// # Clients
///
/// Those of [probes](super#clients): any clone-able tower service that takes a [`Request`] with a [`Full`] body. The metrics are sent in the text format 0.0.4,
/// uncompressed.
#[derive(Clone)]
#[must_use]
pub struct Pushgateway<S> {
    client: S,
    group: Group,
    uri: Uri,
    headers: HeaderMap,
    timeout: Duration,
}

impl<S> Pushgateway<S> {
    /// The group of the job `synthetic_monitor` without further labels, at the Pushgateway of this address, such as `http://127.0.0.1:9091`; a path is what stands
    /// before its `/metrics`.
    ///
    /// # Errors
    ///
    /// When the address is no absolute URI of http or https, or has a user, a password or a query.
    pub fn new(client: S, address: impl AsRef<str>) -> Result<Self, Error> {
        let group = Group::new(address.as_ref())?;
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("tower-rum-push/", env!("CARGO_PKG_VERSION"))));
        Ok(Self { client, uri: group.uri()?, group, headers, timeout: TIMEOUT })
    }

    /// The group's label `job`. Default: `synthetic_monitor`.
    ///
    /// # Errors
    ///
    /// When it is empty, or as long as no URI is.
    pub fn job(mut self, job: impl Into<String>) -> Result<Self, Error> {
        self.group.set_job(job.into())?;
        self.uri = self.group.uri()?;
        Ok(self)
    }

    /// One more label of the group. Any text will do as its value; an empty one keeps metrics from having a label of that name.
    ///
    /// # Errors
    ///
    /// When the name is none that a label takes, `job`, or given already, or the value is as long as no URI is.
    pub fn grouping(mut self, name: impl Into<String>, value: impl Into<String>) -> Result<Self, Error> {
        self.group.add(name.into(), value.into())?;
        self.uri = self.group.uri()?;
        Ok(self)
    }

    /// A header field that goes with every request, such as `authorization`.
    ///
    /// # Errors
    ///
    /// When the name or the value is none that a field takes.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Result<Self, Error> {
        let name: HeaderName = field(name.as_ref())?;
        let value = HeaderValue::try_from(value.as_ref());
        let mut value = value.map_err(|_| Error::setting(format!("the value of header {:?} is none", name.as_str())))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }

    /// How long a call waits for an answer. Default: 10 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl<S, B> Pushgateway<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    B: Body,
{
    /// Replaces all metrics of the group by these. Families without a metric are left out; with none at all, the group is left with its
    /// `push_time_seconds`.
    ///
    /// It takes the metrics when it is called, and sends them when the future is awaited: in a tokio runtime with time turned on.
    ///
    /// # Errors
    ///
    /// See [`PushError`]. What the text format cannot say, such as a family without a type, is not sent, and nothing with it.
    pub fn put(&self, families: &[MetricFamily]) -> impl Future<Output = Result<(), PushError>> + use<S, B> {
        self.send(Method::PUT, text(families))
    }

    /// Replaces the metrics of the group that have the names of these, and leaves the others. Otherwise like [`put`](Self::put).
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub fn post(&self, families: &[MetricFamily]) -> impl Future<Output = Result<(), PushError>> + use<S, B> {
        self.send(Method::POST, text(families))
    }

    /// Deletes the group, if there is one. Groups with further labels stay.
    ///
    /// # Errors
    ///
    /// See [`PushError`].
    pub fn delete(&self) -> impl Future<Output = Result<(), PushError>> + use<S, B> {
        self.send(Method::DELETE, Ok(Bytes::new()))
    }

    fn send(&self, method: Method, text: Result<Bytes, PushError>) -> impl Future<Output = Result<(), PushError>> + use<S, B> {
        let (mut client, limit) = (self.client.clone(), self.timeout);
        let request = text.map(|text| {
            let mut request = Request::new(Full::new(text));
            request.headers_mut().clone_from(&self.headers);
            if method != Method::DELETE {
                request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(TEXT_FORMAT));
            }
            *request.method_mut() = method;
            *request.uri_mut() = self.uri.clone();
            request
        });
        async move {
            let response = timeout(limit, answer(&mut client, request?)).await.map_err(|_| PushError::timeout(limit))??;
            if response.status().is_success() { Ok(()) } else { Err(refused(response).await) }
        }
    }
}

impl<S> fmt::Debug for Pushgateway<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pushgateway").field("uri", &self.uri).finish_non_exhaustive()
    }
}

fn text(families: &[MetricFamily]) -> Result<Bytes, PushError> {
    encode::pushed(families).map(Bytes::from).map_err(PushError::family)
}

async fn answer<S: Service<Request<Full<Bytes>>>>(client: &mut S, request: Request<Full<Bytes>>) -> Result<S::Response, PushError>
where
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let no_answer = |error: S::Error| PushError::client(&*error.into());
    poll_fn(|context| client.poll_ready(context)).await.map_err(no_answer)?;
    client.call(request).await.map_err(no_answer)
}

/// A body that hangs must not cost the status.
async fn refused<B: Body>(response: Response<B>) -> PushError {
    let status = response.status();
    let line = timeout(LINE_TIMEOUT, first_line(response.into_body())).await;
    PushError::refused(status, line.unwrap_or_default())
}

/// What can go into a log of what may come from anyone, and be of any length.
async fn first_line(body: impl Body) -> String {
    let mut body = pin!(body);
    let mut line = Vec::new();
    // A body that breaks off has said no more.
    while let Some(Ok(frame)) = next_frame(body.as_mut()).await {
        let Ok(mut data) = frame.into_data() else { break };
        line.extend_from_slice(&data.copy_to_bytes(data.remaining().min(LINE_LIMIT - line.len())));
        if line.contains(&b'\n') || line.len() >= LINE_LIMIT {
            break;
        }
    }
    let line = String::from_utf8_lossy(line.split(|&byte| byte == b'\n').next().unwrap_or_default());
    line.chars().filter(|character| !character.is_control()).collect()
}

const TIMEOUT: Duration = Duration::from_secs(10);

const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

const LINE_TIMEOUT: Duration = Duration::from_secs(1);

/// In bytes.
const LINE_LIMIT: usize = 1024;
