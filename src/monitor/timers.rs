//! Timers of the application's own work: declared on a [`Builder`], found on a [`Monitor`].

use crate::config::Timer;
use crate::error::Error;
use crate::timer::TimerHandle;

use super::{Builder, Monitor};

/// # The application's own work
impl Builder {
    /// A timer of the application's own work; see [`timer`](crate::timer). Default: none.
    pub fn timer(mut self, timer: Timer) -> Self {
        self.config.timers.push(timer);
        self
    }
}

impl Monitor {
    /// The timer that [`Builder::timer`] has declared under this name, without a namespace. To be found once and kept.
    ///
    /// # Errors
    ///
    /// When none of that name is declared.
    pub fn timer(&self, name: &str) -> Result<TimerHandle, Error> {
        self.timers.get(name).ok_or_else(|| Error::setting(format!("no timer {name:?} is declared by Builder::timer")))
    }
}
