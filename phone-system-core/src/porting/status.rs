//! How far a port order has come: the statuses, what leads from one to another, and what an
//! organization may do in each.

use serde::{Deserialize, Serialize};

use crate::error::Choices;
use crate::rules::Rules;
use crate::text::words;

words! {
    /// How far a port order has come ("What is the status of your port orders").
    pub enum PortStatus {
        /// Received.
        Processing = "processing",
        /// The losing carrier is asked.
        ContactingCarrier = "contacting_carrier",
        /// The losing carrier has agreed to an instant.
        TransferApproved = "transfer_approved",
        /// The cut-off has passed: less than 24 hours to go.
        TransferPending = "transfer_pending",
        /// The losing carrier has refused.
        Error = "error",
        /// The numbers are the organization's.
        Completed = "completed",
        /// Called off by the organization.
        Cancelled = "cancelled",
    }
    /// What leads from one status to another.
    pub enum Cause {
        /// The provider has passed the order on to the losing carrier.
        ContactingCarrier = "contacting_carrier",
        /// The losing carrier has agreed to an instant, its firm order commitment.
        TransferApproved = "transfer_approved",
        /// The losing carrier has refused.
        Rejected = "rejected",
        /// The numbers have been transferred.
        Completed = "completed",
        /// So little time is left before the transfer that nothing can be changed any more.
        CutOff = "cut_off",
        /// The organization has edited the order and sent it in again.
        Resubmitted = "resubmitted",
        /// The organization has called the order off.
        Cancelled = "cancelled",
    }
    /// What the losing carrier, or the provider, says of an order.
    pub enum Report {
        /// The provider has passed the order on to the losing carrier.
        ContactingCarrier = "contacting_carrier",
        /// The losing carrier agrees to an instant, its firm order commitment.
        TransferApproved = "transfer_approved",
        /// The losing carrier refuses.
        Rejected = "rejected",
        /// The numbers have been transferred.
        Completed = "completed",
    }
    /// What of an order can be edited.
    pub enum Editable {
        /// Nothing.
        Nothing = "nothing",
        /// The instant of the transfer.
        TransferDate = "transfer_date",
        /// Everything but the country; the order is sent in again.
        AllButCountry = "all_but_country",
    }
}

impl From<Report> for Cause {
    fn from(report: Report) -> Self {
        match report {
            Report::ContactingCarrier => Self::ContactingCarrier,
            Report::TransferApproved => Self::TransferApproved,
            Report::Rejected => Self::Rejected,
            Report::Completed => Self::Completed,
        }
    }
}

/// What leads from one status to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transition {
    /// From which status.
    pub from: PortStatus,
    /// What happens.
    pub cause: Cause,
    /// To which status.
    pub to: PortStatus,
}

macro_rules! transitions {
    ($( $from:ident + $cause:ident => $to:ident, )*) => {
        /// Every transition there is; any other is refused.
        ///
        /// The sources name the statuses and their meanings; that these and no others follow from
        /// the meanings is ours.
        pub const TRANSITIONS: &[Transition] = &[$( Transition {
            from: PortStatus::$from,
            cause: Cause::$cause,
            to: PortStatus::$to,
        }, )*];
    };
}

transitions! {
    Processing + ContactingCarrier => ContactingCarrier,
    Processing + Rejected => Error,
    Processing + Cancelled => Cancelled,
    ContactingCarrier + TransferApproved => TransferApproved,
    ContactingCarrier + Rejected => Error,
    ContactingCarrier + Cancelled => Cancelled,
    TransferApproved + CutOff => TransferPending,
    TransferApproved + Rejected => Error,
    TransferApproved + Cancelled => Cancelled,
    TransferPending + Completed => Completed,
    Error + Resubmitted => Processing,
    Error + Cancelled => Cancelled,
    Cancelled + Resubmitted => Processing,
}

/// What an organization may do with an order in one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortRights {
    /// The status.
    pub status: PortStatus,
    /// Whether the admin center opens the order for reading; the queries here show every order.
    pub view: bool,
    /// What can be edited.
    pub edit: Editable,
    /// Whether it can be cancelled.
    pub cancel: bool,
    /// Whether it can be deleted.
    pub delete: bool,
}

impl PortStatus {
    /// Where `cause` leads from here; `None` if nowhere.
    pub fn after(self, cause: Cause) -> Option<Self> {
        let found = TRANSITIONS.iter().find(|one| one.from == self && one.cause == cause);
        found.map(|transition| transition.to)
    }

