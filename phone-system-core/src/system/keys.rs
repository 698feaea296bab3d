//! The idempotency keys of one subject.

use std::collections::HashMap;

use crate::hash::Hash;
use crate::text::Key;

/// Where a key was used, and the hash of the command that it was used for.
pub(super) type Use = (u64, Hash);

/// The keys that were used by one organization, or by the provider.
#[derive(Default)]
pub(super) struct Keys {
    used: HashMap<Key, Use>,
    /// Those that no checkpoint has, in the order of their use.
    recent: Vec<Key>,
}

impl Keys {
    /// Where a key was used, and for what.
    pub(super) fn get(&self, key: &Key) -> Option<Use> {
        self.used.get(key).copied()
    }

    /// Remembers a key; one that is known stays as it is.
    pub(super) fn insert(&mut self, key: Key, used: Use) {
        if let std::collections::hash_map::Entry::Vacant(vacant) = self.used.entry(key) {
            self.recent.push(vacant.key().clone());
            vacant.insert(used);
        }
    }

    /// Remembers keys of a checkpoint.
    pub(super) fn restore(&mut self, keys: impl IntoIterator<Item = (Key, u64, Hash)>) {
        self.used.extend(keys.into_iter().map(|(key, position, hash)| (key, (position, hash))));
    }

    /// The keys that no checkpoint has; from now on one has them.
    pub(super) fn take_recent(&mut self) -> Vec<(Key, u64, Hash)> {
        let recent = std::mem::take(&mut self.recent).into_iter();
        recent
            .filter_map(|key| {
                let (position, hash) = self.get(&key)?;
                Some((key, position, hash))
            })
            .collect()
    }
}
