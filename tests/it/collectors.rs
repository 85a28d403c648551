//! Collectors that the builder takes: their families are exposed as ours are.

use prometheus::core::Collector as _;
use prometheus::{IntCounter, IntCounterVec, Opts, Registry};
use tower_rum::Monitor;

use crate::support::acting;
use crate::support::metrics::Metrics;

#[tokio::test]
async fn their_families_have_our_namespace_and_labels_on_both_ways_out() {
    let orders = orders();
    let builder = Monitor::builder().namespace("shop").const_label("region", "eu").registry(Registry::new());
    let monitor = builder.collector(orders.clone()).build().unwrap();
    orders.with_label_values(&["card"]).inc_by(3);
    let series = r#"shop_orders_total{paid="card",region="eu"}"#;
    assert_eq!(Metrics::of(&monitor).await.value(series), 3.0);

    let registry = Registry::new();
    registry.register(Box::new(monitor.collector())).unwrap();
    let family = registry.gather().into_iter().find(|family| family.name() == "shop_orders_total").unwrap();
    let labels: Vec<_> = family.get_metric()[0].get_label().iter().map(|pair| (pair.name(), pair.value())).collect();
    assert_eq!(labels, [("paid", "card"), ("region", "eu")]);
    let taken =
        IntCounterVec::new(Opts::new("shop_orders_total", "Orders taken.").const_label("region", "eu"), &["paid"]).unwrap();
    assert!(registry.register(Box::new(taken)).is_err(), "the name is described");
}

#[tokio::test]
async fn a_registry_whose_collectors_panic_costs_them_nothing_nor_they_it() {
    let broken = || acting::collector(|_| panic!("a collector breaks"));
    let mine = IntCounter::new("mine_total", "Mine.").unwrap();
    let host = Registry::new();
    host.register(Box::new(IntCounter::new("host_total", "The host's.").unwrap())).unwrap();
    let monitor = Monitor::builder().registry(host).collector(mine.clone()).collector(broken()).build().unwrap();
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value("host_total"), 0.0);
    assert_eq!(metrics.series("mine_total").count(), 0, "all collectors of the builder's are lost together");
    assert_eq!(Metrics::of(&monitor).await.value(r#"rum_exposition_failures_total{reason="panic"}"#), 1.0);

    let host = Registry::new();
    host.register(Box::new(broken())).unwrap();
    let monitor = Monitor::builder().registry(host).collector(mine).build().unwrap();
    assert_eq!(Metrics::of(&monitor).await.value("mine_total"), 0.0);
}

#[tokio::test]
async fn a_name_of_ours_stays_ours_and_one_of_theirs_is_not_the_registrys() {
    let host = Registry::new();
    host.register(Box::new(orders())).unwrap();
    let given = orders();
    given.with_label_values(&["cash"]).inc();
    let ours = IntCounter::new("rum_batches_total", "Not ours.").unwrap();
    let monitor = Monitor::builder().registry(host).collector(given).collector(ours).build().unwrap();
    Metrics::of(&monitor).await;
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"orders_total{paid="cash"}"#), 1.0);
    assert!(!metrics.text.contains("Not ours."));
    assert_eq!(metrics.value("rum_exposition_conflicts_total"), 1.0);
}

#[test]
fn names_and_labels_that_are_taken_are_errors() {
    let twice = Monitor::builder().collector(orders()).collector(orders()).build().unwrap_err().to_string();
    assert!(twice.starts_with("a collector takes names that are free: "), "{twice}");
    let label = Monitor::builder().const_label("paid", "yes").collector(orders()).build().unwrap_err().to_string();
    assert_eq!(label, r#"const_label "paid" is a label of the collector's orders_total already"#);
    assert_eq!(orders().desc().len(), 1);
}

fn orders() -> IntCounterVec {
    IntCounterVec::new(Opts::new("orders_total", "Orders taken."), &["paid"]).unwrap()
}
