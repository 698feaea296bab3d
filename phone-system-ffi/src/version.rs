//! Whether a program and the library that it found fit together.

use std::ffi::{CStr, c_char};

use phone_system_core::error::{ErrorCode, Figure};

use crate::boundary::{guard, refusal};
use crate::status::phs_status;

/// The version of this C interface. Within one version things are only added.
pub const PHS_ABI_VERSION: u32 = 1;

const VERSION: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => c"",
    };

/// The version of the C interface that the library has: what PHS_ABI_VERSION was when the library
/// was built.
#[unsafe(no_mangle)]
pub extern "C" fn phs_abi_version() -> u32 {
    PHS_ABI_VERSION
}

/// Whether the library has the version of the C interface that the program was compiled with:
/// call `phs_check_abi(PHS_ABI_VERSION)` once, before anything else.
///
/// Returns PHS_OK or PHS_BOUNDARY_ABI_MISMATCH.
#[unsafe(no_mangle)]
pub extern "C" fn phs_check_abi(version: u32) -> phs_status {
    guard(|| {
        if version == PHS_ABI_VERSION {
            return Ok(());
        }
        Err(refusal(
            ErrorCode::AbiMismatch,
            format!(
                "the program was compiled with version {version} of the C interface; the library \
                 has version {PHS_ABI_VERSION}"
            ),
            vec![
                ("program", Figure::Count(u64::from(version))),
                ("library", Figure::Count(u64::from(PHS_ABI_VERSION))),
            ],
        ))
    })
}

/// The version of the library, such as "0.1.0": a static text that is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn phs_version() -> *const c_char {
    VERSION.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_cargo_s() {
        assert_eq!(VERSION.to_str(), Ok(env!("CARGO_PKG_VERSION")));
    }
}
