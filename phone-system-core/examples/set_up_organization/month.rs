//! The calls of a month, one after the other, against minutes and credits.

use std::collections::{BTreeMap, BTreeSet};

use phone_system_core::billing::{
    AddAgreement, AddFunds, CallRecord, ChooseTariff, Payment, PendingRecharge, RechargeOutcome,
    ReportRecharge, SetAutoRecharge, SetUpCredits, Unpaid,
};
use phone_system_core::bulk::Mode;
use phone_system_core::error::ErrorCode;
use phone_system_core::money::Amount;
use phone_system_core::organization::{
    AccountAnswer, AccountOf, AdvanceOrganization, ChargeCalls, Command, Context, MinutesOf, PoolOf,
};
use phone_system_core::system::Executed;
use phone_system_core::text::Key;
use phone_system_core::time::Month;
use phone_system_core::{Duration, Error, OrganizationId, PhoneSystem, Refuses, Timestamp};
use serde::Serialize;

use crate::settings::{Payments, Settings};

/// How the month went.
#[derive(Serialize)]
pub(crate) struct Usage {
    /// Calls that had ended by the instant of the report.
    pub(crate) calls: u32,
    /// Calls that neither minutes nor credits paid, because they are free.
    pub(crate) free: u32,
    /// Calls that minutes paid, wholly or in part.
    pub(crate) included: u32,
    /// Calls that credits paid, wholly or in part.
    pub(crate) paid: u32,
    /// What credits paid.
    pub(crate) spent: Amount,
    /// The balance at the end of each day of UTC.
    pub(crate) days: Vec<Day>,
    pub(crate) recharges: Vec<Recharge>,
    /// Calls that would have been refused, by reason.
    pub(crate) refused: Vec<RefusedCalls>,
    pub(crate) account: AccountAnswer,
    pub(crate) pools: Vec<PoolOf>,
}

#[derive(Serialize)]
pub(crate) struct Day {
    pub(crate) day: String,
    pub(crate) balance: Amount,
}

#[derive(Serialize)]
pub(crate) struct Recharge {
    pub(crate) requested_at: Timestamp,
    pub(crate) amount: Amount,
    pub(crate) outcome: RechargeOutcome,
    pub(crate) at: Timestamp,
    pub(crate) balance: Amount,
}

#[derive(Serialize)]
pub(crate) struct RefusedCalls {
    pub(crate) code: ErrorCode,
    /// In the order of their ends.
    pub(crate) calls: Vec<RefusedCall>,
    /// The reason of the first one.
    pub(crate) first: String,
}

#[derive(Serialize)]
pub(crate) struct RefusedCall {
    pub(crate) call: Key,
    /// When it ended, or would have.
    pub(crate) at: Timestamp,
}

/// What happens at an instant; of several at once the first of these comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Funds(usize),
    Payment(u64),
    Call(usize),
}

struct Run<'a> {
    system: &'a PhoneSystem,
    organization: &'a OrganizationId,
    settings: &'a Settings,
    calls: &'a [CallRecord],
    context: Context,
    happenings: BTreeSet<(Timestamp, Happening)>,
    requested: BTreeMap<u64, PendingRecharge>,
    usage: Usage,
}

/// Runs the calls until `until`, and brings the account to that instant.
pub(crate) fn run(
    system: &PhoneSystem,
    settings: &Settings,
    calls: &mut Vec<CallRecord>,
    context: Context,
    until: Timestamp,
) -> Result<Usage, Error> {
    // Whatever the order of the rows, calls end in the order of their ends.
    calls.sort_by(|a, b| (ended(a), &a.call).cmp(&(ended(b), &b.call)));
    let organization = &settings.organization;
    let account = system.query(organization, &AccountOf {}, context.at)?;
    let usage = Usage {
        calls: 0,
        free: 0,
        included: 0,
        paid: 0,
        spent: Amount::ZERO,
        days: Vec::new(),
        recharges: Vec::new(),
        refused: Vec::new(),
        account,
        pools: Vec::new(),
    };
    let (happenings, requested) = (BTreeSet::new(), BTreeMap::new());
    let mut run =
        Run { system, organization, settings, calls, context, happenings, requested, usage };
    run.begin()?;
    while let Some((at, happening)) = run.happenings.pop_first().filter(|(at, _)| *at <= until) {
        run.end_days_before(at)?;
        run.context.at = at;
        run.happen(happening)?;
        run.take_up_recharges()?;
    }
    run.end_days_before(until)?;
    run.usage.account = system.query(organization, &AccountOf {}, until)?;
    for month in run.months() {
        let pools = system.query(organization, &MinutesOf { month: Some(month) }, until)?.pools;
        run.usage.pools.extend(pools);
    }
    Ok(run.usage)
}

fn ended(call: &CallRecord) -> Timestamp {
    call.started_at.after(call.duration).unwrap_or(Timestamp::MAX)
}

