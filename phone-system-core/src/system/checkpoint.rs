//! Checkpoints: the states as they stand, kept beside the commits, so that opening a store need not
//! replay all of them.
//!
//! A checkpoint is a page named `checkpoint`, the list of all other pages with their hashes, and
//!
//! * `state/STREAM`: the state of a stream, with its place in the stream;
//! * `index/STREAM/SEQ`: the positions of the stream's commits from its place `SEQ` on;
//! * `keys/SUBJECT/POSITION`: idempotency keys, where they were used and for what.
//!
//! It is taken while commands go on. Each stream is read by itself, so a state may be ahead of the
//! position that the checkpoint has; its place in the stream tells, and what it has already is
//! passed over when the commits after that position are applied.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::commit::Commit;
use super::keys::Keys;
use super::log::lock;
use super::replay::{Replay, Replayed};
use super::stream::{Published, Stream, take};
use super::{Error, PhoneSystem};
use crate::hash::Hash;
use crate::store::{self, Page, Store};
use crate::text::{Key, OrganizationId};
use crate::time::Timestamp;

/// The format of checkpoints that this version writes, and the only one that it reads.
const FORMAT: u64 = 1;

/// The page that lists the others.
const CHECKPOINT: &str = "checkpoint";

/// Whether a checkpoint can have a page of that name; a store may have others of its own.
pub(super) fn is_page(name: &str) -> bool {
    name == CHECKPOINT || ["state/", "index/", "keys/"].iter().any(|kind| name.starts_with(kind))
}

/// A list is gone on with in a new page when the last one is longer than this.
const LIST_BYTES: u64 = 64 << 10;

/// How many commits are read at once.
pub(super) const BATCH: usize = 1_000;

/// A position, and the hash of the commit there; 0 and 64 zeros before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The position.
    pub position: u64,
    /// The hash of the commit there.
    pub hash: Hash,
}

/// What a page is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    hash: Hash,
    length: u64,
}

/// The list of pages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    format: u64,
    /// The last commit that every page has.
    pub(super) at: Anchor,
    /// The last commit that was archived.
    pub(super) archived: Anchor,
    /// The latest instant of those that were archived; none if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) archived_at: Option<Timestamp>,
    pages: BTreeMap<String, Mark>,
}

impl Default for Checkpoint {
    fn default() -> Self {
        let (at, archived, pages) = (Anchor::default(), Anchor::default(), BTreeMap::new());
        Self { format: FORMAT, at, archived, archived_at: None, pages }
    }
}

/// The format of a list, whatever else is in it.
#[derive(Deserialize)]
struct AnyFormat {
    format: u64,
}

/// The state of a stream, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept<S> {
    seq: u64,
    last: Option<Timestamp>,
    state: S,
}

fn damaged(name: &str, problem: impl std::fmt::Display) -> store::Error {
    store::Error::Unreadable { problem: format!("the page `{name}`: {problem}") }
}

fn read<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, store::Error> {
    serde_json::from_slice(bytes).map_err(|error| damaged(name, error))
}

impl Checkpoint {
    /// The checkpoint that a store has; one before the first commit if it has none.
    pub(super) fn load(store: &dyn Store) -> Result<Self, store::Error> {
        let Some(bytes) = store.load(CHECKPOINT)? else {
            return Ok(Self::default());
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| damaged(CHECKPOINT, error))?;
        let (hash, list) = text.split_once('\n').unwrap_or_default();
        if hash != Hash::of(list.as_bytes()).to_string() {
            return Err(damaged(CHECKPOINT, "its hash is not that of its text"));
        }
        let AnyFormat { format } = read(CHECKPOINT, list.as_bytes())?;
        if format > FORMAT {
            let what = "the checkpoint".to_owned();
            return Err(store::Error::Newer { what, format, known: FORMAT });
        }
        read(CHECKPOINT, list.as_bytes())
    }

