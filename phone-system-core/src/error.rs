//! Refusals: the table of stable codes, and what every refusal carries.
//!
//! A refusal has a number and a dotted name that never change, a sentence that states the rule
//! with its figures, and those figures again as fields. No domain is known here: each domain
//! declares its own errors with `refusals!` and names a row of the table for each.
//!
//! # Precedence
//!
//! Where several refusals apply, the first of these is given: what is wrong with the text
//! (`boundary`, `envelope`), with the key or the instant (`idempotency`, `time`), with the values
//! of the command by themselves (zero quantities, out of range), with what they name (unknown or
//! closed things), with rules about the thing named (kind, licence, country), and last with
//! amounts (seats, allowance, stock). Items of a list are looked at in the order of the list.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! codes {
    ($( $number:literal $variant:ident $name:literal $meaning:literal; )*) => {
        /// A stable code: its number and its dotted name are never reused for anything else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum ErrorCode { $( #[doc = $meaning] $variant = $number, )* }

        impl ErrorCode {
            /// Every code, in ascending order of its number.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The number; 0 is never a code, it means success in C.
            pub const fn number(self) -> u32 { self as u32 }

            /// The dotted name, such as `porting.too_many_numbers`.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// What the code means, in one sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$variant => $meaning, )* }
            }

            /// The code with this number, if there is one.
            pub const fn from_number(number: u32) -> Option<Self> {
                match number { $( $number => Some(Self::$variant), )* _ => None }
            }

            /// The code with this dotted name, if there is one.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $( $name => Some(Self::$variant), )* _ => None }
            }
        }
    };
}

