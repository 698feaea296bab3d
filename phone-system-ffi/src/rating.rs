//! Calls priced by an organization's price list, without JSON; nothing is charged.

use std::ffi::c_char;

use phone_system_core::billing::{CallFigures, Known, Price};
use phone_system_core::number;
use phone_system_core::{ErrorCode, Refuses};

use crate::boundary::{
    Output, Outputs, Refused, array, guard, malformed, reference, refused, text,
};
use crate::charging::{duration, instant};
use crate::handles::phs_organization;
use crate::number::number_of;
use crate::status::{OK, phs_status};
use crate::words::{DIRECTIONS, wanted};

/// A call to be priced: a plain value.
///
/// Thread safety: as of any plain value; it is read while a call with it lasts.
#[repr(C)]
pub struct phs_rating {
    /// The digits, those of phs_number, of the number called, or of the caller of a call that comes
    /// in.
    pub digits: u64,
    /// When the call begins: microseconds since 1970 began, in UTC.
    pub begins: i64,
    /// How long it lasts, in microseconds, at most 366 days.
    pub duration: i64,
    /// Which way it goes: one of phs_direction.
    pub direction: u32,
    /// 0; later versions may have a meaning for others.
    pub reserved: u32,
}

/// What a call costs: a plain value that owns nothing.
///
/// Thread safety: as of any plain value.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct phs_price {
    /// How long it is charged for, by the steps of the price list, in microseconds.
    pub billed: i64,
    /// The price, in millionths of the price list's currency.
    pub amount: i64,
}

impl From<Price> for phs_price {
    fn from(price: Price) -> Self {
        Self { billed: price.billed.micros(), amount: price.amount.millionths() }
    }
}

impl phs_rating {
    fn figures(&self) -> Result<CallFigures, Refused> {
        let Self { digits, begins, duration: lasts, direction, reserved } = *self;
        if reserved != 0 {
            return Err(malformed("reserved", "it is 0"));
        }
        Ok(CallFigures {
            direction: wanted("direction", &DIRECTIONS, direction)?,
            number: number_of(digits)?,
            begins: instant("begins", begins)?,
            duration: duration("duration", lasts)?,
        })
    }
}

/// Prices a call by the price list that the organization chose; nothing is charged, and the minutes
/// of plans are left aside.
///
/// `number` is the number called, or that of the caller of a call that comes in, with a plus; it
/// ends with NUL. "+1425*" stands for one of which no more is known, and "withheld" for one of
/// which nothing is. `direction` is one of phs_direction, `begins` microseconds since 1970 began,
/// `duration` microseconds. `out` receives the price, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_BOUNDARY_NOT_UTF8, PHS_NUMBER_NOT_A_NUMBER, PHS_ENVELOPE_MALFORMED if another argument cannot
/// be what it is to be, PHS_BILLING_TARIFF_NOT_CHOSEN, PHS_BILLING_TARIFF_UNKNOWN if the price list
/// was not given to the system, PHS_TARIFF_NO_RATE, PHS_TARIFF_OUT_OF_RANGE, PHS_STORE_POISONED, or
/// PHS_STORE_FORKED as phs_execute() does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_rate(
    organization: *const phs_organization,
    number: *const c_char,
    direction: u32,
    begins: i64,
    duration: i64,
    out: *mut phs_price,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (out, organization, number) = unsafe {
            (
                Output::new("out", out)?,
                reference("organization", organization)?,
                text("number", number)?,
            )
        };
        let (system, id) = organization.opened()?;
        let direction = wanted("direction", &DIRECTIONS, direction)?;
        let number: Known = number.parse().map_err(|_| {
            refused(number::Error::NotANumber { text: number.chars().take(64).collect() })
        })?;
        let lasts = self::duration("duration", duration)?;
        let tariff = system.system().tariff_of(id).map_err(refused)?;
        let quote =
            tariff.quote(direction, &number, instant("begins", begins)?).map_err(refused)?;
        out.set(quote.price(lasts).map_err(refused)?.into());
        Ok(())
    })
}

/// Prices many calls, each as phs_organization_rate() does.
///
/// The price list is looked up once, and no memory is asked for by a call that has a price.
/// `ratings` has `count` calls; `prices` and `statuses` have room for as many, and all three may not
/// be NULL. For each call `statuses` receives PHS_OK or why it has no price, and `prices` what it
/// costs, or zeros. A call that has none does not make this call fail; the last error knows nothing
/// of it. Beside the statuses of phs_organization_rate() a call may have PHS_NUMBER_TOO_SHORT or
/// PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_BILLING_TARIFF_NOT_CHOSEN, PHS_BILLING_TARIFF_UNKNOWN, PHS_STORE_POISONED or
/// PHS_STORE_FORKED; both arrays are untouched then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_rate_batch(
    organization: *const phs_organization,
    ratings: *const phs_rating,
    count: usize,
    prices: *mut phs_price,
    statuses: *mut phs_status,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (prices, statuses, organization, ratings) = unsafe {
            (
                Outputs::new("prices", prices, count)?,
                Outputs::new("statuses", statuses, count)?,
                reference("organization", organization)?,
                array("ratings", ratings, count)?,
            )
        };
        let (system, id) = organization.opened()?;
        let tariff = system.system().tariff_of(id).map_err(refused)?;
        let tell = |place, told: Result<Price, ErrorCode>| {
            let (status, price) = match told {
                Ok(price) => (OK, price.into()),
                Err(code) => (code.number(), phs_price::default()),
            };
            statuses.set(place, status);
            prices.set(place, price);
        };
        let calls = ratings.iter().enumerate().filter_map(|(place, rating)| {
            let call = rating.figures().map_err(|refusal| tell(place, Err(refusal.code)));
            Some((place, call.ok()?))
        });
        tariff.rate_calls(calls, |place, price| tell(place, price.map_err(|error| error.code())));
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structs_have_no_padding() {
        assert_eq!(size_of::<phs_rating>(), 8 + 8 + 8 + 4 + 4);
        assert_eq!(size_of::<phs_price>(), 8 + 8);
    }
}
