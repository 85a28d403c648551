//! Services that requests run through without a socket: bare tower, an axum router, and an actix application.

pub(crate) mod actix;
mod axum;
mod beacon;
mod drive;
mod mix;
mod odd;
mod tower;

use std::convert::Infallible;

use ::axum::body::{Body, HttpBody};
use ::axum::response::IntoResponse;
use ::axum::routing::Route;
use ::tower::{Layer, Service};
use http::{Request, Response};

pub(crate) use self::actix::actix_bed;
pub use self::axum::{boxed, router, router_of_layered};
pub use self::beacon::{EMPTY_HANDLER, PAGE_LOAD, beacons};
pub use self::drive::{drain, now_or_never};
pub use self::mix::{PATTERNS, Traffic};
pub use self::odd::{FRAMES, giving_up, streaming, with_fields};
pub use self::tower::{Leaf, matched_paths};

/// Runs that many requests through one thread's own copy of a service.
pub type Worker = Box<dyn FnMut(usize)>;

/// Makes a [`Worker`] on the thread that calls it.
pub type Bed = Box<dyn Fn(Traffic) -> Worker + Send + Sync>;

/// One way to count requests, in both beds.
pub struct Variant {
    pub name: &'static str,
    pub tower: Bed,
    pub axum: Bed,
}

impl Variant {
    pub fn new<L, F, B, R>(name: &'static str, layer: L) -> Self
    where
        L: Layer<Leaf> + Layer<Route> + Clone + Send + Sync + 'static,
        <L as Layer<Leaf>>::Service:
            Service<Request<Body>, Response = Response<B>, Error = Infallible, Future = F> + Clone + Send + Sync + 'static,
        B: HttpBody + 'static,
        F: Future<Output = Result<Response<B>, Infallible>>,
        <L as Layer<Route>>::Service: Service<Request<Body>, Response = R> + Clone + Send + Sync + 'static,
        <<L as Layer<Route>>::Service as Service<Request<Body>>>::Error: Into<Infallible> + 'static,
        <<L as Layer<Route>>::Service as Service<Request<Body>>>::Future: Send + 'static,
        R: IntoResponse + 'static,
    {
        Self { name, tower: tower::bed(layer.clone()), axum: axum::bed(layer) }
    }

    /// No layer at all.
    pub fn bare() -> Self {
        Self { name: crate::measure::BARE, tower: tower::bed(::tower::layer::util::Identity::new()), axum: axum::bare() }
    }
}
