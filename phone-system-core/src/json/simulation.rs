//! Simulations whose progress is told.

use std::ops::ControlFlow;

use super::{JsonSystem, QueryEnvelope, encode, object, subject, text};
use crate::capacity::simulation::Simulate;
use crate::organization::Query as _;
use crate::system::{Error, RequestError};

impl JsonSystem {
    /// Asks for `capacity.simulate`, as [`query`](Self::query) does, and tells `progress` how many hours
    /// of how many are simulated, at least once each hour; it stops the simulation by breaking.
    ///
    /// # Errors
    ///
    /// `envelope.unknown_query` if another query is asked; else as
    /// [`PhoneSystem::simulate`](crate::PhoneSystem::simulate).
    pub fn simulate(
        &self,
        envelope: &[u8],
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<String, Error> {
        let envelope: QueryEnvelope<'_> = object("envelope", text(envelope)?)?;
        let name = envelope.query.name;
        if name != Simulate::NAME {
            return Err(RequestError::UnknownQuery { name }.into());
        }
        let asked: Simulate = object(&format!("query `{name}`"), envelope.query.fields.get())?;
        let subject = subject(&name, None, envelope.organization)?;
        encode(&self.system().simulate(subject, &asked, envelope.at, progress)?)
    }
}
