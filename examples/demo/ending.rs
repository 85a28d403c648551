//! How the tour ends: what is asked to, and what is waited for.

use std::io;

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

/// Ready once the process gets `SIGINT` or `SIGTERM`, from the call on.
#[cfg(unix)]
pub(crate) fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
pub(crate) fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
