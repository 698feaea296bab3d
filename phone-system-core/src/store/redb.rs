//! A store in one file, by `redb`.
//!
//! Commits are kept as segments (`segment`): those of a large group as they come, those of small
//! groups first in a tail, which is moved to the log when it would not fit into one page of the
//! file any more. So a single commit writes the same few pages however long the log is, and the
//! log's tree stays small.
//!
//! # What becomes of a file that was damaged
//!
//! Each page has a checksum in the page that points to it, up to two slots in the header, which
//! point to the newer and the older of the last two states. All of them are reckoned again when a
//! file is opened: that reads the file once, about a second for each gigabyte of it. So a file that
//! was closed and damaged later is refused, or the damage is where nothing is kept.
//!
//! A file that was not closed, because the process or the machine stopped, is opened in the newer
//! of the two states that is whole. That is how a transaction that was not finished is left out. A
//! transaction that was finished, and of which a page or the slot was damaged between then and the
//! next opening, looks the same: it is left out too, and nothing in the file can tell that it was
//! acknowledged. That is the last group of commits, or the last checkpoint or archive; never more,
//! because anything that the older state has as well is refused if it is damaged. Whoever wants to
//! know that of the last group keeps the last position and hash elsewhere.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::backends::FileBackend;
use redb::{
    Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, StorageBackend,
    StorageError, TableDefinition, WriteTransaction,
};
use serde::{Deserialize, Serialize};

use super::begun::Begun;
use super::segment::Frames;
use super::{Error, Page, Record, Store, check_kept, check_order, keep_name};

/// Segments by the position of their first commit.
const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");
/// The last segment, while it is small.
const TAIL: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("tail");
/// What is kept beside the commits.
const PAGES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("pages");

/// The page that tells which format the file has.
const FORMAT_PAGE: &str = "format";
/// Whose format it is.
const NAME: &str = "phone-system";
/// The format of the file that this version writes, and the only one it reads.
const FORMAT: u64 = 1;

/// How long the tail may become: with its key and the page's own figures it fills one page of 4096
/// bytes.
const TAIL_MOST: usize = 4_000;

/// How much of the file is kept in memory. The state is in memory anyway; this is for reading the
/// log.
const CACHE_BYTES: usize = 32 << 20;

/// Keeps commits in one file.
///
/// What was appended is durable when it is answered: one `fdatasync` for each group of commits. One
/// process opens it at a time, and one store within it; a process that was forked from it is
/// refused. The file is made of `redb`'s pages, and described in `docs/storage-format.md`.
///
/// ```
/// use phone_system_core::PhoneSystem;
/// use phone_system_core::licensing::{BuySeats, Sku};
/// use phone_system_core::organization::{Context, Seats};
/// use phone_system_core::store::RedbStore;
/// use phone_system_core::system::Options;
///
/// # let folder = std::env::temp_dir().join(format!("phone-system-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("numbers.phs");
/// let contoso = "contoso".parse()?;
/// let context = Context::new("2018-04-01T09:00:00Z".parse()?, "ada".parse()?);
///
/// let system = PhoneSystem::open(RedbStore::create(&path)?, Options::default())?;
/// system.execute(&contoso, &BuySeats { sku: Sku::E5, seats: 20 }, &context)?;
/// system.close()?;
///
/// let system = PhoneSystem::open(RedbStore::open(&path)?, Options::default())?;
/// assert_eq!(system.query(&contoso, &Seats {}, context.at)?.seats[0].bought, 20);
/// # drop(system);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RedbStore {
    /// None only while it is dropped.
    database: Option<Database>,
    tail: Mutex<Tail>,
    /// The process that opened it.
    process: u32,
}

/// The last segment, while it is small.
#[derive(Clone, Default)]
struct Tail {
    /// The position of its first commit.
    first: u64,
    frames: Frames,
    /// The last position of all; none while the store is empty.
    last: Option<u64>,
}

