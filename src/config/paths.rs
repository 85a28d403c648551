//! Paths of our own routes: plain, and no two of them the same.

use crate::error::Error;

/// Where each of our routes lives, behind the prefix.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    pub(crate) prefix: String,
    pub(crate) metrics: String,
    pub(crate) uptime: String,
    pub(crate) page_load: String,
    pub(crate) interaction: String,
    pub(crate) user_error: String,
    pub(crate) beacon: String,
    /// The script; its immutable copy is beside it, with a hash before the ending.
    pub(crate) script: String,
    /// The page; what it loads is below it.
    pub(crate) dashboard: String,
    /// `None` where no sessions are recorded.
    pub(crate) replay: Option<Box<ReplayPaths>>,
}

/// The routes of session replay.
#[derive(Debug, Clone)]
pub(crate) struct ReplayPaths {
    pub(crate) event: String,
    pub(crate) script: String,
    /// The operator's page; what it loads is below it.
    pub(crate) page: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            prefix: String::new(),
            metrics: "/metrics".to_owned(),
            uptime: "/healthz".to_owned(),
            page_load: "/log-page-load".to_owned(),
            interaction: "/log-interaction".to_owned(),
            user_error: "/log-user-error".to_owned(),
            beacon: "/log-beacon".to_owned(),
            script: "/rum.js".to_owned(),
            dashboard: "/dashboard".to_owned(),
            replay: None,
        }
    }
}

impl Paths {
    pub(super) fn validate(&self) -> Result<(), Error> {
        let prefix = &self.prefix;
        let plain =
            |path: &str| path.starts_with('/') && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.~".contains(&b));
        if !prefix.is_empty() && (!plain(prefix) || prefix.ends_with('/')) {
            return Err(Error::setting(format!(
                "a prefix starts with a slash, ends without one, and takes letters, digits and -_.~ between, not {prefix:?}"
            )));
        }
        let of_replay: Vec<&String> = self.replay.iter().flat_map(|paths| [&paths.event, &paths.script]).collect();
        let own = [&self.beacon, &self.script, &self.uptime, &self.dashboard];
        for path in own.into_iter().chain(of_replay.iter().copied()) {
            if !plain(path) || path.len() < 2 {
                return Err(Error::setting(format!(
                    "a path starts with a slash and takes letters, digits and -_.~ behind it, not {path:?}"
                )));
            }
        }
        let own = [&self.metrics, &self.uptime, &self.page_load, &self.interaction, &self.user_error, &self.beacon, &self.script];
        let replay_page = self.replay.as_ref().map(|paths| &paths.page);
        let paths: Vec<&String> = own.into_iter().chain(of_replay).chain(replay_page).collect();
        let is_below_page = |path: &str| {
            replay_page.is_some_and(|page| path.strip_prefix(page.as_str()).is_some_and(|rest| rest.starts_with('/')))
        };
        if let Some(path) =
            paths.iter().find(|path| is_below_page(path) || paths.iter().filter(|other| other == path).count() > 1)
        {
            return Err(Error::setting(format!("two routes have the path {path:?}")));
        }
        let dashboard = &self.dashboard;
        if dashboard.ends_with('/') {
            return Err(Error::setting(format!("the dashboard's path ends without a slash, unlike {dashboard:?}")));
        }
        let is_its =
            |path: &str| path.strip_prefix(dashboard.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        match paths.iter().find(|path| is_its(path)) {
            Some(path) => Err(Error::setting(format!("the path {path:?} lies where the dashboard does"))),
            None => Ok(()),
        }
    }
}
