//! What the files say, step by step, as data.

use std::collections::BTreeMap;

use phone_system_core::address::{AddressStatus, Change, Problem, ValidatedAddress};
use phone_system_core::billing::CallRecord;
use phone_system_core::licensing::Entitlement;
use phone_system_core::organization::{
    AllowanceOf, Allowances, EntitlementOf, Seats, SeatsOfSku, Users,
};
use phone_system_core::porting::{Plan, PlannedOrder, PortList, ReadNumbers};
use phone_system_core::setup::{Step, Steps};
use phone_system_core::text::{AddressId, Country};
use phone_system_core::{Error, OrganizationId, PhoneSystem, Timestamp};
use serde::Serialize;

use crate::month::Usage;
use crate::settings::Settings;

/// The most rows of one page.
pub(crate) const PAGE: u32 = 1_000;

/// What the files hold beside what went into the system.
#[derive(Default)]
pub(crate) struct Inputs {
    pub(crate) port_files: Vec<PortFileRead>,
    pub(crate) addresses: Vec<AddressJudged>,
    pub(crate) calls: Vec<CallRecord>,
}

/// The report.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) organization: OrganizationId,
    pub(crate) at: Timestamp,
    /// Shown only: it decides nothing.
    pub(crate) billing_country: Country,
    pub(crate) steps: Vec<Step>,
    pub(crate) licenses: Licenses,
    pub(crate) allowances: Vec<AllowanceOf>,
    pub(crate) port_orders: Vec<PlannedOrder>,
    pub(crate) port_files: Vec<PortFileRead>,
    pub(crate) addresses: Vec<AddressJudged>,
    pub(crate) usage: Usage,
}

/// A list of numbers to port, as it was read.
#[derive(Serialize)]
pub(crate) struct PortFileRead {
    pub(crate) file: String,
    pub(crate) read: ReadNumbers,
    #[serde(skip)]
    pub(crate) list: PortList,
}

/// An address, as its validation left it.
#[derive(Serialize)]
pub(crate) struct AddressJudged {
    pub(crate) id: AddressId,
    pub(crate) status: AddressStatus,
    pub(crate) changes: Vec<Change>,
    pub(crate) problems: Vec<Problem>,
}

impl From<ValidatedAddress> for AddressJudged {
    fn from(judged: ValidatedAddress) -> Self {
        let ValidatedAddress { id, status, outcome } = judged;
        Self { id, status, changes: outcome.changes, problems: outcome.problems }
    }
}

/// Of step 2.
#[derive(Serialize)]
pub(crate) struct Licenses {
    pub(crate) seats: Vec<SeatsOfSku>,
    pub(crate) users: u32,
    /// By usage location of the licences.
    pub(crate) users_by_country: BTreeMap<Country, u32>,
    pub(crate) entitlement: Entitlement,
}

impl Report {
    pub(crate) fn of(
        system: &PhoneSystem,
        settings: &Settings,
        at: Timestamp,
        inputs: Inputs,
        usage: Usage,
    ) -> Result<Self, Error> {
        let organization = &settings.organization;
        let Inputs { port_files, addresses, .. } = inputs;
        let lists = port_files.iter().map(|file| file.list.clone());
        let lists: Vec<_> = lists.filter(|list| !list.numbers.is_empty()).collect();
        let port_orders = system.query(organization, &Plan { lists: lists.clone() }, at)?.orders;
        let steps = Steps { wanted: settings.wanted.clone(), port_lists: lists };
        Ok(Self {
            organization: organization.clone(),
            at,
            billing_country: settings.billing_country,
            steps: system.query(organization, &steps, at)?.steps,
            licenses: Licenses::of(system, organization, at)?,
            allowances: system.query(organization, &Allowances {}, at)?.kinds,
            port_orders,
            port_files,
            addresses,
            usage,
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
        let mut skip = 0;
        let users = loop {
            let page = system.query(organization, &Users { skip, top: PAGE }, at)?;
            for user in &page.users {
                *users_by_country.entry(user.usage_location).or_default() += 1;
            }
            skip += PAGE;
            if skip >= page.total {
                break page.total;
            }
        };
        Ok(Self {
            seats: system.query(organization, &Seats {}, at)?.seats,
            users,
            users_by_country,
            entitlement: system.query(organization, &EntitlementOf { basis: None }, at)?,
        })
    }
}
