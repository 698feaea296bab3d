//! Products, by the SKU strings that exports and scripts use.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a licence gives its holder, as far as a phone system is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Grant {
    /// Calls of a person within the phone system.
    PhoneSystem,
    /// Leading meetings that can be dialed into.
    AudioConferencing,
    /// The same, every minute charged.
    AudioConferencingPayPerMinute,
    /// The same, with dial-out to the United States and Canada only, at no price.
    AudioConferencingBasic,
    /// Calls to and from the public network, with minutes included.
    CallingPlan,
    /// Calls to and from the public network, outgoing minutes charged.
    CallingPlanPayAsYouGo,
    /// Calls paid from Communications Credits.
    CommunicationsCredits,
    /// A number for an attendant or a queue.
    ResourceAccount,
}

macro_rules! skus {
    ($( $variant:ident $text:literal $title:literal [$($grant:ident),*] [$($alias:literal),*]; )*) => {
        /// A product by its SKU string ("Assign Teams add-on licenses").
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Sku { $( #[doc = $title] $variant, )* }

        impl Sku {
            /// All products that are known.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The SKU string.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }

            /// The product's name.
            pub const fn title(self) -> &'static str {
                match self { $( Self::$variant => $title, )* }
            }

            /// What it gives its holder.
            pub const fn grants(self) -> &'static [Grant] {
                match self { $( Self::$variant => &[$( Grant::$grant, )*], )* }
            }
        }

        impl FromStr for Sku {
            type Err = UnknownSku;

            /// Reads the SKU string in either case, or one of its older spellings.
            fn from_str(text: &str) -> Result<Self, UnknownSku> {
                match text.to_ascii_uppercase().as_str() {
                    $( $text $( | $alias )* => Ok(Self::$variant), )*
                    _ => Err(UnknownSku { text: text.chars().take(64).collect() }),
                }
            }
        }
    };
}

