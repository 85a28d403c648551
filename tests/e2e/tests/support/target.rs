//! An application of the tests' own that has every kind of metric, and says in which formats it was scraped.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::{Router, routing::get};
use prometheus::{GaugeVec, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_rum::Monitor;
use tower_rum::exemplars::Exemplars;

use super::http::Client;

pub struct Target {
    address: SocketAddr,
    served: Served,
    _runtime: Runtime,
}

/// Of one of its requests, and of its page load.
pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

type Served = Arc<Mutex<BTreeSet<String>>>;

impl Target {
    /// Counts some requests, then stands still: every scrape is of the same values.
    pub fn start() -> Self {
        let (runtime, served) = (Runtime::new().unwrap(), Served::default());
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let app = application(Arc::clone(&served));
        runtime.spawn(async move { axum::serve(listener, app).await });
        let target = Self { address, served, _runtime: runtime };
        let client = target.client();
        for path in ["/users/1", "/users/2", "/nowhere"] {
            client.get(path);
        }
        assert_eq!(client.get_of_trace("/traced/1", TRACE).status, 200);
        assert_eq!(
            client
                .post("/log-page-load", "application/json", &format!(r#"{{"load_time":1234.5,"lcp":700,"trace_id":"{TRACE}"}}"#))
                .status,
            204
        );
        target
    }

    pub fn address(&self) -> String {
        self.address.to_string()
    }

    pub fn client(&self) -> Client {
        Client::of(&self.address())
    }

    /// The content types of all scrapes.
    pub fn served(&self) -> Vec<String> {
        self.served.lock().unwrap().iter().cloned().collect()
    }
}

fn application(served: Served) -> Router {
    let registry = Registry::new();
    host(&registry);
    let monitor = Monitor::builder()
        .registry(registry)
        .response_duration(true)
        .protobuf(true)
        .exemplars(Exemplars::traceparent())
        .build()
        .unwrap();
    Router::new()
        .route("/users/{id}", get(async || "a user"))
        .route("/traced/{id}", get(async || "traced"))
        .merge(monitor.routes())
        .layer(middleware::from_fn_with_state(served, watched))
        .layer(monitor.layer())
}

/// Notes what is served. A scrape of `/metrics?text` asks for text, whatever its header says: not every Prometheus can be told to.
async fn watched(State(served): State<Served>, mut request: Request, next: Next) -> Response {
    if request.uri().query() == Some("text=1") {
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("text/plain;version=0.0.4"));
    }
    let is_scrape = request.uri().path() == "/metrics";
    let response = next.run(request).await;
    if is_scrape && let Some(content_type) = response.headers().get(CONTENT_TYPE) {
        served.lock().unwrap().insert(content_type.to_str().unwrap().to_owned());
    }
    response
}

fn host(registry: &Registry) {
    let jobs = IntCounterVec::new(Opts::new("jobs_total", "Jobs, \"quoted\" and \\ escaped\nin two lines."), &["queue"]).unwrap();
    let gauges = GaugeVec::new(Opts::new("temperature", "Degrees."), &["place"]).unwrap();
    let options = HistogramOpts::new("job_seconds", "Time.").buckets(vec![1e-5, 0.5, 1.0, 1e6]);
    let times = HistogramVec::new(options, &["queue"]).unwrap();
    for value in HOSTILE {
        jobs.with_label_values(&[value]).inc();
        gauges.with_label_values(&[value]).set(-0.5);
        times.with_label_values(&[value]).observe(1.0);
    }
    for (place, degrees) in [("hot", f64::INFINITY), ("cold", f64::NEG_INFINITY), ("broken", f64::NAN), ("far", 1e22)] {
        gauges.with_label_values(&[place]).set(degrees);
    }
    times.with_label_values(&["none"]);
    registry.register(Box::new(jobs)).unwrap();
    registry.register(Box::new(gauges)).unwrap();
    registry.register(Box::new(times)).unwrap();
    registry.register(Box::new(IntCounter::new("logins", "A counter without a suffix.").unwrap())).unwrap();
    registry.register(Box::new(IntGauge::new("orders", "Open.").unwrap())).unwrap();
    registry.register(Box::new(IntCounter::new("orders_total", "All, beside a gauge of their name.").unwrap())).unwrap();
    registry.register(Box::new(Sizes::new())).unwrap();
}

const HOSTILE: [&str; 11] = [
    r#"quote"quote"#,
    r"back\slash",
    r"ends in \",
    r#"",le="1"#,
    r#"a"} 1 "#,
    "comma,equals={}",
    "# EOF",
    "line\nbreak",
    "carriage\rreturn",
    "\u{e9}\u{4f60}\u{1F600}\u{2028}",
    " ",
];

/// A summary, which the prometheus crate has no type for.
struct Sizes(prometheus::core::Desc);

impl Sizes {
    fn new() -> Self {
        Self(prometheus::core::Desc::new("job_bytes".to_owned(), "Sizes.".to_owned(), Vec::new(), [].into()).unwrap())
    }
}

impl prometheus::core::Collector for Sizes {
    fn desc(&self) -> Vec<&prometheus::core::Desc> {
        vec![&self.0]
    }

    fn collect(&self) -> Vec<prometheus::proto::MetricFamily> {
        use prometheus::proto::{Metric, MetricFamily, MetricType, Quantile, Summary};
        let quantiles = [(0.5, 10.0), (1.0, 40.0)].map(|(quantile, value)| {
            let mut of = Quantile::default();
            of.set_quantile(quantile);
            of.set_value(value);
            of
        });
        let mut summary = Summary::default();
        summary.set_quantile(quantiles.into());
        summary.set_sample_sum(60.0);
        summary.set_sample_count(3);
        let mut metric = Metric::default();
        metric.set_summary(summary);
        let mut family = MetricFamily::default();
        family.set_name("job_bytes".to_owned());
        family.set_help("Sizes.".to_owned());
        family.set_field_type(MetricType::SUMMARY);
        family.set_metric(vec![metric]);
        vec![family]
    }
}
