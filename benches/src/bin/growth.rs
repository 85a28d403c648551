//! How time, memory and scrape grow with routes, series and threads: `growth FILE` writes the plot there.

use std::borrow::Cow;
use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{Empty, Full};
use tower::{Layer, Service, service_fn};
use tower_rum::Monitor;
use tower_rum_benches::allocations::{Counting, alive};
use tower_rum_benches::beds::{drain, now_or_never};
use tower_rum_benches::measure::{median, on_core};
use tower_rum_benches::plot::{Chart, svg};
use tower_rum_benches::report::{figure, rounds};
use tower_rum_benches::scraped::{self, endpoint, exposition, monitor};

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    let by_routes: Vec<_> = [10, 100, 1_000, 10_000].map(|routes| (routes as f64, request(routes))).into();
    let series: Vec<_> = [100, 1_000, 10_000, 100_000].map(|series| (series as f64, series_cost(series))).into();
    let threads: Vec<_> = [1, 2, 4, 8, 16, 32, 64].map(|threads| (threads as f64, thread_cost(threads))).into();
    let part = |points: &[(f64, [f64; 2])], part: usize| points.iter().map(|&(x, y)| (x, y[part])).collect();
    let charts = [
        Chart { title: "A request", x: "routes", y: "ns", points: by_routes },
        Chart { title: "Memory", x: "label sets", y: "bytes", points: part(&series, 0) },
        Chart { title: "A scrape", x: "label sets", y: "µs", points: part(&series, 1) },
        Chart { title: "A request", x: "threads", y: "ns on a core", points: part(&threads, 0) },
        Chart { title: "Memory, 100 label sets", x: "threads", y: "bytes", points: part(&threads, 1) },
    ];
    for chart in &charts {
        for (x, y) in &chart.points {
            figure(
                &format!("growth: {}, {}", chart.title.to_lowercase().replace(", ", " of "), chart.y),
                &format!("{x} {}", chart.x),
                *y,
            );
        }
    }
    if let Some(file) = std::env::args().nth(1) {
        std::fs::write(file, svg(&charts)).expect("a file to write to");
    }
}

/// Nanoseconds of a whole request, bare service included, when they go to so many routes in turns.
fn request(routes: usize) -> f64 {
    let monitor = monitor(routes);
    let mut pass = passing(&monitor, routes);
    pass(routes.max(1_000));
    median((0..rounds(15)).map(|_| on_core(|| pass(REQUESTS)) / REQUESTS as f64).collect())
}

/// Bytes for so many label sets, and microseconds to expose them.
fn series_cost(label_sets: usize) -> [f64; 2] {
    let monitor = monitor(label_sets);
    scraped::requests(monitor.layer(), 0..1, 1);
    let before = alive();
    scraped::requests(monitor.layer(), 0..label_sets, 1);
    let bytes = alive() - before;
    let scrape = median((0..rounds(9)).map(|_| on_core(|| drop(exposition(&monitor)))).collect());
    [bytes as f64, scrape / 1e3]
}

/// Nanoseconds of a request on so many threads at once, and bytes for the label sets that all of them touch.
fn thread_cost(threads: usize) -> [f64; 2] {
    let monitor = monitor(ROUTES);
    let before = alive();
    let together = std::sync::Barrier::new(threads);
    let times = std::thread::scope(|scope| {
        let thread = || {
            let mut pass = passing(&monitor, ROUTES);
            pass(1_000);
            together.wait();
            let time = on_core(|| pass(REQUESTS)) / REQUESTS as f64;
            drop(pass);
            together.wait();
            (time, alive())
        };
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(thread)).collect();
        all.into_iter().map(|thread| thread.join().expect("a thread")).collect::<Vec<_>>()
    });
    let bytes = times.iter().map(|&(_, alive)| alive).max().unwrap_or(0) - before;
    [median(times.into_iter().map(|(time, _)| time).collect()), bytes as f64]
}

/// Runs requests through a layer, one route after another.
fn passing(monitor: &Monitor, routes: usize) -> impl FnMut(usize) {
    let answer =
        async |_: Request<Empty<Bytes>>| Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"some bytes"))));
    let mut service = monitor.layer().layer(service_fn(answer));
    let path = |number| Cow::<str>::Owned(endpoint(number).replace(['{', '}'], "-"));
    let uris: Vec<Uri> = (0..routes).map(|number| path(number).parse().expect("a path")).collect();
    let mut next = 0;
    move |requests| {
        for _ in 0..requests {
            next = (next + 1) % uris.len();
            let mut request = Request::new(Empty::new());
            request.uri_mut().clone_from(&uris[next]);
            let Ok(response) = now_or_never(service.call(request));
            drain(response.into_body());
        }
    }
}

const ROUTES: usize = 100;
const REQUESTS: usize = 20_000;
