//! The grammar of W3C Trace Context, field by field, and what of it makes an exemplar.

use tower_rum::exemplars::{Exemplars, TraceContext};

use crate::support::layered::raw_paths;

use super::{REQUESTS, request_with, traces};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

#[test]
fn valid_fields_are_read_sampled_or_not() {
    for (field, sampled) in [
        (format!("00-{TRACE}-{SPAN}-01"), true),
        (format!("00-{TRACE}-{SPAN}-00"), false),
        (format!("00-{TRACE}-{SPAN}-03"), true), // the random flag of level 2
        (format!("00-{TRACE}-{SPAN}-02"), false),
        (format!("00-{TRACE}-{SPAN}-ff"), true),
        (format!("00-{TRACE}-{SPAN}-fe"), false),
        (format!("01-{TRACE}-{SPAN}-01"), true),
        (format!("01-{TRACE}-{SPAN}-01-"), true),
        (format!("cc-{TRACE}-{SPAN}-01-what-the-future-brings"), true),
        (format!("fe-{TRACE}-{SPAN}-00-{}", "x".repeat(10_000)), false),
        (format!("00-{}1-{}1-01", "0".repeat(31), "0".repeat(15)), true),
        (format!("00-{}-{}-01", "f".repeat(32), "f".repeat(16)), true),
    ] {
        let context = TraceContext::from_traceparent(field.as_bytes());
        assert_eq!(context.map(|context| context.is_sampled()), Some(sampled), "{field}");
    }
}

#[test]
fn a_field_and_its_ids_are_the_same_context() {
    let field = format!("00-{TRACE}-{SPAN}-01");
    let trace = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes();
    let span = 0x00f0_67aa_0ba9_02b7_u64.to_be_bytes();
    assert_eq!(TraceContext::new(trace, span), TraceContext::from_traceparent(field.as_bytes()));
    assert_eq!(TraceContext::new([0; 16], span), None);
    assert_eq!(TraceContext::new(trace, [0; 8]), None);
}

#[test]
fn whatever_else_comes_is_no_context() {
    let fields = [
        String::new(),
        "00".to_owned(),
        "-".repeat(55),
        "0".repeat(55),
        format!("00-{TRACE}-{SPAN}"),
        format!("00-{TRACE}-{SPAN}-"),
        format!("00-{TRACE}-{SPAN}-1"),
        format!("00-{TRACE}-{SPAN}-011"),
        format!("00-{TRACE}-{SPAN}-01-"),
        format!("00-{TRACE}-{SPAN}-01-what"),
        format!("01-{TRACE}-{SPAN}-01what"),
        format!("01-{TRACE}-{SPAN}-01 "),
        format!("ff-{TRACE}-{SPAN}-01"),
        format!("FF-{TRACE}-{SPAN}-01"),
        format!("0x-{TRACE}-{SPAN}-01"),
        format!("0-{TRACE}-{SPAN}-01"),
        format!("000-{TRACE}-{SPAN}-01"),
        format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
        format!("00-{TRACE}-{}-01", SPAN.to_uppercase()),
        format!("00-{TRACE}-{SPAN}-0A"),
        format!("00-{TRACE}-{SPAN}-.1"),
        format!("00-{}-{SPAN}-01", "0".repeat(32)),
        format!("00-{TRACE}-{}-01", "0".repeat(16)),
        format!("00-{}-{SPAN}-01", &TRACE[1..]),
        format!("00-{TRACE}0-{SPAN}-01"),
        format!("00-{TRACE}-{SPAN}0-01"),
        format!("00-{}g-{SPAN}-01", &TRACE[1..]),
        format!("00-+{}-{SPAN}-01", &TRACE[1..]),
        format!("00-{TRACE}-+{}-01", &SPAN[1..]),
        format!("00_{TRACE}-{SPAN}-01"),
        format!("00-{TRACE}_{SPAN}-01"),
        format!("00-{TRACE}-{SPAN}_01"),
        format!(" 00-{TRACE}-{SPAN}-01"),
        format!("00-{TRACE}-{SPAN}-01 "),
        format!("00-{}\"-{SPAN}-01", &TRACE[1..]),
        format!("00-ä{}-{SPAN}-01", &TRACE[2..]),
        format!("00-{TRACE}-{SPAN}-01, 00-{TRACE}-{SPAN}-01"),
        format!("{TRACE}-{SPAN}-1"),
    ];
    for field in fields {
        assert_eq!(TraceContext::from_traceparent(field.as_bytes()), None, "{field:?}");
    }
    for byte in 0..=u8::MAX {
        for at in [0, 1, 2, 3, 34, 35, 36, 51, 52, 53, 54] {
            let mut field = format!("00-{TRACE}-{SPAN}-01").into_bytes();
            field[at] = byte;
            let expected = match at {
                2 | 35 | 52 => byte == b'-',
                _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            };
            assert_eq!(TraceContext::from_traceparent(&field).is_some(), expected, "{byte} at {at}");
        }
    }
}

#[tokio::test]
async fn only_a_sampled_trace_named_once_becomes_an_exemplar() {
    let monitor = raw_paths().exemplars(Exemplars::traceparent()).build().unwrap();
    let (sampled, unsampled) = (&*format!("00-{TRACE}-{SPAN}-01"), &*format!("00-{TRACE}-{SPAN}-00"));
    for fields in [&[][..], &[unsampled], &[sampled, sampled], &[sampled, "00"], &["", sampled], &["garbage"]] {
        request_with(&monitor, "/", fields);
    }
    assert_eq!(traces(&monitor, REQUESTS).await, [""; 0]);
    request_with(&monitor, "/", &[sampled]);
    assert_eq!(traces(&monitor, REQUESTS).await, [TRACE]);
}
