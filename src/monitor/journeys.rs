//! What of a [`Builder`] is about journeys without a script.

#[cfg(feature = "actix")]
use std::sync::Arc;

#[cfg(feature = "actix")]
use crate::middleware::journeys::Guide;
use crate::middleware::journeys::JourneysLayer;

use super::{Builder, Monitor};

/// # Journeys by a cookie
impl Builder {
    /// Have [`Monitor::journey_layer`] count page views and the ways between them by a cookie, for pages without the script; see
    /// [`journeys`](crate::middleware::journeys). Default: off.
    ///
    /// Both families are then the cookie's: of the script, if a page has it, neither counts page views, and [`journeys`](Self::journeys)
    /// declared beside this are an error of [`build`](Self::build).
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder().cookie_journeys(true).build()?;
    /// assert!(tower_rum::Monitor::builder().cookie_journeys(true).journeys(["start"]).build().is_err());
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn cookie_journeys(mut self, on: bool) -> Self {
        self.config.cookie_journeys = on;
        self
    }

    /// Write `Secure` into every cookie of [`cookie_journeys`](Self::cookie_journeys), not only where the request shows that its browser came over
    /// TLS. For a site that nobody reaches without. Default: off.
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder().cookie_journeys(true).secure_cookie(true).build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn secure_cookie(mut self, always: bool) -> Self {
        self.config.secure_cookie = always;
        self
    }
}

impl Monitor {
    /// A layer that counts journeys without the script, where [`cookie_journeys`](Builder::cookie_journeys) are on, and nothing otherwise; see
    /// [`journeys`](crate::middleware::journeys).
    #[must_use]
    pub fn journey_layer(&self) -> JourneysLayer {
        JourneysLayer::new(self.guide.clone())
    }

    #[cfg(feature = "actix")]
    pub(crate) fn guide(&self) -> Option<&Arc<Guide>> {
        self.guide.as_ref()
    }
}
