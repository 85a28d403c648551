//! The contract of stores, held by the one in memory and by that in a real Redis; and what only a server can show.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tower_rum::replay::{
    Appended, Batch, Limits, MemoryStore, Recording, RedisStore, RedisStoreError, SessionId, Store, Summary,
};

use crate::support::redis::Redis;
use crate::support::wait::PATIENCE;

mod in_memory {
    use super::MemoryStore;

    crate::store_contract!(|bytes: u64| MemoryStore::with_max_bytes(usize::try_from(bytes).unwrap()));
}

mod in_redis {
    use super::Served;

    crate::store_contract!(Served::of);
}

#[tokio::test]
async fn all_that_is_kept_is_under_the_prefix_and_expires() {
    let redis = Redis::start();
    let shop = RedisStore::new(redis.url()).unwrap().key_prefix("shop");
    let other = RedisStore::new(redis.url()).unwrap();
    for number in 0..3 {
        assert_eq!(append(&shop, &batch(1, number)).await, Appended::Stored);
    }
    append(&shop, &batch(2, 0)).await;
    shop.delete(id(2)).await.unwrap();
    assert_eq!(other.list(10).await.unwrap(), [], "another application's");
    let keys = redis.ask(&["--scan"]);
    assert_eq!(keys.len(), 6, "{keys:?}");
    for key in keys {
        assert!(key.starts_with("{shop}:"), "{key}");
        let seconds: i64 = redis.ask(&["ttl", &key])[0].parse().unwrap();
        assert!((86_000..=86_400).contains(&seconds), "{key}: {seconds}");
    }
    shop.delete(id(1)).await.unwrap();
    assert_eq!(redis.ask(&["get", "{shop}:total"]), ["0"]);
}

#[tokio::test]
async fn sessions_that_have_expired_leave_nothing_to_count() {
    let redis = Redis::start();
    let store = RedisStore::new(redis.url()).unwrap().key_prefix("shop");
    let mut short = Limits::default();
    short.ttl = Duration::from_millis(200);
    store.append(&batch(1, 0), &short).await.unwrap();
    append(&store, &batch(2, 0)).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(redis.ask(&["zcard", "{shop}:order"]), ["2"]);
    store.forget().await.unwrap();
    assert_eq!(redis.ask(&["zcard", "{shop}:order"]), ["1"]);
    assert_eq!(redis.ask(&["get", "{shop}:total"]), redis.ask(&["hget", "{shop}:held", &id(2).to_string()]));
}

#[tokio::test]
async fn two_replicas_share_their_sessions() {
    let redis = Redis::start();
    let [one, other] = [(); 2].map(|()| RedisStore::new(redis.url()).unwrap());
    assert_eq!(append(&one, &batch(1, 0)).await, Appended::Stored);
    assert_eq!(append(&other, &batch(1, 0)).await, Appended::Duplicate);
    assert_eq!(append(&other, &batch(1, 1)).await, Appended::Stored);
    assert_eq!(one.list(10).await.unwrap()[0].events(), 2);
}

#[tokio::test]
async fn a_server_that_goes_is_an_error_soon_and_one_that_comes_back_is_found() {
    let mut redis = Redis::start();
    let store = RedisStore::new(redis.url()).unwrap();
    assert_eq!(append(&store, &batch(1, 0)).await, Appended::Stored);
    redis.end();
    let asked = Instant::now();
    let error = store.list(10).await.unwrap_err();
    assert!(asked.elapsed() < PATIENCE, "{:?}", asked.elapsed());
    assert!(std::error::Error::source(&error).is_some() && !error.to_string().contains("127.0.0.1"), "{error}");
    redis.run();
    assert!(redis.answers());
    let back = Instant::now();
    while store.append(&batch(1, 1), &Limits::default()).await.is_err() {
        assert!(back.elapsed() < PATIENCE, "never found again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(store.list(10).await.unwrap()[0].events(), 1, "what the server has lost is lost");
}

#[tokio::test]
async fn nothing_is_asked_before_it_is_used_and_no_secret_is_shown() {
    let store = RedisStore::new("redis://user:secret@127.0.0.1:1/0").unwrap();
    assert!(!format!("{store:?}").contains("secret"));
    let error = store.list(1).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"));
    let wrong = RedisStore::new("http://user:secret@a.example").unwrap_err();
    assert!(!wrong.to_string().contains("secret"), "{wrong}");
}

/// A store with a server of its own, which ends with it.
#[derive(Clone)]
struct Served {
    store: RedisStore,
    _server: Arc<Redis>,
}

impl Served {
    fn of(bytes: u64) -> Self {
        let server = Redis::start();
        Self { store: RedisStore::new(server.url()).unwrap().max_bytes(bytes), _server: Arc::new(server) }
    }
}

impl std::fmt::Debug for Served {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.store.fmt(f)
    }
}

impl Store for Served {
    type Error = RedisStoreError;

    async fn append(&self, batch: &Batch, limits: &Limits) -> Result<Appended, RedisStoreError> {
        self.store.append(batch, limits).await
    }

    async fn list(&self, most: usize) -> Result<Vec<Summary>, RedisStoreError> {
        self.store.list(most).await
    }

    async fn load(&self, session: SessionId) -> Result<Option<Recording>, RedisStoreError> {
        self.store.load(session).await
    }

    async fn delete(&self, session: SessionId) -> Result<(), RedisStoreError> {
        self.store.delete(session).await
    }

    async fn forget(&self) -> Result<(), RedisStoreError> {
        self.store.forget().await
    }
}

async fn append(store: &RedisStore, batch: &Batch) -> Appended {
    store.append(batch, &Limits::default()).await.unwrap()
}

fn id(session: u128) -> SessionId {
    format!("{session:032x}").parse().unwrap()
}

fn batch(session: u128, number: u64) -> Batch {
    let event = r#"{"type":"move","timestamp":1790000000123,"x":640,"y":360}"#;
    let body = format!(r#"{{"version":1,"session":"{session:032x}","number":{number},"events":[{event}]}}"#);
    Batch::from_json(body.as_bytes()).unwrap()
}
