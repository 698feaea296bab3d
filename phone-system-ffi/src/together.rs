//! Many calls that begin or go on, without JSON: each by a command of its own, and all of them made durable
//! together.

use std::collections::BTreeSet;
use std::ffi::c_char;

use phone_system_core::Context;
use phone_system_core::billing::ExtendCall;
use phone_system_core::json::JsonSystem;
use phone_system_core::organization::Authorized;
use phone_system_core::system::Ticket;

use crate::boundary::{
    Outputs, Refused, array, guard, malformed, null, parsed, reference, refused, text,
};
use crate::charging::{duration, phs_authorization, phs_call, phs_context};
use crate::due::Gathered;
use crate::handles::phs_organization;
use crate::status::{OK, phs_status};

/// How long a call shall be able to last: a plain value; its text ends with NUL and stays the program's.
///
/// Thread safety: as of any plain value; it is read while a call with it lasts.
#[repr(C)]
pub struct phs_extension {
    /// What names the call.
    pub id: *const c_char,
    /// How long it shall be able to last, in microseconds from its beginning.
    pub wanted: i64,
}

/// The calls that can be found: all, or the first alone if it says that it has another size than here,
/// and why the others cannot be.
///
/// # Safety
///
/// The pointer is NULL or points to `count` calls that nobody writes while `'a` lasts.
unsafe fn found<'a>(
    calls: *const phs_call,
    count: usize,
) -> Result<(&'a [phs_call], Option<Refused>), Refused> {
    // SAFETY: the caller's promise, of the first of them.
    let first = unsafe { array("calls", calls, count.min(1)) }?;
    let strange = first.first().and_then(|first| first.check_size().err());
    if strange.is_some() {
        return Ok((first, strange));
    }
    // SAFETY: the caller's promise; all have the size that they have here.
    Ok((unsafe { array("calls", calls, count) }?, None))
}

/// Reads a context for many commands.
///
/// # Safety
///
/// The pointer is NULL or as documented.
unsafe fn context_of_many(context: *const phs_context) -> Result<Context, Refused> {
    // SAFETY: the caller's promise.
    let context = unsafe { reference("context", context)?.read() }?;
    if context.key.is_some() {
        return Err(malformed("key", "one key is for one command; each call is named by its id"));
    }
    Ok(context)
}

/// What was submitted, once it is durable.
fn durable(
    system: &JsonSystem,
    ticket: Ticket<Authorized>,
    due: &mut Gathered,
) -> Result<phs_authorization, Refused> {
    let authorized = system.system().wait(ticket).map_err(refused)?;
    Ok(phs_authorization::without_place(&due.add(authorized)))
}

fn tell(
    authorizations: &Outputs<phs_authorization>,
    statuses: &Outputs<phs_status>,
    place: usize,
    told: Result<phs_authorization, Refused>,
) {
    match told {
        Ok(authorization) => {
            authorizations.set(place, authorization);
            statuses.set(place, OK);
        }
        Err(refusal) => {
            authorizations.set(place, phs_authorization::default());
            statuses.set(place, refusal.code.number());
        }
    }
}

