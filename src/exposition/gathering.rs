//! The host's registry, asked once at a time, by a thread that may be left behind.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Instant;
use std::{io, thread};

use once_cell::sync::OnceCell;
use prometheus::Registry;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::encode::HostFamilies;
use crate::record::ScrapeFailure;

/// What a gather finds, for all scrapes that wait for it.
pub(super) type Gathered = Result<Arc<HostFamilies>, ScrapeFailure>;

/// Two threads of its own, from the first scrape on: the gatherer, which calls the host's collectors, and the clerk, who knows which scrapes
/// wait for it and until when.
///
/// Threads for blocking work of the runtime's would be held for as long as a collector blocks, and its shutdown with them; and when the host
/// has used them all up, a scrape must still be answered. The clerk needs no timer of a runtime that may have none, or a paused one.
#[derive(Debug)]
pub(super) struct Gathering {
    registry: Arc<OneAtATime>,
    clerk: OnceCell<Sender<Message>>,
}

#[derive(Debug)]
struct OneAtATime {
    registry: Registry,
    gathering: Mutex<()>,
}

enum Message {
    Scrape(Waiting),
    Gathered(Gathered),
}

/// A scrape that waits.
struct Waiting {
    deadline: Instant,
    answer: oneshot::Sender<Gathered>,
    /// The clerk's own, for the gatherer to answer by. The clerk keeps none: it is to end with the last who can ask it.
    clerk: Sender<Message>,
    /// The scrape's own, for collectors that ask for the current one.
    runtime: Option<Handle>,
    /// Whether it takes what is being gathered.
    joined: bool,
}

/// To ask the registry, in the context of this runtime, and tell the clerk.
struct Order {
    clerk: Sender<Message>,
    runtime: Option<Handle>,
}

impl Gathering {
    pub(super) fn new(registry: Registry) -> Self {
        Self { registry: Arc::new(OneAtATime { registry, gathering: Mutex::default() }), clerk: OnceCell::new() }
    }

    /// What the registry holds now, if it says so by the deadline. Without a runtime there is no worker to keep free: who asks first calls
    /// the collectors itself, and waits for as long as they take.
    pub(super) async fn gather(&self, deadline: Instant) -> Gathered {
        let runtime = Handle::try_current().ok();
        if runtime.is_none()
            && let Some(gathered) = self.registry.gather_unless_busy()
        {
            return gathered;
        }
        let clerk = self.clerk.get_or_try_init(|| clerk(Arc::clone(&self.registry))).map_err(|_| ScrapeFailure::Timeout)?;
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { deadline, answer, clerk: clerk.clone(), runtime, joined: false };
        clerk.send(Message::Scrape(waiting)).map_err(|_| ScrapeFailure::Timeout)?;
        answered.await.unwrap_or(Err(ScrapeFailure::Timeout))
    }
}

impl OneAtATime {
    fn gather(&self) -> Gathered {
        let _alone = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        HostFamilies::gather(&self.registry).map(Arc::new)
    }

    fn gather_unless_busy(&self) -> Option<Gathered> {
        let _alone = match self.gathering.try_lock() {
            Ok(alone) => alone,
            Err(TryLockError::Poisoned(alone)) => alone.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(HostFamilies::gather(&self.registry).map(Arc::new))
    }
}

/// Starts both threads.
fn clerk(registry: Arc<OneAtATime>) -> io::Result<Sender<Message>> {
    let (gatherer, orders) = mpsc::channel::<Order>();
    thread::Builder::new().name("tower-rum-gather".to_owned()).spawn(move || {
        for Order { clerk, runtime } in orders {
            let _entered = runtime.as_ref().map(Handle::enter);
            let _ = clerk.send(Message::Gathered(registry.gather()));
        }
    })?;
    let (clerk, messages) = mpsc::channel();
    let mut desk = Desk { gatherer, fresh_until: None, waiting: Vec::new() };
    thread::Builder::new().name("tower-rum-scrape".to_owned()).spawn(move || while desk.next(&messages).is_some() {})?;
    Ok(clerk)
}

/// The clerk's.
struct Desk {
    gatherer: Sender<Order>,
    /// Of the gather that is under way: the deadline of the scrape that began it. What comes later is too old for those who ask then.
    fresh_until: Option<Instant>,
    waiting: Vec<Waiting>,
}

impl Desk {
    /// Takes the next message, or lets those go whose time is up.
    fn next(&mut self, messages: &Receiver<Message>) -> Option<()> {
        let message = match self.waiting.iter().map(|waiting| waiting.deadline).min() {
            Some(deadline) => messages.recv_timeout(deadline.saturating_duration_since(Instant::now())),
            None => messages.recv().map_err(RecvTimeoutError::from),
        };
        match message {
            Ok(Message::Scrape(waiting)) => self.take_in(waiting),
            Ok(Message::Gathered(gathered)) => self.hand_out(&gathered),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
        let now = Instant::now();
        for late in self.waiting.extract_if(.., |waiting| waiting.deadline <= now || waiting.answer.is_closed()) {
            let _ = late.answer.send(Err(ScrapeFailure::Timeout));
        }
        Some(())
    }

    fn take_in(&mut self, mut waiting: Waiting) {
        waiting.joined = self.fresh_until.is_some_and(|until| Instant::now() < until);
        self.waiting.push(waiting);
        if self.fresh_until.is_none() {
            self.order();
        }
    }

    fn hand_out(&mut self, gathered: &Gathered) {
        self.fresh_until = None;
        for waiting in self.waiting.extract_if(.., |waiting| waiting.joined) {
            let _ = waiting.answer.send(gathered.clone());
        }
        self.order();
    }

    /// Has the registry asked for all who wait.
    fn order(&mut self) {
        let Some(first) = self.waiting.first() else { return };
        let order = Order { clerk: first.clerk.clone(), runtime: first.runtime.clone() };
        if self.gatherer.send(order).is_ok() {
            self.fresh_until = Some(first.deadline);
            self.waiting.iter_mut().for_each(|waiting| waiting.joined = true);
        }
    }
}
