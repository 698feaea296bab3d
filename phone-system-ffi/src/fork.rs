//! Whether this process was forked from the one that opened a store.

use std::sync::atomic::{AtomicU64, Ordering};

use phone_system_core::store;

use crate::closable::Presence;

/// How often the process was forked, from its own beginning down to here.
static FORKS: AtomicU64 = AtomicU64::new(0);

/// The process that opened a store.
///
/// Asking the operating system for the process's id in every call would cost 0.05 to 1.2 us, as
/// machines go; so it tells of forks instead.
pub(crate) struct Process {
    id: u32,
    forks: u64,
}

impl Process {
    /// This process.
    pub(crate) fn current() -> Result<Self, store::Error> {
        told_of_forks()?;
        Ok(Self { id: std::process::id(), forks: FORKS.load(Ordering::Relaxed) })
    }

    /// Refuses in any other. Takes no lock: one that another thread held when the process was
    /// forked is never given back.
    pub(crate) fn check(&self) -> Result<(), store::Error> {
        if FORKS.load(Ordering::Relaxed) == self.forks {
            return Ok(());
        }
        Err(store::Error::Forked { process: std::process::id(), opened_by: self.id })
    }
}

/// Has the operating system tell of every fork from now on.
#[cfg(unix)]
pub(crate) fn told_of_forks() -> Result<(), store::Error> {
    use std::sync::atomic::AtomicBool;

    static TOLD: AtomicBool = AtomicBool::new(false);

    unsafe extern "C" fn in_child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
        Presence::forget_other_threads();
    }

    // No lock, for the reason above. Two threads that come here at once have each fork counted
    // twice, which serves as well.
    if TOLD.load(Ordering::Acquire) {
        return Ok(());
    }
    // SAFETY: the handler only changes numbers, without a lock; the C library drops it with this library.
    let status = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    if status != 0 {
        let problem = std::io::Error::from_raw_os_error(status).to_string();
        return Err(store::Error::Failed { problem });
    }
    TOLD.store(true, Ordering::Release);
    Ok(())
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as where there are forks")]
pub(crate) fn told_of_forks() -> Result<(), store::Error> {
    Ok(())
}
