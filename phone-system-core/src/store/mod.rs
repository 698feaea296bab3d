//! Where commits are kept. A store knows their order, and nothing of their meaning.
//!
//! [`MemoryStore`] lasts as long as the process; [`RedbStore`] is one file. Another one, over
//! `PostgreSQL` say, needs the five operations of [`Store`] and nothing of this crate's inside:
//!
//! * two tables: `commits (position bigint primary key, bytes bytea)` and
//!   `pages (name text primary key, bytes bytea)`;
//! * [`append`](Store::append) is one `INSERT` of many rows in a transaction of its own with
//!   `synchronous_commit = on`. The primary key refuses what another process appended meanwhile;
//!   that no position is left out is checked against `max(position)` in the same transaction;
//! * one process has the log open at a time: `pg_try_advisory_lock` on a connection that is kept, or
//!   a row with a lease where advisory locks are not to be had; [`Error::InUse`] if it is taken, and
//!   a lost connection is an error of every later operation, never a silent reconnect;
//! * a transaction that fails while it is committed (`08006`, `40001`) may have been kept or not:
//!   it is answered with an error, and not tried again. The system is then poisoned, and opening it
//!   anew shows what was kept;
//! * [`save`](Store::save) and [`forget`](Store::forget) are transactions too.

#[cfg(feature = "redb")]
mod begun;
mod memory;
#[cfg(feature = "redb")]
mod redb;
#[cfg(feature = "redb")]
mod segment;

use std::path::Path;
use std::sync::Arc;

use crate::error::refusals;

pub use memory::MemoryStore;
#[cfg(feature = "redb")]
pub use redb::RedbStore;

refusals! {
    /// Why a store cannot do what it is asked.
    pub enum Error {
        Failed = StoreFailed { problem: String }
            => "the store failed: {problem}",
        Poisoned = StorePoisoned { problem: String }
            => "the store failed earlier ({problem}); what was not acknowledged may be lost; open the system anew",
        Corrupt = StoreCorrupt { position: u64, problem: String }
            => "the commit at position {position} is not what was written: {problem}",
        InUse = StoreInUse { path: String }
            => "the store {path} is open already, here or in another process; one at a time has it open",
        Forked = StoreForked { process: u32, opened_by: u32 }
            => "process {process} was forked from process {opened_by}, which has the store open; open it in one of them, after the fork",
        Full = StoreFull { problem: String }
            => "there is no room for the commits ({problem}); nothing of them was acknowledged; make room and open the system anew",
        Missing = StoreMissing { path: String }
            => "there is no file or folder {path}",
        Denied = StoreDenied { path: String }
            => "{path} may not be read or written by this process",
        Exists = StoreExists { path: String }
            => "{path} is there already, and nothing is written over it",
        Unreadable = StoreUnreadable { problem: String }
            => "this is no store, or it was damaged: {problem}",
        Newer = StoreNewer { what: String, format: u64, known: u64 }
            => "{what} has format {format}, and this version reads formats up to {known}; open it with the version that wrote it",
        EventUnknown = StoreEventUnknown { position: u64, event: String }
            => "the commit at position {position} holds the event `{event}`, which this version does not know; open it with the version that wrote it",
        Archived = StoreArchived { position: u64, first: u64 }
            => "the commit at position {position} was archived; the store begins at position {first}",
        PositionUnknown = StorePositionUnknown { position: u64, last: u64 }
            => "there is no commit at position {position}; the last one has position {last}",
        NotEmpty = StoreNotEmpty { position: u64, after: u64 }
            => "the commits to be imported follow position {after}, and the last one of the store has position {position}",
        LineUnreadable = StoreLineUnreadable { line: u64, problem: String }
            => "line {line} is not what an export has there: {problem}",
    }
}

