//! Every query: what it reads and what it answers.

mod addresses;
mod billing;
mod capacity;
mod simulation;

use serde::{Deserialize, Serialize};

use super::{Error, Query, Touches, View, count};
use crate::inventory::{
    self, Batch, Count, Order, Owned, Search, Source, Status, StockCount, Target,
};
use crate::licensing::{Basis, Entitlement, Sku};
use crate::number::{self, NumberKind, ParsedNumber, PhoneNumber};
use crate::porting::{
    Plan, PlannedOrder, PortOrder, PortRights, PortStatus, ReadList, ReadNumbers, TRANSITIONS,
    Transition,
};
use crate::rules::{Generation, Rules};
use crate::text::{AddressId, Country, Label, UserId};
use crate::time::Timestamp;

pub use addresses::{AddressOf, AddressRow, Addresses, AddressesAnswer, CheckAddress};
pub use billing::{
    AccountAnswer, AccountOf, CompareTariffs, ExplainCharge, HeldCall, Holds, HoldsAnswer,
    MinutesAnswer, MinutesOf, Policies, PoliciesAnswer, PolicyOf, PoolOf, Price, PriceAnswer,
    TariffOf, Tariffs, TariffsAnswer,
};
pub use capacity::{
    CapacityAnswer, Carried, CheckCapacity, Demand, KindSource, TrafficAnswer, TrafficIn,
};

/// The rules that the organization follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CurrentRules {}

/// The rules in force: a generation's, with the organization's overrides in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RulesAnswer {
    /// The generation that was chosen.
    pub generation: Generation,
    /// Every figure.
    pub rules: Rules,
}

impl Query for CurrentRules {
    const NAME: &'static str = "organization.rules";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = RulesAnswer;

    fn answer(&self, view: &View) -> Result<RulesAnswer, Error> {
        let organization = &view.organization;
        Ok(RulesAnswer {
            generation: organization.chosen.generation,
            rules: organization.rules().clone(),
        })
    }
}

/// The seats of every product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Seats {}

/// The seats of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatsOfSku {
    /// The product.
    pub sku: Sku,
    /// Its name.
    pub title: String,
    /// Seats bought.
    pub bought: u32,
    /// Seats assigned to users.
    pub assigned: u32,
    /// Seats that can still be assigned.
    pub free: u32,
}

/// The seats of every product of which there are any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatsAnswer {
    /// By product, in the order of the table of products.
    pub seats: Vec<SeatsOfSku>,
}

impl Query for Seats {
    const NAME: &'static str = "licensing.seats";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = SeatsAnswer;

    fn answer(&self, view: &View) -> Result<SeatsAnswer, Error> {
        let seats = view.organization.licensing().all_seats().map(|(sku, seats)| SeatsOfSku {
            sku,
            title: sku.title().to_owned(),
            bought: seats.bought,
            assigned: seats.assigned,
            free: seats.free(),
        });
        Ok(SeatsAnswer { seats: seats.collect() })
    }
}

/// The users and their licences, a page at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Users {
    /// How many users to pass over.
    #[serde(default)]
    pub skip: u32,
    /// How many to show, 1 to 1,000.
    #[serde(default = "page")]
    pub top: u32,
}

/// The rows of a page if nothing else is said (`Get-CsPhoneNumberAssignment`).
const fn page() -> u32 {
    500
}

/// A user and the user's licences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserLicenses {
    /// The user.
    pub user: UserId,
    /// The country for which the licences are used.
    pub usage_location: Country,
    /// The products.
    pub skus: Vec<Sku>,
    /// The number that the user holds.
    pub number: Option<PhoneNumber>,
}

/// A page of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsersAnswer {
    /// How many users there are.
    pub total: u32,
    /// Those of the page, in ascending order.
    pub users: Vec<UserLicenses>,
}

/// How many rows to pass over and how many to show, if the page is within the rules.
fn page_of(rules: &Rules, skip: u32, top: u32) -> Result<(usize, usize), inventory::Error> {
    let maximum = rules.inventory.page_maximum;
    if !(1..=maximum).contains(&top) {
        return Err(inventory::Error::Page { rows: top, maximum });
    }
    let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    Ok((size(skip), size(top)))
}

impl Query for Users {
    const NAME: &'static str = "licensing.users";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = UsersAnswer;

    fn answer(&self, view: &View) -> Result<UsersAnswer, Error> {
        let organization = &view.organization;
        let (skip, top) = page_of(organization.rules(), self.skip, self.top)?;
        let users =
            organization.licensing().users().skip(skip).take(top).map(|(id, user)| UserLicenses {
                user: id.clone(),
                usage_location: user.usage_location,
                skus: user.skus.iter().collect(),
                number: organization.inventory().held_by(&Target::User(id.clone())),
            });
        Ok(UsersAnswer {
            total: count(organization.licensing().user_count()),
            users: users.collect(),
        })
    }
}

/// What licences entitle to, with the working shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EntitlementOf {
    /// The licences; those that the organization has bought if not given.
    #[serde(default)]
    pub basis: Option<Basis>,
}

