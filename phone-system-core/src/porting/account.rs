//! The number of an account with a carrier: a secret that is kept whole and shown masked.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The number of an account with a carrier, as on the bill: 1 to 64 visible ASCII characters, no
/// blanks, no dashes ("Transfer phone numbers to Office 365").
///
/// Whoever knows it can ask for the account's numbers, so it has no `Display`, its `Debug` is
/// masked, and what refuses it never quotes it. JSON has it whole, because commands, recorded
/// events and snapshots do; answers, queries and refusals have [`masked`](Self::masked).
///
/// ```
/// use phone_system_core::porting::AccountNumber;
/// let account: AccountNumber = "0041170017".parse()?;
/// assert_eq!(account.masked(), "…0017");
/// assert_eq!(format!("{account:?}"), "AccountNumber(…0017)");
/// assert!("0041-170017".parse::<AccountNumber>().is_err());
/// # Ok::<(), phone_system_core::porting::NotAnAccountNumber>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNumber(Arc<str>);

/// How many characters at its end a masked number shows.
const SHOWN: usize = 4;

/// What stands for what is not shown.
const HIDDEN: &str = "…";

impl AccountNumber {
    /// The whole number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `…` and the last four characters; `…` alone if there are no more than four.
    pub fn masked(&self) -> String {
        let hidden = self.0.len().checked_sub(SHOWN).filter(|hidden| *hidden > 0);
        let shown = hidden.and_then(|hidden| self.0.get(hidden..)).unwrap_or_default();
        format!("{HIDDEN}{shown}")
    }

    /// What stands for the account of an order that was recorded without one.
    pub(super) fn unknown() -> Self {
        Self(Arc::from("?"))
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountNumber({})", self.masked())
    }
}

/// A text that is no account number; it is not quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account number has 1 to 64 visible ASCII characters, no blanks and no dashes")]
pub struct NotAnAccountNumber;

impl FromStr for AccountNumber {
    type Err = NotAnAccountNumber;

    fn from_str(text: &str) -> Result<Self, NotAnAccountNumber> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'-');
        if fits { Ok(Self(Arc::from(text))) } else { Err(NotAnAccountNumber) }
    }
}

impl Serialize for AccountNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for AccountNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What is no text would be quoted in the refusal if this were left to the defaults: asked for
        // a string, `serde_json` does not even come to the visitor.
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = AccountNumber;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an account number, as a string")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<AccountNumber, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<AccountNumber, E> {
                Err(E::custom("an account number is a string"))
            }
            fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<AccountNumber, E> {
                Err(E::custom("an account number is a string"))
            }
            fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<AccountNumber, E> {
                Err(E::custom("an account number is a string"))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

crate::text::text_schema!(AccountNumber: "account-number", "An account number, as on the bill: 1 to 64 visible ASCII characters, no blanks, no dashes.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_is_shown() {
        for (whole, masked) in
            [("A", "…"), ("1234", "…"), ("12345", "…2345"), ("00417001", "…7001")]
        {
            let account: AccountNumber = whole.parse().unwrap();
            assert_eq!((account.as_str(), account.masked()), (whole, masked.to_owned()));
            assert_eq!(format!("{account:?}"), format!("AccountNumber({masked})"));
        }
        assert_eq!("9".repeat(64).parse::<AccountNumber>().map(|_| ()), Ok(()));
        for bad in ["", " 1", "1 2", "1-2", "ü", "1\n2", &"9".repeat(65)] {
            assert_eq!(bad.parse::<AccountNumber>(), Err(NotAnAccountNumber), "{bad}");
        }
    }

    #[test]
    fn no_refusal_quotes_what_was_written() {
        for json in ["47110815", "-47110815", "47110815.5", r#""4711 0815""#, r#""47110815-""#] {
            let problem = serde_json::from_str::<AccountNumber>(json).unwrap_err().to_string();
            assert!(!problem.contains("4711") && !problem.contains("0815"), "{problem}");
        }
    }
}
