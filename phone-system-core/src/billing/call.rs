//! Calls that have ended.

use serde::{Deserialize, Serialize};

use super::known::Known;
use super::minutes::Reach;
use crate::text::{Country, Key, UserId, words};
use crate::time::{Duration, Timestamp};

words! {
    /// The sort of a call, by the code that the PSTN usage report gives it.
    pub enum CallKind {
        /// A user was called.
        UserIn = "user_in",
        /// A user called.
        UserOut = "user_out",
        /// A user added someone to a call.
        UserOutConf = "user_out_conf",
        /// A user transferred a call.
        UserOutTransfer = "user_out_transfer",
        /// A user's incoming call was forwarded.
        UserOutForwarding = "user_out_forwarding",
        /// Someone dialed into a conference.
        ConfIn = "conf_in",
        /// A conference dialed out.
        ConfOut = "conf_out",
        /// A number that is not assigned was called.
        UnassignedIn = "unassigned_in",
        /// An attendant or a queue was called.
        UcapIn = "ucap_in",
        /// An attendant or a queue called.
        UcapOut = "ucap_out",
        /// Direct Routing: a user was called.
        DirectRoutingIn = "dr_in",
        /// Direct Routing: a user called.
        DirectRoutingOut = "dr_out",
        /// Direct Routing: a user added someone to a call.
        DirectRoutingOutUserConf = "dr_out_user_conf",
        /// Direct Routing: a user's incoming call was forwarded.
        DirectRoutingOutUserForwarding = "dr_out_user_forwarding",
        /// Direct Routing: a user transferred a call.
        DirectRoutingOutUserTransfer = "dr_out_user_transfer",
        /// Direct Routing: an emergency call.
        DirectRoutingEmergencyOut = "dr_emergency_out",
        /// Direct Routing: a number that is not assigned was called.
        DirectRoutingUnassignedIn = "dr_unassigned_in",
        /// Direct Routing: an attendant or a queue was called.
        DirectRoutingInBot = "dr_in_bot",
        /// Direct Routing: an attendant or a queue called.
        DirectRoutingOutBot = "dr_out_bot",
    }
}

impl CallKind {
    /// Whether someone of the organization calls someone outside.
    pub const fn is_outbound(self) -> bool {
        matches!(
            self,
            Self::UserOut
                | Self::UserOutConf
                | Self::UserOutTransfer
                | Self::UserOutForwarding
                | Self::ConfOut
                | Self::UcapOut
                | Self::DirectRoutingOut
                | Self::DirectRoutingOutUserConf
                | Self::DirectRoutingOutUserForwarding
                | Self::DirectRoutingOutUserTransfer
                | Self::DirectRoutingEmergencyOut
                | Self::DirectRoutingOutBot
        )
    }
}

/// A call that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallRecord {
    /// What names it; the same call is charged once.
    pub call: Key,
    /// Its sort.
    pub kind: CallKind,
    /// Who called or was called, or the organizer of the conference, or the resource account.
    #[serde(default)]
    pub user: Option<UserId>,
    /// The country of the user, or of the organization.
    pub location: Country,
    /// The caller's number as it is known; reports mask its last digits.
    #[serde(default)]
    pub caller: Option<String>,
    /// The number called, as it was dialed: with a plus, or as people of the country write it.
    #[serde(default)]
    pub called: Option<String>,
    /// Whether it left the country; told by the number called if not given.
    #[serde(default)]
    pub reach: Option<Reach>,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it lasted, at most 366 days.
    pub duration: Duration,
}

/// What a call is judged by, whether it has ended or begins; its duration is then what is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallFacts<'a> {
    pub(crate) call: &'a Key,
    pub(crate) kind: CallKind,
    pub(crate) user: Option<&'a UserId>,
    pub(crate) location: Country,
    pub(crate) caller: Option<&'a str>,
    pub(crate) called: Option<&'a str>,
    pub(crate) reach: Option<Reach>,
    pub(crate) started_at: Timestamp,
    pub(crate) duration: Duration,
}

impl CallRecord {
    pub(crate) fn facts(&self) -> CallFacts<'_> {
        CallFacts {
            call: &self.call,
            kind: self.kind,
            user: self.user.as_ref(),
            location: self.location,
            caller: self.caller.as_deref(),
            called: self.called.as_deref(),
            reach: self.reach,
            started_at: self.started_at,
            duration: self.duration,
        }
    }
}

impl CallFacts<'_> {
    /// The number called, as it was dialed in the country of the user; `None` if it is none.
    pub(crate) fn number_called(&self) -> Option<Known> {
        Known::read(self.called.unwrap_or_default(), Some(self.location))
    }

    /// The caller's number; one that cannot be read is as good as withheld.
    pub(crate) fn number_calling(&self) -> Known {
        Known::read(self.caller.unwrap_or_default(), Some(self.location)).unwrap_or(Known::Withheld)
    }
}
