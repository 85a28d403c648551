use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{GRPC_OTHER, GRPC_UNKNOWN, GrpcServices};
use crate::record::{CallSeries, Recorder};

use super::code::Code;

/// The declared methods, and where the calls of each are counted.
pub(crate) struct Methods {
    recorder: Arc<Recorder>,
    series: Vec<CallSeries>,
    by_path: HashMap<String, Method>,
    /// What a service is asked for that it does not declare.
    by_service: HashMap<String, Method>,
}

/// One of the [`Methods`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Method(usize);

impl Methods {
    /// `None` where nothing is declared.
    pub(crate) fn declared(recorder: &Arc<Recorder>, services: &GrpcServices) -> Option<Arc<Self>> {
        if services.is_empty() {
            return None;
        }
        let (mut series, mut by_path, mut by_service) = (Vec::new(), HashMap::new(), HashMap::new());
        let mut add = |kind, service, method| {
            series.push(recorder.call_series(kind, service, method));
            Method(series.len() - 1)
        };
        add(GRPC_UNKNOWN, GRPC_OTHER, GRPC_OTHER);
        for (service, methods) in services.iter() {
            by_service.insert(service.to_owned(), add(GRPC_UNKNOWN, service, GRPC_OTHER));
            for (method, kind) in methods {
                by_path.insert(format!("/{service}/{method}"), add(kind.label(), service, method));
            }
        }
        Some(Arc::new(Self { recorder: Arc::clone(recorder), series, by_path, by_service }))
    }

    pub(super) fn find(&self, path: &str) -> Method {
        let service = || self.by_service.get(path.strip_prefix('/')?.rsplit_once('/')?.0);
        self.by_path.get(path).or_else(service).copied().unwrap_or(NOBODYS)
    }

    pub(super) fn started(&self, method: Method) {
        self.recorder.call_started(&self.series[method.0]);
    }

    pub(super) fn handled(&self, method: Method, code: Code, took: Duration) {
        self.recorder.call_handled(&self.series[method.0], code.index(), took);
    }
}

impl fmt::Debug for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Methods").finish_non_exhaustive()
    }
}

/// Of no declared service.
const NOBODYS: Method = Method(0);
