//! Exact amounts of money, and the one place that rounds.

mod iso_4217;

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::text::{as_text_in_place, words};
use crate::written::{InPlace, Written};

/// A currency by its three letters of ISO 4217, in upper case.
///
/// Known are those that have a minor unit in the standard's List One as in force since 2026-01-01, funds
/// among them, and those withdrawn since 2018, of which records may tell.
///
/// ```
/// use phone_system_core::money::Currency;
/// assert_eq!("JPY".parse::<Currency>()?.minor_unit(), 0);
/// assert!("XYZ".parse::<Currency>().is_err());
/// # Ok::<(), phone_system_core::money::CurrencyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    letters: [u8; 3],
    minor_unit: u8,
}

impl Currency {
    /// How many digits after the point its minor unit has: 2 of USD, none of JPY, 3 of KWD.
    pub const fn minor_unit(self) -> u8 {
        self.minor_unit
    }
}

/// Why a text is no currency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct CurrencyError {
    /// The letters, if it has the form of one.
    unknown: Option<String>,
}

impl CurrencyError {
    fn sentence(&self) -> String {
        self.unknown.as_ref().map_or_else(
            || "a currency has three upper-case letters of ISO 4217, such as USD".to_owned(),
            |letters| {
                format!(
                    "`{letters}` is no currency with a minor unit in ISO 4217 as of 2026-01-01; give the code of one, such as USD, EUR or JPY"
                )
            },
        )
    }
}

impl InPlace for Currency {
    fn write(&self, text: &mut Written) {
        text.ascii(self.letters);
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    /// # Errors
    ///
    /// If it is not three upper-case letters, or none of the standard's.
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let letters = <[u8; 3]>::try_from(text.as_bytes()).ok();
        let letters = letters.filter(|letters| letters.iter().all(u8::is_ascii_uppercase));
        let letters = letters.ok_or(CurrencyError { unknown: None })?;
        let minor_unit = iso_4217::minor_unit(text);
        minor_unit
            .map(|minor_unit| Self { letters, minor_unit })
            .ok_or_else(|| CurrencyError { unknown: Some(text.to_owned()) })
    }
}

words! {
    /// What becomes of a part of an amount that is smaller than the last digit that is kept.
    pub enum Rounding {
        /// To the nearer; a half away from zero: 0.005 is 0.01, 0.015 is 0.02.
        HalfAwayFromZero = "half_away_from_zero",
        /// To the nearer; a half to the even digit: 0.005 is 0.00, 0.015 is 0.02.
        HalfEven = "half_even",
        /// Away from zero: 0.001 is 0.01.
        Up = "up",
        /// Towards zero: 0.009 is 0.00.
        Down = "down",
    }
}

impl Default for Rounding {
    /// Half away from zero.
    fn default() -> Self {
        Self::HalfAwayFromZero
    }
}

impl Rounding {
    /// The quotient as a whole number; `None` if the divisor is 0 or the quotient out of range.
    fn divide(self, dividend: i128, divisor: u64) -> Option<i128> {
        let wide = i128::from(divisor);
        let rest = u64::try_from(dividend.checked_rem(wide)?.unsigned_abs()).ok()?;
        let quotient = dividend.checked_div(wide)?;
        let away = self.is_away(quotient % 2 != 0, rest, divisor);
        quotient.checked_add(if away { dividend.signum() } else { 0 })
    }

    /// The same of what fits into 64 bits, as nearly every price does: a fraction of the time.
    #[inline]
    fn divide_small(self, dividend: u64, divisor: u64) -> Option<u64> {
        let (quotient, rest) = (dividend.checked_div(divisor)?, dividend.checked_rem(divisor)?);
        quotient.checked_add(self.is_away(quotient % 2 != 0, rest, divisor).into())
    }

