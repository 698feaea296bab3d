//! `PhoneSystem`: many organizations over one store.
//!
//! A command takes the locks of the streams that it touches, in the order organization, account,
//! stock; works on drafts; has its commit put into the log; publishes the drafts. It is
//! acknowledged when its commit is durable. Readers take no part in this: a query reads what was
//! published last, brought to its own instant. Only who asks for history reads the log too.

mod calls;
mod checkpoint;
mod commit;
mod entries;
mod error;
mod export;
mod given;
mod history;
mod keys;
mod locked;
mod log;
mod organizations;
mod replay;
mod stream;
mod verify;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, RwLock};

use serde::Serialize;

pub use calls::{AdoptedCall, Begun, OwnedLine};
pub use checkpoint::Anchor;
pub use commit::{Commit, Header, Part, Payload, event_names};
pub use error::{Error, RequestError};
pub use export::{Archived, Exported, Imported};
pub use verify::Verified;

use crate::billing::Account;
use crate::bulk::Refused;
use crate::capacity::Gate;
use crate::hash::Hash;
use crate::inventory::Stock;
use crate::organization::{Command, Context, Due, Query, State, Touches, View};
use crate::reference::Reference;
use crate::store::{self, MemoryStore, Record, Store};
use crate::text::{Key, OrganizationId};
use crate::time::{Duration, Timestamp};
use checkpoint::Checkpoint;
use keys::Keys;
use locked::{Locked, Parts, States, draft};
use log::{Log, lock};
use organizations::Organizations;
use replay::{Replay, ReplayedOrganization};
use stream::{Stream, take};

/// Of whom something is asked: an organization, or the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One customer.
    Organization(OrganizationId),
    /// The owner of the stock.
    Provider,
}

impl From<&OrganizationId> for Subject {
    fn from(organization: &OrganizationId) -> Self {
        Self::Organization(organization.clone())
    }
}

impl From<Option<OrganizationId>> for Subject {
    fn from(organization: Option<OrganizationId>) -> Self {
        organization.map_or(Self::Provider, Self::Organization)
    }
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Executed<A> {
    /// Where its commit is; none for a dry run, and for a command that had nothing to do. For a key
    /// that was used before, also in a dry run, that of the first time.
    pub position: Option<u64>,
    /// The instant at which it was decided: the one asked for, or the last one recorded if that is
    /// later by no more than the tolerance.
    pub at: Timestamp,
    /// What it answers.
    pub answer: A,
    /// Items of its list that were refused.
    pub refused: Vec<Refused>,
    /// What something outside has to be done about; left out of JSON if it is nothing.
    #[serde(skip_serializing_if = "Due::is_nothing")]
    pub due: Due,
}

impl<A> Executed<A> {
    /// What needed no decision.
    pub(crate) fn always(at: Timestamp, answer: A) -> Self {
        Self { position: None, at, answer, refused: Vec::new(), due: Due::default() }
    }
}

/// A command that is decided and not yet acknowledged; see [`PhoneSystem::wait`].
#[derive(Debug)]
#[must_use = "what was submitted is acknowledged only when it is waited for"]
pub struct Ticket<A> {
    executed: Executed<A>,
    /// The log, and the position there that has to be durable first.
    durable: Option<(Arc<Log>, u64)>,
}

/// How a system behaves, beside the rules of its organizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How far an instant may lie before the last one recorded and still be taken, as that last
    /// one. One minute; the figure is ours.
    pub tolerance: Duration,
    /// How many bytes of commits there may be since the last checkpoint before the next one is
    /// taken, by whoever waits for a commit then; none for never. 64 MiB; the figure is ours.
    ///
    /// A checkpoint is as long as the states of the streams that changed, and is also put off until
    /// the commits since the last one are as long as all states.
    pub checkpoint_after: Option<u64>,
    /// Leaves a checkpoint aside when a store is opened, and applies every commit instead.
    pub from_start: bool,
}

impl Default for Options {
    fn default() -> Self {
        let checkpoint_after = Some(64 << 20);
        Self { tolerance: Duration::from_minutes(1), checkpoint_after, from_start: false }
    }
}

