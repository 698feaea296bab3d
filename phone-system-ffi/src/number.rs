//! Telephone numbers without JSON: parsed, and written in their one text form.

use std::ffi::{CStr, c_char};

use phone_system_core::PhoneNumber;
use phone_system_core::error::{ErrorCode, Figure};
use phone_system_core::number::{self, LineType, ParsedNumber};
use phone_system_core::text::Country;

use crate::boundary::{Output, Refused, bytes, guard, optional_text, refusal, refused, utf8};
use crate::status::phs_status;

/// The size of a buffer in which every telephone number has room: +, 15 digits, NUL.
pub const PHS_NUMBER_SIZE: usize = 17;

/// The size of `phs_number`'s extension: the parser takes at most 20 digits; a NUL follows.
pub const PHS_EXTENSION_SIZE: usize = 24;

/// The sorts of line, and their numbers in C. Append only; the header's enumeration is written out
/// of it.
pub const LINES: [(u32, LineType, &CStr); 12] = [
    (0, LineType::Unknown, c"unknown"),
    (1, LineType::FixedLine, c"fixed_line"),
    (2, LineType::Mobile, c"mobile"),
    (3, LineType::FixedLineOrMobile, c"fixed_line_or_mobile"),
    (4, LineType::TollFree, c"toll_free"),
    (5, LineType::PremiumRate, c"premium_rate"),
    (6, LineType::SharedCost, c"shared_cost"),
    (7, LineType::Voip, c"voip"),
    (8, LineType::Personal, c"personal"),
    (9, LineType::Pager, c"pager"),
    (10, LineType::UniversalAccess, c"universal_access"),
    (11, LineType::Voicemail, c"voicemail"),
];

/// A telephone number that is in use: a plain value that owns nothing.
///
/// Thread safety: as of any plain value.
#[repr(C)]
pub struct phs_number {
    /// The digits with the country code, read as one number: 14255550100 is +14255550100.
    pub digits: u64,
    /// What the numbering plan uses the number for: one of phs_line.
    pub line: u32,
    /// The country's two letters, with a NUL; empty for numbers that belong to no country.
    pub country: [c_char; 4],
    /// The digits of the extension that was written after the number, with a NUL; empty if none.
    pub extension: [c_char; PHS_EXTENSION_SIZE],
}

/// A text in a field of fixed size, filled up with NULs; `None` if it has no room for one.
fn field<const SIZE: usize>(text: &str) -> Option<[c_char; SIZE]> {
    if text.len() >= SIZE {
        return None;
    }
    let mut field = [0; SIZE];
    for (place, byte) in field.iter_mut().zip(text.bytes()) {
        *place = c_char::from_ne_bytes([byte]);
    }
    Some(field)
}

impl phs_number {
    fn of(parsed: &ParsedNumber) -> Option<Self> {
        let line = LINES.iter().find(|(_, line, _)| *line == parsed.line);
        Some(Self {
            digits: parsed.number.digits(),
            line: line.map_or(0, |(number, _, _)| *number),
            country: field(parsed.country.as_ref().map_or("", Country::as_str))?,
            extension: field(parsed.extension.as_deref().unwrap_or_default())?,
        })
    }
}

/// The number with these digits.
pub(crate) fn number_of(digits: u64) -> Result<PhoneNumber, Refused> {
    PhoneNumber::from_digits(digits).ok_or_else(|| {
        let text = digits.to_string();
        refused(if text.len() < 4 {
            number::Error::TooShort { text }
        } else {
            number::Error::TooManyDigits { text }
        })
    })
}

/// The country in a C text that may be NULL.
///
/// # Safety
///
/// As [`optional_text`].
unsafe fn country(text: *const c_char) -> Result<Option<Country>, Refused> {
    // SAFETY: the caller's promise.
    let Some(text) = (unsafe { optional_text(text) })? else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        let shown: String = text.chars().take(64).collect();
        refusal(
            ErrorCode::NumberCountryUnknown,
            format!("`{shown}` is no country: give two letters of ISO 3166-1, such as US"),
            vec![("text", Figure::Text(shown))],
        )
    })
}

