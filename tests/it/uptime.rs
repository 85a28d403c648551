//! `/healthz`: whether all readiness checks pass, asked no more than once a second whoever asks.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::poll;
use http::Request;
use prometheus::Registry;
use tokio::sync::Barrier;
use tower_rum::{Builder, Monitor};

use crate::support::block_on;
use crate::support::mount::{Answer, Mount, whole};
use crate::support::watch::PATIENCE;

#[tokio::test]
async fn without_checks_it_is_ready_in_every_mount() {
    for mount in Mount::all(&builder().build().unwrap()) {
        let answer = get(&mount).await;
        assert_eq!(answer.status, 200, "{}", mount.name);
        assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"), "{}", mount.name);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", mount.name);
        assert_eq!(samples(&answer), [("uptime_ready".to_owned(), 1.0)], "{}", mount.name);
        assert_eq!(ask(&mount, "HEAD").await.status, 200, "{}", mount.name);
        let post = ask(&mount, "POST").await;
        assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD")), "{}", mount.name);
    }
}

#[tokio::test]
async fn a_check_that_fails_is_named_in_every_mount_and_its_error_is_not() {
    let fails = async || Err::<(), _>("the password is 5ecret");
    let builder = builder().namespace("shop").const_label("region", "eu");
    let monitor = builder.readiness("database", fails).readiness("cache", async || Ok::<_, &str>(())).build().unwrap();
    for mount in Mount::all(&monitor) {
        let answer = get(&mount).await;
        assert_eq!(answer.status, 503, "{}", mount.name);
        let expected = [
            (r#"shop_uptime_check_success{check="cache",region="eu"}"#.to_owned(), 1.0),
            (r#"shop_uptime_check_success{check="database",region="eu"}"#.to_owned(), 0.0),
            (r#"shop_uptime_ready{region="eu"}"#.to_owned(), 0.0),
        ];
        assert_eq!(samples(&answer), expected, "{}", mount.name);
        assert_eq!(ask(&mount, "HEAD").await.status, 503, "{}", mount.name);
    }
}

#[tokio::test]
async fn a_panic_fails_its_check_alone() {
    async fn breaks_later() -> bool {
        tokio::task::yield_now().await;
        panic!("a check breaks")
    }
    let at_once = || -> std::future::Ready<bool> { panic!("a check breaks at once") };
    let builder = builder().readiness("a", breaks_later).readiness("b", at_once).readiness("c", async || true);
    assert_eq!(said(&builder.build().unwrap()).await, [("a", 0.0), ("b", 0.0), ("c", 1.0)]);
}

#[tokio::test]
async fn checks_run_at_the_same_time() {
    let all = Arc::new(Barrier::new(3));
    let met = || {
        let all = Arc::clone(&all);
        move || {
            let all = Arc::clone(&all);
            async move {
                all.wait().await;
                true
            }
        }
    };
    let builder = builder().readiness("a", met()).readiness("b", met()).readiness("c", met());
    assert_eq!(said(&builder.readiness_timeout(PATIENCE).build().unwrap()).await, [("a", 1.0), ("b", 1.0), ("c", 1.0)]);
}

#[tokio::test]
async fn a_check_that_is_late_fails_and_is_dropped() {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let dropped = Arc::new(AtomicBool::new(false));
    let late = {
        let dropped = Arc::clone(&dropped);
        move || {
            let guard = Dropped(Arc::clone(&dropped));
            async move {
                std::future::pending::<()>().await;
                drop(guard);
                true
            }
        }
    };
    let timeout = Duration::from_millis(200);
    let monitor = builder().readiness("late", late).readiness("quick", async || true).readiness_timeout(timeout).build().unwrap();
    let start = Instant::now();
    assert_eq!(said(&monitor).await, [("late", 0.0), ("quick", 1.0)]);
    assert!(start.elapsed() >= timeout);
    while !dropped.load(Ordering::SeqCst) {
        assert!(start.elapsed() < PATIENCE, "it runs on");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn who_asks_in_the_same_second_is_told_the_same() {
    let (monitor, asked) = counted(async || tokio::time::sleep(Duration::from_millis(20)).await);
    let mount = Mount::tower(&monitor);
    let asking = Instant::now();
    let answers = join_all((0..50).map(|_| get(&mount))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    get(&mount).await;
    let again = asked.load(Ordering::SeqCst);
    assert!(again == 1 || asking.elapsed() > Duration::from_millis(900), "asked {again} times");
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    get(&mount).await;
    assert_eq!(asked.load(Ordering::SeqCst), again + 1);
}

#[tokio::test]
async fn a_client_that_leaves_does_not_have_the_checks_begin_anew() {
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let closed = Arc::clone(&gate);
    let (monitor, asked) = counted(move || {
        let closed = Arc::clone(&closed);
        async move { drop(closed.acquire_owned().await) }
    });
    let mount = Mount::tower(&monitor);
    for _ in 0..5 {
        let mut leaves = Box::pin(get(&mount));
        assert!(poll!(&mut leaves).is_pending());
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    assert_eq!(get(&mount).await.status, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_check_that_blocks_is_left_behind_and_not_asked_beside_itself() {
    let (open, closed) = mpsc::channel();
    let closed = Arc::new(Mutex::new(closed));
    let (monitor, asked) = {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let blocks = move || {
            count.fetch_add(1, Ordering::SeqCst);
            let closed = Arc::clone(&closed);
            async move { closed.lock().unwrap().recv_timeout(PATIENCE).is_ok() }
        };
        (builder().readiness("blocks", blocks).readiness_timeout(Duration::from_millis(100)).build().unwrap(), asked)
    };
    let mount = Mount::tower(&monitor);
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(2_500) {
        assert_eq!(get(&mount).await.status, 503);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    open.send(()).unwrap();
    open.send(()).unwrap();
    while get(&mount).await.status != 200 {
        assert!(start.elapsed() < PATIENCE, "it is never asked again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn a_round_that_is_lost_with_its_runtime_is_begun_again() {
    let hang = Arc::new(AtomicBool::new(true));
    let hangs = Arc::clone(&hang);
    let (monitor, _) = counted(move || {
        let hangs = hangs.load(Ordering::SeqCst);
        async move {
            if hangs {
                std::future::pending::<()>().await;
            }
        }
    });
    let mount = Mount::tower(&monitor);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let lost = runtime();
    lost.block_on(async {
        assert!(poll!(Box::pin(get(&mount))).is_pending());
        tokio::task::yield_now().await;
    });
    drop(lost);
    hang.store(false, Ordering::SeqCst);
    assert_eq!(runtime().block_on(get(&mount)).status, 200);
}

#[test]
fn without_a_runtime_checks_run_where_they_are_asked() {
    let monitor = builder().readiness("a", async || true).build().unwrap();
    assert_eq!(block_on(get(&Mount::tower(&monitor))).status, 200);
    let breaks = async || -> bool { panic!("a check breaks") };
    let monitor = builder().readiness("a", async || true).readiness("b", breaks).build().unwrap();
    assert_eq!(block_on(said(&monitor)), [("a", 1.0), ("b", 0.0)]);
}

#[tokio::test]
async fn it_is_where_it_is_put() {
    let monitor = builder().path_prefix("/internal").uptime_path("/ready").build().unwrap();
    let mount = Mount::tower(&monitor);
    let status = async |path: &str| mount.ask(Request::get(path).body(whole("")).unwrap()).await.status;
    assert_eq!([status("/internal/ready").await, status("/ready").await, status("/internal/healthz").await], [200, 404, 404]);
}

#[test]
fn what_cannot_work_is_an_error() {
    let passes = async || true;
    let refused: [(Builder, &str); 8] = [
        (builder().readiness("a", passes).readiness("a", passes), "two readiness checks bear the name \"a\""),
        (builder().readiness("", passes), "a name takes 1 to 64 printable ASCII bytes, not \"\""),
        (builder().readiness("a b", passes), "a name takes 1 to 64 printable ASCII bytes, not \"a b\""),
        (builder().readiness("a", passes).const_label("check", "x"), "const_label \"check\" is a label of the readiness checks"),
        (builder().readiness_timeout(Duration::ZERO), "readiness checks may take up to 60s, and longer than nothing, not 0ns"),
        (builder().readiness_timeout(Duration::from_secs(61)), "readiness checks may take up to 60s, and longer than nothing"),
        (builder().uptime_path("healthz"), "a path starts with a slash"),
        (builder().uptime_path("/metrics"), "two routes have the path \"/metrics\""),
    ];
    for (builder, expected) in refused {
        let error = builder.build().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    assert!(builder().const_label("check", "x").build().is_ok(), "there are no checks");
}

/// A monitor with a check that passes after this, and how often it was asked.
fn counted<F: Future<Output = ()> + Send + 'static>(wait: impl Fn() -> F + Send + Sync + 'static) -> (Monitor, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let check = move || {
        count.fetch_add(1, Ordering::SeqCst);
        let wait = wait();
        async move {
            wait.await;
            true
        }
    };
    (builder().readiness("counted", check).readiness_timeout(PATIENCE).build().unwrap(), asked)
}

/// What each check is said to say, by a monitor that is as ready as they are.
async fn said(monitor: &Monitor) -> Vec<(&'static str, f64)> {
    let answer = get(&Mount::tower(monitor)).await;
    let samples = samples(&answer);
    let (ready, checks) = samples.split_last().unwrap();
    let all = f64::from(u8::from(checks.iter().all(|(_, value)| *value == 1.0)));
    assert_eq!((ready, answer.status), (&("uptime_ready".to_owned(), all), if all == 1.0 { 200 } else { 503 }));
    let names = ["a", "b", "c", "late", "quick"];
    let name = |series: &str| names.into_iter().find(|name| series == format!("uptime_check_success{{check=\"{name}\"}}"));
    checks.iter().map(|(series, value)| (name(series).unwrap(), *value)).collect()
}

/// As a parser that is not ours reads them, written as the exposition writes them.
fn samples(answer: &Answer) -> Vec<(String, f64)> {
    let lines = answer.text.lines().map(|line| Ok(line.to_owned()));
    let read = prometheus_parse::Scrape::parse(lines).unwrap().samples.into_iter().map(|sample| {
        let prometheus_parse::Value::Gauge(value) = sample.value else { panic!("{} is no gauge", sample.metric) };
        let mut labels: Vec<String> = sample.labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        labels.sort();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        (sample.metric + &labels, value)
    });
    read.collect()
}

async fn get(mount: &Mount) -> Answer {
    ask(mount, "GET").await
}

async fn ask(mount: &Mount, method: &str) -> Answer {
    mount.ask(Request::builder().method(method).uri("/healthz").body(whole("")).unwrap()).await
}

fn builder() -> Builder {
    Monitor::builder().registry(Registry::new())
}
