//! The table of rules: for each its meaning, its value in 2018, 2021 and 2025, and its source.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Generation;
use super::value::{Countries, Limit, RoutingMethod, WhenNobodyAnswers};
use crate::text::Country;
use crate::time::Duration;

/// A rule by its name, with what it means and where it is from.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// The dotted name, as in the JSON of the rules.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub meaning: &'static str,
    /// Who says so; "ours" where no source states it.
    pub source: &'static str,
}

macro_rules! rules {
    ($(
        $(#[doc = $about:literal])*
        $group:ident: $rules:ident, $overrides:ident {
            $( #[doc = $meaning:literal] $name:ident: $type:ty = [$v2018:expr, $v2021:expr, $v2025:expr $(,)?], $source:literal; )*
        }
    )*) => {
        $(
            $(#[doc = $about])*
            #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[non_exhaustive]
            #[allow(clippy::struct_field_names, reason = "rules are named as people name them")]
            pub struct $rules {
                $( #[doc = $meaning] #[doc = ""] #[doc = concat!("Source: ", $source, ".")] pub $name: $type, )*
            }

            #[doc = concat!("Overrides of [`", stringify!($rules), "`]; what is not given stays.")]
            #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[serde(default, deny_unknown_fields)]
            #[allow(clippy::struct_field_names, reason = "rules are named as people name them")]
            pub struct $overrides {
                $( #[doc = $meaning] #[serde(skip_serializing_if = "Option::is_none")] pub $name: Option<$type>, )*
            }
        )*

        /// All rules that an organization follows, by domain.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub struct Rules { $( $(#[doc = $about])* pub $group: $rules, )* }

        /// The rules that an organization sets for itself; what is not given is its generation's.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        pub struct Overrides {
            $( $(#[doc = $about])* #[serde(skip_serializing_if = "is_default")] pub $group: $overrides, )*
        }

        impl Rules {
            /// The rules of a generation, none of them overridden.
            pub fn of(generation: Generation) -> Self {
                Self { $( $group: $rules { $( $name: match generation {
                    Generation::G2018 => $v2018,
                    Generation::G2021 => $v2021,
                    Generation::G2025 => $v2025,
                }, )* }, )* }
            }

            /// These rules with the overrides in place.
            pub(super) fn with(mut self, overrides: &Overrides) -> Self {
                $( $( if let Some(value) = &overrides.$group.$name {
                    self.$group.$name = value.clone();
                } )* )*
                self
            }
        }

        /// Every rule: its name, its meaning, its source.
        pub const DESCRIPTIONS: &[Description] = &[ $( $( Description {
            name: concat!(stringify!($group), ".", stringify!($name)),
            meaning: $meaning,
            source: $source,
        }, )* )* ];
    };
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn only(countries: &[Country]) -> Countries {
    Countries::Only(countries.to_vec())
}

rules! {
    /// Licences and what they entitle to.
    licensing: LicensingRules, LicensingOverrides {
        #[doc = "User numbers per calling-plan licence; the product is cut to a whole number."]
        user_number_factor: Decimal = [Decimal::new(11, 1), Decimal::new(11, 1), Decimal::new(11, 1)],
            "How many telephone numbers can you get; cutting the fraction is ours";
        #[doc = "User numbers on top, if there is at least one calling-plan licence."]
        user_number_extra: u32 = [10, 10, 10],
            "How many telephone numbers can you get; none at zero licences is ours";
        #[doc = "Resource-account licences that an organization gets for nothing."]
        resource_account_base: u32 = [0, 25, 25], "Teams Phone resource account licences; none in 2018";
        #[doc = "One more resource-account licence for so many Phone System licences; 0 for none."]
        resource_account_per: u32 = [0, 10, 10], "Teams Phone resource account licences; none in 2018";
    }
    /// Numbers: how they are got, held and put to use.
    inventory: InventoryRules, InventoryOverrides {
        #[doc = "How long found numbers are reserved."]
        reservation_length: Duration = [Duration::from_minutes(10), Duration::from_minutes(10), Duration::from_minutes(10)],
            "Setting up Phone System, step 3; samples of the API show about 16 minutes";
        #[doc = "The most numbers that one search reserves."]
        search_maximum: Limit = [Limit::AtMost(500), Limit::AtMost(500), Limit::Unlimited],
            "Search-CsOnlineTelephoneNumberInventory, until April 2022";
        #[doc = "The most numbers reserved at once."]
        reserved_maximum: Limit = [Limit::AtMost(200), Limit::AtMost(200), Limit::Unlimited],
            "Get-CsOnlineTelephoneNumberReservationsInformation, until April 2022";
        #[doc = "The most reservations open at once."]
        reservations_maximum: Limit = [Limit::AtMost(10), Limit::AtMost(10), Limit::Unlimited],
            "Get-CsOnlineTelephoneNumberReservationsInformation, until April 2022";
        #[doc = "Whether some of the reserved numbers can be acquired and the rest given back."]
        acquire_some: bool = [true, true, false],
            "Setting up Phone System, step 3; Complete-CsOnlineTelephoneNumberOrder takes the whole order";
        #[doc = "Where service numbers are found by search; elsewhere they are ordered by form."]
        service_number_search: Countries = [only(&[Country::US]), Countries::All, Countries::All],
            "Setting up Phone System, step 7";
        #[doc = "Whether attendants and queues get their numbers through resource accounts."]
        numbers_on_resource_accounts: bool = [false, true, true],
            "Manage resource accounts; Create a Phone System call queue (2018)";
        #[doc = "The most numbers in one order to release."]
        release_maximum: Limit = [Limit::Unlimited, Limit::Unlimited, Limit::AtMost(1000)],
            "New-CsOnlineTelephoneNumberReleaseOrder";
        #[doc = "The longest block that ends by itself, in days."]
        block_days_maximum: u32 = [365, 365, 365], "Set-CsPhoneNumberAssignmentBlock";
        #[doc = "The most rows of one page of numbers."]
        page_maximum: u32 = [1000, 1000, 1000], "Get-CsPhoneNumberAssignment";
    }
    /// Port orders.
    porting: PortingRules, PortingOverrides {
        #[doc = "The most numbers in an order by wizard; more go as one service request."]
        wizard_maximum: u32 = [999, 999, 999], "Setting up Phone System, step 3";
        #[doc = "Countries that the wizard serves."]
        wizard_countries: Countries = [only(&[Country::US]), only(&[Country::CA, Country::GB, Country::US]), Countries::All],
            "Transfer phone numbers to Teams";
        #[doc = "Whether the wizard takes service numbers."]
        wizard_service_numbers: bool = [false, false, true],
            "Setting up Phone System, step 4; Transfer phone numbers to Teams (2024)";
        #[doc = "Whether a list of numbers to port may hold ranges."]
        ranges_in_lists: bool = [true, false, false],
            "Transfer phone numbers to Office 365 (2018); the later file has one number a row";
        #[doc = "Whether a partial port may take the billing telephone number along."]
        partial_port_with_billing_number: bool = [false, false, true], "Transfer phone numbers to Teams";
        #[doc = "Whether an order in error can be deleted; else it is made anew."]
        error_order_deletable: bool = [false, false, false], "What is the status of your port orders";
        #[doc = "How long before the transfer an order can no longer be changed."]
        cut_off: Duration = [Duration::from_hours(24), Duration::from_hours(24), Duration::from_hours(24)],
            "What is the status of your port orders";
        #[doc = "Whether the instant of an approved transfer can still be changed, up to the cut-off."]
        transfer_date_editable: bool = [true, true, false],
            "What is the status of your port orders; the newer page no longer has it";
        #[doc = "Whether a service request needs a letter of authorization; the wizard asks for its letter itself."]
        letter_for_service_requests: bool = [true, true, true],
            "Setting up Phone System, step 4; Contact the TNS service desk";
        #[doc = "Whether orders of one account go one after the other, so that a second one is refused."]
        one_order_per_account: bool = [false, false, true], "Port order overview (2025)";
        #[doc = "The fewest days between sending an order in and its transfer, in the United States."]
        lead_days_us: u32 = [0, 0, 5], "Port order overview (2025)";
        #[doc = "The fewest days between sending an order in and its transfer, in Canada."]
        lead_days_canada: u32 = [0, 0, 10], "Port order overview (2025)";
        #[doc = "The most days between sending an order in and its transfer."]
        transfer_days_maximum: Limit = [Limit::Unlimited, Limit::Unlimited, Limit::AtMost(30)],
            "Port order overview (2025)";
        #[doc = "The longest company name on a letter of authorization, in characters."]
        company_name_maximum: u32 = [25, 25, 25], "Transfer phone numbers to Office 365";
        #[doc = "The longest name of the authorizing person, in characters."]
        authorizing_person_maximum: u32 = [15, 15, 15], "Transfer phone numbers to Office 365";
        #[doc = "The fewest digits of the PIN that protects against porting out."]
        port_out_pin_minimum: u32 = [6, 6, 6], "Set your port-out PIN";
        #[doc = "The most digits of the PIN that protects against porting out."]
        port_out_pin_maximum: u32 = [10, 10, 10], "Set your port-out PIN";
    }
    /// Emergency addresses.
    addresses: AddressRules, AddressOverrides {
        #[doc = "Whether a validated address can be edited; else another is made."]
        validated_editable: bool = [false, false, false],
            "What are emergency locations, addresses and call routing";
        #[doc = "Where a number is assigned to a user only with an emergency address."]
        location_at_assignment: Countries = [
            only(&[Country::CA, Country::US]),
            only(&[Country::CA, Country::US]),
            only(&[Country::CA, Country::US]),
        ], "What are emergency locations, addresses and call routing";
        #[doc = "The most numbers in one order to give numbers a location."]
        location_numbers_maximum: Limit = [Limit::AtMost(1000), Limit::AtMost(1000), Limit::AtMost(1000)],
            "Set-CsPhoneNumberAssignment and its orders for many numbers";
        #[doc = "Where the address given when a number is acquired must lie in its area code."]
        in_area_code: Countries = [
            only(&[]),
            only(&[Country::BE, Country::DE, Country::ES, Country::FR, Country::IE, Country::NL]),
            only(&[Country::BE, Country::DE, Country::ES, Country::FR, Country::IE, Country::NL]),
        ], "What are emergency locations, addresses and call routing";
    }
    /// Minutes and Communications Credits.
    billing: BillingRules, BillingOverrides {
        #[doc = "Conference dial-out minutes a month per purchased licence, calls before 1 December 2019."]
        conference_minutes_until_2019: u32 = [900, 900, 900], "Complimentary dial-out period";
        #[doc = "Conference dial-out minutes a month per purchased licence, calls since 1 December 2019."]
        conference_minutes: u32 = [60, 60, 60], "Audio Conferencing subscription dial-out";
        #[doc = "For how many calendar months funds can be spent."]
        funds_months: u32 = [12, 12, 12], "Setting up Phone System, step 10; What are Communications Credits";
        #[doc = "How long after a failed recharge the next one waits."]
        recharge_retry: Duration = [Duration::from_hours(24), Duration::from_hours(24), Duration::from_hours(24)],
            "ours; no source states it";
        #[doc = "Whether calling plans of the United States and Canada take calls to each other as domestic."]
        canada_is_domestic: bool = [false, true, true],
            "Calling Plans for Office 365; third parties for the change of United States plans";
        #[doc = "For how long a call is authorized if nothing else is wanted."]
        authorized_length: Duration = [Duration::from_hours(1), Duration::from_hours(1), Duration::from_hours(1)],
            "ours; no source states it";
        #[doc = "How long after the latest end of a call its hold ends by itself."]
        hold_grace: Duration = [Duration::from_minutes(15), Duration::from_minutes(15), Duration::from_minutes(15)],
            "ours; no source states it";
        #[doc = "Whether calls that no price list can price are recorded as free; else they are refused."]
        unpriceable_calls_are_free: bool = [false, false, false],
            "PSTN usage report, which has FREECALL for them; refusing by default is ours";
        #[doc = "Whether a resource account needs a Communications Credits licence of its own to call out; else it is advice."]
        resource_account_needs_credits_license: bool = [false, false, false],
            "Plan for auto attendants and call queues; the page on shared calling asks for one";
    }
    /// How many calls numbers carry at once.
    capacity: CapacityRules, CapacityOverrides {
        #[doc = "Calls that a user number carries at once."]
        user_number_calls: u32 = [4, 4, 4],
            "ours; the sources say a few (Setting up Phone System, step 4)";
        #[doc = "Calls that a service number carries at once that serves nothing yet."]
        service_number_calls: u32 = [250, 250, 250],
            "ours; the sources say hundreds (Setting up Phone System, step 4)";
        #[doc = "Calls that a service number of an auto attendant or a call queue carries at once."]
        voice_application_calls: u32 = [250, 250, 250],
            "ours; the sources say hundreds (Setting up Phone System, step 4)";
        #[doc = "Calls that a service number of the conferencing bridge carries at once."]
        conferencing_calls: u32 = [250, 250, 250],
            "ours; the sources say hundreds (Setting up Phone System, step 4)";
    }
    /// Dial-in conferencing.
    conferencing: ConferencingRules, ConferencingOverrides {
        #[doc = "Whether meetings can use another provider's dial-in numbers."]
        third_party_providers: bool = [true, false, false], "Setting up Phone System, step 6";
        #[doc = "Whether an organizer can have one conference id for all meetings."]
        static_conference_ids: bool = [true, false, false], "Audio Conferencing common questions";
        #[doc = "The most languages of a bridge number beside the primary one."]
        secondary_languages_maximum: u32 = [4, 4, 4],
            "Audio Conferencing supported languages; an older page says 3";
    }
    /// Call queues.
    call_queues: CallQueueRules, CallQueueOverrides {
        #[doc = "The shortest time for which an agent is rung."]
        agent_alert_minimum: Duration = [Duration::from_seconds(30), Duration::from_seconds(15), Duration::from_seconds(15)],
            "Create a Phone System call queue; New-CsCallQueue";
        #[doc = "The longest time for which an agent is rung."]
        agent_alert_maximum: Duration = [Duration::from_seconds(180), Duration::from_seconds(180), Duration::from_seconds(180)],
            "New-CsCallQueue";
        #[doc = "The most agents of a queue."]
        agents_maximum: u32 = [50, 200, 200], "Create a Phone System call queue";
        #[doc = "How calls can be handed to agents."]
        routing_methods: Vec<RoutingMethod> = [
            vec![RoutingMethod::Attendant, RoutingMethod::Serial],
            vec![RoutingMethod::Attendant, RoutingMethod::Serial, RoutingMethod::RoundRobin, RoutingMethod::LongestIdle],
            vec![RoutingMethod::Attendant, RoutingMethod::Serial, RoutingMethod::RoundRobin, RoutingMethod::LongestIdle],
        ], "Create a Phone System call queue; New-CsCallQueue";
        #[doc = "What happens when no agent is there, unless the queue says otherwise."]
        when_nobody_answers: WhenNobodyAnswers = [WhenNobodyAnswers::Queue, WhenNobodyAnswers::Queue, WhenNobodyAnswers::Queue],
            "New-CsCallQueue, text; its table prints Disconnect";
        #[doc = "Waiting times are rounded to the nearest multiple of this."]
        timeout_step: Duration = [Duration::from_seconds(15), Duration::from_seconds(15), Duration::from_seconds(15)],
            "New-CsCallQueue";
    }
    /// Auto attendants.
    attendants: AttendantRules, AttendantOverrides {
        #[doc = "Business hours begin and end at multiples of this."]
        schedule_step: Duration = [Duration::from_minutes(30), Duration::from_minutes(15), Duration::from_minutes(15)],
            "Set up a Phone System auto attendant; New-CsOnlineSchedule";
    }
}
