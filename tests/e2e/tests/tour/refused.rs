//! What the tour takes from its users, and what it refuses.

use std::process::Command;

use crate::support::demo::{Demo, program};
use crate::support::process;
use crate::support::samples::{Samples, labels};

#[test]
fn a_purchase_is_an_amount_above_0_and_all_else_moves_nothing() {
    let demo = Demo::start();
    let client = demo.client();
    let buy = |amount: &str| client.post("/purchase", FORM, &format!("amount={amount}")).status;
    for refused in ["-1", "-0.01", "NaN", "-NaN", "inf", "-inf", "1e999", "0", "-0", "10000.01", "", "much", "1%2C5"] {
        assert_eq!(buy(refused), 400, "{refused}");
    }
    assert_eq!(client.post("/purchase", FORM, "price=1").status, 422);
    assert_eq!(demo.exposition().samples("purchase_amount_total"), Samples::from([(labels([]), 0.0)]));
    for accepted in ["0.25", "10000", "1e1", "%201.5%20"] {
        assert_eq!(buy(accepted), 200, "{accepted}");
    }
    assert_eq!(demo.exposition().samples("purchase_amount_total"), Samples::from([(labels([]), 10_011.75)]));
    let orders = demo.exposition().samples("db_query_duration_seconds_count")[&labels([("query", "order")])];
    assert_eq!(orders, 4.0);
}

#[test]
fn a_login_that_fails_is_401_and_counts_as_failure() {
    let demo = Demo::start();
    let client = demo.client();
    let log_in = |user: &str, password: &str| client.post("/login", FORM, &format!("user={user}&password={password}")).status;
    assert_eq!(demo.exposition().samples("login_attempts_total"), attempts(0.0, 0.0));
    assert_eq!(log_in("ada", "lovelace"), 200);
    for (user, password) in [("ada", ""), ("ada", "Lovelace"), ("", ""), ("charles", "lovelace")] {
        assert_eq!(log_in(user, password), 401, "{user} {password}");
    }
    assert_eq!(client.post("/login", FORM, "user=ada").status, 422);
    assert_eq!(demo.exposition().samples("login_attempts_total"), attempts(1.0, 4.0));
}

#[test]
fn arguments_that_mean_nothing_are_refused_with_what_there_is() {
    let program = program();
    // With a port that is none, what should have been refused ends as well, without saying so.
    for wrong in
        [&["--trafic"][..], &["--traffic=0"], &["--traffic=-1"], &["--traffic", "--pace=x"], &["--pace=2"], &["--against=a:1"]]
    {
        let (succeeded, said) = process::run(Command::new(&program).args(wrong).env("PORT", "none"), "");
        assert!(!succeeded && said.contains("--traffic=VISITORS"), "{wrong:?}: {said}");
    }
}

fn attempts(success: f64, failure: f64) -> Samples {
    [("success", success), ("failure", failure)].map(|(status, count)| (labels([("status", status)]), count)).into()
}

const FORM: &str = "application/x-www-form-urlencoded";
