//! The log as text, for keeping elsewhere: JSON Lines.
//!
//! ```json
//! {"export":{"format":1,"after":{"position":0,"hash":"000…"}}}
//! {"header":{"format":1,"position":1,…},"hash":"…","payload":{…}}
//! {"header":{"format":1,"position":2,…},"hash":"…","payload":{…}}
//! ```
//!
//! The first line tells which commit the others follow; each of those is a commit, in the same
//! characters as it is kept, so that its hashes can be reckoned again from the line. If commits of
//! the store were archived, its pages stand between them: `{"page":"state/stock","text":"…"}`.

use std::borrow::Cow;
use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::checkpoint::{Anchor, BATCH, Checkpoint, is_page};
use super::commit::{self, Commit};
use super::log::lock;
use super::{Error, PhoneSystem};
use crate::store::{self, Page, Record, Store};
use crate::time::Timestamp;

/// The format of exports that this version writes, and the only one that it reads.
const FORMAT: u64 = 1;

/// What was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// How many commits.
    pub commits: u64,
    /// The last of them; what the next export has to begin after.
    pub last: Anchor,
}

/// What was imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// How many commits.
    pub commits: u64,
    /// The last commit of the store.
    pub last: Anchor,
}

/// What was archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Archived {
    /// How many commits were written out and removed.
    pub commits: u64,
    /// The last of them: what the first one that is left follows.
    pub last: Anchor,
}

#[derive(Serialize, Deserialize)]
struct First {
    export: About,
}

#[derive(Serialize, Deserialize)]
struct About {
    format: u64,
    after: Anchor,
}

#[derive(Serialize, Deserialize)]
struct PageLine<'a> {
    page: Cow<'a, str>,
    text: Cow<'a, str>,
}

#[derive(Deserialize)]
struct CommitLine<'a> {
    #[serde(borrow)]
    header: &'a RawValue,
    hash: &'a str,
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// Writes lines; what goes wrong is an error of the store that they come from.
struct Lines<'a>(&'a mut dyn Write);

impl Lines<'_> {
    fn line(&mut self, line: &str) -> Result<(), store::Error> {
        let written = self.0.write_all(line.as_bytes()).and_then(|()| self.0.write_all(b"\n"));
        written.map_err(|error| store::Error::of_io(&error))
    }

    fn json(&mut self, line: &impl Serialize) -> Result<(), store::Error> {
        let text = serde_json::to_string(line);
        self.line(&text.map_err(|error| commit::unencodable(0, &error))?)
    }

    fn finish(self) -> Result<(), store::Error> {
        self.0.flush().map_err(|error| store::Error::of_io(&error))
    }
}

impl PhoneSystem {
    /// Writes the commits after a position as JSON Lines, verified on the way; 0 for everything
    /// that the store has.
    ///
    /// What was exported can be [imported](Self::import) into an empty store, and an export of what
    /// came later after it. Account numbers at carriers are whole in it.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if the commits cannot be read or the lines not be written;
    /// `store.archived` if the next commit was archived (but for position 0),
    /// `store.position_unknown` if there is no commit at the position.
    pub fn export(&self, after: u64, out: &mut dyn Write) -> Result<Exported, Error> {
        // Held, so that nothing is archived and no page replaced meanwhile.
        let checkpoint = lock(&self.checkpoint);
        let from = self.anchor(&checkpoint, after)?;
        let (last, _) = self.log.last();
        self.log.flush()?;
        let mut lines = Lines(out);
        lines.json(&First { export: About { format: FORMAT, after: from } })?;
        if after == 0 && from.position > 0 {
            self.write_pages(&checkpoint, &mut lines)?;
        }
        let (last, _) = self.write_range(from, last, &mut lines)?;
        lines.finish()?;
        let commits = last.position.saturating_sub(from.position);
        Ok(Exported { commits, last })
    }

