//! The rules of a cloud phone system such as Microsoft's, as a pure state machine.
//!
//! A reseller's portal, a provisioning service or a billing system keeps in it what organizations
//! have: licences, telephone numbers, port orders, emergency addresses, credits. It knows what is
//! allowed, says why something is not, and remembers everything that happened. It needs no network,
//! reads no clock, and gives the same bytes on every machine; the C library and the Python package
//! are made of this crate.
//!
//! # How it works
//!
//! ```text
//!   command, instant, actor, key          events               commits (hash chain)
//!  ─────────────────────────────▶ decide ────────▶ one commit ─────────────────────▶ store
//!                                   ▲                  │ apply
//!                                   │ state            ▼
//!  query, instant ──────▶ answer ◀──┴──────────────── state
//! ```
//!
//! State is a value. A [command](organization::Command) is asked of it at an instant, and is
//! answered or refused; only recorded events change the state. So a dry run is the real run
//! without its commit, a refusal leaves no trace, and replaying the commits gives the same state.
//!
//! * **Time is an argument.** What ends by itself (a reservation after ten minutes, a block after
//!   its days) stores the instant of its end. Every command and query looks at a state that is
//!   brought to its own instant first, so nothing depends on how often anyone ticks.
//! * **Three streams**: an organization, its account, and the provider's stock. A command may touch
//!   several; its events are one commit. Locks are taken in that order.
//! * **Refusals teach**: the rule, its figures as fields, what would be allowed, and a
//!   [stable code](ErrorCode).
//! * **Rules have generations** (2018, 2021, 2025) and can be [overridden](rules).
//!
//! # Example
//!
//! ```
//! use phone_system_core::inventory::{Acquire, LoadStock, Reserve};
//! use phone_system_core::licensing::{BuySeats, Sku};
//! use phone_system_core::organization::Context;
//! use phone_system_core::{NumberKind, OrganizationId, PhoneSystem, Refuses, Subject};
//!
//! let system = PhoneSystem::in_memory();
//! let contoso: OrganizationId = "contoso".parse()?;
//! let mut context = Context::new("2018-04-01T09:00:00Z".parse()?, "ada".parse()?);
//!
//! let csv = "TelephoneNumber,IsoCountryCode,City,Kind\n+14255550100-+14255550199,US,Bellevue,user\n";
//! let load = LoadStock { csv: csv.into(), mode: Default::default() };
//! system.execute(Subject::Provider, &load, &context)?;
//!
//! system.execute(&contoso, &BuySeats { sku: Sku::E5, seats: 20 }, &context)?;
//! system.execute(&contoso, &BuySeats { sku: Sku::Domestic, seats: 20 }, &context)?;
//!
//! // 20 calling plans entitle to 20 × 1.1 + 10 = 32 numbers.
//! let mut reserve =
//!     Reserve { kind: NumberKind::User, country: "US".parse()?, state: None, city: None, quantity: 33 };
//! let refused = system.execute(&contoso, &reserve, &context).unwrap_err();
//! assert_eq!(refused.code().name(), "inventory.allowance_exceeded");
//!
//! reserve.quantity = 32;
//! let order = system.execute(&contoso, &reserve, &context)?.answer.order;
//! context.at = "2018-04-01T09:10:00Z".parse()?; // ten minutes later, to the microsecond
//! let refused = system.execute(&contoso, &Acquire { order, numbers: None }, &context).unwrap_err();
//! assert_eq!(refused.code().name(), "inventory.order_expired");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The rooms
//!
//! | floor | modules |
//! | --- | --- |
//! | top | [`json`]: commands and queries as JSON, for C and Python |
//! | | [`setup`]: the ten steps to a working phone system |
//! | | [`system`]: many organizations over one store; locks, tickets, readers; live calls |
//! | | [`organization`]: one customer; the rules that span domains; every command and query |
//! | domains, which do not know each other | [`licensing`], [`inventory`], [`porting`], [`address`], [`billing`], [`capacity`], [`voice`] |
//! | beside | [`store`]: where commits are kept, in memory or in a file; [`reference`](mod@reference): what is given from outside; [`country`]: what is sold where |
//! | ground | [`error`], [`rules`], [`number`], [`money`], [`seed`], [`time`], [`text`], [`hash`], [`draft`], [`bulk`], [`map`] |
//!
//! No arrow runs up.
//!
//! # Features
//!
//! | feature | adds | default |
//! | --- | --- | --- |
//! | `redb` | [`store::RedbStore`]: a durable store in one file | yes |
//! | `phonenumber` | conversions to and from the crate of that name | no |
//! | `schema` | `json::schema()`: JSON Schema of every command, query and answer | no |
//!
//! A feature never changes what the crate does without it.
//!
//! # What it does not do
//!
//! Sign-in, call control in clients, devices, prices of licences, voicemail set-up, Cloud
//! Connector. It sends nothing anywhere.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails"))]

pub mod address;
pub mod billing;
pub mod bulk;
pub mod capacity;
pub mod country;
pub mod draft;
pub mod error;
mod finder;
pub mod hash;
pub mod inventory;
pub mod json;
pub mod licensing;
pub mod map;
pub mod money;
pub mod number;
pub mod organization;
pub mod porting;
pub mod reference;
pub mod rules;
pub mod seed;
pub mod setup;
pub mod store;
pub mod system;
mod table;
pub mod text;
pub mod time;
pub mod voice;
mod written;

/// Documents that stand beside the code.
pub mod _documentation {
    /// The reasons behind the design.
    #[doc = include_str!("../../docs/design.md")]
    pub mod design {}

    /// What a store holds, byte by byte.
    #[doc = include_str!("../../docs/storage-format.md")]
    pub mod storage_format {}
}

pub use error::{ErrorCode, Refusal, Refuses};
pub use number::{NumberKind, NumberList, PhoneNumber};
pub use organization::Context;
pub use system::{Error, Executed, PhoneSystem, Subject, Ticket};
pub use text::OrganizationId;
pub use time::{Duration, Timestamp};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
