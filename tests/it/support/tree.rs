//! The project's own files.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the crate, which is that of the whole project.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder, but for what is built and what others wrote.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.is_dir() {
                files.push(path);
            } else if !["target", "node_modules", ".git"].iter().any(|name| path.ends_with(name)) {
                folders.push(path);
            }
        }
    }
    files
}
