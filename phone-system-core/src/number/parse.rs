//! Reading what people write, with Google's numbering-plan metadata.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, ParseError, PhoneNumberFormat, PhoneNumberType};
use serde::{Deserialize, Serialize};

use super::{Error, PhoneNumber};
use crate::text::Country;

/// The version of the numbering-plan metadata in use: what is valid changes a few times a year.
pub const METADATA_VERSION: &str = "9.0.42";

/// The longest text that is looked at; libphonenumber's own limit.
const MAXIMUM_CHARACTERS: usize = 250;

/// What the numbering plan says a number is used for.
///
/// In North America fixed and mobile lines cannot be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LineType {
    /// A fixed line.
    FixedLine,
    /// A mobile line.
    Mobile,
    /// A fixed or a mobile line.
    FixedLineOrMobile,
    /// The owner pays for the call.
    TollFree,
    /// Charged above the ordinary rate.
    PremiumRate,
    /// The cost is shared between caller and owner.
    SharedCost,
    /// Internet telephony.
    Voip,
    /// A personal number that follows its owner.
    Personal,
    /// A pager.
    Pager,
    /// A company's universal access number.
    UniversalAccess,
    /// Access to voice mail.
    Voicemail,
    /// In use for something that the metadata do not name.
    Unknown,
}

impl LineType {
    /// The name as it stands in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FixedLine => "fixed_line",
            Self::Mobile => "mobile",
            Self::FixedLineOrMobile => "fixed_line_or_mobile",
            Self::TollFree => "toll_free",
            Self::PremiumRate => "premium_rate",
            Self::SharedCost => "shared_cost",
            Self::Voip => "voip",
            Self::Personal => "personal",
            Self::Pager => "pager",
            Self::UniversalAccess => "universal_access",
            Self::Voicemail => "voicemail",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for LineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

crate::error::figure_as_text!(LineType);

impl From<PhoneNumberType> for LineType {
    fn from(line: PhoneNumberType) -> Self {
        match line {
            PhoneNumberType::FixedLine => Self::FixedLine,
            PhoneNumberType::Mobile => Self::Mobile,
            PhoneNumberType::FixedLineOrMobile => Self::FixedLineOrMobile,
            PhoneNumberType::TollFree => Self::TollFree,
            PhoneNumberType::PremiumRate => Self::PremiumRate,
            PhoneNumberType::SharedCost => Self::SharedCost,
            PhoneNumberType::VoIP => Self::Voip,
            PhoneNumberType::PersonalNumber => Self::Personal,
            PhoneNumberType::Pager => Self::Pager,
            PhoneNumberType::UAN => Self::UniversalAccess,
            PhoneNumberType::VoiceMail => Self::Voicemail,
            PhoneNumberType::Unknown => Self::Unknown,
        }
    }
}

/// A telephone number that is in use, with what its numbering plan says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParsedNumber {
    /// The number.
    pub number: PhoneNumber,
    /// The extension that was written after it, digits only.
    pub extension: Option<String>,
    /// What the numbering plan uses the number for.
    pub line: LineType,
    /// The country; none for numbers that belong to no country, such as +800.
    pub country: Option<Country>,
    /// The version of the metadata that said so.
    pub metadata: String,
}

/// Reads a telephone number as people write it: with or without `tel:`, blanks, brackets, a
/// national prefix, an extension.
///
/// `country` is used only for texts that do not start with a country code themselves.
///
/// # Errors
///
/// * [`Error::TooLong`] if the text has more than 250 characters;
/// * [`Error::NotANumber`], [`Error::TooShort`], [`Error::TooManyDigits`] if it has no number's form;
/// * [`Error::CountryUnknown`] if neither the text nor `country` names a country code in use;
/// * [`Error::Invalid`] if the number lies in no range in use.
///
/// ```
/// use phone_system_core::number::{self, LineType};
/// let parsed = number::parse("(425) 555-0100", Some("US".parse()?))?;
/// assert_eq!(parsed.number.to_string(), "+14255550100");
/// assert_eq!(number::parse("tel:+18005550199;ext=55", None)?.line, LineType::TollFree);
/// assert!(number::parse("(425) 555-010", Some("US".parse()?)).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parse(text: &str, country: Option<Country>) -> Result<ParsedNumber, Error> {
    // Bytes first: counting the characters of a megabyte is work for nothing.
    if text.len() > MAXIMUM_CHARACTERS.saturating_mul(4)
        || text.chars().count() > MAXIMUM_CHARACTERS
    {
        let characters = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        return Err(Error::TooLong { characters, maximum: 250 });
    }
    // A default region must not be given to a number that names its country: it could only lead astray.
    let written = text.trim_start();
    let written = written.strip_prefix("tel:").unwrap_or(written);
    let region = country
        .filter(|_| !written.starts_with(['+', '\u{ff0b}']))
        .and_then(|country| country.as_str().parse().ok());
    let parsed = PHONE_NUMBER_UTIL.parse(text, region).map_err(|error| refuse(text, &error))?;

    let formatted = PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::E164);
    let number: PhoneNumber =
        formatted.parse().map_err(|_| Error::TooManyDigits { text: text.to_owned() })?;
    if !PHONE_NUMBER_UTIL.is_valid_number(&parsed) {
        return Err(Error::Invalid { number: number.to_string(), metadata: METADATA_VERSION });
    }
    let country = PHONE_NUMBER_UTIL
        .get_region_for_number(&parsed)
        .and_then(|region| region.to_string().parse::<Country>().ok());
    Ok(ParsedNumber {
        number,
        extension: Some(parsed.extension())
            .filter(|digits| !digits.is_empty())
            .map(ToOwned::to_owned),
        line: PHONE_NUMBER_UTIL.get_number_type(&parsed).into(),
        country,
        metadata: METADATA_VERSION.to_owned(),
    })
}

