//! Commands and queries as JSON: the one way in for C and Python, so that they cannot say anything else.
//!
//! A command is asked with an envelope:
//!
//! ```json
//! {"organization": "contoso", "at": "2018-04-01T09:00:00Z", "actor": "ada", "key": "order-7",
//!  "command": {"name": "licensing.buy_seats", "fields": {"sku": "MCOEV", "seats": 20}}}
//! ```
//!
//! `organization` is left out for the provider's commands; `key` and `seed` may be left out. A
//! query has `organization`, `at` and `query`. Unknown and missing fields are refused.

mod calls;
mod gate;
mod given;
mod simulation;
mod store;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use calls::{
    WITHOUT_PLACE, emergency_call_without_system, emergency_without_place, emergency_without_system,
};
pub use given::{charge, explain, read_tariff};

use crate::billing::AuthorizeCall;
use crate::error::Refuses;
use crate::organization::{Command, Context, Query, Seed};
use crate::system::{Error, PhoneSystem, RequestError, Subject, Ticket};
use crate::text::{Actor, Key, OrganizationId};
use crate::time::Timestamp;
use crate::{
    address, billing, capacity, country, inventory, licensing, organization, porting, setup,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named<'a> {
    name: String,
    #[serde(borrow)]
    fields: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandEnvelope<'a> {
    #[serde(default)]
    organization: Option<OrganizationId>,
    at: Timestamp,
    actor: Actor,
    #[serde(default)]
    key: Option<Key>,
    #[serde(default)]
    seed: Option<Seed>,
    #[serde(borrow)]
    command: Named<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QueryEnvelope<'a> {
    #[serde(default)]
    organization: Option<OrganizationId>,
    at: Timestamp,
    #[serde(borrow)]
    query: Named<'a>,
}

/// How a command is to be run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    Dry,
    Real,
}

type RunCommand =
    fn(&PhoneSystem, Subject, &str, &Context, Run) -> Result<Ticket<Box<RawValue>>, Error>;
type AskQuery = fn(&PhoneSystem, Subject, &str, Timestamp) -> Result<String, Error>;

/// A command, or a query, by its name.
struct Entry<F> {
    name: &'static str,
    call: F,
    #[cfg(feature = "schema")]
    describe: fn(&mut schemars::SchemaGenerator) -> Described,
}

/// The schemas of a command's, or a query's, fields and answer.
#[cfg(feature = "schema")]
struct Described {
    organization: bool,
    fields: schemars::Schema,
    answer: schemars::Schema,
}

macro_rules! commands {
    ($($command:ty),* $(,)?) => { &[$( Entry {
        name: <$command as Command>::NAME,
        call: run_command::<$command>,
        #[cfg(feature = "schema")]
        describe: |generator| Described {
            organization: <$command as Command>::TOUCHES.needs_organization(),
            fields: <$command as schemars::JsonSchema>::json_schema(generator),
            answer: generator.subschema_for::<<$command as Command>::Answer>(),
        },
    } ),*] };
}

macro_rules! queries {
    ($($query:ty),* $(,)?) => { &[$( Entry {
        name: <$query as Query>::NAME,
        call: ask_query::<$query>,
        #[cfg(feature = "schema")]
        describe: |generator| Described {
            organization: <$query as Query>::TOUCHES.needs_organization(),
            fields: <$query as schemars::JsonSchema>::json_schema(generator),
            answer: generator.subschema_for::<<$query as Query>::Answer>(),
        },
    } ),*] };
}

