//! A stream of a running system: what was published of it last, and who may publish next.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::log::lock;
use crate::time::Timestamp;

/// One stream: what was published last, and who may publish next.
pub(super) struct Stream<S> {
    /// Whoever holds it may publish next. In it are the positions of the stream's last commits,
    /// those that no checkpoint has.
    pub(super) writer: Mutex<Vec<u64>>,
    pub(super) published: RwLock<Published<S>>,
    version: AtomicU64,
}

/// The number of a version that no other one has, of no stream of the process; never 0.
fn next_version() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl<S: Default> Default for Stream<S> {
    fn default() -> Self {
        Self::new(Published::default(), Vec::new())
    }
}

#[derive(Default)]
pub(super) struct Published<S> {
    pub(super) state: Arc<S>,
    /// Commits of the stream.
    pub(super) seq: u64,
    /// The instant of the last one.
    pub(super) last: Option<Timestamp>,
}

impl<S> Clone for Published<S> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), seq: self.seq, last: self.last }
    }
}

impl<S> Stream<S> {
    /// A stream whose last commits, those that no checkpoint has, are at these positions.
    pub(super) fn new(published: Published<S>, positions: Vec<u64>) -> Self {
        Self {
            writer: Mutex::new(positions),
            published: RwLock::new(published),
            version: AtomicU64::new(next_version()),
        }
    }

    pub(super) fn read(&self) -> Published<S> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn publish(&self, published: Published<S>) {
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = published;
        self.version.store(next_version(), Ordering::Release);
    }

    /// Which version was published last: another number than before if something was published since.
    /// Ask before [`read`](Self::read): what is read then is at least as new.
    #[inline]
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }
}

/// A stream that is locked, and what was published of it last.
pub(super) type Taken<'a, S> = (MutexGuard<'a, Vec<u64>>, Published<S>);

pub(super) fn take<S>(stream: &Stream<S>) -> Taken<'_, S> {
    let writer = lock(&stream.writer);
    (writer, stream.read())
}
