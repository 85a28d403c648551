//! Config files, and what an example that takes one says of those that cannot work.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;

use tempfile::NamedTempFile;

use super::{cargo, process};

/// A file of this text.
pub fn written(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    file
}

/// An example whose one argument is a config file.
pub struct Reader {
    name: &'static str,
    program: PathBuf,
}

impl Reader {
    pub fn of(example: &'static str) -> Self {
        Self { name: example, program: cargo::example(example, "full") }
    }

    /// In one line, which begins with the file and this: a line's number, and what is wrong there.
    #[track_caller]
    pub fn assert_refuses(&self, config: &str, said: &str) {
        let file = written(config);
        let place = format!("{}:{said}", file.path().display());
        let refused = self.refused(&[file.path().to_str().unwrap()]);
        assert!(refused.starts_with(&place), "{config}\n{refused}\n{place}");
        assert_eq!(refused.lines().count(), 1, "{refused}");
    }

    #[track_caller]
    pub fn assert_refuses_other_arguments(&self) {
        assert!(self.refused(&["nowhere.toml"]).starts_with("nowhere.toml: No such file"));
        for arguments in [&[][..], &["a.toml", "b.toml"]] {
            let expected = format!("{} takes one argument, its config file", self.name);
            assert!(self.refused(arguments).starts_with(&expected));
        }
    }

    /// A config in which this setting names an address that somebody else has.
    #[track_caller]
    pub fn assert_refuses_a_taken_address(&self, setting: &str, config: impl Fn(SocketAddr) -> String) {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let refused = self.refused(&[written(&config(address)).path().to_str().unwrap()]);
        assert!(refused.starts_with(&format!("{address}: Address already in use")), "{refused}");
        assert!(refused.ends_with(&format!("`{setting}` takes an address that is free\n")), "{refused}");
    }

    fn refused(&self, arguments: &[&str]) -> String {
        // What should not run at all must not run on.
        let (success, said) = process::run(Command::new("timeout").arg("60").arg(&self.program).args(arguments), "");
        assert!(!success, "{said}");
        said
    }
}
