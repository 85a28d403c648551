//! The config file: what it can say, and what is wrong with it, by its line.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use prometheus::Registry;
use serde::Deserialize;
use toml::Spanned;
use tower_rum::{Buckets, Builder, ClientCounter, ClientHistogram, Error, Monitor, Unit};

use crate::toml_file::{self, Problem, address, at};

pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) operator_listen: SocketAddr,
    pub(crate) monitor: Monitor,
}

impl Config {
    /// The error says file, line, and what to write there.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        toml_file::read(path, File::config)
    }
}

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<Spanned<String>>,
    operator_listen: Option<Spanned<String>>,
    #[serde(default)]
    origins: Vec<Spanned<String>>,
    #[serde(default)]
    endpoints: Vec<Spanned<String>>,
    trusted_proxies: Option<Spanned<Vec<String>>>,
    beacons_per_second: Option<Spanned<u32>>,
    client_beacons_per_second: Option<Spanned<u32>>,
    #[serde(default)]
    interaction_names: Vec<Spanned<String>>,
    #[serde(default)]
    journeys: Vec<Spanned<String>>,
    #[serde(default)]
    goals: Vec<Spanned<String>>,
    #[serde(default)]
    third_parties: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    counter: Vec<Counter>,
    #[serde(default)]
    histogram: Vec<Histogram>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Counter {
    name: Spanned<String>,
    help: String,
    #[serde(default)]
    labels: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Histogram {
    name: Spanned<String>,
    help: String,
    #[serde(default)]
    labels: BTreeMap<String, Vec<String>>,
    buckets: Option<Spanned<Vec<f64>>>,
    most: Option<f64>,
}

impl File {
    fn config(&self) -> Result<Config, Problem> {
        let listen = address("listen", self.listen.as_ref(), 8080)?;
        let operator_listen = address("operator_listen", self.operator_listen.as_ref(), 9464)?;
        if self.endpoints.is_empty() {
            return Err(Problem {
                at: 0,
                what: "there is no page to name: add endpoints = [\"/\", \"/page/{id}\"], with the routes of yours".to_owned(),
            });
        }
        Ok(Config { listen, operator_listen, monitor: built(&self.settings()?)? })
    }

    fn settings(&self) -> Result<Vec<Setting>, Problem> {
        let mut settings = Vec::new();
        settings.extend(each(&self.origins, |builder, origin| builder.origins([origin])));
        settings.extend(each(&self.endpoints, |builder, template| builder.endpoints([template])));
        settings.extend(each(&self.interaction_names, |builder, name| builder.interaction_names([name])));
        settings.extend(each(&self.journeys, |builder, name| builder.journeys([name])));
        settings.extend(each(&self.goals, |builder, name| builder.goals([name])));
        settings.extend(one(self.trusted_proxies.as_ref(), Builder::trusted_proxies));
        settings.extend(one(self.beacons_per_second.as_ref(), Builder::beacons_per_second));
        settings.extend(one(self.client_beacons_per_second.as_ref(), Builder::client_beacons_per_second));
        for (service, origins) in &self.third_parties {
            let service = service.clone();
            settings.extend(each(origins, move |builder, origin| builder.third_party(&service, origin)));
        }
        for counter in &self.counter {
            settings.push(counter.setting());
        }
        for histogram in &self.histogram {
            settings.push(histogram.setting()?);
        }
        Ok(settings)
    }
}

impl Counter {
    fn setting(&self) -> Setting {
        let labels = self.labels.iter();
        let counter = labels.fold(ClientCounter::new(self.name.get_ref(), &self.help), |counter, (name, values)| {
            counter.label(name, values.clone())
        });
        Setting::at(&self.name, move |builder| builder.client_counter(counter.clone()))
    }
}

impl Histogram {
    /// In seconds if its name says so: the page then observes milliseconds.
    fn setting(&self) -> Result<Setting, Problem> {
        let name = self.name.get_ref();
        let unit = if name.ends_with("_seconds") { Unit::Seconds } else { Unit::None };
        let mut histogram = ClientHistogram::new(name, &self.help, unit);
        for (label, values) in &self.labels {
            histogram = histogram.label(label, values.clone());
        }
        if let Some(buckets) = &self.buckets {
            histogram = histogram.buckets(Buckets::new(buckets.get_ref().clone()).map_err(|error| at(buckets, &error))?);
        }
        if let Some(most) = self.most {
            histogram = histogram.max_value(most);
        }
        Ok(Setting::at(&self.name, move |builder| builder.client_histogram(histogram.clone())))
    }
}

/// What the builder is told, and where the file says it.
struct Setting {
    at: usize,
    tell: Box<dyn Fn(Builder) -> Builder>,
}

impl Setting {
    fn at<T>(place: &Spanned<T>, tell: impl Fn(Builder) -> Builder + 'static) -> Self {
        Self { at: place.span().start, tell: Box::new(tell) }
    }
}

fn each<F>(values: &[Spanned<String>], tell: F) -> impl Iterator<Item = Setting>
where
    F: Fn(Builder, String) -> Builder + Clone + 'static,
{
    values.iter().filter_map(move |value| one(Some(value), tell.clone()))
}

fn one<T: Clone + 'static>(value: Option<&Spanned<T>>, tell: impl Fn(Builder, T) -> Builder + 'static) -> Option<Setting> {
    let value = value?;
    let told = value.get_ref().clone();
    Some(Setting::at(value, move |builder| tell(builder, told.clone())))
}

fn built(settings: &[Setting]) -> Result<Monitor, Problem> {
    let of_first = |count: usize| {
        let nothing_but_ours = Monitor::builder().registry(Registry::new());
        settings[..count].iter().fold(nothing_but_ours, |builder, setting| (setting.tell)(builder)).build()
    };
    of_first(settings.len()).map_err(|error: Error| {
        // All are told at once; the first that does not go with those before it is the one to change.
        let wrong = settings.iter().enumerate().find_map(|(last, setting)| Some((setting.at, of_first(last + 1).err()?)));
        let (at, error) = wrong.unwrap_or((0, error));
        Problem { at, what: error.to_string() }
    })
}
