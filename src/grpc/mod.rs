//! gRPC calls by method and status, under the names that Grafana dashboards and alerts for go-grpc-middleware know.
//!
//! | metric | type | labels | moves |
//! |---|---|---|---|
//! | `grpc_server_started_total` | counter | `grpc_type`, `grpc_service`, `grpc_method` | at the call's head |
//! | `grpc_server_handled_total` | counter | the same and `grpc_code` | at the call's end |
//! | `grpc_server_handling_seconds` | histogram | `grpc_type`, `grpc_service`, `grpc_method` | at the call's end; bounds are those of [`duration_buckets`](crate::Builder::duration_buckets) |
//!
//! Names, labels and their values are those of [go-grpc-middleware](https://github.com/grpc-ecosystem/go-grpc-middleware/tree/main/providers/prometheus);
//! its counters of messages are left out. What is started and not handled is in flight: a stream ends with its last message.
//!
//! ```
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use bytes::Bytes;
//! use tower::{ServiceBuilder, service_fn};
//! use tower_rum::{GrpcType, Monitor};
//!
//! let monitor = Monitor::builder()
//!     .grpc_service("helloworld.Greeter", [("SayHello", GrpcType::Unary), ("Watch", GrpcType::ServerStream)])
//!     .build()?;
//! // In tonic: Server::builder().layer(monitor.grpc_layer()).add_service(…)
//! let service = ServiceBuilder::new()
//!     .layer(monitor.grpc_layer())
//!     .service(service_fn(async |_: Request<Full<Bytes>>| Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::default()))));
//! # let _ = service;
//! # Ok::<(), tower_rum::Error>(())
//! ```
//!
//! ## Labels
//!
//! Services and their methods are declared by name, or by the descriptor set that server reflection also takes
//! ([`grpc_descriptor_set`](crate::Builder::grpc_descriptor_set)).
//! A call's path is its caller's, so only what the host declares becomes a label. Any other method counts as `grpc_method="other"`,
//! `grpc_type="unknown"`, under its service if that is declared, else under `grpc_service="other"`. All label sets stand at 0 from the start, as after
//! go-grpc-middleware's `InitializeMetrics`: 17 codes for each method and each `other`.
//!
//! ## Status
//!
//! | a call ends by | `grpc_code` |
//! |---|---|
//! | `grpc-status` in its trailers, or in the head of a response without a body | its [name](https://github.com/grpc/grpc-go/blob/master/codes/code_string.go); `Unknown` if it is none of 0 to 16 |
//! | a response without `grpc-status` | what a client [takes from the HTTP status](https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md): of 200 `Unknown`, of 404 `Unimplemented` |
//! | its caller: the future or body is dropped | `Canceled`; `DeadlineExceeded` once its `grpc-timeout` has passed |
//! | an error of the service or of the body, a panic | `Unknown`: [whatever is not a status](https://github.com/grpc/grpc/blob/master/doc/statuscodes.md) |
//!
//! A server that enforces deadlines drops the call as well, tonic's own among them: what it then tells the caller is not seen here.
//!
//! Requests are calls if their `content-type` is `application/grpc`, alone or with a `+` or parameters behind it; others pass uncounted. gRPC-Web is
//! another type, with the status inside the body: put the layer inside what translates it. On the wire nothing changes.
//! [`Monitor::layer`](crate::Monitor::layer) knows nothing of gRPC, and counts calls among the HTTP requests where it is applied as well.

mod body;
mod call;
mod code;
mod future;
mod methods;
mod service;

pub use body::ResponseBody;
pub use future::ResponseFuture;
pub use service::{GrpcMetrics, GrpcMetricsLayer};

pub(crate) use methods::Methods;
