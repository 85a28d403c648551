//! What the command line asks for.

use crate::traffic::Traffic;

pub(crate) struct Arguments {
    pub(crate) traffic: Option<Traffic>,
    /// Where the visitors go; without it, to the tour of this process.
    pub(crate) against: Option<String>,
}

impl Arguments {
    pub(crate) fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut visitors, mut pace, mut against) = (None, None, None);
        for argument in arguments {
            let (name, value) = argument.split_once('=').map_or((&*argument, None), |(name, value)| (name, Some(value)));
            match (name, value) {
                ("--traffic", None) => visitors = Some(Traffic::VISITORS),
                ("--traffic", Some(value)) => visitors = Some(positive(value)?),
                ("--pace", Some(value)) => pace = Some(positive(value)?),
                ("--against", Some(value)) => against = Some(value.to_owned()),
                _ => return Err(format!("{argument:?} is not known: {USAGE}")),
            }
        }
        if visitors.is_none() && (pace.is_some() || against.is_some()) {
            return Err(format!("--pace and --against are about --traffic: {USAGE}"));
        }
        let traffic = visitors.map(|visitors| Traffic { visitors, a_second: pace.unwrap_or(Traffic::A_SECOND) });
        Ok(Self { traffic, against })
    }
}

fn positive(value: &str) -> Result<u32, String> {
    value.parse().ok().filter(|&number| number > 0).ok_or_else(|| format!("{value:?} is no number of visitors: {USAGE}"))
}

const USAGE: &str = "demo takes --traffic or --traffic=VISITORS, and with it --pace=A_SECOND and --against=HOST:PORT";
