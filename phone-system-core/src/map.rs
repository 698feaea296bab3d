//! Ordered maps that are cloned in constant time, so that a draft or a reader's view costs nothing.
//!
//! A thin face over `immutable-chunkmap`, so that the structure can be exchanged in one place;
//! `docs/design.md` says why that one, with figures.

use std::fmt;
use std::ops::RangeBounds;

use immutable_chunkmap::map::Map as Chunks;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Entries per chunk of a map that is read more often than changed: larger chunks replay faster.
const LARGE: usize = 64;

/// Entries per chunk of a map that nearly every command changes: a change of a map that is shared copies
/// a chunk, and takes memory for a full one.
pub(crate) const SMALL: usize = 8;

/// An ordered map whose clone shares everything with the original; so many entries are in a chunk.
#[derive(Clone, Debug)]
pub struct Map<K: Ord + Clone, V: Clone, const CHUNK: usize = LARGE>(Chunks<K, V, CHUNK>);

impl<K: Ord + Clone, V: Clone, const CHUNK: usize> Default for Map<K, V, CHUNK> {
    fn default() -> Self {
        Self(Chunks::new())
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

impl<K: Ord + Clone, V: Clone, const CHUNK: usize> TryFrom<Vec<(K, V)>> for Map<K, V, CHUNK> {
    type Error = KeyTwice;

    /// The map of these entries, in any order; ascending ones are not sorted again. Faster than
    /// inserting them one by one, because whole chunks are.
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
        let mut map = Chunks::new();
        let mut entries = entries.into_iter();
        // Chunk by chunk: given all at once, it would move the rest of them up for every chunk.
        while !entries.as_slice().is_empty() {
            map = map.insert_many(entries.by_ref().take(CHUNK));
        }
        Ok(Self(map))
    }
}

impl<K: Ord + Clone, V: Clone, const CHUNK: usize> Map<K, V, CHUNK> {
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

impl<K: Ord + Clone, V: Clone + PartialEq, const CHUNK: usize> PartialEq for Map<K, V, CHUNK> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Ord + Clone, V: Clone + Eq, const CHUNK: usize> Eq for Map<K, V, CHUNK> {}

impl<K, V, const CHUNK: usize> Serialize for Map<K, V, CHUNK>
where
    K: Ord + Clone + Serialize,
    V: Clone + Serialize,
{
    /// As a list of pairs: keys need not be texts, and the order is part of the bytes.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, K, V, const CHUNK: usize> Deserialize<'de> for Map<K, V, CHUNK>
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
mod tests {
    use super::*;

    #[test]
    fn a_map_of_entries_is_the_map_they_are_inserted_into() {
        for count in [0, 1, 63, 64, 65, 128, 1_000, 10_000] {
            let scattered: Vec<(u64, u64)> =
                (0..count).map(|place| (place * 7_919 % 10_007, place)).collect();
            let mut inserted: Map<_, _> = Map::default();
            for (key, value) in &scattered {
                inserted.insert(*key, *value);
            }
            let mut sorted = scattered.clone();
            sorted.sort_unstable();
            for entries in [scattered, sorted] {
                let mut map: Map<_, _> = Map::try_from(entries).unwrap();
                assert_eq!((&map, map.len()), (&inserted, inserted.len()));
                // It can be changed like any other.
                for key in (0..10_007).step_by(3) {
                    map.remove(&key);
                    map.insert(key + 20_000, key);
                }
                assert!(map.iter().is_sorted_by(|one, next| one.0 < next.0));
                assert_eq!(map.get(&20_003), Some(&3));
                map.0.invariant();
            }
        }
    }

    #[test]
    fn pairs_are_read_in_any_order_and_no_key_twice() {
        let map: Map<u64, String> = serde_json::from_str(r#"[[2,"b"],[1,"a"]]"#).unwrap();
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"[[1,"a"],[2,"b"]]"#);
        for bad in [r#"[[1,"a"],[1,"a"]]"#, r#"[[2,"a"],[1,"b"],[2,"c"]]"#, r#"{"1":"a"}"#] {
            assert!(serde_json::from_str::<Map<u64, String>>(bad).is_err(), "{bad}");
        }
    }
}
