//! Requests over connections of their own, as a client that may leave at any moment writes them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection with a request under way; dropped, the client is gone.
pub struct Exchange(TcpStream);

impl Exchange {
    pub fn begin(address: SocketAddr, method: &str, path: &str, fields: &[&str], body: &str) -> Self {
        let mut stream = TcpStream::connect(address).expect("a server");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let fields: Vec<String> = fields.iter().map(|field| format!("{field}\r\n")).collect();
        let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
        let head = format!("{method} {path} HTTP/1.1\r\nhost: app\r\nconnection: close\r\n{}{length}\r\n{body}", fields.concat());
        stream.write_all(head.as_bytes()).expect("a server that reads");
        Self(stream)
    }

    /// Reads until this has arrived.
    pub fn until(&mut self, wanted: &str) {
        let (mut seen, mut buffer) = (Vec::new(), [0; 1_024]);
        while !String::from_utf8_lossy(&seen).contains(wanted) {
            let length = self.0.read(&mut buffer).expect("an answer in time");
            assert!(length > 0, "no {wanted:?} in {:?}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&buffer[..length]);
        }
    }

    /// All that arrives, also where the server breaks off.
    pub fn rest(mut self) -> String {
        let mut seen = Vec::new();
        let _ = self.0.read_to_end(&mut seen);
        String::from_utf8_lossy(&seen).into_owned()
    }
}

pub fn whole(address: SocketAddr, method: &str, path: &str) -> String {
    Exchange::begin(address, method, path, &[], "").rest()
}

const PATIENCE: Duration = Duration::from_secs(10);