/// Reads a telephone number as people write it: `length` bytes of UTF-8.
///
/// `country` is a country's two letters and a NUL; it is used only for a text that does not start
/// with a country code itself, and may be NULL. `out` receives the number, on success only; it owns
/// nothing.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `text` or `out` is NULL, PHS_BOUNDARY_NOT_UTF8, or why the
/// text is no number in use: one of PHS_NUMBER_TEXT_TOO_LONG, PHS_NUMBER_NOT_A_NUMBER,
/// PHS_NUMBER_COUNTRY_UNKNOWN, PHS_NUMBER_TOO_SHORT, PHS_NUMBER_TOO_MANY_DIGITS,
/// PHS_NUMBER_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_number_parse(
    text: *const c_char,
    length: usize,
    country: *const c_char,
    out: *mut phs_number,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (out, text, country) = unsafe {
            (Output::new("out", out)?, bytes("text", text, length)?, self::country(country)?)
        };
        let text = utf8(text)?;
        let parsed = number::parse(text, country).map_err(refused)?;
        // The parser takes no extension for which there is no room.
        out.set(
            phs_number::of(&parsed)
                .ok_or_else(|| refused(number::Error::TooManyDigits { text: text.to_owned() }))?,
        );
        Ok(())
    })
}

/// Writes a telephone number in its one text form, such as +14255550100, with a NUL.
///
/// `digits` are those of phs_number. `buffer` has room for `size` bytes; PHS_NUMBER_SIZE is always
/// enough. It may be NULL if `size` is 0. `needed` receives how many bytes the text takes with its
/// NUL, on success and with PHS_BOUNDARY_BUFFER_TOO_SMALL; it may be NULL.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT, PHS_BOUNDARY_BUFFER_TOO_SMALL, or PHS_NUMBER_TOO_SHORT or
/// PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits; the buffer is untouched then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_number_format(
    digits: u64,
    buffer: *mut c_char,
    size: usize,
    needed: *mut usize,
) -> phs_status {
    guard(|| {
        if size > 0 {
            // SAFETY: NULL or writable, as documented.
            unsafe { Output::new("buffer", buffer) }?;
        }
        let text = number_of(digits)?.to_string();
        let takes = text.len().saturating_add(1);
        if !needed.is_null() {
            // SAFETY: not NULL, and writable as documented.
            unsafe { needed.write(takes) };
        }
        if size < takes {
            return Err(refusal(
                ErrorCode::BufferTooSmall,
                format!("the buffer has {size} bytes; the text takes {takes} with its NUL"),
                vec![("size", count(size)), ("needed", count(takes))],
            ));
        }
        // SAFETY: `buffer` has room for `size` bytes, as documented, and the text and its NUL take
        // no more.
        unsafe {
            buffer.cast::<u8>().copy_from_nonoverlapping(text.as_ptr(), text.len());
            buffer.add(text.len()).write(0);
        }
        Ok(())
    })
}

fn count(size: usize) -> Figure {
    Figure::Count(u64::try_from(size).unwrap_or(u64::MAX))
}

/// The name of a sort of line, one of phs_line, as it stands in JSON: "toll_free".
///
/// Any number may be given: "unknown" is the name of those that are no sort of line. The text is
/// static, never NULL, and never freed.
#[unsafe(no_mangle)]
pub extern "C" fn phs_line_name(line: u32) -> *const c_char {
    LINES
        .iter()
        .find(|(number, _, _)| *number == line)
        .map_or(c"unknown", |(_, _, name)| *name)
        .as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_core_s_names() {
        for (number, line, name) in LINES {
            assert_eq!(name.to_str(), Ok(line.name()));
            // SAFETY: a static text that ends with NUL.
            let told = unsafe { CStr::from_ptr(phs_line_name(number)) };
            assert_eq!(told, name);
        }
    }

    #[test]
    fn an_extension_as_long_as_any_has_room() {
        let digits = "12345678901234567890";
        let parsed = number::parse(&format!("+14255550100;ext={digits}"), None).unwrap();
        assert_eq!(parsed.extension.as_deref(), Some(digits));
        assert!(phs_number::of(&parsed).is_some());
        let longer = number::parse(&format!("+14255550100;ext={digits}1"), None);
        assert!(longer.is_err());
    }

    #[test]
    fn the_struct_has_no_padding() {
        assert_eq!(size_of::<phs_number>(), 8 + 4 + 4 + PHS_EXTENSION_SIZE);
    }
}
