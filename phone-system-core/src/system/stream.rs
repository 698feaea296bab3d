//! A stream of a running system: what was published of it last, and who may publish next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::commit::Part;
use super::log::lock;
use crate::draft::{Apply, Inconsistent};
use crate::time::Timestamp;

/// One stream: what was published last, and who may publish next.
#[derive(Default)]
pub(super) struct Stream<S> {
    pub(super) writer: Mutex<()>,
    pub(super) published: RwLock<Arc<Published<S>>>,
}

#[derive(Default)]
pub(super) struct Published<S> {
    pub(super) state: S,
    /// Commits of the stream.
    pub(super) seq: u64,
    /// The instant of the last one.
    pub(super) last: Option<Timestamp>,
}

impl<S> Stream<S> {
    pub(super) fn new(published: Published<S>) -> Self {
        Self { writer: Mutex::new(()), published: RwLock::new(Arc::new(published)) }
    }

    pub(super) fn read(&self) -> Arc<Published<S>> {
        Arc::clone(&self.published.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn publish(&self, state: S, seq: u64, at: Timestamp) {
        let published = Arc::new(Published { state, seq, last: Some(at) });
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = published;
    }
}

impl<S: Apply> Published<S> {
    pub(super) fn replay(
        &mut self,
        part: &Part<S::Event>,
        at: Timestamp,
    ) -> Result<(), Inconsistent> {
        part.all().try_for_each(|event| self.state.apply(event))?;
        self.seq = self.seq.saturating_add(1);
        self.last = Some(at);
        Ok(())
    }
}

pub(super) fn take<S>(stream: &Stream<S>) -> (MutexGuard<'_, ()>, Arc<Published<S>>) {
    let writer = lock(&stream.writer);
    (writer, stream.read())
}
