//! Systems and organizations as C programs hold them.
//!
//! A handle is never freed, only what it stands for is: so a call with a closed handle is answered,
//! whenever it comes and whichever thread makes it.

use std::collections::BTreeMap;
use std::ffi::c_char;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use phone_system_core::error::ErrorCode;
use phone_system_core::json::JsonSystem;
use phone_system_core::{OrganizationId, PhoneSystem};

use crate::boundary::{Output, Refused, bytes, guard, parsed, reference, refusal, refused, utf8};
use crate::closable::{Closable, Within};
use crate::fork::{Process, told_of_forks};
use crate::status::phs_status;

/// A phone system: many organizations, the provider, and their log.
///
/// Thread safety: every call may be made on one system from any number of threads at once,
/// phs_system_close() too. Systems are independent of each other.
///
/// phs_system_open() makes one in memory, phs_system_open_store() one in a file; phs_system_close()
/// ends both. Handles are never freed and never used for another system, so a call after the close
/// is answered with PHS_BOUNDARY_HANDLE_CLOSED; each costs about a hundred bytes until the program
/// ends.
pub struct phs_system {
    /// The process that opened its store; none for a system in memory, of which a forked process
    /// has a copy of its own.
    opened_by: Option<Process>,
    open: Closable<JsonSystem>,
    /// The handle that was made before it.
    before: AtomicPtr<Self>,
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

/// The handle that was made last. All hang on it, so that tools that look for lost memory see none.
static LAST: AtomicPtr<phs_system> = AtomicPtr::new(ptr::null_mut());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl phs_system {
    fn new(system: JsonSystem, opened_by: Option<Process>) -> &'static Self {
        let system: &'static Self = Box::leak(Box::new(Self {
            opened_by,
            open: Closable::new(Arc::new(system)),
            before: AtomicPtr::default(),
            organizations: Mutex::default(),
        }));
        // Without a lock, which a forked process could not take if another thread had it then.
        let mut last = LAST.load(Ordering::Acquire);
        loop {
            system.before.store(last, Ordering::Relaxed);
            let this = ptr::from_ref(system).cast_mut();
            match LAST.compare_exchange_weak(last, this, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return system,
                Err(other) => last = other,
            }
        }
    }

    /// Refuses in a process that was forked from the one that opened the store; before any lock is
    /// taken, because another thread that held it then does not exist here to give it back.
    #[inline]
    fn check_process(&self) -> Result<(), Refused> {
        self.opened_by.as_ref().map_or(Ok(()), |process| process.check().map_err(refused))
    }

    #[inline]
    fn enter(&self) -> Result<Within<'_, JsonSystem>, Refused> {
        self.check_process()?;
        self.open.enter().ok_or_else(closed)
    }

    /// What the handle stands for, kept alive as long as the caller holds it.
    pub(crate) fn opened(&self) -> Result<Arc<JsonSystem>, Refused> {
        Ok(self.enter()?.share())
    }

    /// Does what takes no time with what the handle stands for; closing it waits.
    #[inline]
    pub(crate) fn at_once<T>(
        &self,
        run: impl FnOnce(&JsonSystem) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        run(&*self.enter()?)
    }
}

impl phs_organization {
    /// The system, and of whom it is asked.
    pub(crate) fn opened(&self) -> Result<(Arc<JsonSystem>, &OrganizationId), Refused> {
        Ok((self.system.opened()?, &self.id))
    }

    /// Does what takes no time with the system; closing it waits.
    #[inline]
    pub(crate) fn at_once<T>(
        &self,
        run: impl FnOnce(&JsonSystem, &OrganizationId) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        self.system.at_once(|system| run(system, &self.id))
    }
}

fn closed() -> Refused {
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
        // So that a forked process can close its copy; without that it may wait for threads it lacks.
        let _ = told_of_forks();
        out.set(phs_system::new(PhoneSystem::in_memory().into(), None));
        Ok(())
    })
}

