//! An allocator that counts: calls of the asking thread, and bytes alive in the process.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};

pub struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

static ALIVE: AtomicI64 = AtomicI64::new(0);

/// Allocations and reallocations of this thread so far.
pub fn calls() -> u64 {
    CALLS.get()
}

/// Bytes allocated and not freed, over all threads.
pub fn alive() -> i64 {
    ALIVE.load(Ordering::Relaxed)
}

fn count(bytes: i64) {
    // A thread that is being torn down counts no more.
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
    ALIVE.fetch_add(bytes, Ordering::Relaxed);
}

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALIVE.fetch_sub(layout.size() as i64, Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}
