//! Reading a store: every commit is verified and applied.

use super::Error;
use super::commit::{Commit, Header, Part};
use super::keys::Keys;
use super::stream::{Published, Stream};
use crate::billing::Account;
use crate::draft::Apply;
use crate::hash::Hash;
use crate::inventory::Stock;
use crate::organization::State;
use crate::store::{self, Record};
use crate::text::OrganizationId;
use std::collections::HashMap;
use std::sync::Arc;

/// What a store holds, applied commit by commit.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) position: u64,
    pub(super) hash: Hash,
    pub(super) organizations: HashMap<OrganizationId, ReplayedOrganization>,
    pub(super) stock: Replayed<Stock>,
    pub(super) provider_keys: Keys,
    /// How long the commits are that were applied.
    pub(super) bytes: u64,
}

#[derive(Default)]
pub(super) struct ReplayedOrganization {
    pub(super) state: Replayed<State>,
    pub(super) account: Replayed<Account>,
    pub(super) keys: Keys,
}

/// A stream as far as it was read.
#[derive(Default)]
pub(super) struct Replayed<S> {
    pub(super) published: Published<S>,
    /// The positions of its commits that were applied.
    pub(super) positions: Vec<u64>,
}

impl Replay {
    /// Applies the next commit.
    pub(super) fn apply(&mut self, record: &Record) -> Result<(), Error> {
        let position = self.position.saturating_add(1);
        let corrupt = |problem: String| store::Error::Corrupt { position, problem };
        if record.position != position {
            let problem = format!("the next one that is there has position {}", record.position);
            return Err(corrupt(problem).into());
        }
        let Commit { header, hash, payload } = Commit::read(position, &record.bytes)?;
        if header.previous != self.hash {
            return Err(corrupt("it does not follow the commit before it".to_owned()).into());
        }
        self.stock.apply(&header, "stock", payload.stock.as_ref()).map_err(corrupt)?;
        let keys = match &header.organization {
            Some(id) => {
                let organization = self.organizations.entry(id.clone()).or_default();
                let (state, account) = (&mut organization.state, &mut organization.account);
                state
                    .apply(&header, "organization:", payload.organization.as_ref())
                    .and_then(|()| account.apply(&header, "account:", payload.account.as_ref()))
                    .map_err(corrupt)?;
                &mut organization.keys
            }
            None => &mut self.provider_keys,
        };
        if let Some(key) = header.key {
            keys.insert(key, (position, header.command_hash));
        }
        (self.position, self.hash) = (position, hash);
        let length = u64::try_from(record.bytes.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(length);
        Ok(())
    }
}

impl<S: Apply> Replayed<S> {
    /// Applies what a commit holds of the stream, whose name begins with `prefix`.
    ///
    /// A state that was read from a checkpoint may be ahead of the commits; it has what is passed
    /// over here.
    fn apply(
        &mut self,
        header: &Header,
        prefix: &str,
        part: Option<&Part<S::Event>>,
    ) -> Result<(), String> {
        let seq = header.streams.iter().find(|(stream, _)| stream.starts_with(prefix));
        let (part, seq) = match (part, seq) {
            (None, None) => return Ok(()),
            (Some(part), Some((_, seq))) => (part, *seq),
            _ => return Err("its streams are not those of its events".to_owned()),
        };
        let Published { state, seq: last, .. } = &mut self.published;
        if seq <= *last {
            return Ok(());
        }
        if seq != last.saturating_add(1) {
            return Err(format!("its place in its stream is {seq}, after {last}"));
        }
        let state = Arc::make_mut(state);
        part.all().try_for_each(|event| state.apply(event)).map_err(|error| error.to_string())?;
        self.published.seq = seq;
        self.published.last = Some(header.at);
        self.positions.push(header.position);
        Ok(())
    }
}

impl<S> From<Replayed<S>> for Stream<S> {
    fn from(replayed: Replayed<S>) -> Self {
        let Replayed { published, positions } = replayed;
        Self::new(published, positions)
    }
}
