//! Exact amounts of money, and the one place that rounds.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::text::as_text;

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

    /// `fixed + per * (part / whole)`, rounded once: to `digits` after the point, half away from
    /// zero. `None` if it is out of range, if `whole` is 0, or if `digits` is more than six.
    ///
    /// This is the only place that rounds money.
    pub fn of_share(fixed: Self, per: Self, part: u64, whole: u32, digits: u32) -> Option<Self> {
        let (part, whole) = (i128::from(part), i128::from(whole));
        let exact = i128::from(fixed.0)
            .checked_mul(whole)?
            .checked_add(i128::from(per.0).checked_mul(part)?)?;
        // The exact amount is `exact / whole` millionths; one step is `step` millionths.
        let step = 10_i128.checked_pow(SCALE.checked_sub(digits)?)?;
        let divisor = whole.checked_mul(step)?;
        let (quotient, rest) = (exact.checked_div(divisor)?, exact.checked_rem(divisor)?);
        let up = rest.checked_abs()?.checked_mul(2)? >= divisor;
        let steps = quotient.checked_add(if up { exact.signum() } else { 0 })?;
        i64::try_from(steps.checked_mul(step)?).ok().map(Self)
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

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (units, rest) = (
            self.0.unsigned_abs().div_euclid(UNIT.unsigned_abs()),
            self.0.unsigned_abs().rem_euclid(UNIT.unsigned_abs()),
        );
        let digits = format!("{rest:06}");
        let kept = digits.trim_end_matches('0');
        write!(f, "{sign}{units}.{kept:0<2}")
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

as_text! {
    Currency: "currency", "Three letters of ISO 4217.";
    Amount: "amount", "An exact amount of money, with two to six digits after the point.";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
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
    fn a_share_is_rounded_once_and_half_away_from_zero() {
        let share = |fixed, per, part, digits| {
            Amount::of_share(amount(fixed), amount(per), part, 60, digits).unwrap().to_string()
        };
        assert_eq!(share("0.00", "0.013", 60, 2), "0.01");
        assert_eq!(share("0.00", "0.013", 60, 6), "0.013");
        assert_eq!(share("0.00", "0.01", 30, 2), "0.01");
        assert_eq!(share("0.00", "0.01", 29, 2), "0.00");
        // 0.002 + 0.013 is 0.015: rounding the parts first would give 0.01.
        assert_eq!(share("0.002", "0.013", 60, 2), "0.02");
        assert_eq!(share("0.00", "-0.01", 30, 2), "-0.01");
        let most = Amount::from_millionths(i64::MAX);
        assert_eq!(Amount::of_share(most, most, 60, 60, 2), None);
        assert_eq!(Amount::of_share(most, most, u64::MAX, 60, 2), None);
        assert_eq!(Amount::of_share(most, most, 1, 0, 2), None);
        assert_eq!(Amount::of_share(most, most, 1, 60, 7), None);
    }
}
