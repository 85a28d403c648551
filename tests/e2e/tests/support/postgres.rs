use std::env;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::process::{self, Process};
use super::wait;

/// A Postgres server with a database in it that nobody uses, at a socket in a folder of its own.
pub struct Postgres {
    _process: Process,
    folder: TempDir,
}

impl Postgres {
    pub fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        let nobody = nobody_for(folder.path());
        let mut initdb = program("initdb", nobody);
        initdb.args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D"]).arg(&data);
        let (succeeded, said) = process::run(&mut initdb, "");
        assert!(succeeded, "{said}");
        let mut server = program("postgres", nobody);
        server.arg("-D").arg(&data).arg("-k").arg(folder.path()).args(["-c", "listen_addresses=", "-c", "fsync=off"]);
        let process = Process::start(&mut server);
        wait::until("Postgres to take connections", || process.log().contains("ready to accept connections").then_some(()));
        Self { _process: process, folder }
    }

    /// As the exporter is told of it.
    pub fn data_source(&self) -> String {
        format!("user=postgres dbname=postgres sslmode=disable host={}", self.folder.path().display())
    }
}

/// The user to run it as, who gets the folder: Postgres refuses to run as root. None where this is not root.
fn nobody_for(folder: &Path) -> Option<(u32, u32)> {
    if fs::metadata(folder).unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let nobody = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == "nobody").unwrap();
    let (user, group) = (nobody[2].parse().unwrap(), nobody[3].parse().unwrap());
    chown(folder, Some(user), Some(group)).unwrap();
    Some((user, group))
}

/// Debian keeps the programs of each version apart, and not on the path.
fn program(name: &str, user: Option<(u32, u32)>) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().map(|entry| entry.unwrap().path().join("bin"));
    let folders: Vec<PathBuf> = versions.chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())).collect();
    let found = folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    let path = found.unwrap_or_else(|| panic!("{name} is not on this machine: install Debian's package postgresql"));
    let mut command = Command::new(path);
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command.current_dir("/");
    command
}
