//! What the snapshots of both inventories are made of: numbers, listed by what they have in common.
//!
//! A hundred thousand numbers of one shelf are one range then, and the shelf stands there once.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::map::Map;
use crate::number::{NumberList, NumberRange, PhoneNumber};

/// The numbers, which come in ascending order, by what they have in common.
pub(super) fn listed<K: Ord>(
    numbers: impl Iterator<Item = (K, PhoneNumber)>,
) -> impl Iterator<Item = (K, NumberList)> {
    let mut lists: BTreeMap<K, NumberList> = BTreeMap::new();
    // Neighbors mostly have it in common: then nothing is looked up.
    let mut open: Option<(K, NumberList)> = None;
    let mut close = |open: Option<(K, NumberList)>| {
        if let Some((key, list)) = open {
            lists.entry(key).or_default().extend_with(&list);
        }
    };
    for (key, number) in numbers {
        match &mut open {
            Some((same, list)) if *same == key => list.push(number),
            _ => close(open.replace((key, number.into()))),
        }
    }
    close(open);
    lists.into_iter()
}

/// Values by number while they are put together, in ascending order of the numbers.
pub(super) struct Rows<T>(Vec<(PhoneNumber, T)>);

impl<T: Clone> Rows<T> {
    /// The same value for each number of a list; no number in two lists.
    pub(super) fn of(lists: &[(NumberList, T)]) -> Result<Self, &'static str> {
        let count = lists.iter().fold(0, |sum: u64, (list, _)| sum.saturating_add(list.count()));
        // Before there is a row for each: a few digits say more numbers than memory holds.
        let count = u32::try_from(count).ok().and_then(|count| usize::try_from(count).ok());
        let count = count.ok_or("there are more numbers than can be counted")?;
        let mut rows = Vec::new();
        rows.try_reserve(count).map_err(|_| "there are more numbers than memory holds")?;
        for (list, value) in lists {
            rows.extend(list.iter().map(|number| (number, value.clone())));
        }
        // Runs in ascending order, which are merged rather than sorted.
        rows.sort_by_key(|(number, _)| *number);
        if rows.is_sorted_by(|(one, _), (next, _)| one < next) {
            Ok(Self(rows))
        } else {
            Err("a number stands twice")
        }
    }

    /// Where the numbers of a range stand, if all of them do.
    fn places(&self, range: NumberRange) -> Option<Range<usize>> {
        let [first, last] = range.ends();
        let from = self.0.partition_point(|(number, _)| *number < first);
        let to = from.checked_add(usize::try_from(range.count()).ok()?)?;
        let rows = self.0.get(from..to)?;
        // Each number stands once: if both ends are right, so is all between them.
        let whole = rows.first().is_some_and(|(number, _)| *number == first)
            && rows.last().is_some_and(|(number, _)| *number == last);
        whole.then_some(from..to)
    }

    /// The numbers of a list and their values.
    pub(super) fn get(&self, list: &NumberList) -> impl Iterator<Item = (PhoneNumber, &T)> {
        list.ranges()
            .iter()
            .filter_map(|range| self.0.get(self.places(*range)?))
            .flatten()
            .map(|(number, value)| (*number, value))
    }

    /// Changes the value of each number of some ranges.
    pub(super) fn change(
        &mut self,
        ranges: &[NumberRange],
        change: impl Fn(&mut T) -> Result<(), &'static str>,
    ) -> Result<(), &'static str> {
        for range in ranges {
            let places = self.places(*range).ok_or("a number is on no shelf")?;
            let rows = self.0.get_mut(places).unwrap_or_default();
            rows.iter_mut().try_for_each(|(_, value)| change(value))?;
        }
        Ok(())
    }

    /// The map of them.
    pub(super) fn map(self) -> Result<Map<PhoneNumber, T>, &'static str> {
        self.0.try_into().map_err(|_| "a number stands twice")
    }
}
