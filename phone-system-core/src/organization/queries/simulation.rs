//! The query of a simulation, on an organization's numbers.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::capacity::CapacityClass;
use crate::capacity::simulation::{Simulate, Simulated, simulate};
use crate::inventory;
use crate::number::PhoneNumber;
use crate::organization::{Error, Query, Touches, View};

/// What numbers carry, by their class and the rules: what a simulation needs of an organization.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LimitsOf {
    /// The numbers.
    pub(crate) numbers: Vec<PhoneNumber>,
}

impl Query for LimitsOf {
    const NAME: &'static str = Simulate::NAME;
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = BTreeMap<PhoneNumber, (CapacityClass, u32)>;

    fn answer(&self, view: &View) -> Result<Self::Answer, Error> {
        let limit_of = |number: &PhoneNumber| {
            let carries = view.organization.carries(*number);
            Ok((*number, carries.ok_or(inventory::Error::NumberUnknown { number: *number })?))
        };
        self.numbers.iter().map(limit_of).collect()
    }
}

impl Simulate {
    /// What the numbers have to be asked of the organization for.
    pub(crate) fn limits_of(&self) -> LimitsOf {
        LimitsOf { numbers: self.numbers.iter().map(|offered| offered.number).collect() }
    }

    /// Simulates with limits that were asked for.
    pub(crate) fn with_limits(
        &self,
        limits: &<LimitsOf as Query>::Answer,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Simulated, Error> {
        // Each number is among them.
        let carries = |number| limits.get(&number).copied().unwrap_or((CapacityClass::Few, 0));
        Ok(simulate(self, &carries, progress)?)
    }
}

impl Query for Simulate {
    const NAME: &'static str = "capacity.simulate";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = Simulated;

    fn answer(&self, view: &View) -> Result<Simulated, Error> {
        let limits = self.limits_of().answer(view)?;
        self.with_limits(&limits, &mut |_, _| ControlFlow::Continue(()))
    }
}
