//! gRPC calls through a real tonic server and client, and what the layer makes of ends that these do not show.

mod calls;
mod closed_labels;
mod deadline;
mod declared;
mod descriptor_set;
mod ends;
mod greeter;
mod left;
mod wire;

use tower_rum::{Builder, GrpcType, Monitor};

use crate::support::metrics::Metrics;
use crate::support::watch::{by_path, until};

/// What [`greeter`] serves, as its host declares it: all but `Secret`.
fn declared() -> Builder {
    by_path().grpc_service(
        "test.Greeter",
        [
            ("Hello", GrpcType::Unary),
            ("Gather", GrpcType::ClientStream),
            ("Count", GrpcType::ServerStream),
            ("Chat", GrpcType::BidiStream),
        ],
    )
}

fn monitor() -> Monitor {
    declared().build().unwrap()
}

const HELLO: &str = r#"grpc_type="unary",grpc_service="test.Greeter",grpc_method="Hello""#;
const GATHER: &str = r#"grpc_type="client_stream",grpc_service="test.Greeter",grpc_method="Gather""#;
const COUNT: &str = r#"grpc_type="server_stream",grpc_service="test.Greeter",grpc_method="Count""#;
const CHAT: &str = r#"grpc_type="bidi_stream",grpc_service="test.Greeter",grpc_method="Chat""#;
const UNDECLARED: &str = r#"grpc_type="unknown",grpc_service="test.Greeter",grpc_method="other""#;
const NOBODYS: &str = r#"grpc_type="unknown",grpc_service="other",grpc_method="other""#;

/// Waits for the only call to have ended, and says that it counts as this method with this code, once everywhere.
#[track_caller]
fn only_call(monitor: &Monitor, method: &str, code: &str) -> impl Future<Output = Metrics> {
    let ended = until(monitor, "a call's end", |metrics| metrics.total("grpc_server_handled_total") >= 1.0);
    async move {
        let metrics = ended.await;
        assert_counted(&metrics, method, code);
        metrics
    }
}

#[track_caller]
fn assert_counted(metrics: &Metrics, method: &str, code: &str) {
    let handled = format!("grpc_server_handled_total{{{method},grpc_code=\"{code}\"}}");
    let seen: Vec<_> = metrics.series("grpc_server_handled_total").filter(|&(_, value)| value > 0.0).collect();
    assert_eq!(seen, [(handled.as_str(), 1.0)]);
    assert_eq!(metrics.value(&format!("grpc_server_started_total{{{method}}}")), 1.0);
    assert_eq!(metrics.total("grpc_server_started_total"), 1.0);
    assert_eq!(metrics.value(&format!("grpc_server_handling_seconds_count{{{method}}}")), 1.0);
    assert_eq!(metrics.total("grpc_server_handling_seconds_count"), 1.0);
}
