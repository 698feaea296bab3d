//! Reference data, price lists above all, as JSON: given to a system, or used by themselves.

use serde::Deserialize;

use super::{JsonSystem, encode, object, text};
use crate::billing::{
    self, Charge, Destinations, Direction, Known, Rate, Tariff, TariffDefinition, TimeZone,
    WindowDefinition,
};
use crate::country::Table;
use crate::money::{Currency, Rounding, UnitPrice};
use crate::organization;
use crate::system::{Error, RequestError};
use crate::text::Label;
use crate::time::{Duration, Timestamp};

/// What [`JsonSystem::give`] takes.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Given {
    Tariff(GivenTariff),
    Countries { csv: String },
    Destinations { csv: String },
}

/// A [`TariffDefinition`] with its rows in one of two forms.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenTariff {
    name: Label,
    currency: Currency,
    digits: Option<u8>,
    rounding: Option<Rounding>,
    time_zone: Option<TimeZone>,
    windows: Option<Vec<WindowDefinition>>,
    rates: Option<Vec<Rate>>,
    csv: Option<String>,
    in_currency: Option<Exchange>,
}

/// What [`Tariff::in_currency`] takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    currency: Currency,
    rate: UnitPrice,
}

impl GivenTariff {
    fn read(mut self) -> Result<Tariff, Error> {
        let exchange = self.in_currency.take();
        let tariff = self.unconverted()?;
        match exchange {
            Some(Exchange { currency, rate }) => {
                tariff.in_currency(currency, rate).map_err(|error| Error::Rule(error.into()))
            }
            None => Ok(tariff),
        }
    }

    fn unconverted(self) -> Result<Tariff, Error> {
        let Self { name, currency, digits, rounding, time_zone, windows, rates, csv, .. } = self;
        let mut definition = TariffDefinition::new(name, currency);
        definition.digits = digits;
        definition.rounding = rounding.unwrap_or_default();
        definition.time_zone = time_zone.unwrap_or_default();
        definition.windows = windows.unwrap_or_default();
        match (rates, csv) {
            (Some(rates), None) => {
                definition.rates = rates;
                Tariff::new(definition).map_err(|error| Error::Rule(error.into()))
            }
            (None, Some(csv)) => {
                Tariff::read(definition, &csv).map_err(|error| Error::Rule(error.into()))
            }
            _ => {
                let part = "reference data".to_owned();
                let problem =
                    "a tariff has its rows in `rates` or in `csv`, in one of them".to_owned();
                Err(RequestError::Malformed { part, problem }.into())
            }
        }
    }
}

/// Reads a price list: the object that [`JsonSystem::give`] takes at `tariff`.
///
/// # Errors
///
/// `envelope.malformed`, `table.*` or `tariff.*`.
pub fn read_tariff(given: &[u8]) -> Result<Tariff, Error> {
    object::<GivenTariff>("tariff", text(given)?)?.read()
}

/// What a call costs by a price list: `{"direction", "number", "begins", "duration"}`, where the
/// number is as `billing.price` takes it; answers a [`Charge`].
///
/// # Errors
///
/// `envelope.malformed`, `billing.destination_unknown` if the number cannot be read, or as
/// [`Tariff::charge`].
pub fn charge(tariff: &Tariff, asked: &[u8]) -> Result<String, Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        direction: Direction,
        number: String,
        begins: Timestamp,
        duration: Duration,
    }
    let Asked { direction, number, begins, duration } = object("call", text(asked)?)?;
    let rule = |error: organization::Error| Error::Rule(error);
    let known = Known::read(&number, None)
        .ok_or_else(|| rule(billing::Error::DestinationUnknown { called: number }.into()))?;
    let charge = tariff.charge(direction, &known, begins, duration);
    encode(&charge.map_err(|error| rule(error.into()))?)
}

/// How a [`Charge`] came about, by its price list; answers its [`Explanation`](billing::Explanation).
///
/// # Errors
///
/// `envelope.malformed`, or as [`Charge::explain`].
pub fn explain(tariff: &Tariff, charge: &[u8]) -> Result<String, Error> {
    let charge: Charge = object("charge", text(charge)?)?;
    let explained = charge.explain(tariff);
    encode(&explained.map_err(|error| Error::Rule(organization::Error::from(error)))?)
}

impl JsonSystem {
    /// Gives reference data to the system: `{"tariff": {"name", "currency", "csv"}}` or
    /// `{"tariff": {"name", "currency", "rates"}}`, each with `digits`, `rounding`, `time_zone` and
    /// `windows` as [`TariffDefinition`] has them, and `in_currency` (`{"currency", "rate"}`) if
    /// prices are to be [converted](Tariff::in_currency), answered by what `billing.tariffs` shows of it;
    /// `{"countries": {"csv"}}`, answered by `{"countries": rows}`; or `{"destinations": {"csv"}}`,
    /// answered by `{"destinations": rows}`.
    ///
    /// # Errors
    ///
    /// `envelope.malformed`, `table.*`, `tariff.*` or `country.*`; nothing is given then.
    pub fn give(&self, given: &[u8]) -> Result<String, Error> {
        match object("reference data", text(given)?)? {
            Given::Tariff(given) => {
                let tariff = given.read()?;
                let answer = organization::TariffOf::from(&tariff);
                self.system.add_tariff(tariff);
                encode(&answer)
            }
            Given::Countries { csv } => {
                let countries = Table::from_csv(&csv).map_err(|error| Error::Rule(error.into()))?;
                let rows = countries.rows().count();
                self.system.replace_countries(countries);
                Ok(format!("{{\"countries\":{rows}}}"))
            }
            Given::Destinations { csv } => {
                let destinations =
                    Destinations::from_csv(&csv).map_err(|error| Error::Rule(error.into()))?;
                let rows = destinations.len();
                self.system.replace_destinations(destinations);
                Ok(format!("{{\"destinations\":{rows}}}"))
            }
        }
    }
}
