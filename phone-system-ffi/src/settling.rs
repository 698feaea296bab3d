//! Calls that have ended, without JSON: settled one by one, or many in one commit.

use std::collections::BTreeMap;
use std::ffi::c_char;

use phone_system_core::billing::{CallCharged, Settlement};
use phone_system_core::bulk::Mode;
use phone_system_core::draft::Inconsistent;
use phone_system_core::organization::SettleCalls;
use phone_system_core::system::Error;

use crate::boundary::{Output, Outputs, Refused, array, guard, parsed, reference, refused, text};
use crate::charging::{duration, phs_context};
use crate::due;
use crate::handles::phs_organization;
use crate::status::{OK, phs_status};

/// How a call ended: a plain value; its text ends with NUL and stays the program's.
///
/// Thread safety: as of any plain value; it is read while a call with it lasts.
#[repr(C)]
pub struct phs_settlement {
    /// What names the call.
    pub id: *const c_char,
    /// How long it lasted, in microseconds, at most 366 days; 0 if it was not answered.
    pub duration: i64,
}

/// What paid for a call: a plain value that owns nothing. Amounts are millionths of the currency,
/// durations microseconds.
///
/// Thread safety: as of any plain value.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct phs_charge {
    /// How much of the call the minutes of a plan paid.
    pub included: i64,
    /// How long it was charged for beyond that, by the steps of the price list.
    pub billed: i64,
    /// What that costs: `drawn`, `uncollected` and `invoiced` together.
    pub amount: i64,
    /// What credits paid of it.
    pub drawn: i64,
    /// What nothing paid of it.
    pub uncollected: i64,
    /// What is paid of it by invoice.
    pub invoiced: i64,
    /// How much of the call has no price.
    pub unpriced: i64,
}

impl phs_settlement {
    /// # Safety
    ///
    /// The text is as documented.
    unsafe fn read(&self) -> Result<Settlement, Refused> {
        // SAFETY: the caller's promise.
        let call = unsafe { text("id", self.id) }?;
        Ok(Settlement { call: parsed("id", call)?, duration: duration("duration", self.duration)? })
    }
}

impl From<&CallCharged> for phs_charge {
    fn from(charged: &CallCharged) -> Self {
        let included = charged.included.as_ref().map(|included| included.duration);
        let priced = charged.priced.as_ref();
        // Together no more than the amount, so that nothing is cut off.
        let drawn = charged.draws.iter().map(|draw| draw.amount.millionths());
        Self {
            included: included.unwrap_or_default().micros(),
            billed: priced.map_or(0, |priced| priced.billed.micros()),
            amount: priced.map_or(0, |priced| priced.amount.millionths()),
            drawn: drawn.fold(0, i64::saturating_add),
            uncollected: charged.uncollected.millionths(),
            invoiced: charged.invoiced.millionths(),
            unpriced: charged.unpriced.micros(),
        }
    }
}

/// The refusal of an answer that has less calls than were settled: a defect.
fn missing() -> Refused {
    let problem = "a call was settled and is not in the answer";
    let event = "billing.call_charged";
    refused(Error::from(Inconsistent::Event { event, problem }))
}

/// Charges a call that was authorized and has ended, and gives back what it did not need.
///
/// The same as the command "billing.settle" of one call, without JSON. `out` receives what paid for
/// it, on success only. What the call lasted longer than it was authorized for is paid from what
/// there is, and is else uncollected. Its place on a number is given back by phs_release(). An
/// emergency call is not settled: nothing is held for it.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_BOUNDARY_NOT_UTF8, PHS_ENVELOPE_MALFORMED, PHS_BILLING_ALREADY_CHARGED,
/// PHS_BILLING_NOT_AUTHORIZED if nothing is held for the call, PHS_BILLING_CALL_TOO_LONG or the
/// status of another rule that refuses it, or what phs_execute() returns if the store fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_settle(
    organization: *const phs_organization,
    settlement: *const phs_settlement,
    context: *const phs_context,
    out: *mut phs_charge,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (out, organization, settlement, context) = unsafe {
            (
                Output::new("out", out)?,
                reference("organization", organization)?,
                reference("settlement", settlement)?,
                reference("context", context)?,
            )
        };
        let (system, id) = organization.opened()?;
        // SAFETY: the texts are as documented.
        let (settlement, context) = unsafe { (settlement.read()?, context.read()?) };
        let command = SettleCalls { calls: vec![settlement], mode: Mode::AllOrNothing };
        let settled = system.system().execute(id, &command, &context).map_err(refused)?;
        out.set(due::kept(settled).calls.first().ok_or_else(missing)?.into());
        Ok(())
    })
}

/// Charges many calls that were authorized and have ended, in one commit: each as
/// phs_organization_settle() does, in the order of the array, which should be that of their ends.
///
/// `settlements` has `count` calls; `charges` and `statuses` have room for as many, and all three
/// may not be NULL. For each call `statuses` receives PHS_OK or why it was refused, one of those of
/// phs_organization_settle(), and `charges` what paid for it, or zeros. A call that is refused does
/// not hinder the others and does not make this call fail; the last error knows nothing of it.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
/// PHS_BOUNDARY_NOT_UTF8 or PHS_ENVELOPE_MALFORMED if `context` is wrong,
/// PHS_IDEMPOTENCY_KEY_REUSED, PHS_TIME_BEFORE_LAST, or what phs_execute() returns if the store
/// fails; both arrays are untouched then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_organization_settle_batch(
    organization: *const phs_organization,
    settlements: *const phs_settlement,
    count: usize,
    context: *const phs_context,
    charges: *mut phs_charge,
    statuses: *mut phs_status,
) -> phs_status {
    guard(|| {
        // SAFETY: each pointer is NULL or as documented.
        let (charges, statuses, organization, settlements, context) = unsafe {
            (
                Outputs::new("charges", charges, count)?,
                Outputs::new("statuses", statuses, count)?,
                reference("organization", organization)?,
                array("settlements", settlements, count)?,
                reference("context", context)?,
            )
        };
        let (system, id) = organization.opened()?;
        // SAFETY: the texts are as documented.
        let context = unsafe { context.read() }?;
        // What cannot be read is no part of the command.
        // SAFETY: the texts are as documented.
        let read: Vec<_> =
            settlements.iter().map(|settlement| unsafe { settlement.read() }).collect();
        let calls = read.iter().filter_map(|read| read.as_ref().ok().cloned()).collect();
        let command = SettleCalls { calls, mode: Mode::Partial };
        let settled = system.system().execute(id, &command, &context).map_err(refused)?;

        let refused: BTreeMap<u32, phs_status> =
            settled.refused.iter().map(|item| (item.index, item.refusal.code.number())).collect();
        let settled = due::kept(settled);
        let mut charged = settled.calls.iter();
        let mut asked = 0..u32::MAX;
        let told = |read: &Result<Settlement, Refused>| match read {
            Err(refusal) => Ok((refusal.code.number(), phs_charge::default())),
            Ok(_) => match asked.next().and_then(|place| refused.get(&place)) {
                Some(status) => Ok((*status, phs_charge::default())),
                None => Ok((OK, charged.next().ok_or_else(missing)?.into())),
            },
        };
        let told: Vec<(phs_status, phs_charge)> =
            read.iter().map(told).collect::<Result<_, Refused>>()?;
        for (place, (status, charge)) in told.into_iter().enumerate() {
            statuses.set(place, status);
            charges.set(place, charge);
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structs_have_no_padding() {
        assert_eq!(size_of::<phs_settlement>(), size_of::<*const c_char>() + 8);
        assert_eq!(size_of::<phs_charge>(), 7 * 8);
    }
}