#[derive(Default)]
struct Organization {
    state: Stream<State>,
    account: Stream<Account>,
    keys: Mutex<Keys>,
}

impl fmt::Debug for Organization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Organization").finish_non_exhaustive()
    }
}

/// Many organizations and the provider's stock, over one store of commits.
///
/// It can be shared between threads; every method takes `&self`. It reads no clock, sends nothing,
/// and has no thread of its own.
///
/// The instants of its callers are believed: one that lies years ahead is recorded, and what comes
/// after it with an earlier one is refused, by all organizations if it touched the stock. Endings
/// that nobody recorded are reckoned anew by each query; a system that is only asked and never
/// changed should be sent `organization.advance_to` and `stock.advance_to` from time to time.
///
/// ```
/// use phone_system_core::licensing::{BuySeats, Sku};
/// use phone_system_core::organization::{Context, Seats};
/// use phone_system_core::{OrganizationId, PhoneSystem};
///
/// let system = PhoneSystem::in_memory();
/// let contoso: OrganizationId = "contoso".parse()?;
/// let context = Context::new("2018-04-01T09:00:00Z".parse()?, "ada".parse()?);
///
/// let bought = system.execute(&contoso, &BuySeats { sku: Sku::E5, seats: 20 }, &context)?;
/// assert_eq!(bought.answer.bought, 20);
/// let seats = system.query(&contoso, &Seats {}, context.at)?;
/// assert_eq!(seats.seats[0].free, 20);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PhoneSystem {
    options: Options,
    organizations: Organizations,
    stock: Stream<Stock>,
    provider_keys: Mutex<Keys>,
    reference: RwLock<Arc<Reference>>,
    gate: Gate,
    log: Arc<Log>,
    /// The last one that was taken; locked while the next one is.
    checkpoint: Mutex<Checkpoint>,
}

impl PhoneSystem {
    /// A system that lasts as long as the process.
    pub fn in_memory() -> Self {
        let options = Options { checkpoint_after: None, ..Options::default() };
        let store = Arc::new(MemoryStore::default());
        Self::over(Replay::default(), Checkpoint::default(), store, options)
    }

    /// Opens a store: what its last checkpoint has is read, and every commit after it verified and
    /// applied.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if the store cannot be read, or holds what was not written to it; the
    /// position is named. `store.newer` and `store.event_unknown` if a newer version wrote to it.
    pub fn open(store: impl Store + 'static, options: Options) -> Result<Self, Error> {
        let mut checkpoint = Checkpoint::load(&store)?;
        if options.from_start {
            checkpoint.leave_states_aside()?;
        }
        let replay = checkpoint.replay(&store)?;
        Ok(Self::over(replay, checkpoint, Arc::new(store), options))
    }

    /// Makes everything durable that was decided, and takes a checkpoint if there are more commits
    /// since the last one than are applied in an instant, so that the store is opened quickly.
    ///
    /// A system that is dropped without it keeps everything that was waited for, and may lose what
    /// was submitted and never waited for.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if it could not be kept.
    pub fn close(self) -> Result<(), Error> {
        self.settle()
    }

    /// What [`close`](Self::close) does, for those who share the system.
    pub(crate) fn settle(&self) -> Result<(), Error> {
        self.log.flush()?;
        let due = self.options.checkpoint_after.map(|after| after.min(CLOSE_AFTER));
        if due.is_some_and(|due| self.log.since_checkpoint() >= due) {
            self.checkpoint()?;
        }
        Ok(())
    }

    fn over(
        replay: Replay,
        checkpoint: Checkpoint,
        store: Arc<dyn Store>,
        options: Options,
    ) -> Self {
        let log = Log::new(store, replay.position, replay.hash, replay.bytes);
        let organizations = replay.organizations.into_iter().map(|(id, organization)| {
            let ReplayedOrganization { state, account, keys } = organization;
            let organization = Organization {
                state: Stream::from(state),
                account: Stream::from(account),
                keys: Mutex::new(keys),
            };
            (id, organization)
        });
        Self {
            options,
            organizations: organizations.collect(),
            stock: Stream::from(replay.stock),
            provider_keys: Mutex::new(replay.provider_keys),
            reference: RwLock::default(),
            gate: Gate::default(),
            log: Arc::new(log),
            checkpoint: Mutex::new(checkpoint),
        }
    }

