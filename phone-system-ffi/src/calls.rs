//! Commands and queries: JSON in, JSON out.

use std::ffi::c_char;

use phone_system_core::OrganizationId;
use phone_system_core::json::{self, JsonSystem};
use phone_system_core::system::Error;

use crate::boundary::{Answer, Output, Refused, bytes, guard, reference, refused, release, utf8};
use crate::handles::{phs_organization, phs_system};
use crate::number::number_of;
use crate::status::phs_status;

/// One call of a system that is given JSON and answers JSON.
///
/// # Safety
///
/// Each pointer is NULL or as the calls document.
pub(crate) unsafe fn ask(
    system: *const phs_system,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
    call: impl FnOnce(&JsonSystem, &[u8]) -> Result<String, Error>,
) -> phs_status {
    let call = |system: &JsonSystem, json: &[u8]| call(system, json).map_err(refused);
    // SAFETY: the caller's promise.
    unsafe { ask_or_pass(system, json, length, answer, answer_length, call, |_| None) }
}

/// As [`ask`], of what may be an emergency call: it passes, whatever is wrong with the system.
///
/// # Safety
///
/// Each pointer is NULL or as the calls document.
unsafe fn ask_or_pass(
    system: *const phs_system,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
    call: impl FnOnce(&JsonSystem, &[u8]) -> Result<String, Refused>,
    pass: impl FnOnce(&[u8]) -> Option<String>,
) -> phs_status {
    guard(|| {
        // SAFETY: the caller's promise.
        let (answer, system, json) = unsafe {
            (
                Answer::new(answer, answer_length)?,
                reference("system", system)?,
                bytes("json", json, length)?,
            )
        };
        let told = system.opened().and_then(|system| call(&system, json));
        answer.set(&told.or_else(|refusal| pass(json).ok_or(refusal))?);
        Ok(())
    })
}

/// Carries out a command and waits until it is durable.
///
/// `json` is the command's envelope, `length` bytes of UTF-8. `answer` receives {"position", "at",
/// "answer", "refused"}, and "due" beside them if something outside has to be done about what
/// happened or had come to its end before, such as a recharge that is to be paid (see
/// phs_last_due_json(); each is told once): a text that ends with NUL and that the caller frees with
/// phs_string_free(); on failure it receives NULL. `answer_length` receives its length without the
/// NUL, on success only; it may be NULL.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_BOUNDARY_NOT_UTF8, or the status of the rule that refuses the command; nothing has changed
/// then. If the store fails, PHS_STORE_FAILED or PHS_STORE_FULL: whether the command was kept is
/// then unknown until the store is opened anew, and later calls return PHS_STORE_POISONED.
/// PHS_STORE_FORKED in a process that was forked from the one that opened the store.
///
/// The authorization of an emergency call passes whatever is wrong with the system.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_execute(
    system: *const phs_system,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    // SAFETY: each pointer is NULL or as documented.
    unsafe {
        let execute = |system: &JsonSystem, json: &[u8]| system.execute(json).map_err(refused);
        let pass = json::emergency_without_system;
        ask_or_pass(system, json, length, answer, answer_length, execute, pass)
    }
}

/// Lets a call begin on an organization's own number: takes its place on it, and has the account
/// authorize it; both or neither.
///
/// `number` is the number in E.164, its digits read as one number; `json` the envelope of a
/// `billing.authorize`. `answer` receives {"permit", "authorized"}: the permit is given back with
/// phs_release() when the call has ended, "authorized" is what phs_execute() answers. Beside that,
/// arguments, ownership and returned statuses are those of phs_execute(), and PHS_NUMBER_TOO_SHORT or
/// PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits, PHS_INVENTORY_NUMBER_UNKNOWN if the
/// organization does not own the number, PHS_CAPACITY_LIMIT_REACHED if it carries no call more.
/// phs_organization_begin_call() does the same without JSON.
///
/// An emergency call passes whatever is wrong with the system; its permit may then be 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_begin_call(
    system: *const phs_system,
    number: u64,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    // SAFETY: each pointer is NULL or as documented.
    unsafe {
        let begin = |system: &JsonSystem, json: &[u8]| {
            system.begin_call(number_of(number)?, json).map_err(refused)
        };
        let pass = json::emergency_call_without_system;
        ask_or_pass(system, json, length, answer, answer_length, begin, pass)
    }
}

