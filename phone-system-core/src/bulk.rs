//! Lists of items in one command, with an honest answer for each.

use serde::{Deserialize, Serialize};

use crate::draft::{Apply, Draft, Inconsistent};
use crate::error::{Choices, Refusal, Refuses, refusals};

/// What happens to a list when some of its items are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mode {
    /// One refused item refuses the whole list; nothing is done. The refusal names every item, but
    /// for a list of one, which is refused for its own reason.
    #[default]
    AllOrNothing,
    /// What can be done is done; the rest is refused item by item.
    Partial,
}

/// An item of a list that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refused {
    /// Its place in the list, from 0.
    pub index: u32,
    /// What names it: the number, the user, the row of a file.
    pub item: String,
    /// Why.
    pub refusal: Refusal,
}

refusals! {
    /// Why a list as a whole was refused.
    pub enum Error {
        Refused = BulkRefused { refused: u32, items: u32, first: String, codes: Choices<String>, reasons: Choices<String> }
            => "{refused} of {items} items were refused and none was done (all or nothing); the first: {first}",
    }
}

/// How many reasons an all-or-nothing refusal spells out; the figures say how many there were.
const REASONS: usize = 100;

/// Why nothing of a list was done.
pub(crate) enum Stopped<E> {
    /// Some items of several were refused.
    Some(Error),
    /// The only item was refused: its own reason says more than a list of one.
    Only(E),
    /// A defect.
    Inconsistent(Inconsistent),
}

/// Decides each item of a list in order, on a draft in which earlier items are done already.
///
/// Answers what was refused; in [`Mode::AllOrNothing`] anything refused refuses the list.
pub(crate) fn each<S: Apply, T, E: Refuses>(
    mode: Mode,
    draft: &mut Draft<S>,
    items: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> String,
    mut decide: impl FnMut(&S, &T) -> Result<S::Event, E>,
) -> Result<Vec<Refused>, Stopped<E>> {
    let mut refused = Vec::new();
    let mut first = None;
    let mut index: u32 = 0;
    for item in items {
        match decide(draft, &item) {
            Ok(event) => draft.record(event).map_err(Stopped::Inconsistent)?,
            Err(error) => {
                refused.push(Refused { index, item: name(&item), refusal: error.refusal() });
                first.get_or_insert(error);
            }
        }
        index = index.saturating_add(1);
    }
    match first {
        Some(only) if mode == Mode::AllOrNothing && index == 1 => Err(Stopped::Only(only)),
        Some(_) if mode == Mode::AllOrNothing => Err(Stopped::Some(none_done(index, &refused))),
        _ => Ok(refused),
    }
}

fn none_done(items: u32, refused: &[Refused]) -> Error {
    let shown = || refused.iter().take(REASONS);
    let reason = |item: &Refused| format!("{}: {}", item.item, item.refusal.message);
    Error::Refused {
        refused: u32::try_from(refused.len()).unwrap_or(u32::MAX),
        items,
        first: refused.first().map(reason).unwrap_or_default(),
        codes: shown().map(|item| item.refusal.code.to_string()).collect(),
        reasons: shown().map(reason).collect(),
    }
}