// Append only. A number or a name that was published is never changed, moved or reused.
codes! {
    1 NullArgument "boundary.null_argument" "A pointer that must not be NULL was NULL.";
    2 NotUtf8 "boundary.not_utf8" "Bytes that must be UTF-8 are not.";
    3 HandleClosed "boundary.handle_closed" "The handle was closed before this call.";
    4 Panic "boundary.panic" "A defect of this library was caught at its boundary; nothing was changed.";
    5 AbiMismatch "boundary.abi_mismatch" "The program was compiled against another version of the C interface.";
    6 BufferTooSmall "boundary.buffer_too_small" "The buffer is too small for the answer.";
    100 Malformed "envelope.malformed" "The text is not the JSON that was asked for.";
    101 UnknownCommand "envelope.unknown_command" "No command has this name.";
    102 UnknownQuery "envelope.unknown_query" "No query has this name.";
    103 OrganizationMissing "envelope.organization_missing" "The command or query is an organization's, and none was named.";
    104 OrganizationUnexpected "envelope.organization_unexpected" "An organization was named where none may be.";
    110 KeyReused "idempotency.key_reused" "The idempotency key was used before, with another command.";
    120 InstantBeforeLast "time.before_last" "The instant lies before the last one recorded, by more than the tolerance.";
    130 BulkRefused "bulk.refused" "At least one item of an all-or-nothing list was refused, so none was done.";
    140 TicketUnknown "system.ticket_unknown" "No open ticket has this number: it was waited for already, or never given out.";
    141 InconsistentEvent "system.inconsistent" "An event does not fit the state it is to be applied to; nothing was changed.";
    1000 NumberTooLong "number.text_too_long" "The text is longer than any written telephone number.";
    1001 NotANumber "number.not_a_number" "The text is not a telephone number.";
    1002 NumberCountryUnknown "number.country_unknown" "The country cannot be told: no country code in the number, no country given, or an unassigned code.";
    1003 NumberTooShort "number.too_short" "The number has too few digits.";
    1004 NumberTooManyDigits "number.too_many_digits" "The number has too many digits.";
    1005 NumberInvalid "number.invalid" "The number has the right form but lies in no range in use of its country's numbering plan.";
    1100 TableUnreadable "table.unreadable" "The text is not a table of comma-separated values with a header.";
    1101 TableColumnMissing "table.column_missing" "A required column is missing from the header.";
    1102 TableValue "table.bad_value" "A cell holds a value that its column cannot have.";
    1103 DestinationsTwice "destinations.twice" "A prefix stands in a table of destinations twice.";
    1104 TableColumnUnknown "table.column_unknown" "The header has a column that is not known and might decide a price.";
    1500 RuleOutOfRange "rules.out_of_range" "An override lies outside what the rule can be.";
    2001 LicensingZeroSeats "licensing.zero_seats" "At least one seat must be named.";
    2002 LicensingTooManySeats "licensing.too_many_seats" "The number of seats would exceed what can be counted.";
    2003 LicensingPrerequisiteMissing "licensing.prerequisite_missing" "Another licence has to be there first.";
    2004 LicensingNoSeatsLeft "licensing.no_seats_left" "All seats bought of the SKU are assigned.";
    2005 LicensingAlreadyAssigned "licensing.already_assigned" "The user holds the licence already.";
    2006 LicensingNotAssigned "licensing.not_assigned" "The user does not hold the licence.";
    2007 LicensingSeatsInUse "licensing.seats_in_use" "Fewer seats are free than are to be cancelled.";
    2008 LicensingStillNeeded "licensing.still_needed" "Another licence of the user, or of the organization, needs this one.";
    2009 LicensingUserHoldsNumber "licensing.user_holds_number" "The user's number needs the licence; unassign the number first.";
    2010 LicensingUsageLocation "licensing.usage_location_conflict" "The user has another usage location.";
    2011 LicensingNothingNamed "licensing.nothing_named" "At least one user with at least one licence must be named.";
    2500 BillingCreditsNotSetUp "billing.credits_not_set_up" "Communications Credits have to be set up first.";
    2501 BillingCreditsAlreadySetUp "billing.credits_already_set_up" "Communications Credits are set up already.";
    2502 BillingBalanceNotPositive "billing.balance_not_positive" "Toll-free numbers need Communications Credits with a positive balance.";
    2503 BillingAmountNotPositive "billing.amount_not_positive" "An amount has to be more than nothing.";
    2504 BillingBalanceTooLarge "billing.balance_too_large" "The balance would exceed what an account can hold.";
    2505 BillingPurchaseOrderAlone "billing.purchase_order_alone" "A purchase order goes with an enterprise agreement.";
    2506 BillingAutoRechargeNotSet "billing.auto_recharge_not_set" "Auto-recharge is not set.";
    2507 BillingRechargeUnknown "billing.recharge_unknown" "No recharge with this number is pending.";
    2508 BillingCurrencyMismatch "billing.currency_mismatch" "The price list is in another currency than the account.";
    2509 BillingTariffUnknown "billing.tariff_unknown" "The price list was not given to this system, or another one under its name.";
    2510 BillingTariffNotChosen "billing.tariff_not_chosen" "No price list is chosen.";
    2511 BillingAlreadyCharged "billing.already_charged" "The call was charged already.";
    2512 BillingNoPlan "billing.no_plan" "The caller has no calling plan.";
    2513 BillingCreditsLicenseMissing "billing.credits_license_missing" "The caller has no Communications Credits licence, and the minutes do not suffice.";
    2514 BillingFundsTooLow "billing.funds_too_low" "Neither minutes nor credits suffice for the call.";
    2515 BillingDestinationUnknown "billing.destination_unknown" "The country of the number called cannot be told.";
    2516 BillingCallTooLong "billing.call_too_long" "The call is longer than any call is charged for.";
    2517 BillingCallInFuture "billing.call_in_future" "The call began after the instant of the command.";
    2518 BillingAgreementUnknown "billing.agreement_unknown" "The enterprise agreement is not known here; add it first.";
    2519 BillingAgreementKnown "billing.agreement_known" "The enterprise agreement is known already.";
    2520 BillingNotSoldHere "billing.not_sold_here" "Communications Credits are not sold in the country.";
    2521 BillingNotAuthorized "billing.not_authorized" "Nothing is held for the call: it was never authorized, or its hold has ended.";
    2522 BillingAlreadyAuthorized "billing.already_authorized" "The call is authorized already.";
    2523 BillingLengthOutOfRange "billing.length_out_of_range" "A call cannot be authorized for so long.";
    2524 BillingNotLonger "billing.not_longer" "An extension has to be longer than what the call may last already.";
    2525 BillingSpendLimitReached "billing.spend_limit_reached" "The user has spent what may be spent in the month.";
    2526 BillingDialOutRefused "billing.dial_out_refused" "The user's dial-out policy does not let the call go there.";
    2527 BillingDestinationBarred "billing.destination_barred" "Nobody can call the destination from there.";
    2528 BillingNotRefundable "billing.not_refundable" "So much of the call was not paid from credits.";
    2529 BillingBalanceTooLow "billing.balance_too_low" "There are fewer credits than are to be taken.";
    2530 BillingPostpaidAlready "billing.postpaid_already" "The account is postpaid already.";
    2531 BillingMonthClosed "billing.month_closed" "The books of the month are closed.";
    2532 BillingMonthOpen "billing.month_open" "The books of the month cannot be closed yet.";
    2533 BillingCapTooLow "billing.cap_too_low" "The monthly cap leaves no room for one recharge.";
    2534 BillingPeriodOutOfRange "billing.period_out_of_range" "A statement is of a time that has passed.";
    2600 TariffEmpty "tariff.empty" "The price list has no row.";
    2601 TariffPrefixTwice "tariff.prefix_twice" "A prefix stands in the price list twice.";
    2602 TariffNoRate "tariff.no_rate" "The price list has no price for the number.";
    2603 TariffOutOfRange "tariff.out_of_range" "The call costs more than can be reckoned.";
    2604 TariffBadSetting "tariff.bad_setting" "A setting of the price list cannot have this value.";
    2605 TariffBadWindow "tariff.bad_window" "A window of the price list cannot be used.";
    2606 TariffBadRate "tariff.bad_rate" "A row of the price list cannot be used.";
    2607 TariffWindowUnknown "tariff.window_unknown" "A row names a window that the price list does not have.";
    2608 TariffWindowsOverlap "tariff.windows_overlap" "Two rows of a prefix would be in force at the same time.";
    2609 TariffTooLarge "tariff.too_large" "The price list has more rows than are kept.";
    2610 TariffOther "tariff.other" "The charge was made by another price list.";
    2611 TariffCurrencyDiffers "tariff.currency_differs" "Prices in different currencies are not compared or converted.";
    3000 InventoryNothingAsked "inventory.nothing_asked" "At least one number must be asked for.";
    3001 InventorySearchTooLarge "inventory.search_too_large" "More numbers were asked for than one search may reserve.";
    3002 InventoryByFormOnly "inventory.by_form_only" "Service numbers of this country are ordered by form, not by search.";
    3003 InventoryTooManyReservations "inventory.too_many_reservations" "As many reservations are open as may be.";
    3004 InventoryTooManyReserved "inventory.too_many_reserved" "More numbers would be reserved at once than may be.";
    3005 InventoryAllowanceExceeded "inventory.allowance_exceeded" "The licences entitle to fewer numbers.";
    3006 InventoryOutOfStock "inventory.out_of_stock" "The provider has fewer free numbers that fit.";
    3007 InventoryOrderUnknown "inventory.order_unknown" "The organization has no order with this number.";
    3008 InventoryOrderClosed "inventory.order_closed" "The order was completed or cancelled already.";
    3009 InventoryOrderExpired "inventory.order_expired" "The reservation ended before the numbers were acquired.";
    3010 InventoryNotInOrder "inventory.not_in_order" "The number is not among those that the order reserves.";
    3011 InventoryWholeOrderOnly "inventory.whole_order_only" "An order is acquired whole under these rules.";
    3012 InventoryNumberUnknown "inventory.number_unknown" "The organization does not own the number.";
    3013 InventoryNumberAssigned "inventory.number_assigned" "The number is assigned; unassign it first.";
    3014 InventoryNumberNotAssigned "inventory.number_not_assigned" "The number is not assigned.";
    3015 InventoryNumberBlocked "inventory.number_blocked" "The number is blocked; lift the block first.";
    3016 InventoryNumberNotBlocked "inventory.number_not_blocked" "The number is not blocked.";
    3017 InventoryBlockDays "inventory.block_days_out_of_range" "A block lasts from one day to the longest that the rules allow, or forever.";
    3018 InventoryTargetNotInRules "inventory.target_not_in_rules" "The rules do not put numbers on this sort of target.";
    3019 InventoryKindCannotServe "inventory.kind_cannot_serve" "A number of this kind cannot serve this sort of target.";
    3020 InventoryUserUnlicensed "inventory.user_unlicensed" "The user lacks a licence that calling needs.";
    3021 InventoryCountryMismatch "inventory.country_mismatch" "The number's country is not the user's usage location.";
    3022 InventoryTargetHasNumber "inventory.target_has_number" "The target holds a number already and can hold one only.";
    3023 InventoryAlreadyOwned "inventory.already_owned" "The number is owned already.";
    3024 InventoryReleaseTooLarge "inventory.release_too_large" "More numbers were named than one order may release.";
    3025 InventoryInStock "inventory.in_stock" "The number is known to the provider's stock already.";
    3026 InventoryKindMismatch "inventory.kind_mismatch" "The numbering plan says that the number is of another kind.";
    3027 InventoryNumberCountry "inventory.number_country" "The number does not belong to the country given.";
    3028 InventoryPage "inventory.page_out_of_range" "A page has from one row to the most that one list may have.";
    3029 InventoryNotReleased "inventory.not_released" "The number is not waiting to be offered again.";
    3030 InventoryNoResourceAccountLicense "inventory.resource_account_unlicensed" "No resource-account licence is left for the account that is to hold the number.";
    3031 InventoryListTooLong "inventory.list_too_long" "A command names at most a million numbers.";
    3032 InventoryAddressUnknown "inventory.address_unknown" "The organization has no address with this id, so it cannot be a number's location.";
    3033 InventoryAddressNotValidated "inventory.address_not_validated" "The address is not validated, so it cannot be a number's location.";
    3034 InventoryAddressCountry "inventory.address_country" "The address is not in the number's country.";
    3035 InventoryLocationMissing "inventory.location_missing" "In this country a number is assigned to a user with an emergency address only.";
    3036 InventoryLocationOrderTooLarge "inventory.location_order_too_large" "More numbers were named than one order may give a location.";
    3037 InventoryNotHeldByUser "inventory.not_held_by_user" "The number is not assigned to a user, so there is nobody to tell.";
    4000 PortingEmpty "porting.no_numbers" "At least one number must be named.";
    4001 PortingTooManyNumbers "porting.too_many_numbers" "The wizard takes fewer numbers; more go as one service request.";
    4002 PortingWizardCountry "porting.wizard_country" "The wizard does not serve this country; send a service request.";
    4003 PortingWizardKind "porting.wizard_kind" "The wizard does not take numbers of this kind; send a service request.";
    4004 PortingNumberCountry "porting.number_country" "A number of the order belongs to another country.";
    4005 PortingKindMismatch "porting.kind_mismatch" "Toll-free and other numbers go in different orders.";
    4006 PortingAlreadyOwned "porting.already_owned" "A number of the order is with the provider already.";
    4007 PortingInOpenOrder "porting.in_open_order" "A number of the order is in another open order.";
    4008 PortingOrderUnknown "porting.order_unknown" "The organization has no port order with this number.";
    4009 PortingOrderClosed "porting.order_closed" "The port order was cancelled already.";
    4010 PortingListTooLong "porting.list_too_long" "An order names at most a million numbers.";
    4011 PortingAccountBusy "porting.account_busy" "Another order of the account is open; orders of one account go one after the other.";
    4012 PortingLetterMissing "porting.letter_missing" "The order needs a letter of authorization, and nobody is named who signs it.";
    4013 PortingTransferPast "porting.transfer_in_the_past" "The transfer would lie before the instant of the command.";
    4014 PortingTransferTooFar "porting.transfer_too_far" "The transfer lies further ahead than the rules allow.";
    4015 PortingTransferTooSoon "porting.transfer_too_soon" "The transfer lies nearer than the country's lead time.";
    4016 PortingBillingNumberMissing "porting.billing_number_missing" "A full port takes the billing telephone number along.";
    4017 PortingBillingNumberIncluded "porting.billing_number_included" "Under these rules a partial port leaves the billing telephone number behind.";
    4018 PortingReplacementBillingNumber "porting.replacement_billing_number" "A replacement is named if a partial port takes the billing telephone number along, and it stays.";
    4019 PortingNoTransition "porting.no_transition" "This cannot happen to an order in its status.";
    4020 PortingTransferMissing "porting.transfer_missing" "The instant of the transfer is not named.";
    4021 PortingReportExtra "porting.report_extra" "The report does not take this field.";
    4022 PortingCutOffPassed "porting.cut_off_passed" "The order's cut-off has passed; it can be neither changed nor cancelled.";
    4023 PortingNotEditable "porting.not_editable" "An order in this status cannot be edited.";
    4024 PortingTransferDateOnly "porting.transfer_date_only" "Of an approved order only the instant of the transfer can be changed.";
    4025 PortingCountryFixed "porting.country_fixed" "The country of an order cannot be changed.";
    4026 PortingNotDeletable "porting.not_deletable" "The order cannot be deleted.";
    5000 StoreFailed "store.failed" "The store could not keep the commits; nothing of them was acknowledged.";
    5001 StorePoisoned "store.poisoned" "The store failed earlier; open the system anew.";
    5002 StoreCorrupt "store.corrupt" "What the store holds is not what was written.";
    5003 StoreInUse "store.in_use" "The store is open already, here or in another process.";
    5004 StoreForked "store.forked" "The store was opened by the process that this one was forked from.";
    5005 StoreFull "store.full" "There is no room for the commits; nothing of them was acknowledged.";
    5006 StoreMissing "store.missing" "There is no such file or folder.";
    5007 StoreDenied "store.denied" "The file may not be read or written.";
    5008 StoreExists "store.exists" "The file is there already, and nothing is written over it.";
    5009 StoreUnreadable "store.unreadable" "The file is no store, or it was damaged.";
    5010 StoreNewer "store.newer" "It was written in a format that this version does not read.";
    5011 StoreEventUnknown "store.event_unknown" "A commit holds an event that this version does not know.";
    5012 StoreArchived "store.archived" "The commits were archived; they are not in the store any more.";
    5013 StorePositionUnknown "store.position_unknown" "The store has no commit at this position yet.";
    5014 StoreNotEmpty "store.not_empty" "What is to be imported does not follow what the store has.";
    5015 StoreLineUnreadable "store.line_unreadable" "A line is not what an export has there.";
    6000 AddressUnknown "address.unknown" "The organization has no address with this id.";
    6001 AddressExists "address.exists" "The organization has an address with this id already.";
    6002 AddressValidated "address.validated" "A validated address stays as it is; make another.";
    6003 AddressInUse "address.in_use" "The address is the location of at least one number.";
    6004 AddressNothingNamed "address.nothing_named" "At least one address must be named.";
    6005 AddressTooLong "address.field_too_long" "A field of the address is longer than can be kept.";
    7000 CapacityLimitReached "capacity.limit_reached" "As many calls are on the number as it carries.";
    7001 CapacityPermitUnknown "capacity.permit_unknown" "No open permit has this number.";
    7100 CapacityOverloaded "capacity.overloaded" "More traffic is offered than so many agents, or lines, can ever serve.";
    7101 CapacityOutOfRange "capacity.out_of_range" "A figure of a question about traffic cannot have this value.";
    7102 CapacityTooManyLines "capacity.too_many_lines" "More lines, or agents, were given than are reckoned with.";
    7103 CapacityMoreNeeded "capacity.more_needed" "More lines, or agents, would be needed than are reckoned with.";
    7104 CapacityNothingToSimulate "capacity.nothing_to_simulate" "At least one number must be named that is offered calls.";
    7105 CapacityNamedTwice "capacity.named_twice" "A number, or a shared limit, of a simulation is named twice.";
    7106 CapacitySimulationTooLarge "capacity.simulation_too_large" "More calls, or numbers, would be simulated than one simulation may have.";
    7107 CapacitySimulationStopped "capacity.simulation_stopped" "The simulation was stopped by the one who was told of its progress.";
    8000 CountryUnknown "country.unknown" "The table of countries has no row for this country.";
    8001 CountryTwice "country.twice" "A country stands in the table twice.";
    8002 CountryEmpty "country.empty" "The table of countries has no row.";
    8500 VoiceLicenseMissing "voice.license_missing" "Nobody holds a licence that the service needs.";
    8501 VoiceResourceAccountMissing "voice.resource_account_missing" "There is no resource-account licence for the service's number.";
    8502 VoiceNumberMissing "voice.number_missing" "There is no service number that the service could have.";
    9000 SetupNotSold "setup.not_sold" "It is not sold in a country whose usage location users have.";
    9001 SetupNoLicense "setup.no_license" "No licence was bought with which numbers can be had at all.";
    9002 SetupTooFewNumbers "setup.too_few_numbers" "More numbers are needed than may be acquired.";
    9003 SetupNoValidatedAddress "setup.no_validated_address" "A country in which an address is needed has none that is validated.";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'_, str>::deserialize(deserializer)?;
        Self::from_name(&name)
            .ok_or_else(|| serde::de::Error::custom(format_args!("unknown error code `{name}`")))
    }
}