/// Tells what a command would do now, and changes nothing; "position" is null in the answer, or that
/// of the first time for a key that was used.
///
/// Arguments, ownership and returned statuses are those of phs_execute().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_dry_run(
    system: *const phs_system,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    // SAFETY: each pointer is NULL or as documented.
    unsafe { ask(system, json, length, answer, answer_length, JsonSystem::dry_run) }
}

/// Asks a question.
///
/// `json` is the query's envelope and `answer` receives what it answers; beside that, arguments,
/// ownership and returned statuses are those of phs_execute(). "billing.statement" reads the store: it
/// may return what phs_stream_after() does, such as PHS_STORE_ARCHIVED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_query(
    system: *const phs_system,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    // SAFETY: each pointer is NULL or as documented.
    unsafe { ask(system, json, length, answer, answer_length, JsonSystem::query) }
}

/// Carries out many commands, each by itself, and makes them durable together.
///
/// `json` is an array of envelopes; `answer` receives an array of {"executed": ...} and
/// {"refusal": ...} in the same order. A command that is refused does not make the call fail. A system
/// that was closed is asked for nothing here; an emergency call passes there by phs_execute().
/// Beside that, arguments, ownership and returned statuses are those of phs_execute().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_execute_batch(
    system: *const phs_system,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    // SAFETY: each pointer is NULL or as documented.
    unsafe { ask(system, json, length, answer, answer_length, JsonSystem::execute_batch) }
}

/// Gives reference data to a system: a price list, or a newer table of countries.
///
/// `json` is {"tariff": {"name", "currency", "csv"}}, and `answer` receives what "billing.tariffs"
/// shows of it; "in_currency": {"currency", "rate"} beside that converts its prices, "rate" being
/// what one unit of the one currency is worth in the other. Or it is {"countries": {"csv"}}, and
/// `answer` receives {"countries": ROWS}; {"destinations": {"csv"}} likewise. A price list takes the
/// place of one of the same name. Reference data are not recorded: give them again after
/// opening a system. Beside that, arguments, ownership and returned statuses are those of
/// phs_execute(); if it is refused nothing was given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_give(
    system: *const phs_system,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    // SAFETY: each pointer is NULL or as documented.
    unsafe { ask(system, json, length, answer, answer_length, JsonSystem::give) }
}

/// Asks about live calls for something beside admitting and releasing them.
///
/// `json` is one of
///
/// - {"set_limits": {"scope", "limits"}}: how many calls several numbers carry together. The scope is
///   "organization:", "resource_account:", "service:" or "trunk:" with a name; the limits are
///   {"two_way", "inbound", "outbound", "burst"}, all but those that there are left out. `answer`
///   receives {"done": true};
/// - {"join": {"number", "scopes"}}: has a number's calls counted for these scopes, and for no
///   others; {"done": true};
/// - {"adopt": {"organization", "number", "way", "ends_at"}}: takes the place of a call that goes on,
///   whatever the limits; "way" is "inbound" or "outbound". {"permit"};
/// - {"adopt_calls": {"organization", "at"}}: takes the places of all calls for which something is held,
///   each on the number of its user, after a restart. {"calls": [{"call", "number", "permit"}]};
/// - {"transfer": {"permit", "to": {"organization", "number", "way", "ends_at"}}}: moves a call to
///   another number. {"permit"}, the new one; the old one is used up;
/// - {"renew": {"permit", "ends_at"}}: sets when a permit ends by itself. {"permit"}, the new one;
/// - {"expire": {"at"}}: ends the permits whose time has come. {"ended"};
/// - {"sample": {"at"}}: takes a sample of how much each number and scope is used. {"done": true};
/// - {"loads": {"of": {"number"} or {"scope"}, "view"}}: what samples have told; "view" is "seconds",
///   "minutes" or "hours". {"loads": [{"begins", "most", "carried"}]};
/// - {"occupancy": {"scope", "share"}}: how many calls a limit counts; "share" is "two_way", "inbound"
///   or "outbound". {"occupancy": {...}}, or null if there is no such limit.
///
/// "ends_at" may be left out, for a permit that does not end by itself. Nothing of it is recorded: a
/// system that is opened anew knows no limits but those of numbers. Permit 0 stays 0.
///
/// Returns PHS_INVENTORY_NUMBER_UNKNOWN if the organization does not own the number,
/// PHS_CAPACITY_LIMIT_REACHED if it carries as many calls as it can, PHS_CAPACITY_PERMIT_UNKNOWN as
/// phs_release() does. Beside that, arguments, ownership and returned statuses are those of
/// phs_execute().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_gate(
    system: *const phs_system,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    // SAFETY: each pointer is NULL or as documented.
    unsafe { ask(system, json, length, answer, answer_length, JsonSystem::gate) }
}

