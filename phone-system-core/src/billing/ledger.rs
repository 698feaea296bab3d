//! The ledger: what each event moves, from one side of the books to another.
//!
//! Every line debits one account and credits another by the same amount, so debits equal credits
//! whatever happens. The lines are a function of the events and are kept nowhere.

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};

use super::charge::sum;
use super::events::Event;
use crate::money::Amount;
use crate::text::words;

words! {
    /// The sides of the books of an organization's account, as the provider keeps them.
    pub enum Book {
        /// Money that came in for credits.
        Payments = "payments",
        /// Credits that are not spent and not held: what the provider owes.
        Credits = "credits",
        /// Credits that are held for calls.
        Held = "held",
        /// What calls cost, whoever paid.
        Calls = "calls",
        /// Credits that were forfeited.
        Forfeited = "forfeited",
        /// Credits that were given or taken otherwise.
        Adjustments = "adjustments",
        /// Charges that were given back.
        Refunds = "refunds",
        /// Calls that took place and that nothing paid.
        Uncollected = "uncollected",
        /// Calls that are paid by invoice.
        Invoiced = "invoiced",
    }
}

/// A line of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LedgerLine {
    /// The side that is debited.
    pub debit: Book,
    /// The side that is credited.
    pub credit: Book,
    /// How much, more than nothing.
    pub amount: Amount,
}

/// The sums of the ledger: credits less debits of each side.
///
/// `payments`, `uncollected` and `invoiced` are what came in or is owed, and so negative or zero; the
/// others are what became of it. All nine together are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LedgerSums {
    /// Money that came in.
    pub payments: Amount,
    /// Credits neither spent nor held.
    pub credits: Amount,
    /// Credits held for calls.
    pub held: Amount,
    /// What calls cost.
    pub calls: Amount,
    /// Forfeited.
    pub forfeited: Amount,
    /// Given or taken otherwise.
    pub adjustments: Amount,
    /// Given back.
    pub refunds: Amount,
    /// Paid by nothing.
    pub uncollected: Amount,
    /// Paid by invoice.
    pub invoiced: Amount,
}

impl LedgerSums {
    #[inline]
    fn side(&mut self, book: Book) -> &mut Amount {
        match book {
            Book::Payments => &mut self.payments,
            Book::Credits => &mut self.credits,
            Book::Held => &mut self.held,
            Book::Calls => &mut self.calls,
            Book::Forfeited => &mut self.forfeited,
            Book::Adjustments => &mut self.adjustments,
            Book::Refunds => &mut self.refunds,
            Book::Uncollected => &mut self.uncollected,
            Book::Invoiced => &mut self.invoiced,
        }
    }

    /// The sum of all nine, which is zero; none if it is out of range.
    pub(super) fn total(&self) -> Option<Amount> {
        let on_one_side =
            [self.payments, self.uncollected, self.invoiced, self.adjustments, self.refunds];
        let on_the_other = [self.credits, self.held, self.calls, self.forfeited];
        on_one_side.into_iter().chain(on_the_other).try_fold(Amount::ZERO, Amount::checked_add)
    }

    /// Enters a line; `None` if a sum is out of range, and then nothing was entered.
    #[inline]
    pub fn enter(&mut self, line: LedgerLine) -> Option<()> {
        let debited = self.side(line.debit).checked_sub(line.amount)?;
        let credited = self.side(line.credit).checked_add(line.amount)?;
        *self.side(line.debit) = debited;
        *self.side(line.credit) = credited;
        Some(())
    }
}

impl Event {
    /// The lines of the ledger that the event is; `None` if its amounts are out of range, which no
    /// event has that was recorded.
    pub fn ledger_lines(&self) -> Option<impl Iterator<Item = LedgerLine>> {
        let mut lines = ArrayVec::<_, 4>::new();
        self.each_ledger_line(|line| lines.try_push(line).ok())?;
        Some(lines.into_iter())
    }

    /// Has each line of the ledger entered that the event is, up to four; `None` if one was not, or if
    /// amounts are out of range.
    #[inline]
    pub(super) fn each_ledger_line(
        &self,
        mut enter: impl FnMut(LedgerLine) -> Option<()>,
    ) -> Option<()> {
        let mut line = |debit, credit, amount: Amount| {
            if amount.is_positive() {
                enter(LedgerLine { debit, credit, amount })
            } else {
                Some(())
            }
        };
        match self {
            Self::FundsAdded(event) => line(Book::Payments, Book::Credits, event.amount),
            Self::LotForfeited(event) => line(Book::Credits, Book::Forfeited, event.amount),
            Self::CallAuthorized(event) => line(Book::Credits, Book::Held, sum(&event.hold.draws)?),
            Self::CallExtended(event) => line(Book::Credits, Book::Held, sum(&event.draws)?),
            Self::HoldReleased(event) => line(Book::Held, Book::Credits, sum(&event.draws)?),
            Self::CallCharged(event) => {
                line(Book::Held, Book::Credits, sum(&event.released)?)?;
                line(Book::Credits, Book::Calls, sum(&event.draws)?)?;
                line(Book::Uncollected, Book::Calls, event.uncollected)?;
                line(Book::Invoiced, Book::Calls, event.invoiced)
            }
            Self::ChargeRefunded(event) => line(Book::Refunds, Book::Credits, event.amount),
            Self::CreditsGiven(event) => line(Book::Adjustments, Book::Credits, event.amount),
            Self::CreditsTaken(event) => line(Book::Credits, Book::Adjustments, sum(&event.draws)?),
            _ => Some(()),
        }
    }
}
