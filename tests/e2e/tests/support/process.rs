//! Programs that a test starts. Each ends with its value, so also when the test panics.

use std::env;
use std::fs;
use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};

use tempfile::NamedTempFile;

use super::wait;

/// A command for a program that a Debian package brings.
pub fn installed(program: &str, package: &str) -> Command {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).any(|folder| folder.join(program).is_file());
    assert!(found, "{program} is not on this machine: install Debian's package {package} (apt-get install {package})");
    Command::new(program)
}

/// Runs a command to its end on some input: whether it succeeded, and all that it said.
pub fn run(command: &mut Command, input: &str) -> (bool, String) {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// A running program.
pub struct Process {
    child: Child,
    log: NamedTempFile,
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let log = NamedTempFile::new().unwrap();
        // One file for both streams: a pipe that nobody reads would block the program once full.
        let output = log.reopen().unwrap();
        let errors = output.try_clone().unwrap();
        let child = command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn();
        Self { child: child.unwrap_or_else(|error| panic!("{command:?}: {error}")), log }
    }

    /// The word that follows `mark` in what the program prints, once it has printed it. A program that is told to listen on port 0
    /// prints where it does: no port can be taken between choosing and using it.
    pub fn word_after(&mut self, mark: &str) -> String {
        wait::until(mark, || {
            let log = self.log();
            if let Some((_, rest)) = log.split_once(mark)
                && let Some(end) = rest.find(['/', ' ', '\n'])
            {
                return Some(rest[..end].to_owned());
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("ended with {status} before it printed {mark:?}:\n{log}");
            }
            None
        })
    }

    /// Asks the program to end, and waits for it: how it ended, and all that it printed.
    pub fn end(self) -> (ExitStatus, String) {
        self.end_by("TERM")
    }

    /// The same by a signal's name.
    pub fn end_by(mut self, signal: &str) -> (ExitStatus, String) {
        let asked = Command::new("kill").args(["-s", signal]).arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let status = wait::until("the program to end", || self.child.try_wait().unwrap());
        (status, self.log())
    }

    /// All that it has printed.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