    /// Whether something is still to become of the order: its numbers and its account are taken.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Completed | Self::Cancelled)
    }

    /// What may be done here under `rules`.
    pub fn rights(self, rules: &Rules) -> PortRights {
        let edit = match self {
            Self::TransferApproved if rules.porting.transfer_date_editable => {
                Editable::TransferDate
            }
            _ if self.after(Cause::Resubmitted).is_some() => Editable::AllButCountry,
            _ => Editable::Nothing,
        };
        PortRights {
            status: self,
            view: !matches!(self, Self::Error | Self::Cancelled),
            edit,
            cancel: self.after(Cause::Cancelled).is_some(),
            delete: self == Self::Error && rules.porting.error_order_deletable,
        }
    }

    /// What can happen here.
    pub(super) fn possible(self) -> Choices<Cause> {
        let here = TRANSITIONS.iter().filter(|transition| transition.from == self);
        here.map(|transition| transition.cause).collect()
    }

    /// The statuses in which `may` is so under `rules`.
    pub(super) fn in_which(rules: &Rules, may: impl Fn(PortRights) -> bool) -> Choices<Self> {
        Self::ALL.iter().copied().filter(|status| may(status.rights(rules))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Generation;

    /// The sources' table, written down apart from the code: a row for each status, a column for
    /// each cause; `-` is no transition.
    const WALK: &str = "
        status             contacting_carrier transfer_approved rejected completed cut_off          resubmitted cancelled
        processing         contacting_carrier -                 error    -         -                -           cancelled
        contacting_carrier -                  transfer_approved error    -         -                -           cancelled
        transfer_approved  -                  -                 error    -         transfer_pending -           cancelled
        transfer_pending   -                  -                 -        completed -                -           -
        error              -                  -                 -        -         -                processing  cancelled
        completed          -                  -                 -        -         -                -           -
        cancelled          -                  -                 -        -         -                processing  -
    ";

    fn words(line: &str) -> Vec<&str> {
        line.split_whitespace().collect()
    }

    fn rows(table: &str) -> Vec<Vec<&str>> {
        table.lines().map(words).filter(|row| !row.is_empty()).collect()
    }

    #[test]
    fn every_status_meets_every_cause() {
        let rows = rows(WALK);
        let causes: Vec<String> = Cause::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(rows[0][1..], causes);
        assert_eq!(rows.len(), PortStatus::ALL.len() + 1);
        let mut found = 0;
        for (row, status) in rows[1..].iter().zip(PortStatus::ALL) {
            assert_eq!(row[0], status.to_string());
            for (cell, cause) in row[1..].iter().zip(Cause::ALL) {
                let to = status.after(*cause).map_or("-".to_owned(), |to| to.to_string());
                assert_eq!(*cell, to, "{status} + {cause}");
                found += usize::from(to != "-");
            }
        }
        assert_eq!(found, TRANSITIONS.len(), "no transition stands in the table twice");
    }

    /// View, edit, cancel, delete; `2018` for the generations whose page has it, `rule` where an
    /// override allows it.
    const RIGHTS: &str = "
        processing         yes nothing         yes no
        contacting_carrier yes nothing         yes no
        transfer_approved  yes date_until_2021 yes no
        transfer_pending   yes nothing         no  no
        error              no  all_but_country yes rule
        completed          yes nothing         no  no
        cancelled          no  all_but_country no  no
    ";

    #[test]
    fn rights_are_those_of_the_page() {
        for generation in Generation::ALL {
            for deletable in [false, true] {
                let mut rules = Rules::of(generation);
                rules.porting.error_order_deletable = deletable;
                for (row, status) in rows(RIGHTS).iter().zip(PortStatus::ALL) {
                    let yes = |cell: &str| cell == "yes" || (cell == "rule" && deletable);
                    let edit = match row[2] {
                        "date_until_2021" if generation == Generation::G2025 => "nothing",
                        "date_until_2021" => "transfer_date",
                        other => other,
                    };
                    let rights = status.rights(&rules);
                    assert_eq!(
                        (row[0], yes(row[1]), edit, yes(row[3]), yes(row[4])),
                        (
                            status.to_string().as_str(),
                            rights.view,
                            rights.edit.to_string().as_str(),
                            rights.cancel,
                            rights.delete
                        ),
                        "{generation:?}"
                    );
                }
            }
        }
        assert_eq!(rows(RIGHTS).len(), PortStatus::ALL.len());
    }

    /// The documentation of the module prints what the code runs.
    #[test]
    fn the_documentation_prints_both_tables() {
        let printed = include_str!("mod.rs");
        for status in PortStatus::ALL {
            let to =
                |transition: &Transition| format!("`{}` → `{}`", transition.cause, transition.to);
            let here = TRANSITIONS.iter().filter(|transition| transition.from == *status);
            let here: Vec<String> = here.map(to).collect();
            let row = format!("//! | `{status}` | {} |\n", here.join("; "));
            assert!(printed.contains(&row), "{row}");

            let [old, new] = [Generation::G2018, Generation::G2025].map(Rules::of);
            let mut allowing = old.clone();
            allowing.porting.error_order_deletable = true;
            let yes = |may: bool| if may { "yes" } else { "no" };
            let rights = status.rights(&old);
            let edit = match (rights.edit, status.rights(&new).edit) {
                (Editable::Nothing, _) => "nothing",
                (Editable::TransferDate, Editable::Nothing) => {
                    "the transfer's instant; 2025: nothing"
                }
                _ => "all but the country",
            };
            let delete = if status.rights(&allowing).delete { "by rule" } else { "no" };
            let (view, cancel) = (yes(rights.view), yes(rights.cancel));
            let row = format!("//! | `{status}` | {view} | {edit} | {cancel} | {delete} |\n");
            assert!(printed.contains(&row), "{row}");
        }
    }
}
