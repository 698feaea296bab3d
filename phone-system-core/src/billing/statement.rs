//! Statements: what moved in the ledger in a period, from its opening sums to its closing ones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Error;
use super::events::Event;
use super::ledger::{Book, LedgerLine, LedgerSums};
use crate::money::Amount;
use crate::text::{Key, Label};
use crate::time::Timestamp;

/// What moved in the ledger of an organization's account in a period.
///
/// It is read from the recorded events since the period began, so one of last month is told sooner
/// than one of last year; it waits while the store is exported or archived. Whatever has ended by
/// itself is told at the instant at which it was due, whether that is recorded yet or not.
///
/// Statements of periods that follow each other, each with its end, close and open with the same sums.
/// Nothing more can move in a period once anything is recorded for the account at its end or later;
/// until then a command may still be asked at an instant in it.
///
/// Refused with `billing.period_out_of_range` if it begins after it ends or ends after the query's
/// instant, and with `store.archived` if what moved since it began may be archived.
///
/// ```
/// use phone_system_core::billing::{AddFunds, Book, Payment, SetUpCredits, StatementOf};
/// use phone_system_core::organization::Context;
/// use phone_system_core::{OrganizationId, PhoneSystem};
///
/// let system = PhoneSystem::in_memory();
/// let contoso: OrganizationId = "contoso".parse()?;
/// let context = Context::new("2018-04-02T09:00:00Z".parse()?, "ada".parse()?);
/// system.execute(&contoso, &SetUpCredits { currency: "USD".parse()?, country: None }, &context)?;
/// let funds = AddFunds { amount: "50.00".parse()?, payment: Payment::default() };
/// system.execute(&contoso, &funds, &context)?;
///
/// let (since, until) = ("2018-04-01T00:00:00Z".parse()?, "2018-05-01T00:00:00Z".parse()?);
/// let april = StatementOf { since, until: Some(until), movements: true, holds: false };
/// let april = system.query(&contoso, &april, until)?;
/// assert_eq!((april.movements[0].debit, april.movements[0].credit), (Book::Payments, Book::Credits));
/// assert_eq!(april.closing.credits.to_string(), "50.00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StatementOf {
    /// When the period begins.
    pub since: Timestamp,
    /// When it ends: what moved at that instant is not in it. The query's instant if not given, and
    /// then what moved at it is in it too.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Whether to tell every movement, and not only the totals.
    #[serde(default = "yes")]
    pub movements: bool,
    /// Whether to tell also what was held for calls and given back, which changes no balance.
    #[serde(default)]
    pub holds: bool,
}

const fn yes() -> bool {
    true
}

/// An amount that moved from one side of the books to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Movement {
    /// When.
    pub at: Timestamp,
    /// The position of the commit that recorded it; none for what has ended and is not recorded yet.
    pub position: Option<u64>,
    /// The dotted name of the event.
    pub event: String,
    /// The call that it is about, if it is about one.
    pub call: Option<Key>,
    /// The lot that came in or was forfeited, if one was.
    pub lot: Option<u64>,
    /// Why, of what was adjusted or given back.
    pub reason: Option<Label>,
    /// The side that was debited.
    pub debit: Book,
    /// The side that was credited.
    pub credit: Book,
    /// How much, more than nothing.
    pub amount: Amount,
    /// The balance after it, what is held for calls included.
    pub balance: Amount,
}

/// What moved between two sides of the books in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementTotal {
    /// The side that was debited.
    pub debit: Book,
    /// The side that was credited.
    pub credit: Book,
    /// How many movements.
    pub movements: u64,
    /// How much together.
    pub amount: Amount,
}

/// A period of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Statement {
    /// When the period begins.
    pub since: Timestamp,
    /// When it ends; what moved at that instant is in it only if no end was asked for.
    pub until: Timestamp,
    /// The sums of the ledger before it.
    pub opening: LedgerSums,
    /// What moved, in its order; nothing if it was not asked for.
    pub movements: Vec<Movement>,
    /// How much of it, by the sides that were debited and credited.
    pub totals: Vec<StatementTotal>,
    /// The sums of the ledger after it.
    pub closing: LedgerSums,
}

