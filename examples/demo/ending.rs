//! How the tour ends: what is asked to, and what is waited for.

use tokio::sync::watch::{self, Receiver, Sender};

/// Held by whatever the end waits for.
#[derive(Clone)]
pub(crate) struct Going(Receiver<bool>);

impl Going {
    pub(crate) async fn stopped(mut self) {
        // Without a sender nobody says so any more: the end has come as well.
        let _ = self.0.wait_for(|&stopped| stopped).await;
    }
}

pub(crate) fn switch() -> (Sender<bool>, Going) {
    let (end, going) = watch::channel(false);
    (end, Going(going))
}
