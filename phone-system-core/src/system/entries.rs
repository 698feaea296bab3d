//! Reading what moved in an account's ledger since an instant.

use super::log::lock;
use super::stream::Published;
use super::{Commit, Error, Part, PhoneSystem};
use crate::billing::{Account, Entry};
use crate::draft::Inconsistent;
use crate::organization;
use crate::store;
use crate::text::OrganizationId;
use crate::time::Timestamp;

/// How many commits are read at once.
const BATCH: usize = 4_096;

impl PhoneSystem {
    /// The entries of an account's ledger that were recorded at an instant or later, up to what is
    /// published; a few before it may be among them.
    pub(super) fn entries_since(
        &self,
        organization: &OrganizationId,
        account: &Published<Account>,
        since: Timestamp,
    ) -> Result<Vec<Entry>, Error> {
        if account.last.is_none_or(|last| last < since) {
            return Ok(Vec::new());
        }
        let seq = account.seq;
        let stream = ["account:", organization.as_str()].concat();
        let mut place = self.place_before(&stream, seq, since)?;
        let mut entries = Vec::new();
        while place < seq {
            let left = usize::try_from(seq.saturating_sub(place)).unwrap_or(usize::MAX);
            let commits = self.stream_after(&stream, place, left.min(BATCH))?;
            if commits.is_empty() {
                let problem = format!("the stream `{stream}` ends at place {place} of {seq}");
                return Err(store::Error::Unreadable { problem }.into());
            }
            for Commit { header, payload, .. } in &commits {
                for event in payload.account.iter().flat_map(Part::all) {
                    let of_event = Entry::of(event, header.at, Some(header.position));
                    let range = Inconsistent::Event {
                        event: event.name(),
                        problem: "an amount is out of range",
                    };
                    entries.extend(of_event.ok_or(organization::Error::from(range))?);
                }
            }
            place = place.saturating_add(u64::try_from(commits.len()).unwrap_or(u64::MAX));
        }
        Ok(entries)
    }

    /// The place in a stream before its first commit at an instant or later; its commits are in the
    /// order of their instants. Refused if that one may be archived.
    fn place_before(&self, stream: &str, seq: u64, since: Timestamp) -> Result<u64, Error> {
        let mut archived = None;
        let (mut before, mut after) = (0, seq);
        while before < after {
            let middle = before.midpoint(after);
            let is_earlier = match self.stream_after(stream, middle, 1) {
                Ok(commits) => commits.first().is_some_and(|commit| commit.header.at < since),
                Err(Error::Store(error @ store::Error::Archived { .. })) => {
                    // Asked after it is known to be archived, so that its instant is among those.
                    let latest = lock(&self.checkpoint).archived_at;
                    if latest.is_none_or(|latest| latest >= since) {
                        archived = Some((middle, error));
                    }
                    true
                }
                Err(error) => return Err(error),
            };
            if is_earlier {
                before = middle.saturating_add(1);
            } else {
                after = middle;
            }
        }
        match archived {
            // It may have been at that instant or later.
            Some((place, error)) if place.checked_add(1) == Some(before) => Err(error.into()),
            _ => Ok(before),
        }
    }
}
