//! The numbers that plain words of core have in C. Append only; the header's enumerations are
//! written out of these tables. No word has 0, so that a field that was left out is told.

use phone_system_core::billing::{CallKind, Direction, LimitedBy, Reach};
use phone_system_core::capacity::Way;

use crate::boundary::{Refused, malformed};

/// The sorts of call.
pub const CALL_KINDS: [(u32, CallKind); 19] = [
    (1, CallKind::UserIn),
    (2, CallKind::UserOut),
    (3, CallKind::UserOutConf),
    (4, CallKind::UserOutTransfer),
    (5, CallKind::UserOutForwarding),
    (6, CallKind::ConfIn),
    (7, CallKind::ConfOut),
    (8, CallKind::UnassignedIn),
    (9, CallKind::UcapIn),
    (10, CallKind::UcapOut),
    (11, CallKind::DirectRoutingIn),
    (12, CallKind::DirectRoutingOut),
    (13, CallKind::DirectRoutingOutUserConf),
    (14, CallKind::DirectRoutingOutUserForwarding),
    (15, CallKind::DirectRoutingOutUserTransfer),
    (16, CallKind::DirectRoutingEmergencyOut),
    (17, CallKind::DirectRoutingUnassignedIn),
    (18, CallKind::DirectRoutingInBot),
    (19, CallKind::DirectRoutingOutBot),
];

/// Whether a call leaves the country.
pub const REACHES: [(u32, Reach); 2] = [(1, Reach::Domestic), (2, Reach::International)];

/// Which way a call goes.
pub const DIRECTIONS: [(u32, Direction); 2] = [(1, Direction::Outbound), (2, Direction::Inbound)];

/// Which way a live call goes, seen from the number that carries it.
pub const WAYS: [(u32, Way); 2] = [(1, Way::Inbound), (2, Way::Outbound)];

/// What limits a call.
pub const LIMITS: [(u32, LimitedBy); 5] = [
    (1, LimitedBy::Wanted),
    (2, LimitedBy::Minutes),
    (3, LimitedBy::Funds),
    (4, LimitedBy::SpendLimit),
    (5, LimitedBy::Price),
];

/// The word with a number.
#[inline]
pub(crate) fn word<T: Copy>(table: &[(u32, T)], number: u32) -> Option<T> {
    table.iter().find(|(known, _)| *known == number).map(|(_, word)| *word)
}

/// The word with a number that a program gave.
#[inline]
pub(crate) fn wanted<T: Copy>(part: &str, table: &[(u32, T)], number: u32) -> Result<T, Refused> {
    word(table, number).ok_or_else(|| malformed(part, format!("{number} is none of its numbers")))
}

/// The number of a word; 0 if it has none, which a test rules out.
pub(crate) fn number<T: PartialEq>(table: &[(u32, T)], word: &T) -> u32 {
    table.iter().find(|(_, known)| known == word).map_or(0, |(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_number() {
        fn all<T: Copy + PartialEq + std::fmt::Debug>(table: &[(u32, T)], words: &[T]) {
            assert_eq!(table.iter().map(|(_, word)| *word).collect::<Vec<_>>(), words);
            for (place, (number, _)) in table.iter().enumerate() {
                assert_eq!(usize::try_from(*number), Ok(place + 1));
            }
        }
        all(&CALL_KINDS, CallKind::ALL);
        all(&REACHES, Reach::ALL);
        all(&DIRECTIONS, Direction::ALL);
        all(&WAYS, Way::ALL);
        all(&LIMITS, LimitedBy::ALL);
    }
}