/// A line of the ledger, and what it is about.
#[derive(Clone, Debug)]
pub struct Entry {
    at: Timestamp,
    position: Option<u64>,
    event: &'static str,
    call: Option<Key>,
    lot: Option<u64>,
    reason: Option<Label>,
    line: LedgerLine,
}

impl Entry {
    /// The lines of an event that was recorded at an instant, by the commit at a position if it was;
    /// `None` if its amounts are out of range.
    pub(crate) fn of(
        event: &Event,
        recorded_at: Timestamp,
        position: Option<u64>,
    ) -> Option<impl Iterator<Item = Self>> {
        // What ends by itself does so when it is due, whenever that is recorded.
        let at = match event {
            Event::HoldReleased(event) => event.at,
            Event::LotForfeited(event) => event.at,
            _ => recorded_at,
        };
        let (call, lot, reason) = match event {
            Event::CallAuthorized(event) => (Some(&event.call), None, None),
            Event::CallExtended(event) => (Some(&event.call), None, None),
            Event::CallCharged(event) => (Some(&event.call), None, None),
            Event::HoldReleased(event) => (Some(&event.call), None, None),
            Event::ChargeRefunded(event) => {
                (Some(&event.call), Some(event.lot), Some(&event.reason))
            }
            Event::CreditsGiven(event) => (None, Some(event.lot), Some(&event.reason)),
            Event::CreditsTaken(event) => (None, None, Some(&event.reason)),
            Event::FundsAdded(event) => (None, Some(event.lot), None),
            Event::LotForfeited(event) => (None, Some(event.lot), None),
            _ => (None, None, None),
        };
        let name = event.name();
        Some(event.ledger_lines()?.map(move |line| Self {
            at,
            position,
            event: name,
            call: call.cloned(),
            lot,
            reason: reason.cloned(),
            line,
        }))
    }

    fn movement(&self, balance: Amount) -> Movement {
        let Self { at, position, event, call, lot, reason, line } = self.clone();
        let LedgerLine { debit, credit, amount } = line;
        let event = event.to_owned();
        Movement { at, position, event, call, lot, reason, debit, credit, amount, balance }
    }

    fn is_of_a_hold(&self) -> bool {
        let LedgerLine { debit, credit, .. } = self.line;
        matches!((debit, credit), (Book::Credits, Book::Held) | (Book::Held, Book::Credits))
    }
}

impl StatementOf {
    /// The period as it is seen at `at`.
    pub(crate) fn period(&self, at: Timestamp) -> Result<(Timestamp, Timestamp), Error> {
        let (since, until) = (self.since, self.until.unwrap_or(at));
        if since > until || until > at {
            return Err(Error::PeriodOutOfRange { since, until, at });
        }
        Ok((since, until))
    }

    /// The statement of a period, from every entry since it began, in their order, and the sums after
    /// the last of them; `None` if a total is out of range.
    pub(crate) fn of<'a>(
        &self,
        (since, until): (Timestamp, Timestamp),
        entries: impl DoubleEndedIterator<Item = &'a Entry> + Clone,
        sums: LedgerSums,
    ) -> Option<Statement> {
        let entries = entries.filter(|entry| entry.at >= since);
        let mut opening = sums;
        for Entry { line: LedgerLine { debit, credit, amount }, .. } in entries.clone().rev() {
            let back = LedgerLine { debit: *credit, credit: *debit, amount: *amount };
            opening.enter(back)?;
        }
        let mut closing = opening;
        let mut movements = Vec::new();
        let mut totals: BTreeMap<(Book, Book), (u64, Amount)> = BTreeMap::new();
        let is_in = |entry: &&Entry| self.until.is_none_or(|until| entry.at < until);
        for entry in entries.filter(is_in) {
            closing.enter(entry.line)?;
            if entry.is_of_a_hold() && !self.holds {
                continue;
            }
            let LedgerLine { debit, credit, amount } = entry.line;
            let (count, total) = totals.entry((debit, credit)).or_default();
            *count = count.checked_add(1)?;
            *total = total.checked_add(amount)?;
            if self.movements {
                let balance = closing.credits.checked_add(closing.held)?;
                movements.push(entry.movement(balance));
            }
        }
        let total = |((debit, credit), (movements, amount))| StatementTotal {
            debit,
            credit,
            movements,
            amount,
        };
        let totals = totals.into_iter().map(total).collect();
        Some(Statement { since, until, opening, movements, totals, closing })
    }
}
