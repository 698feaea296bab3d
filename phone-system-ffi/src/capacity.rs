//! Live calls without JSON: admitted, released, counted.

use std::ffi::c_char;

use phone_system_core::json::{WITHOUT_PLACE, emergency_without_place};

use crate::boundary::{Output, guard, optional_text, reference, refused};
use crate::handles::{phs_organization, phs_system};
use crate::number::number_of;
use crate::status::phs_status;

/// How many calls a number carries, and has carried: a plain value that owns nothing.
///
/// `in_use` is what decides about the next call; the others may be read a moment apart from it.
///
/// Thread safety: as of any plain value.
#[repr(C)]
pub struct phs_occupancy {
    /// Calls now, emergency calls among them.
    pub in_use: u32,
    /// The most at once so far.
    pub peak: u32,
    /// Calls that were admitted so far, without emergency calls.
    pub admitted: u64,
    /// Calls that were refused so far.
    pub refused: u64,
    /// Emergency calls so far.
    pub emergency: u64,
}

/// Admits a call to or from a number, if the organization owns it and it carries one more.
///
/// `digits` are those of phs_number. `dialed` is what the organization's caller dialed, with a NUL,
/// if it is the one who calls; else it is NULL. An emergency call is always admitted, whoever owns
/// the number, however many calls it carries, if `digits` are none (0, say), and if the system was
/// closed or belongs to another process: its permit is then 0 and takes no place. `permit`
/// receives a number for phs_release(), on success only; it may not be NULL. The call keeps its
/// place until it is released or the system is closed. Nothing is recorded. Memory is asked for
/// only when more calls are held at once, or on other numbers, than ever before in the system.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT, PHS_BOUNDARY_HANDLE_CLOSED, PHS_BOUNDARY_NOT_UTF8,
/// PHS_NUMBER_TOO_SHORT or PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits,
/// PHS_INVENTORY_NUMBER_UNKNOWN if the organization does not own the number,
/// PHS_CAPACITY_LIMIT_REACHED if it carries as many calls as it can, or PHS_STORE_FORKED as
/// phs_execute() does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_admit(
    organization: *const phs_organization,
    digits: u64,
    dialed: *const c_char,
    permit: *mut u64,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (permit, organization, dialed) = unsafe {
            (
                Output::new("permit", permit)?,
                reference("organization", organization)?,
                optional_text(dialed)?,
            )
        };
        let admitted = organization.at_once(|system, id| match number_of(digits) {
            Ok(number) => system.admit(id, number, dialed).map_err(refused),
            // An emergency call passes before its number is looked at.
            Err(refusal) => dialed.and_then(|dialed| system.admit_nameless(dialed)).ok_or(refusal),
        });
        // Whatever is wrong, an emergency call passes.
        let without_place = || dialed.and_then(emergency_without_place);
        permit.set(admitted.or_else(|refusal| without_place().ok_or(refusal))?);
        Ok(())
    })
}

/// Gives back the place of a call that was admitted, and uses its permit up. Permit 0 takes no place,
/// and nothing happens.
///
/// `system` is the one whose organization was asked: each system counts its permits by itself, so
/// that another one may have given out the same number.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `system` is NULL, PHS_BOUNDARY_HANDLE_CLOSED, or
/// PHS_CAPACITY_PERMIT_UNKNOWN if the permit was never given out or was released already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_release(system: *const phs_system, permit: u64) -> phs_status {
    guard(|| {
        // SAFETY: NULL or a handle, as documented.
        let system = unsafe { reference("system", system) }?;
        if permit == WITHOUT_PLACE {
            return Ok(());
        }
        system.at_once(|system| system.release(permit).map_err(refused))
    })
}

/// Tells how many calls a number carries, and has carried, whoever owns it.
///
/// `digits` are those of phs_number. `out` receives the counts, on success only; they are zeros for
/// a number that never had a call.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED, or
/// PHS_NUMBER_TOO_SHORT or PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_system_occupancy(
    system: *const phs_system,
    digits: u64,
    out: *mut phs_occupancy,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (out, system) = unsafe { (Output::new("out", out)?, reference("system", system)?) };
        let known = system.at_once(|system| Ok(system.system().occupancy(number_of(digits)?)))?;
        out.set(phs_occupancy {
            in_use: known.in_use,
            peak: known.peak,
            admitted: known.admitted,
            refused: known.refused,
            emergency: known.emergency,
        });
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_struct_has_no_padding() {
        assert_eq!(size_of::<phs_occupancy>(), 4 + 4 + 8 + 8 + 8);
    }
}
