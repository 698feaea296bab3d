//! What an application gives to a system from outside: price lists, a newer table of countries.

use std::sync::{Arc, PoisonError};

use super::{Error, PhoneSystem};
use crate::billing::{self, Destinations, Tariff};
use crate::country;
use crate::organization;
use crate::reference::Reference;
use crate::text::OrganizationId;

impl PhoneSystem {
    /// What was given from outside, as it stands now.
    pub fn reference(&self) -> Arc<Reference> {
        Arc::clone(&self.reference.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The price list that an organization chose, as its account was published last; for pricing
    /// many calls without asking anew.
    ///
    /// # Errors
    ///
    /// `billing.tariff_not_chosen`, `billing.tariff_unknown` if the list was not given to this system,
    /// or [`Error::Store`] if an append has failed.
    pub fn tariff_of(&self, organization: &OrganizationId) -> Result<Arc<Tariff>, Error> {
        // After a failed append the published states hold what was not kept.
        self.log.check()?;
        let account = self.organizations.find(organization).map(|found| found.account.read());
        let chosen = account.as_ref().and_then(|account| account.state.tariff());
        let refused = match chosen.map(|id| (id, self.reference().shared_tariff(id))) {
            Some((_, Some(tariff))) => return Ok(tariff),
            Some((id, None)) => billing::Error::not_given(id),
            None => billing::Error::TariffNotChosen {},
        };
        Err(organization::Error::from(refused).into())
    }

    fn change_reference(&self, change: impl FnOnce(&mut Reference)) {
        let mut reference = self.reference.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = Reference::clone(&reference);
        change(&mut next);
        *reference = Arc::new(next);
    }

    /// Gives a price list.
    ///
    /// It is not recorded: give it again after opening the system anew. Under its name it is chosen
    /// from now on; an account that chose another text under the same name stays with that one.
    pub fn add_tariff(&self, tariff: Tariff) {
        self.change_reference(|reference| reference.add_tariff(tariff));
    }

    /// Gives another table of destinations in place of the embedded one. It is not recorded.
    pub fn replace_destinations(&self, destinations: Destinations) {
        self.change_reference(|reference| reference.replace_destinations(destinations));
    }

    /// Gives another table of countries in place of the embedded one. It is not recorded.
    pub fn replace_countries(&self, countries: country::Table) {
        self.change_reference(|reference| reference.replace_countries(countries));
    }
}