    /// Leaves all states aside, so that every commit is applied.
    pub(super) fn leave_states_aside(&mut self) -> Result<(), store::Error> {
        let Anchor { position, .. } = self.archived;
        if position > 0 {
            return Err(store::Error::Archived { position: 1, first: position.saturating_add(1) });
        }
        *self = Self::default();
        Ok(())
    }

    /// As a page.
    pub(super) fn page(&self) -> Result<Page, store::Error> {
        let list = serde_json::to_string(self).map_err(|error| damaged(CHECKPOINT, error))?;
        let bytes = format!("{}\n{list}", Hash::of(list.as_bytes())).into_bytes();
        Ok(Page { name: CHECKPOINT.to_owned(), bytes: Some(bytes) })
    }

    /// The names of the pages that it lists.
    pub(super) fn pages(&self) -> impl Iterator<Item = &str> {
        self.pages.keys().map(String::as_str)
    }

    /// How long the states are together.
    pub(super) fn state_bytes(&self) -> u64 {
        let states = self.pages.iter().filter(|(name, _)| name.starts_with("state/"));
        states.map(|(_, mark)| mark.length).fold(0, u64::saturating_add)
    }

    /// A page that it lists, as it was written.
    pub(super) fn load_page(&self, store: &dyn Store, name: &str) -> Result<Vec<u8>, store::Error> {
        let mark = self.pages.get(name).ok_or_else(|| damaged(name, "it is not listed"))?;
        let bytes = store.load(name)?.ok_or_else(|| damaged(name, "it is not there"))?;
        if Hash::of(&bytes) != mark.hash {
            return Err(damaged(name, "its hash is not the one that is listed"));
        }
        Ok(bytes)
    }

    fn add<T: Serialize>(&mut self, name: String, content: &T) -> Result<Page, store::Error> {
        let bytes = serde_json::to_vec(content).map_err(|error| damaged(&name, error))?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.pages.insert(name.clone(), Mark { hash: Hash::of(&bytes), length });
        Ok(Page { name, bytes: Some(bytes) })
    }

