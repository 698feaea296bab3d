//! Each of the ten steps, judged by the facts.

use super::facts::Facts;
use super::{Error, Part, Progress, Step, Wish, not_sold};
use crate::address::AddressStatus;
use crate::billing::Error as BillingError;
use crate::country::{Conferencing, Offered};
use crate::error::Choices;
use crate::licensing::Grant;
use crate::number::NumberKind;
use crate::organization::View;
use crate::porting::{Channel, PortOrder, PortStatus};
use crate::text::Country;
use crate::time::Timestamp;
use crate::voice::{self, Service};

const SETTING_UP: &str = "Setting up Phone System in your organization";
const CREDITS: &str = "Set up Communications Credits for your organization";

pub(super) fn all(view: &View, facts: &Facts<'_>) -> Vec<Step> {
    vec![
        availability(view, facts),
        licenses(view, facts),
        user_numbers(view, facts),
        service_numbers(view, facts),
        calling_plans(view, facts),
        conferencing(view, facts),
        voice_service(view, facts, 7, "Call queues", Service::CallQueue, Wish::CallQueues),
        voice_service(view, facts, 8, "Auto attendants", Service::AutoAttendant, Wish::Attendants),
        voice_service(
            view,
            facts,
            9,
            "Numbers of the conferencing bridge",
            Service::BridgeNumbers,
            Wish::BridgeNumbers,
        ),
        credits(view, facts),
    ]
}

fn not_wanted(step: u32, title: &str) -> Step {
    Step::new(step, title, vec![Part::new("wish", Progress::NotWanted, "It was left out.")])
}

/// Done if nothing is missing, else open.
const fn done_if(done: bool) -> Progress {
    if done { Progress::Done } else { Progress::Open }
}

/// Step 1: by the usage location of the licences, not by where the bill goes.
fn availability(view: &View, facts: &Facts<'_>) -> Step {
    let table = view.reference.countries();
    let mut parts = Vec::new();
    let mut oldest = u32::MAX;
    for (country, users) in &facts.countries {
        let name = country.to_string();
        let row = match table.availability(*country) {
            Ok(row) => row,
            Err(error) => {
                let part = Part::new(&name, Progress::Blocked, "Nothing is known of the country.");
                parts.push(part.block(&error, "give a table of countries that has a row for it"));
                continue;
            }
        };
        oldest = oldest.min(row.generation);
        let detail = format!(
            "{} users in {}: calling plans {}, Audio Conferencing {}, Communications Credits {} (page generation {} of 7).",
            users.users,
            row.name,
            row.calling_plan,
            row.audio_conferencing,
            row.communications_credits,
            row.generation,
        );
        let mut part = Part::new(&name, Progress::Done, detail);
        for lacking in not_sold(facts, row, users) {
            let elsewhere: Choices<Country> = match &lacking {
                Error::NotSold { what: "a calling plan", .. } => {
                    table.countries_where(|row| row.calling_plan == Offered::Yes)
                }
                _ => table.countries_where(|row| row.audio_conferencing == Conferencing::Yes),
            };
            part = part.block(
                &lacking,
                format!("give these users a usage location where it is sold ({elsewhere}), or connect their carrier by Direct Routing"),
            );
        }
        parts.push(part);
    }
    if parts.is_empty() {
        let detail = "No user holds a licence, so no usage location is known yet.";
        parts.push(Part::new("users", Progress::Open, detail));
    }
    let step = Step::new(1, "Phone System is available where the users are", parts);
    if oldest < 5 {
        let advice = "Some of these rows are from old pages; check them with the provider before relying on a no.";
        return step.advise(advice, "Country and region availability for Audio Conferencing and Calling Plans, ages of its pages");
    }
    step
}

