//! Our routes as an axum [`Router`].
//!
//! ```
//! use axum::{Router, routing::get};
//!
//! let monitor = tower_rum::Monitor::new();
//! let app: Router = Router::new()
//!     .route("/users/{id}", get(async || "a user"))
//!     .merge(monitor.routes())
//!     .layer(monitor.layer()); // last: it also sees what no route matched
//! ```

use std::sync::Arc;

use axum::Router;

use crate::monitor::Monitor;
use crate::routes::{Route, RouteService};

impl Monitor {
    /// Everything: `/metrics`, the browser script and the ingest.
    ///
    /// Merge it before [`layer`](Self::layer) goes on. With all of it on a public router, `/metrics` is public: see
    /// [`operator_routes`](Self::operator_routes).
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.router(|_| true)
    }

    /// What the browsers of users need: the script and the ingest.
    pub fn public_routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.router(|route| !route.is_operators())
    }

    /// What whoever operates the service needs: `/metrics`. For a second port, or behind authentication.
    pub fn operator_routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.router(Route::is_operators)
    }

    fn router<S: Clone + Send + Sync + 'static>(&self, wanted: impl Fn(Route) -> bool) -> Router<S> {
        let routes = self.own_routes();
        let wanted = routes.iter().filter(|&(_, route)| wanted(route));
        wanted.fold(Router::new(), |router, (path, route)| {
            router.route_service(path, RouteService { routes: Arc::clone(routes), route })
        })
    }
}