    /// The pages of a list, `KIND/OWNER/` and twenty digits, with the number that these are.
    fn list<'a>(&'a self, prefix: &'a str) -> impl DoubleEndedIterator<Item = (u64, &'a str)> {
        let names = self.pages.range(prefix.to_owned()..);
        // A name may itself look like another's page, but for the length of what follows.
        names
            .map_while(move |(name, _)| Some((name.as_str(), name.strip_prefix(prefix)?)))
            .filter_map(|(name, number)| {
                (number.len() == 20).then_some((number.parse().ok()?, name))
            })
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Goes on with a list, whose next item has the number `first`.
    fn extend<T: Serialize + DeserializeOwned>(
        &mut self,
        store: &dyn Store,
        prefix: &str,
        first: u64,
        items: Vec<T>,
    ) -> Result<Page, store::Error> {
        let last = self.list(prefix).next_back().map(|(_, name)| name.to_owned());
        let short =
            last.filter(|name| self.pages.get(name).is_some_and(|mark| mark.length < LIST_BYTES));
        let Some(name) = short else {
            return self.add(format!("{prefix}{first:020}"), &items);
        };
        let mut all: Vec<T> = read(&name, &self.load_page(store, &name)?)?;
        all.extend(items);
        self.add(name, &all)
    }

    /// The positions of a stream's commits after a place in it, as far as one page has them, and
    /// the place of the first.
    pub(super) fn positions(
        &self,
        store: &dyn Store,
        stream: &str,
        after: u64,
    ) -> Result<Vec<u64>, store::Error> {
        let prefix = format!("index/{stream}/");
        let wanted = after.saturating_add(1);
        let Some((first, name)) = self.list(&prefix).rfind(|(first, _)| *first <= wanted) else {
            return Err(damaged(&prefix, "no page has what is asked for"));
        };
        let positions: Vec<u64> = read(name, &self.load_page(store, name)?)?;
        let skipped = usize::try_from(wanted.saturating_sub(first)).unwrap_or(usize::MAX);
        Ok(positions.into_iter().skip(skipped).collect())
    }

    /// The state that it has of a stream.
    fn state<S: DeserializeOwned>(
        &self,
        store: &dyn Store,
        name: &str,
    ) -> Result<Published<S>, store::Error> {
        let Kept { seq, last, state } = read(name, &self.load_page(store, name)?)?;
        Ok(Published { state, seq, last })
    }

    /// Everything as this checkpoint has it.
    pub(super) fn restore(&self, store: &dyn Store) -> Result<Replay, store::Error> {
        let mut replay =
            Replay { position: self.at.position, hash: self.at.hash, ..Replay::default() };
        let organization = |name: &str, id: &str| -> Result<OrganizationId, store::Error> {
            id.parse().map_err(|error| damaged(name, error))
        };
        for name in self.pages() {
            let (kind, rest) = name.split_once('/').unwrap_or_default();
            let owner =
                if kind == "keys" { rest.rsplit_once('/').unwrap_or_default().0 } else { rest };
            match (kind, owner.split_once(':')) {
                ("state", None) => {
                    let published = self.state(store, name)?;
                    replay.stock = Replayed { published, ..Replayed::default() };
                }
                ("state", Some(("organization", id))) => {
                    let published = self.state(store, name)?;
                    let state =
                        &mut replay.organizations.entry(organization(name, id)?).or_default().state;
                    *state = Replayed { published, ..Replayed::default() };
                }
                ("state", Some(("account", id))) => {
                    let published = self.state(store, name)?;
                    let account = &mut replay
                        .organizations
                        .entry(organization(name, id)?)
                        .or_default()
                        .account;
                    *account = Replayed { published, ..Replayed::default() };
                }
                ("keys", owner) => {
                    let keys: Vec<(Key, u64, Hash)> = read(name, &self.load_page(store, name)?)?;
                    match owner {
                        Some((_, id)) => {
                            let organization = organization(name, id)?;
                            replay
                                .organizations
                                .entry(organization)
                                .or_default()
                                .keys
                                .restore(keys);
                        }
                        None => replay.provider_keys.restore(keys),
                    }
                }
                _ => {}
            }
        }
        Ok(replay)
    }

    /// Everything as the store has it: the checkpoint, and every commit after it.
    pub(super) fn replay(&self, store: &dyn Store) -> Result<Replay, Error> {
        let Anchor { position, hash } = self.at;
        if position > self.archived.position {
            let before = position.saturating_sub(1);
            let record = store.read(before, 1)?.into_iter().next();
            let missing = || {
                let problem = "the checkpoint has it, and it is not there".to_owned();
                store::Error::Corrupt { position, problem }
            };
            let record = record.filter(|record| record.position == position).ok_or_else(missing)?;
            if Commit::read(position, &record.bytes)?.hash != hash {
                let problem = "it is not the one that the checkpoint was made at".to_owned();
                return Err(store::Error::Corrupt { position, problem }.into());
            }
        }
        let mut replay = self.restore(store)?;
        loop {
            let records = store.read(replay.position, BATCH)?;
            if records.is_empty() {
                return Ok(replay);
            }
            for record in &records {
                replay.apply(record)?;
            }
        }
    }
}

/// The pages of a checkpoint that is being taken.
struct Taking<'a> {
    checkpoint: Checkpoint,
    store: &'a dyn Store,
    pages: Vec<Page>,
}