/// Takes care of the store of a system, and tells what was done.
///
/// `json` is one of
///
/// - {"checkpoint": {}}: keeps the states, so that the store is opened quickly; `answer` receives
///   {"position"};
/// - {"verify": {}}: reads the whole store and holds it against its hashes; `answer` receives
///   {"commits", "archived", "last", "checkpoint", "states"};
/// - {"streams": {}}: `answer` receives a list of {"stream", "commits"}, for phs_stream_after();
/// - {"export": {"path", "after"}}: writes the commits after a position to a new file, 0 for all
///   that the store has; `answer` receives {"commits", "last"};
/// - {"archive": {"path", "before"}}: writes the commits before a position to a new file and
///   removes them from the store; `answer` receives {"commits", "last"}.
///
/// Other calls go on meanwhile. A file that was written is durable when this returns, and removed
/// again if it could not be written whole; phs_system_open_store() imports it. Beside that,
/// arguments and ownership are those of phs_execute().
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer than `answer_length` is NULL,
/// PHS_BOUNDARY_HANDLE_CLOSED, PHS_BOUNDARY_NOT_UTF8, PHS_ENVELOPE_MALFORMED, PHS_STORE_EXISTS if
/// the file to be written is there already, PHS_STORE_POSITION_UNKNOWN or PHS_STORE_ARCHIVED if the
/// store does not have the position, PHS_STORE_CORRUPT or PHS_STORE_UNREADABLE if it is not what
/// was written, or another of PHS_STORE_...
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_maintain(
    system: *const phs_system,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    // SAFETY: each pointer is NULL or as documented.
    unsafe { ask(system, json, length, answer, answer_length, JsonSystem::maintain) }
}

/// Carries out a command and does not wait until it is durable.
///
/// `json` is the command's envelope, `length` bytes of UTF-8. `ticket` receives a number for
/// phs_wait(), on success only. Queries may show what the command did before it is durable. Each
/// ticket keeps its answer in memory until it is waited for or the system is closed. No pointer may
/// be NULL. Returned statuses are those of phs_execute().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_submit(
    system: *const phs_system,
    json: *const c_char,
    length: usize,
    ticket: *mut u64,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (ticket, system, json) = unsafe {
            (
                Output::new("ticket", ticket)?,
                reference("system", system)?,
                bytes("json", json, length)?,
            )
        };
        ticket.set(system.opened()?.submit(json).map_err(refused)?);
        Ok(())
    })
}

/// Waits until a command that was submitted is durable, and uses its ticket up.
///
/// `answer` and `answer_length` are those of phs_execute(), and so is who frees the answer.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_SYSTEM_TICKET_UNKNOWN if the ticket was never given out or was waited for already, or
/// PHS_STORE_FAILED, PHS_STORE_FULL, PHS_STORE_POISONED or PHS_STORE_FORKED as phs_execute() does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_wait(
    system: *const phs_system,
    ticket: u64,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (answer, system) =
            unsafe { (Answer::new(answer, answer_length)?, reference("system", system)?) };
        answer.set(&system.opened()?.wait(ticket).map_err(refused)?);
        Ok(())
    })
}

