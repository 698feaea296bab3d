//! Calls that go on, without JSON: authorized, begun, extended, canceled.

use std::ffi::c_char;

use phone_system_core::billing::{AuthorizeCall, CallKind, CancelCall, ExtendCall, LimitedBy};
use phone_system_core::error::{ErrorCode, Figure};
use phone_system_core::json::WITHOUT_PLACE;
use phone_system_core::number::is_emergency;
use phone_system_core::organization::{Authorized, EMERGENCY_LENGTH};
use phone_system_core::text::Country;
use phone_system_core::{Context, Duration, PhoneNumber, Timestamp};

use crate::boundary::{
    Output, Refused, guard, malformed, optional_text, parsed, reference, refusal, refused, text,
};
use crate::due;
use crate::handles::phs_organization;
use crate::number::number_of;
use crate::status::phs_status;
use crate::words::{CALL_KINDS, LIMITS, REACHES, number, wanted, word};

/// A call that is to begin: a plain value; its texts end with NUL and stay the program's.
///
/// Set it to zeros, `size` to its size, and then what is known.
///
/// Thread safety: as of any plain value; it is read while a call with it lasts.
#[repr(C)]
pub struct phs_call {
    /// sizeof(phs_call): later versions of this header have more at the end of it.
    pub size: u32,
    /// Its sort: one of phs_call_kind.
    pub kind: u32,
    /// Whether it leaves the country: one of phs_reach, or 0 to have the number called tell.
    pub reach: u32,
    /// The country of the user, or of the organization: its two letters, with a NUL.
    pub location: [c_char; 4],
    /// What names it, 1 to 128 bytes; the same call is authorized and charged once.
    pub id: *const c_char,
    /// Who calls or is called, or the organizer of the conference, or the resource account; may be
    /// NULL.
    pub user: *const c_char,
    /// The caller's number as it is known; may be NULL.
    pub caller: *const c_char,
    /// The number called, as it is dialed: with a plus, or as people of the country write it; may be
    /// NULL.
    pub called: *const c_char,
    /// How long it shall be able to last, in microseconds; 0 for the organization's rule. It can be
    /// extended.
    pub wanted: i64,
}

/// With what a command is asked: a plain value; its texts end with NUL and stay the program's.
///
/// Thread safety: as of any plain value; it is read while a call with it lasts.
#[repr(C)]
pub struct phs_context {
    /// The instant at which it is asked: microseconds since 1970 began, in UTC.
    pub at: i64,
    /// Who asks, for the record: 1 to 128 bytes.
    pub actor: *const c_char,
    /// Makes a retry harmless: the same key with the same command answers the same and does nothing.
    /// 1 to 128 bytes; NULL for none.
    pub key: *const c_char,
}

/// How long a call may last, and at what cost: a plain value that owns nothing.
///
/// Thread safety: as of any plain value.
#[repr(C)]
#[derive(Default)]
pub struct phs_authorization {
    /// How long it may last, from its beginning, in microseconds: end it then, or extend it before.
    pub duration: i64,
    /// When what is held is given back by itself if the call is neither settled nor canceled, in
    /// microseconds since 1970 began; INT64_MAX for an emergency call, for which nothing is held.
    pub ends_at: i64,
    /// How much of that the minutes of a plan pay, in microseconds.
    pub included: i64,
    /// What the rest costs if the call lasts as long as it may, in millionths of the currency.
    pub cost: i64,
    /// Of phs_organization_begin_call(), a number for phs_release(); else 0.
    pub permit: u64,
    /// What limits how long it may last: one of phs_limited_by.
    pub limited_by: u32,
    /// 1 if it is a call to an emergency service, which always passes; else 0.
    pub emergency: u32,
}

/// A duration in microseconds.
pub(crate) fn duration(part: &str, micros: i64) -> Result<Duration, Refused> {
    let problem = || malformed(part, format!("{micros} microseconds are no duration"));
    Duration::from_micros(micros).ok_or_else(problem)
}

/// An instant in microseconds since 1970 began.
pub(crate) fn instant(part: &str, micros: i64) -> Result<Timestamp, Refused> {
    let problem =
        || malformed(part, format!("{micros} microseconds lie before year 1 or after 9999"));
    Timestamp::from_micros(micros).ok_or_else(problem)
}

