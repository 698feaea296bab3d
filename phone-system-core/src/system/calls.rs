//! Live calls: each takes a place on its number, and gives it back.

use super::{Error, PhoneSystem};
use crate::capacity::{CapacityClass, Occupancy, Permit};
use crate::inventory;
use crate::number::{PhoneNumber, is_emergency};
use crate::organization;
use crate::text::OrganizationId;

impl PhoneSystem {
    /// Admits a call to or from `number`, if the organization owns it and it carries one more.
    ///
    /// `dialed` is what the organization's caller dialed, if it is the one who calls: an emergency
    /// call is always admitted, before anything else is looked at. Drop the permit when the call
    /// has ended. What is read is the organization as it was published last.
    ///
    /// ```
    /// use phone_system_core::inventory::ImportOwned;
    /// use phone_system_core::organization::Context;
    /// use phone_system_core::{OrganizationId, PhoneSystem, Refuses};
    ///
    /// let system = PhoneSystem::in_memory();
    /// let contoso: OrganizationId = "contoso".parse()?;
    /// let context = Context::new("2018-04-01T09:00:00Z".parse()?, "ada".parse()?);
    /// let csv = "TelephoneNumber,IsoCountryCode,Capability\n+14255550100,US,UserAssignment\n";
    /// system.execute(&contoso, &ImportOwned { csv: csv.into(), mode: Default::default() }, &context)?;
    ///
    /// let number = "+14255550100".parse()?;
    /// let calls: Vec<_> = (0..4).map(|_| system.admit(&contoso, number, None)).collect();
    /// let refused = system.admit(&contoso, number, None).unwrap_err();
    /// assert_eq!(refused.code().name(), "capacity.limit_reached");
    /// assert!(system.admit(&contoso, number, Some("911")).is_ok());
    /// drop(calls);
    /// assert!(system.admit(&contoso, number, None).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `inventory.number_unknown` if the organization does not own the number, and
    /// `capacity.limit_reached` if it carries as many calls as it can.
    pub fn admit(
        &self,
        organization: &OrganizationId,
        number: PhoneNumber,
        dialed: Option<&str>,
    ) -> Result<Permit, Error> {
        let published = self.find(organization).map(|found| found.state.read());
        let state = published.as_ref().map(|published| &published.state);
        let owned = state.and_then(|state| state.inventory().number(number));
        // An emergency call passes whoever owns the number, if anyone does.
        let country = owned.map(|owned| owned.shelf.country);
        if dialed.is_some_and(|dialed| is_emergency(dialed, country)) {
            return Ok(self.gate.admit_emergency(Some(number)));
        }
        let (Some(state), Some(owned)) = (state, owned) else {
            let unknown = inventory::Error::NumberUnknown { number };
            return Err(organization::Error::from(unknown).into());
        };
        let class = CapacityClass::of(owned.shelf.kind);
        let admitted = self.gate.admit(number, class, class.limit(state.rules()));
        Ok(admitted.map_err(organization::Error::from)?)
    }

    /// Admits an emergency call of a caller who has no number, or whose number cannot be read; none
    /// if what was dialed is an emergency number nowhere.
    pub fn admit_nameless(&self, dialed: &str) -> Option<Permit> {
        is_emergency(dialed, None).then(|| self.gate.admit_emergency(None))
    }

    /// What is known of a number's calls, whoever owns it; nothing of one that never had any.
    pub fn occupancy(&self, number: PhoneNumber) -> Occupancy {
        self.gate.occupancy(number)
    }
}