/// Step 2.
fn licenses(view: &View, facts: &Facts<'_>) -> Step {
    let licensing = view.organization.licensing();
    let bought = |grants: &[Grant]| licensing.bought_with(grants);
    let phone_system = bought(&[Grant::PhoneSystem]);
    let plans = bought(&[Grant::CallingPlan, Grant::CallingPlanPayAsYouGo]);
    let buy = Part::new(
        "buy",
        done_if(phone_system > 0 && plans > 0),
        format!(
            "{phone_system} seats with Phone System and {plans} with a calling plan are bought."
        ),
    );
    let with_plan = facts.sum(|users| users.with_calling_plan);
    let without = facts.sum(|users| users.without_calling_plan);
    let assign = Part::new(
        "assign",
        done_if(with_plan > 0 && without == 0),
        format!(
            "{with_plan} users hold Phone System and a calling plan; {without} hold Phone System alone and cannot call."
        ),
    );
    Step::new(2, "Phone System and calling plan licences", vec![buy, assign])
}

/// Whether any number can be had at all.
fn check_license(view: &View) -> Result<(), Error> {
    let grants = [Grant::PhoneSystem, Grant::AudioConferencing];
    match view.organization.licensing().bought_with(&grants) {
        0 => Err(Error::NoLicense {
            bought: 0,
            needs_one_of: ["E5", "Phone System", "Audio Conferencing"].into_iter().collect(),
        }),
        _ => Ok(()),
    }
}

/// The part, blocked if no number can be had.
fn with_license(part: Part, view: &View) -> Part {
    match check_license(view) {
        Ok(()) => part,
        Err(error) => part.block(&error, "do step 2: buy one of them"),
    }
}

/// How the planned and the open port orders of these kinds stand.
fn ports(view: &View, facts: &Facts<'_>, kinds: &[NumberKind]) -> Vec<Part> {
    let mut parts = Vec::new();
    for order in facts.planned.iter().filter(|order| kinds.contains(&order.kind)) {
        let (kind, count) = (order.kind, order.count);
        let how = match order.channel {
            Channel::Wizard => "by the wizard",
            Channel::ServiceRequest => "as one service request",
        };
        let letter =
            if order.letter_needed { ", with a signed letter of authorization" } else { "" };
        let detail = format!(
            "Send in {count} {kind} numbers of {} from {} (account {}) {how}{letter}.",
            order.country, order.losing_carrier, order.account,
        );
        parts.push(Part::new("port", Progress::Open, detail));
    }
    for order in view.organization.porting().orders().filter(|order| kinds.contains(&order.kind)) {
        let PortOrder { order: id, status, kind, losing_carrier, .. } = &order;
        let progress = match status {
            PortStatus::Cancelled => continue,
            PortStatus::Completed => Progress::Done,
            PortStatus::Error => Progress::Open,
            _ => Progress::Waiting,
        };
        let count = order.numbers.count();
        let detail =
            format!("Port order {id}, {count} {kind} numbers from {losing_carrier}, is {status}.");
        let until = order.transfer_at.filter(|_| progress == Progress::Waiting);
        parts.push(Part::new("port", progress, detail).until(until));
    }
    parts
}

/// When the last of the user numbers arrives that are to be ported, if that is known of all.
fn arrive_at(view: &View, facts: &Facts<'_>) -> Option<Timestamp> {
    let open = view
        .organization
        .porting()
        .orders()
        .filter(|order| order.kind == NumberKind::User && order.status.is_open());
    let known = open.map(|order| order.transfer_at).collect::<Option<Vec<_>>>()?;
    known.into_iter().max().filter(|_| facts.planned_of(NumberKind::User) == 0)
}

/// How many numbers the open and the planned port orders will bring, of a kind and, if one is
/// given, of a country.
fn arriving(view: &View, facts: &Facts<'_>, kind: NumberKind, country: Option<Country>) -> u64 {
    let wanted = |of: Country| country.is_none_or(|country| country == of);
    let open = view
        .organization
        .porting()
        .orders()
        .filter(|order| order.kind == kind && wanted(order.country) && order.status.is_open());
    let planned = facts.planned_where(|order| order.kind == kind && wanted(order.country));
    open.fold(planned, |sum, order| sum.saturating_add(order.numbers.count()))
}

