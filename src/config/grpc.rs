//! What gRPC serves, as the host declares it: a call's path is its caller's, and names nothing by itself.

use std::collections::BTreeMap;

use crate::error::Error;

use super::descriptor_set;

/// How many messages a gRPC method takes and gives: the `grpc_type` of its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrpcType {
    /// One message each way: `unary`.
    Unary,
    /// A stream of messages in, one out: `client_stream`.
    ClientStream,
    /// One message in, a stream out: `server_stream`.
    ServerStream,
    /// Streams both ways: `bidi_stream`.
    BidiStream,
}

impl GrpcType {
    /// As go-grpc-middleware writes it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ClientStream => "client_stream",
            Self::ServerStream => "server_stream",
            Self::BidiStream => "bidi_stream",
        }
    }
}

/// Declared methods by service.
#[derive(Debug, Clone, Default)]
pub(crate) struct GrpcServices {
    services: BTreeMap<String, BTreeMap<String, GrpcType>>,
    /// A method that was declared with two types.
    contradiction: Option<String>,
    /// Something was given as a descriptor set that is none, or has no service.
    useless_set: bool,
}

impl GrpcServices {
    pub(crate) fn declare(&mut self, service: String, methods: impl Iterator<Item = (String, GrpcType)>) {
        let declared = self.services.entry(service).or_default();
        for (method, kind) in methods {
            match declared.get(&method) {
                Some(&other) if other != kind => self.contradiction = Some(method),
                _ => drop(declared.insert(method, kind)),
            }
        }
    }

    pub(crate) fn declare_set(&mut self, set: &[u8]) {
        let services = descriptor_set::services(set).unwrap_or_default();
        self.useless_set |= services.is_empty();
        for (service, methods) in services {
            self.declare(service, methods.into_iter());
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.services.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = (&str, GrpcType)>)> {
        self.services
            .iter()
            .map(|(service, methods)| (service.as_str(), methods.iter().map(|(name, &kind)| (name.as_str(), kind))))
    }

    /// Methods as they are counted: those declared, what else is asked of each service, and what is asked of no service.
    pub(crate) fn counted(&self) -> usize {
        self.services.values().map(|methods| methods.len() + 1).sum::<usize>() + 1
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        if self.useless_set {
            return Err(Error::setting(
                "a gRPC descriptor set is an encoded google.protobuf.FileDescriptorSet with a service in it",
            ));
        }
        for (service, methods) in self.iter() {
            if !is_grpc_name(service) || service.starts_with('/') || service.ends_with('/') {
                return Err(refused("service", service));
            }
            for (method, _) in methods {
                if !is_grpc_name(method) || method.contains('/') {
                    return Err(refused("method", method));
                }
            }
        }
        match &self.contradiction {
            Some(method) => Err(Error::setting(format!("gRPC method {method:?} is declared with two types"))),
            None => Ok(()),
        }
    }
}

fn is_grpc_name(name: &str) -> bool {
    (1..=MAX_GRPC_NAME_BYTES).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic()) && name != GRPC_OTHER
}

fn refused(what: &str, name: &str) -> Error {
    Error::setting(format!(
        "a gRPC {what} takes the name that its path has, 1 to {MAX_GRPC_NAME_BYTES} printable ASCII bytes and not {GRPC_OTHER:?}, not {name:?}"
    ))
}

/// The service or method of a call that nobody has declared.
pub(crate) const GRPC_OTHER: &str = "other";
/// Its type.
pub(crate) const GRPC_UNKNOWN: &str = "unknown";

/// The names of the status codes 0 to 16, as grpc-go's `codes.Code` prints them
/// (<https://github.com/grpc/grpc-go/blob/master/codes/code_string.go>).
#[rustfmt::skip]
pub(crate) const GRPC_CODES: [&str; 17] = [
    "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied",
    "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss",
    "Unauthenticated",
];

const MAX_GRPC_NAME_BYTES: usize = 256;
