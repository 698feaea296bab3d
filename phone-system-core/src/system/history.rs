//! Reading what has happened: all commits, or those of one stream.

use super::commit::{self, Commit};
use super::log::lock;
use super::stream::{Stream, take};
use super::{Error, PhoneSystem};
use crate::store::{self, Record};

impl PhoneSystem {
    /// The commits after a position, in order, at most `limit`: everything that has happened, for
    /// whoever acts on it outside.
    ///
    /// They are delivered again if asked for again; keep the position of the last one dealt with. A
    /// commit may be read here an instant before queries show what it did.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if they cannot be read, or the next one was archived.
    pub fn events_after(&self, position: u64, limit: usize) -> Result<Vec<Commit>, Error> {
        read_all(&self.records_after(position, limit)?, |position, bytes| {
            Commit::read(position, bytes)
        })
    }

    /// The same, each as one JSON object.
    pub(crate) fn commits_after(&self, position: u64, limit: usize) -> Result<Vec<String>, Error> {
        read_all(&self.records_after(position, limit)?, commit::as_json)
    }

    /// The commits of one stream after a place in it, in order, at most `limit`: the history of an
    /// organization (`organization:ID`), of its account (`account:ID`), or of the `stock`.
    ///
    /// A place in a stream is counted from 1; the header of each commit tells those of its streams.
    /// None if nothing ever happened in the stream.
    ///
    /// # Errors
    ///
    /// As [`events_after`](Self::events_after).
    pub fn stream_after(
        &self,
        stream: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Commit>, Error> {
        read_all(&self.stream_records(stream, after, limit)?, |position, bytes| {
            Commit::read(position, bytes)
        })
    }

    /// The same, each as one JSON object.
    pub(crate) fn stream_commits(
        &self,
        stream: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<String>, Error> {
        read_all(&self.stream_records(stream, after, limit)?, commit::as_json)
    }

    /// The streams in which something has happened, and how many commits each has, in the order of
    /// their names.
    pub fn streams(&self) -> Vec<(String, u64)> {
        let mut streams: Vec<_> = self
            .organizations
            .all()
            .iter()
            .flat_map(|(id, organization)| {
                [
                    (format!("account:{id}"), organization.account.read().seq),
                    (format!("organization:{id}"), organization.state.read().seq),
                ]
            })
            .collect();
        streams.push(("stock".to_owned(), self.stock.read().seq));
        streams.retain(|(_, commits)| *commits > 0);
        streams.sort_unstable();
        streams
    }

    /// The records after a position; refused if the next one was archived.
    pub(super) fn records_after(
        &self,
        position: u64,
        limit: usize,
    ) -> Result<Vec<Record>, store::Error> {
        let records = self.log.read(position, limit)?;
        let next = position.saturating_add(1);
        match records.first() {
            Some(Record { position: first, .. }) if *first > next => {
                Err(store::Error::Archived { position: next, first: *first })
            }
            _ => Ok(records),
        }
    }

    fn stream_records(
        &self,
        stream: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Record>, store::Error> {
        let mut found: Vec<Record> = Vec::new();
        // Commits of a stream often stand side by side, so some more are read at once.
        let mut nearby: Vec<Record> = Vec::new();
        for position in self.positions(stream, after, limit)? {
            let here = |record: &&Record| record.position == position;
            if nearby.iter().find(here).is_none() {
                nearby = self.records_after(position.saturating_sub(1), NEARBY.min(limit))?;
            }
            let missing = || {
                let problem = "it is not there".to_owned();
                store::Error::Corrupt { position, problem }
            };
            found.push(nearby.iter().find(here).cloned().ok_or_else(missing)?);
        }
        Ok(found)
    }

    /// Where the commits of a stream are.
    fn positions(&self, stream: &str, after: u64, limit: usize) -> Result<Vec<u64>, store::Error> {
        self.log.check()?;
        let organization = |id: &str| id.parse().ok().and_then(|id| self.organizations.find(&id));
        let (kind, id) = stream.split_once(':').unwrap_or((stream, ""));
        let mut found = Vec::new();
        // Held, so that no checkpoint takes positions away meanwhile.
        let checkpoint = lock(&self.checkpoint);
        let (kept, recent) = match (kind, organization(id)) {
            ("stock", None) => recent(&self.stock, after, limit),
            ("organization", Some(organization)) => recent(&organization.state, after, limit),
            ("account", Some(organization)) => recent(&organization.account, after, limit),
            _ => return Ok(found),
        };
        let mut place = after;
        while found.len() < limit && place < kept {
            let mut positions = checkpoint.positions(self.log.store(), stream, place)?;
            // A page may have more than the stream had when it was asked.
            let left = usize::try_from(kept.saturating_sub(place)).unwrap_or(usize::MAX);
            positions.truncate(left.min(limit.saturating_sub(found.len())));
            if positions.is_empty() {
                let problem = format!("the index of `{stream}` ends at place {place} of {kept}");
                return Err(store::Error::Unreadable { problem });
            }
            place = place.saturating_add(u64::try_from(positions.len()).unwrap_or(u64::MAX));
            found.append(&mut positions);
        }
        let left = limit.saturating_sub(found.len());
        found.extend(recent.into_iter().take(left));
        Ok(found)
    }
}

/// How many commits are read at once for one of a stream.
const NEARBY: usize = 64;

/// How many commits of a stream are in a checkpoint, and where those after a place are that are not, at
/// most `limit`.
fn recent<S>(stream: &Stream<S>, after: u64, limit: usize) -> (u64, Vec<u64>) {
    let (positions, published) = take(stream);
    let recent = u64::try_from(positions.len()).unwrap_or(u64::MAX);
    let kept = published.seq.saturating_sub(recent);
    let skipped = usize::try_from(after.saturating_sub(kept)).unwrap_or(usize::MAX);
    (kept, positions.iter().skip(skipped).take(limit).copied().collect())
}

fn read_all<T>(
    records: &[Record],
    read: impl Fn(u64, &[u8]) -> Result<T, store::Error>,
) -> Result<Vec<T>, Error> {
    Ok(records
        .iter()
        .map(|record| read(record.position, &record.bytes))
        .collect::<Result<_, _>>()?)
}
