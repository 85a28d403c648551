//! From a snapshot of our families and the host's registry to an exposition format.

mod claims;
mod exemplar;
mod head;
mod host;
mod names;
mod number;
#[cfg(feature = "protobuf")]
mod protobuf;
mod short;
mod text;

use crate::record::Recorder;

use claims::Claims;
use head::Dialect;
use host::HostFamily;
use text::TextFormat;

pub(crate) use host::{HostFamilies, pushed};
pub(crate) use names::Names;
pub(crate) use number::decimal;

/// What a scrape may be written in. All formats have the same series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Format {
    /// The Prometheus text format, in version 0.0.4; good as 1.0.0 too, which only adds quoted names.
    Text,
    /// `OpenMetrics` 1.0; good as 0.0.1 too.
    OpenMetrics,
    /// Families of `io.prometheus.client`, length-delimited.
    #[cfg(feature = "protobuf")]
    Protobuf,
}

impl Format {
    /// Whether most of it stands ready before a scrape.
    pub(crate) fn is_fast(self) -> bool {
        matches!(self, Self::Text | Self::OpenMetrics)
    }
}

/// One recorder's formats, with everything made ready that all its scrapes share.
#[derive(Debug)]
pub(crate) struct Formats {
    text: TextFormat,
    claims: Claims,
    #[cfg(feature = "protobuf")]
    start: protobuf::Start,
}

impl Formats {
    pub(crate) fn new(recorder: &Recorder) -> Self {
        Self {
            text: TextFormat::new(recorder),
            claims: Claims::of(recorder),
            #[cfg(feature = "protobuf")]
            start: protobuf::Start::now(),
        }
    }

    /// Appends everything that a scrape gets: the families of the recorder that this was made for, then the others.
    ///
    /// A family that both have is written once, ours, and counted as a conflict from the next scrape on; so is, as a failure, a family
    /// that could not be read.
    pub(crate) fn write(&self, format: Format, names: &Names, out: &mut Vec<u8>, recorder: &Recorder, others: &[&HostFamilies]) {
        let host = |visit: &mut dyn FnMut(&HostFamily<'_>)| HostFamilies::each(others, recorder, &self.claims, names, visit);
        let dialect = match format {
            Format::Text => Dialect::Text,
            Format::OpenMetrics => Dialect::OpenMetrics,
            #[cfg(feature = "protobuf")]
            Format::Protobuf => {
                protobuf::families(out, recorder, names, &self.start);
                host(&mut |family| protobuf::host_family(out, family));
                return;
            }
        };
        self.text.families(dialect, names, out, recorder);
        host(&mut |family| family.write(dialect, out));
        dialect.end(out);
    }
}
