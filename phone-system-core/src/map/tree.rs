//! The tree behind a map: a B+ tree whose nodes are shared until they are changed.

use std::cmp::Ordering;
use std::ops::{Bound, RangeBounds};
use std::slice;

use arrayvec::ArrayVec;
use triomphe::Arc;

/// The most that a node has. More make a map that nobody shares faster, fewer one whose every change has
/// to leave what others see as it is.
const MOST: usize = 16;

/// A part of a tree. No leaf is empty but that of a tree of nothing, and all of them are equally deep.
///
/// Nodes are half full at least when they are split, but for those at the end, and get something from a
/// neighbor when a quarter is left; a branch at the end may have one child.
#[derive(Clone, Debug)]
pub(super) enum Node<K, V> {
    /// Entries in ascending order.
    Leaf(Arc<ArrayVec<(K, V), MOST>>),
    /// Each child with a key that is greater than all before it, and no greater than any of its own.
    /// For the first child that key means nothing: what is smaller than all goes there too.
    Branch(Arc<ArrayVec<(K, Self), MOST>>),
}

/// Which child has the key, if any has; `order` tells how others stand to it.
fn place_of<K, T>(children: &[(K, T)], order: impl Fn(&K) -> Ordering) -> usize {
    let after_first = children.get(1..).unwrap_or_default();
    after_first.partition_point(|(from, _)| order(from).is_le())
}

fn search<K, V>(entries: &[(K, V)], order: impl Fn(&K) -> Ordering) -> Result<usize, usize> {
    entries.binary_search_by(|(other, _)| order(other))
}

/// Inserts an item; answers the last ones if there is no room for all. `at_end` tells that nothing comes
/// after these items in the whole tree.
fn insert_or_split<T>(
    items: &mut ArrayVec<T, MOST>,
    place: usize,
    item: T,
    at_end: bool,
) -> Option<ArrayVec<T, MOST>> {
    let Err(full) = items.try_insert(place, item) else { return None };
    let item = full.element();
    // What is inserted in ascending order fills all nodes.
    let kept = if at_end && place == items.len() { place } else { items.len().div_ceil(2) };
    let mut last: ArrayVec<T, MOST> = items.drain(kept..).collect();
    match place.checked_sub(kept) {
        Some(place) => last.insert(place, item),
        None => items.insert(place, item),
    }
    Some(last)
}

/// Moves items between neighbors: all to the left if there is room, else until both have as many.
fn even_out<T>(left: &mut ArrayVec<T, MOST>, right: &mut ArrayVec<T, MOST>) {
    let all = left.len().saturating_add(right.len());
    let wanted = if all <= MOST { all } else { all / 2 };
    if let Some(more) = wanted.checked_sub(left.len()) {
        left.extend(right.drain(..more));
    } else {
        let mut moved: ArrayVec<T, MOST> = left.drain(wanted..).collect();
        moved.extend(right.drain(..));
        *right = moved;
    }
}

impl<K: Ord + Clone, V: Clone> Node<K, V> {
    /// A tree of entries in strictly ascending order; none of no entries.
    pub(super) fn of_ascending(entries: Vec<(K, V)>) -> Option<Self> {
        let mut nodes = Vec::with_capacity(entries.len().div_ceil(MOST));
        let mut entries = entries.into_iter().peekable();
        while let Some((first, _)) = entries.peek() {
            let first = first.clone();
            nodes.push((first, Self::Leaf(Arc::new(entries.by_ref().take(MOST).collect()))));
        }
        while nodes.len() > 1 {
            let mut children = std::mem::take(&mut nodes).into_iter().peekable();
            while let Some((first, _)) = children.peek() {
                let first = first.clone();
                nodes.push((first, Self::Branch(Arc::new(children.by_ref().take(MOST).collect()))));
            }
        }
        nodes.pop().map(|(_, root)| root)
    }

    /// A tree of one entry.
    pub(super) fn of_one(key: K, value: V) -> Self {
        let mut entries = ArrayVec::new();
        entries.push((key, value));
        Self::Leaf(Arc::new(entries))
    }