/// Step 3.
fn user_numbers(view: &View, facts: &Facts<'_>) -> Step {
    let kind = NumberKind::User;
    let needed = u64::from(facts.sum(|users| users.without_number));
    let unassigned = u64::from(facts.of_kind(kind).unassigned);
    let to_come = |country| arriving(view, facts, kind, country);
    let entitled = facts.entitlement.total(kind);
    let left = view.organization.inventory().count(kind).left_of(entitled);
    // A number goes to a user of its country only.
    let (mut missing, mut waiting) = (0_u64, false);
    for (country, users) in &facts.countries {
        let needed = u64::from(users.without_number);
        let there = u64::from(facts.of(kind, *country).unassigned);
        let coming = to_come(Some(*country));
        missing = missing.saturating_add(needed.saturating_sub(there).saturating_sub(coming));
        waiting |= needed > there;
    }
    let progress = match (missing, waiting) {
        (0, false) => Progress::Done,
        (0, true) => Progress::Waiting,
        _ => Progress::Open,
    };
    let arriving = to_come(None);
    let detail = format!(
        "{needed} users who may call have no number; {unassigned} numbers are unassigned, {arriving} are to be ported, {missing} more are needed in their countries, {left} may be acquired (of {entitled}; ported numbers do not count)."
    );
    let until = arrive_at(view, facts).filter(|_| progress == Progress::Waiting);
    let mut acquired = with_license(Part::new("acquire", progress, detail).until(until), view);
    let short = missing.saturating_sub(left);
    if short > 0 {
        let few = Error::TooFewNumbers { kind, needed, unassigned, arriving, left, short };
        let unblock = "buy more calling plans, each of which entitles to 1.1 numbers, port numbers in, or ask the service desk";
        acquired = acquired.block(&few, unblock);
    }
    let mut parts = vec![acquired];
    parts.extend(ports(view, facts, &[kind]));
    Step::new(3, "Numbers for people", parts)
}

/// Step 4.
fn service_numbers(view: &View, facts: &Facts<'_>) -> Step {
    let title = "Numbers for services";
    let wishes = [Wish::CallQueues, Wish::Attendants, Wish::BridgeNumbers];
    let kinds = [NumberKind::ServiceToll, NumberKind::ServiceTollFree];
    let any =
        kinds.iter().any(|kind| facts.of_kind(*kind).owned > 0 || facts.planned_of(*kind) > 0);
    if !any && !wishes.into_iter().any(|wish| facts.wants(wish)) {
        return not_wanted(4, title);
    }
    let numbers = |kind: NumberKind| {
        let (owned, planned) = (facts.of_kind(kind).owned, arriving(view, facts, kind, None));
        let entitled = facts.entitlement.total(kind);
        let left = view.organization.inventory().count(kind).left_of(entitled);
        let detail = format!(
            "{owned} {kind} numbers are owned, {planned} are to be ported, {left} more may be acquired (of {entitled})."
        );
        (owned, planned, detail)
    };
    let (owned, _, detail) = numbers(NumberKind::ServiceToll);
    let toll = with_license(Part::new("toll", done_if(owned > 0), detail), view);
    let (owned, planned, detail) = numbers(NumberKind::ServiceTollFree);
    // Nothing demands a toll-free number; those that there are, or are to come, need credits.
    let wanted = owned > 0 || planned > 0;
    let progress = if wanted { done_if(owned > 0) } else { Progress::NotWanted };
    let mut toll_free = with_license(Part::new("toll_free", progress, detail), view);
    if wanted && let Err(error) = view.account.check_toll_free() {
        toll_free =
            toll_free.block(&error, "do step 10: it waits until credits have a positive balance");
    }
    let mut parts = vec![toll, toll_free];
    parts.extend(ports(view, facts, &kinds));
    let searchable = &view.organization.rules().inventory.service_number_search;
    let by_form: Choices<_> =
        facts.countries.keys().filter(|country| !searchable.contains(**country)).collect();
    let step = Step::new(4, title, parts);
    if by_form.0.is_empty() {
        return step;
    }
    step.advise(
        &format!(
            "New service numbers of {by_form} are ordered by the country's form, not by search."
        ),
        "Setting up Phone System in your organization, step 7",
    )
}