// The strings are those of "Assign Teams add-on licenses"; those that it lacks (resource account,
// pay-as-you-go, the free conferencing variant, the members of the Business Voice family) are the
// SKU part numbers that tenants report.
skus! {
    E5 "ENTERPRISEPREMIUM" "Enterprise E5 with Phone System and Audio Conferencing" [PhoneSystem, AudioConferencing] [];
    E5WithoutConferencing "ENTERPRISEPREMIUM_NOPSTNCONF" "Enterprise E5 without Audio Conferencing" [PhoneSystem] [];
    E3 "ENTERPRISEPACK" "Enterprise E3" [] [];
    E1 "STANDARDPACK" "Enterprise E1" [] [];
    BusinessBasic "O365_BUSINESS_ESSENTIALS" "Business Basic" [] [];
    BusinessStandard "O365_BUSINESS_PREMIUM" "Business Standard" [] [];
    BusinessPremium "SPB" "Business Premium" [] [];
    BusinessVoiceGb "BUSINESS_VOICE" "Business Voice, United Kingdom" [PhoneSystem, AudioConferencing, CallingPlan] [];
    BusinessVoiceCa "BUSINESS_VOICE_MED" "Business Voice, Canada" [PhoneSystem, AudioConferencing, CallingPlan] [];
    BusinessVoiceUs "BUSINESS_VOICE_MED2" "Business Voice, United States" [PhoneSystem, AudioConferencing, CallingPlan] ["BUSINESS_VOICE_MED2_TELCO"];
    BusinessVoiceWithoutPlan "BUSINESS_VOICE_DIRECTROUTING" "Business Voice without Calling Plan" [PhoneSystem, AudioConferencing] [];
    BusinessVoiceWithoutPlanUs "BUSINESS_VOICE_DIRECTROUTING_MED" "Business Voice without Calling Plan, United States" [PhoneSystem, AudioConferencing] [];
    PhoneSystem "MCOEV" "Phone System" [PhoneSystem] [];
    ResourceAccount "PHONESYSTEM_VIRTUALUSER" "Phone System, resource account" [ResourceAccount] ["MCOEV_VIRTUALUSER"];
    AudioConferencing "MCOMEETADV" "Audio Conferencing" [AudioConferencing] [];
    AudioConferencingPayPerMinute "MCOMEETACPEA" "Audio Conferencing, pay per minute" [AudioConferencingPayPerMinute] [];
    AudioConferencingBasic "MICROSOFT_TEAMS_AUDIO_CONFERENCING_SELECT_DIAL_OUT" "Audio Conferencing with dial-out to USA/CAN" [AudioConferencingBasic] ["MCOMEETBASIC"];
    Domestic "MCOPSTN1" "Domestic Calling Plan" [CallingPlan] [];
    DomesticAndInternational "MCOPSTN2" "Domestic and International Calling Plan" [CallingPlan] [];
    Domestic120 "MCOPSTN5" "Domestic Calling Plan, 120 minutes" [CallingPlan] ["MCOPSTN_5"];
    Domestic240 "MCOPSTN6" "Domestic Calling Plan, 240 minutes" [CallingPlan] ["MCOPSTN_6"];
    DomesticReport120 "MCOPSTN8" "Calling Plan, 120 minutes (code of reports)" [CallingPlan] [];
    International "MCOPSTN9" "International Calling Plan (code of reports)" [CallingPlan] [];
    PayAsYouGo1 "MICROSOFT_TEAMS_CALLING_PLAN_PAY_AS_YOU_GO_(COUNTRY_ZONE_1)" "Calling Plan, pay as you go, zone 1" [CallingPlanPayAsYouGo] [];
    PayAsYouGo1Us "MICROSOFT_TEAMS_CALLING_PLAN_PAY_AS_YOU_GO_(COUNTRY_ZONE_1_US)" "Calling Plan, pay as you go, zone 1, United States" [CallingPlanPayAsYouGo] [];
    PayAsYouGo2 "MICROSOFT_TEAMS_CALLING_PLAN_PAY_AS_YOU_GO_(COUNTRY_ZONE_2)" "Calling Plan, pay as you go, zone 2" [CallingPlanPayAsYouGo] [];
    CommunicationsCredits "MCOPSTNPP" "Communications Credits" [CommunicationsCredits] ["MCOPSTNC"];
}

impl Sku {
    /// Whether the product gives `grant`.
    pub fn gives(self, grant: Grant) -> bool {
        self.grants().contains(&grant)
    }

    /// The licences of which the holder needs at least one before this one; none if it stands
    /// alone ("Set up Communications Credits", step 1; add-on licensing).
    pub fn needs_one_of(self) -> &'static [Grant] {
        match self.grants() {
            [Grant::CallingPlan | Grant::CallingPlanPayAsYouGo] => &[Grant::PhoneSystem],
            [Grant::CommunicationsCredits] => &[
                Grant::PhoneSystem,
                Grant::AudioConferencing,
                Grant::AudioConferencingPayPerMinute,
            ],
            _ => &[],
        }
    }

    /// Its place in a [`SkuSet`], which is its place in the table.
    const fn bit(self) -> u64 {
        const { assert!(Self::ALL.len() <= 64, "a set of products has 64 places") };
        1_u64.wrapping_shl(self as u32)
    }
}

/// A text that is no known product's SKU string.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is the SKU string of no known product")]
pub struct UnknownSku {
    text: String,
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Sku {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Sku {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer)
    }
}

crate::text::text_schema!(Sku: "sku", "The SKU string of a product.");
crate::error::figure_as_text!(Sku);

/// A set of products; in JSON a list in the order of the table of products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkuSet(u64);

