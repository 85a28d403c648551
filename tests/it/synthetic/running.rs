use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use prometheus::{Registry, TextEncoder};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tower::{Service, service_fn};
use tower_rum::synthetic::{Probe, Probes};

use crate::support::metrics::Metrics;
use crate::support::watch::PATIENCE;

/// Probes under way; they end with it.
pub struct Running {
    registry: Registry,
    failures: Arc<Mutex<Vec<String>>>,
    pub task: JoinHandle<Infallible>,
}

impl Running {
    pub fn start<S, B>(probes: impl IntoIterator<Item = Probe>, client: S) -> Self
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + 'static,
        S::Error: Into<Box<dyn Error + Send + Sync>> + 'static,
        S::Future: Send,
        B: http_body::Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
    {
        let failures = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&failures);
        let probes = Probes::new(probes.into_iter().map(|probe| probe.jitter(Duration::ZERO))).unwrap();
        let probes = probes.on_failure(move |probe, failure| log.lock().unwrap().push(format!("{probe} {failure}")));
        let registry = Registry::new();
        registry.register(Box::new(probes.collector())).unwrap();
        Self { registry, failures, task: tokio::spawn(probes.run(client)) }
    }

    pub fn metrics(&self) -> Metrics {
        Metrics { text: TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap() }
    }

    /// The metrics once so many runs have ended, of all probes together.
    pub async fn after(&self, runs: f64) -> Metrics {
        let ended = async {
            loop {
                let metrics = self.metrics();
                if metrics.series("synthetic_probes_total").map(|(_, value)| value).sum::<f64>() >= runs {
                    break metrics;
                }
                sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(PATIENCE, ended).await.expect("the probes run")
    }

    /// What was told of the last failure. It comes right after the metrics.
    pub async fn failure(&self) -> String {
        let told = async {
            loop {
                let last = self.failures.lock().unwrap().last().cloned();
                match last {
                    Some(last) => break last,
                    None => sleep(Duration::from_millis(2)).await,
                }
            }
        };
        timeout(PATIENCE, told).await.expect("a failure is told")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The metrics after the first run of one probe, named `it`, and what was told of its failure, if it failed.
pub async fn first_run<S, B>(probe: Probe, client: S) -> (Metrics, String)
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<Box<dyn Error + Send + Sync>> + 'static,
    S::Future: Send,
    B: http_body::Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let running = Running::start([probe], client);
    let metrics = running.after(1.0).await;
    let failure = if metrics.value(r#"synthetic_success{probe="it"}"#) == 0.0 { running.failure().await } else { String::new() };
    (metrics, failure)
}

/// The one result that the probe `it` ended in.
pub fn result(metrics: &Metrics) -> String {
    let counted: Vec<_> = metrics.series("synthetic_probes_total").filter(|&(_, value)| value > 0.0).collect();
    assert_eq!(counted.len(), 1, "{counted:?}");
    let (name, value) = counted[0];
    assert_eq!(value, 1.0);
    let result = name.strip_prefix(r#"synthetic_probes_total{probe="it",result=""#).unwrap().strip_suffix("\"}").unwrap();
    assert_eq!(metrics.value(r#"synthetic_success{probe="it"}"#), f64::from(result == "success"));
    result.to_owned()
}

pub fn phase(metrics: &Metrics, phase: &str) -> Option<f64> {
    metrics.get(&format!(r#"synthetic_phase_seconds{{phase="{phase}",probe="it"}}"#))
}

/// A client for probes that send nothing.
pub fn no_client()
-> impl Service<Request<Full<Bytes>>, Response = Response<Full<Bytes>>, Error = Infallible, Future: Send> + Clone + Send + 'static
{
    service_fn(async |_| panic!("nothing is sent"))
}
