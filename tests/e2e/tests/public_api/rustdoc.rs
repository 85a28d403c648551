//! What rustdoc knows of the crate, as JSON, which stable Rust gives to none but those who ask past it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::support::cargo;

pub fn json() -> Value {
    let folder = tempfile::tempdir().unwrap();
    let wrapper = folder.path().join("rustdoc");
    // RUSTC_BOOTSTRAP for rustdoc alone: told to cargo, it would have half of the dependencies built anew, and once more by whoever comes next.
    fs::write(&wrapper, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec \"${RUSTDOC:-rustdoc}\" \"$@\"\n").unwrap();
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    let config = format!("build.rustdoc='{}'", wrapper.display());
    let arguments = ["rustdoc", "--quiet", "--locked", "--lib", "--all-features", "--config", &config];
    cargo::in_root(&[&arguments[..], &["--", "-Z", "unstable-options", "--output-format", "json"]].concat());

    let metadata: Value =
        serde_json::from_str(&cargo::in_root(&["metadata", "--format-version", "1", "--no-deps", "--locked"])).unwrap();
    let file = Path::new(metadata["target_directory"].as_str().unwrap()).join("doc/tower_rum.json");
    let told = fs::read(&file).unwrap_or_else(|error| panic!("rustdoc has left no JSON at {}: {error}", file.display()));
    let json = serde_json::from_slice(&told).unwrap_or_else(|error| panic!("{} is no JSON: {error}", file.display()));
    let json: Value = json;
    assert!(
        json["index"].is_object() && json["paths"].is_object(),
        "rustdoc's JSON of format {} has another shape",
        json["format_version"]
    );
    json
}
