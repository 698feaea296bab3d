//! Short texts that name things: organizations, users, actors, keys, countries.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::figure_as_text;
use crate::written::{InPlace, Written};

/// Why a text cannot name the thing that it is to name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {wanted}")]
pub struct ParseError {
    text: String,
    wanted: &'static str,
}

impl ParseError {
    fn new(text: &str, wanted: &'static str) -> Self {
        Self { text: text.chars().take(64).collect(), wanted }
    }
}

/// A text, borrowed from what is read if it stands there without escapes.
///
/// A plain `Cow` is always read as owned.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Borrowed<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// Reads a text through `FromStr`.
pub(crate) fn read<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display>,
    D: Deserializer<'de>,
{
    let Borrowed(text) = Borrowed::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// JSON Schema of a type that is a text in JSON.
macro_rules! text_schema {
    ($t:ty: $format:literal, $about:literal) => {
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $t {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($t).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": $format, "description": $about })
            }
        }
    };
}
pub(crate) use text_schema;

/// Serializes as the one text form, and reads it back through `FromStr`.
macro_rules! as_text {
    ($($t:ty: $format:literal, $about:literal;)*) => { $(
        impl serde::Serialize for $t {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        $crate::text::read_as_text!($t: $format, $about);
    )* };
}
pub(crate) use as_text;

/// As [`as_text`] for what is [`InPlace`](crate::written::InPlace), which it displays too: nothing is
/// formatted, because these texts are most of what is in a commit.
macro_rules! as_text_in_place {
    ($($t:ty: $format:literal, $about:literal;)*) => { $(
        impl std::fmt::Display for $t {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::written::InPlace::written(self).as_str())
            }
        }

        impl serde::Serialize for $t {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::written::InPlace::written(self).as_str())
            }
        }

        $crate::text::read_as_text!($t: $format, $about);
    )* };
}
pub(crate) use as_text_in_place;

/// What is the same for both.
macro_rules! read_as_text {
    ($t:ty: $format:literal, $about:literal) => {
        impl<'de> serde::Deserialize<'de> for $t {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::text::read(deserializer)
            }
        }

        $crate::text::text_schema!($t: $format, $about);
        $crate::error::figure_as_text!($t);
    };
}
pub(crate) use read_as_text;

/// Declares an enum of plain words: their one text form, in JSON, in tables and in sentences.
macro_rules! words {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $word:literal, )* }
    )*) => { $(
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum $name { $( $(#[$variant_meta])* #[serde(rename = $word)] $variant, )* }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| {
                    let words = Self::ALL.iter().copied().collect::<$crate::error::Choices<_>>();
                    format!("one of {words} is wanted")
                })
            }
        }

        $crate::error::figure_as_text!($name);
    )* };
}
pub(crate) use words;

/// A short text without control characters, shared by its clones.
///
/// Its beginning stands beside it, because maps of names are searched for every call, and most names are
/// told apart by their beginnings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Name {
    /// The first eight bytes, the first one first, and zeros where there are none: no name has any.
    begin: u64,
    text: Arc<str>,
}

impl From<Arc<str>> for Name {
    fn from(text: Arc<str>) -> Self {
        let mut begin = [0; WORD];
        for (byte, of_text) in begin.iter_mut().zip(text.bytes()) {
            *byte = of_text;
        }
        Self { begin: u64::from_be_bytes(begin), text }
    }
}

impl Ord for Name {
    /// The order of the texts.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.begin.cmp(&other.begin).then_with(|| order_of_rest(&self.text, &other.text))
    }
}

impl PartialOrd for Name {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// How many bytes of a text are compared at once.
const WORD: usize = 8;

/// The order of texts whose first words are the same, as they have it themselves; in place, because most
/// names are short.
fn order_of_rest(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let word = |text: &[u8], from: usize| {
        let word = text.get(from..).and_then(|rest| rest.first_chunk::<WORD>());
        word.map(|word| u64::from_be_bytes(*word))
    };
    let common = one.len().min(other.len());
    for from in (WORD..common).step_by(WORD) {
        // The last word overlaps the one before it, which is the same.
        let from = from.min(common.saturating_sub(WORD));
        let order = word(one, from).cmp(&word(other, from));
        if order.is_ne() {
            return order;
        }
    }
    one.len().cmp(&other.len())
}

macro_rules! names {
    ($( $(#[$meta:meta])* $name:ident: $format:literal, $wanted:literal, $check:expr, $canonical:expr; )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Name);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0.text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                let check: fn(&str) -> bool = $check;
                let canonical: fn(&str) -> Arc<str> = $canonical;
                // Checked as it is kept: lower case can be longer.
                let kept = canonical(text);
                if check(&kept) { Ok(Self(kept.into())) } else { Err(ParseError::new(text, $wanted)) }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer)
            }
        }

        text_schema!($name: $format, $wanted);
        figure_as_text!($name);
    )* };
}

/// One to 128 bytes without control characters and without blanks at either end.
fn is_name(text: &str) -> bool {
    (1..=128).contains(&text.len()) && !text.chars().any(char::is_control) && text.trim() == text
}

fn lower_case(text: &str) -> Arc<str> {
    // What is read back from a commit is in lower case already.
    let lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if text.bytes().all(lower) { Arc::from(text) } else { Arc::from(text.to_lowercase()) }
}