    /// Asks for a command and waits until it is durable.
    ///
    /// # Errors
    ///
    /// * [`Error::Request`] if the command is asked of the wrong subject, its key was used for
    ///   another command, or its instant lies too far before the last one recorded;
    /// * [`Error::Rule`] if a rule refuses it; nothing has changed then;
    /// * [`Error::Store`] if its commit could not be kept.
    pub fn execute<C: Command>(
        &self,
        subject: impl Into<Subject>,
        command: &C,
        context: &Context,
    ) -> Result<Executed<C::Answer>, Error> {
        self.wait(self.submit(subject, command, context)?)
    }

    /// Asks for a command and does not wait until it is durable.
    ///
    /// Readers may see what it did before it is acknowledged by [`wait`](Self::wait). Many that are
    /// submitted and then waited for are made durable together.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub fn submit<C: Command>(
        &self,
        subject: impl Into<Subject>,
        command: &C,
        context: &Context,
    ) -> Result<Ticket<C::Answer>, Error> {
        self.run(&subject.into(), command, context, false)
    }

    /// Waits until what was submitted is durable: its acknowledgement.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if the commit could not be kept; whether it was is then unknown until the
    /// store is opened anew.
    pub fn wait<A>(&self, ticket: Ticket<A>) -> Result<Executed<A>, Error> {
        if let Some((log, position)) = ticket.durable {
            log.wait(position)?;
            self.checkpoint_if_due();
        }
        Ok(ticket.executed)
    }

    /// Asks for many commands, each by itself, and makes them durable together.
    ///
    /// The answers are in the order of the requests; one that is refused does not hinder the others.
    pub fn execute_batch<'a, C: Command + 'a>(
        &self,
        requests: impl IntoIterator<Item = (Subject, &'a C, &'a Context)>,
    ) -> Vec<Result<Executed<C::Answer>, Error>> {
        let tickets: Vec<_> = requests
            .into_iter()
            .map(|(subject, command, context)| self.submit(subject, command, context))
            .collect();
        tickets.into_iter().map(|ticket| self.wait(ticket?)).collect()
    }

    /// What a command would do now: the same answer and the same refusals, and nothing is changed.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute), but for the store.
    pub fn dry_run<C: Command>(
        &self,
        subject: impl Into<Subject>,
        command: &C,
        context: &Context,
    ) -> Result<Executed<C::Answer>, Error> {
        Ok(self.run(&subject.into(), command, context, true)?.executed)
    }

    /// Asks a question at an instant.
    ///
    /// # Errors
    ///
    /// * [`Error::Request`] if it is asked of the wrong subject, or at an instant too far before
    ///   the last one recorded;
    /// * [`Error::Rule`] if it has no answer;
    /// * [`Error::Store`] if an append has failed: what is in memory is then more than was kept; and if
    ///   a query of what happened earlier cannot read it, or it was archived.
    pub fn query<Q: Query>(
        &self,
        subject: impl Into<Subject>,
        query: &Q,
        at: Timestamp,
    ) -> Result<Q::Answer, Error> {
        let subject = subject.into();
        let owner = Self::owner(&subject, Q::NAME, Q::TOUCHES)?;
        // After a failed append the published states hold what was not kept.
        self.log.check()?;
        let organization = owner.and_then(|id| self.organizations.find(id));
        let Touches { organization: own, account, stock } = Q::TOUCHES;
        let state = organization.filter(|_| own).map(|organization| organization.state.read());
        let account =
            organization.filter(|_| account).map(|organization| organization.account.read());
        let stock = stock.then(|| self.stock.read());
        let last = [
            state.as_ref().and_then(|published| published.last),
            account.as_ref().and_then(|published| published.last),
            stock.as_ref().and_then(|published| published.last),
        ];
        let at = self.effective(at, last)?;
        let entries = match (query.entries_since(at)?, owner, &account) {
            (Some(since), Some(id), Some(account)) => self.entries_since(id, account, since)?,
            _ => Vec::new(),
        };
        let view = View {
            at,
            organization: draft(state.as_ref(), at)?,
            account: draft(account.as_ref(), at)?,
            stock: draft(stock.as_ref(), at)?,
            entries,
            reference: self.reference(),
        };
        Ok(query.answer(&view)?)
    }

    /// The state of an organization as it was published last; for comparing and inspecting.
    pub fn snapshot(&self, organization: &OrganizationId) -> (Arc<State>, Arc<Account>) {
        self.organizations
            .find(organization)
            .map(|found| (found.state.read().state, found.account.read().state))
            .unwrap_or_default()
    }

    /// The stock as it was published last; for comparing and inspecting.
    pub fn stock_snapshot(&self) -> Arc<Stock> {
        self.stock.read().state
    }

    /// The organization of the subject, if what is asked is an organization's.
    fn owner<'a>(
        subject: &'a Subject,
        name: &str,
        touches: Touches,
    ) -> Result<Option<&'a OrganizationId>, RequestError> {
        match subject {
            _ if touches == Touches::NOTHING => Ok(None),
            Subject::Organization(id) if touches.needs_organization() => Ok(Some(id)),
            Subject::Provider if !touches.needs_organization() => Ok(None),
            Subject::Organization(_) => {
                Err(RequestError::OrganizationUnexpected { name: name.to_owned() })
            }
            Subject::Provider => Err(RequestError::OrganizationMissing { name: name.to_owned() }),
        }
    }

    /// The instant at which something asked at `at` is looked at.
    fn effective(
        &self,
        at: Timestamp,
        last: [Option<Timestamp>; 3],
    ) -> Result<Timestamp, RequestError> {
        let Some(last) = last.into_iter().flatten().max().filter(|last| *last > at) else {
            return Ok(at);
        };
        let tolerance = self.options.tolerance;
        if last.since(at) > tolerance {
            return Err(RequestError::InstantBeforeLast { at, last, tolerance });
        }
        Ok(last)
    }

    fn run<C: Command>(
        &self,
        subject: &Subject,
        command: &C,
        context: &Context,
        dry: bool,
    ) -> Result<Ticket<C::Answer>, Error> {
        if let Some(answer) = command.always() {
            return Ok(Executed::always(context.at, answer).into());
        }
        let owner = Self::owner(subject, C::NAME, C::TOUCHES)?;
        self.log.check()?;
        let organization = owner.map(|id| self.organizations.find_or_add(id).as_ref());
        let command_hash = hash_of(command)?;
        // Held until the commit is in the log, so that two of the same key are never both decided.
        let mut keys = context.key.as_ref().map(|key| {
            (
                key,
                lock(
                    organization
                        .as_ref()
                        .map_or(&self.provider_keys, |organization| &organization.keys),
                ),
            )
        });
        if let Some((key, known)) = &keys
            && let Some((position, hash)) = known.get(key)
        {
            return self.repeat(command, key, position, hash == command_hash);
        }

        let mut locked = self.lock(organization, C::TOUCHES);
        let at = self.effective(context.at, locked.last())?;
        let mut drafts = locked.drafts(owner, self.reference(), at)?;
        let context_then = if at == context.at {
            Cow::Borrowed(context)
        } else {
            Cow::Owned(Context { at, ..context.clone() })
        };
        let refused = command.decide(&mut drafts, &context_then)?;
        locked.check(&drafts)?;
        let outcome = drafts.outcome(&refused);
        let (answer, due) = (command.answer(&outcome)?, outcome.due());
        let nothing = drafts.organization.is_unchanged()
            && drafts.account.is_unchanged()
            && drafts.stock.is_unchanged();
        if dry || (nothing && refused.is_empty() && keys.is_none()) {
            let executed = Executed { position: None, at, answer, refused, due };
            return Ok(Ticket { executed, durable: None });
        }

        let parts = Parts::of(drafts, &locked, at);
        let payload = Payload { refused, ..parts.payload };
        let text = payload.encode()?;
        let mut header = Header {
            format: commit::FORMAT,
            position: 0,
            organization: owner.cloned(),
            streams: parts.streams,
            at,
            skew: at.since(context.at),
            actor: context.actor.clone(),
            key: context.key.clone(),
            command: C::NAME.to_owned(),
            command_hash,
            payload: Hash::of(&text),
            previous: Hash::default(),
        };
        let position = self.log.push(|position, previous| {
            (header.position, header.previous) = (position, previous);
            let (bytes, hash) = commit::encode(&header, &text)?;
            Ok((Record { position, bytes }, hash))
        })?;
        locked.note(position, &parts.states);
        self.publish(organization, parts.states);
        if let Some((key, known)) = &mut keys {
            known.insert((*key).clone(), (position, command_hash));
        }
        let refused = payload.refused;
        let executed = Executed { position: Some(position), at, answer, refused, due };
        Ok(Ticket { executed, durable: Some((Arc::clone(&self.log), position)) })
    }

    /// The answer of a command whose key was used before, rebuilt from its commit.
    fn repeat<C: Command>(
        &self,
        command: &C,
        key: &Key,
        position: u64,
        same: bool,
    ) -> Result<Ticket<C::Answer>, Error> {
        let records = self.records_after(position.saturating_sub(1), 1)?;
        let missing = || store::Error::Corrupt { position, problem: "it is not there".to_owned() };
        let record = records.first().ok_or_else(missing)?;
        let commit = Commit::read(position, &record.bytes)?;
        if !same {
            let command = commit.header.command;
            return Err(RequestError::KeyReused { key: key.clone(), position, command }.into());
        }
        let outcome = commit.payload.outcome();
        let (answer, due) = (command.answer(&outcome)?, outcome.due());
        let (at, refused) = (commit.header.at, commit.payload.refused);
        let executed = Executed { position: Some(position), at, answer, refused, due };
        Ok(Ticket { executed, durable: Some((Arc::clone(&self.log), position)) })
    }

    fn lock<'a>(&'a self, organization: Option<&'a Organization>, touches: Touches) -> Locked<'a> {
        Locked {
            organization: organization
                .filter(|_| touches.organization)
                .map(|found| take(&found.state)),
            account: organization.filter(|_| touches.account).map(|found| take(&found.account)),
            stock: touches.stock.then(|| take(&self.stock)),
        }
    }

    fn publish(&self, organization: Option<&Organization>, states: States) {
        if let (Some(state), Some(organization)) = (states.organization, organization) {
            organization.state.publish(state);
        }
        if let (Some(account), Some(organization)) = (states.account, organization) {
            organization.account.publish(account);
        }
        if let Some(stock) = states.stock {
            self.stock.publish(stock);
        }
    }
}

