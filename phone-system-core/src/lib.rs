//! The rules of a cloud phone system such as Microsoft's, as a pure state machine.
pub mod billing;
pub mod bulk;
pub mod draft;
pub mod error;
pub mod inventory;
pub mod json;
pub mod licensing;
pub mod map;
pub mod number;
pub mod organization;
pub mod porting;
pub mod rules;
pub mod store;
pub mod system;
mod table;
pub mod text;
pub mod time;

pub use error::{ErrorCode, Refusal, Refuses};
pub use number::{NumberKind, NumberList, PhoneNumber};
pub use organization::Context;
pub use system::{Error, Executed, PhoneSystem, Subject, Ticket};
pub use text::OrganizationId;
pub use time::{Duration, Timestamp};
