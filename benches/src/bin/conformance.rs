//! What ours and its peers make of requests that end in unusual ways, as a Markdown table; fails where ours is not as it should be.

use std::process::ExitCode;

use tower_rum_benches::conformance::{ROWS, subjects};

fn main() -> ExitCode {
    let subjects = subjects();
    // Handlers panic as asked, and a peer may when it is built twice.
    std::panic::set_hook(Box::new(|_| {}));
    let names: Vec<&str> = subjects.iter().map(|subject| subject.name).collect();
    println!("| what | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    let mut wrong = Vec::new();
    for row in &ROWS {
        let seen: Vec<String> = subjects.iter().map(|subject| (row.look)(subject)).collect();
        println!("| {} | {} |", row.title, seen.join(" | "));
        let ours = subjects
            .iter()
            .zip(&seen)
            .filter(|(subject, seen)| subject.name.starts_with("tower-rum") && *seen != row.ours && *seen != "not run");
        wrong.extend(ours.map(|(subject, seen)| format!("{}, {}: {seen}, not {}", subject.name, row.title, row.ours)));
    }
    for wrong in &wrong {
        eprintln!("{wrong}");
    }
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
