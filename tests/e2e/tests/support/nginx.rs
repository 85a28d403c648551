use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::process::{self, Process};
use super::{port, wait};

/// An nginx with what `examples/deploy/nginx` tells it, before two applications.
pub struct Nginx {
    address: String,
    _process: Process,
    _folder: TempDir,
}

impl Nginx {
    pub fn before(applications: [&str; 2]) -> Self {
        let [one, other] = applications;
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/deploy/nginx/app.conf");
        let shipped = fs::read_to_string(shipped).unwrap();
        // It cannot be told to choose a port, and another program may take the one that was free.
        let started = (0..10).find_map(|_| {
            let address = format!("127.0.0.1:{}", port::free());
            let changes = [("app-1:3000", one), ("app-2:3000", other), ("listen 80;", &format!("listen {address};"))];
            let site = changes.iter().fold(shipped.clone(), |text, (from, to)| {
                assert!(text.contains(from), "{from:?} is not in\n{text}");
                text.replace(from, to)
            });
            Self::start(address, &site)
        });
        started.expect("nginx found no port to listen on")
    }

    fn start(address: String, site: &str) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let configuration = folder.path().join("nginx.conf");
        fs::write(&configuration, AROUND.replace("SITE", site).replace("FOLDER", folder.path().to_str().unwrap())).unwrap();
        let mut command = process::installed("nginx", "nginx-light");
        let process = Process::start(command.arg("-e").arg("stderr").arg("-c").arg(configuration));
        let listens = wait::until("nginx to listen or to say why it cannot", || {
            let log = process.log();
            if log.contains("bind()") {
                return Some(false);
            }
            assert!(!log.contains("[emerg]"), "{log}");
            log.contains("event method").then_some(true)
        });
        listens.then_some(Self { address, _process: process, _folder: folder })
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// One process, which ends with its value, and nothing outside its folder.
const AROUND: &str = "\
daemon off;
master_process off;
pid FOLDER/pid;
error_log stderr notice;
events {}
http {
    access_log off;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
SITE
}
";
