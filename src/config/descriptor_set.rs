//! The services in an encoded `google.protobuf.FileDescriptorSet`, as protoc's `--descriptor_set_out` and prost-build write it.
//!
//! Read by hand: of its some hundred fields six are of interest
//! (<https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto>, wire format
//! <https://protobuf.dev/programming-guides/encoding/>).

use super::GrpcType;

/// A service's full name and its methods.
pub(super) type Service = (String, Vec<(String, GrpcType)>);

/// `None` if it is no such set.
pub(super) fn services(set: &[u8]) -> Option<Vec<Service>> {
    let mut services = Vec::new();
    each(set, |number, field| match (number, field) {
        (SET_FILE, Field::Bytes(file)) => file_services(file, &mut services),
        _ => Some(()),
    })?;
    Some(services)
}

fn file_services(file: &[u8], services: &mut Vec<Service>) -> Option<()> {
    let (mut package, mut found) = ("", Vec::new());
    each(file, |number, field| {
        match (number, field) {
            (FILE_PACKAGE, Field::Bytes(name)) => package = str::from_utf8(name).ok()?,
            (FILE_SERVICE, Field::Bytes(service)) => found.push(service),
            _ => {}
        }
        Some(())
    })?;
    for service in found {
        let (mut name, mut methods) = ("", Vec::new());
        each(service, |number, field| {
            match (number, field) {
                (NAME, Field::Bytes(text)) => name = str::from_utf8(text).ok()?,
                (SERVICE_METHOD, Field::Bytes(method)) => methods.push(read_method(method)?),
                _ => {}
            }
            Some(())
        })?;
        let full = if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") };
        services.push((full, methods));
    }
    Some(())
}

fn read_method(method: &[u8]) -> Option<(String, GrpcType)> {
    let (mut name, mut streams_in, mut streams_out) = ("", false, false);
    each(method, |number, field| {
        match (number, field) {
            (NAME, Field::Bytes(text)) => name = str::from_utf8(text).ok()?,
            (METHOD_CLIENT_STREAMING, Field::Number(on)) => streams_in = on != 0,
            (METHOD_SERVER_STREAMING, Field::Number(on)) => streams_out = on != 0,
            _ => {}
        }
        Some(())
    })?;
    let kind = match (streams_in, streams_out) {
        (false, false) => GrpcType::Unary,
        (true, false) => GrpcType::ClientStream,
        (false, true) => GrpcType::ServerStream,
        (true, true) => GrpcType::BidiStream,
    };
    Some((name.to_owned(), kind))
}

enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of a fixed width: none that we read.
    Fixed,
}

/// Calls `visit` with the fields of a message, by their numbers; `None` if it or `visit` finds it malformed.
fn each<'a>(mut message: &'a [u8], mut visit: impl FnMut(u64, Field<'a>) -> Option<()>) -> Option<()> {
    while !message.is_empty() {
        let key = varint(&mut message)?;
        let field = match key & 7 {
            0 => Field::Number(varint(&mut message)?),
            1 => message.split_off(..8).map(|_| Field::Fixed)?,
            2 => {
                let length = usize::try_from(varint(&mut message)?).ok()?;
                Field::Bytes(message.split_off(..length)?)
            }
            5 => message.split_off(..4).map(|_| Field::Fixed)?,
            _ => return None,
        };
        visit(key >> 3, field)?;
    }
    Some(())
}

/// Seven bits a byte, the lowest first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

const SET_FILE: u64 = 1;
const FILE_PACKAGE: u64 = 2;
const FILE_SERVICE: u64 = 6;
/// Of a service as of a method.
const NAME: u64 = 1;
const SERVICE_METHOD: u64 = 2;
const METHOD_CLIENT_STREAMING: u64 = 5;
const METHOD_SERVER_STREAMING: u64 = 6;