const COMMANDS: &[Entry<RunCommand>] = commands![
    address::Create,
    address::Delete,
    address::Edit,
    address::Import,
    address::ValidateAddresses,
    billing::AddFunds,
    organization::ChargeCalls,
    AuthorizeCall,
    billing::ExtendCall,
    organization::SettleCalls,
    billing::CancelCall,
    billing::RefundCall,
    billing::AdjustCredits,
    billing::AddAgreement,
    billing::RemoveAgreement,
    billing::GoPostpaid,
    billing::SetSpendLimit,
    billing::GrantDialOut,
    billing::CloseMonth,
    billing::ChooseTariff,
    billing::ReportRecharge,
    billing::SetAutoRecharge,
    billing::SetUpCredits,
    billing::StopAutoRecharge,
    inventory::Acquire,
    inventory::Assign,
    inventory::Block,
    inventory::Cancel,
    inventory::ImportOwned,
    inventory::ImportTold,
    inventory::RecordTold,
    inventory::Release,
    inventory::Reserve,
    inventory::SetLocation,
    inventory::Unassign,
    inventory::Unblock,
    licensing::Assign,
    licensing::BuySeats,
    licensing::CancelSeats,
    licensing::ImportSeats,
    licensing::ImportUsers,
    licensing::Unassign,
    organization::AdvanceOrganization,
    organization::ChooseRules,
    porting::CancelOrder,
    porting::DeleteOrder,
    porting::EditOrder,
    porting::ReportOrder,
    porting::Submit,
    organization::AdvanceStock,
    inventory::LoadStock,
    inventory::Reoffer,
];

const QUERIES: &[Entry<AskQuery>] = queries![
    organization::CheckAddress,
    organization::Addresses,
    organization::AddressOf,
    organization::AccountOf,
    organization::Holds,
    organization::Policies,
    organization::CompareTariffs,
    organization::MinutesOf,
    organization::Price,
    organization::ExplainCharge,
    billing::ReadUsage,
    billing::StatementOf,
    organization::Tariffs,
    organization::CheckCapacity,
    organization::TrafficIn,
    capacity::simulation::Simulate,
    country::AvailabilityIn,
    organization::Allowances,
    organization::OwnedNumbers,
    organization::Orders,
    organization::EntitlementOf,
    organization::Seats,
    organization::Users,
    organization::ParseNumber,
    organization::CurrentRules,
    organization::PortOrders,
    organization::PortStatuses,
    porting::Plan,
    porting::ReadList,
    setup::Steps,
    inventory::Search,
    organization::StockSummary,
];

/// The dotted names of all commands.
pub fn command_names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|entry| entry.name)
}

/// The dotted names of all queries.
pub fn query_names() -> impl Iterator<Item = &'static str> {
    QUERIES.iter().map(|entry| entry.name)
}

fn malformed(part: &str, error: &serde_json::Error) -> Error {
    RequestError::Malformed { part: part.to_owned(), problem: error.to_string() }.into()
}

/// Reads a JSON object; serde would take an array of the fields' values as well.
fn object<'a, T: Deserialize<'a>>(part: &str, text: &'a str) -> Result<T, Error> {
    if text.trim_start().starts_with('[') {
        let problem = "an array stands where an object is wanted".to_owned();
        return Err(RequestError::Malformed { part: part.to_owned(), problem }.into());
    }
    serde_json::from_str(text).map_err(|error| malformed(part, &error))
}

fn unencodable(error: &serde_json::Error) -> Error {
    crate::store::Error::Failed { problem: format!("the answer has no JSON: {error}") }.into()
}

fn encode(answer: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(answer).map_err(|error| unencodable(&error))
}

fn run_command<C: Command>(
    system: &PhoneSystem,
    subject: Subject,
    fields: &str,
    context: &Context,
    run: Run,
) -> Result<Ticket<Box<RawValue>>, Error> {
    let command: C = object(&format!("command `{}`", C::NAME), fields)?;
    let ticket = match run {
        Run::Dry => system.dry_run(subject, &command, context)?.into(),
        Run::Real => system.submit(subject, &command, context)?,
    };
    ticket.try_map(|answer| {
        serde_json::value::to_raw_value(&answer).map_err(|error| unencodable(&error))
    })
}

fn ask_query<Q: Query>(
    system: &PhoneSystem,
    subject: Subject,
    fields: &str,
    at: Timestamp,
) -> Result<String, Error> {
    let query: Q = object(&format!("query `{}`", Q::NAME), fields)?;
    encode(&system.query(subject, &query, at)?)
}

/// A [`PhoneSystem`] whose commands, queries and answers are JSON.
///
/// It can be shared between threads. Every method refuses what is not UTF-8, not the JSON that was
/// asked for, or names a command or query that there is not; nothing has changed then.
pub struct JsonSystem {
    system: PhoneSystem,
    tickets: Mutex<Tickets>,
}

