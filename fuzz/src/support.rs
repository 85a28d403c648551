#[path = "../../tests/it/support/openmetrics.rs"]
pub mod openmetrics;
#[path = "../../tests/it/support/protobuf.rs"]
pub mod protobuf;
#[path = "../../tests/it/support/text_format.rs"]
pub mod text_format;
