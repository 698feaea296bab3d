//! What every call does at the boundary: reads pointers, catches panics, hands out texts.

use std::any::Any;
use std::ffi::{CStr, c_char, c_void};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::str::FromStr;

use phone_system_core::error::{ErrorCode, Figure, Figures, Refusal, Refuses};
use phone_system_core::system::RequestError;

use crate::last_error;
use crate::status::{OK, phs_status};

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
}

/// Why a call is refused; boxed, so that one that succeeds hands on two words instead of eight.
pub(crate) type Refused = Box<Refusal>;

/// Runs a call. What it refuses is kept as the thread's last error; a panic is a refusal too.
pub(crate) fn guard(body: impl FnOnce() -> Result<(), Refused>) -> phs_status {
    // Unwind safety: core decides on drafts and publishes them whole, and its locks and those here
    // are taken over from a holder that panicked.
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => OK,
        Ok(Err(refusal)) => last_error::keep(refusal),
        Err(payload) => last_error::keep(panicked(payload.as_ref())),
    }
}

fn panicked(payload: &(dyn Any + Send)) -> Refused {
    let problem = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    refusal(
        ErrorCode::Panic,
        format!("a defect of phone-system was caught, nothing was changed: {problem}"),
        vec![("problem", Figure::Text(problem.to_owned()))],
    )
}

/// A refusal of the boundary itself.
pub(crate) fn refusal(
    code: ErrorCode,
    message: String,
    figures: Vec<(&'static str, Figure)>,
) -> Refused {
    Box::new(Refusal { code, message, figures: Figures::new(figures) })
}

/// The refusal of any of core's errors.
#[allow(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub(crate) fn refused<E: Refuses>(error: E) -> Refused {
    Box::new(error.refusal())
}

pub(crate) fn null(argument: &'static str) -> Refused {
    refusal(
        ErrorCode::NullArgument,
        format!("`{argument}` must not be NULL"),
        vec![("argument", Figure::Text(argument.to_owned()))],
    )
}

/// The object behind a pointer that must not be NULL.
///
/// # Safety
///
/// The pointer is NULL or points to a valid object that lives as long as `'a`.
pub(crate) unsafe fn reference<'a, T>(
    argument: &'static str,
    pointer: *const T,
) -> Result<&'a T, Refused> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_ref() }.ok_or_else(|| null(argument))
}

/// The bytes at a pointer that must not be NULL.
///
/// # Safety
///
/// The pointer is NULL or points to `length` bytes that nobody writes while `'a` lasts.
pub(crate) unsafe fn bytes<'a>(
    argument: &'static str,
    pointer: *const c_char,
    length: usize,
) -> Result<&'a [u8], Refused> {
    if pointer.is_null() {
        return Err(null(argument));
    }
    // A negative number that was made a size; no object in memory is that long.
    if isize::try_from(length).is_err() {
        return Err(malformed(argument, format!("no text is {length} bytes long")));
    }
    // SAFETY: not NULL and not too long, as just seen; the rest is the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(pointer.cast(), length) })
}

/// The values of an array that must not be NULL.
///
/// # Safety
///
/// The pointer is NULL or points to `count` values that nobody writes while `'a` lasts.
pub(crate) unsafe fn array<'a, T>(
    argument: &'static str,
    pointer: *const T,
    count: usize,
) -> Result<&'a [T], Refused> {
    if pointer.is_null() {
        return Err(null(argument));
    }
    check_count::<T>(argument, count)?;
    // SAFETY: not NULL and not too long, as just seen; the rest is the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(pointer, count) })
}

/// Refuses a negative number that was made a size; no array in memory is that long.
#[inline]
fn check_count<T>(argument: &'static str, count: usize) -> Result<(), Refused> {
    let most = isize::MAX.unsigned_abs().checked_div(size_of::<T>()).unwrap_or(usize::MAX);
    if count <= most {
        return Ok(());
    }
    Err(malformed(argument, format!("no array has {count} items")))
}

/// The refusal of an argument that cannot be what it is to be.
pub(crate) fn malformed(part: &str, problem: impl Into<String>) -> Refused {
    let problem = problem.into();
    let message = format!("`{part}` cannot be that: {problem}");
    let figures = vec![("part", Figure::Text(part.to_owned())), ("problem", Figure::Text(problem))];
    refusal(ErrorCode::Malformed, message, figures)
}

/// The text in bytes.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Refused> {
    std::str::from_utf8(bytes).map_err(|error| {
        refused(RequestError::NotUtf8 {
            valid_up_to: u64::try_from(error.valid_up_to()).unwrap_or(u64::MAX),
        })
    })
}

/// The text in a C text that may be NULL.
///
/// # Safety
///
/// The pointer is NULL or points to a text that ends with NUL and that nobody writes while `'a`
/// lasts.
pub(crate) unsafe fn optional_text<'a>(text: *const c_char) -> Result<Option<&'a str>, Refused> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL; the rest is the caller's promise.
    utf8(unsafe { CStr::from_ptr(text) }.to_bytes()).map(Some)
}

/// The text in a C text that must not be NULL.
///
/// # Safety
///
/// As [`optional_text`].
pub(crate) unsafe fn text<'a>(
    argument: &'static str,
    text: *const c_char,
) -> Result<&'a str, Refused> {
    // SAFETY: the caller's promise.
    unsafe { optional_text(text) }?.ok_or_else(|| null(argument))
}

