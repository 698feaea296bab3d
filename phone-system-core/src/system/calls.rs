//! Live calls: each takes a place on its number, and gives it back.

use std::ops::ControlFlow;
use std::sync::{Arc, Weak};

use serde::Serialize;

use super::log::Log;
use super::{Error, Executed, Organization, PhoneSystem, Subject};
use crate::billing::{AuthorizeCall, CallKind};
use crate::capacity::simulation::{Simulate, Simulated};
use crate::capacity::{Gate, Line, Occupancy, Permit, Way};
use crate::inventory::{self, Target};
use crate::number::{PhoneNumber, is_emergency};
use crate::organization::{self, Authorized, Command, Context};
use crate::text::{Country, Key, OrganizationId};
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

/// A number of an organization, looked up once: calls on it are admitted without looking again as long
/// as nothing of the organization changes.
///
/// It keeps alive what the system has of the organization in memory, and not its store.
#[derive(Debug)]
pub struct OwnedLine {
    /// By which its system is known.
    log: Weak<Log>,
    organization: Arc<Organization>,
    number: PhoneNumber,
    /// Where the gate counts it.
    place: u32,
}

impl OwnedLine {
    /// The number.
    pub fn number(&self) -> PhoneNumber {
        self.number
    }
}

/// A call that went on when the process before this one ended, and the place that was taken for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdoptedCall {
    /// The call.
    pub call: Key,
    /// The number of the user whose call it is; none if no number is assigned to the user.
    pub number: Option<PhoneNumber>,
    /// The permit, which the gate keeps; it ends with the hold. None without a number.
    pub permit: Option<u64>,
}

fn unknown(number: PhoneNumber) -> Error {
    organization::Error::from(inventory::Error::NumberUnknown { number }).into()
}

/// Whether an emergency number was dialed, as the country of the caller's own number has them too, if
/// that is owned.
fn dials_emergency(dialed: &str, of: Option<&Organization>, own: PhoneNumber) -> bool {
    let published = of.map(|of| of.state.read());
    let owned = published.as_ref().and_then(|now| now.state.inventory().number(own));
    is_emergency(dialed, owned.map(|owned| owned.shelf.country))
}

