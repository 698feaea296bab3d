//! Reading a store: every commit is verified and applied.

use std::collections::HashMap;

use super::commit::Commit;
use super::stream::Published;
use super::{Error, Keys};
use crate::billing::Account;
use crate::draft::Inconsistent;
use crate::hash::Hash;
use crate::inventory::Stock;
use crate::organization::State;
use crate::store::{self, Record};
use crate::text::OrganizationId;

/// What a store holds, applied commit by commit.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) position: u64,
    pub(super) hash: Hash,
    pub(super) organizations: HashMap<OrganizationId, Replayed>,
    pub(super) stock: Published<Stock>,
    pub(super) provider_keys: Keys,
}

#[derive(Default)]
pub(super) struct Replayed {
    pub(super) state: Published<State>,
    pub(super) account: Published<Account>,
    pub(super) keys: Keys,
}

impl Replay {
    pub(super) fn apply(&mut self, record: &Record) -> Result<(), Error> {
        let position = self.position.saturating_add(1);
        let corrupt = |problem: String| store::Error::Corrupt { position, problem };
        let Commit { header, hash, payload } = Commit::read(position, &record.bytes)?;
        if header.previous != self.hash {
            return Err(corrupt("it does not follow the commit before it".to_owned()).into());
        }
        let at = header.at;
        let unfit = |error: Inconsistent| corrupt(error.to_string());
        let keys = match header.organization {
            Some(id) => {
                let organization = self.organizations.entry(id).or_default();
                if let Some(part) = &payload.organization {
                    organization.state.replay(part, at).map_err(unfit)?;
                }
                if let Some(part) = &payload.account {
                    organization.account.replay(part, at).map_err(unfit)?;
                }
                &mut organization.keys
            }
            None => &mut self.provider_keys,
        };
        if let Some(key) = header.key {
            keys.insert(key, (position, header.command_hash));
        }
        if let Some(part) = &payload.stock {
            self.stock.replay(part, at).map_err(unfit)?;
        }
        (self.position, self.hash) = (position, hash);
        Ok(())
    }
}