/// What a text names.
pub(crate) fn parsed<T: FromStr<Err: Display>>(part: &str, text: &str) -> Result<T, Refused> {
    text.parse().map_err(|error: T::Err| malformed(part, error.to_string()))
}

/// Where a call is to write something.
pub(crate) struct Output<T>(*mut T);

impl<T> Output<T> {
    /// An output that must not be NULL and is written only on success.
    ///
    /// # Safety
    ///
    /// The pointer is NULL or may be written until the call returns.
    pub(crate) unsafe fn new(argument: &'static str, pointer: *mut T) -> Result<Self, Refused> {
        if pointer.is_null() {
            return Err(null(argument));
        }
        Ok(Self(pointer))
    }

    /// Writes it.
    pub(crate) fn set(&self, value: T) {
        // SAFETY: not NULL, and writable by the promise made to the constructor.
        unsafe { self.0.write(value) };
    }
}

impl<T> Output<*const T> {
    /// An output for a pointer: NULL until the call succeeds.
    ///
    /// # Safety
    ///
    /// As [`Output::new`].
    pub(crate) unsafe fn pointer(
        argument: &'static str,
        pointer: *mut *const T,
    ) -> Result<Self, Refused> {
        // SAFETY: the caller's promise.
        let output = unsafe { Self::new(argument, pointer) }?;
        output.set(ptr::null());
        Ok(output)
    }
}

/// Where a call is to write the items of an array.
pub(crate) struct Outputs<T> {
    begin: *mut T,
    count: usize,
}

impl<T> Outputs<T> {
    /// An array that must not be NULL.
    ///
    /// # Safety
    ///
    /// The pointer is NULL or `count` values may be written there until the call returns.
    pub(crate) unsafe fn new(
        argument: &'static str,
        begin: *mut T,
        count: usize,
    ) -> Result<Self, Refused> {
        if begin.is_null() {
            return Err(null(argument));
        }
        check_count::<T>(argument, count)?;
        Ok(Self { begin, count })
    }

    /// Writes an item; nothing if there is no such place.
    pub(crate) fn set(&self, place: usize, value: T) {
        if place < self.count {
            // SAFETY: there is such a place, as just seen, and it may be written by the promise made
            // to the constructor.
            unsafe { self.begin.add(place).write(value) };
        }
    }
}

/// Where a call is to write a text that the caller frees, and perhaps its length.
pub(crate) struct Answer {
    text: Output<*const c_char>,
    length: *mut usize,
}

impl Answer {
    /// The outputs `answer`, NULL until the call succeeds, and `answer_length`.
    ///
    /// # Safety
    ///
    /// Each is NULL or may be written until the call returns.
    pub(crate) unsafe fn new(
        answer: *mut *mut c_char,
        answer_length: *mut usize,
    ) -> Result<Self, Refused> {
        // SAFETY: the caller's promise.
        let text = unsafe { Output::pointer("answer", answer.cast()) }?;
        Ok(Self { text, length: answer_length })
    }

    /// Writes a copy of the text with a NUL at its end.
    pub(crate) fn set(&self, text: &str) {
        self.text.set(copy(text));
        if !self.length.is_null() {
            // SAFETY: not NULL, and writable by the promise made to the constructor.
            unsafe { self.length.write(text.len()) };
        }
    }
}

/// A copy of a text with a NUL at its end, for [`release`]. It comes from the C allocator: its
/// owner may write into it, even NULs, and what frees it must not depend on where the first one is.
fn copy(text: &str) -> *const c_char {
    let size = text.len().saturating_add(1);
    // SAFETY: any size may be asked for.
    let memory = unsafe { malloc(size) }.cast::<u8>();
    if memory.is_null() {
        match std::alloc::Layout::array::<u8>(size) {
            Ok(layout) => std::alloc::handle_alloc_error(layout),
            Err(_) => std::process::abort(),
        }
    }
    // SAFETY: there is room for the text and the NUL after it, and new memory overlaps nothing.
    unsafe {
        ptr::copy_nonoverlapping(text.as_ptr(), memory, text.len());
        memory.add(text.len()).write(0);
    }
    memory.cast_const().cast()
}

/// Frees a text that a call handed out.
///
/// # Safety
///
/// The pointer is NULL, or such a text that was not freed yet.
pub(crate) unsafe fn release(text: *mut c_char) {
    // SAFETY: it came from `malloc` in `copy`, by the caller's promise; NULL is taken too.
    unsafe { free(text.cast()) };
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;
    use crate::last_error::phs_last_error_json;

    type Body = fn() -> Result<(), Refused>;

    fn status_and_json(body: Body) -> (phs_status, String) {
        let status = guard(body);
        // SAFETY: the call failed, so there is a text; it lasts until the next one that does.
        let json = unsafe { CStr::from_ptr(phs_last_error_json()) };
        (status, json.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_panic_is_a_refusal() {
        let bodies: [(Body, &str); 3] = [
            (|| panic!("a text"), "a text"),
            (|| panic!("the figure {OK}"), "the figure 0"),
            (|| panic::panic_any(7), "no message"),
        ];
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let told = bodies.map(|(body, problem)| (status_and_json(body), problem));
        panic::set_hook(hook);
        for ((status, json), problem) in told {
            assert_eq!(status, ErrorCode::Panic.number());
            let told =
                format!("a defect of phone-system was caught, nothing was changed: {problem}");
            let figures = format!(r#"{{"problem":"{problem}"}}"#);
            let wanted =
                format!(r#"{{"code":"boundary.panic","message":"{told}","figures":{figures}}}"#);
            assert_eq!(json, wanted);
        }
    }
}
