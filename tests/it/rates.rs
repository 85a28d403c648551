//! Item 4 of the checklist: the rate of one client and that of all, and whose word on a client's address is taken.

use std::net::IpAddr;
#[cfg(any(feature = "axum", feature = "actix"))]
use std::net::SocketAddr;
use std::time::Duration;

use http::Request;
use prometheus::Registry;
use tower_rum::{Builder, ClientAddress, Monitor};

use crate::support::change::{moved, only};
use crate::support::metrics::Metrics;
use crate::support::mount::{Answer, Body, JSON, Mount, post};

const A: &str = "203.0.113.9";
const B: &str = "198.51.100.7";

/// With a rate of one client of 1, five beacons at once.
const BURST: usize = 5;

#[tokio::test]
async fn item_04_a_client_past_its_rate_is_429_and_others_are_not() {
    let ways = Mount::in_process(&monitor(|builder| builder)).len();
    for way in 0..ways {
        let monitor = monitor(|builder| builder);
        let mount = Mount::in_process(&monitor).swap_remove(way);
        for sent in 0..BURST {
            assert_eq!(mount.ask(from(A)).await.status, 204, "{sent}, {}", mount.name);
        }
        let (refused, before) = exhaust(&monitor, &mount, || from(A)).await;
        assert_eq!(refused.text, "too many beacons of one client\n");
        assert_eq!(refused.header("retry-after"), Some("1"));
        let after = Metrics::of(&monitor).await;
        assert_eq!(moved(&before, &after), only([(r#"rum_rejected_total{reason="rate"}"#, 1.0)]));
        assert_eq!(mount.ask(from(B)).await.status, 204);
        assert_eq!(mount.ask(from("2001:db8::1")).await.status, 204);
    }
}

#[tokio::test]
async fn item_04_after_the_time_that_retry_after_tells_a_beacon_is_taken_again() {
    for monitor in [monitor(|builder| builder), monitor(|builder| builder.client_beacons_per_second(None).beacons_per_second(1))]
    {
        let mount = Mount::tower(&monitor);
        let (refused, _) = exhaust(&monitor, &mount, || from(A)).await;
        let seconds = refused.header("retry-after").unwrap().parse().unwrap();
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        assert_eq!(mount.ask(from(A)).await.status, 204);
    }
}

#[tokio::test]
async fn item_04_one_client_does_not_use_up_the_rate_of_all() {
    let monitor = monitor(|builder| builder.beacons_per_second(40));
    let mount = Mount::tower(&monitor);
    for _ in 0..1_000 {
        mount.ask(from(A)).await;
    }
    for other in 0..20 {
        assert_eq!(mount.ask(from(&format!("198.51.100.{other}"))).await.status, 204, "{other}");
    }
}

#[tokio::test]
async fn item_04_the_rate_of_all_holds_for_many_clients_and_for_those_without_an_address() {
    let monitor = monitor(|builder| builder.beacons_per_second(1));
    let mount = Mount::tower(&monitor);
    let mut clients = 0;
    let refused = loop {
        clients += 1;
        let answer = mount.ask(from(&format!("198.51.100.{clients}"))).await;
        if answer.status == 429 {
            break answer;
        }
        assert!(clients < 200, "never refused");
    };
    assert_eq!(refused.text, "too many beacons\n");
    exhaust(&monitor, &mount, beacon).await;
}

#[tokio::test]
async fn item_04_a_client_is_an_ipv6_network_and_an_ipv4_address_however_it_is_written() {
    for (one, same, other) in
        [("2001:db8::1", "2001:db8:0:0:ffff::9", "2001:db8:0:1::1"), (A, "::ffff:203.0.113.9", "203.0.113.10")]
    {
        let monitor = monitor(|builder| builder);
        let mount = Mount::tower(&monitor);
        exhaust(&monitor, &mount, || from(one)).await;
        // The rest of a burst that nobody has used would pass.
        let answers = [mount.ask(from(same)).await.status, mount.ask(from(same)).await.status];
        assert!(answers.contains(&429), "{same}: {answers:?}");
        assert_eq!(mount.ask(from(other)).await.status, 204, "{other}");
    }
}

#[tokio::test]
async fn item_04_without_an_address_or_where_it_is_switched_off_only_the_rate_of_all_applies() {
    let switched_off = monitor(|builder| builder.client_beacons_per_second(None));
    for (monitor, request) in [(monitor(|builder| builder), beacon as fn() -> _), (switched_off, || from(A))] {
        for mount in Mount::in_process(&monitor) {
            for _ in 0..200 {
                assert_eq!(mount.ask(request()).await.status, 204, "{}", mount.name);
            }
        }
    }
}

#[tokio::test]
async fn item_04_clients_behind_a_proxy_that_nobody_has_named_do_not_share_one_clients_rate() {
    let monitor = monitor(|builder| builder);
    for mount in Mount::all(&monitor) {
        for _ in 0..100 {
            assert_eq!(mount.ask(from("10.0.0.1")).await.status, 204, "{}", mount.name);
        }
    }
}

#[tokio::test]
async fn item_04_behind_a_trusted_proxy_the_client_is_whom_it_names() {
    let monitor = monitor(|builder| builder.trusted_proxies(["10.0.0.0/8", "127.0.0.1"]));
    // actix: over a real connection, from 127.0.0.1.
    for (place, mount) in Mount::all(&monitor).into_iter().enumerate() {
        let [one, other] = [1, 2].map(|client| format!("203.0.113.{}", 10 * place + client));
        let through = |client: String| move || with(from("10.0.0.1"), "x-forwarded-for", &format!("{B}, {client}, 10.0.0.2"));
        exhaust(&monitor, &mount, through(one.clone())).await;
        assert_eq!(mount.ask(through(other)()).await.status, 204, "{}", mount.name);
        let forwarded = || with(from("10.0.0.1"), "forwarded", &format!("for=unknown, for=\"{one}:4711\";proto=https"));
        let answers = [mount.ask(forwarded()).await.status, mount.ask(forwarded()).await.status];
        assert!(answers.contains(&429), "{answers:?}, {}", mount.name);
    }
}

#[tokio::test]
async fn item_04_a_client_that_forges_the_field_is_limited_all_the_same() {
    let forge = |number: usize| with(from(A), "x-forwarded-for", &format!("198.51.100.{}", number % 250));
    for monitor in [monitor(|builder| builder), monitor(|builder| builder.trusted_proxies(["10.0.0.0/8"]))] {
        let mount = Mount::tower(&monitor);
        let mut taken = 0;
        for number in 0..200 {
            taken += usize::from(mount.ask(forge(number)).await.status == 204);
        }
        // Five at once, and one more for each second that this has taken.
        assert!((BURST..100).contains(&taken), "{taken}");
    }
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn item_04_axum_tells_the_address_by_its_connect_info() {
    use axum::extract::ConnectInfo;

    let monitor = monitor(|builder| builder.trusted_proxies::<[&str; 0]>([]));
    let mount = Mount::axum(&monitor);
    let connected = |address: &str| {
        let mut request = beacon();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address.parse().unwrap(), 4711)));
        request
    };
    exhaust(&monitor, &mount, || connected(A)).await;
    assert_eq!(mount.ask(connected(B)).await.status, 204);

    let app = monitor.routes::<()>().into_make_service_with_connect_info::<SocketAddr>();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    over_connections(address).await;
    serving.abort();
}

#[cfg(feature = "actix")]
#[tokio::test]
async fn item_04_actix_tells_the_address_by_its_connection_or_by_the_hosts_extension() {
    use actix_web::dev::Service;
    use actix_web::{HttpMessage, web};

    let monitor = monitor(|builder| builder.trusted_proxies::<[&str; 0]>([]));
    let app = monitor.clone();
    let server = crate::support::actix::ActixServer::bare(move |config| {
        let told = web::scope("/told").configure(app.actix_routes()).wrap_fn(|request, service| {
            request.extensions_mut().insert(ClientAddress(A.parse().unwrap()));
            service.call(request)
        });
        config.service(told).configure(app.actix_routes());
    });
    over_connections(server.address).await;
    assert_eq!(status(server.address, "/told/log-user-error").await, 204);
}

#[test]
fn item_04_rates_and_proxies_that_cannot_work_are_refused_with_a_word_on_what_to_do() {
    for (builder, why) in [
        (Monitor::builder().client_beacons_per_second(0), "would refuse every one"),
        (Monitor::builder().trusted_proxies(["10.0.0.0/33"]), "10.0.0.0/8"),
        (Monitor::builder().trusted_proxies(["proxy.example.com"]), "address"),
    ] {
        let error = builder.build().unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn elastic_1000_addresses_do_not_push_out_the_limiter_of_a_flood() {
    let monitor = monitor(|builder| builder.beacons_per_second(1_000_000));
    let mount = Mount::tower(&monitor);
    exhaust(&monitor, &mount, || from(A)).await;
    for number in 0..20_000_u32 {
        mount.ask(from(&IpAddr::from((0x2000_0000 + number).to_be_bytes()).to_string())).await;
        if number % 100 == 0 {
            mount.ask(from(A)).await; // the flood goes on
        }
    }
    let answers = [mount.ask(from(A)).await.status, mount.ask(from(A)).await.status];
    assert!(answers.contains(&429), "{answers:?}");
}

/// Sends until one is refused: that one, and what the metrics were before it.
async fn exhaust(monitor: &Monitor, mount: &Mount, request: impl Fn() -> Request<Body>) -> (Answer, Metrics) {
    for _ in 0..200 {
        let before = Metrics::of(monitor).await;
        let answer = mount.ask(request()).await;
        if answer.status == 429 {
            return (answer, before);
        }
        assert_eq!(answer.status, 204, "{}", mount.name);
    }
    panic!("never refused, {}", mount.name);
}

/// All from 127.0.0.1, each over a connection of its own: the last one is refused.
#[cfg(any(feature = "axum", feature = "actix"))]
async fn over_connections(address: SocketAddr) {
    for _ in 0..200 {
        if status(address, "/log-user-error").await == 429 {
            return;
        }
    }
    panic!("never refused");
}

#[cfg(any(feature = "axum", feature = "actix"))]
async fn status(address: SocketAddr, path: &str) -> u16 {
    let beacon =
        format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {JSON}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
    crate::support::wire::status(&crate::support::wire::exchange(address, beacon).await)
}

fn from(address: &str) -> Request<Body> {
    let mut request = beacon();
    request.extensions_mut().insert(ClientAddress(address.parse().unwrap()));
    request
}

fn beacon() -> Request<Body> {
    post("/log-user-error", JSON, "{}")
}

fn with(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    request.headers_mut().append(name, value.parse().unwrap());
    request
}

fn monitor(configure: impl Fn(Builder) -> Builder) -> Monitor {
    configure(Monitor::builder().registry(Registry::new()).client_beacons_per_second(1)).build().unwrap()
}
