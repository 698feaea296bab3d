//! What the files say, step by step, as data and as text.

use std::collections::BTreeMap;
use std::fmt;

use phone_system_core::licensing::Entitlement;
use phone_system_core::organization::{
    AllowanceOf, Allowances, EntitlementOf, Seats, SeatsOfSku, Users,
};
use phone_system_core::porting::{Channel, Plan, PlannedOrder, PortList, ReadNumbers, Reason};
use phone_system_core::text::Country;
use phone_system_core::{Error, NumberKind, OrganizationId, PhoneSystem, Timestamp};
use serde::Serialize;

/// A list of numbers to port, as it was read.
#[derive(Serialize)]
pub(crate) struct PortFileRead {
    pub(crate) file: String,
    pub(crate) read: ReadNumbers,
    #[serde(skip)]
    pub(crate) list: PortList,
}

/// Steps 2 to 4 of setting up a phone system.
#[derive(Serialize)]
pub(crate) struct Report {
    organization: OrganizationId,
    at: Timestamp,
    licenses: Licenses,
    user_numbers: Numbers,
    service_numbers: Numbers,
    port_files: Vec<PortFileRead>,
}

/// Step 2.
#[derive(Serialize)]
struct Licenses {
    seats: Vec<SeatsOfSku>,
    users: u32,
    /// By usage location of the licences, which counts, not the billing address.
    users_by_country: BTreeMap<Country, u32>,
    /// Users who could call out if they had a number.
    users_without_number: u32,
    entitlement: Entitlement,
}

/// Step 3 or 4.
#[derive(Serialize)]
struct Numbers {
    allowances: Vec<AllowanceOf>,
    port_orders: Vec<PlannedOrder>,
}

/// The most users of one page.
const PAGE: u32 = 1_000;

impl Report {
    pub(crate) fn of(
        system: &PhoneSystem,
        organization: &OrganizationId,
        at: Timestamp,
        port_files: Vec<PortFileRead>,
    ) -> Result<Self, Error> {
        let lists =
            port_files.iter().map(|file| file.list.clone()).filter(|list| !list.numbers.is_empty());
        let orders = system.query(organization, &Plan { lists: lists.collect() }, at)?.orders;
        let (user, service) = orders.into_iter().partition(|order| order.kind == NumberKind::User);
        let allowances = system.query(organization, &Allowances {}, at)?.kinds;
        let (user_allowances, service_allowances) =
            allowances.into_iter().partition(|allowance| allowance.kind == NumberKind::User);
        Ok(Self {
            organization: organization.clone(),
            at,
            licenses: Licenses::of(system, organization, at)?,
            user_numbers: Numbers { allowances: user_allowances, port_orders: user },
            service_numbers: Numbers { allowances: service_allowances, port_orders: service },
            port_files,
        })
    }
}

impl Licenses {
    fn of(
        system: &PhoneSystem,
        organization: &OrganizationId,
        at: Timestamp,
    ) -> Result<Self, Error> {
        let mut users_by_country: BTreeMap<Country, u32> = BTreeMap::new();
        let (mut skip, mut users_without_number) = (0, 0_u32);
        let users = loop {
            let page = system.query(organization, &Users { skip, top: PAGE }, at)?;
            for user in &page.users {
                let count = users_by_country.entry(user.usage_location).or_default();
                *count = count.saturating_add(1);
                users_without_number =
                    users_without_number.saturating_add(u32::from(user.number.is_none()));
            }
            skip = skip.saturating_add(PAGE);
            if skip >= page.total {
                break page.total;
            }
        };
        Ok(Self {
            seats: system.query(organization, &Seats {}, at)?.seats,
            users,
            users_by_country,
            users_without_number,
            entitlement: system.query(organization, &EntitlementOf { basis: None }, at)?,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Setting up the phone system of {}, as of {}\n", self.organization, self.at)?;
        write!(f, "{}", self.licenses)?;
        writeln!(f, "\nStep 3: user numbers")?;
        write!(f, "{}", self.user_numbers)?;
        writeln!(f, "\nStep 4: service numbers")?;
        write!(f, "{}", self.service_numbers)?;
        writeln!(f, "\nLists of numbers to port")?;
        for PortFileRead { file, read, .. } in &self.port_files {
            let (numbers, corrected) = (read.numbers.count(), read.corrected.len());
            writeln!(f, "  {file}: {numbers} numbers, {corrected} of them not written in E.164")?;
            for problem in &read.problems {
                writeln!(f, "    row {}: `{}`: {}", problem.row, problem.text, problem.problem)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Licenses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Step 2: licences")?;
        for SeatsOfSku { sku, title, bought, assigned, free } in &self.seats {
            writeln!(f, "  {sku}: {bought} bought, {assigned} assigned, {free} free ({title})")?;
        }
        let countries =
            self.users_by_country.iter().map(|(country, users)| format!("{users} in {country}"));
        writeln!(
            f,
            "  {} users by usage location: {}; {} of them hold no number",
            self.users,
            countries.collect::<Vec<_>>().join(", "),
            self.users_without_number,
        )?;
        let user = &self.entitlement.user;
        writeln!(
            f,
            "  user numbers: {} calling plans x {} = {}, so {}; + {} + {} pay-as-you-go = {}",
            user.licenses,
            user.factor,
            user.product,
            user.whole,
            user.extra,
            user.pay_as_you_go,
            user.total,
        )?;
        let service = &self.entitlement.service_toll;
        writeln!(
            f,
            "  service numbers: {} licences of Phone System or Audio Conferencing give {} toll and {} toll-free",
            service.licenses, service.total, self.entitlement.service_toll_free.total,
        )
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for AllowanceOf { kind, entitled, count, left, needs_credits } in &self.allowances {
            let (acquired, ported_in) = (count.acquired, count.ported_in);
            write!(
                f,
                "  {kind}: entitled to {entitled}, {acquired} acquired, {ported_in} ported in (not counted); {left} more may be acquired"
            )?;
            let wait = if *needs_credits { ", once Communications Credits are set up" } else { "" };
            writeln!(f, "{wait}")?;
        }
        for order in &self.port_orders {
            let PlannedOrder {
                losing_carrier,
                kind,
                country,
                channel,
                reason,
                count,
                wizard_maximum,
                ..
            } = order;
            let channel = match channel {
                Channel::Wizard => "by the wizard",
                _ => "as one service request",
            };
            let why = match reason {
                Reason::WithinWizard => format!("the wizard takes up to {wizard_maximum}"),
                Reason::TooManyNumbers => {
                    format!("the wizard takes up to {wizard_maximum}, and the list is not cut")
                }
                Reason::WizardCountry => format!("the wizard does not serve {country}"),
                _ => {
                    "with a letter of authorization: the wizard takes user numbers only".to_owned()
                }
            };
            writeln!(
                f,
                "  port {count} {kind} numbers of {country} from {losing_carrier} {channel}: {why}"
            )?;
        }
        Ok(())
    }
}
