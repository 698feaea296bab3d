//! The settings of an organization: which files there are, and what it wants.

use phone_system_core::billing::Payment;
use phone_system_core::money::{Amount, Currency};
use phone_system_core::porting::AccountNumber;
use phone_system_core::rules::{Generation, Overrides};
use phone_system_core::setup::Wish;
use phone_system_core::text::{Country, Label};
use phone_system_core::{Duration, NumberKind, OrganizationId, Timestamp};
use serde::Deserialize;

/// The format of the settings that this program reads.
const FORMAT: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    #[serde(rename = "format")]
    _format: u32,
    pub(crate) organization: OrganizationId,
    pub(crate) at: Timestamp,
    pub(crate) generation: Generation,
    #[serde(default)]
    pub(crate) overrides: Overrides,
    /// Shown, and nothing else: what is sold is decided by the usage locations of licences.
    pub(crate) billing_country: Country,
    pub(crate) port_lists: Vec<PortFile>,
    pub(crate) wanted: Vec<Wish>,
    pub(crate) credits: Option<Credits>,
    pub(crate) tariff: Option<TariffFile>,
    pub(crate) usage: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PortFile {
    pub(crate) file: String,
    pub(crate) losing_carrier: Label,
    pub(crate) account: AccountNumber,
    pub(crate) kind: NumberKind,
    pub(crate) country: Country,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TariffFile {
    pub(crate) name: Label,
    pub(crate) file: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credits {
    pub(crate) currency: Currency,
    pub(crate) funds: Vec<Funds>,
    pub(crate) auto_recharge: Option<AutoRecharge>,
    /// How payments of recharges end.
    pub(crate) recharges: Payments,
    /// How long a payment takes.
    pub(crate) recharge_takes: Duration,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Payments {
    Succeed,
    Fail,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Funds {
    pub(crate) at: Timestamp,
    pub(crate) amount: Amount,
    #[serde(default)]
    agreement: Option<Label>,
    #[serde(default)]
    purchase_order: Option<Label>,
}

impl Funds {
    pub(crate) fn payment(&self) -> Payment {
        payment(self.agreement.clone(), self.purchase_order.clone())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AutoRecharge {
    pub(crate) recharge_with: Amount,
    pub(crate) when_below: Amount,
    #[serde(default)]
    agreement: Option<Label>,
    #[serde(default)]
    purchase_order: Option<Label>,
}

impl AutoRecharge {
    pub(crate) fn payment(&self) -> Payment {
        payment(self.agreement.clone(), self.purchase_order.clone())
    }
}

fn payment(agreement: Option<Label>, purchase_order: Option<Label>) -> Payment {
    Payment { agreement, purchase_order }
}

impl Settings {
    /// When everything was known that the settings say: before the first funds.
    pub(crate) fn begins_at(&self, at: Timestamp) -> Timestamp {
        let funds = self.credits.iter().flat_map(|credits| &credits.funds).map(|funds| funds.at);
        funds.chain([self.at, at]).min().unwrap_or(at)
    }

    pub(crate) fn read(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        // Before anything else: a newer format may have other fields, which would be blamed first.
        let Format { format } = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if format != FORMAT {
            return Err(format!(
                "field `format`: {format} is not the format {FORMAT} that this program reads"
            ));
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
}
