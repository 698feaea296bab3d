//! What is given from outside and stands beside the log: the table of countries and price lists.
//!
//! It is not recorded: events carry what was decided by it. After opening a system anew an
//! application gives it again; an account names its price list with a digest, so another list under
//! the same name is never taken for it.

use std::sync::Arc;

use crate::billing::Tariff;
use crate::country;
use crate::map::Map;
use crate::text::Label;

/// Reference data, as they stand at some moment.
#[derive(Clone, Debug)]
pub struct Reference {
    countries: Arc<country::Table>,
    tariffs: Map<Label, Arc<Tariff>>,
}

impl Default for Reference {
    /// The embedded table of countries, and no price list.
    fn default() -> Self {
        Self { countries: Arc::clone(country::Table::embedded()), tariffs: Map::default() }
    }
}

impl Reference {
    /// What is sold where.
    pub fn countries(&self) -> &country::Table {
        &self.countries
    }

    /// A price list by its name.
    pub fn tariff(&self, name: &Label) -> Option<&Tariff> {
        self.tariffs.get(name).map(Arc::as_ref)
    }

    /// The price lists in the order of their names.
    pub fn tariffs(&self) -> impl Iterator<Item = &Tariff> {
        self.tariffs.iter().map(|(_, tariff)| tariff.as_ref())
    }

    pub(crate) fn replace_countries(&mut self, countries: country::Table) {
        self.countries = Arc::new(countries);
    }

    pub(crate) fn add_tariff(&mut self, tariff: Tariff) {
        self.tariffs.insert(tariff.id().name.clone(), Arc::new(tariff));
    }
}
