//! A civic address as plain data.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::text::Country;

macro_rules! fields {
    ($( $(#[doc = $about:literal])+ $variant:ident $name:ident; )*) => {
        /// A civic address, with the fields of `New-CsOnlineLisCivicAddress`; one that is empty is
        /// not given.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct CivicAddress {
            /// The country or region.
            pub country: Country,
            $( $(#[doc = $about])+ #[serde(default)] pub $name: String, )*
            /// The latitude in degrees, north positive; an exact decimal.
            #[serde(default)]
            pub latitude: Option<Decimal>,
            /// The longitude in degrees, east positive; an exact decimal.
            #[serde(default)]
            pub longitude: Option<Decimal>,
        }

        /// A field of a civic address.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Field {
            /// The country or region.
            Country,
            $( $(#[doc = $about])+ $variant, )*
            /// The latitude.
            Latitude,
            /// The longitude.
            Longitude,
        }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Self] =
                &[Self::Country, $( Self::$variant, )* Self::Latitude, Self::Longitude];

            /// The name, as in JSON.
            pub const fn name(self) -> &'static str {
                match self {
                    Self::Country => "country",
                    $( Self::$variant => stringify!($name), )*
                    Self::Latitude => "latitude",
                    Self::Longitude => "longitude",
                }
            }
        }

        impl CivicAddress {
            /// An address of a country, with nothing given yet.
            pub fn new(country: Country) -> Self {
                Self { country, $( $name: String::new(), )* latitude: None, longitude: None }
            }

            /// What a field of text says; empty for one that is not text.
            pub fn text(&self, field: Field) -> &str {
                match field {
                    $( Field::$variant => &self.$name, )*
                    Field::Country => self.country.as_str(),
                    Field::Latitude | Field::Longitude => "",
                }
            }

            /// Sets a field of text.
            pub(super) fn set(&mut self, field: Field, text: String) {
                match field {
                    $( Field::$variant => self.$name = text, )*
                    Field::Country | Field::Latitude | Field::Longitude => {}
                }
            }
        }
    };
}

fields! {
    /// The company's name.
    CompanyName company_name;
    /// The house number, such as `221` or `120-55`.
    HouseNumber house_number;
    /// What follows the house number, such as `B` or `1/2`.
    HouseNumberSuffix house_number_suffix;
    /// The direction before the street's name, such as `NE`.
    PreDirectional pre_directional;
    /// The street's name; it may hold the whole line.
    StreetName street_name;
    /// The sort of street, such as `Ave`.
    StreetSuffix street_suffix;
    /// The direction after the street's name, such as `SW`.
    PostDirectional post_directional;
    /// The city.
    City city;
    /// Another name of the city.
    CityAlias city_alias;
    /// The state or province: its key, its name or its ISO code.
    StateOrProvince state_or_province;
    /// The postal code.
    PostalCode postal_code;
    /// What the address is, in words.
    Description description;
    /// The company's tax number.
    CompanyTaxId company_tax_id;
    /// The emergency location identification number.
    Elin elin;
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

crate::error::figure_as_text!(Field);

impl Field {
    /// The fields that make the street line, in the order in which it is written.
    pub(super) const STREET: [Self; 4] =
        [Self::PreDirectional, Self::StreetName, Self::StreetSuffix, Self::PostDirectional];
}
