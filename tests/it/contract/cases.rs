//! What is asked of the application, and how each request counts.

/// One request on a connection of its own.
pub struct Case {
    pub what: &'static str,
    pub request: Request,
    pub client: Client,
    /// The status that the client sees, if it waits for one.
    pub answered: Option<u16>,
    /// `rum_rejected_total{reason}`, where it moves.
    pub refused: Option<&'static str>,
    /// Method label, endpoint and status; none where a path of ours goes by uncounted.
    pub counted: Option<(&'static str, &'static str, u16)>,
}

#[derive(Clone)]
pub struct Request {
    pub method: &'static str,
    pub path: &'static str,
    pub fields: &'static [(&'static str, &'static str)],
    pub body: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// Takes the answer to the end of the connection.
    Stays,
    /// Resets the connection before there is an answer.
    LeavesBeforeTheHead,
    /// Resets the connection with the answer begun.
    LeavesInTheBody,
}

impl Request {
    /// As it goes over the wire.
    pub fn text(&self, connection: &str) -> String {
        let Self { method, path, fields, body } = self;
        let fields: String = fields.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
        let declared = fields.contains("content-length") || fields.contains("transfer-encoding");
        let length = if declared || body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
        format!("{method} {path} HTTP/1.1\r\nhost: example.com\r\nconnection: {connection}\r\n{fields}{length}\r\n{body}")
    }
}

/// Everything, in the order in which it is asked.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::from(routed());
    cases.extend(told());
    cases.extend(ends());
    cases.extend(scripts());
    cases.extend(beacons());
    cases.extend(uptime());
    cases.push(ours("a scrape", get("/metrics"), 200));
    cases.push(ours("a scrape, again", get("/metrics"), 200));
    cases
}

fn routed() -> [Case; 26] {
    const USER: &str = "/users/{id}";
    [
        counted("a route", get("/"), "/", 200),
        counted("a parameter", get("/users/7"), USER, 200),
        counted("another value of it", get("/users/8"), USER, 200),
        counted("a query", get("/users/7?page=2"), USER, 200),
        counted("an encoded value", get("/users/a%20b"), USER, 200),
        counted("an encoded slash", get("/users/a%2Fb"), USER, 200),
        counted("another method", of("PUT", "/users/7"), USER, 200),
        counted("a method with no content", of("DELETE", "/users/7"), USER, 204),
        counted("a method that the route has not", of("PATCH", "/users/7"), USER, 405),
        counted("options", of("OPTIONS", "/users/7"), USER, 405),
        other("a method that there is not", of("BREW", "/users/7"), USER, 405),
        other("another one", of("A001", "/nope"), "unmatched", 404),
        counted("a nested route", get("/api/items/9"), "/api/items/{id}", 200),
        counted("a nested route's method", of("POST", "/api/items/9"), "/api/items/{id}", 405),
        counted("parameters at two depths", get("/api/deep/items/1/parts/2"), "/api/deep/items/{id}/parts/{part}", 200),
        counted("nothing under the nest", get("/api/nope"), "unmatched", 404),
        counted("nothing", get("/nope"), "unmatched", 404),
        counted("an empty parameter", get("/users/"), "unmatched", 404),
        counted("a slash too many", get("/users/7/"), "unmatched", 404),
        counted("a scanner", get("/wp-login.php"), "unmatched", 404),
        counted("a path that starts like one of ours", get("/metrics-foo"), "unmatched", 404),
        counted("HEAD", of("HEAD", "/"), "/", 200),
        counted("a redirect", get("/moved"), "/moved", 301),
        counted("an unusual status", get("/teapot"), "/teapot", 418),
        counted("a server error", get("/error"), "/error", 500),
        counted("another method's error", of("POST", "/error"), "/error", 503),
    ]
}

/// Which responses tell the browser their route.
fn told() -> [Case; 5] {
    let from = |destination, request: Request| Request { fields: destination, ..request };
    [
        counted("a document", from(&[("sec-fetch-dest", "document")], get("/")), "/", 200),
        counted("a script's request", from(&[("sec-fetch-dest", "empty")], get("/json")), "/json", 200),
        counted("a script's form", from(&[("sec-fetch-dest", "empty")], of("POST", "/json")), "/json", 201),
        counted("an image", from(&[("sec-fetch-dest", "image")], get("/large")), "/large", 200),
        counted("a script's request for nothing", from(&[("sec-fetch-dest", "empty")], get("/nope")), "unmatched", 404),
    ]
}

/// The ways in which a response ends.
fn ends() -> [Case; 12] {
    [
        counted("an empty body", get("/empty"), "/empty", 200),
        counted("a status without a body", get("/not-modified"), "/not-modified", 304),
        counted("a stream", get("/streamed"), "/streamed", 200),
        counted("HEAD of a stream", of("HEAD", "/streamed"), "/streamed", 200),
        counted("a stream of known length", get("/known-length"), "/known-length", 200),
        counted("HEAD of a stream of known length", of("HEAD", "/known-length"), "/known-length", 200),
        counted("a large body", get("/large"), "/large", 200),
        counted("a body that breaks", get("/broken"), "/broken", 200),
        counted("a handler's error", get("/fail"), "/fail", 409),
        unanswered(Client::Stays, "a panic", get("/panic"), "/panic", 500),
        unanswered(Client::LeavesBeforeTheHead, "a client that leaves before the head", get("/hang"), "/hang", 499),
        Case { client: Client::LeavesInTheBody, ..counted("a client that leaves in the body", get("/endless"), "/endless", 200) },
    ]
}

