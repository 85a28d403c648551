use http::{Method, StatusCode};

/// Twenty routes, twelve of them with a parameter.
pub const PATTERNS: [(&str, &str); 20] = [
    ("/", "/"),
    ("/health", "/health"),
    ("/login", "/login"),
    ("/logout", "/logout"),
    ("/search", "/search"),
    ("/cart", "/cart"),
    ("/cart/checkout", "/cart/checkout"),
    ("/api/v1/status", "/api/v1/status"),
    ("/users/{id}", "/users/42"),
    ("/users/{id}/orders", "/users/42/orders"),
    ("/users/{id}/orders/{order}", "/users/42/orders/7"),
    ("/users/{id}/settings", "/users/42/settings"),
    ("/products/{id}", "/products/17"),
    ("/products/{id}/reviews", "/products/17/reviews"),
    ("/products/{id}/reviews/{review}", "/products/17/reviews/3"),
    ("/api/v1/items/{item}", "/api/v1/items/9"),
    ("/api/v1/items/{item}/parts", "/api/v1/items/9/parts"),
    ("/api/v1/teams/{team}/members", "/api/v1/teams/5/members"),
    ("/api/v1/teams/{team}/members/{id}", "/api/v1/teams/5/members/8"),
    ("/static/{file}", "/static/app.css"),
];

/// What the requests of a worker go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// One route, method and status.
    Same,
    /// All routes, three methods and statuses.
    Mix,
}

impl Traffic {
    /// The route and method of a worker's `n`th request, by their places.
    pub(super) fn place(self, n: usize) -> (usize, usize) {
        match self {
            Self::Same => (9, 0),
            Self::Mix => (n * 7 % PATTERNS.len(), (n % 64) % 3),
        }
    }
}

pub(super) const METHODS: [Method; 3] = [Method::GET, Method::POST, Method::PUT];

/// The status that the handlers answer a method with.
pub(super) fn status(method: &Method) -> StatusCode {
    match *method {
        Method::GET => StatusCode::OK,
        Method::POST => StatusCode::CREATED,
        _ => StatusCode::NOT_FOUND,
    }
}

pub(super) const PAYLOAD: &[u8] = b"0123456789012345678901234567890123456789012345678901234567";
