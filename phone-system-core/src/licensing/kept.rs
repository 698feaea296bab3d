//! Seats and users as a snapshot has them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Seats, Sku, SkuSet, State, User};
use crate::map::Map;
use crate::text::{Country, UserId};

/// Users who hold the same licences in the same country: there are far fewer such groups than users.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group<'a> {
    usage_location: Country,
    skus: SkuSet,
    users: Vec<Cow<'a, UserId>>,
}

/// The text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept<'a> {
    bought: Vec<(Sku, u32)>,
    users: Vec<Group<'a>>,
}

impl<'a> Kept<'a> {
    fn of(state: &'a State) -> Self {
        let mut groups: BTreeMap<(Country, SkuSet), Vec<Cow<'a, UserId>>> = BTreeMap::new();
        for (user, User { usage_location, skus }) in state.users() {
            groups.entry((*usage_location, *skus)).or_default().push(Cow::Borrowed(user));
        }
        let group = |((usage_location, skus), users)| Group { usage_location, skus, users };
        Self {
            bought: state.all_seats().map(|(sku, seats)| (sku, seats.bought)).collect(),
            users: groups.into_iter().map(group).collect(),
        }
    }

    fn state(self) -> Result<State, &'static str> {
        let seats =
            self.bought.into_iter().map(|(sku, bought)| (sku, Seats { bought, assigned: 0 }));
        let seats: Vec<_> = seats.collect();
        let mut seats = Map::try_from(seats).map_err(|_| "a product stands twice")?;
        let mut held: BTreeMap<(Sku, Country), u32> = BTreeMap::new();
        let mut users = Vec::new();
        for Group { usage_location, skus, users: group } in self.users {
            if skus.is_empty() || group.is_empty() {
                return Err("a user without licences, or licences without a user");
            }
            let many = u32::try_from(group.len()).ok();
            for sku in skus.iter() {
                let Seats { bought, assigned } = seats.get_mut(&sku).ok_or("no seat was bought")?;
                *assigned = many
                    .and_then(|many| assigned.checked_add(many))
                    .filter(|assigned| assigned <= bought)
                    .ok_or("more seats are assigned than were bought")?;
                let held = held.entry((sku, usage_location)).or_default();
                // No more than are assigned, which are counted above.
                *held = held.saturating_add(many.unwrap_or_default());
            }
            let user = User { usage_location, skus };
            users.extend(group.into_iter().map(|name| (name.into_owned(), user.clone())));
        }
        let users = Map::try_from(users).map_err(|_| "a user stands twice")?;
        let held: Vec<_> = held.into_iter().collect();
        let held = Map::try_from(held).map_err(|_| "a product stands twice")?;
        Ok(State { seats, users, held })
    }
}

impl Serialize for State {
    /// What was bought, and the users by country and licences; how many seats are assigned and who
    /// holds what where is left out:
    ///
    /// ```json
    /// {"bought": [["ENTERPRISEPREMIUM", 20], ["MCOPSTN1", 20]],
    ///  "users": [{"usage_location": "US", "skus": ["ENTERPRISEPREMIUM", "MCOPSTN1"],
    ///             "users": ["ada@example.com", "grace@example.com"]}]}
    /// ```
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Kept::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for State {
    /// Refuses what no history leads to, as far as it shows: more seats assigned than bought, a user
    /// twice.
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
            "bought": [["ENTERPRISEPREMIUM", 3], ["MCOEV", 0], ["MCOPSTN1", 2]],
            "users": [
                { "usage_location": "GB", "skus": ["ENTERPRISEPREMIUM"], "users": ["grace@example.com"] },
                { "usage_location": "US", "skus": ["ENTERPRISEPREMIUM", "MCOPSTN1"], "users": ["ada@example.com", "joan@example.com"] },
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
        let country = |text: &str| text.parse::<Country>().unwrap();
        assert_eq!(state.seats(Sku::E5), Seats { bought: 3, assigned: 3 });
        assert_eq!(state.seats(Sku::Domestic), Seats { bought: 2, assigned: 2 });
        assert_eq!(state.held_in(Sku::E5, country("US")), 2);
        assert_eq!(state.held_in(Sku::Domestic, country("GB")), 0);
        assert!(state.users().map(|(user, _)| user.as_str()).is_sorted());
        assert_eq!(
            read(&serde_json::to_value(State::default()).unwrap()).unwrap(),
            State::default()
        );
    }

    #[test]
    fn what_no_history_leads_to_is_refused() {
        for (place, value, problem) in [
            ("/bought/0/1", json!(2), "more seats are assigned than were bought"),
            ("/bought/0/1", json!(-1), "invalid value"),
            ("/bought/1/0", json!("MCOPSTN1"), "a product stands twice"),
            ("/users/0/skus", json!(["MCOMEETADV"]), "no seat was bought"),
            ("/users/0/skus", json!(["ENTERPRISEPREMIUM", "ENTERPRISEPREMIUM"]), "stands twice"),
            ("/users/0/skus", json!([]), "a user without licences"),
            ("/users/0/users/0", json!("Ada@example.com"), "a user stands twice"),
            ("/users/1/usage_location", json!("USA"), "not a country"),
        ] {
            let mut bad = good();
            *bad.pointer_mut(place).unwrap() = value;
            let told = read(&bad).unwrap_err().to_string();
            assert!(told.contains(problem), "{place}: {told}");
        }
    }
}