fn scripts() -> [Case; 6] {
    let with = |fields| Request { fields, ..get("/rum.js") };
    [
        ours("the script", get("/rum.js"), 200),
        ours("the script, compressed", with(&[("accept-encoding", "gzip, br")]), 200),
        ours("the script, unchanged", with(&[("if-none-match", "*")]), 304),
        ours("the script's head", of("HEAD", "/rum.js"), 200),
        ours("a method that the script has not", of("POST", "/rum.js"), 405),
        ours("the head of a scrape", of("HEAD", "/metrics"), 200),
    ]
}

fn uptime() -> [Case; 3] {
    [
        ours("whether it is ready", get("/healthz"), 503),
        ours("the head of that", of("HEAD", "/healthz"), 503),
        ours("a method that has no use there", of("POST", "/healthz"), 405),
    ]
}

/// Accepted, and refused for each reason that takes no time.
fn beacons() -> Vec<Case> {
    const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];
    const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
    const BATCH: &str =
        r#"{"version":1,"id":"00000000000000000000000a","events":[{"event":"error","kind":"rejection","count":2}]}"#;
    let post = |path, fields, body: &str| Request { fields, body: body.to_owned(), ..of("POST", path) };
    let click = |fields| post("/log-interaction", fields, r#"{"type":"click"}"#);
    let spaces = " ".repeat(64 * 1024 + 1);
    let chunk = format!("10001\r\n{spaces}\r\n0\r\n\r\n");
    let too_much: &[(&str, &str)] = &[("content-type", "application/json"), ("content-length", "65537")];
    let chunked: &[(&str, &str)] = &[("content-type", "application/json"), ("transfer-encoding", "chunked")];
    let text: &[(&str, &str)] = &[("content-type", "text/plain;charset=UTF-8")];
    let cases = [
        ("a form", post("/log-page-load", FORM, "load_time=1234.5"), 204, ""),
        ("JSON", click(JSON), 204, ""),
        ("a declared name", post("/log-interaction", FORM, "type=click&name=buy"), 204, ""),
        ("nothing, for an error", post("/log-user-error", &[], ""), 204, ""),
        ("an endpoint that was served", post("/log-page-load", FORM, "load_time=9&endpoint=%2Fusers%2F%7Bid%7D"), 204, ""),
        ("an endpoint that was not", post("/log-page-load", FORM, "load_time=9&endpoint=%2Fmade-up"), 204, ""),
        ("a batch", post("/log-beacon", text, BATCH), 204, ""),
        ("the batch again", post("/log-beacon", text, BATCH), 204, "duplicate"),
        ("a malformed form", post("/log-page-load", FORM, "load_time="), 400, "malformed"),
        ("malformed JSON", post("/log-page-load", JSON, "{"), 400, "malformed"),
        ("our own origin", click(&[("content-type", "application/json"), ("origin", "http://example.com")]), 204, ""),
        ("a foreign origin", click(&[("origin", "https://evil.example")]), 403, "origin"),
        ("a foreign site", click(&[("sec-fetch-site", "cross-site")]), 403, "origin"),
        ("an origin said twice", click(&[("origin", "http://example.com"), ("origin", "http://example.com")]), 403, "origin"),
        ("a wrong method", of("GET", "/log-beacon"), 405, ""),
        ("too much, declared", post("/log-interaction", too_much, ""), 413, "too_large"),
        ("too much, by the chunk", post("/log-interaction", chunked, &chunk), 413, "too_large"),
        ("a wrong type", post("/log-interaction", &[("content-type", "image/png")], "x"), 415, "content_type"),
        ("a number out of range", post("/log-page-load", FORM, "load_time=-1"), 422, "range"),
        ("an undeclared name", post("/log-interaction", FORM, "type=click&name=nobody"), 422, "unknown_name"),
        ("an unknown kind", post("/log-user-error", FORM, "kind=nobody"), 422, "unknown_kind"),
        ("an unknown version", post("/log-beacon", JSON, r#"{"version":9,"id":"b","events":[]}"#), 422, "version"),
        ("a program", click(&[("user-agent", "Googlebot/2.1")]), 204, "bot"),
        ("a wish for privacy", click(&[("sec-gpc", "1")]), 204, "privacy"),
    ];
    let refused = |reason: &'static str| Some(reason).filter(|reason| !reason.is_empty());
    let case = |(what, request, status, reason)| Case { refused: refused(reason), ..ours(what, request, status) };
    cases.into_iter().map(case).collect()
}

fn counted(what: &'static str, request: Request, endpoint: &'static str, status: u16) -> Case {
    let counted = Some((request.method, endpoint, status));
    Case { counted, ..ours(what, request, status) }
}

/// Of a method that has no label of its own.
fn other(what: &'static str, request: Request, endpoint: &'static str, status: u16) -> Case {
    Case { counted: Some(("_OTHER", endpoint, status)), ..ours(what, request, status) }
}

/// Counted with a status that no client sees.
fn unanswered(client: Client, what: &'static str, request: Request, endpoint: &'static str, status: u16) -> Case {
    Case { client, answered: None, ..counted(what, request, endpoint, status) }
}

/// To a path of ours.
fn ours(what: &'static str, request: Request, status: u16) -> Case {
    Case { what, request, client: Client::Stays, answered: Some(status), refused: None, counted: None }
}

pub fn get(path: &'static str) -> Request {
    of("GET", path)
}

pub fn of(method: &'static str, path: &'static str) -> Request {
    Request { method, path, fields: &[], body: String::new() }
}
