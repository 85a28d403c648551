use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::record::pages::Pages;
use crate::record::sync::atomic;

use super::{model, spawn};

#[test]
fn an_entry_that_threads_need_at_once_is_made_once_and_seen_whole() {
    model(3, || {
        let pages = Arc::new(Pages::with_len(1));
        // Outside the model, as it is no part of it.
        let made = Arc::new(AtomicUsize::new(0));
        let enter = |pages: &Pages<atomic::AtomicU64>, made: &AtomicUsize| {
            let entry = pages.get_or_init(0, || {
                made.fetch_add(1, Ordering::Relaxed);
                let entry = atomic::AtomicU64::new(0);
                entry.store(7, atomic::Ordering::Relaxed);
                entry
            });
            assert_eq!(entry.load(atomic::Ordering::Relaxed), 7);
        };
        let other = spawn({
            let (pages, made) = (Arc::clone(&pages), Arc::clone(&made));
            move || enter(&pages, &made)
        });
        enter(&pages, &made);
        let reader = spawn({
            let pages = Arc::clone(&pages);
            move || pages.get(0).is_none_or(|entry| entry.load(atomic::Ordering::Relaxed) == 7)
        });
        other.join().unwrap();
        assert!(reader.join().unwrap(), "an entry that is half made");
        assert_eq!(made.load(Ordering::Relaxed), 1);
    });
}
