//! Live calls: each takes a place on its number, and gives it back.

use std::ops::ControlFlow;

use super::{Error, Executed, PhoneSystem, Subject};
use crate::billing::AuthorizeCall;
use crate::capacity::simulation::{Simulate, Simulated};
use crate::capacity::{CapacityClass, Gate, Occupancy, Permit, Way};
use crate::inventory;
use crate::number::{PhoneNumber, is_emergency};
use crate::organization::{self, Authorized, Command, Context};
use crate::text::{Country, OrganizationId};
use crate::time::Timestamp;

/// A call that has begun.
#[derive(Debug)]
#[must_use = "dropping it gives the place on the number back"]
pub struct Begun<'a> {
    /// Its place on the number; given back when it is dropped.
    pub permit: Permit<'a>,
    /// How long it may last, and what is held for it.
    pub authorized: Executed<Authorized>,
}

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
    ) -> Result<Permit<'_>, Error> {
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
        let line = self.gate.line(number);
        line.set_limit(class, class.limit(state.rules()));
        let way = if dialed.is_some() { Way::Outbound } else { Way::Inbound };
        Ok(line.admit(way).map_err(organization::Error::from)?)
    }

    /// Answers `capacity.simulate` ([`Simulate`]) and tells `progress` how many hours of how many are
    /// simulated, at least once each hour; it stops the simulation by breaking.
    ///
    /// What is read of the organization is read before the first hour; nobody waits for a simulation.
    ///
    /// # Errors
    ///
    /// `inventory.number_unknown` if the organization does not own a number,
    /// `capacity.simulation_stopped` if `progress` breaks; else as
    /// [`simulate`](crate::capacity::simulation::simulate) and [`query`](Self::query).
    pub fn simulate(
        &self,
        subject: impl Into<Subject>,
        asked: &Simulate,
        at: Timestamp,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Simulated, Error> {
        let limits = self.query(subject, &asked.limits_of(), at)?;
        Ok(asked.with_limits(&limits, progress)?)
    }

    /// Lets a call begin: takes its place on the organization's number, and has the account
    /// authorize it; both or neither.
    ///
    /// An emergency call passes before anything else is looked at. When the call has ended, settle it
    /// ([`billing.settle`](crate::organization::SettleCalls)) and drop the permit.
    ///
    /// ```
    /// use phone_system_core::billing::{AuthorizeCall, CallKind};
    /// use phone_system_core::inventory::ImportOwned;
    /// use phone_system_core::organization::Context;
    /// use phone_system_core::{OrganizationId, PhoneSystem};
    ///
    /// let system = PhoneSystem::in_memory();
    /// let contoso: OrganizationId = "contoso".parse()?;
    /// let context = Context::new("2018-04-01T09:00:00Z".parse()?, "ada".parse()?);
    /// let csv = "TelephoneNumber,IsoCountryCode,Capability\n+14255550100,US,UserAssignment\n";
    /// system.execute(&contoso, &ImportOwned { csv: csv.into(), mode: Default::default() }, &context)?;
    ///
    /// let call = AuthorizeCall {
    ///     call: "call 1".parse()?,
    ///     kind: CallKind::UserIn,
    ///     user: Some("ada@example.com".parse()?),
    ///     location: "US".parse()?,
    ///     caller: Some("+12065550123".to_owned()),
    ///     called: None,
    ///     reach: None,
    ///     wanted: None,
    /// };
    /// let number = "+14255550100".parse()?;
    /// let begun = system.begin_call(&contoso, number, &call, &context)?;
    /// assert_eq!(begun.authorized.answer.duration.to_string(), "PT1H");
    /// assert_eq!(system.occupancy(number).in_use, 1);
    /// drop(begun);
    /// assert_eq!(system.occupancy(number).in_use, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`admit`](Self::admit), and as [`execute`](Self::execute) of the authorization; the number
    /// carries no call more then.
    pub fn begin_call(
        &self,
        organization: &OrganizationId,
        number: PhoneNumber,
        call: &AuthorizeCall,
        context: &Context,
    ) -> Result<Begun<'_>, Error> {
        let emergency = call.always();
        let permit = match &emergency {
            Some(_) => self.gate.admit_emergency(Some(number)),
            None => self.admit(organization, number, call.called.as_deref())?,
        };
        // The number's country may know the number that was dialed where the caller's does not.
        let passed = permit.is_emergency().then(|| Authorized::emergency(call.call.clone()));
        if let Some(answer) = emergency.or(passed) {
            let (position, at) = (None, context.at);
            let authorized = Executed { position, at, answer, refused: Vec::new() };
            return Ok(Begun { permit, authorized });
        }
        let authorized = self.execute(organization, call, context)?;
        Ok(Begun { permit, authorized })
    }

    /// The live calls of all organizations: limits that numbers share, kept permits, samples.
    ///
    /// Numbers are told their own limits by [`admit`](Self::admit). A permit that it keeps ends with
    /// the process; after a restart [`Line::adopt`](crate::capacity::Line::adopt) takes the places of
    /// calls that go on, whose holds `billing.holds` tells.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The country of a number that the organization owns.
    pub fn country_of(
        &self,
        organization: &OrganizationId,
        number: PhoneNumber,
    ) -> Option<Country> {
        let published = self.find(organization)?.state.read();
        Some(published.state.inventory().number(number)?.shelf.country)
    }

    /// Admits a call of which the caller knows that it is an emergency call, to or from a number if
    /// it can be read.
    pub fn admit_emergency(&self, number: Option<PhoneNumber>) -> Permit<'_> {
        self.gate.admit_emergency(number)
    }

    /// Admits an emergency call of a caller who has no number, or whose number cannot be read; none
    /// if what was dialed is an emergency number nowhere.
    pub fn admit_nameless(&self, dialed: &str) -> Option<Permit<'_>> {
        is_emergency(dialed, None).then(|| self.gate.admit_emergency(None))
    }

    /// What is known of a number's calls, whoever owns it; nothing of one that never had any.
    pub fn occupancy(&self, number: PhoneNumber) -> Occupancy {
        self.gate.occupancy(number)
    }
}