impl phs_context {
    /// # Safety
    ///
    /// The texts are as documented.
    pub(crate) unsafe fn read(&self) -> Result<Context, Refused> {
        // SAFETY: the caller's promise.
        let (actor, key) = unsafe { (text("actor", self.actor)?, optional_text(self.key)?) };
        Ok(Context {
            at: instant("at", self.at)?,
            actor: parsed("actor", actor)?,
            key: key.map(|key| parsed("key", key)).transpose()?,
            seed: None,
        })
    }
}

/// What tells whether a call is an emergency call; what cannot be read of it tells nothing.
struct Dialed<'a> {
    kind: Option<CallKind>,
    called: &'a str,
    location: Option<Country>,
}

impl Dialed<'_> {
    /// As core does it, which is not asked: the call passes whatever else is wrong.
    fn is_emergency(&self) -> bool {
        self.kind == Some(CallKind::DirectRoutingEmergencyOut)
            || is_emergency(self.called, self.location)
    }
}

impl phs_call {
    fn location(&self) -> Result<Country, Refused> {
        let letters = self.location.map(|letter| u8::from_ne_bytes(letter.to_ne_bytes()));
        let letters = letters.split(|letter| *letter == 0).next().unwrap_or_default();
        parsed("location", &String::from_utf8_lossy(letters))
    }

    /// Refuses a call of another size than it has here: a longer one may say what is not understood.
    pub(crate) fn check_size(&self) -> Result<(), Refused> {
        let size = u64::from(self.size);
        let known = u64::try_from(size_of::<Self>()).unwrap_or(u64::MAX);
        if size == known {
            return Ok(());
        }
        let message = format!(
            "a phs_call of {size} bytes was given; it has {known} in this library, and `size` is to be \
             sizeof(phs_call)"
        );
        let figures = vec![("program", Figure::Count(size)), ("library", Figure::Count(known))];
        Err(refusal(ErrorCode::AbiMismatch, message, figures))
    }

    /// # Safety
    ///
    /// The texts are as documented.
    pub(crate) unsafe fn is_emergency(&self) -> bool {
        // SAFETY: the caller's promise.
        unsafe { self.dialed() }.is_emergency()
    }

    /// # Safety
    ///
    /// The texts are as documented.
    unsafe fn dialed(&self) -> Dialed<'_> {
        Dialed {
            kind: word(&CALL_KINDS, self.kind),
            // SAFETY: the caller's promise.
            called: unsafe { optional_text(self.called) }.ok().flatten().unwrap_or_default(),
            location: self.location().ok(),
        }
    }

    /// # Safety
    ///
    /// The texts are as documented.
    pub(crate) unsafe fn read(&self) -> Result<AuthorizeCall, Refused> {
        self.check_size()?;
        // SAFETY: the caller's promise.
        let (id, user, caller, called) = unsafe {
            (
                text("id", self.id)?,
                optional_text(self.user)?,
                optional_text(self.caller)?,
                optional_text(self.called)?,
            )
        };
        let reach = self.reach;
        let reach = (reach != 0).then(|| wanted("reach", &REACHES, reach)).transpose()?;
        Ok(AuthorizeCall {
            call: parsed("id", id)?,
            kind: wanted("kind", &CALL_KINDS, self.kind)?,
            user: user.map(|user| parsed("user", user)).transpose()?,
            location: self.location()?,
            caller: caller.map(ToOwned::to_owned),
            called: called.map(ToOwned::to_owned),
            reach,
            wanted: (self.wanted != 0).then(|| duration("wanted", self.wanted)).transpose()?,
        })
    }
}

/// What stands for an instant that there is not.
const NEVER: i64 = i64::MAX;

impl phs_authorization {
    /// Core's answer for an emergency call, which names the call and has nothing else of it.
    fn emergency(permit: u64) -> Self {
        Self {
            duration: EMERGENCY_LENGTH.micros(),
            ends_at: NEVER,
            included: 0,
            cost: 0,
            permit,
            limited_by: number(&LIMITS, &LimitedBy::Wanted),
            emergency: 1,
        }
    }

    pub(crate) fn emergency_without_place() -> Self {
        Self::emergency(WITHOUT_PLACE)
    }

