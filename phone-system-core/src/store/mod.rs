//! Where commits are kept. A store knows their order and their streams, and nothing of their meaning.

mod memory;

use crate::error::refusals;

pub use memory::MemoryStore;

refusals! {
    /// Why a store cannot do what it is asked.
    pub enum Error {
        Failed = StoreFailed { problem: String }
            => "the store failed: {problem}",
        Poisoned = StorePoisoned { problem: String }
            => "the store failed earlier ({problem}); what was not acknowledged may be lost; open the system anew",
        Corrupt = StoreCorrupt { position: u64, problem: String }
            => "the commit at position {position} is not what was written: {problem}",
    }
}

/// A commit as it is kept: bytes, and what they are found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place among all commits, from 1, without gaps.
    pub position: u64,
    /// The streams that it belongs to, each with its place in that stream, from 1, without gaps.
    pub streams: Vec<(String, u64)>,
    /// The commit, UTF-8.
    pub bytes: Vec<u8>,
}

/// A place where commits are kept.
///
/// # Contract
///
/// * [`append`](Self::append) keeps all the records or none of them, and has made them durable
///   when it answers. After an error the caller appends nothing more.
/// * Positions arrive in ascending order without gaps; the store refuses anything else.
/// * One process has the store open at a time.
pub trait Store: Send {
    /// Keeps records, all or none, durably.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if they could not be kept.
    fn append(&mut self, records: &[Record]) -> Result<(), Error>;

    /// The records after a position, in order, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] or [`Error::Corrupt`] if they could not be read.
    fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, Error>;

    /// The records of one stream after a place in it, in order, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] or [`Error::Corrupt`] if they could not be read.
    fn read_stream(&self, stream: &str, after: u64, limit: usize) -> Result<Vec<Record>, Error>;
}
