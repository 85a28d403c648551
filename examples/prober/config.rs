//! The config file: what it can say, and what is wrong with it, by its line.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use http::Method;
use serde::Deserialize;
use toml::Spanned;
use tower_rum::synthetic::{Client, Probe, Probes, Pushgateway, Step};

use crate::toml_file::{self, Problem, address, at};

pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) probes: Probes,
    pub(crate) push: Option<Push>,
}

pub(crate) struct Push {
    pub(crate) gateway: Pushgateway<Client>,
    pub(crate) every: Duration,
}

impl Config {
    /// The error says file, line, and what to write there.
    pub(crate) fn read(path: &Path, client: &Client) -> Result<Self, String> {
        toml_file::read(path, |file: &File| file.config(client))
    }
}

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<Spanned<String>>,
    pushgateway: Option<Gateway>,
    #[serde(default)]
    probe: Vec<Probed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gateway {
    address: Spanned<String>,
    job: Option<Spanned<String>>,
    #[serde(default)]
    grouping: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    headers: BTreeMap<String, Spanned<String>>,
    interval_seconds: Option<Spanned<Seconds>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Probed {
    name: Spanned<String>,
    tcp: Option<Spanned<String>>,
    #[serde(default)]
    steps: Vec<Asked>,
    interval_seconds: Option<Seconds>,
    timeout_seconds: Option<Seconds>,
    jitter_seconds: Option<Seconds>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    url: Spanned<String>,
    method: Option<Spanned<String>>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    expect_status: Vec<u16>,
    #[serde(default)]
    expect_headers: BTreeMap<String, String>,
    #[serde(default)]
    expect_body: Vec<String>,
    redirects: Option<usize>,
    body_limit_bytes: Option<usize>,
}

/// A number of seconds, whole or not.
#[derive(Deserialize, Clone, Copy)]
#[serde(try_from = "f64")]
struct Seconds(Duration);

impl TryFrom<f64> for Seconds {
    type Error = String;

    fn try_from(seconds: f64) -> Result<Self, String> {
        Duration::try_from_secs_f64(seconds).map(Self).map_err(|_| format!("a number of seconds is 60 or 0.5, and not {seconds}"))
    }
}

impl File {
    fn config(&self, client: &Client) -> Result<Config, Problem> {
        let listen = address("listen", self.listen.as_ref(), 9464)?;
        let push = self.pushgateway.as_ref().map(|gateway| gateway.push(client)).transpose()?;
        Ok(Config { listen, probes: self.probes()?, push })
    }

    fn probes(&self) -> Result<Probes, Problem> {
        let probes = self.probe.iter().map(Probed::checked).collect::<Result<Vec<_>, _>>()?;
        if probes.is_empty() {
            return Err(Problem { at: 0, what: "there is nothing to probe: add a [[probe]]".to_owned() });
        }
        Probes::new(probes.clone()).map_err(|error| {
            // Each is good by itself: the last of the first ones that are not good together is one too many.
            let together = |count: &usize| Probes::new(probes[..=*count].to_vec()).is_ok();
            let one_too_many = (0..probes.len()).find(|count| !together(count)).unwrap_or_default();
            at(&self.probe[one_too_many].name, &error)
        })
    }
}

impl Gateway {
    fn push(&self, client: &Client) -> Result<Push, Problem> {
        let mut gateway = Pushgateway::new(client.clone(), self.address.get_ref()).map_err(|error| at(&self.address, &error))?;
        if let Some(job) = &self.job {
            gateway = gateway.job(job.get_ref()).map_err(|error| at(job, &error))?;
        }
        for (name, value) in &self.grouping {
            gateway = gateway.grouping(name, value.get_ref()).map_err(|error| at(value, &error))?;
        }
        for (name, value) in &self.headers {
            gateway = gateway.header(name, value.get_ref()).map_err(|error| at(value, &error))?;
        }
        let every = match &self.interval_seconds {
            Some(seconds) if seconds.get_ref().0.is_zero() => {
                return Err(at(seconds, &"a push takes an interval above 0"));
            }
            Some(seconds) => seconds.get_ref().0,
            None => Duration::from_secs(15),
        };
        Ok(Push { gateway, every })
    }
}

impl Probed {
    /// Its parts are checked one by one as well, so that each has its own line.
    fn checked(&self) -> Result<Probe, Problem> {
        let name = self.name.get_ref();
        let mut probe = match (&self.tcp, &self.steps[..]) {
            (Some(destination), []) => {
                let to = |name: &str| Probe::tcp(name, destination.get_ref());
                check(to("it"), destination)?;
                to(name)
            }
            (None, steps @ [_, ..]) => Probe::http(name, steps.iter().map(Asked::checked).collect::<Result<Vec<_>, _>>()?),
            _ => return Err(at(&self.name, &format!("probe {name:?} takes either `tcp = \"host:port\"` or `steps`"))),
        };
        if let Some(Seconds(interval)) = self.interval_seconds {
            probe = probe.interval(interval);
        }
        if let Some(Seconds(most)) = self.timeout_seconds {
            probe = probe.timeout(most);
        }
        if let Some(Seconds(most)) = self.jitter_seconds {
            probe = probe.jitter(most);
        }
        check(probe.clone(), &self.name)?;
        Ok(probe)
    }
}

impl Asked {
    fn checked(&self) -> Result<Step, Problem> {
        let mut step = Step::new(self.method()?, self.url.get_ref()).body(self.body.clone());
        step = self.headers.iter().fold(step, |step, (name, value)| step.header(name, value));
        step = self.expect_status.iter().fold(step, |step, &status| step.expect_status(status));
        step = self.expect_headers.iter().fold(step, |step, (name, text)| step.expect_header(name, text));
        step = self.expect_body.iter().fold(step, Step::expect_body_contains);
        step = self.redirects.into_iter().fold(step, Step::redirects);
        step = self.body_limit_bytes.into_iter().fold(step, Step::body_limit);
        check(Probe::http("it", [step.clone()]), &self.url)?;
        Ok(step)
    }

    fn method(&self) -> Result<Method, Problem> {
        let Some(method) = &self.method else { return Ok(Method::GET) };
        let capitals = Some(method.get_ref()).filter(|method| !method.contains(|letter: char| letter.is_ascii_lowercase()));
        capitals.and_then(|method| method.parse().ok()).ok_or_else(|| {
            at(method, &format!("a method is written in capitals, such as GET or POST, not {:?}", method.get_ref()))
        })
    }
}

/// Whether a probe can be carried out. What is wrong with it stands at this place.
fn check<T>(probe: Probe, place: &Spanned<T>) -> Result<(), Problem> {
    Probes::new([probe]).map(drop).map_err(|error| at(place, &error))
}
