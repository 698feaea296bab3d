//! The account: whether Communications Credits are set up, and in which currency.
//!
//! Toll-free numbers can be had only with them ("How many telephone numbers can you get"). Funds,
//! lots, minutes and tariffs are not here yet.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::draft::{Apply, Inconsistent, events};
use crate::error::refusals;
use crate::time::Timestamp;

refusals! {
    /// Why the account says no.
    pub enum Error {
        CreditsNotSetUp = BillingCreditsNotSetUp {}
            => "toll-free numbers need Communications Credits; set them up first",
        CreditsAlreadySetUp = BillingCreditsAlreadySetUp { currency: Currency, since: Timestamp }
            => "Communications Credits are set up in {currency} since {since}",
    }
}

/// A currency by its three letters of ISO 4217, in upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Currency {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.as_bytes()
            .try_into()
            .ok()
            .filter(|letters: &[u8; 3]| letters.iter().all(u8::is_ascii_uppercase))
            .map(Self)
            .ok_or("a currency has three upper-case letters of ISO 4217, such as USD")
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

crate::text::text_schema!(Currency: "currency", "Three letters of ISO 4217.");
crate::error::figure_as_text!(Currency);

/// An organization's account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    credits: Option<CreditsSetUp>,
}

impl Account {
    /// Since when, and in which currency, Communications Credits are set up.
    pub fn credits(&self) -> Option<&CreditsSetUp> {
        self.credits.as_ref()
    }

    pub(crate) fn check_credits(&self) -> Result<(), Error> {
        self.credits.as_ref().map(|_| ()).ok_or(Error::CreditsNotSetUp {})
    }
}

/// Sets up Communications Credits in a currency, once and for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetUpCredits {
    /// The currency of the account.
    pub currency: Currency,
}

impl SetUpCredits {
    pub(crate) fn decide(&self, account: &Account, at: Timestamp) -> Result<CreditsSetUp, Error> {
        match account.credits {
            Some(CreditsSetUp { currency, at }) => {
                Err(Error::CreditsAlreadySetUp { currency, since: at })
            }
            None => Ok(CreditsSetUp { currency: self.currency, at }),
        }
    }
}

/// Communications Credits were set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditsSetUp {
    /// The currency of the account.
    pub currency: Currency,
    /// When.
    pub at: Timestamp,
}

events! {
    /// What happens to an account.
    pub enum Event {
        CreditsSetUp = "billing.credits_set_up",
    }
}

impl Apply for Account {
    type Event = Event;

    fn apply(&mut self, event: &Event) -> Result<(), Inconsistent> {
        let Event::CreditsSetUp(set_up) = event;
        match self.credits.replace(set_up.clone()) {
            None => Ok(()),
            Some(_) => {
                Err(Inconsistent::Event { event: event.name(), problem: "credits are set up" })
            }
        }
    }
}
