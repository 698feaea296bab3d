//! The stock as a snapshot has it.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::kept::{Rows, listed};
use super::{Fit, Hold, Item, Status, Stock};
use crate::inventory::{Batch, OrderId};
use crate::map::Map;
use crate::number::NumberList;
use crate::text::OrganizationId;
use crate::time::Timestamp;

/// What is held for an order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptHold<'a> {
    organization: Cow<'a, OrganizationId>,
    order: OrderId,
    until: Timestamp,
    numbers: Cow<'a, NumberList>,
}

/// The text. A number is free unless one of the other lists says otherwise.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept<'a> {
    shelves: Vec<Batch>,
    sold: Vec<(Cow<'a, OrganizationId>, NumberList)>,
    released: NumberList,
    holds: Vec<KeptHold<'a>>,
}

impl<'a> Kept<'a> {
    fn of(stock: &'a Stock) -> Self {
        let shelves =
            listed(stock.numbers.iter().map(|(number, item)| (item.shelf.as_ref(), *number)));
        let sold = stock.numbers.iter().filter_map(|(number, item)| match &item.status {
            Status::Sold(owner) => Some((owner, *number)),
            Status::Free | Status::Held | Status::Released => None,
        });
        let released = stock.numbers.iter().filter(|(_, item)| item.status == Status::Released);
        let holds = stock.holds.iter().map(|((organization, order), hold)| KeptHold {
            organization: Cow::Borrowed(organization),
            order: *order,
            until: hold.until,
            numbers: Cow::Borrowed(&hold.numbers),
        });
        Self {
            shelves: shelves
                .map(|(shelf, numbers)| Batch { shelf: shelf.clone(), numbers })
                .collect(),
            sold: listed(sold).map(|(owner, numbers)| (Cow::Borrowed(owner), numbers)).collect(),
            released: released.map(|(number, _)| *number).collect(),
            holds: holds.collect(),
        }
    }

    fn stock(self) -> Result<Stock, &'static str> {
        let free = |Batch { shelf, numbers }| {
            (numbers, Item { shelf: Arc::new(shelf), status: Status::Free })
        };
        let lists: Vec<(NumberList, Item)> = self.shelves.into_iter().map(free).collect();
        let mut rows = Rows::of(&lists)?;
        let mut stock = Stock::default();
        let mut taken = 0_u32;
        let mut take = |count: &mut u32, numbers: &NumberList, status: &Status| -> Fit {
            rows.change(numbers.ranges(), |item| {
                let before = std::mem::replace(&mut item.status, status.clone());
                if before == Status::Free { Ok(()) } else { Err("a number does two things") }
            })?;
            let many = u32::try_from(numbers.count()).ok();
            let added = |count: u32| count.checked_add(many?);
            let out_of_range = "a count would leave its range";
            *count = added(*count).ok_or(out_of_range)?;
            taken = added(taken).ok_or(out_of_range)?;
            Ok(())
        };
        for (owner, numbers) in self.sold {
            take(&mut stock.count.sold, &numbers, &Status::Sold(owner.into_owned()))?;
        }
        take(&mut stock.count.released, &self.released, &Status::Released)?;
        for KeptHold { organization, order, until, numbers } in self.holds {
            take(&mut stock.count.held, &numbers, &Status::Held)?;
            let id = (organization.into_owned(), order);
            stock.ends.insert((until, id.clone()), ());
            if stock.holds.insert(id, Hold { numbers: numbers.into_owned(), until }).is_some() {
                return Err("an order holds numbers twice");
            }
        }
        let mut shelves = Vec::new();
        for (numbers, Item { shelf, .. }) in &lists {
            let free = rows.get(numbers).filter(|(_, item)| item.status == Status::Free);
            let free: Vec<_> = free.map(|(number, _)| (number, ())).collect();
            if !free.is_empty() {
                let free = Map::try_from(free).map_err(|_| "a number stands twice")?;
                shelves.push((shelf.as_ref().clone(), free));
            }
        }
        stock.free = Map::try_from(shelves).map_err(|_| "a shelf stands twice")?;
        stock.numbers = rows.map()?;
        let known = u32::try_from(stock.numbers.len()).ok();
        stock.count.free = known
            .and_then(|known| known.checked_sub(taken))
            .ok_or("a count would leave its range")?;
        Ok(stock)
    }
}

