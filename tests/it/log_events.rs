//! Log events through a real subscriber: which are counted, under which labels, and what the layer leaves to others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use prometheus::Registry;
use prometheus::core::Collector as _;
use tower_rum::log_events::LogEventsLayer;
use tower_rum::{Builder, ClientCounter, ClientHistogram, Monitor, Unit};
use tracing::dispatcher::{self, Dispatch};
use tracing::{Level, Subscriber, debug, error, info, info_span, span, trace, warn};
use tracing_log::log;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry;

use crate::support::acting;
use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;

#[tokio::test]
async fn events_count_by_level_and_spans_do_not() {
    let monitor = monitor();
    log(monitor.log_events_layer(), || {
        error!("one");
        warn!(field = 1, "two");
        info!("three");
        info!("four");
        debug!("five");
        trace!("six");
        let span = info_span!("a span", field = 1);
        let _entered = span.enter();
        span.record("field", 2);
    });
    let expected = [("error", 1.0), ("warn", 1.0), ("info", 2.0), ("debug", 1.0), ("trace", 1.0)];
    assert_eq!(seen(&monitor).await, expected.map(|(level, count)| (format!("level=\"{level}\""), count)).into());
}

#[tokio::test]
async fn all_levels_stand_at_0_once_there_is_a_layer_and_before_that_nothing() {
    let monitor = monitor();
    assert!(!Metrics::of(&monitor).await.text.contains("log_events"));
    let _layer = monitor.log_events_layer();
    assert_eq!(seen(&monitor).await.len(), 5);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("log_events_total"), 0.0);
    assert!(metrics.text.contains("# TYPE log_events_total counter\n"));

    let described = |monitor: &Monitor, name: &str| {
        let collector = monitor.collector();
        let of_name = collector.desc().into_iter().find(|description| description.fq_name == name);
        of_name.unwrap().variable_labels.clone()
    };
    assert_eq!(described(&monitor, "log_events_total"), ["level"]);

    let monitor = targets(["shop", "sqlx"]).namespace("eu").const_label("zone", "a").build().unwrap();
    let _layer = monitor.log_events_layer();
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.series("eu_log_events_total").count(), 15);
    assert_eq!(metrics.value(r#"eu_log_events_total{zone="a",level="debug",target="other"}"#), 0.0);
    assert_eq!(described(&monitor, "eu_log_events_total"), ["zone", "level", "target"]);
}

#[tokio::test]
async fn an_event_counts_under_the_longest_declared_target_that_its_own_lies_in() {
    let monitor = targets(["shop", "shop::cart", "sqlx", "log"]).build().unwrap();
    log(monitor.log_events_layer(), || {
        info!(target: "shop", "itself");
        info!(target: "shop::orders::new", "below");
        info!(target: "shop::cart", "itself");
        info!(target: "shop::cart::items", "below");
        info!(target: "shop::carts", "of shop alone");
        info!(target: "sqlx_core", "begins alike");
        info!(target: "shop:cart", "no path");
        info!(target: "sql", "shorter");
        info!(target: "", "nothing");
        info!(target: "log", { log.target = 3 }, "not from the log crate");
        info!("of this module");
    });
    let count =
        async |target: &str| Metrics::of(&monitor).await.value(&format!(r#"log_events_total{{level="info",target="{target}"}}"#));
    assert_eq!(count("shop").await, 3.0);
    assert_eq!(count("shop::cart").await, 2.0);
    assert_eq!(count("sqlx").await, 0.0);
    assert_eq!(count("log").await, 1.0);
    assert_eq!(count("other").await, 5.0);
}

#[tokio::test]
async fn a_record_of_the_log_crate_counts_under_its_own_target_and_level() {
    let monitor = targets(["shop", "sqlx"]).build().unwrap();
    let plain = self::monitor();
    for monitor in [&monitor, &plain] {
        log(monitor.log_events_layer(), || {
            for (target, level) in [("sqlx::query", log::Level::Warn), ("hyper", log::Level::Trace), ("shop", log::Level::Error)]
            {
                let record = log::Record::builder().target(target).level(level).args(format_args!("x")).build();
                tracing_log::format_trace(&record).unwrap();
            }
        });
    }
    let metrics = Metrics::of(&monitor).await;
    for (level, target) in [("warn", "sqlx"), ("trace", "other"), ("error", "shop")] {
        assert_eq!(metrics.value(&format!(r#"log_events_total{{level="{level}",target="{target}"}}"#)), 1.0, "{target}");
    }
    assert_eq!(metrics.total("log_events_total"), 3.0);
    assert_eq!(Metrics::of(&plain).await.value(r#"log_events_total{level="warn"}"#), 1.0);
}

#[tokio::test]
async fn a_filter_of_its_own_is_its_own_and_what_nobody_wants_is_skipped_where_it_is_logged() {
    let monitor = monitor();
    let other = Seen::default();
    let ours = monitor.log_events_layer().with_filter(LevelFilter::WARN);
    let subscriber = registry().with(other.clone().with_filter(LevelFilter::INFO)).with(ours);
    tracing::subscriber::with_default(subscriber, || {
        error!("both");
        info!("the other one's");
        debug!("nobody's");
        assert!(tracing::enabled!(Level::INFO) && !tracing::enabled!(Level::DEBUG));
        assert!(!span!(Level::INFO, "the other one's").is_disabled());
        assert!(span!(Level::DEBUG, "nobody's").is_disabled());
    });
    assert_eq!((other.events(), other.spans()), (2, 1));
    assert_eq!(total(&monitor).await, 1.0);

    let monitor = self::monitor();
    let alone = monitor.log_events_layer().with_filter(filter_fn(|metadata| metadata.target() == "mine"));
    tracing::subscriber::with_default(registry().with(alone), || {
        info!(target: "mine", "counted");
        info!("not counted");
        assert!(tracing::enabled!(target: "mine", Level::TRACE) && !tracing::enabled!(Level::ERROR));
    });
    assert_eq!(total(&monitor).await, 1.0);
}

#[tokio::test]
async fn without_a_filter_it_neither_hides_from_others_nor_sees_past_a_filter_of_all() {
    let monitor = monitor();
    let (within, around) = (Seen::default(), Seen::default());
    let subscriber = registry().with(within.clone()).with(monitor.log_events_layer()).with(around.clone());
    tracing::subscriber::with_default(subscriber, || {
        trace!("an event");
        let _span = span!(Level::TRACE, "a span").entered();
        assert!(tracing::enabled!(Level::TRACE));
    });
    for other in [within, around] {
        assert_eq!((other.events(), other.spans()), (1, 1));
    }
    assert_eq!(total(&monitor).await, 1.0);

    let monitor = self::monitor();
    let filtered = registry().with(monitor.log_events_layer()).with(LevelFilter::WARN);
    tracing::subscriber::with_default(filtered, || {
        warn!("counted");
        info!("not counted");
        assert!(!tracing::enabled!(Level::INFO));
    });
    assert_eq!(total(&monitor).await, 1.0);
}

#[tokio::test]
async fn what_the_crate_calls_may_log_and_counts_once() {
    let monitor = raw_paths()
        .collector(acting::collector(|_| warn!("from a collector")))
        .label("plan", ["free"], |_| {
            error!("from a closure");
            Some("free")
        })
        .build()
        .unwrap();
    let layer = monitor.log_events_layer();
    let _default = tracing::subscriber::set_default(registry().with(layer));
    request(&monitor, "GET", "/a", "hello");
    request(&monitor, "GET", "/b", "hello");
    Metrics::of(&monitor).await;
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"log_events_total{level="error"}"#), 2.0);
    assert!(metrics.value(r#"log_events_total{level="warn"}"#) >= 1.0);
    assert_eq!(metrics.total("http_requests_total"), 2.0);
}

#[tokio::test]
async fn threads_and_clones_of_the_layer_count_together() {
    let monitor = monitor();
    let layer = monitor.log_events_layer();
    let dispatches = [Dispatch::new(registry().with(layer.clone())), Dispatch::new(registry().with(layer))];
    thread::scope(|scope| {
        for number in 0..4 {
            let dispatch = &dispatches[number % 2];
            let work = || (0..1_000).for_each(|_| info!("from a thread"));
            scope.spawn(move || dispatcher::with_default(dispatch, work));
        }
    });
    assert_eq!(total(&monitor).await, 4_000.0);
}

#[test]
fn targets_and_names_that_cannot_work_are_refused() {
    let counter = |name: &str| Monitor::builder().client_counter(ClientCounter::new(name, "Help."));
    let histogram = ClientHistogram::new("log_events", "Help.", Unit::None);
    let refused = [
        (targets([""]), "1 to 64"),
        (targets(["two words"]), "1 to 64"),
        (targets(["other"]), "other"),
        (targets(["overflow"]), "overflow"),
        (targets(["shop"]).family_series(16).log_targets(["a", "b", "c"]), "above the cap of 16"),
        (counter("log_events_total"), "this crate's own"),
        (Monitor::builder().client_histogram(histogram), "this crate's own"),
        (Monitor::builder().const_label("level", "x"), "this crate's own"),
        (Monitor::builder().const_label("target", "x"), "this crate's own"),
    ];
    for (builder, reason) in refused {
        let error = builder.build().expect_err(reason).to_string();
        assert!(error.contains(reason), "{error} does not say {reason}");
    }
    targets(["shop", "sqlx"]).family_series(16).build().unwrap();
}

fn monitor() -> Monitor {
    Monitor::builder().registry(Registry::new()).build().unwrap()
}

fn targets<const N: usize>(targets: [&str; N]) -> Builder {
    Monitor::builder().registry(Registry::new()).log_targets(targets)
}

/// Logs to a subscriber that has the layer alone.
fn log(layer: LogEventsLayer, work: impl FnOnce()) {
    tracing::subscriber::with_default(registry().with(layer), work);
}

/// Labels and values of all series.
async fn seen(monitor: &Monitor) -> BTreeMap<String, f64> {
    let metrics = Metrics::of(monitor).await;
    let labels = |series: &str| series.split_once('{').unwrap().1.trim_end_matches('}').to_owned();
    metrics.series("log_events_total").map(|(series, value)| (labels(series), value)).collect()
}

async fn total(monitor: &Monitor) -> f64 {
    Metrics::of(monitor).await.total("log_events_total")
}

/// Another layer, which counts what it is shown.
#[derive(Clone, Default)]
struct Seen(Arc<[AtomicUsize; 2]>);

impl Seen {
    fn events(&self) -> usize {
        self.0[0].load(Ordering::Relaxed)
    }

    fn spans(&self) -> usize {
        self.0[1].load(Ordering::Relaxed)
    }
}

impl<S: Subscriber> Layer<S> for Seen {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        self.0[0].fetch_add(1, Ordering::Relaxed);
    }

    fn on_new_span(&self, _: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        self.0[1].fetch_add(1, Ordering::Relaxed);
    }
}