/// Step 5, in its three parts.
fn calling_plans(view: &View, facts: &Facts<'_>) -> Step {
    let title = "Calling plans: addresses, numbers for people, telling them";
    if !facts.wants(Wish::CallingPlans) {
        return not_wanted(5, title);
    }
    let parts = vec![addresses(view), assignments(view, facts), told(facts)];
    Step::new(5, title, parts).advise(
        "If a street name is a number, write its ordinal ending (5th Ave); check corrected addresses, because a wrong city can pass.",
        "Setting up Phone System in your organization, step 5",
    )
}

fn addresses(view: &View) -> Part {
    let with = |status| {
        let addresses = view.organization.addresses().addresses();
        addresses.filter(|(_, stored)| stored.status == status).count()
    };
    let (valid, invalid) = (with(AddressStatus::Validated), with(AddressStatus::Invalid));
    let unvalidated = with(AddressStatus::NotValidated);
    Part::new(
        "addresses",
        done_if(valid > 0 && invalid == 0 && unvalidated == 0),
        format!(
            "{valid} addresses are validated, {invalid} do not suffice and have to be corrected, {unvalidated} are not validated yet."
        ),
    )
}

fn assignments(view: &View, facts: &Facts<'_>) -> Part {
    let organization = &view.organization;
    let without = facts.sum(|users| users.without_number);
    let with = facts.sum(|users| users.with_number);
    let unassigned = facts.of_kind(NumberKind::User).unassigned;
    let fits = facts.countries.iter().any(|(country, users)| {
        users.without_number > 0 && facts.of(NumberKind::User, *country).unassigned > 0
    });
    let progress = match (without, fits) {
        (0, _) => done_if(with > 0),
        (_, false) => Progress::Waiting,
        _ => Progress::Open,
    };
    let detail = format!(
        "{with} users have a number, {without} who may call have none; {unassigned} numbers are unassigned."
    );
    let mut part = Part::new("assignments", progress, detail);
    part = part.until(arrive_at(view, facts).filter(|_| progress == Progress::Waiting));
    for (country, users) in &facts.countries {
        let needed = organization.rules().addresses.location_at_assignment.contains(*country);
        let here = |(_, stored): &(_, &crate::address::Stored)| stored.address.country == *country;
        let addresses = organization.addresses().addresses().filter(here);
        let (all, valid) = addresses.fold((0_u32, 0_u32), |(all, valid), (_, stored)| {
            let held = stored.status == AddressStatus::Validated;
            (all.saturating_add(1), valid.saturating_add(u32::from(held)))
        });
        if needed && users.without_number > 0 && valid == 0 {
            let (country, users, addresses) = (*country, users.without_number, all);
            let error = Error::NoValidatedAddress { country, users, addresses };
            part = part.block(&error, "create an address there and have it validated");
        }
    }
    part
}

fn told(facts: &Facts<'_>) -> Part {
    let with = facts.sum(|users| users.with_number);
    let untold = facts.untold;
    let told = with.saturating_sub(untold);
    let progress = if with == 0 { Progress::Waiting } else { done_if(untold == 0) };
    let detail = format!("{told} of {with} users with a number were told it; {untold} were not.");
    Part::new("told", progress, detail)
}

/// Step 6.
fn conferencing(view: &View, facts: &Facts<'_>) -> Step {
    let service = Service::AudioConferencing;
    let step =
        voice_service(view, facts, 6, "Audio Conferencing", service, Wish::AudioConferencing);
    if !facts.wants(Wish::AudioConferencing)
        || !view.organization.rules().conferencing.third_party_providers
    {
        return step;
    }
    step.advise(
        "Microsoft as the provider is the simplest; users of Teams can have no other.",
        "Setting up Phone System in your organization, step 6",
    )
}

