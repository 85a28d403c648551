//! Two replicas behind nginx, of which one restarts: what Prometheus knows of the fleet is what its visitors did, to the count.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tempfile::TempDir;

use crate::support::fleet::Fleet;
use crate::support::prometheus::{Prometheus, Version};
use crate::support::samples::{Samples, labels, moved};
use crate::support::shop::{Event, Shop, Tally};
use crate::support::wait;

/// Families, the labels that a fleet's total of each keeps, and what `rules/fleet.yml` records of it.
const RECORDED: [(&str, &str, &str); 9] = [
    ("http_requests_total", "endpoint", "job_endpoint:http_requests:increase15s"),
    ("http_errors_total", "endpoint", "job_endpoint:http_errors:increase15s"),
    ("user_journeys_total", "path", "job_path:user_journeys:increase15s"),
    ("user_page_transitions_total", "from, to", "job_from_to:user_page_transitions:increase15s"),
    ("user_sessions_total", "", "job:user_sessions:increase15s"),
    ("user_engaged_sessions_total", "", "job:user_engaged_sessions:increase15s"),
    ("user_conversions_total", "goal", "job_goal:user_conversions:increase15s"),
    ("user_errors_total", "endpoint, kind", "job_endpoint_kind:user_errors:increase15s"),
    ("added_total", "plan", "job_plan:added:increase15s"),
];
/// How late the rules read here, in seconds: more than a scrape may take.
const LATE: u32 = 5;

#[test]
fn fleet_totals_over_a_restart_are_what_the_visitors_did() {
    let mut fleet = Fleet::start();
    let (folder, rules) = (TempDir::new().unwrap(), rules());
    let path = folder.path().join("fleet.yml");
    fs::write(&path, &rules).unwrap();
    let configuration = CONFIGURATION
        .replace("RULES", path.to_str().unwrap())
        .replace("TARGETS", &format!("{}, {}", fleet.a.address(), fleet.b.address()));
    let prometheuses: Vec<Prometheus> = [Some(Version::two()), Version::three()]
        .into_iter()
        .flatten()
        .map(|version| Prometheus::of_file(&version, &configuration, &[""; 0]))
        .collect();
    let scraped = || prometheuses.iter().for_each(Prometheus::wait_for_a_scrape_of_all);
    let (shop, mut tally) = (fleet.shop(), Tally::default());
    // What is there before the first scrapes is nobody's growth.
    scraped();
    scraped();

    visit(&shop, 0..24, &mut tally);
    // Of 24 visits, 16 have more than one page; a session that hops is one session all the same.
    assert!(tally.hopped > 8, "{} visits hopped", tally.hopped);
    scraped();
    let of_a = |family: &str, by: &str| format!("sum by ({by}) ({family}{{instance='{}'}})", fleet.a.address());
    let before: Vec<Vec<Samples>> = prometheuses
        .iter()
        .map(|prometheus| RECORDED.iter().map(|(family, by, _)| moved(prometheus.query(&of_a(family, by)))).collect())
        .collect();
    assert!(before.iter().all(|known| known.iter().zip(RECORDED).all(|(known, (family, ..))| *known == tally.of("a", family))));

    let address_of_a = fleet.a.address().to_owned();
    fleet.a.end();
    let taken_by_a = tally.of("a", "http_requests_total");
    visit(&shop, 24..36, &mut tally);
    assert_eq!(tally.of("a", "http_requests_total"), taken_by_a);
    fleet.a.start();
    scraped();

    pages_seen_on_the_other_replica_only(&fleet, &mut tally);
    scraped();
    for prometheus in &prometheuses {
        let of_replica = |address: &str, template: &str| {
            prometheus.query(&format!("page_load_time_seconds_count{{instance='{address}', endpoint='{template}'}}"))
        };
        let declared = of_replica(&address_of_a, "/products/{id}");
        assert_eq!(declared, Samples::from([(labels([("endpoint", "/products/{id}")]), 1.0)]));
        assert!(of_replica(fleet.b.address(), "/products/{id}").keys().eq(declared.keys()));
        assert_eq!(of_replica(&address_of_a, "/about"), Samples::new());
        assert_eq!(of_replica(&address_of_a, "unmatched").into_values().sum::<f64>(), 1.0);
        assert_eq!(of_replica(fleet.b.address(), "/about").into_values().sum::<f64>(), 1.0);
    }

    let mut numbers = 36..;
    wait::until("nginx to try the replica again", || {
        visit(&shop, numbers.by_ref().take(3), &mut tally);
        (tally.of("a", "http_requests_total") != taken_by_a).then_some(())
    });
    visit(&shop, numbers.take(24), &mut tally);
    assert_eq!(tally.unserved, []);
    scraped();

    for (prometheus, before) in prometheuses.iter().zip(before) {
        let resets = prometheus.query(&format!("resets(user_sessions_total{{instance='{address_of_a}'}}[10m])"));
        assert_eq!(resets, Samples::from([(labels([]), 1.0)]));
        prometheus.wait_for(&format!("timestamp(job:user_sessions:increase15s) > {:.3} + {LATE} + 1", prometheus.now()));
        for ((family, by, rule), before) in RECORDED.into_iter().zip(before) {
            let (did, rest) = (tally.of_all(family), prometheus.query(&format!("sum by ({by}) ({family})")));
            assert_eq!(moved(sum([before, rest])), did, "last values and those before the restart: {family}");
            let growth = format!("sum_over_time(({})[10m:1s])", expression(&rules, rule));
            assert_eq!(moved(prometheus.query(&growth)), did, "{rule}, if no evaluation is missed");
            if prometheus.missed_evaluations() == 0.0 {
                assert_eq!(moved(prometheus.query(&format!("sum_over_time({rule}[10m])"))), did, "{rule}");
            }
        }
        let [sessions, engaged] =
            ["user_sessions_total", "user_engaged_sessions_total"].map(|family| tally.of_all(family)[&labels([])]);
        if prometheus.missed_evaluations() == 0.0 {
            assert_eq!(prometheus.query(BOUNCE_RATE), Samples::from([(labels([]), 1.0 - engaged / sessions)]));
        }
    }
}

