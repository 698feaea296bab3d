//! Numbers that are looked up once, and many calls on them at once.

use std::sync::Arc;

use phone_system_core::json::JsonSystem;
use phone_system_core::system::OwnedLine;
use phone_system_core::{OrganizationId, Refuses, Timestamp};

use crate::boundary::{Output, Outputs, Refused, array, guard, malformed, reference, refused};
use crate::charging::instant;
use crate::handles::{phs_organization, phs_system};
use crate::number::number_of;
use crate::status::{OK, phs_status};
use crate::words::{WAYS, wanted};

/// Numbers of an organization, looked up once, so that calls on them are admitted without looking
/// again as long as nothing of the organization changes.
///
/// Thread safety: calls may be admitted on the same lines from any number of threads at once;
/// phs_lines_free() has to come after all of them.
///
/// phs_organization_lines() makes them, and phs_lines_free() ends them. They may outlive their
/// system: calls are then answered with PHS_BOUNDARY_HANDLE_CLOSED.
pub struct phs_lines {
    organization: &'static phs_organization,
    lines: Vec<OwnedLine>,
}

/// The instant that stands for none.
const NEVER: i64 = i64::MAX;

fn end(ends_at: i64) -> Result<Option<Timestamp>, Refused> {
    (ends_at != NEVER).then(|| instant("ends_at", ends_at)).transpose()
}

/// Looks up numbers of an organization, for many calls on them.
///
/// `digits` are `count` numbers, each as in phs_number. `out` receives the lines, which the caller
/// ends with phs_lines_free(); NULL if this call fails.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_NUMBER_TOO_SHORT or PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits,
/// PHS_INVENTORY_NUMBER_UNKNOWN if the organization does not own one of the numbers, or
/// PHS_STORE_FORKED as phs_execute() does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_lines(
    organization: *const phs_organization,
    digits: *const u64,
    count: usize,
    out: *mut *mut phs_lines,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented; organizations are never freed.
        let (out, organization, digits) = unsafe {
            (
                Output::pointer("out", out.cast::<*const phs_lines>())?,
                reference("organization", organization)?,
                array("digits", digits, count)?,
            )
        };
        let (system, id) = organization.opened()?;
        let line = |digits: &u64| look_up(&system, id, *digits);
        let lines = digits.iter().map(line).collect::<Result<Vec<_>, _>>()?;
        out.set(Box::into_raw(Box::new(phs_lines { organization, lines })));
        Ok(())
    })
}

fn look_up(
    system: &Arc<JsonSystem>,
    id: &OrganizationId,
    digits: u64,
) -> Result<OwnedLine, Refused> {
    system.system().line(id, number_of(digits)?).map_err(refused)
}

/// Admits calls on numbers that were looked up, each by itself.
///
/// `which` has `count` places of numbers among the lines, from 0; NULL stands for the first `count` in
/// their order. `way` is one of phs_way, and `ends_at` when the permits end by themselves, in
/// microseconds since 1970 began; INT64_MAX stands for never. `permits` and `statuses` have room for
/// as many and may not be NULL. For each call `statuses` receives PHS_OK, and `permits` a number for
/// phs_release(); or why it is refused, and 0: PHS_CAPACITY_LIMIT_REACHED,
/// PHS_INVENTORY_NUMBER_UNKNOWN if the organization does not own the number any more, or
/// PHS_ENVELOPE_MALFORMED if there is no such place. A call that is refused does not make this call
/// fail; the last error knows nothing of it.
///
/// Emergency calls are not for this: phs_organization_admit() admits them whatever the limits.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_ENVELOPE_MALFORMED if `way` or `ends_at` cannot be what it is to be, or PHS_STORE_FORKED; both
/// arrays are untouched then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_lines_admit(
    lines: *const phs_lines,
    which: *const u32,
    count: usize,
    way: u32,
    ends_at: i64,
    permits: *mut u64,
    statuses: *mut phs_status,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (permits, statuses, lines, which) = unsafe {
            (
                Outputs::new("permits", permits, count)?,
                Outputs::new("statuses", statuses, count)?,
                reference("lines", lines)?,
                if which.is_null() { None } else { Some(array("which", which, count)?) },
            )
        };
        let (way, ends_at) = (wanted("way", &WAYS, way)?, end(ends_at)?);
        lines.organization.at_once(|system, _| {
            let admit = system.admitting(way, ends_at);
            for place in 0..count {
                let wanted = which.map_or(Some(place), |which| {
                    which.get(place).and_then(|place| usize::try_from(*place).ok())
                });
                let (permit, status) = match wanted.and_then(|place| lines.lines.get(place)) {
                    Some(line) => match admit(line) {
                        Ok(permit) => (permit, OK),
                        Err(error) => (0, error.code().number()),
                    },
                    None => (0, malformed("which", "no such place").code.number()),
                };
                permits.set(place, permit);
                statuses.set(place, status);
            }
            Ok(())
        })
    })
}

/// Gives back the places of calls, each as phs_release() does.
///
/// `permits` has `count` numbers. `released` receives how many of them were open, on success only; it
/// may be NULL. Permits that are not open, and 0, are passed over.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL, or PHS_BOUNDARY_HANDLE_CLOSED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_release_batch(
    system: *const phs_system,
    permits: *const u64,
    count: usize,
    released: *mut usize,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (system, permits) =
            unsafe { (reference("system", system)?, array("permits", permits, count)?) };
        let open = system.at_once(|system| Ok(system.release_all(permits)))?;
        if !released.is_null() {
            // SAFETY: not NULL, and writable as documented.
            unsafe { released.write(open) };
        }
        Ok(())
    })
}

/// Ends lines; calls that were admitted on them keep their places. NULL is passed over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_lines_free(lines: *mut phs_lines) {
    if !lines.is_null() {
        // SAFETY: made by phs_organization_lines() and not freed before, as documented.
        drop(unsafe { Box::from_raw(lines) });
    }
}
