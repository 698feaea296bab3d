//! What is given from outside and stands beside the log: the table of countries and price lists.
//!
//! It is not recorded: events carry what was decided by it. After opening a system anew an
//! application gives it again; an account names its price list with a digest, so another list under
//! the same name is never taken for it.

use std::sync::Arc;

use crate::billing::{Destinations, Tariff, TariffId};
use crate::country;
use crate::map::Map;
use crate::text::Label;

/// Reference data, as they stand at some moment.
#[derive(Clone, Debug)]
pub struct Reference {
    countries: Arc<country::Table>,
    destinations: Arc<Destinations>,
    tariffs: Map<TariffId, Arc<Tariff>>,
    /// Which list of a name was given last.
    last: Map<Label, TariffId>,
}

impl Default for Reference {
    /// The embedded tables of countries and destinations, and no price list.
    fn default() -> Self {
        Self {
            countries: Arc::clone(country::Table::embedded()),
            destinations: Arc::clone(Destinations::embedded()),
            tariffs: Map::default(),
            last: Map::default(),
        }
    }
}

impl Reference {
    /// What is sold where.
    pub fn countries(&self) -> &country::Table {
        &self.countries
    }

    /// Which destinations plans do not include.
    pub fn destinations(&self) -> &Destinations {
        &self.destinations
    }

    /// A price list by its name and digest.
    pub fn tariff(&self, id: &TariffId) -> Option<&Tariff> {
        self.tariffs.get(id).map(Arc::as_ref)
    }

    /// The same, to keep.
    pub(crate) fn shared_tariff(&self, id: &TariffId) -> Option<Arc<Tariff>> {
        self.tariffs.get(id).map(Arc::clone)
    }

    /// The price list that was given last under a name.
    pub fn last_tariff(&self, name: &Label) -> Option<&Tariff> {
        self.tariff(self.last.get(name)?)
    }

    /// The price lists in the order of their names and digests.
    pub fn tariffs(&self) -> impl Iterator<Item = &Tariff> {
        self.tariffs.iter().map(|(_, tariff)| tariff.as_ref())
    }

    pub(crate) fn replace_countries(&mut self, countries: country::Table) {
        self.countries = Arc::new(countries);
    }

    pub(crate) fn replace_destinations(&mut self, destinations: Destinations) {
        self.destinations = Arc::new(destinations);
    }

    pub(crate) fn add_tariff(&mut self, tariff: Tariff) {
        let id = tariff.id().clone();
        self.last.insert(id.name.clone(), id.clone());
        self.tariffs.insert(id, Arc::new(tariff));
    }
}
