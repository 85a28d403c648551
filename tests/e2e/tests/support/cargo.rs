use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What cargo prints when run in the package under test.
pub fn in_root(arguments: &[&str]) -> String {
    // Set by cargo for its tests: the same toolchain builds both.
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(root).stderr(Stdio::inherit());
    // What cargo tells a test of its package would have ring's build script believe that it is another one, and all that needs it built again: here,
    // and by whoever calls cargo next.
    for (name, _) in env::vars() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"].iter().any(|of_package| name.starts_with(of_package)) {
            command.env_remove(name);
        }
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "cargo {} failed", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

/// Builds an example and says where it lies.
pub fn example(name: &str, features: &str) -> PathBuf {
    example_of("dev", name, features)
}

/// The same of a profile.
pub fn example_of(profile: &str, name: &str, features: &str) -> PathBuf {
    let of = ["build", "--locked", "--profile", profile, "--example", name, "--features", features];
    let arguments = [&of[..], &["--message-format", "json-render-diagnostics"]].concat();
    let messages = in_root(&arguments);
    let mut built = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let executable = message["executable"].as_str()?;
        (message["target"]["name"] == name).then(|| executable.into())
    });
    built.next_back().unwrap_or_else(|| panic!("cargo built no example {name}"))
}
