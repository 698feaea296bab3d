//! The numbers and orders of an organization as a snapshot has them.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::kept::{Rows, listed};
use super::{Order, Owned, State, Status};
use crate::inventory::{Shelf, Source, Target};
use crate::map::Map;
use crate::number::{NumberList, NumberRange, PhoneNumber};
use crate::text::AddressId;
use crate::time::Timestamp;

/// Numbers that came at once and alike.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arrival {
    source: Source,
    since: Timestamp,
    numbers: NumberList,
}

/// The numbers of a shelf.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shelved {
    shelf: Shelf,
    arrivals: Vec<Arrival>,
}

/// The text. A number is unassigned unless `assigned` or `blocked` says otherwise.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept<'a> {
    shelves: Vec<Shelved>,
    assigned: Vec<(PhoneNumber, Cow<'a, Target>)>,
    blocked: Vec<(Option<Timestamp>, NumberList)>,
    locations: Vec<(Cow<'a, AddressId>, NumberList)>,
    told: Vec<(Timestamp, NumberList)>,
    orders: Vec<Cow<'a, Order>>,
}

impl<'a> Kept<'a> {
    fn of(state: &'a State) -> Self {
        let mut shelves: Vec<Shelved> = Vec::new();
        let arrival = |owned: &'a Owned| (owned.shelf.as_ref(), owned.source, owned.since);
        for ((shelf, source, since), numbers) in
            listed(state.numbers().map(|(number, owned)| (arrival(owned), number)))
        {
            let arrival = Arrival { source, since, numbers };
            match shelves.last_mut() {
                Some(last) if last.shelf == *shelf => last.arrivals.push(arrival),
                _ => shelves.push(Shelved { shelf: shelf.clone(), arrivals: vec![arrival] }),
            }
        }
        let assigned = state.numbers().filter_map(|(number, owned)| match &owned.status {
            Status::Assigned(target) => Some((number, Cow::Borrowed(target))),
            Status::Unassigned | Status::Blocked(_) => None,
        });
        let blocked = state.numbers().filter_map(|(number, owned)| match &owned.status {
            Status::Blocked(until) => Some((*until, number)),
            Status::Unassigned | Status::Assigned(_) => None,
        });
        let located =
            state.numbers().filter_map(|(number, owned)| Some((owned.location.as_ref()?, number)));
        let told = state.numbers().filter_map(|(number, owned)| Some((owned.told_at?, number)));
        Self {
            shelves,
            assigned: assigned.collect(),
            blocked: listed(blocked).collect(),
            locations: listed(located)
                .map(|(address, numbers)| (Cow::Borrowed(address), numbers))
                .collect(),
            told: listed(told).collect(),
            orders: state.orders().map(Cow::Borrowed).collect(),
        }
    }

    fn state(self) -> Result<State, &'static str> {
        let mut state = State::default();
        let mut lists = Vec::new();
        for Shelved { shelf, arrivals } in self.shelves {
            let shelf = Arc::new(shelf);
            for Arrival { source, since, numbers } in arrivals {
                let many = u32::try_from(numbers.count()).ok();
                state.change_count(shelf.kind, |count| {
                    let count = count.of(source);
                    *count = count.checked_add(many?)?;
                    Some(())
                })?;
                lists.push((numbers, Owned::new(Arc::clone(&shelf), source, since)));
            }
        }
        let mut rows = Rows::of(&lists)?;
        let be = |owned: &mut Owned, status: Status| {
            let before = std::mem::replace(&mut owned.status, status);
            if before == Status::Unassigned { Ok(()) } else { Err("a number does two things") }
        };
        let mut held = Vec::new();
        for (number, target) in self.assigned {
            let target = target.into_owned();
            let status = || Status::Assigned(target.clone());
            rows.change(&[NumberRange::from(number)], |owned| be(owned, status()))?;
            held.push(((target, number), ()));
        }
        let mut block_ends = Vec::new();
        for (until, numbers) in self.blocked {
            rows.change(numbers.ranges(), |owned| be(owned, Status::Blocked(until)))?;
            if let Some(until) = until {
                block_ends.extend(numbers.iter().map(|number| ((until, number), ())));
            }
        }
        for (address, numbers) in self.locations {
            rows.change(numbers.ranges(), |owned| {
                let before = owned.location.replace(address.as_ref().clone());
                before.map_or(Ok(()), |_| Err("a number has two locations"))
            })?;
        }
        for (at, numbers) in self.told {
            rows.change(numbers.ranges(), |owned| {
                let before = owned.told_at.replace(at);
                before.map_or(Ok(()), |_| Err("a number was told of twice"))
            })?;
        }
        let twice = "a number stands twice";
        state.numbers = rows.map()?;
        state.held = Map::try_from(held).map_err(|_| twice)?;
        state.block_ends = Map::try_from(block_ends).map_err(|_| twice)?;
        self.orders.into_iter().try_for_each(|order| state.take_in(order.into_owned()))?;
        Ok(state)
    }
}