impl RedbStore {
    /// Opens a file that is there.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none, [`Error::Denied`], [`Error::InUse`],
    /// [`Error::Unreadable`] if it is no store or was damaged, [`Error::Newer`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::of(|| builder().open(path), path, || keep_name(path))
    }

    /// Opens a file, which is made if it is not there, or if it is one that was being made when the
    /// process or the machine stopped.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); [`Error::Missing`] if there is no folder to make it in.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let open = || {
            let mut options = File::options();
            let file = options.read(true).write(true).create(true).truncate(false).open(path)?;
            builder().create_with_backend(Begun::of(FileBackend::new(file)?))
        };
        Self::of(open, path, || keep_name(path))
    }

    /// Opens a store in a storage of the caller's, such as one that forgets what was not synced;
    /// made for tests. The trait is that of the crate `redb`, and follows its versions.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn over(backend: impl StorageBackend) -> Result<Self, Error> {
        let open = || builder().create_with_backend(Begun::of(backend));
        Self::of(open, Path::new("given"), || Ok(()))
    }

    /// `keep_name` makes a new file's name durable, before anything that is to be kept is in it.
    fn of(
        open: impl FnOnce() -> Result<Database, DatabaseError>,
        path: &Path,
        keep_name: impl FnOnce() -> Result<(), Error>,
    ) -> Result<Self, Error> {
        caught(|| {
            let database = open().map_err(|error| match error {
                DatabaseError::DatabaseAlreadyOpen => {
                    Error::InUse { path: path.display().to_string() }
                }
                DatabaseError::Storage(StorageError::Io(error)) => Error::of_file(path, &error),
                error => unreadable(&error),
            })?;
            check_format(&database, keep_name)?;
            let tail = read_tail(&database)?;
            Ok(Self {
                database: Some(database),
                tail: Mutex::new(tail),
                process: std::process::id(),
            })
        })
    }

    /// Refuses in a process that was forked from the one that opened the store: the file is that
    /// one's.
    fn check_process(&self) -> Result<(), Error> {
        let (process, opened_by) = (std::process::id(), self.process);
        if process == opened_by { Ok(()) } else { Err(Error::Forked { process, opened_by }) }
    }

    fn database(&self) -> Result<&Database, Error> {
        self.check_process()?;
        self.database.as_ref().ok_or_else(|| Error::Failed { problem: "it is closed".to_owned() })
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        // What is guarded is replaced whole, after everything that could panic.
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The segment of the log that holds a position, or the last one before it.
    fn read_segment(&self, position: u64) -> Result<Option<(u64, Frames)>, Error> {
        caught(|| {
            let transaction = self.database()?.begin_read().map_err(failed)?;
            let log = transaction.open_table(LOG).map_err(failed)?;
            let found = log.range(..=position).map_err(failed)?.next_back();
            let Some((first, segment)) = found.transpose().map_err(failed)? else {
                return Ok(None);
            };
            let first = first.value();
            Ok(Some((first, decompress(first, segment.value())?)))
        })
    }

    /// Changes the file in one transaction, which is durable when this answers.
    fn write(
        &self,
        change: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
    ) -> Result<(), Error> {
        caught(|| {
            let transaction = self.database()?.begin_write().map_err(failed)?;
            change(&transaction).map_err(failed)?;
            transaction.commit().map_err(failed)
        })
    }
}

impl Drop for RedbStore {
    fn drop(&mut self) {
        let Some(database) = self.database.take() else {
            return;
        };
        // Closing writes to the file and gives up its lock, both of which are the other process's.
        if self.check_process().is_err() {
            std::mem::forget(database);
            return;
        }
        // Closing reads the file too. What goes wrong loses nothing: the next one who opens it
        // recovers it, and is told if it was damaged.
        let _ = caught(|| {
            drop(database);
            Ok(())
        });
    }
}

impl Store for RedbStore {
    fn append(&self, records: &[Record]) -> Result<(), Error> {
        self.check_process()?;
        let mut tail = self.tail();
        check_order(records, tail.last)?;
        let Some(last) = records.last().map(|record| record.position) else {
            return Ok(());
        };
        let plan = Plan::of(&tail, records)?;
        self.write(|transaction| {
            let mut small = transaction.open_table(TAIL)?;
            if !plan.sealed.is_empty() {
                small.remove(tail.first)?;
                let mut log = transaction.open_table(LOG)?;
                for (first, segment) in &plan.sealed {
                    log.insert(first, segment.as_slice())?;
                }
            }
            if let Some((first, segment)) = &plan.tail {
                small.insert(first, segment.as_slice())?;
            }
            Ok(())
        })?;
        *tail = Tail { first: plan.first, frames: plan.frames, last: Some(last) };
        Ok(())
    }

    fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, Error> {
        caught(|| {
            let mut found = Vec::new();
            let transaction = self.database()?.begin_read().map_err(failed)?;
            let wanted = after.saturating_add(1);
            let log = transaction.open_table(LOG).map_err(failed)?;
            let small = transaction.open_table(TAIL).map_err(failed)?;
            let start = match log.range(..=wanted).map_err(failed)?.next_back() {
                Some(entry) => entry.map_err(failed)?.0.value(),
                None => wanted,
            };
            let segments = log.range(start..).map_err(failed)?.chain(small.iter().map_err(failed)?);
            let mut next = None;
            for segment in segments {
                if found.len() >= limit {
                    break;
                }
                let (first, segment) = segment.map_err(failed)?;
                let first = first.value();
                next = Some(collect(first, next, segment.value(), after, limit, &mut found)?);
            }
            Ok(found)
        })
    }