    pub(crate) fn without_place(authorized: &Authorized) -> Self {
        Self::of(authorized, WITHOUT_PLACE)
    }

    fn of(authorized: &Authorized, permit: u64) -> Self {
        let included = authorized.included.as_ref().map(|included| included.duration);
        Self {
            duration: authorized.duration.micros(),
            ends_at: authorized.ends_at.map_or(NEVER, Timestamp::micros),
            included: included.unwrap_or_default().micros(),
            cost: authorized.cost.millionths(),
            permit,
            limited_by: number(&LIMITS, &authorized.limited_by),
            emergency: u32::from(authorized.emergency),
        }
    }
}

/// Lets a call begin as far as money is concerned: what it may need is held for it.
///
/// Minutes of a plan first, then funds; the same as the command "billing.authorize", without JSON.
/// `out` receives how long it may last, on success only; for less than was wanted if there is not
/// more to be had. It takes no place on a number: see phs_organization_begin_call(). When the call
/// has ended, settle it.
///
/// An emergency call always passes, free and unrecorded, for whatever reason another would be
/// refused: if the system was closed or belongs to another process, and if the rest of `call` or
/// `context` is wrong or NULL. It is one by its sort or by what was called, in its location.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL that may not be,
/// PHS_BOUNDARY_HANDLE_CLOSED, PHS_BOUNDARY_ABI_MISMATCH if `size` is not sizeof(phs_call),
/// PHS_BOUNDARY_NOT_UTF8, PHS_ENVELOPE_MALFORMED if a text, a number of an enumeration, a duration
/// or an instant is none, PHS_BILLING_ALREADY_AUTHORIZED, PHS_BILLING_ALREADY_CHARGED,
/// PHS_BILLING_FUNDS_TOO_LOW or the status of another rule that refuses the call, or what
/// phs_execute() returns if the store fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_authorize(
    organization: *const phs_organization,
    call: *const phs_call,
    context: *const phs_context,
    out: *mut phs_authorization,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (out, organization, call) = unsafe {
            (
                Output::new("out", out)?,
                reference("organization", organization)?,
                reference("call", call)?,
            )
        };
        // SAFETY: the texts are as documented.
        if unsafe { call.is_emergency() } {
            due::nothing();
            out.set(phs_authorization::emergency_without_place());
            return Ok(());
        }
        let (system, id) = organization.opened()?;
        // SAFETY: each pointer is NULL or as documented.
        let (call, context) = unsafe { (call.read()?, reference("context", context)?.read()?) };
        let authorized = system.system().execute(id, &call, &context).map_err(refused)?;
        out.set(phs_authorization::without_place(&due::kept(authorized)));
        Ok(())
    })
}

/// Lets a call begin: takes its place on a number as phs_organization_admit() does, and has it
/// authorized as phs_organization_authorize() does; both or neither.
///
/// `digits` are those of phs_number, of the organization's own number. `out` receives how long it
/// may last, and the permit of its place: when the call has ended, settle it, and give the place
/// back with phs_release().
///
/// An emergency call always passes, as both of them say. Its permit is 0, and takes no place, if the
/// system was closed or belongs to another process. It is one also if what was called is an
/// emergency number where the organization's number is.
///
/// A key that was used before brings back what was authorized then, and takes a place anew: places
/// last no longer than the process.
///
/// Returned statuses are those of both.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_begin_call(
    organization: *const phs_organization,
    digits: u64,
    call: *const phs_call,
    context: *const phs_context,
    out: *mut phs_authorization,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (out, organization, call) = unsafe {
            (
                Output::new("out", out)?,
                reference("organization", organization)?,
                reference("call", call)?,
            )
        };
        // SAFETY: the texts are as documented.
        let dialed = unsafe { call.dialed() };
        let opened = organization.opened();
        let own = PhoneNumber::from_digits(digits);
        let country = || {
            let (system, id) = opened.as_ref().ok()?;
            system.system().country_of(id, own?)
        };
        if dialed.is_emergency() || is_emergency(dialed.called, country()) {
            let place = opened
                .ok()
                .map(|(system, _)| system.keep(system.system().admit_emergency(own), None));
            due::nothing();
            out.set(phs_authorization::emergency(place.unwrap_or(WITHOUT_PLACE)));
            return Ok(());
        }
        let (system, id) = opened?;
        let own = number_of(digits)?;
        // SAFETY: each pointer is NULL or as documented.
        let (call, context) = unsafe { (call.read()?, reference("context", context)?.read()?) };
        let begun = system.system().begin_call(id, own, &call, &context).map_err(refused)?;
        let authorized = due::kept(begun.authorized);
        out.set(phs_authorization::of(&authorized, system.keep(begun.permit, None)));
        Ok(())
    })
}

