//! Sessions in Redis or Valkey.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Pipeline, RedisError, Script};

use crate::beacon::session::MOST_CLICKS;
use crate::error::Error;

use super::{Appended, Batch, Click, Limits, Recording, SessionFormat, SessionId, Store, Summary};

/// Keeps sessions in a Redis (6.2 or later) or Valkey server, for more than one machine, and beyond this process's end. A clone is the same store.
///
/// ```
/// use tower_rum::replay::{RedisStore, Replay};
///
/// let replay = Replay::new().store(RedisStore::new("redis://127.0.0.1:6379")?.key_prefix("shop:replay"));
/// # Ok::<(), tower_rum::Error>(())
/// ```
///
/// It connects when it is first used, and again whenever the connection is lost. All keys begin with the prefix in braces, so that a cluster keeps them on one
/// node. A session's keys expire by themselves ([`Replay::ttl`](super::Replay::ttl)); and all sessions together hold at most 1 GiB, or what [`max_bytes`](Self::max_bytes)
/// says, by text and 256 bytes a batch: the one that began first makes room. For TLS (`rediss://`) turn on a TLS feature of the `redis` crate, version 1, in the application's manifest.
#[derive(Clone)]
pub struct RedisStore {
    client: Client,
    connection: Arc<OnceLock<ConnectionManager>>,
    scripts: Arc<Scripts>,
    root: String,
    most_bytes: u64,
}

/// Redis runs each of these as a whole, or not at all.
struct Scripts {
    append: Script,
    delete: Script,
    forget: Script,
}

/// Why the server was not reached, or what it said. Opaque: its [`source`](std::error::Error::source) is the `redis` crate's error.
#[derive(Debug)]
pub struct RedisStoreError(RedisError);

impl RedisStore {
    /// At an address such as `redis://user:password@host:6379/0`, or `unix:///run/redis.sock`.
    ///
    /// # Errors
    ///
    /// When it is no such address.
    pub fn new(url: impl AsRef<str>) -> Result<Self, Error> {
        // What the address holds may be a password, and is not repeated.
        let client =
            Client::open(url.as_ref()).map_err(|_| Error::setting("a Redis server's address begins with redis:// or unix://"))?;
        let script = |own: &str| Script::new(&[include_str!("common.lua"), own].concat());
        let scripts = Scripts {
            append: script(include_str!("append.lua")),
            delete: script(include_str!("delete.lua")),
            forget: script(include_str!("forget.lua")),
        };
        Ok(Self {
            client,
            connection: Arc::default(),
            scripts: Arc::new(scripts),
            root: root("tower-rum:replay"),
            most_bytes: MOST_REDIS_BYTES,
        })
    }

    /// What the keys begin with; two applications that share a server take two. Default: `tower-rum:replay`.
    #[must_use]
    pub fn key_prefix(mut self, prefix: impl AsRef<str>) -> Self {
        self.root = root(prefix.as_ref());
        self
    }

    /// The most bytes of all sessions together. Default: 1 GiB.
    #[must_use]
    pub fn max_bytes(mut self, most: u64) -> Self {
        self.most_bytes = most;
        self
    }

    fn connection(&self) -> Result<ConnectionManager, RedisStoreError> {
        if let Some(connection) = self.connection.get() {
            return Ok(connection.clone());
        }
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECTION_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_lazy_with_config(self.client.clone(), config).map_err(RedisStoreError)?;
        Ok(self.connection.get_or_init(|| connection).clone())
    }

    fn key(&self, kind: &str, session: SessionId) -> String {
        format!("{}:{kind}:{session}", self.root)
    }
}

impl Store for RedisStore {
    type Error = RedisStoreError;

    async fn append(&self, batch: &Batch, limits: &Limits) -> Result<Appended, RedisStoreError> {
        let mut connection = self.connection()?;
        let tally = batch.tally();
        let appended: i64 = self
            .scripts
            .append
            .key(&self.root)
            .arg(batch.session().to_string())
            .arg(batch.number())
            .arg(batch.events())
            .arg(batch.format().as_str())
            .arg(tally.first)
            .arg(tally.last)
            .arg(tally.events)
            .arg(tally.pages)
            .arg(tally.errors)
            .arg(written(&tally.clicks))
            .arg(tally.clicks.len())
            .arg(MOST_CLICKS)
            .arg(limits.bytes)
            .arg(limits.events)
            .arg(milliseconds(limits.duration))
            .arg(milliseconds(limits.ttl).max(1))
            .arg(self.most_bytes)
            .invoke_async(&mut connection)
            .await
            .map_err(RedisStoreError)?;
        Ok(match appended {
            0 => Appended::Stored,
            1 => Appended::Duplicate,
            _ => Appended::Refused,
        })
    }