impl Serialize for State {
    /// Numbers are listed as ranges by what they have in common; what can be reckoned (who holds
    /// which, counts, ends) is left out:
    ///
    /// ```json
    /// {"shelves": [{"shelf": {"kind": "user", "country": "US", "state": "WA", "city": "Bellevue"},
    ///               "arrivals": [{"source": "acquired", "since": "2018-04-01T09:00:00Z",
    ///                             "numbers": ["+14255550100-+14255550199"]}]}],
    ///  "assigned": [["+14255550100", "user:ada@example.com"]],
    ///  "blocked": [["2018-04-02T09:00:00Z", ["+14255550101"]], [null, ["+14255550102"]]],
    ///  "locations": [["hq", ["+14255550100-+14255550102"]]],
    ///  "told": [["2018-04-01T10:00:00Z", ["+14255550100"]]],
    ///  "orders": []}
    /// ```
    ///
    /// A number that is neither assigned nor blocked is unassigned. Orders are whole, and stand in
    /// ascending order.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Kept::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for State {
    /// Refuses what no history leads to, as far as it shows: a number twice, one that does two
    /// things, an order out of order.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Kept::deserialize(deserializer)?.state().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn good() -> Value {
        json!({
            "shelves": [{
                "shelf": { "kind": "user", "country": "US", "state": "WA", "city": "Bellevue" },
                "arrivals": [
                    { "source": "acquired", "since": "2018-04-01T09:00:00Z", "numbers": ["+14255550100-+14255550104"] },
                    { "source": "ported_in", "since": "2018-04-02T09:00:00Z", "numbers": ["+14255550150"] },
                ],
            }],
            "assigned": [["+14255550100", "user:ada@example.com"]],
            "blocked": [[null, ["+14255550102"]], ["2018-04-03T09:00:00Z", ["+14255550101", "+14255550103"]]],
            "locations": [["hq", ["+14255550100-+14255550102"]]],
            "told": [["2018-04-01T10:00:00Z", ["+14255550100"]]],
            "orders": [{
                "order": 1, "kind": "user", "expires_at": "2018-04-01T09:10:00Z", "status": "reserved", "acquired": [],
                "batches": [{ "shelf": { "kind": "user", "country": "US", "state": null, "city": null }, "numbers": ["+14255550190"] }],
            }],
        })
    }

    fn read(snapshot: &Value) -> Result<State, serde_json::Error> {
        serde_json::from_str(&snapshot.to_string())
    }

    #[test]
    fn what_is_left_out_is_there_again() {
        let state = read(&good()).unwrap();
        assert_eq!(serde_json::to_value(&state).unwrap(), good());
        let number = |text: &str| text.parse::<PhoneNumber>().unwrap();
        let ada = "user:ada@example.com".parse().unwrap();
        assert_eq!(state.held_by(&ada), Some(number("+14255550100")));
        let count = state.count(crate::number::NumberKind::User);
        assert_eq!((count.acquired, count.ported_in, count.reserved), (5, 1, 1));
        assert_eq!((state.block_ends.len(), state.open_orders()), (2, 1));
        let shelves: Vec<_> = state.numbers().map(|(_, owned)| &owned.shelf).collect();
        assert!(shelves.windows(2).all(|pair| Arc::ptr_eq(pair[0], pair[1])), "they share a shelf");
        assert_eq!(
            read(&serde_json::to_value(State::default()).unwrap()).unwrap(),
            State::default()
        );
    }

    #[test]
    fn what_no_history_leads_to_is_refused() {
        for (place, value, problem) in [
            ("/shelves/0/arrivals/1/numbers", json!(["+14255550104"]), "a number stands twice"),
            (
                "/shelves/0/arrivals/0/numbers",
                json!(["+1000000000-+9999999999"]),
                "leave its range",
            ),
            ("/assigned", json!([["+14255550105", "user:ada@example.com"]]), "on no shelf"),
            ("/assigned", json!([["+14255550101", "user:ada@example.com"]]), "two things"),
            ("/blocked/0/1", json!(["+14255550101"]), "two things"),
            ("/blocked/0/1", json!(["+14255550104-+14255550105"]), "on no shelf"),
            (
                "/locations",
                json!([["hq", ["+14255550100"]], ["hq", ["+14255550100"]]]),
                "two locations",
            ),
            ("/told/0/1", json!(["+14255550149-+14255550150"]), "on no shelf"),
            ("/orders/0/order", json!(2), "the order is not the next one"),
            ("/orders/0/batches/0/numbers", json!(["+1000000000-+9999999999"]), "too many numbers"),
        ] {
            let mut bad = good();
            *bad.pointer_mut(place).unwrap() = value;
            let told = read(&bad).unwrap_err().to_string();
            assert!(told.contains(problem), "{place}: {told}");
        }
        let mut more = good();
        more["held"] = json!([]);
        assert!(read(&more).unwrap_err().to_string().contains("unknown field `held`"));
    }
}
