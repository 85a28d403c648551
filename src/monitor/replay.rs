//! Session replay, for a host that turns it on.

use std::convert::Infallible;
use std::sync::Arc;

use crate::config::ReplayPaths;
use crate::record::Recorder;
use crate::recordings::{self, Recordings};
use crate::replay::{Queue, Replay};
use crate::rum::Script;

use super::{Builder, Monitor};

/// # Session replay
impl Builder {
    /// Record sessions of pages that load `/rum-replay.js`, and play them at `/replay`; see [`replay`](crate::replay), and
    /// [its guide](crate::guide::replay) for what that means to users. Default: off, and none of its routes are there.
    ///
    /// What pages send is kept only where [`Monitor::replay_writer`] runs.
    pub fn replay(mut self, replay: Replay) -> Self {
        let (event, script) = (replay.event_path.clone(), replay.script_path.clone());
        self.config.paths.replay = Some(Box::new(ReplayPaths { event, script, page: "/replay".to_owned() }));
        self.replay = Some(Box::new(replay));
        self
    }
}

impl Monitor {
    /// Brings what pages send of their sessions into the [store](crate::replay::Store), for as long as this future is polled: spawn it once, on a tokio runtime
    /// with its timer enabled.
    ///
    /// Dropped, it ends; what waits in the queue waits for another one. Where replay is off, it does nothing for ever.
    ///
    /// ```
    /// # use tower_rum::{Monitor, replay::Replay};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), tower_rum::Error> {
    /// let monitor = Monitor::builder().replay(Replay::new()).build()?;
    /// tokio::spawn(monitor.replay_writer());
    /// # Ok(())
    /// # }
    /// ```
    pub fn replay_writer(&self) -> impl Future<Output = Infallible> + Send + use<> {
        let replay = self.replay.clone();
        async move {
            match replay {
                Some(Replaying { queue, settings, recorder }) => {
                    recordings::write(queue, settings.store, settings.limits, recorder).await
                }
                None => std::future::pending().await,
            }
        }
    }

    /// What a template needs to write the recorder's tag with caching for ever and an integrity check; `None` where replay is off.
    #[must_use]
    pub fn replay_script(&self) -> Option<&Script> {
        self.routes.replay_script()
    }
}

/// What a monitor keeps of replay.
#[derive(Clone)]
pub(super) struct Replaying {
    pub(super) queue: Arc<Queue>,
    pub(super) settings: Replay,
    recorder: Arc<Recorder>,
}

impl Replaying {
    pub(super) fn new(settings: Replay, recorder: &Arc<Recorder>) -> Self {
        Self { queue: Arc::new(Queue::new()), settings, recorder: Arc::clone(recorder) }
    }

    pub(super) fn recordings(&self) -> Recordings {
        Recordings::new(&self.settings)
    }
}
