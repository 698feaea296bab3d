//! What limits calls besides their number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::{Label, OrganizationId, UserId, as_text, words};

/// What can have a limit of its own besides a number: all calls of its numbers together.
///
/// Its one text form is a word, a colon and a name: `organization:contoso`, `trunk:west`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// A resource account.
    ResourceAccount(UserId),
    /// A service: a call queue or an auto attendant, by its name.
    Service(Label),
    /// An organization.
    Organization(OrganizationId),
    /// A trunk group, by its name; numbers of several organizations may share one.
    Trunk(Label),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResourceAccount(name) => write!(f, "resource_account:{name}"),
            Self::Service(name) => write!(f, "service:{name}"),
            Self::Organization(name) => write!(f, "organization:{name}"),
            Self::Trunk(name) => write!(f, "trunk:{name}"),
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        fn named<T: FromStr<Err: fmt::Display>>(name: &str) -> Result<T, String> {
            name.parse().map_err(|error: T::Err| error.to_string())
        }
        match text.split_once(':') {
            Some(("resource_account", name)) => named(name).map(Self::ResourceAccount),
            Some(("service", name)) => named(name).map(Self::Service),
            Some(("organization", name)) => named(name).map(Self::Organization),
            Some(("trunk", name)) => named(name).map(Self::Trunk),
            _ => Err("wanted is resource_account:, service:, organization: or trunk: with a name"
                .to_owned()),
        }
    }
}

as_text! {
    Scope: "scope", "resource_account:, service:, organization: or trunk: with a name.";
}

words! {
    /// Which way a call goes, seen from the number that carries it.
    pub enum Way {
        /// To the number.
        Inbound = "inbound",
        /// From the number.
        Outbound = "outbound",
    }
}

words! {
    /// Which calls of a scope a limit counts.
    pub enum Share {
        /// All of them.
        TwoWay = "two_way",
        /// Those that come in.
        Inbound = "inbound",
        /// Those that go out.
        Outbound = "outbound",
    }
}

/// How many calls a scope carries at once; none stands for no limit.
///
/// No source has a figure for any of them: what is not set does not limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// All calls.
    #[serde(default)]
    pub two_way: Option<u32>,
    /// Those that come in.
    #[serde(default)]
    pub inbound: Option<u32>,
    /// Those that go out.
    #[serde(default)]
    pub outbound: Option<u32>,
    /// How many calls there may be above `two_way`; they are counted apart, as trunk groups bill them.
    #[serde(default)]
    pub burst: u32,
}

impl Limits {
    /// The limit of a share of the calls, without a burst.
    pub fn of(&self, share: Share) -> Option<u32> {
        match share {
            Share::TwoWay => self.two_way,
            Share::Inbound => self.inbound,
            Share::Outbound => self.outbound,
        }
    }
}
