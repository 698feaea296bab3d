//! Port orders: which go by wizard and which as a service request, the numbers in them, and how they
//! come to their end.
//!
//! Up to 999 user numbers go by wizard; 1,000 and more go as one service request, and a plan never
//! cuts a list to slip under the limit ("Setting up Phone System", step 3). In 2018 service
//! numbers go by service request with a letter of authorization, one order per type (step 4).
//!
//! # Statuses
//!
//! What leads from one status to another; anything else is refused ([`TRANSITIONS`]):
//!
//! | in | cause → status |
//! | --- | --- |
//! | `processing` | `contacting_carrier` → `contacting_carrier`; `rejected` → `error`; `cancelled` → `cancelled` |
//! | `contacting_carrier` | `transfer_approved` → `transfer_approved`; `rejected` → `error`; `cancelled` → `cancelled` |
//! | `transfer_approved` | `cut_off` → `transfer_pending`; `rejected` → `error`; `cancelled` → `cancelled` |
//! | `transfer_pending` | `completed` → `completed` |
//! | `error` | `resubmitted` → `processing`; `cancelled` → `cancelled` |
//! | `completed` |  |
//! | `cancelled` | `resubmitted` → `processing` |
//!
//! The cut-off comes by itself, 24 hours before the transfer. A transfer that fails after it has no
//! status in any source, and none here.
//!
//! What an organization may do ([`PortStatus::rights`]; "What is the status of your port orders"):
//!
//! | in | view | edit | cancel | delete |
//! | --- | --- | --- | --- | --- |
//! | `processing` | yes | nothing | yes | no |
//! | `contacting_carrier` | yes | nothing | yes | no |
//! | `transfer_approved` | yes | the transfer's instant; 2025: nothing | yes | no |
//! | `transfer_pending` | yes | nothing | no | no |
//! | `error` | no | all but the country | yes | by rule |
//! | `completed` | yes | nothing | no | no |
//! | `cancelled` | no | all but the country | no | no |
//!
//! View is what the admin center opens for reading; the queries here show every order. The page's
//! table deletes orders in error and its note says that they cannot be: the rule
//! `error_order_deletable` says no unless it is overridden.
//!
//! # Accounts
//!
//! [`AccountNumber`] is a secret: commands take it and events record it whole, everything that is
//! answered shows its last four characters.

mod account;
mod list;
mod orders;
mod plan;
mod status;
mod submit;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Choices, refusals};
use crate::number::{LineType, NumberKind, PhoneNumber};
use crate::text::{Country, Label};
use crate::time::Timestamp;

pub use account::{AccountNumber, NotAnAccountNumber};
pub use list::{NumberOfList, ProblemOfList, ReadList, ReadNumbers};
pub use orders::{
    CarrierContacted, CutOffReached, Event, OrderCancelled, OrderCompleted, OrderDeleted,
    OrderRejected, OrderResubmitted, OrderSubmitted, PortOrder, State, StatusSince, Terms,
    TransferApproved, TransferMoved,
};
pub use plan::{Plan, PlannedOrder, PortList, Reason};
pub use status::{Cause, Editable, PortRights, PortStatus, Report, TRANSITIONS, Transition};
pub use submit::{CancelOrder, DeleteOrder, EditOrder, ReportOrder, Scope, Submit};

