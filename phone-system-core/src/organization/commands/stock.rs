//! Commands of the provider's stock.

use serde::{Deserialize, Serialize};

use super::{Advanced, DONE, Decided, row_name};
use crate::bulk;
use crate::draft::Inconsistent;
use crate::error::{Refusal, Refuses};
use crate::inventory::{self, LoadStock, Reoffer, StockEvent};
use crate::organization::{Command, Context, Drafts, Outcome, Touches};

/// Records that the time of holds in the stock has come; see `organization.advance_to`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AdvanceStock {}

impl Command for AdvanceStock {
    const NAME: &'static str = "stock.advance_to";
    const TOUCHES: Touches = Touches::STOCK;
    type Answer = Advanced;

    fn decide(&self, _: &mut Drafts, _: &Context) -> Decided {
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<Advanced, Inconsistent> {
        Ok(Advanced {})
    }
}

/// How many numbers came into the stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Loaded {
    /// Numbers that are free now.
    pub numbers: u64,
}

impl Command for LoadStock {
    const NAME: &'static str = "stock.load";
    const TOUCHES: Touches = Touches::STOCK;
    type Answer = Loaded;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let mut left = Self::MAXIMUM;
        Ok(bulk::each(self.mode, &mut drafts.stock, self.rows()?, row_name, |stock, row| {
            let row = row.as_ref().map_err(Refuses::refusal)?;
            let offered = Self::decide_one(row, stock, left)?;
            left = left.saturating_sub(inventory::numbers_of(&offered.batches).count());
            Ok::<_, Refusal>(offered.into())
        })?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Loaded, Inconsistent> {
        let numbers = outcome.stock.iter().map(|event| match event {
            StockEvent::NumbersOffered(event) => inventory::numbers_of(&event.batches).count(),
            _ => 0,
        });
        Ok(Loaded { numbers: numbers.fold(0, u64::saturating_add) })
    }
}

impl Command for Reoffer {
    const NAME: &'static str = "stock.reoffer";
    const TOUCHES: Touches = Touches::STOCK;
    type Answer = Loaded;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        inventory::check_list(&self.numbers)?;
        Ok(bulk::each(
            self.mode,
            &mut drafts.stock,
            self.numbers.iter(),
            ToString::to_string,
            |stock, number| Self::decide_one(*number, stock).map(Into::into),
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Loaded, Inconsistent> {
        let numbers = outcome.stock.iter().map(|event| match event {
            StockEvent::NumbersReoffered(event) => event.numbers.count(),
            _ => 0,
        });
        Ok(Loaded { numbers: numbers.fold(0, u64::saturating_add) })
    }
}
