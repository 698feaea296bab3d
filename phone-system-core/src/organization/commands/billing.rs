//! Commands of the account: credits, how they are paid, price lists, and what users may spend.

use serde::{Deserialize, Serialize};

use super::{DONE, Decided, told};
use crate::billing::{
    AddAgreement, AddFunds, AdjustCredits, AgreementAdded, AgreementRemoved, ChargeRefunded,
    ChooseTariff, CloseMonth, CreditsGiven, CreditsSetUp, CreditsTaken, DialOutGranted, Draws,
    Event, FundsAdded, GoPostpaid, GrantDialOut, MonthClosed, PostpaidBegun, RefundCall,
    RemoveAgreement, ReportRecharge, SetAutoRecharge, SetSpendLimit, SetUpCredits, SpendLimitSet,
    StopAutoRecharge, TariffChosen,
};
use crate::country::Offered;
use crate::draft::Inconsistent;
use crate::organization::{Command, Context, Drafts, Outcome, Touches};
use crate::time::Timestamp;

impl Command for SetUpCredits {
    const NAME: &'static str = "billing.set_up_credits";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = CreditsSetUp;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let countries = drafts.reference.countries();
        let sold = |country| {
            countries.get(country).is_none_or(|row| row.communications_credits != Offered::No)
        };
        let set_up = SetUpCredits::decide(self, &drafts.account, sold, context.at)?;
        drafts.account.record(set_up)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<CreditsSetUp, Inconsistent> {
        told!(outcome.account, Event::CreditsSetUp(event) => event.clone())
    }
}

impl Command for AddFunds {
    const NAME: &'static str = "billing.add_funds";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = FundsAdded;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let rules = drafts.organization.rules();
        let added = AddFunds::decide(self, &drafts.account, rules, context.at)?;
        drafts.account.record(added)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<FundsAdded, Inconsistent> {
        told!(outcome.account, Event::FundsAdded(event) => event.clone())
    }
}

/// Auto-recharge is set, or stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AutoRechargeChanged {
    /// Whether it is set now.
    pub set: bool,
}

impl Command for SetAutoRecharge {
    const NAME: &'static str = "billing.set_auto_recharge";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = AutoRechargeChanged;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let set = SetAutoRecharge::decide(self, &drafts.account, context.at)?;
        drafts.account.record(set)?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<AutoRechargeChanged, Inconsistent> {
        Ok(AutoRechargeChanged { set: true })
    }
}

impl Command for StopAutoRecharge {
    const NAME: &'static str = "billing.stop_auto_recharge";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = AutoRechargeChanged;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let stopped = Self::decide(&drafts.account, context.at)?;
        drafts.account.record(stopped)?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<AutoRechargeChanged, Inconsistent> {
        Ok(AutoRechargeChanged { set: false })
    }
}

/// What the outcome of a recharge brought about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RechargeReported {
    /// The funds that it brought, if it succeeded.
    pub funds: Option<FundsAdded>,
    /// From when on the next one may be asked for, if it failed.
    pub retry_at: Option<Timestamp>,
}

impl Command for ReportRecharge {
    const NAME: &'static str = "billing.report_recharge";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = RechargeReported;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let rules = drafts.organization.rules();
        let event = ReportRecharge::decide(self, &drafts.account, rules, context.at)?;
        drafts.account.record(event)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<RechargeReported, Inconsistent> {
        let mut reported = RechargeReported { funds: None, retry_at: None };
        for event in outcome.account.iter() {
            match event {
                Event::FundsAdded(event) => reported.funds = Some(event.clone()),
                Event::RechargeFailed(event) => reported.retry_at = Some(event.retry_at),
                _ => {}
            }
        }
        Ok(reported)
    }
}

impl Command for ChooseTariff {
    const NAME: &'static str = "billing.choose_tariff";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = TariffChosen;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let known = drafts.reference.last_tariff(&self.tariff);
        let chosen = ChooseTariff::decide(self, &drafts.account, known)?;
        drafts.account.record(chosen)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<TariffChosen, Inconsistent> {
        told!(outcome.account, Event::TariffChosen(event) => event.clone())
    }
}

impl Command for AddAgreement {
    const NAME: &'static str = "billing.add_agreement";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = AgreementAdded;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let event = Self::decide(self, &drafts.account, context.at)?;
        drafts.account.record(event)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<AgreementAdded, Inconsistent> {
        told!(outcome.account, Event::AgreementAdded(event) => event.clone())
    }
}

impl Command for RemoveAgreement {
    const NAME: &'static str = "billing.remove_agreement";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = AgreementRemoved;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let event = Self::decide(self, &drafts.account, context.at)?;
        drafts.account.record(event)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<AgreementRemoved, Inconsistent> {
        told!(outcome.account, Event::AgreementRemoved(event) => event.clone())
    }
}

impl Command for GoPostpaid {
    const NAME: &'static str = "billing.go_postpaid";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = PostpaidBegun;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let event = Self::decide(&drafts.account, context.at)?;
        drafts.account.record(event)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<PostpaidBegun, Inconsistent> {
        told!(outcome.account, Event::PostpaidBegun(event) => event.clone())
    }
}

impl Command for CloseMonth {
    const NAME: &'static str = "billing.close_month";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = MonthClosed;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let event = Self::decide(self, &drafts.account, context.at)?;
        drafts.account.record(event)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<MonthClosed, Inconsistent> {
        told!(outcome.account, Event::MonthClosed(event) => event.clone())
    }
}

impl Command for SetSpendLimit {
    const NAME: &'static str = "billing.set_spend_limit";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = SpendLimitSet;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let event = Self::decide(self, context.at)?;
        drafts.account.record(event)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<SpendLimitSet, Inconsistent> {
        told!(outcome.account, Event::SpendLimitSet(event) => event.clone())
    }
}

impl Command for GrantDialOut {
    const NAME: &'static str = "billing.grant_dial_out";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = DialOutGranted;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let event = Self::decide(self, context.at);
        drafts.account.record(event)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<DialOutGranted, Inconsistent> {
        told!(outcome.account, Event::DialOutGranted(event) => event.clone())
    }
}

impl Command for RefundCall {
    const NAME: &'static str = "billing.refund";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = ChargeRefunded;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let event = Self::decide(self, &drafts.account, drafts.organization.rules(), context.at)?;
        drafts.account.record(event)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<ChargeRefunded, Inconsistent> {
        told!(outcome.account, Event::ChargeRefunded(event) => event.clone())
    }
}

/// Credits as they were given or taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditsAdjusted {
    /// The lot that was given, if one was.
    pub given: Option<CreditsGiven>,
    /// What was taken, from which lots.
    pub taken: Draws,
}

impl Command for AdjustCredits {
    const NAME: &'static str = "billing.adjust";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = CreditsAdjusted;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let rules = drafts.organization.rules();
        let event = Self::decide(self, &drafts.account, rules, context.at)?;
        drafts.account.record(event)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<CreditsAdjusted, Inconsistent> {
        let mut adjusted = CreditsAdjusted { given: None, taken: Draws::new() };
        for event in outcome.account.iter() {
            match event {
                Event::CreditsGiven(event) => adjusted.given = Some(event.clone()),
                Event::CreditsTaken(CreditsTaken { draws, .. }) => adjusted.taken.clone_from(draws),
                _ => {}
            }
        }
        Ok(adjusted)
    }
}
