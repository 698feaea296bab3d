//! Why the last call on this thread failed.

use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::ptr;

use crate::boundary::Refused;
use crate::status::{OK, phs_status};

struct LastError {
    status: phs_status,
    message: CString,
    json: CString,
}

thread_local! {
    static LAST: RefCell<Option<LastError>> = const { RefCell::new(None) };
}

/// A C text; one that has NULs in it gets a mark in their place, so that nothing is cut off.
fn c_text(text: String) -> CString {
    CString::new(text)
        .or_else(|error| {
            let bytes = error.into_vec();
            CString::new(String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}"))
        })
        .unwrap_or_default()
}

/// Keeps a refusal for this thread; answers its status.
pub(crate) fn keep(refusal: Refused) -> phs_status {
    let status = refusal.code.number();
    let json = serde_json::to_string(&refusal).unwrap_or_default();
    let last = LastError { status, message: c_text(refusal.message), json: c_text(json) };
    // A thread that is ending has no place left to keep it in; the status says enough.
    let _ = LAST.try_with(|kept| kept.replace(Some(last)));
    status
}

fn read<T>(none: T, part: impl FnOnce(&LastError) -> T) -> T {
    LAST.try_with(|kept| kept.borrow().as_ref().map(part)).ok().flatten().unwrap_or(none)
}

/// The status of the last call that failed on this thread; PHS_OK if none did.
///
/// As with errno, success does not clear it: ask only after a call that failed.
#[unsafe(no_mangle)]
pub extern "C" fn phs_last_error_code() -> phs_status {
    read(OK, |last| last.status)
}

/// Why the last call that failed on this thread did so, in a sentence; NULL if none failed.
///
/// The text ends with NUL, belongs to the library, and lasts until the next call on this thread
/// that fails, or the thread's end; copy it to keep it. A NUL inside the message stands as U+FFFD
/// here and in full in phs_last_error_json(). Success does not clear it.
#[unsafe(no_mangle)]
pub extern "C" fn phs_last_error_message() -> *const c_char {
    read(ptr::null(), |last| last.message.as_ptr())
}

/// The last call on this thread that failed, as JSON: {"code", "message", "figures"}; NULL if none
/// failed. "code" is the name, as phs_status_name() tells it.
///
/// The text ends with NUL, belongs to the library, and lasts until the next call on this thread
/// that fails, or the thread's end; copy it to keep it. Success does not clear it.
#[unsafe(no_mangle)]
pub extern "C" fn phs_last_error_json() -> *const c_char {
    read(ptr::null(), |last| last.json.as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_cut_off_at_a_nul() {
        assert_eq!(c_text("a\0b".to_owned()).as_c_str(), c"a\u{fffd}b");
        assert_eq!(c_text("ab".to_owned()).as_c_str(), c"ab");
    }
}