#[derive(Default)]
struct Tickets {
    given: u64,
    open: HashMap<u64, Ticket<Box<RawValue>>>,
}

impl From<PhoneSystem> for JsonSystem {
    fn from(system: PhoneSystem) -> Self {
        Self { system, tickets: Mutex::default() }
    }
}

impl JsonSystem {
    /// The system behind it.
    pub fn system(&self) -> &PhoneSystem {
        &self.system
    }

    fn run(
        &self,
        named: Option<&OrganizationId>,
        envelope: &str,
        run: Run,
    ) -> Result<Ticket<Box<RawValue>>, Error> {
        let envelope: CommandEnvelope<'_> = object("envelope", envelope)?;
        let Named { name, fields } = envelope.command;
        let Some(entry) = COMMANDS.iter().find(|entry| entry.name == name) else {
            return Err(RequestError::UnknownCommand { name }.into());
        };
        let CommandEnvelope { organization, at, actor, key, seed, .. } = envelope;
        (entry.call)(
            &self.system,
            subject(entry.name, named, organization)?,
            fields.get(),
            &Context { at, actor, key, seed },
            run,
        )
    }

    fn finish(&self, ticket: Ticket<Box<RawValue>>) -> Result<String, Error> {
        let executed = self.system.wait(ticket)?;
        encode(&executed)
    }

    /// Asks for a command and waits until it is durable; answers
    /// `{"position", "at", "answer", "refused"}`, and `"due"` beside them if something is.
    ///
    /// # Errors
    ///
    /// As [`PhoneSystem::execute`].
    pub fn execute(&self, envelope: &[u8]) -> Result<String, Error> {
        self.finish(self.run(None, text(envelope)?, Run::Real)?)
    }

    /// As [`execute`](Self::execute), of one organization; the envelope leaves `organization` out.
    ///
    /// # Errors
    ///
    /// `envelope.organization_unexpected` if the envelope names one all the same; else as
    /// [`PhoneSystem::execute`].
    pub fn execute_for(
        &self,
        organization: &OrganizationId,
        envelope: &[u8],
    ) -> Result<String, Error> {
        self.finish(self.run(Some(organization), text(envelope)?, Run::Real)?)
    }

    /// What a command would do now; `position` is null, or that of the first time for a key that was
    /// used.
    ///
    /// # Errors
    ///
    /// As [`PhoneSystem::dry_run`].
    pub fn dry_run(&self, envelope: &[u8]) -> Result<String, Error> {
        self.finish(self.run(None, text(envelope)?, Run::Dry)?)
    }

    /// Asks a question.
    ///
    /// # Errors
    ///
    /// As [`PhoneSystem::query`].
    pub fn query(&self, envelope: &[u8]) -> Result<String, Error> {
        self.ask(None, text(envelope)?)
    }

    /// As [`query`](Self::query), of one organization; the envelope leaves `organization` out.
    ///
    /// # Errors
    ///
    /// `envelope.organization_unexpected` if the envelope names one all the same; else as
    /// [`PhoneSystem::query`].
    pub fn query_for(
        &self,
        organization: &OrganizationId,
        envelope: &[u8],
    ) -> Result<String, Error> {
        self.ask(Some(organization), text(envelope)?)
    }

    fn ask(&self, named: Option<&OrganizationId>, envelope: &str) -> Result<String, Error> {
        let envelope: QueryEnvelope<'_> = object("envelope", envelope)?;
        let Named { name, fields } = envelope.query;
        let Some(entry) = QUERIES.iter().find(|entry| entry.name == name) else {
            return Err(RequestError::UnknownQuery { name }.into());
        };
        (entry.call)(
            &self.system,
            subject(entry.name, named, envelope.organization)?,
            fields.get(),
            envelope.at,
        )
    }

    /// Asks for a command and does not wait; answers a ticket's number, for [`wait`](Self::wait).
    ///
    /// # Errors
    ///
    /// As [`PhoneSystem::submit`].
    pub fn submit(&self, envelope: &[u8]) -> Result<u64, Error> {
        let ticket = self.run(None, text(envelope)?, Run::Real)?;
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.given = tickets.given.saturating_add(1);
        let number = tickets.given;
        tickets.open.insert(number, ticket);
        Ok(number)
    }

