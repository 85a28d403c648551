//! Python packages that a test stands on: those of a list, with the hashes that it names.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::process;

/// The folder that they are in, once they are. Tests run side by side, each a process: whoever comes first moves it into place.
pub fn packages(requirements: &Path) -> PathBuf {
    let wanted = fs::read_to_string(requirements).unwrap();
    let mut hasher = DefaultHasher::new();
    wanted.hash(&mut hasher);
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("python-{:016x}", hasher.finish()));
    if !place.is_dir() {
        let made = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut pip = process::installed("python3", "python3");
        let options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--require-hashes"];
        let pip: &mut Command = pip
            .args(["-m", "pip", "install"])
            .args(options)
            .arg("--target")
            .arg(made.path())
            .arg("--requirement")
            .arg(requirements);
        let (succeeded, said) = process::run(pip, "");
        assert!(succeeded, "pip (Debian's package python3-pip) could not install {}: {said}", requirements.display());
        let _ = fs::rename(made.path(), &place);
    }
    assert!(place.is_dir(), "{} is not there", place.display());
    place
}