refusals! {
    /// Why porting says no.
    pub enum Error {
        NoNumbers = PortingEmpty {}
            => "name at least one number to port",
        WizardCountry = PortingWizardCountry { country: Country, wizard_countries: Choices<String> }
            => "the wizard serves {wizard_countries}, not {country}; send a service request",
        WizardKind = PortingWizardKind { kind: NumberKind, wizard_kind: NumberKind }
            => "the wizard takes {wizard_kind} numbers, not {kind}; send a service request with a letter of authorization",
        NumberCountry = PortingNumberCountry { number: PhoneNumber, country: Country, given: Country }
            => "{number} is a number of {country}; an order has numbers of one country, here {given}",
        ListTooLong = PortingListTooLong { numbers: u64, maximum: u32 }
            => "{numbers} numbers were named; an order names at most {maximum}",
        NotOfCountry = NumberInvalid { number: PhoneNumber, country: Country }
            => "{number} is not a number of {country}",
        KindMismatch = PortingKindMismatch { number: PhoneNumber, kind: NumberKind, line: LineType }
            => "the numbering plan says that {number} is {line}; it does not go in an order of {kind} numbers",
        AlreadyOwned = PortingAlreadyOwned { number: PhoneNumber }
            => "{number} is with the provider already and cannot be ported in",
        InOpenOrder = PortingInOpenOrder { number: PhoneNumber, order: PortOrderId }
            => "{number} is in the open port order {order}",
        TooManyNumbers = PortingTooManyNumbers { numbers: u64, maximum: u32, allowed: Channel }
            => "{numbers} numbers were named and the wizard takes at most {maximum}; send them as one {allowed}, do not cut the list",
        OrderUnknown = PortingOrderUnknown { order: PortOrderId }
            => "there is no port order {order}",
        OrderClosed = PortingOrderClosed { order: PortOrderId, status: PortStatus }
            => "port order {order} is {status} already",
        AccountBusy = PortingAccountBusy { losing_carrier: Label, account: String, order: PortOrderId }
            => "port order {order} of the account {account} with {losing_carrier} is open, and orders of one account go one after the other",
        LetterMissing = PortingLetterMissing { channel: Channel, rule: &'static str }
            => "a {channel} goes with a letter of authorization; name who signs it (rule {rule})",
        TransferPast = PortingTransferPast { transfer_at: Timestamp, at: Timestamp }
            => "the transfer at {transfer_at} would lie before {at}",
        TransferTooFar = PortingTransferTooFar { transfer_at: Timestamp, latest: Timestamp, days: u32 }
            => "the transfer at {transfer_at} would lie more than {days} days ahead; {latest} is the latest",
        TransferTooSoon = PortingTransferTooSoon { transfer_at: Timestamp, earliest: Timestamp, days: u32, country: Country }
            => "the transfer at {transfer_at} would lie less than {days} days ahead, the lead time of {country}; {earliest} is the earliest",
        BillingNumberMissing = PortingBillingNumberMissing { billing_number: PhoneNumber }
            => "a full port takes the billing telephone number {billing_number} along, and it is not in the list",
        BillingNumberIncluded = PortingBillingNumberIncluded { billing_number: PhoneNumber, rule: &'static str }
            => "a partial port leaves the billing telephone number {billing_number} behind, and it is in the list (rule {rule})",
        ReplacementBillingNumber = PortingReplacementBillingNumber { replacement: PhoneNumber }
            => "{replacement} can replace the billing telephone number only if a partial port takes that one along and {replacement} stays",
        NoTransition = PortingNoTransition { order: PortOrderId, status: PortStatus, cause: Cause, possible: Choices<Cause> }
            => "port order {order} has the status {status}, where there is no {cause}; possible: {possible}",
        TransferMissing = PortingTransferMissing { order: PortOrderId }
            => "name transfer_at, the instant of the transfer of port order {order}",
        ReportExtra = PortingReportExtra { report: Report, field: &'static str }
            => "{report} says nothing of {field}; leave it out",
        CutOffPassed = PortingCutOffPassed { order: PortOrderId, cut_off_at: Timestamp, transfer_at: Timestamp }
            => "the cut-off of port order {order} was at {cut_off_at}; it can be neither changed nor cancelled before its transfer at {transfer_at}",
        NotEditable = PortingNotEditable { order: PortOrderId, status: PortStatus, editable: Choices<PortStatus> }
            => "port order {order} has the status {status} and cannot be edited; statuses in which it could be: {editable}",
        TransferDateOnly = PortingTransferDateOnly { order: PortOrderId, status: PortStatus, editable: Choices<PortStatus> }
            => "port order {order} has the status {status}, where transfer_at can be changed and nothing else; statuses in which all but the country can be: {editable}",
        CountryFixed = PortingCountryFixed { order: PortOrderId, country: Country, given: Country }
            => "port order {order} has numbers of {country}; an edit cannot make them numbers of {given}",
        NotDeletable = PortingNotDeletable { order: PortOrderId, status: PortStatus, deletable: Choices<PortStatus>, rule: &'static str }
            => "port order {order} has the status {status} and cannot be deleted; statuses in which it could be: {deletable} (rule {rule})",
    }
}

/// A port order's number within its organization, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct PortOrderId(pub u64);

impl fmt::Display for PortOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl crate::error::AsFigure for PortOrderId {
    fn figure(&self) -> crate::error::Figure {
        crate::error::Figure::Count(self.0)
    }
}

/// How a port order is sent in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Channel {
    /// The admin center's wizard.
    Wizard,
    /// A request to the service desk.
    ServiceRequest,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wizard => "wizard",
            Self::ServiceRequest => "service_request",
        })
    }
}

crate::error::figure_as_text!(Channel);
