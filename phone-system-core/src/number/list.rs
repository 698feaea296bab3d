//! Lists of numbers, kept and written as ranges.

use std::fmt;
use std::str::FromStr;

use serde::de::SeqAccess;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{NotE164, PhoneNumber};
use crate::text::Borrowed;

/// The most numbers that a command may name in a list.
///
/// Events may hold longer ones: what was recorded is read as it is.
pub(crate) const MAXIMUM: u32 = 1_000_000;

/// Why a text is no range, or a list no list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// An end is not E.164.
    #[error(transparent)]
    Number(#[from] NotE164),
    /// The larger number comes first, or the ends have different lengths.
    #[error("`{0}` is not a range: the smaller number first, one hyphen, both equally long")]
    Range(String),
}

/// Consecutive numbers of equal length, both ends included. Its text form is one number, or
/// `+14255550100-+14255550199`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberRange {
    first: PhoneNumber,
    last: PhoneNumber,
}

impl NumberRange {
    /// The range from `first` to `last`; `None` if `last` is smaller or has another length.
    pub fn new(first: PhoneNumber, last: PhoneNumber) -> Option<Self> {
        let as_long = first.digits().ilog10() == last.digits().ilog10();
        (first <= last && as_long).then_some(Self { first, last })
    }

    /// The first and the last number, which may be the same.
    pub fn ends(self) -> [PhoneNumber; 2] {
        [self.first, self.last]
    }

    /// How many numbers there are.
    pub fn count(self) -> u64 {
        self.last.digits().saturating_sub(self.first.digits()).saturating_add(1)
    }

    /// The numbers in ascending order.
    pub fn iter(self) -> impl Iterator<Item = PhoneNumber> {
        (self.first.digits()..=self.last.digits()).filter_map(PhoneNumber::from_digits)
    }
}

impl From<PhoneNumber> for NumberRange {
    fn from(number: PhoneNumber) -> Self {
        Self { first: number, last: number }
    }
}

impl FromStr for NumberRange {
    type Err = ListError;

    fn from_str(text: &str) -> Result<Self, ListError> {
        match text.split_once('-') {
            None => Ok(text.parse::<PhoneNumber>()?.into()),
            Some((first, last)) => Self::new(first.parse()?, last.parse()?)
                .ok_or_else(|| ListError::Range(text.to_owned())),
        }
    }
}

impl fmt::Display for NumberRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

impl Serialize for NumberRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A set of telephone numbers, kept as ascending ranges that neither touch nor overlap.
///
/// In JSON a list of texts, each a number or a range; reading accepts them in any order, counts a
/// number that is named twice once. Commands refuse lists of more than 1,000,000 numbers.
///
/// ```
/// use phone_system_core::NumberList;
/// let list: NumberList = serde_json::from_str(r#"["+14255550102", "+14255550100-+14255550101"]"#)?;
/// assert_eq!(list.count(), 3);
/// assert_eq!(serde_json::to_string(&list)?, r#"["+14255550100-+14255550102"]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberList(Vec<NumberRange>);

impl NumberList {
    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        self.0.iter().fold(0, |count, range| count.saturating_add(range.count()))
    }

    /// How many numbers there are, if they are more than a command may name.
    pub(crate) fn too_many(&self) -> Option<u64> {
        Some(self.count()).filter(|count| *count > u64::from(MAXIMUM))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The numbers in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = PhoneNumber> {
        self.0.iter().flat_map(|range| range.iter())
    }

    /// The ranges in ascending order.
    pub fn ranges(&self) -> &[NumberRange] {
        &self.0
    }

    /// Whether the number is in the list.
    pub fn contains(&self, number: PhoneNumber) -> bool {
        let after = self.0.partition_point(|range| range.last < number);
        self.0.get(after).is_some_and(|range| range.first <= number)
    }

    /// Adds the numbers of another list.
    pub fn extend_with(&mut self, other: &Self) {
        let mut other = other.0.as_slice();
        let in_order = self.ends_before(other.first());
        // Numbers mostly come in ascending order; then there is nothing to sort.
        if let (true, Some(last), [first, rest @ ..]) = (in_order, self.0.last_mut(), other)
            && last.last.next() == Some(first.first)
        {
            last.last = first.last;
            other = rest;
        }
        self.0.extend_from_slice(other);
        if !in_order {
            self.normalize();
        }
    }

    /// Adds a number that is larger than all others.
    pub(crate) fn push(&mut self, number: PhoneNumber) {
        match self.0.last_mut() {
            Some(last) if last.last.next() == Some(number) => last.last = number,
            _ => self.0.push(number.into()),
        }
    }

    /// Whether all numbers are smaller than those of a range.
    fn ends_before(&self, range: Option<&NumberRange>) -> bool {
        match (self.0.last(), range) {
            (Some(last), Some(range)) => last.last < range.first,
            _ => true,
        }
    }

    /// Whether all numbers are smaller than all of another list: then adding it costs nothing.
    pub(crate) fn is_before(&self, other: &Self) -> bool {
        self.ends_before(other.0.first())
    }

    /// Sorts, and joins what touches or overlaps.
    fn normalize(&mut self) {
        self.0.sort_unstable();
        self.0.dedup_by(|next, joined| {
            let reaches = joined.last >= next.first || joined.last.next() == Some(next.first);
            if reaches {
                joined.last = joined.last.max(next.last);
            }
            reaches
        });
    }
}

