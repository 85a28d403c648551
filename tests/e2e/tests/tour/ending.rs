//! The tour ends when it is asked to: with a stream and a socket open, and visitors on their way.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::demo::Demo;
use crate::support::wait;

#[test]
fn an_interrupt_ends_streams_sockets_and_visitors_with_success() {
    assert_ends_well("INT");
}

#[test]
fn sigterm_ends_streams_sockets_and_visitors_with_success() {
    assert_ends_well("TERM");
}

#[track_caller]
fn assert_ends_well(signal: &str) {
    let demo = Demo::with(&["--traffic=100000", "--pace=20"]);
    let mut events = ask(&demo, "GET /events HTTP/1.1\r\nhost: tour\r\n\r\n");
    read_to(&mut events, "data: 1");
    let mut socket = ask(&demo, UPGRADE);
    read_to(&mut socket, "\r\n\r\n");
    wait::until("a visitor", || (!demo.exposition().moved("user_sessions_total").is_empty()).then_some(()));
    assert_eq!(demo.exposition().moved("http_upgraded_connections").len(), 1);

    let (status, said) = demo.end_by(signal);
    assert!(status.success(), "{status}: {said}");
    assert!(said.contains("traffic: 100000 simulated visitors, 20 a second") && !said.contains("traffic: {"), "{said}");
    // To its end: a chunk of no bytes.
    let rest = rest_of(&mut events);
    assert!(rest.ends_with(b"\r\n0\r\n\r\n"), "{:?}", String::from_utf8_lossy(&rest));
    // A close frame, with 1001 (going away).
    let rest = rest_of(&mut socket);
    assert!(rest.starts_with(&[0x88]) && rest[2..].starts_with(&1001_u16.to_be_bytes()), "{rest:?}");
}

fn ask(demo: &Demo, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(demo.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

fn read_to(stream: &mut TcpStream, text: &str) {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(text) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        read.extend(byte);
    }
}

fn rest_of(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    rest
}

const UPGRADE: &str = "GET /socket HTTP/1.1\r\nhost: tour\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
    sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const PATIENCE: Duration = Duration::from_mins(1);