impl Serialize for Stock {
    /// Numbers are listed as ranges by what they have in common; what can be reckoned (free numbers
    /// by shelf, counts, ends) is left out:
    ///
    /// ```json
    /// {"shelves": [{"shelf": {"kind": "user", "country": "US", "state": "WA", "city": "Bellevue"},
    ///               "numbers": ["+14255550100-+14255550199"]}],
    ///  "sold": [["contoso", ["+14255550100-+14255550109"]]],
    ///  "released": ["+14255550110"],
    ///  "holds": [{"organization": "contoso", "order": 2, "until": "2018-04-01T09:10:00Z",
    ///             "numbers": ["+14255550111"]}]}
    /// ```
    ///
    /// A number that is neither sold, released nor held is free.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Kept::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Stock {
    /// Refuses what no history leads to, as far as it shows: a number twice, one that does two
    /// things, one that is on no shelf.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Kept::deserialize(deserializer)?.stock().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn good() -> Value {
        let shelf =
            |city: &str| json!({ "kind": "user", "country": "US", "state": "WA", "city": city });
        let hold = |order: u64, numbers: &[&str]| json!({ "organization": "contoso", "order": order, "until": "2018-04-01T09:10:00Z", "numbers": numbers });
        json!({
            "shelves": [
                { "shelf": shelf("Bellevue"), "numbers": ["+14255550100-+14255550109", "+14255550120"] },
                { "shelf": shelf("Seattle"), "numbers": ["+12065550100-+12065550101"] },
            ],
            "sold": [["contoso", ["+14255550100-+14255550101"]], ["fabrikam", ["+12065550100-+12065550101"]]],
            "released": ["+14255550102"],
            "holds": [hold(2, &["+14255550103"]), hold(3, &["+14255550104", "+14255550120"])],
        })
    }

    fn read(snapshot: &Value) -> Result<Stock, serde_json::Error> {
        serde_json::from_str(&snapshot.to_string())
    }

    #[test]
    fn what_is_left_out_is_there_again() {
        let stock = read(&good()).unwrap();
        assert_eq!(serde_json::to_value(&stock).unwrap(), good());
        let count = stock.count();
        assert_eq!((count.free, count.held, count.sold, count.released), (5, 3, 4, 1));
        assert_eq!(stock.free.len(), 1, "a shelf without free numbers is not listed");
        assert_eq!((stock.free.iter().next().unwrap().1.len(), stock.ends.len()), (5, 2));
        assert_eq!(
            read(&serde_json::to_value(Stock::default()).unwrap()).unwrap(),
            Stock::default()
        );
    }

    #[test]
    fn what_no_history_leads_to_is_refused() {
        for (place, value, problem) in [
            ("/shelves/1/numbers", json!(["+14255550120"]), "a number stands twice"),
            (
                "/shelves/0/numbers",
                json!(["+1000000000-+9999999999"]),
                "more numbers than can be counted",
            ),
            ("/sold/0/1", json!(["+14255550102"]), "two things"),
            ("/sold/0/1", json!(["+14255550099-+14255550101"]), "on no shelf"),
            ("/sold/1/0", json!("contoso\n"), "not an organization"),
            ("/released", json!(["+14255550103"]), "two things"),
            ("/holds/1/numbers", json!(["+14255550103"]), "two things"),
            ("/holds/1/order", json!(2), "an order holds numbers twice"),
            ("/shelves/1/shelf/city", json!("Bellevue"), "a shelf stands twice"),
        ] {
            let mut bad = good();
            bad["sold"][1][1] = json!(["+12065550100"]);
            *bad.pointer_mut(place).unwrap() = value;
            let told = read(&bad).unwrap_err().to_string();
            assert!(told.contains(problem), "{place}: {told}");
        }
    }
}
