//! Ordered maps that are cloned in constant time, so that a draft or a reader's view costs nothing.
//!
//! A B+ tree of our own: `docs/design.md` says what else there is, with figures.

mod tree;

use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeBounds;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use tree::{Entries, Node};

/// An ordered map whose clone shares everything with the original.
#[derive(Clone, Debug)]
pub struct Map<K: Ord + Clone, V: Clone> {
    root: Option<Node<K, V>>,
    len: usize,
}

impl<K: Ord + Clone, V: Clone> Default for Map<K, V> {
    fn default() -> Self {
        Self { root: None, len: 0 }
    }
}

/// A key that stands twice where it may stand once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTwice;

impl fmt::Display for KeyTwice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key stands twice")
    }
}

impl std::error::Error for KeyTwice {}

impl<K: Ord + Clone, V: Clone> TryFrom<Vec<(K, V)>> for Map<K, V> {
    type Error = KeyTwice;

    /// The map of these entries, in any order; ascending ones are not sorted again. Faster than
    /// inserting them one by one, because whole leaves are.
    ///
    /// # Errors
    ///
    /// If a key comes twice.
    fn try_from(mut entries: Vec<(K, V)>) -> Result<Self, KeyTwice> {
        if !entries.is_sorted_by(|one, next| one.0 < next.0) {
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            if !entries.is_sorted_by(|one, next| one.0 < next.0) {
                return Err(KeyTwice);
            }
        }
        let len = entries.len();
        Ok(Self { root: Node::of_ascending(entries), len })
    }
}

impl<K: Ord + Clone, V: Clone> Map<K, V> {
    /// The value at `key`.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.get_by(|other| other.cmp(key))
    }

    /// As [`get`](Self::get) by a key that is not there whole; `order` tells how others stand to it.
    pub fn get_by(&self, order: impl Fn(&K) -> Ordering) -> Option<&V> {
        self.root.as_ref()?.get(order)
    }

    /// Whether there is a value at `key`.
    pub fn contains(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value at `key`; answers the one that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match &mut self.root {
            None => self.root = Some(Node::of_one(key, value)),
            Some(root) => match root.insert_if_room(key, value) {
                Ok(Some(old)) => return Some(old),
                Ok(None) => {}
                Err((key, value)) => {
                    if let Some((from, other)) = root.insert_splitting(key, value, true) {
                        self.root = self.root.take().map(|root| root.joined(from, other));
                    }
                }
            },
        }
        self.len = self.len.saturating_add(1);
        None
    }

    /// Takes out the value at `key`.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.remove_by(|other| other.cmp(key))
    }

    /// As [`remove`](Self::remove) by a key that is not there whole; `order` tells how others stand to it.
    pub fn remove_by(&mut self, order: impl Fn(&K) -> Ordering) -> Option<V> {
        let value = self.root.as_mut()?.remove(&order)?;
        while let Some(child) = self.root.as_ref().and_then(Node::only_child) {
            self.root = Some(child);
        }
        self.len = self.len.saturating_sub(1);
        Some(value)
    }

    /// The value at `key`, to be changed in place.
    #[inline]
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.get_mut_by(|other| other.cmp(key))
    }

    /// As [`get_mut`](Self::get_mut) by a key that is not there whole; `order` tells how others stand to it.
    #[inline]
    pub fn get_mut_by(&mut self, order: impl Fn(&K) -> Ordering) -> Option<&mut V> {
        self.root.as_mut()?.get_mut(order)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first entry.
    pub fn first(&self) -> Option<(&K, &V)> {
        self.root.as_ref()?.first()
    }

    /// The entries in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.range(..)
    }

    /// The entries whose keys lie in `range`, in ascending order.
    pub fn range<'a, R: RangeBounds<K> + 'a>(
        &'a self,
        range: R,
    ) -> impl Iterator<Item = (&'a K, &'a V)> {
        Entries::new(self.root.as_ref(), range)
    }
}

impl<K: Ord + Clone, V: Clone + PartialEq> PartialEq for Map<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Ord + Clone, V: Clone + Eq> Eq for Map<K, V> {}

impl<K, V> Serialize for Map<K, V>
where
    K: Ord + Clone + Serialize,
    V: Clone + Serialize,
{
    /// As a list of pairs: keys need not be texts, and the order is part of the bytes.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, K, V> Deserialize<'de> for Map<K, V>
where
    K: Ord + Clone + Deserialize<'de>,
    V: Clone + Deserialize<'de>,
{
    /// From a list of pairs in any order; a key that stands twice is refused.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
