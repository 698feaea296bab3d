//! What is due because of the last call on this thread that dealt with money without JSON.

use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::ptr;

use phone_system_core::organization::Due;
use phone_system_core::system::Executed;

thread_local! {
    static LAST: RefCell<Option<CString>> = const { RefCell::new(None) };
}

/// What is due because of the commands of one call.
#[derive(Default)]
pub(crate) struct Gathered(Due);

impl Gathered {
    /// Adds what is due because of a command, and answers what the command did.
    pub(crate) fn add<A>(&mut self, executed: Executed<A>) -> A {
        let Due { requested, notices } = executed.due;
        // One recharge is pending at a time, and none of these commands answers it.
        self.0.requested = requested.or(self.0.requested.take());
        self.0.notices.extend(notices);
        executed.answer
    }

    /// Keeps it for this thread.
    pub(crate) fn keep(self) {
        let json = (!self.0.is_nothing()).then(|| serde_json::to_string(&self.0).ok());
        // JSON has no NUL.
        let json = json.flatten().and_then(|json| CString::new(json).ok());
        // A thread that is ending has no place left to keep it in; the commit has it.
        let _ = LAST.try_with(|kept| kept.replace(json));
    }
}

/// Keeps what is due because of a command, and answers what the command did.
pub(crate) fn kept<A>(executed: Executed<A>) -> A {
    let mut due = Gathered::default();
    let answer = due.add(executed);
    due.keep();
    answer
}

/// Nothing is due: an emergency call passed, which is no command.
pub(crate) fn nothing() {
    Gathered::default().keep();
}

/// What something outside has to be done about because of the last call on this thread that
/// succeeded of those without JSON that authorize, begin, extend, cancel or settle calls, or of what
/// had come to its end before: {"requested", "notices"}, as "due" of what phs_execute() answers; NULL
/// if nothing has. Calls that are given JSON answer it themselves and leave this as it is.
///
/// "requested" is the recharge that is to be paid and then reported by "billing.report_recharge", or
/// null; "notices" are what administrators are to be told. Each is told once, so ask after every such
/// call; "billing.account" has the recharge too as long as it is pending.
///
/// The text ends with NUL, belongs to the library, and lasts until the next such call on this thread
/// that succeeds, or the thread's end; copy it to keep it. A call that fails leaves it as it is.
#[unsafe(no_mangle)]
pub extern "C" fn phs_last_due_json() -> *const c_char {
    LAST.try_with(|kept| kept.borrow().as_ref().map(|due| due.as_ptr()))
        .ok()
        .flatten()
        .unwrap_or(ptr::null())
}
