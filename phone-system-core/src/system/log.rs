//! The log of commits over a store: one order for all, and one append for all who wait.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::hash::Hash;
use crate::store::{self, Record, Store};

/// Commits in the order in which they were decided.
///
/// A commit is first pending: it has its position, and readers may see what it did. The first who
/// waits for one appends everything pending in one go; others wait for that. An append that fails
/// poisons the log.
pub(super) struct Log {
    tail: Mutex<Tail>,
    appended: Condvar,
    store: Mutex<Box<dyn Store>>,
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
    durable: u64,
    appending: bool,
    failed: Option<String>,
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
    /// A log that goes on after `position`, whose commit has `hash`.
    pub(super) fn new(store: Box<dyn Store>, position: u64, hash: Hash) -> Self {
        let tail = Tail {
            position,
            hash,
            pending: Vec::new(),
            durable: position,
            appending: false,
            failed: None,
        };
        Self { tail: Mutex::new(tail), appended: Condvar::new(), store: Mutex::new(store) }
    }

    /// Refuses if an append has failed.
    pub(super) fn check(&self) -> Result<(), store::Error> {
        lock(&self.tail).check()
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
        tail.pending.push(record);
        (tail.position, tail.hash) = (position, hash);
        Ok(position)
    }

    /// Waits until the commit at `position` and all before it are durable.
    pub(super) fn wait(&self, position: u64) -> Result<(), store::Error> {
        let mut tail = lock(&self.tail);
        loop {
            if tail.durable >= position {
                return Ok(());
            }
            tail.check()?;
            if tail.appending {
                tail = self.appended.wait(tail).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            tail.appending = true;
            let records = std::mem::take(&mut tail.pending);
            drop(tail);
            // A store that panics must not leave those who wait waiting.
            let result = catch_unwind(AssertUnwindSafe(|| lock(&self.store).append(&records)))
                .unwrap_or_else(|_| {
                    Err(store::Error::Failed { problem: "it panicked".to_owned() })
                });
            tail = lock(&self.tail);
            tail.appending = false;
            match &result {
                Ok(()) => {
                    tail.durable = records.last().map_or(tail.durable, |record| record.position);
                }
                Err(error) => tail.failed = Some(error.to_string()),
            }
            self.appended.notify_all();
            result?;
        }
    }

    /// The records after a position, all of them durable.
    pub(super) fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, store::Error> {
        let position = lock(&self.tail).position;
        self.wait(position)?;
        lock(&self.store).read(after, limit)
    }
}