impl Taking<'_> {
    /// Adds a stream, if anything happened in it since the last checkpoint.
    fn add_stream<S: Serialize + Clone>(
        &mut self,
        name: &str,
        stream: &Stream<S>,
    ) -> Result<(), store::Error> {
        let (positions, published) = {
            let (mut writer, published) = take(stream);
            (std::mem::take(&mut *writer), published)
        };
        let Ok(count @ 1..) = u64::try_from(positions.len()) else {
            return Ok(());
        };
        let Published { state, seq, last } = published;
        let first = seq.saturating_sub(count).saturating_add(1);
        let prefix = format!("index/{name}/");
        self.pages.push(self.checkpoint.extend(self.store, &prefix, first, positions)?);
        let kept = Kept { seq, last, state };
        self.pages.push(self.checkpoint.add(format!("state/{name}"), &kept)?);
        Ok(())
    }

    fn add_keys(&mut self, subject: &str, keys: &mut Keys) -> Result<(), store::Error> {
        let recent = keys.take_recent();
        if let Some((_, position, _)) = recent.first() {
            let (prefix, first) = (format!("keys/{subject}/"), *position);
            self.pages.push(self.checkpoint.extend(self.store, &prefix, first, recent)?);
        }
        Ok(())
    }
}

impl PhoneSystem {
    /// Keeps the states as they stand beside the commits, so that the store is opened without
    /// reading the commits before. Answers the position that the checkpoint has.
    ///
    /// Only streams in which something happened since the last checkpoint are written. Commands and
    /// queries go on meanwhile. It is called for when the commits since the last checkpoint have
    /// become long (see [`Options::checkpoint_after`](super::Options)); call it at a quiet moment to
    /// have it done then.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if it could not be kept; nothing more can be changed then until the store
    /// is opened anew.
    pub fn checkpoint(&self) -> Result<u64, Error> {
        let mut checkpoint = lock(&self.checkpoint);
        self.take_checkpoint(&mut checkpoint)?;
        Ok(checkpoint.at.position)
    }

    pub(super) fn take_checkpoint(&self, checkpoint: &mut Checkpoint) -> Result<(), Error> {
        self.log.check()?;
        let covered = self.log.since_checkpoint();
        // Read before the streams are: every commit up to here is in what is read of them.
        let (position, hash) = self.log.last();
        if position == checkpoint.at.position {
            return Ok(());
        }
        // What is taken out of the streams and then not kept would be missing in the next one.
        let taken = self.take_pages(checkpoint, Anchor { position, hash });
        let (next, pages) = taken.inspect_err(|error| self.log.poison(error))?;
        self.log.flush()?;
        self.log.save(&pages, covered)?;
        *checkpoint = next;
        Ok(())
    }

    fn take_pages(
        &self,
        checkpoint: &Checkpoint,
        at: Anchor,
    ) -> Result<(Checkpoint, Vec<Page>), store::Error> {
        let checkpoint = Checkpoint { at, ..checkpoint.clone() };
        let mut taking = Taking { checkpoint, store: self.log.store(), pages: Vec::new() };
        for (id, organization) in &self.organizations.all() {
            taking.add_stream(&format!("organization:{id}"), &organization.state)?;
            taking.add_stream(&format!("account:{id}"), &organization.account)?;
            taking.add_keys(&format!("organization:{id}"), &mut lock(&organization.keys))?;
        }
        taking.add_stream("stock", &self.stock)?;
        taking.add_keys("provider", &mut lock(&self.provider_keys))?;
        let Taking { checkpoint, mut pages, .. } = taking;
        pages.push(checkpoint.page()?);
        Ok((checkpoint, pages))
    }

    /// Takes a checkpoint if the commits since the last one have become long.
    ///
    /// The one who comes upon it waits for it; others go on.
    pub(super) fn checkpoint_if_due(&self) {
        let Some(after) = self.options.checkpoint_after else {
            return;
        };
        let since = self.log.since_checkpoint();
        if since < after {
            return;
        }
        let Ok(mut checkpoint) = self.checkpoint.try_lock() else {
            return;
        };
        // So that in the long run no more is written for checkpoints than for commits.
        if since >= checkpoint.state_bytes() {
            // A failure is told to whoever asks next: what was waited for is durable.
            let _ = self.take_checkpoint(&mut checkpoint);
        }
    }
}