names! {
    /// Names a customer organization: 1 to 128 bytes of UTF-8, case-sensitive, no control
    /// characters, no blanks at either end.
    OrganizationId: "organization",
        "an organization: 1 to 128 bytes, no control characters, no blanks at either end",
        is_name, |text| Arc::from(text);
    /// Who asks for a command: a person or a program, for the record. 1 to 128 bytes of UTF-8.
    Actor: "actor", "an actor: 1 to 128 bytes, no control characters, no blanks at either end",
        is_name, |text| Arc::from(text);
    /// An idempotency key, chosen by the caller: 1 to 128 bytes of UTF-8, case-sensitive.
    Key: "key", "a key: 1 to 128 bytes, no control characters, no blanks at either end",
        is_name, |text| Arc::from(text);
    /// Names a user by the sign-in name (UPN): 1 to 128 bytes, kept in lower case, because
    /// sign-in names do not tell cases apart.
    UserId: "user", "a user: 1 to 128 bytes, no control characters, no blanks at either end",
        is_name, lower_case;
    /// Names an emergency address within its organization: 1 to 128 bytes of UTF-8,
    /// case-sensitive; the caller chooses it.
    AddressId: "address", "an address: 1 to 128 bytes, no control characters, no blanks at either end",
        is_name, |text| Arc::from(text);
    /// A place, a carrier or another thing by its everyday name: 1 to 128 bytes of UTF-8.
    Label: "label", "a name: 1 to 128 bytes, no control characters, no blanks at either end",
        is_name, |text| Arc::from(text);
}

/// A country or region by its two letters of ISO 3166-1, in upper case.
///
/// Any two letters are accepted: which of them exist changes, and the rules name the ones that
/// matter to them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country([u8; 2]);

impl Ord for Country {
    fn cmp(&self, other: &Self) -> Ordering {
        // As one number, because bytes are compared by a call.
        u16::from_be_bytes(self.0).cmp(&u16::from_be_bytes(other.0))
    }
}

impl PartialOrd for Country {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Country {
    /// A country from two upper-case ASCII letters; `None` for anything else.
    pub const fn new(letters: [u8; 2]) -> Option<Self> {
        if letters[0].is_ascii_uppercase() && letters[1].is_ascii_uppercase() {
            Some(Self(letters))
        } else {
            None
        }
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        // Only ASCII letters get in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) const US: Self = Self(*b"US");
    pub(crate) const GB: Self = Self(*b"GB");
    pub(crate) const CA: Self = Self(*b"CA");
    pub(crate) const AU: Self = Self(*b"AU");
    pub(crate) const BE: Self = Self(*b"BE");
    pub(crate) const DE: Self = Self(*b"DE");
    pub(crate) const ES: Self = Self(*b"ES");
    pub(crate) const FR: Self = Self(*b"FR");
    pub(crate) const IE: Self = Self(*b"IE");
    pub(crate) const NL: Self = Self(*b"NL");
    pub(crate) const PR: Self = Self(*b"PR");
}

const COUNTRY: &str = "a country: two letters of ISO 3166-1 such as US";

impl InPlace for Country {
    fn write(&self, text: &mut Written) {
        text.ascii(self.0);
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Country {
    type Err = ParseError;

    /// Reads two ASCII letters in either case.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        <[u8; 2]>::try_from(text.as_bytes())
            .ok()
            .and_then(|letters| Self::new(letters.map(|letter| letter.to_ascii_uppercase())))
            .ok_or_else(|| ParseError::new(text, COUNTRY))
    }
}

as_text_in_place! {
    Country: "country", "Two letters of ISO 3166-1.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded() {
        assert!("contoso".parse::<OrganizationId>().is_ok());
        for bad in ["", " contoso", "contoso ", "con\ntoso", &"x".repeat(129)] {
            assert!(bad.parse::<OrganizationId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_are_ordered_as_texts_are() {
        let parts =
            ["", "a", "b", "\u{e9}", "1234567", "12345678", "12345678a", "123456789abcdefg"];
        let texts: Vec<_> = parts
            .iter()
            .flat_map(|one| parts.map(|other| format!("x{one}{other}y{one}")))
            .collect();
        for (one, other) in texts.iter().flat_map(|one| texts.iter().map(move |other| (one, other)))
        {
            for (one, other) in [(one.as_str(), other.as_str()), (one, one.get(..1).unwrap())] {
                let names: [Key; 2] = [one.parse().unwrap(), other.parse().unwrap()];
                assert_eq!(names[0].cmp(&names[1]), one.cmp(other), "{one} {other}");
            }
        }
        // Of two that are the same as far as the shorter one goes, that comes first.
        let long = "123456789abcdefghijklmnopqrstuvwxyz";
        let names: Vec<Key> = (1..long.len()).map(|end| long[..end].parse().unwrap()).collect();
        assert!(names.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn users_do_not_tell_cases_apart() {
        assert_eq!("User0001@Example.com".parse::<UserId>(), "user0001@example.com".parse());
        // 128 bytes that are 192 in lower case, and could not be read again.
        assert!("\u{130}".repeat(64).parse::<UserId>().is_err());
        let longest: UserId = "\u{130}".repeat(42).parse().unwrap();
        assert_eq!(longest.as_str().parse(), Ok(longest.clone()));
    }

    #[test]
    fn countries_are_two_letters() {
        assert_eq!("us".parse::<Country>().unwrap().as_str(), "US");
        for bad in ["", "U", "USA", "U1", "ÄÖ"] {
            assert!(bad.parse::<Country>().is_err(), "{bad}");
        }
    }
}
