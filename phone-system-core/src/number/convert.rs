//! Conversions to and from the type of the crate `phonenumber` (feature `phonenumber`).
//!
//! For programs that already use that crate. Neither direction parses with it: a number goes in
//! and out by its country code and national number.

use super::{NotE164, PhoneNumber};

impl TryFrom<&phonenumber::PhoneNumber> for PhoneNumber {
    type Error = NotE164;

    /// # Errors
    ///
    /// If the value is not structurally sound E.164, which that crate does not promise.
    fn try_from(number: &phonenumber::PhoneNumber) -> Result<Self, NotE164> {
        // `phonenumber` keeps leading zeros of the national number apart; its own formatter is not
        // asked, because it mangles some of them.
        let national = number.national();
        let zeros = usize::from(national.zeros());
        format!("+{}{}{}", number.code().value(), "0".repeat(zeros), national.value()).parse()
    }
}

impl TryFrom<PhoneNumber> for phonenumber::PhoneNumber {
    type Error = phonenumber::ParseError;

    /// # Errors
    ///
    /// If that crate cannot read the number's E.164 form.
    fn try_from(number: PhoneNumber) -> Result<Self, phonenumber::ParseError> {
        phonenumber::parse(None, number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::number::PhoneNumber;

    #[test]
    fn numbers_survive_the_way_there_and_back() {
        for text in ["+14255550100", "+442079460123", "+390236618300", "+18005550199"] {
            let number: PhoneNumber = text.parse().unwrap();
            let theirs = phonenumber::PhoneNumber::try_from(number).unwrap();
            assert_eq!(PhoneNumber::try_from(&theirs).unwrap(), number, "{text}");
        }
    }
}