impl Grant {
    /// The products that give it.
    const fn products(self) -> SkuSet {
        const fn that_give(grant: Grant) -> SkuSet {
            let (mut found, mut products) = (0, Sku::ALL);
            while let [product, rest @ ..] = products {
                let mut grants = product.grants();
                while let [one, others @ ..] = grants {
                    if *one as u8 == grant as u8 {
                        found |= product.bit();
                    }
                    grants = others;
                }
                products = rest;
            }
            SkuSet(found)
        }
        match self {
            Self::PhoneSystem => const { that_give(Self::PhoneSystem) },
            Self::AudioConferencing => const { that_give(Self::AudioConferencing) },
            Self::AudioConferencingPayPerMinute => {
                const { that_give(Self::AudioConferencingPayPerMinute) }
            }
            Self::AudioConferencingBasic => const { that_give(Self::AudioConferencingBasic) },
            Self::CallingPlan => const { that_give(Self::CallingPlan) },
            Self::CallingPlanPayAsYouGo => const { that_give(Self::CallingPlanPayAsYouGo) },
            Self::CommunicationsCredits => const { that_give(Self::CommunicationsCredits) },
            Self::ResourceAccount => const { that_give(Self::ResourceAccount) },
        }
    }
}

impl SkuSet {
    /// Whether the product is in the set.
    pub fn contains(self, sku: Sku) -> bool {
        self.0 & sku.bit() != 0
    }

    /// The set with the product in it.
    #[must_use]
    pub fn with(self, sku: Sku) -> Self {
        Self(self.0 | sku.bit())
    }

    /// The set without the product.
    #[must_use]
    pub fn without(self, sku: Sku) -> Self {
        Self(self.0 & !sku.bit())
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The products, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Sku> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let sku = Sku::ALL.get(usize::try_from(left.trailing_zeros()).ok()?)?;
            left &= !sku.bit();
            Some(*sku)
        })
    }

    /// Whether any of them gives `grant`.
    pub fn gives(self, grant: Grant) -> bool {
        !self.that_give(grant).is_empty()
    }

    /// Those of them that give `grant`.
    pub(crate) fn that_give(self, grant: Grant) -> Self {
        Self(self.0 & grant.products().0)
    }

    /// Whether any of them gives one of `grants`; yes if there are none to give.
    pub fn gives_one_of(self, grants: &[Grant]) -> bool {
        grants.is_empty() || grants.iter().any(|grant| self.gives(*grant))
    }
}

impl Serialize for SkuSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for SkuSet {
    /// From a list in any order; a product that stands twice is refused.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Sku>::deserialize(deserializer)?.into_iter().try_fold(Self::default(), |set, sku| {
            if set.contains(sku) {
                Err(serde::de::Error::custom(format_args!("{sku} stands twice")))
            } else {
                Ok(set.with(sku))
            }
        })
    }
}

impl Grant {
    /// The name as it stands in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PhoneSystem => "phone_system",
            Self::AudioConferencing => "audio_conferencing",
            Self::AudioConferencingPayPerMinute => "audio_conferencing_pay_per_minute",
            Self::AudioConferencingBasic => "audio_conferencing_basic",
            Self::CallingPlan => "calling_plan",
            Self::CallingPlanPayAsYouGo => "calling_plan_pay_as_you_go",
            Self::CommunicationsCredits => "communications_credits",
            Self::ResourceAccount => "resource_account",
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_has_one_string_and_one_place() {
        let mut all = SkuSet::default();
        for sku in Sku::ALL {
            assert_eq!(sku.as_str().parse::<Sku>().as_ref(), Ok(sku));
            assert!(!all.contains(*sku));
            all = all.with(*sku);
        }
        assert!(all.iter().eq(Sku::ALL.iter().copied()));
        assert_eq!("mcopstnc".parse(), Ok(Sku::CommunicationsCredits));
        assert!("MCO".parse::<Sku>().is_err());
    }

    #[test]
    fn a_set_gives_what_its_products_give() {
        let grants = || Sku::ALL.iter().flat_map(|sku| sku.grants()).copied();
        for sku in Sku::ALL {
            for grant in grants() {
                let set = SkuSet::default().with(*sku);
                assert_eq!(set.gives(grant), sku.gives(grant), "{sku} {grant:?}");
                assert_eq!(set.that_give(grant).contains(*sku), sku.gives(grant));
            }
        }
    }
}
