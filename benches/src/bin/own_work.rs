//! What it costs that the application's own work is counted: a timer beside the prometheus crate's, and a log event, by the clock and in allocations.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts};
use tower_rum::{Monitor, Timer};
use tower_rum_benches::allocations::{Counting, calls};
use tower_rum_benches::beds::{Bed, Traffic, Worker, now_or_never};
use tower_rum_benches::measure::{BARE, added, on_core, threads};
use tower_rum_benches::report::{figure, rounds};
use tracing::dispatcher::{self, Dispatch};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, Identity, SubscriberExt};

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    compare("timer", &timers());
    compare("log event", &log_events());
}

type Variants = Vec<(&'static str, Bed)>;

fn timers() -> Variants {
    const NAME: &str = "db_query_duration_seconds";
    const QUERY: &str = "select_user";
    let monitor = Monitor::builder().timer(Timer::new(NAME, "Queries.").label("query", [QUERY])).build().expect("a monitor");
    let timer = monitor.timer(NAME).expect("declared").with_label_values([QUERY]);
    let future = timer.clone();
    let vec = HistogramVec::new(HistogramOpts::new(NAME, "Queries."), &["query"]).expect("a name");
    let child = vec.with_label_values(&[QUERY]);
    vec![
        (BARE, of(|| black_box(()))),
        ("two Instant reads", of(|| _ = black_box(Instant::now().elapsed()))),
        ("tower-rum, guard", of(move || drop(black_box(timer.start())))),
        ("tower-rum, future", of(move || now_or_never(future.time(black_box(std::future::ready(())))))),
        ("prometheus HistogramTimer, cached child", of(move || drop(black_box(child.start_timer())))),
        ("prometheus HistogramTimer, vec", of(move || drop(black_box(vec.with_label_values(&[QUERY]).start_timer())))),
    ]
}

/// Through a subscriber that has one layer.
fn log_events() -> Variants {
    let declared = Monitor::builder().log_targets(["shop", "sqlx", "tower_http::trace"]).build().expect("a monitor");
    let by_level = IntCounterVec::new(Opts::new("log_events_total", "Log events."), &["level"]).expect("a name");
    vec![
        (BARE, logged(Identity::new())),
        ("tower-rum, by level", logged(Monitor::new().log_events_layer())),
        ("tower-rum, by level and three targets", logged(declared.log_events_layer())),
        ("prometheus vec, by level", logged(ByLevel(by_level))),
    ]
}

struct ByLevel(IntCounterVec);

impl<S: Subscriber> Layer<S> for ByLevel {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.0.with_label_values(&[event.metadata().level().as_str()]).inc();
    }
}

fn of(work: impl Fn() + Send + Sync + 'static) -> Bed {
    let work = Arc::new(work);
    Box::new(move |_| {
        let work = Arc::clone(&work);
        Box::new(move |times| (0..times).for_each(|_| work()))
    })
}

fn logged<L: Layer<tracing_subscriber::Registry> + Send + Sync + 'static>(layer: L) -> Bed {
    let dispatch = Dispatch::new(tracing_subscriber::registry().with(layer));
    Box::new(move |_| {
        let dispatch = dispatch.clone();
        Box::new(move |times| {
            dispatcher::with_default(&dispatch, || (0..times).for_each(|_| tracing::info!(target: "shop::cart", "sold out")));
        })
    })
}

fn compare(bench: &str, variants: &Variants) {
    let names: Vec<_> = variants.iter().map(|&(name, _)| name).collect();
    let mut workers: Vec<Worker> = variants.iter().map(|(_, bed)| bed(Traffic::Same)).collect();
    workers.iter_mut().for_each(|worker| worker(1_000));
    let print = |column: &str, costs: Vec<(&str, f64)>| {
        costs.iter().for_each(|(variant, cost)| figure(&format!("{bench}, {column}"), variant, *cost));
    };
    print("1 thread", added(&names, rounds(45), |variant| on_core(|| workers[variant](ALONE)) / ALONE as f64));
    for (count, column) in [(2, "2 threads"), (8, "8 threads")] {
        let together = |variant: usize| threads(&variants[variant].1, Traffic::Same, count, TOGETHER / count);
        print(column, added(&names, rounds(15), together));
    }
    let allocations = |(worker, &name): (&mut Worker, _)| {
        let before = calls();
        worker(ALONE);
        (name, (calls() - before) as f64 / ALONE as f64)
    };
    print("allocations", workers.iter_mut().zip(&names).map(allocations).collect());
}

const ALONE: usize = 10_000;
const TOGETHER: usize = 40_000;