/// One figure of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Figure {
    /// A count or an amount of something; a JSON number.
    Count(u64),
    /// Anything else in its canonical text form; a JSON string.
    Text(String),
    /// Several of them; a JSON array of strings.
    List(Vec<String>),
    /// A figure that does not apply; JSON `null`.
    Absent,
}

/// What can stand among the figures of a refusal.
pub(crate) trait AsFigure {
    fn figure(&self) -> Figure;
}

impl AsFigure for u32 {
    fn figure(&self) -> Figure {
        Figure::Count(u64::from(*self))
    }
}

impl AsFigure for u64 {
    fn figure(&self) -> Figure {
        Figure::Count(*self)
    }
}

impl<T: AsFigure> AsFigure for Option<T> {
    fn figure(&self) -> Figure {
        self.as_ref().map_or(Figure::Absent, AsFigure::figure)
    }
}

/// Several things, of which a sentence names each: `a, b or c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices<T>(pub Vec<T>);

impl<T> FromIterator<T> for Choices<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T: fmt::Display> fmt::Display for Choices<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("none"),
            [only] => fmt::Display::fmt(only, f),
            [first, middle @ .., last] => {
                fmt::Display::fmt(first, f)?;
                middle.iter().try_for_each(|item| write!(f, ", {item}"))?;
                write!(f, " or {last}")
            }
        }
    }
}