fn refuse(text: &str, error: &ParseError) -> Error {
    let text = text.to_owned();
    match error {
        ParseError::InvalidCountryCode => Error::CountryUnknown { text },
        ParseError::NotANumber(_) => Error::NotANumber { text },
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => Error::TooShort { text },
        ParseError::TooLongNsn => Error::TooManyDigits { text },
    }
}

/// Whether the country's numbers are those of the North American Numbering Plan (+1).
pub fn is_north_american(country: Country) -> bool {
    country.as_str().parse().is_ok_and(|region| PHONE_NUMBER_UTIL.is_nanpa_country(region))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorCode, Refuses};

    fn country(text: &str) -> Option<Country> {
        text.parse().ok()
    }

    #[test]
    fn what_people_write_is_read() {
        for (text, region, number, extension, line, of) in [
            ("+14255550100", "", "+14255550100", None, LineType::FixedLineOrMobile, "US"),
            ("(425) 555-0100", "US", "+14255550100", None, LineType::FixedLineOrMobile, "US"),
            (
                "tel:+14255550100;ext=55",
                "",
                "+14255550100",
                Some("55"),
                LineType::FixedLineOrMobile,
                "US",
            ),
            ("1 800 555 0199", "US", "+18005550199", None, LineType::TollFree, "US"),
            ("020 7946 0123", "GB", "+442079460123", None, LineType::FixedLine, "GB"),
            // A default region must not lead a complete number astray.
            ("+441612345678", "US", "+441612345678", None, LineType::FixedLine, "GB"),
            // A leading zero that is part of the number.
            ("+390236618300", "", "+390236618300", None, LineType::FixedLine, "IT"),
            (
                "\u{ff0b}\u{ff11}\u{ff14}\u{ff12}\u{ff15}5550100",
                "GB",
                "+14255550100",
                None,
                LineType::FixedLineOrMobile,
                "US",
            ),
        ] {
            let parsed =
                parse(text, country(region)).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(parsed.number.to_string(), number, "{text}");
            assert_eq!(parsed.extension.as_deref(), extension, "{text}");
            assert_eq!((parsed.line, parsed.country), (line, country(of)), "{text}");
        }
        assert_eq!(parse("+80012345678", None).unwrap().country, None);
    }

    #[test]
    fn what_is_no_number_is_refused_by_its_reason() {
        for (text, region, code) in [
            ("", "US", ErrorCode::NotANumber),
            ("hello", "US", ErrorCode::NotANumber),
            ("4255550100", "", ErrorCode::NumberCountryUnknown),
            ("+999123456789", "", ErrorCode::NumberCountryUnknown),
            ("4255550100", "ZZ", ErrorCode::NumberCountryUnknown),
            ("+1", "", ErrorCode::NotANumber),
            ("+441", "", ErrorCode::NumberTooShort),
            ("+12345678901234567890", "", ErrorCode::NumberTooManyDigits),
            ("911", "US", ErrorCode::NumberInvalid),
            ("+1 425 555 010", "", ErrorCode::NumberInvalid),
        ] {
            assert_eq!(parse(text, country(region)).unwrap_err().code(), code, "{text:?}");
        }
        let megabyte = "4".repeat(1_000_000);
        assert_eq!(parse(&megabyte, None).unwrap_err().code(), ErrorCode::NumberTooLong);
    }
}
