//! Systems and organizations as C programs hold them.
//!
//! A handle is never freed, only what it stands for is: so a call with a closed handle is answered,
//! whenever it comes and whichever thread makes it. A closed handle costs about a hundred bytes.

use std::collections::BTreeMap;
use std::ffi::c_char;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use phone_system_core::error::ErrorCode;
use phone_system_core::json::JsonSystem;
use phone_system_core::system::RequestError;
use phone_system_core::{OrganizationId, PhoneSystem, Refusal};

use crate::boundary::{Output, bytes, guard, reference, refusal, refused, utf8};
use crate::status::phs_status;

/// A phone system: many organizations, the provider, and their log.
///
/// Thread safety: every call may be made on one system from any number of threads at once,
/// phs_system_close() too. Systems are independent of each other.
///
/// phs_system_open() makes one; phs_system_close() ends it. Handles are never freed and never used
/// for another system, so a call after the close is answered with PHS_BOUNDARY_HANDLE_CLOSED; each
/// costs about a hundred bytes until the program ends, so open few.
pub struct phs_system {
    open: RwLock<Option<Arc<JsonSystem>>>,
    // Not a hash map: those point into the middle of their memory, and tools that look for lost
    // memory doubt such pointers.
    organizations: Mutex<BTreeMap<OrganizationId, &'static phs_organization>>,
}

/// One organization of a system, for calls that concern no other.
///
/// Thread safety: every call may be made on one organization from any number of threads at once.
///
/// phs_system_organization() finds it; it belongs to its system and is never freed by the caller.
/// After its system was closed, calls with it are answered with PHS_BOUNDARY_HANDLE_CLOSED.
pub struct phs_organization {
    system: &'static phs_system,
    id: OrganizationId,
}

/// Every system that was opened, so that handles stay reachable and tools that look for lost memory
/// see none.
static SYSTEMS: Mutex<Vec<&'static phs_system>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl phs_system {
    /// What the handle stands for, kept alive as long as the caller holds it.
    pub(crate) fn opened(&self) -> Result<Arc<JsonSystem>, Refusal> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(closed)
    }
}

impl phs_organization {
    /// The system, and of whom it is asked.
    pub(crate) fn opened(&self) -> Result<(Arc<JsonSystem>, &OrganizationId), Refusal> {
        Ok((self.system.opened()?, &self.id))
    }
}

fn closed() -> Refusal {
    refusal(
        ErrorCode::HandleClosed,
        "the system was closed before this call".to_owned(),
        Vec::new(),
    )
}

/// Opens a system that is empty and kept in memory.
///
/// `out` receives the system, which the caller ends with phs_system_close(); on failure it receives
/// NULL. Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_system_open(out: *mut *mut phs_system) -> phs_status {
    guard(|| {
        // SAFETY: `out` is NULL or writable, as documented.
        let out = unsafe { Output::pointer("out", out.cast::<*const phs_system>()) }?;
        let system: &'static phs_system = Box::leak(Box::new(phs_system {
            open: RwLock::new(Some(Arc::new(PhoneSystem::in_memory().into()))),
            organizations: Mutex::default(),
        }));
        lock(&SYSTEMS).push(system);
        out.set(system);
        Ok(())
    })
}

/// Closes a system and frees what it holds, apart from the handle.
///
/// Calls that other threads are making finish as usual, and the last of them frees it. Tickets that
/// were not waited for are gone; their commands were carried out all the same. Permits that were not
/// released are gone. NULL is taken and nothing happens. Returns PHS_BOUNDARY_HANDLE_CLOSED if the
/// system was closed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_system_close(system: *mut phs_system) -> phs_status {
    guard(|| {
        // SAFETY: NULL or a handle, as documented; handles are never freed.
        let Some(system) = (unsafe { system.as_ref() }) else {
            return Ok(());
        };
        let held = system.open.write().unwrap_or_else(PoisonError::into_inner).take();
        // Dropped here, outside the lock: a system with many numbers takes a while.
        held.map(drop).ok_or_else(closed)
    })
}

/// Finds an organization of a system by its id: `length` bytes of UTF-8, 1 to 128 of them.
///
/// `out` receives the organization, which belongs to the system: the same id gives the same
/// pointer, and the caller never frees it. On failure `out` receives NULL. An organization need not
/// be made; one of which nothing was asked yet is empty.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_BOUNDARY_NOT_UTF8, or PHS_ENVELOPE_MALFORMED if the text cannot be an id.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_system_organization(
    system: *const phs_system,
    id: *const c_char,
    length: usize,
    out: *mut *const phs_organization,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented; handles are never freed.
        let (out, system, id) = unsafe {
            (
                Output::pointer("out", out)?,
                reference::<'static>("system", system)?,
                bytes("id", id, length)?,
            )
        };
        system.opened()?;
        let id: OrganizationId = utf8(id)?.parse().map_err(|error| {
            refused(RequestError::Malformed {
                part: "organization".to_owned(),
                problem: format!("{error}"),
            })
        })?;
        let mut organizations = lock(&system.organizations);
        let organization = organizations.entry(id).or_insert_with_key(|id| {
            Box::leak(Box::new(phs_organization { system, id: id.clone() }))
        });
        out.set(*organization);
        Ok(())
    })
}
