//! Names that a host's declared metrics cannot have are those of our families, and no others.

use prometheus::Registry;
use prometheus::core::Collector as _;
use tower_rum::synthetic::Probes;
use tower_rum::{Builder, ClientCounter, ClientHistogram, GrpcType, Monitor, Naming, Unit};

#[test]
fn none_of_our_families_can_be_declared() {
    let mut names: Vec<String> = ["uptime_ready", "uptime_check_success"].map(str::to_owned).into();
    for naming in [Naming::Default, Naming::OpenTelemetry] {
        let everything = builder().naming(naming).response_duration(true).grpc_service("a.B", [("C", GrpcType::Unary)]);
        let everything = everything.collector(Probes::new([]).unwrap().collector());
        #[cfg(feature = "system")]
        let everything = everything.collector(tower_rum::system::SystemCollector::new());
        let collector = everything.build().unwrap().collector();
        names.extend(collector.desc().into_iter().map(|description| description.fq_name.clone()));
    }
    assert!(names.len() > 80, "{names:?}");
    for name in names {
        let error = declared(&name).build().expect_err(&name).to_string();
        assert!(error.contains("this crate's own"), "{error}");
    }
}

#[test]
fn nor_can_what_would_be_taken_for_one_of_them() {
    for name in
        ["user_engaged_seconds", "page_load_time_seconds_total", "page_load_time_seconds_sum_total", "http_errors_created_total"]
    {
        assert!(declared(name).build().unwrap_err().to_string().contains("this crate's own"), "{name}");
    }
    for name in ["http_client_seconds", "user_votes_total", "page_turns_total", "system_loads", "http_errors_by_kind_total"] {
        assert!(declared(name).build().is_ok(), "{name}");
    }
}

fn declared(name: &str) -> Builder {
    if name.ends_with("_total") {
        builder().client_counter(ClientCounter::new(name, "Help."))
    } else {
        builder().client_histogram(ClientHistogram::new(name, "Help.", Unit::None))
    }
}

fn builder() -> Builder {
    Monitor::builder().registry(Registry::new())
}
