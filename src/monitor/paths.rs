//! Settings of where our routes are.

use super::Builder;

/// # Where our routes are
impl Builder {
    /// Where the script's batches go, behind the [`path_prefix`](Self::path_prefix). Blockers of advertising match paths. Default: `/log-beacon`.
    pub fn beacon_path(mut self, path: impl Into<String>) -> Self {
        self.config.paths.beacon = path.into();
        self
    }

    /// Where the script is, behind the [`path_prefix`](Self::path_prefix). Default: `/rum.js`.
    pub fn script_path(mut self, path: impl Into<String>) -> Self {
        self.config.paths.script = path.into();
        self
    }

    /// A path before all of our routes, such as `/internal`. Default: none.
    pub fn path_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.config.paths.prefix = prefix.into();
        self
    }
}
