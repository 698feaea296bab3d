//! The state of an account.

mod consequences;
mod fit;
mod kept;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Error;
use super::events::{CreditsSetUp, Draw, Draws};
use super::hold::Hold;
use super::ledger::LedgerSums;
use super::minutes::{PoolKey, Used};
use super::policy::UserPolicy;
use super::tariff::TariffId;
use crate::map::Map;
use crate::money::Amount;
use crate::text::{Key, Label, UserId};
use crate::time::{Duration, Month, Timestamp};

/// Funds that came in at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lot {
    /// Its number within the account, from 1.
    pub lot: u64,
    /// What came in.
    pub amount: Amount,
    /// What is not spent of it.
    pub remaining: Amount,
    /// What of that is held for calls.
    #[serde(default)]
    pub held: Amount,
    /// When it came in.
    pub purchased_at: Timestamp,
    /// Spendable before this instant, forfeited at it: twelve calendar months later. What is held
    /// then is forfeited when it is given back.
    pub expires_at: Timestamp,
    /// Which agreement paid, if one did.
    pub payment: Payment,
}

/// How funds are paid: which enterprise agreement, and the purchase order; neither for a card, whose
/// data are never kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Payment {
    /// The number of the enterprise agreement; one of several.
    pub agreement: Option<Label>,
    /// The purchase order that goes with the agreement.
    pub purchase_order: Option<Label>,
}

impl Lot {
    /// What can be spent.
    pub fn available(&self) -> Amount {
        // No more is held than is there.
        self.remaining.checked_sub(self.held).unwrap_or_default()
    }
}

/// Buys more by itself when the balance falls below an amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AutoRecharge {
    /// What is bought.
    pub recharge_with: Amount,
    /// When the balance is below this; not when it is equal.
    pub when_below: Amount,
    /// The most that is bought by itself in a calendar month of UTC; none for no limit.
    #[serde(default)]
    pub monthly_cap: Option<Amount>,
    /// How it is paid.
    pub payment: Payment,
}

/// A recharge that was asked for and whose outcome is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PendingRecharge {
    /// Its number within the account, from 1.
    pub recharge: u64,
    /// What is bought.
    pub amount: Amount,
    /// How it is paid.
    pub payment: Payment,
    /// Since when it is pending.
    pub since: Timestamp,
}

/// A call whose books are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ChargedCall {
    /// The month in which it began.
    pub(super) month: Month,
    /// What credits or an invoice paid of it and was not given back.
    pub(super) refundable: Amount,
}

/// An organization's account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    credits: Option<CreditsSetUp>,
    /// Since when what credits do not pay is invoiced.
    postpaid: Option<Timestamp>,
    agreements: Map<Label, ()>,
    lots: Map<u64, Lot>,
    lots_bought: u64,
    balance: Amount,
    held: Amount,
    holds: Map<Key, Arc<Hold>>,
    /// When which hold ends.
    hold_ends: Map<(Timestamp, Key), ()>,
    /// The minutes that holds have of each pool.
    held_minutes: Map<PoolKey, Used>,
    auto_recharge: Option<AutoRecharge>,
    pending: Option<PendingRecharge>,
    recharges: u64,
    retry_at: Option<Timestamp>,
    /// What was bought by auto-recharge in the last month in which it was.
    recharged: Option<(Month, Amount)>,
    tariff: Option<TariffId>,
    used: Map<PoolKey, Used>,
    charged: Map<Key, ChargedCall>,
    /// The last month whose books are closed.
    closed: Option<Month>,
    policies: Map<UserId, UserPolicy>,
    /// What calls of users cost in a month beyond minutes, those that go on with what they may.
    spent: Map<(Month, UserId), Amount>,
    ledger: LedgerSums,
}

impl Account {
    /// Since when, and in which currency, Communications Credits are set up.
    pub fn credits(&self) -> Option<&CreditsSetUp> {
        self.credits.as_ref()
    }

    /// Since when what credits do not pay is invoiced; none for a prepaid account.
    pub fn postpaid(&self) -> Option<Timestamp> {
        self.postpaid
    }

    /// The enterprise agreements that can pay.
    pub fn agreements(&self) -> impl Iterator<Item = &Label> {
        self.agreements.iter().map(|(agreement, ())| agreement)
    }

    /// What is not spent: the sum of what is left of all lots; never negative.
    pub fn balance(&self) -> Amount {
        self.balance
    }

    /// What of the balance is held for calls.
    pub fn held(&self) -> Amount {
        self.held
    }

    /// What can be spent: the balance without what is held; never negative.
    pub fn available(&self) -> Amount {
        // No more is held than is there.
        self.balance.checked_sub(self.held).unwrap_or_default()
    }

    /// The lots that have something left, the oldest first.
    pub fn lots(&self) -> impl Iterator<Item = &Lot> {
        self.lots.iter().map(|(_, lot)| lot)
    }

    /// What is held for a call.
    pub fn hold(&self, call: &Key) -> Option<&Hold> {
        self.holds.get(call).map(AsRef::as_ref)
    }

    /// The calls that may go on, and what is held for each, by their names.
    pub fn holds(&self) -> impl Iterator<Item = (&Key, &Hold)> {
        self.holds.iter().map(|(call, hold)| (call, hold.as_ref()))
    }

