//! Port orders as a snapshot has them.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Fit, Order, PortStatus, State};

/// The text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept<'a> {
    submitted: u64,
    orders: Vec<Cow<'a, Order>>,
}

impl State {
    /// Adds an order as it was kept.
    fn take_in(&mut self, order: Order) -> Fit {
        let id = order.id;
        if !(1..=self.submitted).contains(&id.0) {
            return Err("the order was never sent in");
        }
        if order.history.last().map(|last| last.status) != Some(order.status) {
            return Err("the order's status is not the last one of its history");
        }
        if order.status.is_open() {
            self.take_up(id, &order.terms)?;
        }
        if order.status == PortStatus::TransferApproved {
            let transfer = order.transfer.ok_or("the order is approved without a transfer")?;
            self.cut_offs.insert((transfer.cut_off_at, id), ());
        }
        match self.orders.insert(id, Arc::new(order)) {
            None => Ok(()),
            Some(_) => Err("an order stands twice"),
        }
    }
}

impl Serialize for State {
    /// The orders, in ascending order, and how many were ever sent in; what open orders hold and
    /// when their cut-offs are is left out. The account with the carrier is whole, as it is in
    /// events: a snapshot is as secret as the log.
    ///
    /// ```json
    /// {"submitted": 1,
    ///  "orders": [{"id": 1, "submitted_at": "2018-04-01T09:00:00Z", "status": "transfer_approved",
    ///              "terms": {"channel": "wizard", "kind": "user", "country": "US",
    ///                        "losing_carrier": "Northwind", "account": "0041170017",
    ///                        "numbers": ["+14255550150-+14255550159"], …},
    ///              "transfer": {"at": "2018-04-10T09:00:00Z", "cut_off_at": "2018-04-09T09:00:00Z"},
    ///              "reason": null,
    ///              "history": [{"status": "processing", "at": "2018-04-01T09:00:00Z"}, …]}]}
    /// ```
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let orders = self.orders.iter().map(|(_, order)| Cow::Borrowed(order.as_ref())).collect();
        Kept { submitted: self.submitted, orders }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for State {
    /// Refuses what no history leads to, as far as it shows: an order twice, a number in two open
    /// ones, a status that its history does not end with. No refusal quotes an account.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Kept { submitted, orders } = Kept::deserialize(deserializer)?;
        let mut state = Self { submitted, ..Self::default() };
        for order in orders {
            state.take_in(order.into_owned()).map_err(D::Error::custom)?;
        }
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn order(id: u64, statuses: &[&str], numbers: &[&str]) -> Value {
        let at = "2018-04-01T09:00:00Z";
        let history: Vec<_> =
            statuses.iter().map(|status| json!({ "status": status, "at": at })).collect();
        let transfer =
            json!({ "at": "2018-04-10T09:00:00Z", "cut_off_at": "2018-04-09T09:00:00Z" });
        json!({
            "id": id,
            "terms": {
                "channel": "wizard", "kind": "user", "country": "US", "losing_carrier": "Northwind",
                "account": "0041170017", "numbers": numbers, "letter_signed_by": null, "company_name": "Contoso",
                "transfer_requested_at": null, "billing_number": "+14255550150",
                "replacement_billing_number": null, "scope": null,
            },
            "submitted_at": at,
            "transfer": statuses.contains(&"transfer_approved").then_some(transfer),
            "reason": null,
            "status": statuses.last(),
            "history": history,
        })
    }

    fn good() -> Value {
        let approved = ["processing", "contacting_carrier", "transfer_approved"];
        json!({
            "submitted": 4,
            "orders": [
                order(1, &["processing", "cancelled"], &["+14255550150"]),
                order(3, &approved, &["+14255550150-+14255550159"]),
                order(4, &["processing", "error"], &["+14255550170"]),
            ],
        })
    }

    fn read(snapshot: &Value) -> Result<State, serde_json::Error> {
        serde_json::from_str(&snapshot.to_string())
    }

    #[test]
    fn what_is_left_out_is_there_again() {
        let state = read(&good()).unwrap();
        assert_eq!(serde_json::to_value(&state).unwrap(), good());
        assert_eq!((state.open.len(), state.accounts.len(), state.cut_offs.len()), (11, 2, 1));
        assert_eq!(state.order_with("+14255550150".parse().unwrap()).unwrap().0, 3);
        assert_eq!(state.next_order().0, 5);
        assert_eq!(
            read(&serde_json::to_value(State::default()).unwrap()).unwrap(),
            State::default()
        );
    }

    #[test]
    fn the_account_is_whole_in_a_snapshot_and_in_no_refusal() {
        let state = read(&good()).unwrap();
        assert_eq!(
            state.orders.get(&super::super::PortOrderId(1)).unwrap().terms.account.as_str(),
            "0041170017"
        );
        assert!(!format!("{state:?}").contains("0041170017"));
        for bad in [json!("0041170017 "), json!(41_170_017), json!(["0041170017"])] {
            let mut snapshot = good();
            snapshot["orders"][1]["terms"]["account"] = bad;
            let told = read(&snapshot).unwrap_err().to_string();
            assert!(!told.contains("4117"), "{told}");
        }
    }

    #[test]
    fn what_no_history_leads_to_is_refused() {
        for (place, value, problem) in [
            ("/submitted", json!(3), "never sent in"),
            ("/orders/1/id", json!(1), "stands twice"),
            ("/orders/0/id", json!(0), "never sent in"),
            ("/orders/0/status", json!("completed"), "not the last one of its history"),
            ("/orders/0/history", json!([]), "not the last one of its history"),
            ("/orders/1/transfer", json!(null), "approved without a transfer"),
            ("/orders/2/terms/numbers", json!(["+14255550159"]), "in another open order"),
        ] {
            let mut bad = good();
            *bad.pointer_mut(place).unwrap() = value;
            let told = read(&bad).unwrap_err().to_string();
            assert!(told.contains(problem), "{place}: {told}");
        }
    }
}
