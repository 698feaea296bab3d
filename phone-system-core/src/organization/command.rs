//! What a command and a query are.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Error, Event, State};
use crate::billing::{self, Account, Entry, FundsAdded, NoticeDue, RechargeRequested};
use crate::bulk::Refused;
use crate::draft::{Draft, Inconsistent};
use crate::inventory::{Stock, StockEvent};
use crate::reference::Reference;
use crate::seed::Seed;
use crate::text::{Actor, Key, OrganizationId};
use crate::time::Timestamp;

/// Everything that a command needs from outside: plain data, no clock, no chance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The instant at which the command is asked.
    pub at: Timestamp,
    /// Who asks, for the record.
    pub actor: Actor,
    /// Makes a retry harmless: the same key with the same command answers the same and does nothing.
    /// A refusal is not remembered: the same key may be used again.
    pub key: Option<Key>,
    /// What chance is drawn from.
    pub seed: Option<Seed>,
}

impl Context {
    /// A context without key and seed.
    pub fn new(at: Timestamp, actor: Actor) -> Self {
        Self { at, actor, key: None, seed: None }
    }

    /// The same with a key.
    #[must_use]
    pub fn with_key(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }
}

/// Which streams a command changes or a query reads. Locks are taken in the order of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touches {
    /// An organization's own stream.
    pub organization: bool,
    /// An organization's account.
    pub account: bool,
    /// The provider's stock.
    pub stock: bool,
}

impl Touches {
    /// An organization alone.
    pub const ORGANIZATION: Self = Self { organization: true, account: false, stock: false };
    /// An organization and the stock.
    pub const ORGANIZATION_AND_STOCK: Self =
        Self { organization: true, account: false, stock: true };
    /// An organization and its account.
    pub const ORGANIZATION_AND_ACCOUNT: Self =
        Self { organization: true, account: true, stock: false };
    /// An organization's account alone.
    pub const ACCOUNT: Self = Self { organization: false, account: true, stock: false };
    /// An organization, its account and the stock.
    pub const ALL: Self = Self { organization: true, account: true, stock: true };
    /// Nothing: anyone may ask.
    pub const NOTHING: Self = Self { organization: false, account: false, stock: false };
    /// The stock alone: the provider's.
    pub const STOCK: Self = Self { organization: false, account: false, stock: true };

    /// Whether an organization has to be named.
    pub const fn needs_organization(self) -> bool {
        self.organization || self.account
    }
}

/// The drafts that a command works on, of the instant at which it is decided; those of streams that it
/// does not touch are empty.
#[derive(Debug)]
pub struct Drafts {
    /// Whose they are; none for the provider's commands.
    pub owner: Option<OrganizationId>,
    /// The organization.
    pub organization: Draft<State>,
    /// Its account.
    pub account: Draft<Account>,
    /// The provider's stock.
    pub stock: Draft<Stock>,
    /// What is given from outside.
    pub reference: Arc<Reference>,
}

impl Drafts {
    pub(crate) fn outcome<'a>(&'a self, refused: &'a [Refused]) -> Outcome<'a> {
        Outcome {
            organization: Cow::Borrowed(self.organization.events()),
            account: Cow::Borrowed(self.account.events()),
            account_ended: Cow::Borrowed(self.account.ended()),
            stock: Cow::Borrowed(self.stock.events()),
            refused,
        }
    }
}

/// What a command recorded, from which its answer is built: the same whether it was just decided
/// or is read back from its commit.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// Events of the organization.
    pub organization: Cow<'a, [Event]>,
    /// Events of its account.
    pub account: Cow<'a, [billing::Event]>,
    /// What had come to its end on the account before the command.
    pub account_ended: Cow<'a, [billing::Event]>,
    /// Events of the stock.
    pub stock: Cow<'a, [StockEvent]>,
    /// Items that were refused.
    pub refused: &'a [Refused],
}

/// What something outside has to be done about, because of a command or of what had come to its end
/// before it: told once, with the command whose commit records it, and again if that is asked for again
/// by its key. Of a dry run, what would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Due {
    /// The recharge that is to be paid, and then reported by `billing.report_recharge`. The account
    /// has it as pending until then.
    pub requested: Option<RechargeRequested>,
    /// What administrators are to be told, in the order in which it happened.
    pub notices: Vec<NoticeDue>,
}

impl Due {
    /// Whether nothing has to be done.
    pub fn is_nothing(&self) -> bool {
        self.requested.is_none() && self.notices.is_empty()
    }
}

impl Outcome<'_> {
    pub(crate) fn due(&self) -> Due {
        use billing::Event;

        let mut due = Due::default();
        for event in self.account_ended.iter().chain(self.account.iter()) {
            match event {
                Event::RechargeRequested(event) => due.requested = Some(event.clone()),
                // Of what had been asked for before the command, it may be the command that answers it.
                Event::FundsAdded(FundsAdded { recharge: Some(_), .. })
                | Event::RechargeFailed(_) => due.requested = None,
                Event::NoticeDue(event) => due.notices.push(event.clone()),
                _ => {}
            }
        }
        due
    }
}

/// What a query reads: each state as it stands at the instant asked for; those that it does not touch
/// are empty.
#[derive(Debug)]
pub struct View {
    /// The instant.
    pub at: Timestamp,
    /// The organization.
    pub organization: Draft<State>,
    /// Its account.
    pub account: Draft<Account>,
    /// The provider's stock.
    pub stock: Draft<Stock>,
    /// What moved in the account's ledger, for a query that [asks for it](Query::entries_since).
    pub entries: Vec<Entry>,
    /// What is given from outside.
    pub reference: Arc<Reference>,
}

/// Something that an organization, or the provider, can be asked to do.
///
/// It is a plain struct: its fields are its JSON in C and its keyword arguments in Python.
pub trait Command: Serialize + DeserializeOwned {
    /// Its dotted name.
    const NAME: &'static str;
    /// The streams that it changes.
    const TOUCHES: Touches;
    /// What it answers.
    type Answer: Serialize;

    /// What is answered before anything else is looked at, whatever the state of anything, and without
    /// a record: a call to an emergency service passes. Of other commands nothing is.
    fn always(&self) -> Option<Self::Answer> {
        None
    }

    /// Decides at `context.at`, recording on the drafts; answers the items that were refused.
    ///
    /// # Errors
    ///
    /// Why it is refused; the drafts are then dropped.
    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Result<Vec<Refused>, Error>;

    /// The answer, from what was recorded.
    ///
    /// # Errors
    ///
    /// [`Inconsistent`] if what the answer tells was not recorded, which is a defect.
    fn answer(&self, outcome: &Outcome<'_>) -> Result<Self::Answer, Inconsistent>;
}

/// Something that can be asked and changes nothing.
pub trait Query: Serialize + DeserializeOwned {
    /// Its dotted name.
    const NAME: &'static str;
    /// The streams that it reads.
    const TOUCHES: Touches;
    /// What it answers.
    type Answer: Serialize;

    /// Since when it has to know, at `at`, what moved in the ledger of the account, which is one of the
    /// streams that it reads; none of it if it need not.
    ///
    /// # Errors
    ///
    /// Why there is no answer, whatever moved.
    fn entries_since(&self, at: Timestamp) -> Result<Option<Timestamp>, Error> {
        let _ = at;
        Ok(None)
    }

    /// The answer at `view.at`.
    ///
    /// # Errors
    ///
    /// Why there is none.
    fn answer(&self, view: &View) -> Result<Self::Answer, Error>;
}
