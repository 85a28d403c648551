//! What the tests share: programs that end with their test, and the driver that counts what it sends.

pub mod alertmanager;
pub mod blackbox;
pub mod cargo;
pub mod collector;
pub mod demo;
pub mod http;
pub mod openmetrics;
pub mod probed;
pub mod prober;
pub mod process;
pub mod prometheus;
pub mod pushgateway;
pub mod redis;
pub mod samples;
pub mod target;
pub mod traffic;
pub mod visits;
pub mod wait;