    /// Auto-recharge, if it is set.
    pub fn auto_recharge(&self) -> Option<&AutoRecharge> {
        self.auto_recharge.as_ref()
    }

    /// The recharge whose outcome is not known; one at a time.
    pub fn pending_recharge(&self) -> Option<&PendingRecharge> {
        self.pending.as_ref()
    }

    /// The price list in force.
    pub fn tariff(&self) -> Option<&TariffId> {
        self.tariff.as_ref()
    }

    /// What was used of a pool, by calls that have ended.
    pub fn used(&self, pool: PoolKey) -> Used {
        self.used.get(&pool).copied().unwrap_or_default()
    }

    /// What calls that go on may use of a pool.
    pub fn held_minutes(&self, pool: PoolKey) -> Used {
        self.held_minutes.get(&pool).copied().unwrap_or_default()
    }

    /// What was used of a pool, and what calls that go on may use.
    pub(super) fn taken(&self, pool: PoolKey) -> Used {
        // What cannot be counted leaves nothing.
        let most = Duration::from_minutes(u32::MAX);
        let most = || Used { domestic: most, international: most, ..Used::default() };
        self.used(pool).and(self.held_minutes(pool)).unwrap_or_else(most)
    }

    /// The pools of a month of which anything was used.
    pub fn pools_of(&self, month: Month) -> impl Iterator<Item = PoolKey> {
        self.used.iter().map(|(pool, _)| *pool).filter(move |pool| pool.month == month)
    }

    /// Whether a call was charged, or recorded as free, and its month is not closed.
    pub fn was_charged(&self, call: &Key) -> bool {
        self.charged.contains(call)
    }

    /// What credits or an invoice paid of a call and was not given back; none if it is not known.
    pub fn refundable(&self, call: &Key) -> Option<Amount> {
        self.charged.get(call).map(|charged| charged.refundable)
    }

    /// The last month whose books are closed.
    pub fn closed(&self) -> Option<Month> {
        self.closed
    }

    /// What a user may do.
    pub fn policy(&self, user: &UserId) -> UserPolicy {
        self.policies.get(user).copied().unwrap_or_default()
    }

    /// The users of whom something is set, and what.
    pub fn policies(&self) -> impl Iterator<Item = (&UserId, &UserPolicy)> {
        self.policies.iter()
    }

    /// What a user's calls cost in a month beyond minutes, those that go on with what they may cost;
    /// nothing for a month whose books are closed.
    pub fn spent(&self, user: &UserId, month: Month) -> Amount {
        let spent = self.spent.get_by(|(of, other)| (of, other).cmp(&(&month, user)));
        spent.copied().unwrap_or_default()
    }

    /// The sums of the ledger.
    pub fn ledger(&self) -> &LedgerSums {
        &self.ledger
    }

    pub(super) fn lots_bought(&self) -> u64 {
        self.lots_bought
    }

    pub(crate) fn check_credits(&self) -> Result<&CreditsSetUp, Error> {
        self.credits.as_ref().ok_or(Error::CreditsNotSetUp {})
    }

    /// Whether toll-free numbers can be had and called.
    pub(crate) fn check_toll_free(&self) -> Result<(), Error> {
        self.check_credits()?;
        let balance = self.balance;
        if balance.is_positive() || self.postpaid.is_some() {
            return Ok(());
        }
        Err(Error::BalanceNotPositive { balance })
    }

    /// Whether funds can be paid so.
    pub(super) fn check_payment(&self, payment: &Payment) -> Result<(), Error> {
        match payment {
            Payment { agreement: None, purchase_order: Some(purchase_order) } => {
                Err(Error::PurchaseOrderAlone { purchase_order: purchase_order.clone() })
            }
            Payment { agreement: Some(agreement), .. } if !self.agreements.contains(agreement) => {
                let known = self.agreements().map(ToString::to_string).collect();
                Err(Error::AgreementUnknown { agreement: agreement.clone(), known })
            }
            _ => Ok(()),
        }
    }

    /// Why no price list can be used: none was chosen, or the chosen one was not given.
    #[cold]
    pub(crate) fn without_tariff(&self) -> Error {
        self.tariff.as_ref().map_or(Error::TariffNotChosen {}, Error::not_given)
    }

    /// What `amount` takes from which lots, the oldest first; none if there is less.
    pub(super) fn draws(&self, amount: Amount) -> Option<Draws> {
        let (draws, short) = self.draws_up_to(amount, None)?;
        (!short.is_positive()).then_some(draws)
    }

    /// As [`draws`](Self::draws), as far as there is something and as if `released` were not held;
    /// with what is short. None if a sum is out of range.
    pub(super) fn draws_up_to(
        &self,
        amount: Amount,
        released: Option<&Hold>,
    ) -> Option<(Draws, Amount)> {
        let mut draws = Draws::new();
        let mut left = amount;
        for lot in self.lots() {
            if !left.is_positive() {
                break;
            }
            let given_back = released.map(|hold| hold.of_lot(lot.lot)).unwrap_or_default();
            let amount = lot.available().checked_add(given_back)?.min(left);
            if amount.is_positive() {
                draws.push(Draw { lot: lot.lot, amount });
                left = left.checked_sub(amount)?;
            }
        }
        Some((draws, left))
    }
}
