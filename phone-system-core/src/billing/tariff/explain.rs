//! How a charge comes about, step by step.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::quote::{Piece, UNIT};
use super::{Charge, Error, Prefix, Tariff, TariffId};
use crate::money::{Amount, Currency, Rounding, UnitPrice};
use crate::text::Label;
use crate::time::{Duration, Timestamp};

/// Why a call costs what it costs: the fee, the pieces of the call, their sum, and its rounding.
///
/// Exact amounts are fractions of a unit of the currency in lowest terms, such as `13/625`, because
/// seconds of a minute's price need not end after the point. In words it is one line a step:
/// `to_string`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// The price list.
    pub tariff: TariffId,
    /// The currency of all amounts.
    pub currency: Currency,
    /// How long the call lasted.
    pub duration: Duration,
    /// The fee, and what the row in force at the beginning says of the whole call; nothing for a call
    /// of no duration.
    pub fee: Option<FeeStep>,
    /// The steps of the call, in pieces of one price.
    pub pieces: Vec<PieceStep>,
    /// The time that the price covers.
    pub billed: Duration,
    /// The fee and the pieces, exactly.
    pub sum: String,
    /// How the sum is rounded.
    pub rounding: Rounding,
    /// To how many digits after the point.
    pub digits: u8,
    /// What is charged.
    pub amount: Amount,
}

/// What the row in force at the beginning of a call says of the whole call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeeStep {
    /// The row's place in the list, from 0 on.
    pub rate: u32,
    /// Its prefix.
    pub prefix: Prefix,
    /// The fee for being connected.
    pub fee: UnitPrice,
    /// What the fee includes.
    pub included: Duration,
    /// The least that is charged for.
    pub minimum: Duration,
}

/// Steps of one length and price, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PieceStep {
    /// The place in the list, from 0 on, of the row in force when they begin.
    pub rate: u32,
    /// Its prefix.
    pub prefix: Prefix,
    /// Its window.
    pub window: Option<Label>,
    /// How long after the beginning of the call the first of them begins.
    pub from: Duration,
    /// When the first of them begins.
    pub begins: Timestamp,
    /// How many steps.
    pub increments: u64,
    /// How long each is.
    pub increment: Duration,
    /// The price of a minute.
    pub per_minute: UnitPrice,
    /// What they cost, exactly.
    pub amount: String,
}

/// An exact amount as a fraction in lowest terms.
pub(super) fn fraction(numerator: u128, denominator: u128) -> String {
    let (mut divisor, mut rest) = (numerator, denominator);
    while let Some(next) = divisor.checked_rem(rest) {
        (divisor, rest) = (rest, next);
    }
    let reduced = |value: u128| value.checked_div(divisor).unwrap_or(value);
    match reduced(denominator) {
        1 => reduced(numerator).to_string(),
        below => format!("{}/{below}", reduced(numerator)),
    }
}

fn exact(amount: u128) -> String {
    fraction(amount, u128::from(UNIT))
}

fn length(seconds: u64) -> Duration {
    // At most a few days more than the longest call.
    u32::try_from(seconds).map(Duration::from_seconds).unwrap_or_default()
}

impl Charge {
    /// How the charge comes about; reckoned anew from the list that made it.
    ///
    /// # Errors
    ///
    /// `tariff.other` if another list made it, or if this list does not come to the same amount.
    pub fn explain(&self, tariff: &Tariff) -> Result<Explanation, Error> {
        let other = || Error::OtherTariff {
            charged_by: self.tariff.name.clone(),
            digest: self.tariff.digest,
            tariff: tariff.id().name.clone(),
        };
        let rate = tariff.rate_at(self.rate).filter(|_| self.tariff == *tariff.id());
        let rate = rate.ok_or_else(other)?;
        let quote = tariff.quote_prefix(rate.direction, self.prefix, self.begins)?;
        let mut pieces = Vec::<Piece<'_>>::new();
        let price = quote
            .walk(self.duration, |piece| match pieces.last_mut() {
                // A boundary that changed nothing is no step of the way.
                Some(last)
                    if (last.row, last.per_minute, last.increment)
                        == (piece.row, piece.per_minute, piece.increment) =>
                {
                    last.steps = last.steps.saturating_add(piece.steps);
                }
                _ => pieces.push(piece),
            })
            .map_err(|stop| quote.refuse(self.duration, &stop))?;
        if (price.amount, price.billed, quote.row.place) != (self.amount, self.billed, self.rate) {
            return Err(other());
        }
        let costs = self.duration > Duration::ZERO;
        let fee = costs.then_some(FeeStep {
            rate: quote.row.place,
            prefix: rate.prefix,
            fee: rate.connection_fee,
            included: rate.included,
            minimum: rate.minimum,
        });
        let fee_exact = if costs { quote.row.terms.exact_fee() } else { 0 };
        let sum = pieces.iter().fold(fee_exact, |sum, piece| sum.saturating_add(piece.exact()));
        let definition = tariff.definition();
        Ok(Explanation {
            tariff: self.tariff.clone(),
            currency: tariff.currency(),
            duration: self.duration,
            fee,
            pieces: pieces.iter().filter_map(|piece| self.piece(tariff, piece)).collect(),
            billed: price.billed,
            sum: exact(sum),
            rounding: definition.rounding,
            digits: definition.digits(),
            amount: price.amount,
        })
    }

    fn piece(&self, tariff: &Tariff, piece: &Piece<'_>) -> Option<PieceStep> {
        let rate = tariff.rate_at(piece.row.place)?;
        Some(PieceStep {
            rate: piece.row.place,
            prefix: rate.prefix,
            window: rate.window.clone(),
            from: length(piece.from),
            begins: self.begins.after(length(piece.from)).unwrap_or(Timestamp::MAX),
            increments: piece.steps,
            increment: length(piece.increment),
            per_minute: UnitPrice::from_billionths(piece.per_minute)?,
            amount: exact(piece.exact()),
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tariff, currency, duration, billed, sum, rounding, digits, amount, .. } = self;
        writeln!(f, "{duration} by {} ({}), in {currency}", tariff.name, tariff.digest)?;
        if let Some(FeeStep { prefix, fee, included, minimum, .. }) = &self.fee {
            write!(f, "fee {fee} of prefix {prefix}")?;
            if *included > Duration::ZERO {
                write!(f, ", which includes {included}")?;
            }
            if *minimum > Duration::ZERO {
                write!(f, "; at least {minimum}")?;
            }
            writeln!(f)?;
        }
        for piece in &self.pieces {
            let PieceStep { prefix, window, from, begins, increments, increment, .. } = piece;
            write!(f, "from {from}, {begins}: {increments} of {increment} of prefix {prefix}")?;
            if let Some(window) = window {
                write!(f, " in {window}")?;
            }
            writeln!(f, " at {} a minute: {}", piece.per_minute, piece.amount)?;
        }
        writeln!(f, "sum for {billed}: {sum}")?;
        write!(f, "rounded {rounding} to {digits} digits: {amount}")
    }
}