    /// Whether a quotient with a rest is rounded away from zero.
    #[inline]
    fn is_away(self, is_odd: bool, rest: u64, divisor: u64) -> bool {
        let other = divisor.saturating_sub(rest);
        rest != 0
            && match self {
                Self::HalfAwayFromZero => rest >= other,
                Self::HalfEven => rest > other || rest == other && is_odd,
                Self::Up => true,
                Self::Down => false,
            }
    }
}

/// Millionths in one unit of a currency.
const UNIT: i64 = 1_000_000;

/// The digits after the point that an amount keeps.
const SCALE: u32 = 6;

/// An amount in the units of some currency, exact to a millionth; it may be negative.
///
/// Its one text form, in JSON too, has a point and two to six digits after it: `50.00`, `0.0075`.
/// Reading accepts fewer digits, and up to six. The currency stands beside it: an account has one.
///
/// ```
/// use phone_system_core::money::Amount;
/// let price: Amount = "0.0075".parse()?;
/// assert_eq!(price.to_string(), "0.0075");
/// assert_eq!("50".parse::<Amount>()?.to_string(), "50.00");
/// # Ok::<(), phone_system_core::money::AmountError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i64);

/// Why a text or a number is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not an amount such as 50.00, with at most six digits after the point, up to 9223372036854.775807"
)]
pub struct AmountError {
    text: String,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many millionths of a unit.
    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// Millionths of a unit.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// The sum; `None` if it is out of range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; `None` if it is out of range.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Whether there is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether there is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// `numerator / denominator` units, rounded once: to `digits` after the point, as `rounding`
    /// says. `None` if it is out of range, if `denominator` is 0, or if `digits` is more than six.
    ///
    /// This is the only place that rounds amounts.
    #[inline]
    pub fn of_fraction(
        numerator: i128,
        denominator: u64,
        digits: u32,
        rounding: Rounding,
    ) -> Option<Self> {
        const POWERS: [u32; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
        let power =
            |digits: u32| usize::try_from(digits).ok().and_then(|at| POWERS.get(at)).copied();
        let (scale, step) = (power(digits)?, power(SCALE.checked_sub(digits)?)?);
        let small = u64::try_from(numerator).ok().and_then(|small| small.checked_mul(scale.into()));
        let whole = if let Some(steps) = small {
            i64::try_from(rounding.divide_small(steps, denominator)?)
        } else {
            let steps = numerator.checked_mul(scale.into())?;
            i64::try_from(rounding.divide(steps, denominator)?)
        };
        let whole = whole.ok()?;
        whole.checked_mul(step.into()).map(Self)
    }
}

/// Billionths in one unit of a currency.
const PRICE_UNIT: u64 = 1_000_000_000;

/// A price in the units of some currency, exact to a billionth: carriers quote fractions of cents.
///
/// Never negative, and less than 1,000,000,000. Its one text form, in JSON too, has a point and two
/// to nine digits after it: `0.013`, `0.000125`. A price is not rounded; what does not fit is
/// refused.
///
/// ```
/// use phone_system_core::money::UnitPrice;
/// assert_eq!("0.0001250".parse::<UnitPrice>()?.to_string(), "0.000125");
/// assert!("-1".parse::<UnitPrice>().is_err() && "0.0000000001".parse::<UnitPrice>().is_err());
/// # Ok::<(), phone_system_core::money::PriceError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitPrice(u64);

/// Why a text is no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct PriceError {
    text: String,
}

impl PriceError {
    fn sentence(&self) -> String {
        let text = &self.text;
        if text.starts_with('-') {
            return format!("`{text}` is less than nothing, and a price is not negative");
        }
        format!(
            "`{text}` is not a price such as 0.0125, with at most nine digits before and after the point"
        )
    }
}

impl UnitPrice {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many billionths of a unit; `None` from 1,000,000,000 units on.
    pub fn from_billionths(billionths: u64) -> Option<Self> {
        (billionths < PRICE_UNIT.saturating_mul(PRICE_UNIT)).then_some(Self(billionths))
    }

    /// Billionths of a unit.
    pub const fn billionths(self) -> u64 {
        self.0
    }

