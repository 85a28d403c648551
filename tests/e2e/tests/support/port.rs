use std::net::TcpListener;
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

/// A port that nobody has, below those that systems give away: it is still free when a program that has ended is started there again.
pub fn free() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Tests run side by side, each a process: each begins elsewhere.
    let first = process::id() * 8 % u32::from(COUNT);
    let candidates = (0..COUNT).map(|_| {
        let place = (first + u32::from(NEXT.fetch_add(1, Ordering::Relaxed))) % u32::from(COUNT);
        LEAST + u16::try_from(place).unwrap()
    });
    candidates.into_iter().find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok()).expect("a port that nobody has")
}

const LEAST: u16 = 10_000;
const COUNT: u16 = 20_000;