    pub(super) fn get(&self, order: impl Fn(&K) -> Ordering) -> Option<&V> {
        let mut node = self;
        loop {
            match node {
                Self::Leaf(entries) => {
                    let place = search(entries, order).ok()?;
                    return entries.get(place).map(|(_, value)| value);
                }
                Self::Branch(children) => {
                    let (_, child) = children.get(place_of(children, &order))?;
                    node = child;
                }
            }
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, order: impl Fn(&K) -> Ordering) -> Option<&mut V> {
        let mut node = self;
        loop {
            match node {
                Self::Leaf(entries) => {
                    let place = search(entries, order).ok()?;
                    return Arc::make_mut(entries).get_mut(place).map(|(_, value)| value);
                }
                Self::Branch(children) => {
                    let place = place_of(children, &order);
                    let (_, child) = Arc::make_mut(children).get_mut(place)?;
                    node = child;
                }
            }
        }
    }

    /// Sets the value at `key` if its leaf has one or has room for it, and answers the one that was there;
    /// else gives both back.
    pub(super) fn insert_if_room(&mut self, key: K, value: V) -> Result<Option<V>, (K, V)> {
        let mut node = self;
        loop {
            match node {
                Self::Leaf(entries) => {
                    return match search(entries, |other| other.cmp(&key)) {
                        Ok(place) => {
                            let old = Arc::make_mut(entries).get_mut(place);
                            Ok(old.map(|(_, old)| std::mem::replace(old, value)))
                        }
                        Err(_) if entries.is_full() => Err((key, value)),
                        Err(place) => {
                            Arc::make_mut(entries).insert(place, (key, value));
                            Ok(None)
                        }
                    };
                }
                Self::Branch(children) => {
                    let place = place_of(children, |from| from.cmp(&key));
                    match Arc::make_mut(children).get_mut(place) {
                        Some((_, child)) => node = child,
                        // There is one: branches are not empty.
                        None => return Err((key, value)),
                    }
                }
            }
        }
    }

    /// Inserts an entry whose key is not there and whose leaf is full; answers what goes beside this node,
    /// from a key on, if it had no room. `at_end` tells that nothing comes after it in the whole tree.
    pub(super) fn insert_splitting(&mut self, key: K, value: V, at_end: bool) -> Option<(K, Self)> {
        match self {
            Self::Leaf(entries) => {
                let (Ok(place) | Err(place)) = search(entries, |other| other.cmp(&key));
                let last = insert_or_split(Arc::make_mut(entries), place, (key, value), at_end)?;
                Some((last.first()?.0.clone(), Self::Leaf(Arc::new(last))))
            }
            Self::Branch(children) => {
                let place = place_of(children, |from| from.cmp(&key));
                let children = Arc::make_mut(children);
                let next = place.saturating_add(1);
                let child_at_end = at_end && next == children.len();
                let (_, child) = children.get_mut(place)?;
                let beside = child.insert_splitting(key, value, child_at_end)?;
                let last = insert_or_split(children, next, beside, at_end)?;
                Some((last.first()?.0.clone(), Self::Branch(Arc::new(last))))
            }
        }
    }

    /// The tree of a node and what did not fit into it.
    pub(super) fn joined(self, from: K, other: Self) -> Self {
        let mut children = ArrayVec::new();
        // The first one's key means nothing.
        children.push((from.clone(), self));
        children.push((from, other));
        Self::Branch(Arc::new(children))
    }

    /// Takes out an entry; the node may have nothing left then, or but one child.
    pub(super) fn remove(&mut self, order: &impl Fn(&K) -> Ordering) -> Option<V> {
        match self {
            Self::Leaf(entries) => {
                let place = search(entries, order).ok()?;
                let (_, value) = Arc::make_mut(entries).pop_at(place)?;
                Some(value)
            }
            Self::Branch(children) => {
                let place = place_of(children, order);
                let children = Arc::make_mut(children);
                let (_, child) = children.get_mut(place)?;
                let value = child.remove(order)?;
                match child.width() {
                    0 => drop(children.pop_at(place)),
                    few if few <= MOST / 4 => Self::mend(children, place),
                    _ => {}
                }
                Some(value)
            }
        }
    }

    /// Has a child and a neighbor share what they have, in one node if it fits there.
    fn mend(children: &mut ArrayVec<(K, Self), MOST>, place: usize) {
        let left = place.min(children.len().saturating_sub(2));
        let pair = children.get_mut(left..).and_then(|from_left| from_left.first_chunk_mut());
        let Some([(_, one), (from, other)]) = pair else { return };
        let from_now = match (one, other) {
            (Self::Leaf(one), Self::Leaf(other)) => {
                let other = Arc::make_mut(other);
                even_out(Arc::make_mut(one), other);
                other.first().map(|(first, _)| first.clone())
            }
            (Self::Branch(one), Self::Branch(other)) => {
                let other = Arc::make_mut(other);
                // It does not stay the first one, whose key means nothing.
                if let Some((first, _)) = other.first_mut() {
                    first.clone_from(from);
                }
                even_out(Arc::make_mut(one), other);
                other.first().map(|(first, _)| first.clone())
            }
            _ => return,
        };
        match from_now {
            Some(first) => *from = first,
            None => drop(children.pop_at(left.saturating_add(1))),
        }
    }

    /// How many entries or children the node itself has.
    fn width(&self) -> usize {
        match self {
            Self::Leaf(entries) => entries.len(),
            Self::Branch(children) => children.len(),
        }
    }

    /// The only child, which can stand for the node if that is the root.
    pub(super) fn only_child(&self) -> Option<Self> {
        match self {
            Self::Branch(children) if children.len() == 1 => {
                children.first().map(|(_, child)| child.clone())
            }
            _ => None,
        }
    }

    /// The leaf that is reached by the children at these places.
    fn leaf(&self, place: impl Fn(&[(K, Self)]) -> usize) -> Entered<'_, K, V> {
        let (mut node, mut siblings) = (self, [].iter());
        loop {
            match node {
                Self::Leaf(entries) => return Entered { entries, siblings },
                Self::Branch(children) => {
                    siblings = children.get(place(children)..).unwrap_or_default().iter();
                    match siblings.next() {
                        Some((_, child)) => node = child,
                        None => return Entered::none(),
                    }
                }
            }
        }
    }