/// Reads the commits after a position, at most `limit` of them; 0 is before the first.
///
/// `answer` receives them as an array. It and `answer_length` are those of phs_execute(), and so is
/// who frees the answer. Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL,
/// PHS_BOUNDARY_HANDLE_CLOSED, PHS_STORE_ARCHIVED if the next commit was archived, or why the store
/// could not be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_events_after(
    system: *const phs_system,
    position: u64,
    limit: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (answer, system) =
            unsafe { (Answer::new(answer, answer_length)?, reference("system", system)?) };
        let events = system.opened()?.events_after(position, limit);
        answer.set(&events.map_err(refused)?);
        Ok(())
    })
}

/// Reads the commits of one stream after a place in it, at most `limit` of them; 0 is before the
/// first.
///
/// `stream` is "organization:ID", "account:ID" or "stock", `stream_length` bytes of UTF-8; one in
/// which nothing ever happened has no commits. A place in a stream is counted from 1; the header of
/// each commit tells those of its streams. `answer` receives the commits as an array. It and
/// `answer_length` are those of phs_execute(), and so is who frees the answer.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_BOUNDARY_NOT_UTF8, PHS_STORE_ARCHIVED if the next commit was archived, or why the store
/// could not be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_stream_after(
    system: *const phs_system,
    stream: *const c_char,
    stream_length: usize,
    after: u64,
    limit: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (answer, system, stream) = unsafe {
            (
                Answer::new(answer, answer_length)?,
                reference("system", system)?,
                bytes("stream", stream, stream_length)?,
            )
        };
        let commits = system.opened()?.stream_after(utf8(stream)?, after, limit);
        answer.set(&commits.map_err(refused)?);
        Ok(())
    })
}

/// One call of an organization that is given JSON and answers JSON. What may be an emergency call
/// passes, whatever is wrong with the system.
///
/// # Safety
///
/// Each pointer is NULL or as the calls document.
unsafe fn ask_of(
    organization: *const phs_organization,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
    call: impl FnOnce(&JsonSystem, &OrganizationId, &[u8]) -> Result<String, Error>,
    pass: impl FnOnce(&[u8]) -> Option<String>,
) -> phs_status {
    guard(|| {
        // SAFETY: the caller's promise.
        let (answer, organization, json) = unsafe {
            (
                Answer::new(answer, answer_length)?,
                reference("organization", organization)?,
                bytes("json", json, length)?,
            )
        };
        let told = organization.opened();
        let told = told.and_then(|(system, id)| call(&system, id, json).map_err(refused));
        answer.set(&told.or_else(|refusal| pass(json).ok_or(refusal))?);
        Ok(())
    })
}

/// Carries out a command of one organization and waits until it is durable.
///
/// `json` is the command's envelope without "organization"; one that names an organization is
/// refused with PHS_ENVELOPE_ORGANIZATION_UNEXPECTED. Beside that, arguments, ownership and
/// returned statuses are those of phs_execute().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_execute(
    organization: *const phs_organization,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    // SAFETY: each pointer is NULL or as documented.
    unsafe {
        let pass = json::emergency_without_system;
        ask_of(organization, json, length, answer, answer_length, JsonSystem::execute_for, pass)
    }
}

/// Asks a question of one organization.
///
/// `json` is the query's envelope without "organization"; one that names an organization is refused
/// with PHS_ENVELOPE_ORGANIZATION_UNEXPECTED. Beside that, arguments, ownership and returned
/// statuses are those of phs_execute().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_query(
    organization: *const phs_organization,
    json: *const c_char,
    length: usize,
    answer: *mut *mut c_char,
    answer_length: *mut usize,
) -> phs_status {
    // SAFETY: each pointer is NULL or as documented.
    unsafe {
        let none = |_: &[u8]| None;
        ask_of(organization, json, length, answer, answer_length, JsonSystem::query_for, none)
    }
}

/// Frees a text that a call handed out as its answer. NULL is taken and nothing happens.
///
/// Each answer is freed once and not used after that; other texts of the library are never freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_string_free(answer: *mut c_char) {
    // SAFETY: NULL or an answer that was not freed yet, as documented.
    unsafe { release(answer) };
}
