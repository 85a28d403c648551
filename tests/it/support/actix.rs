use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};
use tower_rum::Monitor;

/// An actix server on a free loopback port, HTTP/1.1 and HTTP/2 with prior knowledge; it ends with its value.
#[derive(Debug)]
pub struct ActixServer {
    pub address: SocketAddr,
    handle: ServerHandle,
}

macro_rules! start {
    ($server:expr) => {{
        let server = $server.workers(1).disable_signals().bind_auto_h2c(("127.0.0.1", 0)).unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { address, handle }
    }};
}

impl ActixServer {
    /// With the monitor outermost.
    pub fn start(monitor: &Monitor, app: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> Self {
        Self::with_half_closed(monitor, app, true)
    }

    /// The same; whether a client that has closed its half is answered.
    pub fn with_half_closed(
        monitor: &Monitor,
        app: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
        answered: bool,
    ) -> Self {
        let monitor = monitor.clone();
        let server = HttpServer::new(move || App::new().configure(app.clone()).wrap(monitor.actix()));
        start!(server.h1_allow_half_closed(answered))
    }

    /// Without a monitor.
    pub fn bare(app: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> Self {
        start!(HttpServer::new(move || App::new().configure(app.clone())))
    }

    /// Ends it, and lets what is open end first if `graceful`.
    pub fn stop(&self, graceful: bool) -> impl Future<Output = ()> + use<> {
        self.handle.stop(graceful)
    }
}

impl Drop for ActixServer {
    fn drop(&mut self) {
        // The command is given at once; the future only waits for it.
        drop(self.stop(false));
    }
}
