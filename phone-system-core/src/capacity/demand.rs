//! Whether a number carries what is expected of it, and what would.

use serde::{Deserialize, Serialize};

use super::{CapacityClass, Usage};
use crate::number::{NumberKind, PhoneNumber};
use crate::rules::Rules;

/// That a number carries less than is expected of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shortfall {
    /// How many calls at once are too many.
    pub short: u32,
    /// The kind that a number has to be of to carry them; none if a number of no kind does.
    pub kind: Option<NumberKind>,
    /// How many numbers of the kind that carries most are enough together.
    pub numbers: u32,
    /// What to do about it, in a sentence.
    pub warning: String,
}

impl Shortfall {
    /// What is missing if `number`, of this kind and serving this, is to carry `calls` at once.
    ///
    /// A number that is ported carries what its kind carries from then on, whatever it was before; which
    /// kind that is has to be told with the order, and on the letter of authorization ("Setting up Phone
    /// System", step 4). How many calls a kind carries is a rule of ours.
    ///
    /// ```
    /// use phone_system_core::capacity::Shortfall;
    /// use phone_system_core::NumberKind;
    /// use phone_system_core::rules::{Generation, Rules};
    ///
    /// let rules = Rules::of(Generation::G2018);
    /// let number = "+14255550100".parse()?;
    /// assert!(Shortfall::of(number, NumberKind::ServiceToll, None, 30, &rules).is_none());
    /// let short = Shortfall::of(number, NumberKind::User, None, 30, &rules).unwrap();
    /// assert_eq!((short.short, short.kind), (26, Some(NumberKind::ServiceToll)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(
        number: PhoneNumber,
        kind: NumberKind,
        usage: Option<Usage>,
        calls: u32,
        rules: &Rules,
    ) -> Option<Self> {
        let carried = CapacityClass::of(kind).limit(usage, rules);
        let short = calls.checked_sub(carried).filter(|short| *short > 0)?;
        // A rule never lets a number carry nothing.
        let most = CapacityClass::Hundreds.limit(usage, rules).max(1);
        let numbers = calls.div_ceil(most);
        let better = (kind == NumberKind::User).then_some(NumberKind::ServiceToll);
        let better = better.filter(|_| calls <= most);
        let warning = match (kind, better) {
            (NumberKind::User, Some(_)) => format!(
                "{number} as a user number carries {carried} calls at once, and {calls} are expected; order it as a service number, and say so in the letter of authorization: its kind can be changed only after the port"
            ),
            (NumberKind::User, None) => format!(
                "{number} as a user number carries {carried} calls at once, and {calls} are expected; a service number carries {most}: order {numbers} of them"
            ),
            _ => format!(
                "{number} as a service number carries {carried} calls at once, and {calls} are expected; spread them over {numbers} numbers"
            ),
        };
        Some(Self { short, kind: better, numbers, warning })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Generation;

    #[test]
    fn what_is_carried_and_what_would_carry_it() {
        let rules = Rules::of(Generation::G2018);
        let number = "+14255550100".parse().unwrap();
        for (kind, calls, expected) in [
            (NumberKind::User, 0, None),
            (NumberKind::User, 4, None),
            (NumberKind::User, 5, Some((1, Some(NumberKind::ServiceToll), 1))),
            (NumberKind::User, 250, Some((246, Some(NumberKind::ServiceToll), 1))),
            (NumberKind::User, 251, Some((247, None, 2))),
            (NumberKind::ServiceToll, 250, None),
            (NumberKind::ServiceTollFree, 501, Some((251, None, 3))),
            (NumberKind::ServiceToll, u32::MAX, Some((u32::MAX - 250, None, 17_179_870))),
        ] {
            let told = Shortfall::of(number, kind, None, calls, &rules);
            let figures = told.as_ref().map(|told| (told.short, told.kind, told.numbers));
            assert_eq!(figures, expected, "{kind} {calls}");
        }
    }
}