impl Run<'_> {
    fn execute<C: Command>(&self, command: &C) -> Result<Executed<C::Answer>, Error> {
        self.system.execute(self.organization, command, &self.context)
    }

    fn begin(&mut self) -> Result<(), Error> {
        let calls = self.calls.iter().enumerate();
        self.happenings.extend(calls.map(|(place, call)| (ended(call), Happening::Call(place))));
        let Some(credits) = &self.settings.credits else { return Ok(()) };
        self.execute(&SetUpCredits { currency: credits.currency, country: None })?;
        if let Some(tariff) = &self.settings.tariff {
            self.execute(&ChooseTariff { tariff: tariff.name.clone() })?;
        }
        let funds = credits.funds.iter().enumerate();
        self.happenings.extend(funds.map(|(place, funds)| (funds.at, Happening::Funds(place))));
        Ok(())
    }

    fn happen(&mut self, happening: Happening) -> Result<(), Error> {
        match happening {
            Happening::Funds(place) => self.fund(place),
            Happening::Payment(recharge) => self.pay(recharge),
            Happening::Call(place) => self.call(&self.calls[place]),
        }
    }

    fn fund(&mut self, place: usize) -> Result<(), Error> {
        let Some(credits) = &self.settings.credits else { return Ok(()) };
        let Some(funds) = credits.funds.get(place) else { return Ok(()) };
        let payment = funds.payment();
        self.keep_agreement(&payment)?;
        let added = AddFunds { amount: funds.amount, payment };
        self.execute(&added)?;
        // Set with the first funds, so that it does not ask for more before there are any.
        let first = credits.funds.iter().all(|other| funds.at <= other.at);
        let unset = self.account()?.auto_recharge.is_none();
        if let (true, true, Some(auto)) = (first, unset, &credits.auto_recharge) {
            let payment = auto.payment();
            self.keep_agreement(&payment)?;
            let set = SetAutoRecharge {
                recharge_with: auto.recharge_with,
                when_below: auto.when_below,
                monthly_cap: None,
                payment,
            };
            self.execute(&set)?;
        }
        Ok(())
    }

    /// Adds the agreement that pays, unless it is known.
    fn keep_agreement(&mut self, payment: &Payment) -> Result<(), Error> {
        let Some(agreement) = &payment.agreement else { return Ok(()) };
        if !self.account()?.agreements.contains(agreement) {
            self.execute(&AddAgreement { agreement: agreement.clone() })?;
        }
        Ok(())
    }

    fn account(&self) -> Result<AccountAnswer, Error> {
        self.system.query(self.organization, &AccountOf {}, self.context.at)
    }

    /// Takes up the recharges that were asked for since the last look: each is paid a while later.
    fn take_up_recharges(&mut self) -> Result<(), Error> {
        let Some(credits) = &self.settings.credits else { return Ok(()) };
        let Some(pending) = self.account()?.pending_recharge else { return Ok(()) };
        if self.requested.contains_key(&pending.recharge) {
            return Ok(());
        }
        let ends = pending.since.after(credits.recharge_takes).unwrap_or(Timestamp::MAX);
        self.happenings.insert((ends.max(self.context.at), Happening::Payment(pending.recharge)));
        self.requested.insert(pending.recharge, pending);
        Ok(())
    }

    fn pay(&mut self, recharge: u64) -> Result<(), Error> {
        let Some(requested) = self.requested.get(&recharge).cloned() else { return Ok(()) };
        let succeeds = self
            .settings
            .credits
            .as_ref()
            .is_some_and(|credits| credits.recharges == Payments::Succeed);
        let outcome = if succeeds { RechargeOutcome::Succeeded } else { RechargeOutcome::Failed };
        let reported = self.execute(&ReportRecharge { recharge, outcome, reason: None })?;
        let balance = reported.due.notices.first().map(|notice| notice.balance).unwrap_or_default();
        self.usage.recharges.push(Recharge {
            requested_at: requested.since,
            amount: requested.amount,
            outcome,
            at: self.context.at,
            balance,
        });
        Ok(())
    }

    fn call(&mut self, call: &CallRecord) -> Result<(), Error> {
        self.usage.calls += 1;
        let charge = ChargeCalls {
            calls: vec![call.clone()],
            unpaid: Unpaid::Refuse,
            mode: Mode::AllOrNothing,
        };
        let charged = match self.execute(&charge) {
            Ok(done) => done.answer,
            Err(Error::Rule(refused)) => {
                self.refuse(call, &refused);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        for call in &charged.calls {
            self.usage.free += u32::from(call.included.is_none() && call.priced.is_none());
            self.usage.included += u32::from(call.included.is_some());
            self.usage.paid += u32::from(call.priced.is_some());
        }
        self.usage.spent = self.usage.spent.checked_add(charged.amount).unwrap_or(self.usage.spent);
        Ok(())
    }

    fn refuse(&mut self, call: &CallRecord, refused: &impl Refuses) {
        let code = refused.code();
        let call = RefusedCall { call: call.call.clone(), at: self.context.at };
        let known = self.usage.refused.iter_mut().find(|known| known.code == code);
        if let Some(known) = known {
            known.calls.push(call);
        } else {
            let (calls, first) = (vec![call], refused.to_string());
            self.usage.refused.push(RefusedCalls { code, calls, first });
        }
    }

    /// Notes the balance of every day that ended since the last thing that happened.
    fn end_days_before(&mut self, at: Timestamp) -> Result<(), Error> {
        let day = Duration::from_days(1).micros();
        let mut midnight = (self.context.at.micros().div_euclid(day) + 1) * day;
        while midnight <= at.micros() {
            let Some(end) = Timestamp::from_micros(midnight - 1) else { break };
            self.context.at = end;
            // What came to its end by itself (funds, a wait) is put on record, and may ask for more.
            self.execute(&AdvanceOrganization {})?;
            let AccountAnswer { balance, .. } = self.account()?;
            let day_of = end.to_string()[..10].to_owned();
            self.usage.days.push(Day { day: day_of, balance });
            midnight += day;
        }
        self.context.at = self.context.at.max(at);
        Ok(())
    }

    /// The months in which calls began.
    fn months(&self) -> BTreeSet<Month> {
        self.calls.iter().map(|call| call.started_at.month()).collect()
    }
}
