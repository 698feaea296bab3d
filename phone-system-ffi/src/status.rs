//! The numbers that calls return, and what they mean.

use std::ffi::{CStr, CString, c_char};
use std::sync::LazyLock;

use phone_system_core::ErrorCode;

/// What a call returns: `PHS_OK`, or a number of core's table of codes.
///
/// A plain number: the header's enumeration is written out of [`ErrorCode::ALL`] when the header
/// is made, so the table exists once and no number can be an invalid value of a Rust enumeration.
pub type phs_status = u32;

/// The call succeeded.
pub const OK: phs_status = 0;

struct Texts {
    name: CString,
    meaning: CString,
}

/// In ascending order of the numbers, as the table is.
static TEXTS: LazyLock<Vec<(phs_status, Texts)>> = LazyLock::new(|| {
    let texts = |name: &str, meaning: &str| Texts {
        name: CString::new(name).unwrap_or_default(),
        meaning: CString::new(meaning).unwrap_or_default(),
    };
    let ok = (OK, texts("ok", "The call succeeded."));
    let codes =
        ErrorCode::ALL.iter().map(|code| (code.number(), texts(code.name(), code.meaning())));
    std::iter::once(ok).chain(codes).collect()
});

fn text(status: u32, unknown: &'static CStr, part: fn(&Texts) -> &CString) -> *const c_char {
    TEXTS
        .binary_search_by_key(&status, |(number, _)| *number)
        .ok()
        .and_then(|place| TEXTS.get(place))
        .map_or(unknown.as_ptr(), |(_, texts)| part(texts).as_ptr())
}

/// The name of a status, such as "licensing.no_seats_left"; "ok" for PHS_OK.
///
/// Any number may be given: "unknown" is the name of those that are no status. The text is static,
/// never NULL, and never freed.
#[unsafe(no_mangle)]
pub extern "C" fn phs_status_name(status: u32) -> *const c_char {
    text(status, c"unknown", |texts| &texts.name)
}

/// What a status means, in one sentence.
///
/// Any number may be given. The text is static, never NULL, and never freed.
#[unsafe(no_mangle)]
pub extern "C" fn phs_status_meaning(status: u32) -> *const c_char {
    text(status, c"No status has this number.", |texts| &texts.meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: *const c_char) -> &'static str {
        // SAFETY: both functions answer static texts that end with NUL.
        unsafe { CStr::from_ptr(text) }.to_str().unwrap()
    }

    #[test]
    fn every_code_has_its_texts() {
        for code in ErrorCode::ALL {
            assert_eq!(read(phs_status_name(code.number())), code.name());
            assert_eq!(read(phs_status_meaning(code.number())), code.meaning());
        }
    }

    #[test]
    fn any_number_has_texts() {
        assert_eq!(read(phs_status_name(OK)), "ok");
        for unknown in [7, 999_999, u32::MAX] {
            assert_eq!(read(phs_status_name(unknown)), "unknown");
            assert_eq!(read(phs_status_meaning(unknown)), "No status has this number.");
        }
    }
}
