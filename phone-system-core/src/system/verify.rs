//! Holding a whole store against itself.

use std::collections::BTreeMap;

use serde::Serialize;

use super::checkpoint::{Anchor, BATCH, Checkpoint};
use super::log::lock;
use super::replay::{Replay, Replayed};
use super::{Error, PhoneSystem};
use crate::store;
use crate::text::OrganizationId;

/// What was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// How many commits.
    pub commits: u64,
    /// The last commit that was archived, which the first one of the store follows; position 0 if
    /// none was.
    pub archived: Anchor,
    /// The last commit.
    pub last: Anchor,
    /// The position of the checkpoint; 0 if there is none.
    pub checkpoint: u64,
    /// Whether the states of the checkpoint were held against the commits: not if the first ones
    /// were archived.
    pub states: bool,
}

impl PhoneSystem {
    /// Reads every commit and every page of the store, and holds them against their hashes and each
    /// other; if nothing was archived, also the states of the checkpoint against those that the
    /// commits give.
    ///
    /// Commands go on meanwhile; what they add is not looked at.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] with the position of what is not what was written.
    pub fn verify(&self) -> Result<Verified, Error> {
        // Held, so that nothing is archived and no page replaced meanwhile.
        let checkpoint = lock(&self.checkpoint);
        let (last, _) = self.log.last();
        self.log.flush()?;
        self.check_pages(&checkpoint)?;
        let states = checkpoint.archived.position == 0;
        let last = if states {
            self.verify_states(&checkpoint, last)?
        } else {
            checkpoint.replay(self.log.store())?;
            self.verify_chain(checkpoint.archived, last)?
        };
        Ok(Verified {
            commits: last.position.saturating_sub(checkpoint.archived.position),
            archived: checkpoint.archived,
            last,
            checkpoint: checkpoint.at.position,
            states,
        })
    }

    /// Reads every page that a checkpoint names.
    pub(super) fn check_pages(&self, checkpoint: &Checkpoint) -> Result<(), store::Error> {
        for name in checkpoint.pages() {
            checkpoint.load_page(self.log.store(), name)?;
        }
        Ok(())
    }

    fn verify_chain(&self, from: Anchor, upto: u64) -> Result<Anchor, Error> {
        let mut last = from;
        while last.position < upto {
            let records = self.records_after(last.position, BATCH)?;
            if records.is_empty() {
                return Err(cut_off(last.position).into());
            }
            for record in records.iter().take_while(|record| record.position <= upto) {
                last = last.followed_by(record)?;
            }
        }
        Ok(last)
    }

    /// Applies all commits from the first one on; where a stream comes to the place that the
    /// checkpoint has it at, the states have to be equal.
    fn verify_states(&self, checkpoint: &Checkpoint, upto: u64) -> Result<Anchor, Error> {
        let kept = checkpoint.restore(self.log.store())?;
        let mut wanted = places(&kept);
        let mut replay = Replay::default();
        while replay.position < upto {
            let records = self.records_after(replay.position, BATCH)?;
            if records.is_empty() {
                return Err(cut_off(replay.position).into());
            }
            for record in records.iter().take_while(|record| record.position <= upto) {
                replay.apply(record)?;
                if replay.position >= checkpoint.at.position && !wanted.is_empty() {
                    wanted.retain(|stream, seq| !reached(&replay, &kept, stream, *seq));
                    let seen = places(&replay);
                    let passed =
                        wanted.iter().find(|(stream, seq)| seen.get(*stream) >= Some(*seq));
                    if let Some((stream, _)) = passed {
                        let problem = format!(
                            "the checkpoint's state of `{stream}` is not that of the commits"
                        );
                        return Err(store::Error::Unreadable { problem }.into());
                    }
                }
            }
        }
        match wanted.pop_first() {
            Some((stream, _)) => {
                let problem =
                    format!("the checkpoint's state of `{stream}` is ahead of the commits");
                Err(store::Error::Unreadable { problem }.into())
            }
            None => Ok(Anchor { position: replay.position, hash: replay.hash }),
        }
    }
}

fn cut_off(last: u64) -> store::Error {
    let position = last.saturating_add(1);
    store::Error::Corrupt { position, problem: "it is not there".to_owned() }
}

/// How far each stream is.
fn places(replay: &Replay) -> BTreeMap<String, u64> {
    let organizations = replay.organizations.iter().flat_map(|(id, organization)| {
        [
            (format!("organization:{id}"), organization.state.published.seq),
            (format!("account:{id}"), organization.account.published.seq),
        ]
    });
    let stock = ("stock".to_owned(), replay.stock.published.seq);
    organizations.chain([stock]).filter(|(_, seq)| *seq > 0).collect()
}

/// Whether a stream is where the checkpoint has it, and its state is equal.
fn reached(replay: &Replay, kept: &Replay, stream: &str, seq: u64) -> bool {
    fn equal<S: PartialEq>(replayed: &Replayed<S>, kept: &Replayed<S>, seq: u64) -> bool {
        let (replayed, kept) = (&replayed.published, &kept.published);
        replayed.seq == seq && replayed.state == kept.state && replayed.last == kept.last
    }
    let Some((kind, id)) = stream.split_once(':') else {
        return equal(&replay.stock, &kept.stock, seq);
    };
    let Ok(id) = id.parse::<OrganizationId>() else {
        return false;
    };
    let (Some(replayed), Some(kept)) = (replay.organizations.get(&id), kept.organizations.get(&id))
    else {
        return false;
    };
    match kind {
        "organization" => equal(&replayed.state, &kept.state, seq),
        _ => equal(&replayed.account, &kept.account, seq),
    }
}
