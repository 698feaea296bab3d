//! Calls that begin and end, with permits by number; emergency calls pass even without a system.

use serde::Serialize;

use super::{CommandEnvelope, JsonSystem, Named, encode, object, text};
use crate::billing::AuthorizeCall;
use crate::capacity::{Keeper, Permit, Way};
use crate::number::{self, PhoneNumber};
use crate::organization::{Authorized, Command, Context};
use crate::system::{Begun, Error, Executed, OwnedLine, RequestError};
use crate::text::OrganizationId;
use crate::time::Timestamp;

/// The permit of a call that takes no place: 0. Releasing it does nothing.
pub const WITHOUT_PLACE: u64 = 0;

/// The permit of an emergency call where there is no system that could count it, because it was
/// closed or belongs to another process: [`WITHOUT_PLACE`]. None if what was dialed is an emergency
/// number nowhere.
pub fn emergency_without_place(dialed: &str) -> Option<u64> {
    number::is_emergency(dialed, None).then_some(WITHOUT_PLACE)
}

/// What [`JsonSystem::execute`] answers to the authorization of an emergency call where there is no
/// system that could be asked, because it was closed or belongs to another process; none for
/// anything else.
pub fn emergency_without_system(envelope: &[u8]) -> Option<String> {
    let envelope: CommandEnvelope<'_> = object("envelope", text(envelope).ok()?).ok()?;
    let CommandEnvelope { at, command: Named { name, fields }, .. } = envelope;
    let call: AuthorizeCall =
        (name == AuthorizeCall::NAME).then(|| serde_json::from_str(fields.get()).ok()).flatten()?;
    let answer = call.always()?;
    serde_json::to_string(&Executed::always(at, answer)).ok()
}

/// What [`JsonSystem::begin_call`] answers then.
pub fn emergency_call_without_system(envelope: &[u8]) -> Option<String> {
    let authorized = emergency_without_system(envelope)?;
    Some(format!("{{\"permit\":{WITHOUT_PLACE},\"authorized\":{authorized}}}"))
}

impl JsonSystem {
    /// Lets a call begin on the organization's own number, with the envelope of a `billing.authorize`;
    /// answers `{"permit", "authorized"}`: a number for [`release`](Self::release), and what
    /// [`execute`](Self::execute) answers.
    ///
    /// # Errors
    ///
    /// `envelope.*`, or as [`PhoneSystem::begin_call`](crate::PhoneSystem::begin_call).
    pub fn begin_call(&self, number: PhoneNumber, envelope: &[u8]) -> Result<String, Error> {
        #[derive(Serialize)]
        struct Answer {
            permit: u64,
            authorized: Executed<Authorized>,
        }
        let envelope: CommandEnvelope<'_> = object("envelope", text(envelope)?)?;
        let CommandEnvelope { organization, at, actor, key, seed, command } = envelope;
        let Named { name, fields } = command;
        if name != AuthorizeCall::NAME {
            let problem = format!("a call begins with `{}`, not `{name}`", AuthorizeCall::NAME);
            return Err(RequestError::Malformed { part: "envelope".to_owned(), problem }.into());
        }
        let organization = organization.ok_or(RequestError::OrganizationMissing { name })?;
        let call: AuthorizeCall =
            object(&format!("command `{}`", AuthorizeCall::NAME), fields.get())?;
        let context = Context { at, actor, key, seed };
        let Begun { permit, authorized } =
            self.system.begin_call(&organization, number, &call, &context)?;
        let answer = Answer { permit: self.keep(permit, None), authorized };
        encode(&answer)
    }

    /// Keeps a permit until it is released by the number that is answered, or until `ends_at`.
    #[inline]
    pub fn keep(&self, permit: Permit<'_>, ends_at: Option<Timestamp>) -> u64 {
        Keeper::new(ends_at).keep(permit).unwrap_or(WITHOUT_PLACE)
    }

    /// As [`PhoneSystem::admit`](crate::PhoneSystem::admit); answers a number for [`release`](Self::release).
    ///
    /// # Errors
    ///
    /// As [`PhoneSystem::admit`](crate::PhoneSystem::admit).
    #[inline]
    pub fn admit(
        &self,
        organization: &OrganizationId,
        number: PhoneNumber,
        dialed: Option<&str>,
    ) -> Result<u64, Error> {
        Ok(self.keep(self.system.admit(organization, number, dialed)?, None))
    }

    /// As [`PhoneSystem::admit_nameless`](crate::PhoneSystem::admit_nameless); answers a number for [`release`](Self::release).
    pub fn admit_nameless(&self, dialed: &str) -> Option<u64> {
        Some(self.keep(self.system.admit_nameless(dialed)?, None))
    }

    /// Admits calls on lines as [`PhoneSystem::admit_on`](crate::PhoneSystem::admit_on) does, one
    /// with each call of what is answered; that answers a number for [`release`](Self::release), which
    /// ends by itself at `ends_at`, if given.
    ///
    /// ```
    /// use phone_system_core::capacity::Way;
    /// # use phone_system_core::inventory::ImportOwned;
    /// use phone_system_core::json::JsonSystem;
    /// # use phone_system_core::organization::Context;
    /// # use phone_system_core::{OrganizationId, PhoneSystem};
    /// # let system = PhoneSystem::in_memory();
    /// # let contoso: OrganizationId = "contoso".parse()?;
    /// # let context = Context::new("2018-04-01T09:00:00Z".parse()?, "ada".parse()?);
    /// # let csv = "TelephoneNumber,IsoCountryCode,Capability\n+14255550100,US,UserAssignment\n";
    /// # let import = ImportOwned { csv: csv.into(), mode: Default::default() };
    /// # system.execute(&contoso, &import, &context)?;
    /// let system = JsonSystem::from(system);
    /// let line = system.system().line(&contoso, "+14255550100".parse()?)?;
    /// let admit = system.admitting(Way::Inbound, None);
    /// let permits = [admit(&line)?, admit(&line)?];
    /// assert_eq!(system.release_all(&permits), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn admitting(
        &self,
        way: Way,
        ends_at: Option<Timestamp>,
    ) -> impl Fn(&OwnedLine) -> Result<u64, Error> {
        let keeper = Keeper::new(ends_at);
        move |line| Ok(keeper.keep(self.system.admit_on(line, way)?).unwrap_or(WITHOUT_PLACE))
    }

    /// Gives back the places of many calls; answers how many permits were open. Others, and those that
    /// take no place, are passed over.
    pub fn release_all(&self, permits: &[u64]) -> usize {
        self.system.gate().release_all(permits)
    }

    /// Gives back the place of a call that was admitted.
    ///
    /// # Errors
    ///
    /// `capacity.permit_unknown` if the permit was released already or never given out.
    #[inline]
    pub fn release(&self, permit: u64) -> Result<(), Error> {
        if permit == WITHOUT_PLACE {
            return Ok(());
        }
        self.system.gate().release(permit).map_err(|error| Error::Rule(error.into()))
    }
}