fn way_of(kind: CallKind) -> Way {
    if kind.is_outbound() { Way::Outbound } else { Way::Inbound }
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
    #[inline]
    pub fn admit(
        &self,
        organization: &OrganizationId,
        number: PhoneNumber,
        dialed: Option<&str>,
    ) -> Result<Permit<'_>, Error> {
        let way = if dialed.is_some() { Way::Outbound } else { Way::Inbound };
        self.admit_way(organization, number, dialed, way)
    }

    #[inline]
    fn admit_way(
        &self,
        organization: &OrganizationId,
        number: PhoneNumber,
        dialed: Option<&str>,
        way: Way,
    ) -> Result<Permit<'_>, Error> {
        let found = self.organizations.find(organization);
        if dialed.is_some_and(|dialed| dials_emergency(dialed, found.map(Arc::as_ref), number)) {
            return Ok(self.gate.admit_emergency(Some(number)));
        }
        let limited = found.and_then(|found| self.limited(found, number));
        let line = limited.ok_or_else(|| unknown(number))?;
        Ok(line.admit(way).map_err(organization::Error::from)?)
    }

    /// The line of a number that an organization owns, with its limit set.
    fn limited(&self, of: &Organization, number: PhoneNumber) -> Option<Line<'_>> {
        let mut version = of.state.version();
        if let Some(line) = self.gate.find(number).filter(|line| line.is_set_by(version)) {
            return Some(line);
        }
        loop {
            let published = of.state.read();
            let (class, limit) = published.state.carries(number)?;
            let line = self.gate.line(number);
            line.set_limit_by(class, limit, version);
            let now = of.state.version();
            // Else another thread may have set a newer limit, and this was an older one.
            if now == version {
                return Some(line);
            }
            version = now;
        }
    }

    /// Looks a number of an organization up, for many calls on it.
    ///
    /// ```
    /// # use phone_system_core::inventory::ImportOwned;
    /// # use phone_system_core::organization::Context;
    /// use phone_system_core::capacity::Way;
    /// # use phone_system_core::{OrganizationId, PhoneSystem};
    /// # let system = PhoneSystem::in_memory();
    /// # let contoso: OrganizationId = "contoso".parse()?;
    /// # let context = Context::new("2018-04-01T09:00:00Z".parse()?, "ada".parse()?);
    /// # let csv = "TelephoneNumber,IsoCountryCode,Capability\n+14255550100,US,UserAssignment\n";
    /// # let import = ImportOwned { csv: csv.into(), mode: Default::default() };
    /// # system.execute(&contoso, &import, &context)?;
    /// let line = system.line(&contoso, "+14255550100".parse()?)?;
    /// let call = system.admit_on(&line, Way::Inbound)?;
    /// assert_eq!(system.occupancy(line.number()).in_use, 1);
    /// drop(call);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `inventory.number_unknown` if the organization does not own the number.
    pub fn line(
        &self,
        organization: &OrganizationId,
        number: PhoneNumber,
    ) -> Result<OwnedLine, Error> {
        let organization = self.organizations.find(organization).ok_or_else(|| unknown(number))?;
        let limited = self.limited(organization, number);
        let place = limited.ok_or_else(|| unknown(number))?.place();
        let (log, organization) = (Arc::downgrade(&self.log), Arc::clone(organization));
        Ok(OwnedLine { log, organization, number, place })
    }

    /// Admits a call on a number that was looked up; emergency calls are admitted by
    /// [`admit_emergency`](Self::admit_emergency).
    ///
    /// The number is looked up again if anything of the organization was changed meanwhile.
    ///
    /// # Errors
    ///
    /// As [`admit`](Self::admit); `inventory.number_unknown` also if another system looked it up.
    #[allow(clippy::inline_always, reason = "the permit is taken apart at once")]
    #[inline(always)]
    pub fn admit_on(&self, line: &OwnedLine, way: Way) -> Result<Permit<'_>, Error> {
        if Arc::as_ptr(&self.log) != line.log.as_ptr() {
            return Err(unknown(line.number));
        }
        let mut found = self.gate.line_at(line.place, line.number);
        if !found.is_set_by(line.organization.state.version()) {
            let limited = self.limited(&line.organization, line.number);
            found = limited.ok_or_else(|| unknown(line.number))?;
        }
        Ok(found.admit(way).map_err(organization::Error::from)?)
    }

    /// Takes the places of calls that go on: of each call for which something is held, on the number of
    /// its user, whatever the limits. Ask once, when a store was opened after its process had ended.
    ///
    /// The gate keeps the permits until they are released, or until the holds end. A call whose hold
    /// has ended by `at` is left out; one whose user has no number has no place.
    pub fn adopt_calls(&self, organization: &OrganizationId, at: Timestamp) -> Vec<AdoptedCall> {
        let Some(found) = self.organizations.find(organization) else { return Vec::new() };
        let (state, account) = (found.state.read(), found.account.read());
        let holds = account.state.holds().filter(|(_, hold)| hold.ends_at > at);
        let adopted = holds.map(|(call, hold)| {
            let user = hold.user.clone().map(Target::User);
            let number = user.and_then(|user| state.state.inventory().held_by(&user));
            let limited = number.and_then(|number| self.limited(found, number));
            let permit =
                limited.and_then(|line| line.adopt(way_of(hold.kind)).keep(Some(hold.ends_at)));
            AdoptedCall { call: call.clone(), number, permit }
        });
        adopted.collect()
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
        let dialed = call.called.as_deref();
        let permit = match &emergency {
            Some(_) => self.gate.admit_emergency(Some(number)),
            None => self.admit_way(organization, number, dialed, way_of(call.kind))?,
        };
        // The number's country may know the number that was dialed where the caller's does not.
        let passed = permit.is_emergency().then(|| Authorized::emergency(call.call.clone()));
        if let Some(answer) = emergency.or(passed) {
            return Ok(Begun { permit, authorized: Executed::always(context.at, answer) });
        }
        let authorized = self.execute(organization, call, context)?;
        Ok(Begun { permit, authorized })
    }

    /// The live calls of all organizations: limits that numbers share, kept permits, samples.
    ///
    /// Numbers are told their own limits by [`admit`](Self::admit). A permit that it keeps ends with
    /// the process; after a restart [`adopt_calls`](Self::adopt_calls) takes the places of calls that
    /// go on.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The country of a number that the organization owns.
    pub fn country_of(
        &self,
        organization: &OrganizationId,
        number: PhoneNumber,
    ) -> Option<Country> {
        let published = self.organizations.find(organization)?.state.read();
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
