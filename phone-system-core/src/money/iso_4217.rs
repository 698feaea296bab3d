//! The currencies of ISO 4217.
//!
//! Codes and minor units are those of its List One, published by its maintenance agency (SIX), as in
//! force since 2026-01-01 (amendment 180). Left out is what has no minor unit there, and so no amounts:
//! precious metals, units of account, `XTS` and `XXX`.
//!
//! A code that is withdrawn stays, among those of its time, because stored events name it.

/// Two digits: the cent and its like.
const TWO: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD",
    "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF",
    "CHW", "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN",
    "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL",
    "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT",
    "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU",
    "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD",
    "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR",
    "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB",
    "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "USN", "UYU", "UZS", "VED",
    "VES", "WST", "XAD", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG",
];

/// No minor unit in use.
const NONE: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
];

/// Three digits: a thousandth.
const THREE: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// Four digits: funds that are reckoned by an index.
const FOUR: &[&str] = &["CLF", "UYW"];

/// Withdrawn since 2018, the first year whose rules are kept; each had two digits.
const WITHDRAWN: &[&str] = &["ANG", "BGN", "CUC", "HRK", "SLL", "VEF", "ZWL"];

/// Those that are met most often first.
const BY_DIGITS: [(u8, &[&str]); 5] = [(2, TWO), (0, NONE), (3, THREE), (4, FOUR), (2, WITHDRAWN)];

/// How many digits after the point the minor unit of a currency has; `None` if there is no such one.
pub(super) fn minor_unit(code: &str) -> Option<u8> {
    let found = BY_DIGITS.iter().find(|(_, codes)| codes.binary_search(&code).is_ok());
    found.map(|(digits, _)| *digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_once_and_in_order() {
        let mut all = Vec::<&str>::new();
        for (_, codes) in BY_DIGITS {
            assert!(codes.is_sorted());
            all.extend(codes);
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        // List One has 139, 17, 7 and 2; seven are withdrawn.
        assert_eq!((count, all.len()), (172, 172));
        assert!(
            all.iter().all(|code| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()))
        );
    }

    #[test]
    fn minor_units_are_those_of_the_standard() {
        for (code, digits) in
            [("USD", 2), ("XCG", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("CLF", 4), ("HRK", 2)]
        {
            assert_eq!(minor_unit(code), Some(digits), "{code}");
        }
        for code in ["XYZ", "XXX", "XTS", "XAU", "XDR", "DEM", "usd", "US", ""] {
            assert_eq!(minor_unit(code), None, "{code}");
        }
    }
}