impl<T: fmt::Display> AsFigure for Choices<T> {
    fn figure(&self) -> Figure {
        Figure::List(self.0.iter().map(ToString::to_string).collect())
    }
}

/// Lets a type with a canonical text form stand as a figure.
macro_rules! figure_as_text {
    ($($t:ty),* $(,)?) => { $(
        impl $crate::error::AsFigure for $t {
            fn figure(&self) -> $crate::error::Figure {
                $crate::error::Figure::Text(self.to_string())
            }
        }
    )* };
}
pub(crate) use figure_as_text;

figure_as_text!(String, &'static str);

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => {
                let mut seq = serializer.serialize_seq(Some(list.len()))?;
                for item in list {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Self::Absent => serializer.serialize_none(),
        }
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FigureVisitor;
        impl<'de> Visitor<'de> for FigureVisitor {
            type Value = Figure;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count, a text, a list of texts or null")
            }
            fn visit_u64<E>(self, count: u64) -> Result<Figure, E> {
                Ok(Figure::Count(count))
            }
            fn visit_str<E>(self, text: &str) -> Result<Figure, E> {
                Ok(Figure::Text(text.to_owned()))
            }
            fn visit_unit<E>(self) -> Result<Figure, E> {
                Ok(Figure::Absent)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Figure, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = seq.next_element()? {
                    list.push(item);
                }
                Ok(Figure::List(list))
            }
        }
        deserializer.deserialize_any(FigureVisitor)
    }
}

