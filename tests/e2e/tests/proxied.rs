//! A shop behind nginx: whose rate a beacon takes, by what the shop was told of its proxy, and what reaches it at all.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::runtime::{Builder, Runtime};

use crate::support::fleet::{Fleet, Replica};
use crate::support::samples::labels;
use crate::support::shop::{Event, batch};

/// More than one client may send at once: 1 a second, and 5 at once, to each of two replicas.
const FLOOD: u32 = 500;

#[test]
fn behind_a_proxy_that_is_trusted_each_client_has_a_rate_of_its_own() {
    let fleet = Fleet::with(Some(&["127.0.0.1"]), 1);
    let clients = Clients::of(&fleet);
    let refused = (0..5).filter(|&other| {
        clients.flood(2, &[]);
        clients.send(100 + other, &[]) != 204
    });
    // A place among 4 096 may be shared by chance; two of five clients that share one are a fault.
    assert!(refused.count() <= 1);
    let [a, b] = [&fleet.a, &fleet.b].map(Replica::exposition);
    let rate = labels([("reason", "rate")]);
    assert!(a.samples("rum_rejected_total")[&rate] > 0.0 && b.samples("rum_rejected_total")[&rate] > 0.0);
}

#[test]
fn what_a_client_writes_into_the_proxys_fields_gives_it_no_rate_of_another() {
    let fleet = Fleet::with(Some(&["127.0.0.1"]), 1);
    let clients = Clients::of(&fleet);
    for field in ["x-forwarded-for", "forwarded"] {
        clients.flood(2, &[field]);
    }
}

#[test]
fn behind_a_proxy_that_is_said_to_be_none_all_clients_are_one() {
    let fleet = Fleet::with(Some(&[]), 1);
    let clients = Clients::of(&fleet);
    // A second may pass between the flood and the other, and bring a beacon more.
    let refused = (0..100).any(|other| {
        clients.flood(2, &[]);
        clients.send(100 + other, &[]) == 429
    });
    assert!(refused);
}

#[test]
fn behind_a_proxy_that_nobody_has_named_no_client_takes_the_others_rate() {
    let fleet = Fleet::with(None, 1);
    let clients = Clients::of(&fleet);
    for _ in 0..60 {
        assert_eq!(clients.send(2, &[]), 204);
    }
}

#[test]
fn the_browsers_origin_is_compared_with_the_host_that_it_asked() {
    let fleet = Fleet::start();
    let shop = fleet.shop();
    let beacon = || batch(&[Event::page_load("/")]);
    assert_eq!(shop.post(&shop.origin(), "/log-beacon", &beacon()).status, 204);
    assert_eq!(shop.post(&format!("http://{}", fleet.a.address()), "/log-beacon", &beacon()).status, 403);
}

#[test]
fn the_proxy_shows_no_replicas_metrics() {
    let fleet = Fleet::start();
    let answer = fleet.shop().get("/metrics");
    assert_eq!((answer.status, answer.replica), (404, None));
    assert_eq!(fleet.a.shop().get("/metrics").status, 200);
}

#[test]
fn the_guide_shows_the_configuration_that_is_run() {
    let lines = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with('#')).map(str::to_owned).collect()
    };
    let guide = include_str!("../../../src/guide/replicas.md");
    let (_, shown) = guide.split_once("```text\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    assert_eq!(lines(shown), lines(include_str!("../../../examples/deploy/nginx/app.conf")));
}

/// Clients at addresses of their own, which are all this machine's.
struct Clients {
    proxy: SocketAddr,
    runtime: Runtime,
}

impl Clients {
    fn of(fleet: &Fleet) -> Self {
        let runtime = Builder::new_current_thread().enable_io().build().unwrap();
        Self { proxy: fleet.address().parse().unwrap(), runtime }
    }

    /// Sends until it is refused twice in a row: by either replica. Each time, another address stands in these fields.
    #[track_caller]
    fn flood(&self, client: u8, fields: &[&str]) {
        let mut refused = 0;
        for number in 0..FLOOD {
            let said = format!("198.51.{}.{}", number / 250, number % 250 + 1);
            let fields: Vec<_> = fields
                .iter()
                .map(|&field| (field, if field == "forwarded" { format!("for={said}") } else { said.clone() }))
                .collect();
            refused = if self.send(client, &fields) == 429 { refused + 1 } else { 0 };
            if refused == 2 {
                return;
            }
        }
        panic!("{FLOOD} beacons of one client, and none too many");
    }

    /// One beacon from 127.0.0.`client`: the status of its answer.
    fn send(&self, client: u8, fields: &[(&str, String)]) -> u16 {
        let body = batch(&[Event::page_load("/")]);
        let mut head = format!("content-length: {}\r\n", body.len());
        for (name, value) in fields {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        let request = format!(
            "POST /log-beacon HTTP/1.1\r\nhost: shop\r\ncontent-type: text/plain\r\nconnection: close\r\n{head}\r\n{body}"
        );
        let answer = self.runtime.block_on(async {
            let socket = TcpSocket::new_v4()?;
            socket.bind((Ipv4Addr::new(127, 0, 0, client), 0).into())?;
            let mut stream = socket.connect(self.proxy).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            std::io::Result::Ok(answer)
        });
        let answer = answer.unwrap();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.unwrap_or_else(|| panic!("{answer}"))
    }
}