impl Error {
    /// What an error of the operating system says of a file.
    pub(crate) fn of_file(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let path = path.display().to_string();
        match error.kind() {
            ErrorKind::NotFound => Self::Missing { path },
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Denied { path },
            ErrorKind::AlreadyExists => Self::Exists { path },
            _ => Self::of_io(error),
        }
    }

    /// What an error of the operating system says of reading or writing.
    pub(crate) fn of_io(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let problem = error.to_string();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::Full { problem }
            }
            ErrorKind::UnexpectedEof | ErrorKind::InvalidData => Self::Unreadable { problem },
            _ => Self::Failed { problem },
        }
    }
}

/// A commit as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place among all commits, from 1, without gaps.
    pub position: u64,
    /// The commit, UTF-8.
    pub bytes: Vec<u8>,
}

/// Something that is kept beside the commits under a name, and can be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What it is found by.
    pub name: String,
    /// What is kept; none to have what was kept under the name removed.
    pub bytes: Option<Vec<u8>>,
}

/// A place where commits are kept.
///
/// # Contract
///
/// * [`append`](Self::append), [`save`](Self::save) and [`forget`](Self::forget) do all of what they
///   are asked or nothing, and have made it durable when they answer. After an error of one of them
///   the caller changes nothing more; what was asked may have been kept or not.
/// * Positions are appended in ascending order without gaps; the store refuses anything else. An
///   empty store takes any first position.
/// * Reading may go on while something is appended, and sees it or not.
/// * One process has the store open at a time.
pub trait Store: Send + Sync {
    /// Keeps commits, all or none, durably.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] or [`Error::Failed`] if they could not be kept, [`Error::Forked`] in a
    /// forked process.
    fn append(&self, records: &[Record]) -> Result<(), Error>;

    /// The commits after a position, in order, at most `limit`; none if that is the last one.
    ///
    /// Commits that were forgotten are left out: the first may have a later position.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`], [`Error::Unreadable`] or [`Error::Corrupt`] if they could not be read.
    fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, Error>;

    /// Keeps, replaces and removes pages, all or none, durably.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append).
    fn save(&self, pages: &[Page]) -> Result<(), Error>;

    /// What was kept last under a name.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    fn load(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;

    /// Removes the commits up to a position, that one included, and saves pages, all or none. The
    /// last commit is never removed.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append), and [`Error::Failed`] if it is asked for the last commit.
    fn forget(&self, upto: u64, pages: &[Page]) -> Result<(), Error>;
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn append(&self, records: &[Record]) -> Result<(), Error> {
        (**self).append(records)
    }

    fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, Error> {
        (**self).read(after, limit)
    }

    fn save(&self, pages: &[Page]) -> Result<(), Error> {
        (**self).save(pages)
    }

    fn load(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        (**self).load(name)
    }

    fn forget(&self, upto: u64, pages: &[Page]) -> Result<(), Error> {
        (**self).forget(upto, pages)
    }
}

/// Refuses to remove the last commit.
fn check_kept(upto: u64, last: Option<u64>) -> Result<(), Error> {
    match last {
        Some(last) if upto < last => Ok(()),
        _ => Err(Error::Failed { problem: "the last commit is never removed".to_owned() }),
    }
}

/// Refuses records that do not follow each other, and `last`, one by one; an empty store begins
/// anywhere.
fn check_order(records: &[Record], last: Option<u64>) -> Result<(), Error> {
    let first = last.map(|last| last.saturating_add(1));
    let mut next = first.or(records.first().map(|record| record.position));
    for Record { position, .. } in records {
        let expected = next.unwrap_or_default();
        next = Some(expected.saturating_add(1));
        if *position != expected {
            let problem =
                format!("position {position} was to be appended where {expected} is next");
            return Err(Error::Failed { problem });
        }
    }
    Ok(())
}

/// Makes the name of a new file durable, which belongs to its folder.
pub(crate) fn keep_name(path: &Path) -> Result<(), Error> {
    // Elsewhere a folder cannot be opened as a file.
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| Error::of_file(folder, &error))
}
