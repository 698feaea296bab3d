//! Conferencing, call queues and auto attendants: whether what they need exists.
//!
//! This is all that is checked yet: licences and service numbers. How a bridge, a queue or an
//! attendant is set up, and whether that is allowed, is not looked at.

use crate::error::{Choices, refusals};
use crate::number::NumberKind;
use crate::rules::Rules;
use crate::text::words;

refusals! {
    /// What a service lacks.
    pub enum Error {
        LicenseMissing = VoiceLicenseMissing { service: Service, licensed: u32, needs_one_of: Choices<&'static str> }
            => "{service} needs at least one user with {needs_one_of}, and {licensed} have it",
        ResourceAccountMissing = VoiceResourceAccountMissing { service: Service, licenses: u32 }
            => "{service} gets its number through a resource account, and {licenses} of their licences are there",
        NumberMissing = VoiceNumberMissing { service: Service, numbers: u32, kinds: Choices<NumberKind> }
            => "{service} needs a number of kind {kinds}, and the organization has {numbers}",
    }
}

words! {
    /// A service that people reach by telephone.
    pub enum Service {
        /// Meetings that can be dialed into.
        AudioConferencing = "audio_conferencing",
        /// Numbers of its own for the conferencing bridge.
        BridgeNumbers = "bridge_numbers",
        /// A call queue.
        CallQueue = "call_queue",
        /// An auto attendant.
        AutoAttendant = "auto_attendant",
    }
}

/// What an organization has, as far as its services are concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Have {
    /// Users who may lead meetings that can be dialed into.
    pub organizers: u32,
    /// Users with E5, or with E3 and Phone System.
    pub enterprise_users: u32,
    /// Users with Phone System.
    pub phone_system_users: u32,
    /// Resource-account licences, bought.
    pub resource_account_licenses: u32,
    /// Toll service numbers.
    pub toll_numbers: u32,
    /// Toll-free service numbers.
    pub toll_free_numbers: u32,
    /// Whether a country of the organization has a shared dial-in number.
    pub shared_bridge_number: bool,
}

/// What a service lacks; nothing if all that is checked is there.
///
/// Attendants and queues need Phone System, in 2018 with at least E3, and later a resource account
/// ("Create a Phone System call queue", "Manage resource accounts"). The bridge's default number is
/// a toll number, its own or a shared one ("Change the phone numbers on your Audio Conferencing
/// bridge").
pub fn check(service: Service, have: Have, rules: &Rules) -> Vec<Error> {
    let mut lacks = Vec::new();
    let mut licensed = |licensed: u32, needs_one_of: &[&'static str]| {
        if licensed == 0 {
            let needs_one_of = needs_one_of.iter().copied().collect();
            lacks.push(Error::LicenseMissing { service, licensed, needs_one_of });
        }
    };
    match service {
        Service::AudioConferencing | Service::BridgeNumbers => {
            licensed(have.organizers, &["Audio Conferencing", "E5"]);
        }
        Service::CallQueue | Service::AutoAttendant => {
            if rules.inventory.numbers_on_resource_accounts {
                licensed(have.phone_system_users, &["Phone System"]);
                let licenses = have.resource_account_licenses;
                if licenses == 0 {
                    lacks.push(Error::ResourceAccountMissing { service, licenses });
                }
            } else {
                licensed(have.enterprise_users, &["E5", "E3 with Phone System"]);
            }
        }
    }
    let (numbers, kinds) = match service {
        Service::AudioConferencing => return lacks,
        Service::BridgeNumbers if have.shared_bridge_number => return lacks,
        Service::BridgeNumbers => (have.toll_numbers, vec![NumberKind::ServiceToll]),
        Service::CallQueue | Service::AutoAttendant => (
            have.toll_numbers.saturating_add(have.toll_free_numbers),
            vec![NumberKind::ServiceToll, NumberKind::ServiceTollFree],
        ),
    };
    if numbers == 0 {
        lacks.push(Error::NumberMissing { service, numbers, kinds: Choices(kinds) });
    }
    lacks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorCode, Refuses};
    use crate::rules::Generation;

    #[test]
    fn what_is_missing_is_named() {
        let codes = |service, have, generation| -> Vec<ErrorCode> {
            check(service, have, &Rules::of(generation)).iter().map(Refuses::code).collect()
        };
        let (license, number) = (ErrorCode::VoiceLicenseMissing, ErrorCode::VoiceNumberMissing);
        let resource = ErrorCode::VoiceResourceAccountMissing;
        let none = Have::default();
        assert_eq!(codes(Service::CallQueue, none, Generation::G2018), [license, number]);
        assert_eq!(codes(Service::CallQueue, none, Generation::G2021), [license, resource, number]);
        assert_eq!(codes(Service::AudioConferencing, none, Generation::G2018), [license]);
        let have = Have { enterprise_users: 1, toll_free_numbers: 1, organizers: 1, ..none };
        assert_eq!(codes(Service::AutoAttendant, have, Generation::G2018), []);
        assert_eq!(codes(Service::BridgeNumbers, have, Generation::G2018), [number]);
        let shared = Have { shared_bridge_number: true, ..have };
        assert_eq!(codes(Service::BridgeNumbers, shared, Generation::G2018), []);
    }
}