impl From<PhoneNumber> for NumberList {
    fn from(number: PhoneNumber) -> Self {
        Self(vec![number.into()])
    }
}

impl FromIterator<PhoneNumber> for NumberList {
    fn from_iter<I: IntoIterator<Item = PhoneNumber>>(numbers: I) -> Self {
        numbers.into_iter().map(NumberRange::from).collect()
    }
}

impl FromIterator<NumberRange> for NumberList {
    fn from_iter<I: IntoIterator<Item = NumberRange>>(ranges: I) -> Self {
        let mut list = Self(ranges.into_iter().collect());
        list.normalize();
        list
    }
}

impl Serialize for NumberList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<'de> Deserialize<'de> for NumberList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = NumberList;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of telephone numbers in E.164 and ranges of them")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<NumberList, A::Error> {
                use serde::de::Error as _;
                let mut ranges: Vec<NumberRange> = Vec::new();
                while let Some(Borrowed(text)) = seq.next_element()? {
                    ranges.push(text.parse().map_err(A::Error::custom)?);
                }
                Ok(ranges.into_iter().collect())
            }
        }
        deserializer.deserialize_seq(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for NumberList {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NumberList".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "array",
            "format": "number-list",
            "items": { "type": "string" },
            "description": "Telephone numbers in E.164 and ranges of them.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> NumberList {
        texts.iter().map(|text| text.parse::<NumberRange>().unwrap()).collect()
    }

    #[test]
    fn ranges_that_touch_or_overlap_become_one() {
        let joined =
            list(&["+14255550105", "+14255550100-+14255550102", "+14255550102-+14255550104"]);
        assert_eq!(joined, list(&["+14255550100-+14255550105"]));
        assert_eq!((joined.count(), joined.iter().count()), (6, 6));
        assert_eq!(list(&["+14255550100", "+14255550102"]).ranges().len(), 2);
        // Consecutive as numbers, but of different lengths: two ranges.
        assert_eq!(list(&["+9999", "+10000"]).ranges().len(), 2);
    }

    #[test]
    fn adding_in_any_order_gives_the_same() {
        let parts = ["+14255550100", "+14255550101-+14255550103", "+14255550105", "+14255550104"];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [0, 2, 1, 3]] {
            let mut added = NumberList::default();
            for place in order {
                added.extend_with(&list(&[parts[place]]));
            }
            assert_eq!(added, list(&["+14255550100-+14255550105"]), "{order:?}");
        }
    }

    #[test]
    fn membership_agrees_with_the_numbers() {
        let some = list(&["+14255550100-+14255550102", "+14255550110"]);
        for digits in 14_255_550_095..14_255_550_115 {
            let number = PhoneNumber::from_digits(digits).unwrap();
            assert_eq!(some.contains(number), some.iter().any(|known| known == number), "{number}");
        }
    }

    #[test]
    fn bad_ranges_are_refused() {
        for bad in [
            "+14255550102-+14255550100",
            "+9999-+10000",
            "+14255550100-",
            "+14255550100-14255550102",
        ] {
            assert!(bad.parse::<NumberRange>().is_err(), "{bad}");
        }
    }
}