/// The figures of a refusal, by name, in the order in which its sentence needs them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures(Vec<(Cow<'static, str>, Figure)>);

impl Figures {
    /// Figures in the order given.
    pub fn new(figures: Vec<(&'static str, Figure)>) -> Self {
        Self(figures.into_iter().map(|(name, figure)| (Cow::Borrowed(name), figure)).collect())
    }

    /// The figure with this name.
    pub fn get(&self, name: &str) -> Option<&Figure> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, figure)| figure)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Figure)> {
        self.0.iter().map(|(name, figure)| (name.as_ref(), figure))
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, figure) in &self.0 {
            map.serialize_entry(name.as_ref(), figure)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Figures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FiguresVisitor;
        impl<'de> Visitor<'de> for FiguresVisitor {
            type Value = Figures;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("figures by name")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Figures, A::Error> {
                let mut figures = Vec::new();
                while let Some((name, figure)) = map.next_entry::<String, Figure>()? {
                    figures.push((Cow::Owned(name), figure));
                }
                Ok(Figures(figures))
            }
        }
        deserializer.deserialize_map(FiguresVisitor)
    }
}

/// What every domain's error can tell: its code, its sentence (`Display`) and its figures.
pub trait Refuses: fmt::Display {
    /// The stable code.
    fn code(&self) -> ErrorCode;

