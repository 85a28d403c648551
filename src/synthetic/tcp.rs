//! A connection, name first.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use tokio::net::TcpStream;
use tokio::task::spawn_blocking;

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
    let addresses = look_up(host, port, trace).await?;
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

/// The system is asked in a thread that waits for it even when nobody waits for the thread any more: a run whose predecessor has left one behind waits for
/// that to end, or a dead resolver would take more threads with each run.
async fn look_up(host: &str, port: u16, trace: &Trace) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![(address, port).into()]);
    }
    let (alone, host) = (trace.look_up_alone().await, host.to_owned());
    spawn_blocking(move || {
        let addresses = (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
        drop(alone);
        addresses
    })
    .await?
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::net::TcpListener;
    use tokio::time::timeout;

    use super::*;
    use crate::synthetic::trace::Lookups;

    #[tokio::test]
    async fn a_name_is_looked_up_once_the_last_runs_lookup_is_over() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let lookups = Lookups::default();
        let left_behind = Trace::of(&lookups).look_up_alone().await;
        let run = Trace::of(&lookups);
        let mut waits = Box::pin(connect("localhost", port, &run));
        assert!(timeout(Duration::from_millis(50), &mut waits).await.is_err());
        assert_eq!(run.phase(), Phase::Resolve);
        connect("127.0.0.1", port, &Trace::of(&lookups)).await.expect("an address is not looked up");
        connect("localhost", port, &Trace::default()).await.expect("another probe's are its own");
        drop(left_behind);
        waits.await.expect("it is over");
        connect("localhost", port, &Trace::of(&lookups)).await.expect("and so is this run's");
    }
}