/// A replica that is told to end answers what it has begun, and nginx asks the other one for the rest. What has been counted is told by the
/// replica's last words, for nobody has scraped it since.
#[test]
fn restarts_amid_visits_cost_no_page_and_count_nothing_twice() {
    let mut fleet = Fleet::start();
    let (address, is_over) = (fleet.address().to_owned(), AtomicBool::new(false));
    let visitor = |first: u64| {
        let (shop, mut tally) = (Shop::at(&address), Tally::default());
        for number in (first..).step_by(3).take_while(|_| !is_over.load(Ordering::Relaxed)) {
            // Whoever the proxy has no answer for goes away.
            let _ = shop.visit(number, &mut tally);
        }
        tally
    };
    let (mut said, mut tally) = (Vec::new(), Tally::default());
    thread::scope(|scope| {
        let visitors = [0, 1, 2].map(|first| scope.spawn(move || visitor(first)));
        for _ in 0..2 {
            wait::until("visits of the replica", || {
                let sessions = fleet.a.exposition().samples("user_sessions_total");
                (sessions[&labels([])] > 20.0).then_some(())
            });
            said.push(fleet.a.end());
            fleet.a.start();
        }
        is_over.store(true, Ordering::Relaxed);
        for visitor in visitors {
            tally.add(visitor.join().unwrap());
        }
    });
    said.push(fleet.a.exposition());

    // A beacon that a replica has not read when it ends: nginx cannot know, and asks nobody else.
    assert!(tally.unserved.iter().all(|&unserved| unserved == ("POST", 502)), "{:?}", tally.unserved);
    let said_by_b = [fleet.b.exposition()];
    for (replica, said) in [("a", said.as_slice()), ("b", said_by_b.as_slice())] {
        for (family, by, _) in RECORDED {
            let counted = said.iter().map(|exposition| kept(by, exposition.moved(family)));
            assert_eq!(sum(counted), tally.of(replica, family), "{family} of {replica}");
        }
    }
}

