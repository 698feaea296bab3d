//! What a call cost, as plain data.

use serde::{Deserialize, Serialize};

use super::{Direction, Error, Prefix, Tariff, TariffId};
use crate::billing::known::Known;
use crate::money::Amount;
use crate::text::Label;
use crate::time::{Duration, Timestamp};

/// What a call costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// The time that the price covers: the included seconds and every step that was begun.
    pub billed: Duration,
    /// The amount, rounded.
    pub amount: Amount,
}

/// What a call costs, by which row of which list; [`explain`](Charge::explain) tells why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Charge {
    /// The price list.
    pub tariff: TariffId,
    /// The place among the list's rows, from 0 on, of the row in force when the call began.
    pub rate: u32,
    /// The longest prefix of the list with which the number begins. The row is of this prefix or,
    /// where that has none in force then, of a shorter one.
    pub prefix: Prefix,
    /// The window of the row.
    pub window: Option<Label>,
    /// When the call began.
    pub begins: Timestamp,
    /// How long it lasted.
    pub duration: Duration,
    /// The time that it is charged for: the included seconds and every step that was begun.
    pub billed: Duration,
    /// The amount, rounded once.
    pub amount: Amount,
}

impl Tariff {
    /// What a call costs that began at `begins`, priced by a number as far as it is known.
    ///
    /// # Errors
    ///
    /// As [`quote`](Self::quote) and [`Quote::price`](super::Quote::price).
    pub fn charge(
        &self,
        direction: Direction,
        number: &Known,
        begins: Timestamp,
        duration: Duration,
    ) -> Result<Charge, Error> {
        let quote = self.quote(direction, number, begins)?;
        let Price { billed, amount } = quote.price(duration)?;
        let rate = quote.rate();
        Ok(Charge {
            tariff: self.id.clone(),
            rate: quote.row.place,
            prefix: self.prefix(direction, quote.entry).unwrap_or(rate.prefix),
            window: rate.window.clone(),
            begins,
            duration,
            billed,
            amount,
        })
    }
}
