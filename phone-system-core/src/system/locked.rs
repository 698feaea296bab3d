//! The streams of a command: locked, drafted, and what is published of them.

use std::sync::Arc;

use super::commit::{Part, Payload};
use super::stream::{Published, Taken};
use crate::billing::Account;
use crate::draft::{Apply, Draft, Inconsistent};
use crate::inventory::Stock;
use crate::organization::{Drafts, State};
use crate::reference::Reference;
use crate::text::OrganizationId;
use crate::time::Timestamp;

/// The streams that a command works on, locked in their order.
pub(super) struct Locked<'a> {
    pub(super) organization: Option<Taken<'a, State>>,
    pub(super) account: Option<Taken<'a, Account>>,
    pub(super) stock: Option<Taken<'a, Stock>>,
}

/// A draft of what was published, brought to `at`; of nothing, if nothing was.
pub(super) fn draft<S: Apply>(
    published: Option<&Published<S>>,
    at: Timestamp,
) -> Result<Draft<S>, Inconsistent> {
    let draft = |published: &Published<S>| Draft::at(Arc::clone(&published.state), at);
    published.map_or_else(|| Ok(Draft::of_nothing(at)), draft)
}

impl Locked<'_> {
    pub(super) fn last(&self) -> [Option<Timestamp>; 3] {
        [
            self.organization.as_ref().and_then(|(_, published)| published.last),
            self.account.as_ref().and_then(|(_, published)| published.last),
            self.stock.as_ref().and_then(|(_, published)| published.last),
        ]
    }

    pub(super) fn drafts(
        &self,
        owner: Option<&OrganizationId>,
        reference: Arc<Reference>,
        at: Timestamp,
    ) -> Result<Drafts, Inconsistent> {
        Ok(Drafts {
            owner: owner.cloned(),
            organization: draft(self.organization.as_ref().map(|(_, published)| published), at)?,
            account: draft(self.account.as_ref().map(|(_, published)| published), at)?,
            stock: draft(self.stock.as_ref().map(|(_, published)| published), at)?,
            reference,
        })
    }

    /// Notes where the commit is that brought about new states.
    pub(super) fn note(&mut self, position: u64, states: &States) {
        fn note<S>(taken: Option<&mut Taken<'_, S>>, changed: bool, position: u64) {
            if let Some((positions, _)) = taken.filter(|_| changed) {
                positions.push(position);
            }
        }
        note(self.organization.as_mut(), states.organization.is_some(), position);
        note(self.account.as_mut(), states.account.is_some(), position);
        note(self.stock.as_mut(), states.stock.is_some(), position);
    }

    /// Refuses what was recorded on a stream that is not locked: a defect of the command.
    pub(super) fn check(&self, drafts: &Drafts) -> Result<(), Inconsistent> {
        let strayed = (self.organization.is_none() && !drafts.organization.is_unchanged())
            || (self.account.is_none() && !drafts.account.is_unchanged())
            || (self.stock.is_none() && !drafts.stock.is_unchanged());
        if strayed {
            return Err(Inconsistent::Event {
                event: "any",
                problem: "its stream is not one that the command touches",
            });
        }
        Ok(())
    }
}

/// What is published of each stream that changed.
#[derive(Default)]
pub(super) struct States {
    pub(super) organization: Option<Published<State>>,
    pub(super) account: Option<Published<Account>>,
    pub(super) stock: Option<Published<Stock>>,
}

/// What happened in a stream, and what is published of it then.
type Changed<S> = (Part<<S as Apply>::Event>, Published<S>);

/// The drafts taken apart: what goes into the commit, and what is published.
pub(super) struct Parts {
    pub(super) streams: Vec<(String, u64)>,
    pub(super) payload: Payload,
    pub(super) states: States,
}

impl Parts {
    pub(super) fn of(drafts: Drafts, locked: &Locked<'_>, at: Timestamp) -> Self {
        fn part<S: Apply>(
            draft: Draft<S>,
            locked: Option<&Taken<'_, S>>,
            at: Timestamp,
        ) -> Option<Changed<S>> {
            if draft.is_unchanged() {
                return None;
            }
            let (state, ended, events) = draft.finish();
            let seq = locked?.1.seq.saturating_add(1);
            Some((Part { ended, events }, Published { state, seq, last: Some(at) }))
        }
        let mut streams = Vec::new();
        let mut payload = Payload::default();
        let mut states = States::default();
        let name = drafts.owner.as_ref().map(OrganizationId::as_str).unwrap_or_default();
        if let Some((part, state)) = part(drafts.organization, locked.organization.as_ref(), at) {
            streams.push((["organization:", name].concat(), state.seq));
            payload.organization = Some(part);
            states.organization = Some(state);
        }
        if let Some((part, account)) = part(drafts.account, locked.account.as_ref(), at) {
            streams.push((["account:", name].concat(), account.seq));
            payload.account = Some(part);
            states.account = Some(account);
        }
        if let Some((part, stock)) = part(drafts.stock, locked.stock.as_ref(), at) {
            streams.push(("stock".to_owned(), stock.seq));
            payload.stock = Some(part);
            states.stock = Some(stock);
        }
        Self { streams, payload, states }
    }
}