#[test]
fn the_guide_asks_for_all_that_is_recorded() {
    let guide = include_str!("../../../src/guide/replicas.md");
    let rules = include_str!("../../../examples/deploy/prometheus/rules/fleet.yml");
    let shipped: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- record: ")).collect();
    assert!(shipped.iter().eq(RECORDED.iter().map(|(.., rule)| rule).take(shipped.len())));
    for rule in shipped {
        assert!(guide.contains(&format!("`sum_over_time({rule}[1h])`")), "{rule}");
    }
    assert!(guide.contains(&format!("`{BOUNCE_RATE}`")));
}

/// A beacon names the page that another replica has served: what is declared keeps its label, what is not is `unmatched`.
fn pages_seen_on_the_other_replica_only(fleet: &Fleet, tally: &mut Tally) {
    let (a, b) = (fleet.a.shop(), fleet.b.shop());
    for (path, template) in [("/products/9", "/products/{id}"), ("/about", "/about")] {
        let page = b.ask("GET", path, template, tally).unwrap();
        assert_eq!(page.endpoint.as_deref(), Some(template));
        for replica in [&a, &b] {
            replica.report(&[Event::page_load(template)], tally).unwrap();
        }
    }
}

fn visit(shop: &Shop, numbers: impl IntoIterator<Item = u64>, tally: &mut Tally) {
    for number in numbers {
        shop.visit(number, tally).expect("an answer of a replica");
    }
}

/// `rules/fleet.yml` in the time of the test, and a rule for the shop's own counter, as the guide says: like that of conversions.
fn rules() -> String {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/deploy/prometheus/rules/fleet.yml");
    let shipped = fs::read_to_string(shipped).unwrap();
    let (_, of_conversions) = shipped.split_once("      - record: job_goal:user_conversions").unwrap();
    let of_conversions =
        of_conversions.split("      - record: ").next().unwrap().replace("user_conversions_total", "added_total");
    let own = format!("      - record: job_plan:added{}", of_conversions.replace("job, goal", "job, plan"));
    let later = format!("offset {}s", LATE + 1);
    let changes = [("interval: 15s", "interval: 1s"), ("offset 15s", &format!("offset {LATE}s")), ("offset 30s", later.as_str())];
    changes.into_iter().fold(shipped + &own, |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is not in\n{text}");
        text.replace(from, to)
    })
}

fn expression<'a>(rules: &'a str, name: &str) -> &'a str {
    let rule = rules.split("- record: ").find_map(|rule| rule.strip_prefix(name)?.split_once("expr: |"));
    rule.unwrap_or_else(|| panic!("no rule {name}")).1
}

/// With no more labels than these.
fn kept(by: &str, samples: Samples) -> Samples {
    let names: Vec<&str> = by.split(", ").collect();
    sum(samples.into_iter().map(|(mut labels, count)| {
        labels.retain(|name, _| names.contains(&name.as_str()));
        Samples::from([(labels, count)])
    }))
}

fn sum(samples: impl IntoIterator<Item = Samples>) -> Samples {
    let mut total = Samples::new();
    for (labels, count) in samples.into_iter().flatten() {
        *total.entry(labels).or_default() += count;
    }
    total
}

const BOUNCE_RATE: &str =
    "1 - sum_over_time(job:user_engaged_sessions:increase15s[1h]) / sum_over_time(job:user_sessions:increase15s[1h])";

const CONFIGURATION: &str = "\
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ['RULES']
scrape_configs:
  - job_name: app
    static_configs:
      - targets: [TARGETS]
";