    fn first_leaf(&self) -> Entered<'_, K, V> {
        self.leaf(|_| 0)
    }

    pub(super) fn first(&self) -> Option<(&K, &V)> {
        self.first_leaf().entries.first().map(|(key, value)| (key, value))
    }

    /// The leaf that has `key`, if any has.
    fn leaf_of(&self, key: &K) -> Entered<'_, K, V> {
        self.leaf(|children| place_of(children, |from| from.cmp(key)))
    }

    /// The leaf after that one; none after the last one.
    fn leaf_after(&self, key: &K) -> Entered<'_, K, V> {
        let (mut node, mut after) = (self, [].iter());
        while let Self::Branch(children) = node {
            let place = place_of(children, |from| from.cmp(key));
            let mut siblings = children.get(place..).unwrap_or_default().iter();
            let Some((_, child)) = siblings.next() else { break };
            node = child;
            if siblings.len() > 0 {
                after = siblings;
            }
        }
        match after.next() {
            Some((_, Self::Leaf(entries))) => Entered { entries, siblings: after },
            Some((_, branch)) => branch.first_leaf(),
            None => Entered::none(),
        }
    }
}

/// The entries of a leaf, and the nodes that come after it in its branch.
#[derive(Clone, Debug)]
struct Entered<'a, K, V> {
    entries: &'a [(K, V)],
    siblings: slice::Iter<'a, (K, Node<K, V>)>,
}

impl<K, V> Entered<'_, K, V> {
    fn none() -> Self {
        Self { entries: &[], siblings: [].iter() }
    }
}

