//! What the tests share: programs that end with their test, and the drivers that count what they send.

pub mod alertmanager;
pub mod blackbox;
pub mod cargo;
pub mod collector;
pub mod demo;
pub mod exporters;
pub mod fleet;
pub mod http;
pub mod nginx;
pub mod openmetrics;
pub mod operator;
pub mod pip;
pub mod port;
pub mod postgres;
pub mod probed;
pub mod prober;
pub mod process;
pub mod prometheus;
pub mod pushgateway;
pub mod redis;
pub mod samples;
pub mod shop;
pub mod target;
pub mod traffic;
pub mod visits;
pub mod wait;