    fn save(&self, pages: &[Page]) -> Result<(), Error> {
        self.write(|transaction| save(transaction, pages))
    }

    fn load(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        caught(|| {
            let transaction = self.database()?.begin_read().map_err(failed)?;
            let kept = transaction.open_table(PAGES).map_err(failed)?;
            let page = kept.get(name).map_err(failed)?;
            Ok(page.map(|page| page.value().to_vec()))
        })
    }

    fn forget(&self, upto: u64, pages: &[Page]) -> Result<(), Error> {
        self.check_process()?;
        let mut tail = self.tail();
        check_kept(upto, tail.last)?;
        let in_log = self.read_segment(upto)?;
        let in_log = in_log.map(|(first, frames)| after(first, &frames, upto)).transpose()?;
        let in_tail = (!tail.frames.is_empty() && tail.first <= upto)
            .then(|| after(tail.first, &tail.frames, upto))
            .transpose()?;
        self.write(|transaction| {
            let mut log = transaction.open_table(LOG)?;
            log.retain_in(..=upto, |_, _| false)?;
            let next = upto.saturating_add(1);
            if let Some(frames) = in_log.filter(|frames| !frames.is_empty()) {
                log.insert(next, frames.compress().as_slice())?;
            }
            if let Some(frames) = &in_tail {
                let mut small = transaction.open_table(TAIL)?;
                small.remove(tail.first)?;
                small.insert(next, frames.compress().as_slice())?;
            }
            save(transaction, pages)
        })?;
        if let Some(frames) = in_tail {
            (tail.first, tail.frames) = (upto.saturating_add(1), frames);
        }
        Ok(())
    }
}

/// What a group of commits is turned into.
struct Plan {
    /// Segments that go into the log, the tail's commits among them.
    sealed: Vec<(u64, Vec<u8>)>,
    /// The tail as it is kept then; none if it is empty.
    tail: Option<(u64, Vec<u8>)>,
    /// The tail's first position then, and its commits.
    first: u64,
    frames: Frames,
}

impl Plan {
    fn of(tail: &Tail, records: &[Record]) -> Result<Self, Error> {
        let first = records.first().map_or(tail.first, |record| record.position);
        let length = records.iter().map(|record| record.bytes.len()).fold(0, usize::saturating_add);
        // What is long before it is compressed is not tried: it will not fit.
        let small = |length: usize| length <= TAIL_MOST.saturating_mul(4);
        if !tail.frames.is_empty() && small(tail.frames.len().saturating_add(length)) {
            let frames = filled(tail.frames.clone(), records)?;
            let segment = frames.compress();
            if segment.len() <= TAIL_MOST {
                let kept = Some((tail.first, segment));
                return Ok(Self { sealed: Vec::new(), tail: kept, first: tail.first, frames });
            }
        }
        if small(length) {
            let frames = filled(Frames::default(), records)?;
            let segment = frames.compress();
            if segment.len() <= TAIL_MOST {
                let sealed =
                    (!tail.frames.is_empty()).then(|| (tail.first, tail.frames.compress()));
                let kept = Some((first, segment));
                return Ok(Self {
                    sealed: sealed.into_iter().collect(),
                    tail: kept,
                    first,
                    frames,
                });
            }
        }
        let mut sealed = Vec::new();
        let mut frames = tail.frames.clone();
        let mut start = if frames.is_empty() { first } else { tail.first };
        for record in records {
            if !frames.is_empty() && !frames.has_room(record.bytes.len()) {
                sealed.push((start, std::mem::take(&mut frames).compress()));
                start = record.position;
            }
            push(&mut frames, record)?;
        }
        sealed.push((start, frames.compress()));
        Ok(Self { sealed, tail: None, first: 0, frames: Frames::default() })
    }
}

fn push(frames: &mut Frames, record: &Record) -> Result<(), Error> {
    frames.push(&record.bytes).map_err(|problem| Error::Failed { problem })
}

fn filled(mut frames: Frames, records: &[Record]) -> Result<Frames, Error> {
    records.iter().try_for_each(|record| push(&mut frames, record))?;
    Ok(frames)
}

/// The commits of a segment that follow a position.
fn after(first: u64, frames: &Frames, position: u64) -> Result<Frames, Error> {
    let mut rest = Frames::default();
    for record in frames.records(first) {
        let record = record.map_err(|problem| Error::Corrupt { position: first, problem })?;
        if record.position > position {
            push(&mut rest, &record)?;
        }
    }
    Ok(rest)
}

fn decompress(first: u64, segment: &[u8]) -> Result<Frames, Error> {
    Frames::decompress(segment).map_err(|problem| Error::Corrupt { position: first, problem })
}

