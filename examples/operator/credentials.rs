use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::prelude::{BASE64_STANDARD, Engine};
use subtle::ConstantTimeEq;
use tower_http::validate_request::ValidateRequest;

/// What an `Authorization` header must hold: a scheme, and one word.
#[derive(Clone)]
pub(crate) struct Credentials {
    scheme: &'static str,
    word: String,
    challenge: HeaderValue,
}

impl Credentials {
    /// A token of its own for each application: `openssl rand -hex 32`.
    pub(crate) fn bearer(token: &str) -> Result<Self, &'static str> {
        if token.is_empty() {
            return Err("the token is empty");
        }
        Ok(Self { scheme: "Bearer", word: token.to_owned(), challenge: HeaderValue::from_static(r#"Bearer realm="metrics""#) })
    }

    pub(crate) fn basic(user: &str, password: &str) -> Result<Self, &'static str> {
        if user.is_empty() || password.is_empty() || user.contains(':') {
            return Err("basic auth takes a user without a colon, and a password");
        }
        let challenge = HeaderValue::from_static(r#"Basic realm="metrics", charset="UTF-8""#);
        Ok(Self { scheme: "Basic", word: BASE64_STANDARD.encode(format!("{user}:{password}")), challenge })
    }

    fn are_in(&self, request: &Request) -> bool {
        let mut given = request.headers().get_all(header::AUTHORIZATION).iter();
        let (Some(given), None) = (given.next(), given.next()) else { return false };
        let Some((scheme, word)) = given.to_str().ok().and_then(|given| given.split_once(' ')) else { return false };
        // As long for a good guess as for a bad one; only the length of the secret shows.
        scheme.eq_ignore_ascii_case(self.scheme) && word.as_bytes().ct_eq(self.word.as_bytes()).into()
    }
}

impl ValidateRequest<Body> for Credentials {
    type ResponseBody = Body;

    fn validate(&mut self, request: &mut Request) -> Result<(), Response> {
        if self.are_in(request) {
            return Ok(());
        }
        let mut response = Response::new(Body::from("credentials are missing or wrong\n"));
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        response.headers_mut().insert(header::WWW_AUTHENTICATE, self.challenge.clone());
        Err(response)
    }
}
