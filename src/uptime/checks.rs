//! The readiness checks that a host declares, and how they are asked.

use std::collections::BTreeSet;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::{Instant, timeout_at};

use crate::config::{Config, check_name};
use crate::error::Error;

use super::verdict::CHECK;

/// What a readiness check may return: `bool`, a `Result` whose error fails it, or a type of the host's own.
pub trait Ready {
    /// Whether the check passes.
    fn is_ready(&self) -> bool;
}

impl Ready for bool {
    fn is_ready(&self) -> bool {
        *self
    }
}

/// `Ok` holds nothing: a `false` in it would pass.
impl<E> Ready for Result<(), E> {
    fn is_ready(&self) -> bool {
        self.is_ok()
    }
}

/// In the order in which they were declared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Checks(Vec<Check>);

#[derive(Clone)]
struct Check {
    name: String,
    begin: Arc<dyn Fn() -> Answer + Send + Sync>,
}

type Answer = Pin<Box<dyn Future<Output = bool> + Send>>;

impl Checks {
    pub(crate) fn declare<C, F>(&mut self, name: String, check: C)
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output: Ready> + Send + 'static,
    {
        let check = Arc::new(check);
        let begin = move || -> Answer {
            let check = Arc::clone(&check);
            Box::pin(async move { check().await.is_ready() })
        };
        self.0.push(Check { name, begin: Arc::new(begin) });
    }

    pub(crate) fn validate(&self, config: &Config) -> Result<(), Error> {
        let mut names = BTreeSet::new();
        for Check { name, .. } in &self.0 {
            check_name(name)?;
            if !names.insert(name) {
                return Err(Error::setting(format!("two readiness checks bear the name {name:?}")));
            }
        }
        if !self.0.is_empty() && config.own_labels.constant.iter().any(|(label, _)| label == CHECK) {
            return Err(Error::setting(format!("const_label {CHECK:?} is a label of the readiness checks already")));
        }
        Ok(())
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.name).finish()
    }
}

/// One monitor's checks.
#[derive(Debug)]
pub(super) struct Asking(Vec<Asked>);

#[derive(Debug)]
struct Asked {
    check: Check,
    last: Mutex<Option<AbortHandle>>,
}

impl Asking {
    pub(super) fn new(checks: Checks) -> Self {
        Self(checks.0.into_iter().map(|check| Asked { check, last: Mutex::default() }).collect())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|asked| asked.check.name.as_str())
    }

    /// Whether each passes, in their order.
    pub(super) async fn ask(&self, timeout: Duration) -> Vec<bool> {
        let mut said = Vec::with_capacity(self.0.len());
        let Ok(runtime) = Handle::try_current() else {
            for asked in &self.0 {
                said.push(unless_it_panics((asked.check.begin)()).await);
            }
            return said;
        };
        let deadline = Instant::now() + timeout;
        let begun: Vec<_> = self.0.iter().map(|asked| asked.begin(&runtime)).collect();
        for task in begun {
            said.push(match task {
                Some(task) => by(deadline, task).await,
                None => false,
            });
        }
        said
    }
}

impl Asked {
    /// `None` where it still blocks the thread that it was asked on before: more of it would take all of them.
    fn begin(&self, runtime: &Handle) -> Option<JoinHandle<bool>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_some_and(|last| !last.is_finished()) {
            return None;
        }
        let task = runtime.spawn((self.check.begin)());
        *last = Some(task.abort_handle());
        Some(task)
    }
}

async fn by(deadline: Instant, mut task: JoinHandle<bool>) -> bool {
    let answer = timeout_at(deadline, &mut task).await;
    if answer.is_err() {
        task.abort();
    }
    answer.is_ok_and(|answer| answer.unwrap_or(false))
}

async fn unless_it_panics(mut answer: Answer) -> bool {
    poll_fn(|cx| catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx))).unwrap_or(Poll::Ready(false))).await
}