/// The entries of a tree whose keys are in a range, in ascending order.
#[derive(Clone, Debug)]
pub(super) struct Entries<'a, K, V, R> {
    root: Option<&'a Node<K, V>>,
    range: R,
    leaf: Entered<'a, K, V>,
    left: slice::Iter<'a, (K, V)>,
}

impl<'a, K: Ord + Clone, V: Clone, R: RangeBounds<K>> Entries<'a, K, V, R> {
    pub(super) fn new(root: Option<&'a Node<K, V>>, range: R) -> Self {
        let leaf = match (root, range.start_bound()) {
            (Some(root), Bound::Included(from) | Bound::Excluded(from)) => root.leaf_of(from),
            (Some(root), Bound::Unbounded) => root.first_leaf(),
            (None, _) => Entered::none(),
        };
        let first = match range.start_bound() {
            Bound::Unbounded => 0,
            _ => leaf.entries.partition_point(|(key, _)| is_before(key, &range)),
        };
        let left = leaf.entries.get(first..).unwrap_or_default().iter();
        Self { root, range, leaf, left }
    }
}

/// Whether a key comes before the beginning of a range.
fn is_before<K: Ord>(key: &K, range: &impl RangeBounds<K>) -> bool {
    match range.start_bound() {
        Bound::Included(from) => key < from,
        Bound::Excluded(from) => key <= from,
        Bound::Unbounded => false,
    }
}

/// Whether a key comes after the end of a range.
fn is_after<K: Ord>(key: &K, range: &impl RangeBounds<K>) -> bool {
    match range.end_bound() {
        Bound::Included(to) => key > to,
        Bound::Excluded(to) => key >= to,
        Bound::Unbounded => false,
    }
}

impl<'a, K: Ord + Clone, V: Clone, R: RangeBounds<K>> Iterator for Entries<'a, K, V, R> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        if self.left.len() == 0 {
            let (last, _) = self.leaf.entries.last()?;
            match self.leaf.siblings.next() {
                Some((_, Node::Leaf(entries))) => self.leaf.entries = entries,
                _ => self.leaf = self.root?.leaf_after(last),
            }
            self.left = self.leaf.entries.iter();
        }
        let (key, value) = self.left.next()?;
        (!is_after(key, &self.range)).then_some((key, value))
    }
}

#[cfg(test)]
impl<K: Ord + Clone + std::fmt::Debug, V: Clone> Node<K, V> {
    /// How many leaves there are.
    pub(super) fn leaves(&self) -> usize {
        match self {
            Self::Leaf(_) => 1,
            Self::Branch(children) => children.iter().map(|(_, child)| child.leaves()).sum(),
        }
    }

    /// Fails if the tree is not sound: see [`Node`].
    pub(super) fn check(&self) {
        match self {
            Self::Leaf(entries) if entries.is_empty() => return,
            Self::Branch(children) => assert!(children.len() > 1, "the root could be its child"),
            Self::Leaf(_) => {}
        }
        self.depth_within((Bound::Unbounded, Bound::Unbounded));
    }

    fn depth_within(&self, range: (Bound<&K>, Bound<&K>)) -> usize {
        match self {
            Self::Leaf(entries) => {
                assert!(!entries.is_empty(), "a leaf is empty");
                assert!(entries.is_sorted_by(|(one, _), (next, _)| one < next));
                assert!(entries.iter().all(|(key, _)| range.contains(key)), "{range:?}");
                1
            }
            Self::Branch(children) => {
                let mut depths = children.iter().enumerate().map(|(place, (from, child))| {
                    let from = if place == 0 { range.0 } else { Bound::Included(from) };
                    let next = children.get(place + 1).map(|(next, _)| Bound::Excluded(next));
                    child.depth_within((from, next.unwrap_or(range.1)))
                });
                let depth = depths.next().expect("a branch has a child");
                assert!(depths.all(|other| other == depth), "leaves are not equally deep");
                depth + 1
            }
        }
    }
}