    /// Writes the commits before a position as [`export`](Self::export) does, and removes them from
    /// the store when they are written: `out` is flushed first, and has to have made them durable
    /// then, or they are lost if the machine stops.
    ///
    /// The states stay, by a checkpoint that is taken first; the hash of the last commit removed
    /// stays too, so that the chain can still be verified. Keys of removed commits stay known, but
    /// their answers cannot be given again. Nothing is done if they were archived already. The file
    /// does not become shorter; what becomes free in it is used again.
    ///
    /// # Errors
    ///
    /// `store.position_unknown` if there is no commit at `before`; [`Error::Store`] if the commits
    /// cannot be read, or written: nothing was removed then. If it is removing them that fails,
    /// they may be removed or not: keep what was written until the store was opened anew.
    pub fn archive(&self, before: u64, out: &mut dyn Write) -> Result<Archived, Error> {
        let mut checkpoint = lock(&self.checkpoint);
        self.log.check()?;
        let (last, _) = self.log.last();
        if before > last || before == 0 {
            return Err(store::Error::PositionUnknown { position: before, last }.into());
        }
        let from = checkpoint.archived;
        let mut lines = Lines(out);
        lines.json(&First { export: About { format: FORMAT, after: from } })?;
        let upto = before.saturating_sub(1);
        if upto <= from.position {
            lines.finish()?;
            return Ok(Archived { commits: 0, last: from });
        }
        self.take_checkpoint(&mut checkpoint)?;
        let (archived, latest) = self.write_range(from, upto, &mut lines)?;
        lines.finish()?;
        let mut next = checkpoint.clone();
        next.archived = archived;
        let is_known = from.position == 0 || next.archived_at.is_some();
        next.archived_at = next.archived_at.max(latest).filter(|_| is_known);
        self.log.forget(upto, &[next.page()?])?;
        *checkpoint = next;
        Ok(Archived { commits: upto.saturating_sub(from.position), last: archived })
    }

    /// Appends what was exported to a store, and opens it.
    ///
    /// The store is empty, or has exactly the commits that the exported ones follow. Each line is
    /// verified before it is appended, and the whole when the store is opened, with every page.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]: `store.line_unreadable` for what is no line of an export,
    /// `store.not_empty` if the commits do not follow those of the store, `store.corrupt` for a
    /// commit that was changed, `store.newer`. Commits before the first line that is refused may
    /// have been appended.
    pub fn import(
        store: impl Store + 'static,
        options: super::Options,
        lines: &mut dyn BufRead,
    ) -> Result<(Self, Imported), Error> {
        let (imported, with_pages) = Import::new(&store)?.run(lines)?;
        let system = Self::open(store, options)?;
        if with_pages {
            // Opening does not read all of them.
            system.check_pages(&lock(&system.checkpoint))?;
        }
        Ok((system, imported))
    }

    /// What the commits after a position follow.
    fn anchor(&self, checkpoint: &Checkpoint, after: u64) -> Result<Anchor, store::Error> {
        if after == 0 || after == checkpoint.archived.position {
            return Ok(checkpoint.archived);
        }
        let (last, _) = self.log.last();
        let records = self.records_after(after.saturating_sub(1), 1)?;
        let unknown = store::Error::PositionUnknown { position: after, last };
        let record = records.first().ok_or(unknown)?;
        Ok(Anchor { position: after, hash: Commit::read(after, &record.bytes)?.hash })
    }

    /// Writes the pages of a checkpoint, without which the commits after it are nothing.
    fn write_pages(
        &self,
        checkpoint: &Checkpoint,
        lines: &mut Lines<'_>,
    ) -> Result<(), store::Error> {
        let mut page = |name: &str, bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            lines.json(&PageLine { page: name.into(), text })
        };
        for name in checkpoint.pages() {
            page(name, &checkpoint.load_page(self.log.store(), name)?)?;
        }
        let list = checkpoint.page()?;
        page(&list.name, &list.bytes.unwrap_or_default())
    }

    /// Writes the commits after `from` up to a position; answers the last one.
    fn write_range(
        &self,
        from: Anchor,
        upto: u64,
        lines: &mut Lines<'_>,
    ) -> Result<(Anchor, Option<Timestamp>), store::Error> {
        let (mut last, mut latest) = (from, None);
        while last.position < upto {
            let left = usize::try_from(upto.saturating_sub(last.position)).unwrap_or(usize::MAX);
            let records = self.log.read(last.position, left.min(BATCH))?;
            for record in &records {
                let commit = last.next(record)?;
                last = Anchor { position: commit.header.position, hash: commit.hash };
                latest = latest.max(Some(commit.header.at));
                lines.line(&commit::as_json(record.position, &record.bytes)?)?;
            }
            if records.is_empty() {
                let problem = "it is not there".to_owned();
                return Err(store::Error::Corrupt { position: last.position, problem });
            }
        }
        Ok((last, latest))
    }
}

impl Anchor {
    /// The commit in a record, which has to follow this one, as the next one has to follow it.
    pub(super) fn followed_by(self, record: &Record) -> Result<Self, store::Error> {
        let Commit { header, hash, .. } = self.next(record)?;
        Ok(Self { position: header.position, hash })
    }

