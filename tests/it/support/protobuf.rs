use std::collections::BTreeMap;

use prost::Message;

/// Families as Prometheus reads them, by their names.
pub fn parse(mut body: &[u8]) -> BTreeMap<String, Family> {
    let mut families = BTreeMap::new();
    while !body.is_empty() {
        let family = Family::decode_length_delimited(&mut body).unwrap();
        assert!(families.insert(family.name.clone().unwrap(), family).is_none(), "a family twice");
    }
    families
}

/// The series that Prometheus would make of a family.
pub fn samples(name: &str, family: &Family) -> BTreeMap<String, u64> {
    let mut samples = BTreeMap::new();
    for metric in &family.metric {
        let labels: BTreeMap<String, String> =
            metric.label.iter().map(|pair| (pair.name.clone().unwrap(), pair.value.clone().unwrap())).collect();
        let mut add = |suffix: &str, bound: Option<(&str, f64)>, value: f64| {
            let mut labels = labels.clone();
            labels.extend(bound.map(|(label, bound)| (label.to_owned(), canonical(bound))));
            assert!(samples.insert(key(&format!("{name}{suffix}"), &labels), bits(value)).is_none(), "a series twice");
        };
        let number = metric.gauge.as_ref().or(metric.untyped.as_ref()).map(|number| number.value);
        if let Some(value) = number.or(metric.counter.as_ref().map(|counter| counter.value)) {
            add("", None, value.unwrap());
        }
        if let Some(histogram) = &metric.histogram {
            for bucket in &histogram.bucket {
                add("_bucket", Some(("le", bucket.upper_bound.unwrap())), bucket.cumulative_count.unwrap() as f64);
            }
            add("_sum", None, histogram.sample_sum.unwrap());
            add("_count", None, histogram.sample_count.unwrap() as f64);
        }
        if let Some(summary) = &metric.summary {
            for quantile in &summary.quantile {
                add("", Some(("quantile", quantile.quantile.unwrap())), quantile.value.unwrap());
            }
            add("_sum", None, summary.sample_sum.unwrap());
            add("_count", None, summary.sample_count.unwrap() as f64);
        }
    }
    samples
}

/// As Prometheus writes the bounds of our own and of the host that this test has.
fn canonical(bound: f64) -> String {
    match bound {
        f64::INFINITY => "+Inf".to_owned(),
        1e-5 => "1e-05".to_owned(),
        large if large >= 1e6 => format!("{large:e}").replace('e', "e+0"),
        plain => format!("{plain:?}"),
    }
}

pub fn key(name: &str, labels: &BTreeMap<String, String>) -> String {
    format!("{name}{labels:?}")
}

/// Equal also where it is not a number.
pub fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

#[derive(Message)]
pub struct Family {
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub help: Option<String>,
    #[prost(int32, optional, tag = "3")]
    pub r#type: Option<i32>,
    #[prost(message, repeated, tag = "4")]
    pub metric: Vec<Metric>,
    #[prost(string, optional, tag = "5")]
    pub unit: Option<String>,
}

#[derive(Message)]
pub struct Metric {
    #[prost(message, repeated, tag = "1")]
    pub label: Vec<Label>,
    #[prost(message, optional, tag = "2")]
    pub gauge: Option<Number>,
    #[prost(message, optional, tag = "3")]
    pub counter: Option<Number>,
    #[prost(message, optional, tag = "4")]
    pub summary: Option<Summary>,
    #[prost(message, optional, tag = "5")]
    pub untyped: Option<Number>,
    #[prost(int64, optional, tag = "6")]
    pub timestamp_ms: Option<i64>,
    #[prost(message, optional, tag = "7")]
    pub histogram: Option<Histogram>,
}

#[derive(Message)]
pub struct Label {
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub value: Option<String>,
}

#[derive(Message)]
pub struct Number {
    #[prost(double, optional, tag = "1")]
    pub value: Option<f64>,
    #[prost(message, optional, tag = "3")]
    pub created_timestamp: Option<Timestamp>,
}

#[derive(Message)]
pub struct Summary {
    #[prost(uint64, optional, tag = "1")]
    pub sample_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    pub sample_sum: Option<f64>,
    #[prost(message, repeated, tag = "3")]
    pub quantile: Vec<Quantile>,
}

#[derive(Message)]
pub struct Quantile {
    #[prost(double, optional, tag = "1")]
    pub quantile: Option<f64>,
    #[prost(double, optional, tag = "2")]
    pub value: Option<f64>,
}

#[derive(Message)]
pub struct Histogram {
    #[prost(uint64, optional, tag = "1")]
    pub sample_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    pub sample_sum: Option<f64>,
    #[prost(message, repeated, tag = "3")]
    pub bucket: Vec<Bucket>,
    #[prost(sint32, optional, tag = "5")]
    pub schema: Option<i32>,
    #[prost(double, optional, tag = "6")]
    pub zero_threshold: Option<f64>,
    #[prost(bytes = "vec", repeated, tag = "12")]
    pub positive_span: Vec<Vec<u8>>,
    #[prost(message, optional, tag = "15")]
    pub created_timestamp: Option<Timestamp>,
}

#[derive(Message)]
pub struct Bucket {
    #[prost(uint64, optional, tag = "1")]
    pub cumulative_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    pub upper_bound: Option<f64>,
    #[prost(message, optional, tag = "3")]
    pub exemplar: Option<Exemplar>,
}

#[derive(Message)]
pub struct Exemplar {
    #[prost(message, repeated, tag = "1")]
    pub label: Vec<Label>,
    #[prost(double, optional, tag = "2")]
    pub value: Option<f64>,
    #[prost(message, optional, tag = "3")]
    pub timestamp: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Timestamp {
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}