    /// The price in another currency of which one unit of this one is `rate`, rounded once to a
    /// billionth as `rounding` says. `None` if it is out of range.
    pub(crate) fn times(self, rate: Self, rounding: Rounding) -> Option<Self> {
        let product = i128::from(self.0).checked_mul(i128::from(rate.0))?;
        let whole = rounding.divide(product, PRICE_UNIT)?;
        Self::from_billionths(u64::try_from(whole).ok()?)
    }
}

impl InPlace for UnitPrice {
    fn write(&self, text: &mut Written) {
        text.number(self.0 / PRICE_UNIT).fraction(self.0 % PRICE_UNIT, 9);
    }
}

impl FromStr for UnitPrice {
    type Err = PriceError;

    fn from_str(text: &str) -> Result<Self, PriceError> {
        let read = || {
            let (units, rest) = text.split_once('.').unwrap_or((text, "0"));
            let mut billionths = 0_u64;
            for (digits, width) in [(units, units.len()), (rest, 9)] {
                if !(1..=9).contains(&digits.len()) {
                    return None;
                }
                for place in 0..width {
                    // Digits that are not written are zeros.
                    let byte = digits.as_bytes().get(place).copied().unwrap_or(b'0');
                    let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
                    billionths = billionths.checked_mul(10)?.checked_add(u64::from(digit))?;
                }
            }
            Self::from_billionths(billionths)
        };
        read().ok_or_else(|| PriceError { text: text.chars().take(64).collect() })
    }
}

impl From<UnitPrice> for Decimal {
    fn from(price: UnitPrice) -> Self {
        Self::from_i128_with_scale(i128::from(price.0), 9)
    }
}

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Self {
        Self::new(amount.0, SCALE)
    }
}

impl TryFrom<Decimal> for Amount {
    type Error = AmountError;

    /// # Errors
    ///
    /// If it has more than six digits after the point, or is out of range.
    fn try_from(decimal: Decimal) -> Result<Self, AmountError> {
        let error = || AmountError { text: decimal.to_string() };
        let mut exact = decimal.normalize();
        if exact.scale() > SCALE {
            return Err(error());
        }
        exact.rescale(SCALE);
        i64::try_from(exact.mantissa()).map(Self).map_err(|_| error())
    }
}

impl InPlace for Amount {
    fn write(&self, text: &mut Written) {
        const WHOLE: u64 = UNIT.unsigned_abs();
        let amount = self.0.unsigned_abs();
        if self.0 < 0 {
            text.ascii(*b"-");
        }
        text.number(amount / WHOLE).fraction(amount % WHOLE, 6);
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let error = || AmountError { text: text.chars().take(64).collect() };
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (units, rest) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(units) || !digits(rest) || rest.len() > 6 {
            return Err(error());
        }
        let amount = || {
            let units = units.parse::<i64>().ok()?.checked_mul(UNIT)?;
            let rest = format!("{rest:0<6}").parse::<i64>().ok()?;
            let sum = units.checked_add(rest)?;
            if text.starts_with('-') { sum.checked_neg() } else { Some(sum) }
        };
        amount().map(Self).ok_or_else(error)
    }
}