/// Steps 6 to 9: what of licences and numbers the service lacks.
fn voice_service(
    view: &View,
    facts: &Facts<'_>,
    number: u32,
    title: &str,
    service: Service,
    wish: Wish,
) -> Step {
    if !facts.wants(wish) {
        return not_wanted(number, title);
    }
    let have = facts.have;
    let numbers = format!(
        "{} toll and {} toll-free numbers are owned",
        have.toll_numbers, have.toll_free_numbers
    );
    let there = match service {
        Service::AudioConferencing => format!("{} users may lead meetings", have.organizers),
        Service::BridgeNumbers if have.shared_bridge_number => {
            format!("{numbers}, beside the shared numbers of the country")
        }
        Service::BridgeNumbers => numbers,
        Service::CallQueue | Service::AutoAttendant => {
            let users = if view.organization.rules().inventory.numbers_on_resource_accounts {
                have.phone_system_users
            } else {
                have.enterprise_users
            };
            format!("{users} users hold what it needs, {numbers}")
        }
    };
    let serving = facts.serving(service);
    // Whether a queue or an attendant was ever made is not known here: a step is only done where a
    // number says so.
    let done = service == Service::BridgeNumbers && (serving > 0 || have.shared_bridge_number);
    let detail = if done {
        format!("{there}; {serving} serve the bridge.")
    } else {
        format!(
            "{there}. Licences and numbers are all that is checked yet; whether it is set up is not known."
        )
    };
    let mut part = Part::new("licences_and_numbers", done_if(done), detail);
    for error in voice::check(service, have, view.organization.rules()) {
        let unblock = match error {
            voice::Error::NumberMissing { .. } => "do step 4: acquire one or port one in",
            _ => "do step 2: buy and assign such a licence",
        };
        part = part.block(&error, unblock);
    }
    Step::new(number, title, vec![part])
}

/// Step 10.
fn credits(view: &View, facts: &Facts<'_>) -> Step {
    let title = "Communications Credits";
    let toll_free = facts.of_kind(NumberKind::ServiceTollFree).owned > 0
        || facts.planned_of(NumberKind::ServiceTollFree) > 0;
    let advise = |step: Step| {
        step.advise(
            "Give a Communications Credits licence to everyone who may call any destination, even to users with E5.",
            SETTING_UP,
        )
        .advise("Set auto-recharge, so that service does not stop when the balance comes to zero.", CREDITS)
        .advise(
            "Begin with about 50 USD in a small organization, watch the usage report for a month or two, then set the amounts.",
            "What are Communications Credits",
        )
    };
    if !facts.wants(Wish::CommunicationsCredits) {
        let step = not_wanted(10, title);
        return if toll_free {
            let advice = "Toll-free numbers work only with credits; want them, or do without toll-free numbers.";
            step.advise(advice, SETTING_UP)
        } else {
            step
        };
    }
    let account = &view.account;
    let mut set_up = match account.credits() {
        Some(credits) => {
            let detail = format!("Set up in {} since {}.", credits.currency, credits.at);
            Part::new("set_up", Progress::Done, detail)
        }
        None => Part::new("set_up", Progress::Open, "Not set up."),
    };
    for (country, users) in &facts.countries {
        let Some(row) = view.reference.countries().get(*country) else { continue };
        if row.communications_credits == Offered::No && users.with_credits_license > 0 {
            let what = "a Communications Credits licence";
            let users = users.with_credits_license;
            let (country, page) = (*country, row.source.clone());
            let generation = row.generation;
            let error = Error::NotSold { what, country, users, generation, page };
            set_up =
                set_up.block(&error, "take the Communications Credits licence from these users");
        }
    }
    let balance = account.balance();
    let mut funds = Part::new(
        "funds",
        done_if(balance.is_positive()),
        match account.auto_recharge() {
            Some(auto) => format!(
                "The balance is {balance}; {} more are bought when it falls below {}.",
                auto.recharge_with, auto.when_below,
            ),
            None => format!("The balance is {balance}; auto-recharge is not set."),
        },
    );
    if let (true, Err(error @ BillingError::BalanceNotPositive { .. })) =
        (toll_free, account.check_toll_free())
    {
        funds = funds.block(&error, "add funds");
    }
    let licensed = facts.sum(|users| users.with_credits_license);
    let all = facts.sum(|users| users.users);
    let licenses = Part::new(
        "licences",
        done_if(licensed > 0),
        format!(
            "{licensed} of {all} users hold a Communications Credits licence; the others stop where their minutes do."
        ),
    );
    advise(Step::new(10, title, vec![set_up, funds, licenses]))
}
