use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, Request, Response};
use http_body::Body;

use super::code::Code;
use super::methods::{Method, Methods};

/// A call from its arrival on. Dropped, it is counted: by the code that it was told, or as left by its caller.
pub(super) struct Call {
    methods: Arc<Methods>,
    method: Method,
    arrived: Instant,
    timeout: Option<Duration>,
    end: Option<Code>,
    /// What it ends with if no trailers come.
    unsaid: Code,
}

impl Call {
    /// `None` if the request is no gRPC call.
    pub(super) fn begin<B>(methods: &Arc<Methods>, request: &Request<B>) -> Option<Self> {
        if !is_grpc(request.headers()) {
            return None;
        }
        let (arrived, method) = (Instant::now(), methods.find(request.uri().path()));
        methods.started(method);
        let timeout = timeout(request.headers());
        Some(Self { methods: Arc::clone(methods), method, arrived, timeout, end: None, unsaid: Code::UNKNOWN })
    }

    /// The response head is there; the call comes back if there is more to come.
    pub(super) fn answered<B: Body>(mut self, response: &Response<B>) -> Option<Self> {
        self.unsaid = Code::said(response.headers()).unwrap_or_else(|| Code::of_http(response.status()));
        if response.body().is_end_stream() {
            self.end_unsaid();
            return None;
        }
        Some(self)
    }

    pub(super) fn end(mut self, code: Code) {
        self.end = Some(code);
    }

    /// The response is over, and no trailers said how.
    pub(super) fn end_unsaid(self) {
        let code = self.unsaid;
        self.end(code);
    }

    pub(super) fn end_with(self, trailers: &HeaderMap) {
        let code = Code::said(trailers).unwrap_or(self.unsaid);
        self.end(code);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let took = self.arrived.elapsed();
        // A server that enforces the caller's deadline drops the call, as it does when the caller itself goes.
        let late = self.timeout.is_some_and(|timeout| took >= timeout);
        let left = if late { Code::DEADLINE_EXCEEDED } else { Code::CANCELED };
        self.methods.handled(self.method, self.end.unwrap_or(left), took);
    }
}

/// Runs the service's own code; the call ends by a panic within while that goes on, wherever the call was held.
pub(super) fn watched<R>(call: &mut Option<Call>, run: impl FnOnce() -> R) -> R {
    struct Watch(Option<Call>);
    impl Drop for Watch {
        fn drop(&mut self) {
            if let Some(call) = self.0.take() {
                call.end(Code::UNKNOWN);
            }
        }
    }
    let mut watch = Watch(call.take());
    let result = run();
    *call = watch.0.take();
    result
}

fn is_grpc(headers: &HeaderMap) -> bool {
    let rest = headers.get(CONTENT_TYPE).and_then(|value| value.as_bytes().strip_prefix(b"application/grpc"));
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// The caller's deadline: at most eight digits and a unit (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>).
fn timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(&GRPC_TIMEOUT)?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

static GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