    /// Waits until what was submitted is durable; the ticket is used up.
    ///
    /// # Errors
    ///
    /// `system.ticket_unknown` if the number was never given out or was waited for already; else as
    /// [`PhoneSystem::wait`].
    pub fn wait(&self, ticket: u64) -> Result<String, Error> {
        let open = self.tickets.lock().unwrap_or_else(PoisonError::into_inner).open.remove(&ticket);
        self.finish(open.ok_or(RequestError::TicketUnknown { ticket })?)
    }

    /// Asks for many commands, a JSON array of envelopes, each by itself, and makes them durable
    /// together; answers an array of `{"executed": …}` and `{"refusal": …}` in the same order.
    ///
    /// # Errors
    ///
    /// `envelope.malformed` if the text is no JSON array; what is wrong with an
    /// envelope is its own refusal.
    pub fn execute_batch(&self, envelopes: &[u8]) -> Result<String, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "snake_case")]
        enum Done {
            Executed(Box<RawValue>),
            Refusal(crate::error::Refusal),
        }
        let envelopes: Vec<&RawValue> = serde_json::from_str(text(envelopes)?)
            .map_err(|error| malformed("list of envelopes", &error))?;
        let tickets: Vec<_> =
            envelopes.iter().map(|envelope| self.run(None, envelope.get(), Run::Real)).collect();
        let done: Vec<Done> = tickets
            .into_iter()
            .map(|ticket| {
                let executed = self.finish(ticket?)?;
                RawValue::from_string(executed).map_err(|error| unencodable(&error))
            })
            .map(|done: Result<_, Error>| {
                done.map_or_else(|error| Done::Refusal(error.refusal()), Done::Executed)
            })
            .collect();
        encode(&done)
    }

    /// The commits after a position, at most `limit`, as an array.
    ///
    /// # Errors
    ///
    /// As [`PhoneSystem::events_after`].
    pub fn events_after(&self, position: u64, limit: usize) -> Result<String, Error> {
        Ok(format!("[{}]", self.system.commits_after(position, limit)?.join(",")))
    }
}

/// Of whom `name` is asked: of the organization that the call names, or of the one in the envelope.
fn subject(
    name: &str,
    named: Option<&OrganizationId>,
    envelope: Option<OrganizationId>,
) -> Result<Subject, RequestError> {
    match (named, envelope) {
        (Some(_), Some(_)) => Err(RequestError::OrganizationTwice { name: name.to_owned() }),
        (Some(named), None) => Ok(named.into()),
        (None, envelope) => Ok(envelope.into()),
    }
}

fn text(bytes: &[u8]) -> Result<&str, RequestError> {
    std::str::from_utf8(bytes).map_err(|error| RequestError::NotUtf8 {
        valid_up_to: u64::try_from(error.valid_up_to()).unwrap_or(u64::MAX),
    })
}

/// JSON Schema of every command, query and answer, as one document; the Python package is generated
/// from it.
#[cfg(feature = "schema")]
pub fn schema() -> serde_json::Value {
    use serde_json::{Map, Value, json};

    use crate::organization::Due;

    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let mut describe = |name: &str, describe: fn(&mut schemars::SchemaGenerator) -> Described| {
        let Described { organization, fields, answer } = describe(&mut generator);
        json!({ "name": name, "organization": organization, "fields": fields, "answer": answer })
    };
    let commands: Vec<Value> =
        COMMANDS.iter().map(|entry| describe(entry.name, entry.describe)).collect();
    let queries: Vec<Value> =
        QUERIES.iter().map(|entry| describe(entry.name, entry.describe)).collect();
    let errors: Vec<Value> = crate::error::ErrorCode::ALL
        .iter()
        .map(|code| json!({ "number": code.number(), "name": code.name(), "meaning": code.meaning() }))
        .collect();
    let due = generator.subschema_for::<Due>();
    let definitions: Map<String, Value> = generator.take_definitions(true);
    json!({ "commands": commands, "queries": queries, "due": due, "errors": errors, "definitions": definitions })
}