impl Query for EntitlementOf {
    const NAME: &'static str = "licensing.entitlement";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = Entitlement;

    fn answer(&self, view: &View) -> Result<Entitlement, Error> {
        let organization = &view.organization;
        let basis = self.basis.unwrap_or_else(|| Basis::of(organization.licensing()));
        Ok(Entitlement::of(basis, organization.rules(), view.at))
    }
}

/// How many numbers there are and how many more may be acquired, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Allowances {}

/// How many numbers of one kind there are and may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AllowanceOf {
    /// The kind.
    pub kind: NumberKind,
    /// How many the licences entitle to.
    pub entitled: u64,
    /// How many there are.
    pub count: Count,
    /// How many more may be acquired; ported numbers do not count.
    pub left: u64,
    /// Whether Communications Credits with a positive balance are needed before any can be had.
    pub needs_credits: bool,
}

/// How many numbers there are and may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AllowancesAnswer {
    /// By kind.
    pub kinds: Vec<AllowanceOf>,
}

impl Query for Allowances {
    const NAME: &'static str = "inventory.allowance";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = AllowancesAnswer;

    fn answer(&self, view: &View) -> Result<AllowancesAnswer, Error> {
        let organization = &view.organization;
        let basis = Basis::of(organization.licensing());
        let entitlement = Entitlement::of(basis, organization.rules(), view.at);
        let kinds = NumberKind::ALL.into_iter().map(|kind| {
            let (entitled, count) = (entitlement.total(kind), organization.inventory().count(kind));
            let needs_credits =
                kind == NumberKind::ServiceTollFree && view.account.check_toll_free().is_err();
            AllowanceOf { kind, entitled, count, left: count.left_of(entitled), needs_credits }
        });
        Ok(AllowancesAnswer { kinds: kinds.collect() })
    }
}

/// The numbers that the organization owns, in ascending order, a page at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OwnedNumbers {
    /// Only numbers of this kind.
    #[serde(default)]
    pub kind: Option<NumberKind>,
    /// Only numbers of this country.
    #[serde(default)]
    pub country: Option<Country>,
    /// Only numbers that do this.
    #[serde(default)]
    pub status: Option<HeldStatus>,
    /// Only numbers that this target holds.
    #[serde(default)]
    pub target: Option<Target>,
    /// How many numbers to pass over, of those that fit.
    #[serde(default)]
    pub skip: u32,
    /// How many to show, 1 to 1,000.
    #[serde(default = "page")]
    pub top: u32,
}

/// What an owned number is doing, without the details.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HeldStatus {
    /// Nothing; it can be assigned.
    Unassigned,
    /// It serves a target.
    Assigned,
    /// It rests.
    Blocked,
}

/// A number that the organization owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OwnedNumber {
    /// The number.
    pub number: PhoneNumber,
    /// What it is for.
    pub kind: NumberKind,
    /// Its country.
    pub country: Country,
    /// Its state or province.
    pub state: Option<Label>,
    /// Its city.
    pub city: Option<Label>,
    /// How it came.
    pub source: Source,
    /// When it came.
    pub since: Timestamp,
    /// What it is doing.
    pub status: HeldStatus,
    /// What it serves.
    pub target: Option<Target>,
    /// Until when it is blocked; none for forever, or if it is not.
    pub blocked_until: Option<Timestamp>,
    /// Its emergency address.
    pub location: Option<AddressId>,
    /// When the user who holds it was told so.
    pub told_at: Option<Timestamp>,
}

/// A page of owned numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OwnedNumbersAnswer {
    /// How many fit.
    pub total: u32,
    /// Those of the page.
    pub numbers: Vec<OwnedNumber>,
}

impl OwnedNumbers {
    fn fits(&self, owned: &Owned) -> bool {
        let target = match &owned.status {
            Status::Assigned(target) => Some(target),
            _ => None,
        };
        self.kind.is_none_or(|kind| owned.shelf.kind == kind)
            && self.country.is_none_or(|country| owned.shelf.country == country)
            && self.status.is_none_or(|status| HeldStatus::of(&owned.status) == status)
            && (self.target.is_none() || self.target.as_ref() == target)
    }
}

impl HeldStatus {
    fn of(status: &Status) -> Self {
        match status {
            Status::Unassigned => Self::Unassigned,
            Status::Assigned(_) => Self::Assigned,
            Status::Blocked(_) => Self::Blocked,
        }
    }
}

impl Query for OwnedNumbers {
    const NAME: &'static str = "inventory.numbers";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = OwnedNumbersAnswer;