/// Lets a call that was authorized last longer: what it may need besides is held for it.
///
/// `id` names the call and ends with NUL. `wanted` is how long it shall be able to last, in
/// microseconds from its beginning. `out` receives how long it may last now, on success only; its
/// permit is 0, and the one that the call has stays good. If there is not more to be had it may be
/// for less than was wanted. An emergency call needs no extension, and nothing is known of it here.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_BOUNDARY_NOT_UTF8, PHS_ENVELOPE_MALFORMED, PHS_BILLING_NOT_AUTHORIZED if nothing is held for
/// the call, PHS_BILLING_NOT_LONGER, PHS_BILLING_FUNDS_TOO_LOW or the status of another rule that
/// refuses it, or what phs_execute() returns if the store fails; what was held stays held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_extend(
    organization: *const phs_organization,
    id: *const c_char,
    wanted: i64,
    context: *const phs_context,
    out: *mut phs_authorization,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (out, organization, call, context) = unsafe {
            (
                Output::new("out", out)?,
                reference("organization", organization)?,
                text("id", id)?,
                reference("context", context)?,
            )
        };
        let (system, id) = organization.opened()?;
        // SAFETY: the texts are as documented.
        let context = unsafe { context.read() }?;
        let command = ExtendCall { call: parsed("id", call)?, wanted: duration("wanted", wanted)? };
        let extended = system.system().execute(id, &command, &context).map_err(refused)?;
        out.set(phs_authorization::without_place(&due::kept(extended)));
        Ok(())
    })
}

/// Gives back what is held for a call that did not take place; nothing is charged.
///
/// `id` names the call and ends with NUL. Its place on a number is given back by phs_release().
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_BOUNDARY_NOT_UTF8, PHS_ENVELOPE_MALFORMED, PHS_BILLING_NOT_AUTHORIZED if nothing is held for
/// the call, or what phs_execute() returns if the store fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_cancel(
    organization: *const phs_organization,
    id: *const c_char,
    context: *const phs_context,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (organization, call, context) = unsafe {
            (
                reference("organization", organization)?,
                text("id", id)?,
                reference("context", context)?,
            )
        };
        let (system, id) = organization.opened()?;
        // SAFETY: the texts are as documented.
        let context = unsafe { context.read() }?;
        let command = CancelCall { call: parsed("id", call)? };
        due::kept(system.system().execute(id, &command, &context).map_err(refused)?);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structs_have_no_padding() {
        let pointer = size_of::<*const c_char>();
        assert_eq!(size_of::<phs_call>(), 4 * 4 + 4 * pointer + 8);
        assert_eq!(size_of::<phs_context>(), 8 + 2 * pointer);
        assert_eq!(size_of::<phs_authorization>(), 5 * 8 + 2 * 4);
    }

    #[test]
    fn an_emergency_call_is_answered_as_core_does_it() {
        let call: AuthorizeCall = serde_json::from_value(serde_json::json!({
            "call": "1", "kind": "user_out", "location": "US", "called": "911"
        }))
        .unwrap();
        let system = phone_system_core::PhoneSystem::in_memory();
        let context = Context::new(Timestamp::MIN, "ada".parse().unwrap());
        let contoso: phone_system_core::OrganizationId = "contoso".parse().unwrap();
        let told = system.execute(&contoso, &call, &context).unwrap().answer;
        let (core, own) = (phs_authorization::of(&told, 0), phs_authorization::emergency(0));
        assert_eq!(
            (
                core.duration,
                core.ends_at,
                core.included,
                core.cost,
                core.limited_by,
                core.emergency
            ),
            (own.duration, own.ends_at, own.included, own.cost, own.limited_by, own.emergency)
        );
    }
}