/// Lets many calls begin as far as money is concerned: each as phs_organization_authorize() does, in
/// the order of the array, by a command of its own; they are made durable together.
///
/// `calls` has `count` calls; `authorizations` and `statuses` have room for as many, and all three may
/// not be NULL. For each call `statuses` receives PHS_OK, and `authorizations` how long it may last; or
/// why it is refused, one of the statuses of phs_organization_authorize(), and zeros. The key of `context`
/// is to be NULL, because a key is for one command: a call that is asked for again is refused by its id.
///
/// Emergency calls pass whatever is wrong with the others, with `context` or with the system, as they do
/// there; they are answered in the arrays before any other is looked at, and this returns when all are. One
/// that is not to wait for the others is asked for alone.
///
/// If `size` of the first call is not sizeof(phs_call), no other can be found: then each is refused with
/// PHS_BOUNDARY_ABI_MISMATCH, but for the first if it is an emergency call.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer than `context` is NULL, or
/// PHS_ENVELOPE_MALFORMED if no array has so many items; both arrays are untouched then. What is wrong
/// with a call, with `context` or with the system is told in `statuses` only; the last error knows
/// nothing of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_authorize_batch(
    organization: *const phs_organization,
    calls: *const phs_call,
    count: usize,
    context: *const phs_context,
    authorizations: *mut phs_authorization,
    statuses: *mut phs_status,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (authorizations, statuses, organization, (calls, strange)) = unsafe {
            (
                Outputs::new("authorizations", authorizations, count)?,
                Outputs::new("statuses", statuses, count)?,
                reference("organization", organization)?,
                found(calls, count)?,
            )
        };
        // First, and whatever becomes of the others.
        let mut emergencies = BTreeSet::new();
        for (place, call) in calls.iter().enumerate() {
            // SAFETY: the texts are as documented.
            if unsafe { call.is_emergency() } {
                emergencies.insert(place);
                let passes = phs_authorization::emergency_without_place();
                tell(&authorizations, &statuses, place, Ok(passes));
            }
        }
        let opened = organization.opened();
        // SAFETY: NULL or as documented.
        let context = unsafe { context_of_many(context) };
        let others = (0..count).filter(|place| !emergencies.contains(place));
        // All are asked for before the first is waited for.
        let submitted = others.map(|place| {
            let submit = || {
                if let Some(strange) = &strange {
                    return Err(strange.clone());
                }
                let (system, id) = opened.as_ref().map_err(Clone::clone)?;
                let call = calls.get(place).ok_or_else(|| null("calls"))?;
                // SAFETY: the texts are as documented.
                let call = unsafe { call.read() }?;
                let context = context.as_ref().map_err(Clone::clone)?;
                let ticket = system.system().submit(*id, &call, context).map_err(refused)?;
                Ok((system, ticket))
            };
            (place, submit())
        });
        let submitted: Vec<_> = submitted.collect();
        let mut due = Gathered::default();
        for (place, submitted) in submitted {
            let told = submitted.and_then(|(system, ticket)| durable(system, ticket, &mut due));
            tell(&authorizations, &statuses, place, told);
        }
        due.keep();
        Ok(())
    })
}

/// Lets many calls that were authorized last longer: each as phs_organization_extend() does, in the
/// order of the array, by a command of its own; they are made durable together.
///
/// `extensions` has `count` calls; `authorizations` and `statuses` have room for as many, and all three
/// may not be NULL. For each call `statuses` receives PHS_OK, and `authorizations` how long it may last
/// now; or why it is refused, one of the statuses of phs_organization_extend(), and zeros. A call that
/// is refused does not hinder the others and does not make this call fail; the last error knows nothing
/// of it. The key of `context` is to be NULL, because a key is for one command.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_BOUNDARY_NOT_UTF8 or PHS_ENVELOPE_MALFORMED if `context` is wrong or no array has so many items, or
/// PHS_STORE_FORKED; both arrays are untouched then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_extend_batch(
    organization: *const phs_organization,
    extensions: *const phs_extension,
    count: usize,
    context: *const phs_context,
    authorizations: *mut phs_authorization,
    statuses: *mut phs_status,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (authorizations, statuses, organization, extensions, context) = unsafe {
            (
                Outputs::new("authorizations", authorizations, count)?,
                Outputs::new("statuses", statuses, count)?,
                reference("organization", organization)?,
                array("extensions", extensions, count)?,
                context_of_many(context)?,
            )
        };
        let (system, id) = organization.opened()?;
        // All are asked for before the first is waited for.
        let submitted = extensions.iter().map(|extension| {
            // SAFETY: the text is as documented.
            let call = parsed("id", unsafe { text("id", extension.id) }?)?;
            let command = ExtendCall { call, wanted: duration("wanted", extension.wanted)? };
            system.system().submit(id, &command, &context).map_err(refused)
        });
        let submitted: Vec<Result<Ticket<Authorized>, Refused>> = submitted.collect();
        let mut due = Gathered::default();
        for (place, submitted) in submitted.into_iter().enumerate() {
            let told = submitted.and_then(|ticket| durable(&system, ticket, &mut due));
            tell(&authorizations, &statuses, place, told);
        }
        due.keep();
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_struct_has_no_padding() {
        assert_eq!(size_of::<phs_extension>(), size_of::<*const c_char>() + 8);
    }
}