    async fn list(&self, most: usize) -> Result<Vec<Summary>, RedisStoreError> {
        let Some(last) = most.checked_sub(1) else { return Ok(Vec::new()) };
        let mut connection = self.connection()?;
        let order = format!("{}:order", self.root);
        let ids: Vec<String> =
            redis::cmd("ZREVRANGE").arg(order).arg(0).arg(last).query_async(&mut connection).await.map_err(RedisStoreError)?;
        let ids: Vec<SessionId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut asked = Pipeline::with_capacity(ids.len());
        for &id in &ids {
            asked.cmd("HGETALL").arg(self.key("session", id));
        }
        let fields: Vec<HashMap<String, String>> = asked.query_async(&mut connection).await.map_err(RedisStoreError)?;
        Ok(ids.into_iter().zip(&fields).filter_map(|(id, fields)| summary(id, fields)).collect())
    }

    async fn load(&self, session: SessionId) -> Result<Option<Recording>, RedisStoreError> {
        let mut connection = self.connection()?;
        let mut asked = redis::pipe();
        asked.atomic();
        asked.cmd("HGET").arg(self.key("session", session)).arg("format");
        asked.cmd("HVALS").arg(self.key("events", session));
        let (format, batches): (Option<String>, Vec<String>) =
            asked.query_async(&mut connection).await.map_err(RedisStoreError)?;
        Ok(format.map(|format| Recording::new(format_of(&format), batches)))
    }

    async fn delete(&self, session: SessionId) -> Result<(), RedisStoreError> {
        let mut connection = self.connection()?;
        self.scripts.delete.key(&self.root).arg(session.to_string()).invoke_async(&mut connection).await.map_err(RedisStoreError)
    }

    async fn forget(&self) -> Result<(), RedisStoreError> {
        let mut connection = self.connection()?;
        self.scripts.forget.key(&self.root).invoke_async(&mut connection).await.map_err(RedisStoreError)
    }
}

fn root(prefix: &str) -> String {
    format!("{{{prefix}}}")
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Clicks one after the other, so that more can be put behind them.
fn written(clicks: &[Click]) -> String {
    clicks.iter().map(|click| format!("{},{},{};", click.time, click.x, click.y)).collect::<Vec<_>>().concat()
}

fn read(clicks: &str) -> Vec<Click> {
    let click = |text: &str| {
        let mut parts = text.split(',');
        Some(Click { time: parts.next()?.parse().ok()?, x: parts.next()?.parse().ok()?, y: parts.next()?.parse().ok()? })
    };
    clicks.split_terminator(';').filter_map(click).collect()
}

/// `None` of a session that is deleted, or has expired since it was listed.
fn summary(session: SessionId, fields: &HashMap<String, String>) -> Option<Summary> {
    let number = |name: &str| fields.get(name)?.parse().ok();
    Some(Summary {
        session,
        format: format_of(fields.get("format")?),
        first: number("first")?,
        last: number("last")?,
        events: number("events")?,
        bytes: number("bytes")?,
        pages: number("pages")?,
        errors: number("errors")?,
        clicks: read(fields.get("clicks")?),
    })
}

fn format_of(name: &str) -> SessionFormat {
    if name == SessionFormat::Rrweb.as_str() { SessionFormat::Rrweb } else { SessionFormat::Rum }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client knows a password.
        f.debug_struct("RedisStore").field("root", &self.root).field("most_bytes", &self.most_bytes).finish_non_exhaustive()
    }
}

impl fmt::Display for RedisStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redis did not do what it was asked")
    }
}

impl std::error::Error for RedisStoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

const MOST_REDIS_BYTES: u64 = 1024 * 1024 * 1024;
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);
/// Longer than whoever asks waits: a large session takes its time on a slow network.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
