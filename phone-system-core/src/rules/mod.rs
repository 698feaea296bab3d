//! The rules that differ between generations, as plain data that an organization chooses.
//!
//! The service changed while it was described: the admin center of 2018, the Teams admin center of
//! 2021, the unified port wizard of 2025. An organization follows one [`Generation`] (2018 unless
//! it says otherwise) and may override any figure. Events carry outcomes, so a later change of the
//! rules changes nothing that was decided.
//!
//! The rules of call queues and attendants, of conferencing all but that on providers, of `addresses`
//! the one on area codes, and of `porting` those of the port-out PIN, are figures only: nothing reads
//! them yet.

mod table;
mod value;

use serde::{Deserialize, Serialize};

use crate::error::refusals;

pub use table::{
    AddressRules, AttendantRules, BillingRules, CallQueueRules, CapacityRules, ConferencingRules,
    DESCRIPTIONS, InventoryRules, LicensingRules, Overrides, PortingRules, Rules,
};
pub use value::{Countries, Limit, RoutingMethod, WhenNobodyAnswers};

refusals! {
    /// Why an override is not taken.
    pub enum Error {
        OutOfRange = RuleOutOfRange { rule: &'static str, value: String, allowed: &'static str }
            => "the rule {rule} cannot be {value}; allowed: {allowed}",
    }
}

/// A generation of the service's rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Generation {
    /// The Skype for Business admin center; letters of authorization on paper.
    #[default]
    #[serde(rename = "2018")]
    G2018,
    /// The Teams admin center; resource accounts.
    #[serde(rename = "2021")]
    G2021,
    /// Usages, the unified port wizard, pay-as-you-go everywhere.
    #[serde(rename = "2025")]
    G2025,
}

impl Generation {
    /// All generations, the oldest first.
    pub const ALL: [Self; 3] = [Self::G2018, Self::G2021, Self::G2025];
}

impl Rules {
    /// The rules of a generation with some of them overridden.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfRange`] if a result makes no sense: a factor below 0 or above 100, a length
    /// of no time, a minimum above its maximum.
    pub fn new(generation: Generation, overrides: &Overrides) -> Result<Self, Error> {
        let rules = Self::of(generation).with(overrides);
        rules.check()?;
        Ok(rules)
    }

    fn check(&self) -> Result<(), Error> {
        let out_of_range = |rule, value: &dyn ToString, allowed| {
            Err(Error::OutOfRange { rule, value: value.to_string(), allowed })
        };
        let factor = self.licensing.user_number_factor;
        if factor.is_sign_negative() || factor > 100.into() {
            return out_of_range("licensing.user_number_factor", &factor, "0 to 100");
        }
        for (rule, length) in [
            ("inventory.reservation_length", self.inventory.reservation_length),
            ("attendants.schedule_step", self.attendants.schedule_step),
            ("call_queues.timeout_step", self.call_queues.timeout_step),
            ("billing.recharge_retry", self.billing.recharge_retry),
            ("billing.authorized_length", self.billing.authorized_length),
        ] {
            if length.micros() == 0 {
                return out_of_range(rule, &length, "more than no time");
            }
        }
        if self.call_queues.agent_alert_minimum > self.call_queues.agent_alert_maximum {
            let minimum = self.call_queues.agent_alert_minimum;
            return out_of_range(
                "call_queues.agent_alert_minimum",
                &minimum,
                "at most agent_alert_maximum",
            );
        }
        if self.porting.port_out_pin_minimum > self.porting.port_out_pin_maximum {
            let minimum = self.porting.port_out_pin_minimum;
            return out_of_range(
                "porting.port_out_pin_minimum",
                &minimum,
                "at most port_out_pin_maximum",
            );
        }
        // The sources say "a few" and "hundreds"; the classes must stay that far apart.
        let CapacityRules { user_number_calls, .. } = self.capacity;
        if !(1..10).contains(&user_number_calls) {
            return out_of_range("capacity.user_number_calls", &user_number_calls, "1 to 9");
        }
        for (rule, calls) in [
            ("capacity.service_number_calls", self.capacity.service_number_calls),
            ("capacity.voice_application_calls", self.capacity.voice_application_calls),
            ("capacity.conferencing_calls", self.capacity.conferencing_calls),
        ] {
            if !(100..1_000).contains(&calls) {
                return out_of_range(rule, &calls, "100 to 999");
            }
        }
        if self.billing.funds_months == 0 {
            return out_of_range("billing.funds_months", &0, "1 or more");
        }
        for (rule, count) in [
            ("inventory.block_days_maximum", self.inventory.block_days_maximum),
            ("inventory.page_maximum", self.inventory.page_maximum),
            ("porting.wizard_maximum", self.porting.wizard_maximum),
            ("porting.company_name_maximum", self.porting.company_name_maximum),
            ("porting.authorizing_person_maximum", self.porting.authorizing_person_maximum),
        ] {
            if count == 0 {
                return out_of_range(rule, &count, "1 or more");
            }
        }
        Ok(())
    }
}
