use std::collections::BTreeMap;
use std::ops::Bound;

use triomphe::Arc;

use super::*;

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A map has what the standard one has, in order, and its tree is sound.
fn check(map: &Map<u64, u64>, standard: &BTreeMap<u64, u64>) {
    assert_eq!((map.len(), map.is_empty()), (standard.len(), standard.is_empty()));
    assert!(map.iter().eq(standard.iter()));
    assert_eq!(map.first(), standard.first_key_value());
    if let Some(root) = &map.root {
        root.check();
    }
}

#[test]
fn a_history_leaves_what_it_leaves_in_the_standard_map_and_changes_no_clone() {
    for (seed, keys) in [(1, 12), (2, 60), (3, 500), (4, 3_000)] {
        let mut numbers = Numbers(seed);
        let (mut map, mut standard) = (Map::default(), BTreeMap::new());
        let mut earlier = Vec::new();
        for turn in 0..12_000 {
            // It grows, stays as large as it is, and shrinks until little is left.
            let removals = [20, 50, 80][usize::try_from(turn / 2_000 % 3).unwrap()];
            let key = numbers.below(keys);
            match numbers.below(100) {
                chance if chance < removals => {
                    assert_eq!(map.remove(&key), standard.remove(&key));
                }
                95.. => {
                    let (mine, theirs) = (map.get_mut(&key), standard.get_mut(&key));
                    assert_eq!(mine, theirs);
                    if let (Some(mine), Some(theirs)) = (mine, theirs) {
                        (*mine, *theirs) = (turn, turn);
                    }
                }
                _ => assert_eq!(map.insert(key, turn), standard.insert(key, turn)),
            }
            let other = numbers.below(keys);
            assert_eq!(map.get(&other), standard.get(&other));
            assert_eq!(map.contains(&other), standard.contains_key(&other));
            if turn % 499 == 0 {
                check(&map, &standard);
                earlier.push((map.clone(), standard.clone()));
            }
        }
        for (map, standard) in &earlier {
            check(map, standard);
        }
    }
}

#[test]
fn a_range_has_what_lies_in_it() {
    for count in [0, 1, 15, 16, 17, 200, 300] {
        let standard: BTreeMap<u64, u64> = (0..count).map(|key| (key * 3, key)).collect();
        let mut map = Map::default();
        for (key, value) in &standard {
            map.insert(*key, *value);
        }
        let bounds = |key| [Bound::Included(key), Bound::Excluded(key), Bound::Unbounded];
        for from in 0..count * 3 + 2 {
            for to in [from, from + 1, from + 4, from + 47, from + 700] {
                for range in
                    bounds(from).into_iter().flat_map(|from| bounds(to).map(|to| (from, to)))
                {
                    // The standard map panics.
                    if range == (Bound::Excluded(from), Bound::Excluded(from)) {
                        assert_eq!(map.range(range).next(), None);
                    } else {
                        assert!(map.range(range).eq(standard.range(range)), "{range:?}");
                    }
                }
            }
        }
        // A range whose end comes first has nothing.
        assert_eq!(map.range((Bound::Included(9), Bound::Excluded(3))).next(), None);
        // What has come to its end stays there.
        let mut entries = map.range(..=9);
        assert_eq!(entries.by_ref().count(), standard.range(..=9).count());
        assert_eq!(entries.next(), None);
    }
}

#[test]
fn ascending_keys_fill_the_nodes_and_descending_ones_half_of_them() {
    let (mut ascending, mut descending) = (Map::default(), Map::default());
    for key in 0..10_000_u64 {
        ascending.insert(key, key);
        descending.insert(9_999 - key, 9_999 - key);
    }
    assert_eq!(ascending, descending);
    let leaves = |map: &Map<_, _>| map.root.as_ref().map_or(0, Node::leaves);
    assert_eq!(leaves(&ascending), 10_000 / 16);
    assert!(leaves(&descending) <= 10_000 / 8);
}

