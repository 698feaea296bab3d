//! Simulations that tell how far they are.

use std::ffi::{c_char, c_int, c_void};
use std::ops::ControlFlow;

use crate::calls::ask;
use crate::handles::phs_system;
use crate::status::phs_status;

/// Is told how far a simulation is: how many hours of how many are simulated. It stops the simulation
/// by answering another number than 0.
///
/// `context` is what was given to phs_simulate(). It is called on the thread that called that, and
/// has to return: neither an exception nor longjmp() may leave it. It may call the library, but not
/// close the system that simulates.
pub type phs_progress =
    Option<unsafe extern "C" fn(context: *mut c_void, done: u64, total: u64) -> c_int>;

/// Asks for a simulation, the query "capacity.simulate", and tells how far it is.
///
/// `json` is the query's envelope and `answer` receives what it answers, as phs_query() has them.
/// `progress` is called at least once for each simulated hour, until it stops the simulation; it may
/// be NULL. `context` is handed to it as it is, and may be NULL. Other threads can use the system
/// meanwhile; closing it waits for the end. The calls of the simulation are on no number of the system.
///
/// Returns PHS_CAPACITY_SIMULATION_STOPPED if `progress` stopped it,
/// PHS_ENVELOPE_UNKNOWN_QUERY if another query is asked; else as phs_query() does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_simulate(
    system: *const phs_system,
    json: *const c_char,
    length: usize,
    progress: phs_progress,
    context: *mut c_void,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    let mut tell = |done, total| {
        // SAFETY: a function as documented, with the context that goes with it.
        let stops = progress.is_some_and(|progress| unsafe { progress(context, done, total) } != 0);
        if stops { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    // SAFETY: each pointer is NULL or as documented.
    unsafe {
        ask(system, json, length, answer, answer_length, |system, json| {
            system.simulate(json, &mut tell)
        })
    }
}
