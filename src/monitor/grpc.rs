//! Settings of the gRPC calls that are counted.

use crate::config::GrpcType;

use super::Builder;

/// # gRPC calls
impl Builder {
    /// A gRPC service and its methods, named as in their paths (`/helloworld.Greeter/SayHello`); calls of anything else count under `other`.
    /// See [`grpc`](crate::grpc). Default: none, and no gRPC families.
    pub fn grpc_service<I, M>(mut self, service: impl Into<String>, methods: I) -> Self
    where
        I: IntoIterator<Item = (M, GrpcType)>,
        M: Into<String>,
    {
        self.config.grpc.declare(service.into(), methods.into_iter().map(|(method, kind)| (method.into(), kind)));
        self
    }

    /// The gRPC services of an encoded `google.protobuf.FileDescriptorSet`, as protoc's `--descriptor_set_out` and prost-build's
    /// `file_descriptor_set_path` write it: all methods with their types. See [`grpc`](crate::grpc).
    pub fn grpc_descriptor_set(mut self, encoded: impl AsRef<[u8]>) -> Self {
        self.config.grpc.declare_set(encoded.as_ref());
        self
    }
}