    /// The commit in a record, which has to follow this one.
    fn next(self, record: &Record) -> Result<Commit, store::Error> {
        let position = self.position.saturating_add(1);
        let commit = Commit::read(position, &record.bytes)?;
        if commit.header.previous != self.hash {
            let problem = "it does not follow the commit before it".to_owned();
            return Err(store::Error::Corrupt { position, problem });
        }
        Ok(commit)
    }
}

/// How an export is taken into a store, line by line.
struct Import<'a, S> {
    store: &'a S,
    line: u64,
    /// What the commits follow, if the store does not have it: pages have to tell the states there.
    missing: Option<u64>,
    /// The last commit that the store will have.
    last: Anchor,
    pages: Vec<Page>,
    records: Vec<Record>,
    commits: u64,
    with_pages: bool,
}

impl<'a, S: Store> Import<'a, S> {
    fn new(store: &'a S) -> Result<Self, Error> {
        let checkpoint = Checkpoint::load(store)?;
        let mut last = checkpoint.at;
        loop {
            let records = store.read(last.position, BATCH)?;
            if records.is_empty() {
                break;
            }
            for record in &records {
                last = last.followed_by(record)?;
            }
        }
        let (pages, records) = (Vec::new(), Vec::new());
        let (missing, with_pages) = (None, false);
        Ok(Self { store, line: 0, missing, last, pages, records, commits: 0, with_pages })
    }

    /// Answers what was imported, and whether pages were.
    fn run(mut self, lines: &mut dyn BufRead) -> Result<(Imported, bool), store::Error> {
        let mut text = String::new();
        loop {
            text.clear();
            self.line = self.line.saturating_add(1);
            let read = lines.read_line(&mut text).map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData => self.unreadable(&"it is not UTF-8"),
                _ => store::Error::of_io(&error),
            })?;
            if read == 0 {
                break;
            }
            match self.line {
                1 => self.first(text.trim_end())?,
                _ => self.next(text.trim_end())?,
            }
            if self.records.len() >= BATCH {
                self.append()?;
            }
        }
        if self.line == 1 {
            return Err(self.unreadable(&"there is none"));
        }
        self.check_whole()?;
        self.append()?;
        Ok((Imported { commits: self.commits, last: self.last }, self.with_pages))
    }

    fn unreadable(&self, problem: &impl ToString) -> store::Error {
        store::Error::LineUnreadable { line: self.line, problem: problem.to_string() }
    }

    fn first(&mut self, line: &str) -> Result<(), store::Error> {
        let first: First = serde_json::from_str(line).map_err(|error| self.unreadable(&error))?;
        let About { format, after } = first.export;
        if format != FORMAT {
            let what = "the export".to_owned();
            return Err(store::Error::Newer { what, format, known: FORMAT });
        }
        if after != self.last && self.last != Anchor::default() {
            let (position, after) = (self.last.position, after.position);
            return Err(store::Error::NotEmpty { position, after });
        }
        self.missing = (after != self.last).then_some(after.position);
        self.last = after;
        Ok(())
    }

    /// Refuses commits that follow others which the store does not have, nor the states there.
    fn check_whole(&self) -> Result<(), store::Error> {
        match self.missing {
            Some(after) => Err(store::Error::NotEmpty { position: 0, after }),
            None => Ok(()),
        }
    }

    fn next(&mut self, line: &str) -> Result<(), store::Error> {
        if let Ok(PageLine { page, text }) = serde_json::from_str(line) {
            if self.commits > 0 {
                return Err(self.unreadable(&"pages stand before commits"));
            }
            if !is_page(&page) {
                return Err(self.unreadable(&"no checkpoint has a page of that name"));
            }
            (self.missing, self.with_pages) = (None, true);
            let (name, bytes) = (page.into_owned(), Some(text.into_owned().into_bytes()));
            self.pages.push(Page { name, bytes });
            return Ok(());
        }
        let CommitLine { header, hash, payload } =
            serde_json::from_str(line).map_err(|error| self.unreadable(&error))?;
        self.check_whole()?;
        let bytes = format!("{hash}\n{}\n{}", header.get(), payload.get()).into_bytes();
        let position = self.last.position.saturating_add(1);
        let record = Record { position, bytes };
        self.last = self.last.followed_by(&record)?;
        self.commits = self.commits.saturating_add(1);
        self.records.push(record);
        Ok(())
    }

    fn append(&mut self) -> Result<(), store::Error> {
        self.store.append(&std::mem::take(&mut self.records))?;
        // After the commits: a checkpoint of commits that are not there is one of a damaged store.
        if !self.pages.is_empty() {
            self.store.save(&std::mem::take(&mut self.pages))?;
        }
        Ok(())
    }
}
