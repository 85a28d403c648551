//! Services declared by a descriptor set, as another library encodes it.

use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto, MethodOptions, ServiceDescriptorProto};
use tower_rum::{Builder, GrpcType};

use super::{CHAT, COUNT, GATHER, HELLO, NOBODYS, UNDECLARED};
use crate::support::metrics::Metrics;
use crate::support::watch::by_path;

#[tokio::test]
async fn a_descriptor_set_declares_its_services_with_their_types() {
    let set = FileDescriptorSet { file: vec![types_alone(), file("test", vec![greeter()])] };
    let metrics = Metrics::of(&by_path().grpc_descriptor_set(set.encode_to_vec()).build().unwrap()).await;
    let started = |method: &str| metrics.value(&format!("grpc_server_started_total{{{method}}}"));
    let methods = [HELLO, GATHER, COUNT, CHAT, UNDECLARED, NOBODYS];
    assert_eq!(methods.map(started), [0.0; 6]);
    assert_eq!(metrics.series("grpc_server_started_total").count(), methods.len());
}

#[tokio::test]
async fn a_service_without_a_package_has_its_bare_name() {
    let set = FileDescriptorSet { file: vec![file("", vec![greeter()])] };
    let metrics = Metrics::of(&by_path().grpc_descriptor_set(set.encode_to_vec()).build().unwrap()).await;
    let method = HELLO.replace("test.Greeter", "Greeter");
    assert_eq!(metrics.value(&format!("grpc_server_started_total{{{method}}}")), 0.0);
}

#[tokio::test]
async fn sets_that_overlap_and_names_beside_them_are_one_declaration() {
    let set = FileDescriptorSet { file: vec![file("test", vec![greeter()])] }.encode_to_vec();
    let builder = by_path().grpc_descriptor_set(&set).grpc_descriptor_set(&set);
    let builder = builder.grpc_service("test.Greeter", [("Hello", GrpcType::Unary), ("Bye", GrpcType::Unary)]);
    let metrics = Metrics::of(&builder.build().unwrap()).await;
    assert_eq!(metrics.series("grpc_server_started_total").count(), 7);
}

#[test]
fn what_is_no_set_or_has_no_service_is_refused() {
    let set = FileDescriptorSet { file: vec![file("test", vec![greeter()])] }.encode_to_vec();
    for length in 0..set.len() {
        assert_refused(by_path().grpc_descriptor_set(&set[..length]));
    }
    assert_refused(by_path().grpc_descriptor_set(FileDescriptorSet { file: vec![types_alone()] }.encode_to_vec()));
    assert_refused(by_path().grpc_descriptor_set("syntax = \"proto3\";"));
    let endless: &[u8] = &[0xff; 32];
    assert_refused(by_path().grpc_descriptor_set(endless));
    let larger_than_memory: &[u8] = &[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    assert_refused(by_path().grpc_descriptor_set(larger_than_memory));
    let not_text: &[u8] = b"\x0a\x06\x32\x04\x0a\x02\xff\xff";
    assert_refused(by_path().grpc_descriptor_set(not_text));
    assert!(by_path().grpc_descriptor_set(&set).build().is_ok());
}

#[test]
fn a_set_and_a_name_that_contradict_each_other_are_refused() {
    let set = FileDescriptorSet { file: vec![file("test", vec![greeter()])] }.encode_to_vec();
    let builder = by_path().grpc_descriptor_set(set).grpc_service("test.Greeter", [("Hello", GrpcType::BidiStream)]);
    assert!(builder.build().unwrap_err().to_string().contains("two types"));
}

#[track_caller]
fn assert_refused(builder: Builder) {
    let error = builder.build().unwrap_err();
    assert!(error.to_string().contains("descriptor set"), "{error}");
}

fn greeter() -> ServiceDescriptorProto {
    let method = |name: &str, client_streaming, server_streaming| MethodDescriptorProto {
        name: Some(name.to_owned()),
        input_type: Some(".test.Text".to_owned()),
        output_type: Some(".test.Text".to_owned()),
        options: Some(MethodOptions { deprecated: Some(true), ..MethodOptions::default() }),
        client_streaming,
        server_streaming,
    };
    let method = [
        method("Hello", None, None),
        method("Gather", Some(true), Some(false)),
        method("Count", None, Some(true)),
        method("Chat", Some(true), Some(true)),
    ];
    ServiceDescriptorProto { name: Some("Greeter".to_owned()), method: method.into(), options: None }
}

fn file(package: &str, service: Vec<ServiceDescriptorProto>) -> FileDescriptorProto {
    let package = (!package.is_empty()).then(|| package.to_owned());
    FileDescriptorProto { name: Some("test.proto".to_owned()), package, service, ..FileDescriptorProto::default() }
}

fn types_alone() -> FileDescriptorProto {
    let message = prost_types::DescriptorProto { name: Some("Text".to_owned()), ..prost_types::DescriptorProto::default() };
    FileDescriptorProto { name: Some("text.proto".to_owned()), message_type: vec![message], ..file("test", Vec::new()) }
}
