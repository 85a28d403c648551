//! A connection, name first.

use std::io;

use tokio::net::{TcpStream, lookup_host};

use super::outcome::{Failure, Outcome};
use super::probe::Destination;
use super::trace::{Phase, Trace};

/// A connection that is set up, and closed.
pub(super) async fn check(destination: &Destination, trace: &Trace) -> Result<(), Failure> {
    match connect(&destination.host, destination.port, trace).await {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::of(Outcome::failed_in(trace.phase()), &error)),
    }
}

/// To the first address that takes one, in the order that the system gives (RFC 6724).
pub(super) async fn connect(host: &str, port: u16, trace: &Trace) -> io::Result<TcpStream> {
    trace.enter(Phase::Resolve);
    let addresses = lookup_host((host, port)).await?;
    trace.enter(Phase::Connect);
    let mut refused = None;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => refused = Some(io::Error::new(error.kind(), format!("{address}: {error}"))),
        }
    }
    Err(refused.unwrap_or_else(|| {
        trace.enter(Phase::Resolve);
        io::Error::new(io::ErrorKind::NotFound, "the name has no address")
    }))
}
