//! The emergency address of a number, and the telling of its holder.

use serde::{Deserialize, Serialize};

use super::events::{NumbersLocated, NumbersTold};
use super::owned::{State, Status};
use super::{Error, Target, check_list};
use crate::bulk::Mode;
use crate::number::{NumberList, PhoneNumber};
use crate::rules::Rules;
use crate::table::{self, Column, Row};
use crate::text::{AddressId, UserId};
use crate::time::Timestamp;

/// Gives numbers an emergency address in place of the one that they have.
///
/// It can be replaced, not cleared ("Set-CsPhoneNumberAssignment", for numbers of calling plans).
/// Refusals: more numbers than one order may name; then, of an item, the number is not owned; the
/// address is not known, not validated, or of another country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetLocation {
    /// The numbers, assigned or not.
    pub numbers: NumberList,
    /// The address.
    pub location: AddressId,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

impl SetLocation {
    /// Whether the order as such is allowed.
    pub(crate) fn check(&self, rules: &Rules) -> Result<(), Error> {
        check_list(&self.numbers)?;
        let numbers = self.numbers.count();
        match rules.addresses.location_numbers_maximum.exceeded_by(numbers) {
            Some(maximum) => Err(Error::LocationOrderTooLarge { numbers, maximum }),
            None => Ok(()),
        }
    }

    /// What the inventory alone can say; the address is looked at by the organization.
    pub(crate) fn decide_one(
        &self,
        number: PhoneNumber,
        state: &State,
    ) -> Result<NumbersLocated, Error> {
        state.owned(number)?;
        Ok(NumbersLocated { numbers: number.into(), location: self.location.clone() })
    }
}

/// Records that the users who hold numbers were told them ("Setting up Phone System, step 5").
///
/// It is a note of the administrator's: nothing is sent. It is forgotten when the number is
/// unassigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordTold {
    /// The numbers, assigned to users.
    pub numbers: NumberList,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

impl RecordTold {
    pub(crate) fn decide_one(
        number: PhoneNumber,
        state: &State,
        at: Timestamp,
    ) -> Result<NumbersTold, Error> {
        match &state.owned(number)?.status {
            Status::Assigned(Target::User(_)) => Ok(NumbersTold { numbers: number.into(), at }),
            _ => Err(Error::NotHeldByUser { number }),
        }
    }
}

/// Records who was told, from a table (CSV with a header) with the column `UserPrincipalName`.
///
/// Other columns are passed over. Each row is an item; one whose user holds no number is refused.
/// Beside that it is `inventory.record_told`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportTold {
    /// The text of the table, UTF-8.
    pub csv: String,
    /// What happens when some rows are refused.
    #[serde(default)]
    pub mode: Mode,
}

const USER: Column = Column::required("UserPrincipalName");

impl ImportTold {
    pub(crate) fn rows(&self) -> Result<Vec<Result<Row, table::Error>>, table::Error> {
        table::rows(&self.csv, &[USER])
    }

    pub(crate) fn decide_one(
        row: &Row,
        state: &State,
        at: Timestamp,
    ) -> Result<NumbersTold, table::Error> {
        let user: UserId = row.read(USER, str::parse)?;
        match state.held_by(&Target::User(user)) {
            Some(number) => Ok(NumbersTold { numbers: number.into(), at }),
            None => Err(row.refuse(USER, &"the user holds no number")),
        }
    }
}
