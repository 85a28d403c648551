use std::time::Duration;

use ureq::Agent;
use ureq::http::Response;
use ureq::{Body, Error};

/// One connection at a time to one server, kept alive.
pub struct Client {
    agent: Agent,
    address: String,
}

pub struct Reply {
    pub status: u16,
    pub body: String,
}

impl Client {
    pub fn of(address: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_mins(1)));
        Self { agent: config.build().into(), address: address.to_owned() }
    }

    pub fn get(&self, path: &str) -> Reply {
        Reply::read(self.agent.get(self.url(path)).call())
    }

    pub fn get_as(&self, path: &str, accept: &str) -> Reply {
        Reply::read(self.agent.get(self.url(path)).header("accept", accept).call())
    }

    /// As part of a sampled trace.
    pub fn get_of_trace(&self, path: &str, trace: &str) -> Reply {
        let field = format!("00-{trace}-00f067aa0ba902b7-01");
        Reply::read(self.agent.get(self.url(path)).header("traceparent", field).call())
    }

    pub fn head(&self, path: &str) -> Reply {
        Reply::read(self.agent.head(self.url(path)).call())
    }

    pub fn query(&self, path: &str, name: &str, value: &str) -> Reply {
        self.query_all(path, &[(name, value)])
    }

    pub fn query_all(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        Reply::read(self.agent.get(self.url(path)).query_pairs(pairs.iter().copied()).call())
    }

    pub fn post(&self, path: &str, content_type: &str, body: &str) -> Reply {
        Reply::read(self.agent.post(self.url(path)).header("content-type", content_type).send(body))
    }

    pub fn post_empty(&self, path: &str) -> Reply {
        Reply::read(self.agent.post(self.url(path)).send_empty())
    }

    /// A request of a method that need not be a standard one.
    pub fn method(&self, method: &str, path: &str) -> Reply {
        let request = ureq::http::Request::builder().method(method).uri(self.url(path)).body(()).unwrap();
        Reply::read(self.agent.run(request))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Reply {
    fn read(response: Result<Response<Body>, Error>) -> Self {
        let mut response = response.unwrap();
        Self { status: response.status().as_u16(), body: response.body_mut().read_to_string().unwrap() }
    }
}
