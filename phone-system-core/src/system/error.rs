//! Why a system says no: what is wrong with the request itself, or with the store, or what the
//! organization says.

use crate::error::{ErrorCode, Figures, Refuses, refusals};
use crate::text::Key;
use crate::time::{Duration, Timestamp};
use crate::{organization, store};

refusals! {
    /// What is wrong with a request before any rule is asked.
    pub enum RequestError {
        NotUtf8 = NotUtf8 { valid_up_to: u64 }
            => "the bytes are not UTF-8 from byte {valid_up_to} on",
        Malformed = Malformed { part: String, problem: String }
            => "the {part} is not the JSON that was asked for: {problem}",
        UnknownCommand = UnknownCommand { name: String }
            => "there is no command `{name}`",
        UnknownQuery = UnknownQuery { name: String }
            => "there is no query `{name}`",
        OrganizationMissing = OrganizationMissing { name: String }
            => "`{name}` is asked of an organization; name one",
        OrganizationUnexpected = OrganizationUnexpected { name: String }
            => "`{name}` is asked of the provider; name no organization",
        OrganizationTwice = OrganizationUnexpected { name: String }
            => "`{name}` is asked of an organization that is named already; leave it out of the envelope",
        KeyReused = KeyReused { key: Key, position: u64, command: String }
            => "the key `{key}` was used for `{command}` at position {position}, with other fields or another command",
        InstantBeforeLast = InstantBeforeLast { at: Timestamp, last: Timestamp, tolerance: Duration }
            => "{at} lies before {last}, the last instant recorded, by more than {tolerance}",
        TicketUnknown = TicketUnknown { ticket: u64 }
            => "there is no open ticket {ticket}",
    }
}

/// Why a system says no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What is wrong with the request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A rule of the organization or the provider.
    #[error(transparent)]
    Rule(#[from] organization::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    fn inner(&self) -> &dyn Refuses {
        match self {
            Self::Request(error) => error,
            Self::Rule(error) => error,
            Self::Store(error) => error,
        }
    }
}

impl Refuses for Error {
    fn code(&self) -> ErrorCode {
        self.inner().code()
    }

    fn figures(&self) -> Figures {
        self.inner().figures()
    }
}

impl From<crate::draft::Inconsistent> for Error {
    fn from(error: crate::draft::Inconsistent) -> Self {
        Self::Rule(error.into())
    }
}