/// How many bytes of commits may be left for the next opening when a system is closed; they are
/// applied in some milliseconds.
const CLOSE_AFTER: u64 = 1 << 20;

/// Room for the name and the fields of a small command, so that they are written without being moved.
const COMMAND: usize = 256;

/// The hash of a command's name and fields; what it is asked with (instant, actor) is not part of it.
fn hash_of<C: Command>(command: &C) -> Result<Hash, Error> {
    let mut text = Vec::with_capacity(COMMAND);
    text.extend_from_slice(C::NAME.as_bytes());
    text.push(b'\n');
    serde_json::to_writer(&mut text, command).map_err(|error| commit::unencodable(0, &error))?;
    Ok(Hash::of(&text))
}

impl<A> Ticket<A> {
    /// The same ticket with another form of the answer.
    pub(crate) fn try_map<B>(
        self,
        form: impl FnOnce(A) -> Result<B, Error>,
    ) -> Result<Ticket<B>, Error> {
        let Executed { position, at, answer, refused, due } = self.executed;
        let executed = Executed { position, at, answer: form(answer)?, refused, due };
        Ok(Ticket { executed, durable: self.durable })
    }
}

impl<A> From<Executed<A>> for Ticket<A> {
    /// A ticket for what needs no waiting.
    fn from(executed: Executed<A>) -> Self {
        Self { executed, durable: None }
    }
}
