//! A scraper that looks at each answer: histograms that agree with themselves, and nothing that falls.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::Request;
use http_body_util::{BodyExt, Full};

use crate::connect;
use crate::samples::{Exposition, Samples};
use crate::stage::Stage;

pub struct Scraper {
    address: SocketAddr,
    before: HashMap<String, f64>,
    times: Vec<Duration>,
}

impl Scraper {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, before: HashMap::new(), times: Vec::new() }
    }

    pub async fn run(mut self, stage: Arc<Stage>) -> Self {
        while !stage.is_over() {
            self.scrape().await;
            tokio::time::sleep(PAUSE).await;
        }
        self
    }

    /// The scrape in which nothing is in flight any more, and how long all of them took, sorted.
    pub async fn at_rest(mut self) -> (Exposition, Vec<Duration>) {
        let start = Instant::now();
        loop {
            let exposition = self.scrape().await;
            if exposition.moved("http_requests_in_flight") == Samples::new() {
                self.times.sort();
                return (exposition, self.times);
            }
            assert!(start.elapsed() < PATIENCE, "in flight for ever: {:?}", exposition.moved("http_requests_in_flight"));
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn scrape(&mut self) -> Exposition {
        let start = Instant::now();
        let mut sender = connect::http1(None, self.address).await;
        let request = Request::get("/metrics").header("host", "soak").body(Full::<Bytes>::default()).unwrap();
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        let text = answer.into_body().collect().await.unwrap().to_bytes();
        self.times.push(start.elapsed());
        let exposition = Exposition { text: String::from_utf8(text.to_vec()).unwrap() };
        self.check(&exposition.text);
        exposition
    }

    fn check(&mut self, text: &str) {
        let mut last = 0.0;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, value) = (series.split('{').next().unwrap(), value.parse::<f64>().unwrap());
            if name.ends_with("_bucket") {
                assert!(value >= last, "{series} is below the bucket before it");
                last = value;
            } else if name.ends_with("_count") {
                assert_eq!(value, last, "{series} is not its +Inf");
                last = 0.0;
            }
            if !name.ends_with("_in_flight") {
                let was = self.before.insert(series.to_owned(), value);
                assert!(was.is_none_or(|was| was <= value), "{series} fell from {was:?} to {value}");
            }
        }
    }
}

const PAUSE: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(20);
