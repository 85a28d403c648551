use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;

/// One scrape, as text and by sample.
#[derive(Debug, Clone)]
pub struct Metrics {
    pub text: String,
}

impl Metrics {
    /// Scrapes a monitor through its own `/metrics`; the count of such scrapes, which each of them moves, is left out.
    pub async fn of(monitor: &Monitor) -> Self {
        let nothing = service_fn(async |_: Request<Empty<Bytes>>| Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())));
        let request = Request::get("/metrics").body(Empty::new()).unwrap();
        let response = monitor.routes_layer().layer(nothing).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Self { text: without_scrapes(str::from_utf8(&body).unwrap()) }
    }

    /// The sample of one series, written as the exposition writes it: `name{label="value",…}`.
    pub fn get(&self, series: &str) -> Option<f64> {
        self.samples().find(|&(name, _)| name == series).map(|(_, value)| value)
    }

    /// Like [`get`](Self::get); a series that is not there fails the test and shows its family.
    #[track_caller]
    pub fn value(&self, series: &str) -> f64 {
        let family = series.split('{').next().unwrap();
        self.get(series).unwrap_or_else(|| {
            let there: Vec<&str> = self.text.lines().filter(|line| line.starts_with(family)).collect();
            panic!("no {series} among\n{}", there.join("\n"))
        })
    }

    /// The sum of all samples of this name, whatever their labels.
    pub fn total(&self, name: &str) -> f64 {
        self.series(name).map(|(_, value)| value).sum()
    }

    /// The series of this name.
    pub fn series(&self, name: &str) -> impl Iterator<Item = (&str, f64)> {
        self.samples().filter(move |(series, _)| series.split('{').next() == Some(name))
    }

    /// Every sample line.
    pub fn samples(&self) -> impl Iterator<Item = (&str, f64)> {
        self.text.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let (series, value) = line.rsplit_once(' ').unwrap();
            (series, value.parse().unwrap())
        })
    }
}

/// A text without the count of scrapes answered, which each of them moves.
pub fn without_scrapes(text: &str) -> String {
    let is_about_scrapes = |line: &str| line.contains("rum_exposition_requests_total{") && line.contains("status=\"200\"");
    text.split_inclusive('\n').filter(|line| !is_about_scrapes(line)).collect()
}
