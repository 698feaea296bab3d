//! What is asked of the gate beside admitting calls: limits that are shared, permits, samples.

use serde::{Deserialize, Serialize};

use super::{JsonSystem, WITHOUT_PLACE, encode, object, text};
use crate::capacity::{Limits, Load, Occupancy, Scope, Share, View, Way};
use crate::number::PhoneNumber;
use crate::organization;
use crate::system::{AdoptedCall, Error};
use crate::text::OrganizationId;
use crate::time::Timestamp;

/// What [`JsonSystem::gate`] takes.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Asked {
    SetLimits { scope: Scope, limits: Limits },
    Join { number: PhoneNumber, scopes: Vec<Scope> },
    Adopt(Call),
    AdoptCalls { organization: OrganizationId, at: Timestamp },
    Transfer { permit: u64, to: Call },
    Renew { permit: u64, ends_at: Option<Timestamp> },
    Expire { at: Timestamp },
    Sample { at: Timestamp },
    Loads { of: Counted, view: View },
    Occupancy { scope: Scope, share: Share },
}

/// A call on a number of an organization.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    organization: OrganizationId,
    number: PhoneNumber,
    way: Way,
    #[serde(default)]
    ends_at: Option<Timestamp>,
}

/// Whose calls are counted.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Counted {
    Number(PhoneNumber),
    Scope(Scope),
}

/// What it answers.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    /// Nothing is to be told.
    Done(bool),
    /// A permit's new number.
    Permit(u64),
    /// Permits whose time had come.
    Ended(u64),
    Calls(Vec<AdoptedCall>),
    Loads(Vec<Load>),
    /// None if the scope has no such limit.
    Occupancy(Option<Shared>),
}

#[derive(Serialize)]
struct Shared {
    in_use: u32,
    peak: u32,
    admitted: u64,
    refused: u64,
    emergency: u64,
    /// Calls that were let through above the limit, as a burst.
    bursts: u64,
}

impl JsonSystem {
    /// Asks the gate for something beside admitting a call, one of:
    ///
    /// * `{"set_limits": {"scope": "trunk:west", "limits": {"two_way": 23, "burst": 2}}}`,
    ///   `{"join": {"number", "scopes": ["trunk:west"]}}`, `{"sample": {"at"}}`, answered by
    ///   `{"done": true}`;
    /// * `{"adopt": {"organization", "number", "way", "ends_at"}}`,
    ///   `{"transfer": {"permit", "to": {"organization", "number", "way", "ends_at"}}}`,
    ///   `{"renew": {"permit", "ends_at"}}`, answered by `{"permit": 7}`;
    /// * `{"adopt_calls": {"organization", "at"}}`, answered by
    ///   `{"calls": [{"call", "number", "permit"}]}`;
    /// * `{"expire": {"at"}}`, answered by `{"ended": 3}`;
    /// * `{"loads": {"of": {"number"}, "view": "hours"}}`, or of `{"scope"}`, answered by
    ///   `{"loads": [{"begins", "most", "carried"}]}`;
    /// * `{"occupancy": {"scope", "share": "two_way"}}`, answered by `{"occupancy": {"in_use", "peak",
    ///   "admitted", "refused", "emergency", "bursts"}}`, or null without such a limit.
    ///
    /// `ends_at` may be left out, for a permit that does not end by itself. A permit of an emergency call
    /// that takes no place, 0, stays 0.
    ///
    /// # Errors
    ///
    /// `envelope.malformed`; `inventory.number_unknown` if the organization does not own the number;
    /// `capacity.limit_reached` if it carries no call more; `capacity.permit_unknown` as
    /// [`release`](Self::release).
    pub fn gate(&self, asked: &[u8]) -> Result<String, Error> {
        let gate = self.system().gate();
        let rule = |error: crate::capacity::Error| Error::Rule(organization::Error::from(error));
        let told = match object("question to the gate", text(asked)?)? {
            Asked::SetLimits { scope, limits } => {
                gate.set_limits(&scope, limits);
                Told::Done(true)
            }
            Asked::Join { number, scopes } => {
                gate.join(number, &scopes);
                Told::Done(true)
            }
            Asked::Sample { at } => {
                gate.sample(at);
                Told::Done(true)
            }
            Asked::Adopt(Call { organization, number, way, ends_at }) => {
                // The number's limit holds for the calls after it.
                self.system().line(&organization, number)?;
                Told::Permit(self.keep(gate.line(number).adopt(way), ends_at))
            }
            Asked::AdoptCalls { organization, at } => {
                Told::Calls(self.system().adopt_calls(&organization, at))
            }
            // It is an emergency call's, and has no place that could be moved or end.
            Asked::Transfer { permit: WITHOUT_PLACE, .. }
            | Asked::Renew { permit: WITHOUT_PLACE, .. } => Told::Permit(WITHOUT_PLACE),
            Asked::Transfer { permit, to: Call { organization, number, way, ends_at } } => {
                self.system().line(&organization, number)?;
                Told::Permit(gate.transfer(permit, number, way, ends_at).map_err(rule)?)
            }
            Asked::Renew { permit, ends_at } => {
                Told::Permit(gate.renew(permit, ends_at).map_err(rule)?)
            }
            Asked::Expire { at } => Told::Ended(gate.expire(at)),
            Asked::Loads { of: Counted::Number(number), view } => {
                Told::Loads(gate.loads(number, view))
            }
            Asked::Loads { of: Counted::Scope(scope), view } => {
                Told::Loads(gate.loads_of(&scope, view))
            }
            Asked::Occupancy { scope, share } => {
                let known = gate.occupancy_of(&scope, share);
                Told::Occupancy(known.map(|(known, bursts)| {
                    let Occupancy { in_use, peak, admitted, refused, emergency } = known;
                    Shared { in_use, peak, admitted, refused, emergency, bursts }
                }))
            }
        };
        encode(&told)
    }
}
