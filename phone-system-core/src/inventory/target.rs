//! What a number can be assigned to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::number::NumberKind;
use crate::rules::Rules;
use crate::text::{Label, UserId};

/// A sort of thing that holds numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TargetSort {
    /// A person.
    User,
    /// An auto attendant, directly (2018).
    AutoAttendant,
    /// A call queue, directly (2018).
    CallQueue,
    /// The conferencing bridge.
    ConferenceBridge,
    /// The resource account of an attendant or a queue (2021 on).
    ResourceAccount,
}

impl TargetSort {
    /// All sorts.
    pub const ALL: [Self; 5] = [
        Self::User,
        Self::AutoAttendant,
        Self::CallQueue,
        Self::ConferenceBridge,
        Self::ResourceAccount,
    ];

    /// The name as it stands before the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::AutoAttendant => "auto_attendant",
            Self::CallQueue => "call_queue",
            Self::ConferenceBridge => "conference_bridge",
            Self::ResourceAccount => "resource_account",
        }
    }

    /// Whether the rules put numbers on targets of this sort ("Manage resource accounts").
    pub fn in_rules(self, rules: &Rules) -> bool {
        match self {
            Self::User | Self::ConferenceBridge => true,
            Self::AutoAttendant | Self::CallQueue => !rules.inventory.numbers_on_resource_accounts,
            Self::ResourceAccount => rules.inventory.numbers_on_resource_accounts,
        }
    }

    /// Whether a number of this kind can serve it: user numbers serve people, service numbers
    /// serve services.
    pub fn served_by(self, kind: NumberKind) -> bool {
        (self == Self::User) == (kind == NumberKind::User)
    }

    /// Whether it holds one number at most: a person (the primary one), a queue, a resource account.
    pub fn holds_one(self) -> bool {
        matches!(self, Self::User | Self::CallQueue | Self::ResourceAccount)
    }
}

impl fmt::Display for TargetSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A thing that holds a number. Its text form is its sort, a colon and its name:
/// `user:ada@example.com`, `auto_attendant:Main`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Target {
    /// A person.
    User(UserId),
    /// An auto attendant, directly (2018).
    AutoAttendant(Label),
    /// A call queue, directly (2018).
    CallQueue(Label),
    /// The conferencing bridge.
    ConferenceBridge(Label),
    /// The resource account of an attendant or a queue (2021 on).
    ResourceAccount(UserId),
}

impl Target {
    /// Its sort.
    pub const fn sort(&self) -> TargetSort {
        match self {
            Self::User(_) => TargetSort::User,
            Self::AutoAttendant(_) => TargetSort::AutoAttendant,
            Self::CallQueue(_) => TargetSort::CallQueue,
            Self::ConferenceBridge(_) => TargetSort::ConferenceBridge,
            Self::ResourceAccount(_) => TargetSort::ResourceAccount,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::User(user) | Self::ResourceAccount(user) => user.as_str(),
            Self::AutoAttendant(name) | Self::CallQueue(name) | Self::ConferenceBridge(name) => {
                name.as_str()
            }
        };
        write!(f, "{}:{name}", self.sort())
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || {
            let text: String = text.chars().take(64).collect();
            format!(
                "`{text}` is no target: a sort, a colon and a name, such as `user:ada@example.com`"
            )
        };
        let (sort, name) = text.split_once(':').ok_or_else(wanted)?;
        let sort =
            TargetSort::ALL.into_iter().find(|known| known.name() == sort).ok_or_else(wanted)?;
        let user = || name.parse::<UserId>().map_err(|_| wanted());
        let label = || name.parse::<Label>().map_err(|_| wanted());
        Ok(match sort {
            TargetSort::User => Self::User(user()?),
            TargetSort::ResourceAccount => Self::ResourceAccount(user()?),
            TargetSort::AutoAttendant => Self::AutoAttendant(label()?),
            TargetSort::CallQueue => Self::CallQueue(label()?),
            TargetSort::ConferenceBridge => Self::ConferenceBridge(label()?),
        })
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer)
    }
}

crate::text::text_schema!(Target: "target", "A sort, a colon and a name: `user:ada@example.com`.");
crate::error::figure_as_text!(Target);
