//! The log of commits over a store: one order for all, and one append for all who wait.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::hash::Hash;
use crate::store::{self, Page, Record, Store};

/// Commits in the order in which they were decided.
///
/// A commit is first pending: it has its position, and readers may see what it did. The first who
/// waits for one appends everything pending in one go; others wait for that. An append that fails
/// poisons the log.
pub(super) struct Log {
    tail: Mutex<Tail>,
    appended: Condvar,
    /// The last position that is durable; changed only while the tail is locked.
    durable: AtomicU64,
    store: Arc<dyn Store>,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("position", &lock(&self.tail).position).finish_non_exhaustive()
    }
}

struct Tail {
    position: u64,
    hash: Hash,
    pending: Vec<Record>,
    appending: bool,
    /// How many wait for those who append.
    waiting: usize,
    failed: Option<String>,
    /// How long the commits since the last checkpoint are.
    since_checkpoint: u64,
}

impl Tail {
    fn check(&self) -> Result<(), store::Error> {
        match &self.failed {
            Some(problem) => Err(store::Error::Poisoned { problem: problem.clone() }),
            None => Ok(()),
        }
    }
}

pub(super) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is guarded is changed only after everything that could panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Log {
    /// A log that goes on after `position`, whose commit has `hash`; so many bytes of commits
    /// before it are in no checkpoint.
    pub(super) fn new(
        store: Arc<dyn Store>,
        position: u64,
        hash: Hash,
        since_checkpoint: u64,
    ) -> Self {
        let tail = Tail {
            position,
            hash,
            pending: Vec::new(),
            appending: false,
            waiting: 0,
            failed: None,
            since_checkpoint,
        };
        let durable = AtomicU64::new(position);
        Self { tail: Mutex::new(tail), appended: Condvar::new(), durable, store }
    }

    /// Refuses if something could not be made durable.
    pub(super) fn check(&self) -> Result<(), store::Error> {
        lock(&self.tail).check()
    }

    /// The position and hash of the last commit, durable or not.
    pub(super) fn last(&self) -> (u64, Hash) {
        let tail = lock(&self.tail);
        (tail.position, tail.hash)
    }

    /// How long the commits since the last checkpoint are.
    pub(super) fn since_checkpoint(&self) -> u64 {
        lock(&self.tail).since_checkpoint
    }

    /// Gives a commit its position; `encode` makes its record from that and the hash before it.
    pub(super) fn push(
        &self,
        encode: impl FnOnce(u64, Hash) -> Result<(Record, Hash), store::Error>,
    ) -> Result<u64, store::Error> {
        let mut tail = lock(&self.tail);
        tail.check()?;
        let position = tail.position.saturating_add(1);
        let (record, hash) = encode(position, tail.hash)?;
        let length = u64::try_from(record.bytes.len()).unwrap_or(u64::MAX);
        tail.since_checkpoint = tail.since_checkpoint.saturating_add(length);
        tail.pending.push(record);
        (tail.position, tail.hash) = (position, hash);
        Ok(position)
    }

    fn is_durable(&self, position: u64) -> bool {
        self.durable.load(Ordering::Acquire) >= position
    }

    /// Waits until the commit at `position` and all before it are durable.
    pub(super) fn wait(&self, position: u64) -> Result<(), store::Error> {
        // Of a group all but the first find this, without the lock.
        if self.is_durable(position) {
            return Ok(());
        }
        let mut tail = lock(&self.tail);
        loop {
            if self.is_durable(position) {
                return Ok(());
            }
            tail.check()?;
            if tail.appending {
                tail.waiting = tail.waiting.saturating_add(1);
                tail = self.appended.wait(tail).unwrap_or_else(PoisonError::into_inner);
                tail.waiting = tail.waiting.saturating_sub(1);
                continue;
            }
            tail.appending = true;
            let records = std::mem::take(&mut tail.pending);
            drop(tail);
            let result = unless_panicked(|| self.store.append(&records));
            tail = lock(&self.tail);
            tail.appending = false;
            match &result {
                Ok(()) => {
                    if let Some(last) = records.last() {
                        self.durable.store(last.position, Ordering::Release);
                    }
                }
                Err(error) => tail.failed = Some(error.to_string()),
            }
            // The operating system would be asked even if there is nobody to wake.
            if tail.waiting > 0 {
                self.appended.notify_all();
            }
            result?;
        }
    }

    /// Makes everything durable that was decided so far.
    pub(super) fn flush(&self) -> Result<(), store::Error> {
        // Though all of it may be durable: a checkpoint that failed was told to nobody yet.
        self.check()?;
        self.wait(self.last().0)
    }

    /// The records after a position, all of them durable; refused if some of them were archived.
    pub(super) fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, store::Error> {
        self.flush()?;
        self.store.read(after, limit)
    }

    /// The store, for reading pages.
    pub(super) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Lets nothing more be changed, because what is in memory is not what is kept.
    pub(super) fn poison(&self, error: &store::Error) {
        lock(&self.tail).failed = Some(error.to_string());
    }

    /// Keeps the pages of a checkpoint; `covered` bytes of commits are in it.
    pub(super) fn save(&self, pages: &[Page], covered: u64) -> Result<(), store::Error> {
        self.change(|| self.store.save(pages))?;
        let mut tail = lock(&self.tail);
        tail.since_checkpoint = tail.since_checkpoint.saturating_sub(covered);
        Ok(())
    }

    /// Removes the commits up to a position and keeps pages, both or neither.
    pub(super) fn forget(&self, upto: u64, pages: &[Page]) -> Result<(), store::Error> {
        self.change(|| self.store.forget(upto, pages))
    }

    /// Changes the store otherwise than by appending; if it fails, nothing more is changed.
    fn change(
        &self,
        change: impl FnOnce() -> Result<(), store::Error>,
    ) -> Result<(), store::Error> {
        self.check()?;
        unless_panicked(change).inspect_err(|error| self.poison(error))
    }
}

/// A store that panics must not leave those who wait waiting.
fn unless_panicked(change: impl FnOnce() -> Result<(), store::Error>) -> Result<(), store::Error> {
    catch_unwind(AssertUnwindSafe(change))
        .unwrap_or_else(|_| Err(store::Error::Failed { problem: "it panicked".to_owned() }))
}
