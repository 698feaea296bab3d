//! Memory of all threads brought into order by one of them, so that the others need not do it themselves.

/// Whether this process may ask for it; known for as long as the process lasts.
#[cfg(target_os = "linux")]
pub(crate) fn register() -> bool {
    membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
}

/// Has every thread of the process pass a full barrier; false if that cannot be had.
#[cfg(target_os = "linux")]
pub(crate) fn order_all_threads() -> bool {
    let order = || membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    // A forked process may have to register anew.
    order() || (register() && order())
}

#[cfg(target_os = "linux")]
fn membarrier(command: libc::c_int) -> bool {
    // SAFETY: the call takes numbers, and touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn register() -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn order_all_threads() -> bool {
    false
}