#[test]
fn nodes_stay_full_enough_whatever_comes_and_goes() {
    let leaves = |map: &Map<_, _>| map.root.as_ref().map_or(0, Node::leaves);
    let at_least = |map: &Map<u64, u64>, entries: usize| {
        assert!(leaves(map) <= map.len() / entries, "{} leaves of {}", leaves(map), map.len());
    };
    // Downward into the room after a full leaf.
    let mut map = Map::try_from((0..4_096).map(|key| (key, key)).collect::<Vec<_>>()).unwrap();
    for key in 0..20_000 {
        map.insert(1_000_000 - key, key);
    }
    at_least(&map, 8);
    // A queue.
    let mut map = Map::default();
    for key in 0..20_000 {
        map.insert(key, key);
        if key >= 1_000 {
            map.remove(&(key - 1_000));
        }
    }
    at_least(&map, 14);
    // What comes and goes without order.
    let (mut numbers, mut map) = (Numbers(7), Map::default());
    for key in 0..100_000 {
        let (one, other) = (numbers.below(4_000), numbers.below(4_000));
        map.insert(one, key);
        map.remove(&other);
    }
    at_least(&map, 7);
    // What is left of full leaves.
    let mut map = Map::try_from((0..16_000).map(|key| (key, key)).collect::<Vec<_>>()).unwrap();
    for key in (0..16_000).filter(|key| key % 16 < 13) {
        map.remove(&key);
    }
    at_least(&map, 4);
}

#[test]
fn the_key_of_a_first_child_means_nothing() {
    let leaf = |keys: &[u64]| {
        let entries = keys.iter().map(|key| (*key, *key)).collect();
        Node::Leaf(Arc::new(entries))
    };
    // What is less than 400 can be in the leaf that 400 stands for, and stays there when its branch
    // is joined with the one before.
    let one = [(0, leaf(&[1, 2, 3, 4, 5])), (100, leaf(&[100, 101, 102, 103, 104]))];
    let other = [(400, leaf(&[300, 301, 302, 303, 304])), (500, leaf(&[500, 501, 502, 503, 504]))];
    let branch = |children: [_; 2]| Node::Branch(Arc::new(children.into_iter().collect()));
    let root = branch([(0, branch(one)), (200, branch(other))]);
    let mut map = Map { root: Some(root), len: 20 };
    let mut standard: BTreeMap<_, _> = map.iter().map(|(key, value)| (*key, *value)).collect();
    check(&map, &standard);
    for key in [500, 501, 502, 503, 1, 2, 3, 4] {
        assert_eq!(map.remove(&key), standard.remove(&key));
        assert_eq!(map.get(&300), Some(&300));
        check(&map, &standard);
    }
}

#[test]
fn what_comes_in_order_goes_in_any() {
    for count in [17, 256, 257, 273, 5_000] {
        let standard: BTreeMap<u64, u64> = (0..count).map(|key| (key, key)).collect();
        let mut map = Map::default();
        for (key, value) in &standard {
            map.insert(*key, *value);
        }
        let orders: [Vec<u64>; 4] = [
            (0..count).collect(),
            (0..count).rev().collect(),
            (0..count).map(|key| (key + count / 2) % count).collect(),
            (0..count).step_by(2).chain((0..count).skip(1).step_by(2)).collect(),
        ];
        for order in orders {
            let (mut map, mut standard) = (map.clone(), standard.clone());
            for (turn, key) in order.iter().enumerate() {
                assert_eq!(map.remove(key), standard.remove(key));
                if turn % 97 == 0 || standard.len() < 20 {
                    check(&map, &standard);
                }
            }
            assert_eq!(map, Map::default());
            map.insert(1, 1);
            check(&map, &BTreeMap::from([(1, 1)]));
        }
        check(&map, &standard);
    }
}

#[test]
fn a_map_of_entries_is_the_map_they_are_inserted_into() {
    for count in [0, 1, 15, 16, 17, 256, 257, 1_000, 10_000] {
        let scattered: Vec<(u64, u64)> =
            (0..count).map(|place| (place * 7_919 % 10_007, place)).collect();
        let standard: BTreeMap<_, _> = scattered.iter().copied().collect();
        let mut sorted = scattered.clone();
        sorted.sort_unstable();
        for entries in [scattered, sorted] {
            let (mut map, mut standard) = (Map::try_from(entries).unwrap(), standard.clone());
            check(&map, &standard);
            // It can be changed like any other.
            for key in (0..10_007).step_by(3) {
                assert_eq!(map.remove(&key), standard.remove(&key));
                assert_eq!(map.insert(key + 20_000, key), standard.insert(key + 20_000, key));
            }
            check(&map, &standard);
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
