//! Probes, against real servers that misbehave.

#[cfg(feature = "synthetic-client")]
mod cancelled;
mod clients;
mod declared;
#[cfg(feature = "synthetic-client")]
mod expected;
mod pushgateway;
mod running;
#[cfg(feature = "synthetic-client")]
mod schedule;
mod target;
#[cfg(feature = "synthetic-client")]
mod targets;
mod tcp;
#[cfg(feature = "synthetic-client")]
mod tls;
