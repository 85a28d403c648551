use prometheus::core::{Collector, Desc};
use prometheus::proto::{self, MetricFamily, MetricType};
use prometheus::{GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

/// A host's collector that hands out one family, whatever is in it.
pub struct Custom {
    description: Desc,
    family: MetricFamily,
}

impl Custom {
    pub fn register(registry: &Registry, name: &str, kind: MetricType, metrics: Vec<proto::Metric>) {
        // A registry looks at the description alone.
        let described = format!("of_{}", name.replace(' ', "_"));
        let description = Desc::new(described, "Custom.".to_owned(), Vec::new(), [].into()).unwrap();
        let mut family = MetricFamily::default();
        family.set_name(name.to_owned());
        family.set_help("Custom.".to_owned());
        family.set_field_type(kind);
        family.set_metric(metrics);
        registry.register(Box::new(Self { description, family })).unwrap();
    }
}

impl Collector for Custom {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.description]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        vec![self.family.clone()]
    }
}

pub fn gauge(labels: &[(&str, &str)], value: f64) -> proto::Metric {
    let mut gauge = proto::Gauge::default();
    gauge.set_value(value);
    let mut metric = labelled(labels);
    metric.set_gauge(gauge);
    metric
}

pub fn counter(value: f64) -> proto::Metric {
    let mut counter = proto::Counter::default();
    counter.set_value(value);
    let mut metric = labelled(&[]);
    metric.set_counter(counter);
    metric
}

pub fn summary(labels: &[(&str, &str)], quantiles: &[(f64, f64)], sum: f64, count: u64) -> proto::Metric {
    let quantiles = quantiles.iter().map(|&(quantile, value)| {
        let mut of = proto::Quantile::default();
        of.set_quantile(quantile);
        of.set_value(value);
        of
    });
    let mut summary = proto::Summary::default();
    summary.set_quantile(quantiles.collect());
    summary.set_sample_sum(sum);
    summary.set_sample_count(count);
    let mut metric = labelled(labels);
    metric.set_summary(summary);
    metric
}

fn labelled(labels: &[(&str, &str)]) -> proto::Metric {
    let pair = |&(name, value): &(&str, &str)| {
        let mut pair = proto::LabelPair::default();
        pair.set_name(name.to_owned());
        pair.set_value(value.to_owned());
        pair
    };
    proto::Metric::from_label(labels.iter().map(pair).collect())
}

/// Families of every kind, under label values that would break a careless writer.
pub fn families_of_every_kind(registry: &Registry) {
    let counters =
        IntCounterVec::new(Opts::new("jobs_total", "Jobs, \"quoted\" and \\ escaped\nin two lines."), &["queue"]).unwrap();
    let gauges = GaugeVec::new(Opts::new("temperature", "Degrees."), &["place"]).unwrap();
    let options = HistogramOpts::new("job_seconds", "Time.").buckets(vec![1e-5, 0.5, 1.0, 1e6]);
    let histograms = HistogramVec::new(options, &["queue"]).unwrap();
    for value in HOSTILE {
        counters.with_label_values(&[value]).inc();
        gauges.with_label_values(&[value]).set(-0.5);
        histograms.with_label_values(&[value]).observe(1.0);
    }
    gauges.with_label_values(&["hot"]).set(f64::INFINITY);
    gauges.with_label_values(&["cold"]).set(f64::NEG_INFINITY);
    gauges.with_label_values(&["broken"]).set(f64::NAN);
    gauges.with_label_values(&["far"]).set(1e22);
    histograms.with_label_values(&["empty"]);
    registry.register(Box::new(counters)).unwrap();
    registry.register(Box::new(gauges)).unwrap();
    registry.register(Box::new(histograms)).unwrap();
    let summaries = [summary(&[("queue", "a")], &[(0.5, 1.5), (1.0, 4.0)], 6.0, 3), summary(&[("queue", "b")], &[], 0.0, 0)];
    Custom::register(registry, "job_bytes", MetricType::SUMMARY, summaries.into());
    let mut stamped = gauge(&[], 3.0);
    stamped.set_timestamp_ms(1_700_000_000_005);
    Custom::register(registry, "stamped", MetricType::GAUGE, vec![stamped]);
}

pub const HOSTILE: [&str; 11] = [
    r#"quote"quote"#,
    r"back\slash",
    r"ends in \",
    r#"",le="1"#,
    r#"a"} 1 "#,
    "comma,equals={}",
    "# EOF",
    "line\nbreak",
    "\u{e9}\u{4f60}\u{1F600}\u{2028}",
    " ",
    "",
];
