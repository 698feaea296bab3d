//! Ordered maps that are cloned in constant time, so that a draft or a reader's view costs nothing.
//!
//! A thin face over `immutable-chunkmap`, so that the structure can be exchanged in one place;
//! `docs/design.md` says why that one, with figures.

use std::ops::RangeBounds;

use immutable_chunkmap::map::Map as Chunks;
use serde::{Serialize, Serializer};

/// Entries per chunk: larger chunks replay faster, smaller ones make one change to a shared map cheaper.
const CHUNK: usize = 64;

/// An ordered map whose clone shares everything with the original.
#[derive(Clone, Debug)]
pub struct Map<K: Ord + Clone, V: Clone>(Chunks<K, V, CHUNK>);

impl<K: Ord + Clone, V: Clone> Default for Map<K, V> {
    fn default() -> Self {
        Self(Chunks::new())
    }
}

impl<K: Ord + Clone, V: Clone> Map<K, V> {
    /// The value at `key`.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key)
    }

    /// Whether there is a value at `key`.
    pub fn contains(&self, key: &K) -> bool {
        self.0.get(key).is_some()
    }

    /// Sets the value at `key`; answers the one that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert_cow(key, value)
    }

    /// Takes out the value at `key`.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.0.remove_cow(key)
    }

    /// The value at `key`, to be changed in place.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.get_mut_cow(key)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// The entries in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.into_iter()
    }

    /// The entries whose keys lie in `range`, in ascending order.
    pub fn range<'a, R: RangeBounds<K> + 'a>(
        &'a self,
        range: R,
    ) -> impl Iterator<Item = (&'a K, &'a V)> {
        self.0.range(range)
    }
}

impl<K: Ord + Clone, V: Clone + PartialEq> PartialEq for Map<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Ord + Clone, V: Clone + Eq> Eq for Map<K, V> {}

impl<K: Ord + Clone + Serialize, V: Clone + Serialize> Serialize for Map<K, V> {
    /// As a list of pairs: keys need not be texts, and the order is part of the bytes.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