as_text_in_place! {
    Currency: "currency", "Three letters of ISO 4217.";
    Amount: "amount", "An exact amount of money, with two to six digits after the point.";
    UnitPrice: "price", "An exact price, not negative, with two to nine digits after the point.";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn currencies_are_those_of_the_standard() {
        for code in ["USD", "EUR", "GBP", "JPY", "KWD", "CLF", "BGN"] {
            assert_eq!(code.parse::<Currency>().unwrap().to_string(), code);
        }
        for (text, problem) in [
            ("XYZ", "`XYZ` is no currency with a minor unit in ISO 4217 as of 2026-01-01; give"),
            ("XAU", "`XAU` is no currency"),
            ("usd", "a currency has three upper-case letters of ISO 4217, such as USD"),
            ("US", "a currency has three upper-case letters"),
            ("", "a currency has three upper-case letters"),
        ] {
            let refused = text.parse::<Currency>().unwrap_err().to_string();
            assert!(refused.starts_with(problem), "{refused}");
        }
    }

    #[test]
    fn amounts_have_one_text_form() {
        for (given, canonical) in [
            ("0", "0.00"),
            ("50", "50.00"),
            ("0.5", "0.50"),
            ("-0.000001", "-0.000001"),
            ("12.340000", "12.34"),
            ("9223372036854.775807", "9223372036854.775807"),
        ] {
            assert_eq!(amount(given).to_string(), canonical);
            assert_eq!(Amount::try_from(Decimal::from(amount(given))), Ok(amount(given)));
        }
        for bad in ["", "-", ".5", "5.", "1e3", "+1", "0.0000001", "9223372036854.775808", "1,0"] {
            assert!(bad.parse::<Amount>().is_err(), "{bad}");
        }
        assert!(Amount::try_from(Decimal::new(1, 7)).is_err());
    }

    #[test]
    fn amounts_are_rounded_once_as_is_said() {
        let modes = [Rounding::HalfAwayFromZero, Rounding::HalfEven, Rounding::Up, Rounding::Down];
        for (numerator, digits, wanted) in [
            (5, 2, ["0.01", "0.00", "0.01", "0.00"]),
            (15, 2, ["0.02", "0.02", "0.02", "0.01"]),
            (25, 2, ["0.03", "0.02", "0.03", "0.02"]),
            (14, 2, ["0.01", "0.01", "0.02", "0.01"]),
            (16, 2, ["0.02", "0.02", "0.02", "0.01"]),
            (10, 2, ["0.01", "0.01", "0.01", "0.01"]),
            (-15, 2, ["-0.02", "-0.02", "-0.02", "-0.01"]),
            (-25, 2, ["-0.03", "-0.02", "-0.03", "-0.02"]),
            (1_500, 0, ["2.00", "2.00", "2.00", "1.00"]),
            (2_500, 0, ["3.00", "2.00", "3.00", "2.00"]),
            (13, 6, ["0.013", "0.013", "0.013", "0.013"]),
        ] {
            for (mode, wanted) in modes.into_iter().zip(wanted) {
                let rounded = Amount::of_fraction(numerator, 1_000, digits, mode).unwrap();
                assert_eq!(rounded.to_string(), wanted, "{numerator} {mode}");
                // Wide numbers are rounded by the same rule.
                let wide = numerator * 10_i128.pow(15);
                let denominator = 10_u64.pow(18);
                assert_eq!(Amount::of_fraction(wide, denominator, digits, mode), Some(rounded));
            }
        }
        let of = |numerator, denominator, digits| {
            Amount::of_fraction(numerator, denominator, digits, Rounding::Up)
        };
        assert_eq!(of(1, 3, 6).unwrap().to_string(), "0.333334");
        assert_eq!(of(i128::MAX, 1, 2), None);
        assert_eq!(of(i128::from(i64::MAX), 1, 2), None);
        assert_eq!(of(1, 0, 2), None);
        assert_eq!(of(1, 1, 7), None);
    }

    #[test]
    fn prices_have_one_text_form_and_are_exact() {
        for (given, canonical) in [
            ("0", "0.00"),
            ("1", "1.00"),
            ("0.0125", "0.0125"),
            ("00.000000001", "0.000000001"),
            ("999999999.999999999", "999999999.999999999"),
        ] {
            let price: UnitPrice = given.parse().unwrap();
            assert_eq!(price.to_string(), canonical);
            assert_eq!(Decimal::from(price), given.parse().unwrap());
        }
        for bad in ["", "-0.1", "+1", ".5", "5.", "1e3", "0.0000000001", "1000000000", "1,5", "$1"]
        {
            assert!(bad.parse::<UnitPrice>().is_err(), "{bad}");
        }
        assert_eq!(
            "-1".parse::<UnitPrice>().unwrap_err().to_string(),
            "`-1` is less than nothing, and a price is not negative"
        );
    }
}
