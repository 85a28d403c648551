//! What an hour of the dashboard's history takes, of 1, 20 and 200 endpoints that are all busy: bytes alive, the time of a sample, and the page's first and
//! later answers.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_rum::{Buckets, Monitor};
use tower_rum_benches::allocations::{Counting, alive};
use tower_rum_benches::report::figure;

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    for endpoints in [1, 20, 200] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(hour(endpoints));
    }
}

async fn hour(endpoints: usize) {
    // These requests take micro- and not milliseconds: bounds that they spread over.
    let bounds: Vec<f64> = (0..14).map(|place| 4e-7 * 1.5_f64.powi(place)).collect();
    let builder = Monitor::builder().registry(prometheus::Registry::new()).duration_buckets(Buckets::new(bounds).unwrap());
    let builder = builder.endpoint(|head| Some(head.uri().path().into())).beacons_per_second(1_000_000);
    // As many samples as an hour has, a hundred times as fast.
    let builder = builder.history_interval(INTERVAL).history_length(INTERVAL * SAMPLES).history_bytes(1 << 30);
    let monitor = builder.endpoints((0..endpoints).map(|number| format!("/{number}"))).build().unwrap();
    let mut random = Random(9);
    // What the recorder and the first answer take is not the history's.
    busy(&monitor, endpoints, &mut random).await;
    ask(&monitor).await;
    let before = alive();
    let history = tokio::spawn(monitor.history());
    let mut sampling = 0.0;
    for _ in 0..=SAMPLES {
        busy(&monitor, endpoints, &mut random).await;
        let start = processor_seconds();
        tokio::time::sleep(INTERVAL).await;
        sampling += processor_seconds() - start;
    }
    let of = format!("{endpoints} endpoints");
    figure("history, bytes of an hour", &of, (alive() - before) as f64);
    figure("history, microseconds of a processor for a sample", &of, sampling * 1e6 / f64::from(SAMPLES));
    let start = Instant::now();
    let answer = ask(&monitor).await;
    figure("history, bytes of the page's first answer", &of, answer.len() as f64);
    figure("history, its time in milliseconds", &of, start.elapsed().as_secs_f64() * 1e3);
    history.abort();
}

/// Ten seconds of a busy service: of each endpoint some requests of two statuses, page loads and vitals.
async fn busy(monitor: &Monitor, endpoints: usize, random: &mut Random) {
    let mut service = monitor.layer().layer(service_fn(answer));
    let mut events = Vec::new();
    for endpoint in 0..endpoints {
        for _ in 0..20 {
            let request = Request::get(format!("/{endpoint}")).header("x-bytes", random.below(100_000)).body(()).unwrap();
            service.ready().await.unwrap().call(request).await.unwrap().into_body().collect().await.unwrap();
        }
        let [load, lcp, inp] = [9_000, 5_000, 600].map(|most| random.below(most));
        events.push(format!(r#"{{"event":"page_load","endpoint":"/{endpoint}","load_time":{load},"phases":{{"dns":{inp}}}}}"#));
        events.push(format!(
            r#"{{"event":"web_vitals","endpoint":"/{endpoint}","lcp":{lcp},"inp":{inp},"fcp":{lcp},"ttfb":{inp},"cls":0.1}}"#
        ));
        events.push(format!(r#"{{"event":"request","endpoint":"/{endpoint}","duration":{inp}}}"#));
        events.push(format!(r#"{{"event":"page_view","endpoint":"/{endpoint}","from":"/0"}}"#));
    }
    for batch in events.chunks(100) {
        let body = format!(r#"{{"version":1,"id":"{:032x}","events":[{}]}}"#, random.next(), batch.join(","));
        let request = Request::post("/log-beacon").header("content-type", "text/plain").body(Full::from(body)).unwrap();
        assert_eq!(ours(monitor, request).await.status(), StatusCode::NO_CONTENT);
    }
}

async fn answer(request: Request<()>) -> Result<Response<Full<Bytes>>, Infallible> {
    let bytes: usize = request.headers()["x-bytes"].to_str().unwrap().parse().unwrap();
    let mut response = Response::new(Full::from(vec![0; bytes]));
    if bytes.is_multiple_of(10) {
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    }
    Ok(response)
}

async fn ask(monitor: &Monitor) -> Bytes {
    ours(monitor, Request::get("/dashboard/data").body(Full::default()).unwrap()).await.into_body()
}

async fn ours(monitor: &Monitor, request: Request<Full<Bytes>>) -> Response<Bytes> {
    let nothing = service_fn(async |_| Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())));
    let (head, body) = monitor.routes_layer().layer(nothing).oneshot(request).await.unwrap().into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

/// xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() >> 33) as usize % most
    }
}

/// Of all threads.
fn processor_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

const SAMPLES: u32 = 360;
const INTERVAL: Duration = Duration::from_millis(100);