/// Opens a system that is kept in a file.
///
/// `json` is {"path", "create", "import", "tolerance", "checkpoint_after", "from_start"}, `length`
/// bytes of UTF-8; all but the path may be left out:
///
/// - "path" is where the file is; what is not absolute is looked for in the working directory;
/// - "create" makes the file if it is not there; false if left out;
/// - "import" is the path of what phs_maintain() exported or archived, which is appended first;
/// - "tolerance" is how far an instant may lie before the last one recorded and still be taken, as
///   that last one: "PT1M" if left out;
/// - "checkpoint_after" is after how many bytes of commits a checkpoint is taken by itself, null
///   for never: 67108864 if left out;
/// - "from_start" leaves the checkpoint aside and applies every commit; false if left out.
///
/// `out` receives the system, which the caller ends with phs_system_close(); on failure it receives
/// NULL. Price lists and tables of countries are not in the file: give them again with phs_give().
///
/// What is durable when: what phs_execute() and phs_wait() have answered survives the end of the
/// process and of the machine; what was submitted is not sure to before phs_wait() or
/// phs_system_close().
///
/// Fork: one process has the file open at a time, and one system within it. In a process that was
/// forked from it every call with the system, or with an organization of it, returns
/// PHS_STORE_FORKED and does nothing, phs_system_close() too; so the file stays the parent's. A
/// child that lives on can open the file itself when the parent has closed it, and keeps it locked
/// if the parent ends without closing it, unless the child calls a function of the exec family.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_NOT_UTF8,
/// PHS_ENVELOPE_MALFORMED, PHS_STORE_MISSING if there is no file and none is to be made,
/// PHS_STORE_DENIED, PHS_STORE_IN_USE if it is open already, here or elsewhere,
/// PHS_STORE_UNREADABLE or PHS_STORE_CORRUPT if it is not what was written, PHS_STORE_NEWER or
/// PHS_STORE_EVENT_UNKNOWN if a newer version wrote it, PHS_STORE_NOT_EMPTY or
/// PHS_STORE_LINE_UNREADABLE if what is to be imported does not follow it or is no export, or
/// another of PHS_STORE_...
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_system_open_store(
    json: *const c_char,
    length: usize,
    out: *mut *mut phs_system,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (out, json) = unsafe {
            (Output::pointer("out", out.cast::<*const phs_system>())?, bytes("json", json, length)?)
        };
        let process = Process::current().map_err(refused)?;
        let system = JsonSystem::open(json).map_err(refused)?;
        out.set(phs_system::new(system, Some(process)));
        Ok(())
    })
}

/// Closes a system and frees what it holds, apart from the handle.
///
/// First everything is made durable that was decided, tickets that were not waited for too, and a
/// checkpoint is taken if there is much to be applied at the next opening. If that fails the status
/// says why, and the system is closed all the same: what was answered by phs_execute() or
/// phs_wait() is in the file, and what was only submitted may be lost.
///
/// Calls that other threads are making finish as usual, and the last of them frees the system and
/// gives up its file; what such a call submits is not sure to be durable. Without them the file is
/// given up when this returns. Tickets that were not waited for are gone; their commands were
/// carried out all the same. Permits that were not released are gone. NULL is taken and nothing
/// happens.
///
/// Returns PHS_BOUNDARY_HANDLE_CLOSED if the system was closed before, PHS_STORE_FAILED,
/// PHS_STORE_FULL or PHS_STORE_POISONED as said above, or PHS_STORE_FORKED in a process that was
/// forked from the one that opened the file; there nothing is closed and the file is not touched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_system_close(system: *mut phs_system) -> phs_status {
    guard(|| {
        // SAFETY: NULL or a handle, as documented; handles are never freed.
        let Some(system) = (unsafe { system.as_ref() }) else {
            return Ok(());
        };
        system.check_process()?;
        // Dropped whatever comes of it.
        system.open.close().ok_or_else(closed)?.close().map_err(refused)
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
        let id: OrganizationId = parsed("organization", utf8(id)?)?;
        let mut organizations = lock(&system.organizations);
        let organization = organizations.entry(id).or_insert_with_key(|id| {
            Box::leak(Box::new(phs_organization { system, id: id.clone() }))
        });
        out.set(*organization);
        Ok(())
    })
}