/// Adds the commits of a segment that follow a position; answers the position after its last one.
fn collect(
    first: u64,
    expected: Option<u64>,
    segment: &[u8],
    after: u64,
    limit: usize,
    found: &mut Vec<Record>,
) -> Result<u64, Error> {
    if let Some(position) = expected.filter(|expected| *expected != first) {
        let problem = format!("the next one that is there has the position {first}");
        return Err(Error::Corrupt { position, problem });
    }
    let mut next = first;
    for record in decompress(first, segment)?.records(first) {
        let record = record.map_err(|problem| Error::Corrupt { position: next, problem })?;
        next = record.position.saturating_add(1);
        if record.position > after && found.len() < limit {
            found.push(record);
        }
    }
    Ok(next)
}

fn save(transaction: &WriteTransaction, pages: &[Page]) -> Result<(), redb::Error> {
    let mut kept = transaction.open_table(PAGES)?;
    for Page { name, bytes } in pages {
        match bytes {
            Some(bytes) => kept.insert(name.as_str(), bytes.as_slice())?,
            None => kept.remove(name.as_str())?,
        };
    }
    Ok(())
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    // Without it the pages of a file that was closed are believed, whatever became of them: a bit
    // changed in a page's own figures could leave out the last commits without a word, one in the
    // list of free pages have commits written over.
    builder.set_check_integrity_on_open(true);
    builder
}

/// What the page of that name says.
#[derive(Serialize, Deserialize)]
struct Format {
    store: String,
    format: u64,
}

/// Sets up a new file, and refuses one of something else or of another format.
fn check_format(
    database: &Database,
    keep_name: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    let transaction = database.begin_write().map_err(failed)?;
    let is_new = transaction.list_tables().map_err(failed)?.next().is_none();
    if is_new {
        keep_name()?;
        transaction.open_table(LOG).map_err(failed)?;
        transaction.open_table(TAIL).map_err(failed)?;
        let format = Format { store: NAME.to_owned(), format: FORMAT };
        let format = serde_json::to_vec(&format).map_err(|error| unreadable(&error))?;
        let page = Page { name: FORMAT_PAGE.to_owned(), bytes: Some(format) };
        save(&transaction, &[page]).map_err(failed)?;
        return transaction.commit().map_err(failed);
    }
    drop(transaction);

    let transaction = database.begin_read().map_err(failed)?;
    let kept = transaction.open_table(PAGES).map_err(|error| unreadable(&error))?;
    let page = kept.get(FORMAT_PAGE).map_err(failed)?;
    let format = page.and_then(|page| serde_json::from_slice::<Format>(page.value()).ok());
    match format {
        Some(Format { store, format: FORMAT }) if store == NAME => Ok(()),
        Some(Format { store, format }) if store == NAME => {
            Err(Error::Newer { what: "the store".to_owned(), format, known: FORMAT })
        }
        _ => Err(unreadable(&"it does not say that it is a store of this library")),
    }
}

fn read_tail(database: &Database) -> Result<Tail, Error> {
    let transaction = database.begin_read().map_err(failed)?;
    let small = transaction.open_table(TAIL).map_err(|error| unreadable(&error))?;
    let log = transaction.open_table(LOG).map_err(|error| unreadable(&error))?;
    let last = |first: u64, frames: &Frames| -> Result<Option<u64>, Error> {
        let last = frames.records(first).last().transpose();
        let last = last.map_err(|problem| Error::Corrupt { position: first, problem })?;
        Ok(last.map(|record| record.position))
    };
    if let Some((first, segment)) = small.first().map_err(failed)? {
        let first = first.value();
        let frames = decompress(first, segment.value())?;
        let last = last(first, &frames)?;
        return Ok(Tail { first, frames, last });
    }
    let Some((first, segment)) = log.last().map_err(failed)? else {
        return Ok(Tail::default());
    };
    let first = first.value();
    let last = last(first, &decompress(first, segment.value())?)?;
    Ok(Tail { last, ..Tail::default() })
}

fn unreadable(error: &impl ToString) -> Error {
    Error::Unreadable { problem: error.to_string() }
}

/// What an error of the file means.
fn failed(error: impl Into<redb::Error>) -> Error {
    match error.into() {
        redb::Error::Io(error) => Error::of_io(&error),
        error @ (redb::Error::Corrupted(_)
        | redb::Error::TableTypeMismatch { .. }
        | redb::Error::TableDoesNotExist(_)
        | redb::Error::UpgradeRequired(_)) => unreadable(&error),
        error => Error::Failed { problem: error.to_string() },
    }
}

/// Runs what reads the file. A file that was changed can bring `redb` to panic, which must not
/// reach those who ask.
fn caught<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let problem = panic.downcast_ref::<String>().cloned();
        let problem = problem.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        Err(unreadable(&problem.unwrap_or_default()))
    })
}