    /// The figures that the sentence states, as fields.
    fn figures(&self) -> Figures;

    /// The refusal as plain data, as it is recorded and as C and Python see it.
    fn refusal(&self) -> Refusal {
        Refusal { code: self.code(), message: self.to_string(), figures: self.figures() }
    }
}

/// A refusal as plain data: the same in Rust, C and Python, and in the record of a list's items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The stable code, by its dotted name.
    pub code: ErrorCode,
    /// The rule, its figures and what would be allowed, in a sentence.
    pub message: String,
    /// The figures as fields.
    pub figures: Figures,
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Refusal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Refusal".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object", "format": "refusal", "description": "Why something was refused." })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Refusal {}

impl Refuses for Refusal {
    fn code(&self) -> ErrorCode {
        self.code
    }

    fn figures(&self) -> Figures {
        self.figures.clone()
    }

    fn refusal(&self) -> Refusal {
        self.clone()
    }
}

/// Declares a domain's errors: each variant names its code, its figures and its sentence.
macro_rules! refusals {
    (
        $(#[$meta:meta])*
        pub enum $error:ident {
            $(
                $variant:ident = $code:ident { $( $field:ident : $type:ty ),* $(,)? }
                => $message:literal,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        pub enum $error {
            $(
                #[doc = concat!("`", stringify!($code), "`: ", $message)]
                #[error($message)]
                $variant {
                    $( #[doc = concat!("The figure `", stringify!($field), "`.")] $field: $type, )*
                },
            )*
        }

        impl $crate::error::Refuses for $error {
            fn code(&self) -> $crate::error::ErrorCode {
                match self { $( Self::$variant { .. } => $crate::error::ErrorCode::$code, )* }
            }

            fn figures(&self) -> $crate::error::Figures {
                match self {
                    $( Self::$variant { $( $field ),* } => $crate::error::Figures::new(vec![
                        $( (stringify!($field), $crate::error::AsFigure::figure($field)), )*
                    ]), )*
                }
            }
        }
    };
}
pub(crate) use refusals;