    fn answer(&self, view: &View) -> Result<OwnedNumbersAnswer, Error> {
        let organization = &view.organization;
        let (skip, top) = page_of(organization.rules(), self.skip, self.top)?;
        let fitting = || organization.inventory().numbers().filter(|(_, owned)| self.fits(owned));
        let numbers = fitting().skip(skip).take(top).map(|(number, owned)| {
            let Owned { shelf, source, since, status, location, told_at } = owned.clone();
            let (target, blocked_until) = match status.clone() {
                Status::Assigned(target) => (Some(target), None),
                Status::Blocked(until) => (None, until),
                Status::Unassigned => (None, None),
            };
            OwnedNumber {
                number,
                kind: shelf.kind,
                country: shelf.country,
                state: shelf.state.clone(),
                city: shelf.city.clone(),
                source,
                since,
                status: HeldStatus::of(&status),
                target,
                blocked_until,
                location,
                told_at,
            }
        });
        Ok(OwnedNumbersAnswer { total: count(fitting().count()), numbers: numbers.collect() })
    }
}

/// The orders for numbers, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Orders {}

/// The orders, in ascending order of their numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrdersAnswer {
    /// The orders.
    pub orders: Vec<Order>,
}

impl Query for Orders {
    const NAME: &'static str = "inventory.orders";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = OrdersAnswer;

    fn answer(&self, view: &View) -> Result<OrdersAnswer, Error> {
        Ok(OrdersAnswer { orders: view.organization.inventory().orders().cloned().collect() })
    }
}

/// Free numbers of the stock that fit a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StockSearchAnswer {
    /// How many fit.
    pub free: u32,
    /// The first of them, as many as were asked for.
    pub batches: Vec<Batch>,
}

impl Query for Search {
    const NAME: &'static str = "stock.search";
    const TOUCHES: Touches = Touches::STOCK;
    type Answer = StockSearchAnswer;

    fn answer(&self, view: &View) -> Result<StockSearchAnswer, Error> {
        Ok(StockSearchAnswer { free: view.stock.free(self), batches: view.stock.find(self) })
    }
}

/// How many numbers of the stock there are, by what they are doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StockSummary {}

impl Query for StockSummary {
    const NAME: &'static str = "stock.summary";
    const TOUCHES: Touches = Touches::STOCK;
    type Answer = StockCount;

    fn answer(&self, view: &View) -> Result<StockCount, Error> {
        Ok(view.stock.count())
    }
}

/// The orders into which numbers to port are cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanAnswer {
    /// The orders, in the order in which their first list stands.
    pub orders: Vec<PlannedOrder>,
}

impl Query for Plan {
    const NAME: &'static str = "porting.plan";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = PlanAnswer;

    fn answer(&self, view: &View) -> Result<PlanAnswer, Error> {
        Ok(PlanAnswer { orders: Plan::answer(self, view.organization.rules())? })
    }
}

impl Query for ReadList {
    const NAME: &'static str = "porting.read_list";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = ReadNumbers;

    fn answer(&self, view: &View) -> Result<ReadNumbers, Error> {
        Ok(ReadList::answer(self, view.organization.rules())?)
    }
}

/// The port orders, a page at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PortOrders {
    /// How many orders to pass over.
    #[serde(default)]
    pub skip: u32,
    /// How many to show, 1 to 1,000.
    #[serde(default = "page")]
    pub top: u32,
}

/// A page of port orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortOrdersAnswer {
    /// How many orders there are.
    pub total: u32,
    /// Those of the page, in ascending order of their numbers.
    pub orders: Vec<PortOrder>,
}

impl Query for PortOrders {
    const NAME: &'static str = "porting.orders";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = PortOrdersAnswer;

    fn answer(&self, view: &View) -> Result<PortOrdersAnswer, Error> {
        let organization = &view.organization;
        let (skip, top) = page_of(organization.rules(), self.skip, self.top)?;
        let porting = organization.porting();
        Ok(PortOrdersAnswer {
            total: count(porting.order_count()),
            orders: porting.page(skip, top).collect(),
        })
    }
}

/// The statuses of port orders: what leads from one to another, and what may be done in each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PortStatuses {}

/// The two tables of statuses, for the organization's rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortStatusesAnswer {
    /// What may be done in each status.
    pub rights: Vec<PortRights>,
    /// Every transition there is.
    pub transitions: Vec<Transition>,
}

impl Query for PortStatuses {
    const NAME: &'static str = "porting.statuses";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = PortStatusesAnswer;

    fn answer(&self, view: &View) -> Result<PortStatusesAnswer, Error> {
        let rules = view.organization.rules();
        Ok(PortStatusesAnswer {
            rights: PortStatus::ALL.iter().map(|status| status.rights(rules)).collect(),
            transitions: TRANSITIONS.to_vec(),
        })
    }
}

/// Reads a telephone number as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ParseNumber {
    /// What is written.
    pub text: String,
    /// The country, for texts that do not name theirs.
    #[serde(default)]
    pub country: Option<Country>,
}

impl Query for ParseNumber {
    const NAME: &'static str = "number.parse";
    const TOUCHES: Touches = Touches::NOTHING;
    type Answer = ParsedNumber;

    fn answer(&self, _: &View) -> Result<ParsedNumber, Error> {
        Ok(number::parse(&self.text, self.country)?)
    }
}
