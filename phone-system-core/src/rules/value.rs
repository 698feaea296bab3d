//! What the value of a rule can be, beyond plain counts, decimals and durations.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Choices;
use crate::text::Country;

/// A count that may be unlimited: in JSON a number, or `"unlimited"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// At most so many.
    AtMost(u32),
    /// Any number.
    Unlimited,
}

impl Limit {
    /// The limit that `count` exceeds, if it does.
    pub fn exceeded_by(self, count: u64) -> Option<u32> {
        match self {
            Self::AtMost(maximum) if count > u64::from(maximum) => Some(maximum),
            _ => None,
        }
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::AtMost(maximum) => serializer.serialize_u32(*maximum),
            Self::Unlimited => serializer.serialize_str("unlimited"),
        }
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Limit;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count up to 4294967295, or \"unlimited\"")
            }
            fn visit_u64<E: serde::de::Error>(self, count: u64) -> Result<Limit, E> {
                u32::try_from(count)
                    .map(Limit::AtMost)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(count), &self))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Limit, E> {
                if text == "unlimited" {
                    Ok(Limit::Unlimited)
                } else {
                    Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A set of countries that may be all: in JSON a list of codes, or `"all"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Countries {
    /// These and no others.
    Only(Vec<Country>),
    /// Every country.
    All,
}

impl Countries {
    /// Whether the country is among them.
    pub fn contains(&self, country: Country) -> bool {
        match self {
            Self::Only(list) => list.contains(&country),
            Self::All => true,
        }
    }

    /// The countries by name, for a refusal.
    pub(crate) fn names(&self) -> Choices<String> {
        match self {
            Self::Only(list) => list.iter().map(ToString::to_string).collect(),
            Self::All => Choices(vec!["all".to_owned()]),
        }
    }
}

impl Serialize for Countries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Only(list) => list.serialize(serializer),
            Self::All => serializer.serialize_str("all"),
        }
    }
}

impl<'de> Deserialize<'de> for Countries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Countries;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of countries, or \"all\"")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Countries, E> {
                if text == "all" {
                    Ok(Countries::All)
                } else {
                    Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
                }
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut seq: A,
            ) -> Result<Countries, A::Error> {
                let mut list = Vec::new();
                while let Some(country) = seq.next_element()? {
                    list.push(country);
                }
                list.sort_unstable();
                list.dedup();
                Ok(Countries::Only(list))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// How a call queue hands calls to its agents ("Create a Phone System call queue").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RoutingMethod {
    /// All agents ring at once.
    Attendant,
    /// One at a time, in the order of the list.
    Serial,
    /// The load is evened out.
    RoundRobin,
    /// The agent who has been idle longest.
    LongestIdle,
}

/// What a call queue does with calls when no agent is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WhenNobodyAnswers {
    /// The call waits.
    Queue,
    /// The call ends.
    Disconnect,
}

#[cfg(feature = "schema")]
mod schema {
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    impl JsonSchema for super::Limit {
        fn inline_schema() -> bool {
            true
        }
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Limit".into()
        }
        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "format": "limit", "anyOf": [{ "type": "integer" }, { "const": "unlimited" }] })
        }
    }

    impl JsonSchema for super::Countries {
        fn inline_schema() -> bool {
            true
        }
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Countries".into()
        }
        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "format": "countries", "anyOf": [{ "type": "array", "items": { "type": "string" } }, { "const": "all" }] })
        }
    }
}
