//! The figures in which the generations differ, as the sources have them.

use phone_system_core::rules::{Countries, DESCRIPTIONS, Generation, Limit, Rules};
use serde_json::{Value, json};

fn table() -> Vec<(&'static str, [Value; 3])> {
    let one = |value: Value| [value.clone(), value.clone(), value];
    vec![
        ("licensing.user_number_factor", one(json!("1.1"))),
        ("licensing.user_number_extra", one(json!(10))),
        ("inventory.reservation_length", one(json!("PT10M"))),
        ("inventory.search_maximum", [json!(500), json!(500), json!("unlimited")]),
        ("inventory.reserved_maximum", [json!(200), json!(200), json!("unlimited")]),
        ("inventory.reservations_maximum", [json!(10), json!(10), json!("unlimited")]),
        ("inventory.service_number_search", [json!(["US"]), json!("all"), json!("all")]),
        ("inventory.numbers_on_resource_accounts", [json!(false), json!(true), json!(true)]),
        ("porting.wizard_maximum", one(json!(999))),
        ("porting.wizard_countries", [json!(["US"]), json!(["CA", "GB", "US"]), json!("all")]),
        ("porting.wizard_service_numbers", [json!(false), json!(false), json!(true)]),
        ("porting.ranges_in_lists", [json!(true), json!(false), json!(false)]),
        ("porting.partial_port_with_billing_number", [json!(false), json!(false), json!(true)]),
        ("porting.error_order_deletable", one(json!(false))),
        ("porting.cut_off", one(json!("PT24H"))),
        ("porting.transfer_date_editable", [json!(true), json!(true), json!(false)]),
        ("porting.letter_for_service_requests", one(json!(true))),
        ("porting.one_order_per_account", [json!(false), json!(false), json!(true)]),
        ("porting.lead_days_us", [json!(0), json!(0), json!(5)]),
        ("porting.lead_days_canada", [json!(0), json!(0), json!(10)]),
        ("porting.transfer_days_maximum", [json!("unlimited"), json!("unlimited"), json!(30)]),
        ("porting.company_name_maximum", one(json!(25))),
        ("porting.authorizing_person_maximum", one(json!(15))),
        ("porting.port_out_pin_minimum", one(json!(6))),
        ("porting.port_out_pin_maximum", one(json!(10))),
        ("addresses.validated_editable", one(json!(false))),
        ("addresses.location_at_assignment", one(json!(["CA", "US"]))),
        ("addresses.location_numbers_maximum", one(json!(1000))),
        (
            "addresses.in_area_code",
            [
                json!([]),
                json!(["BE", "DE", "ES", "FR", "IE", "NL"]),
                json!(["BE", "DE", "ES", "FR", "IE", "NL"]),
            ],
        ),
        ("billing.conference_minutes_until_2019", one(json!(900))),
        ("billing.conference_minutes", one(json!(60))),
        ("billing.resource_account_needs_credits_license", one(json!(false))),
        ("conferencing.third_party_providers", [json!(true), json!(false), json!(false)]),
        ("conferencing.static_conference_ids", [json!(true), json!(false), json!(false)]),
        ("conferencing.secondary_languages_maximum", one(json!(4))),
        ("call_queues.agent_alert_minimum", [json!("PT30S"), json!("PT15S"), json!("PT15S")]),
        ("call_queues.agent_alert_maximum", one(json!("PT3M"))),
        ("call_queues.agents_maximum", [json!(50), json!(200), json!(200)]),
        (
            "call_queues.routing_methods",
            [
                json!(["attendant", "serial"]),
                json!(["attendant", "serial", "round_robin", "longest_idle"]),
                json!(["attendant", "serial", "round_robin", "longest_idle"]),
            ],
        ),
        ("call_queues.when_nobody_answers", one(json!("queue"))),
        ("call_queues.timeout_step", one(json!("PT15S"))),
        ("attendants.schedule_step", [json!("PT30M"), json!("PT15M"), json!("PT15M")]),
    ]
}

#[test]
fn each_generation_has_its_figures() {
    for (place, generation) in Generation::ALL.into_iter().enumerate() {
        let rules = serde_json::to_value(Rules::of(generation)).unwrap();
        for (name, figures) in table() {
            let (group, rule) = name.split_once('.').unwrap();
            assert_eq!(rules[group][rule], figures[place], "{name} in {generation:?}");
        }
    }
}

#[test]
fn every_rule_is_described_and_has_a_source() {
    let rules = serde_json::to_value(Rules::of(Generation::G2018)).unwrap();
    let named: usize =
        rules.as_object().unwrap().values().map(|group| group.as_object().unwrap().len()).sum();
    assert_eq!(named, DESCRIPTIONS.len());
    for rule in DESCRIPTIONS {
        let (group, name) = rule.name.split_once('.').unwrap();
        assert!(!rules[group][name].is_null(), "{}", rule.name);
        assert!(rule.meaning.ends_with('.') && !rule.source.is_empty(), "{}", rule.name);
    }
}

#[test]
fn overrides_replace_single_figures_and_are_held_to_sense() {
    let overrides = serde_json::from_value(json!({
        "porting": { "wizard_maximum": 500, "wizard_countries": "all" },
        "inventory": { "search_maximum": "unlimited" },
        "licensing": { "user_number_factor": "1.25" },
    }))
    .unwrap();
    let rules = Rules::new(Generation::G2018, &overrides).unwrap();
    assert_eq!(
        (rules.porting.wizard_maximum, &rules.porting.wizard_countries),
        (500, &Countries::All)
    );
    assert_eq!(rules.inventory.search_maximum, Limit::Unlimited);
    assert_eq!(rules.inventory.reserved_maximum, Limit::AtMost(200));
    assert_eq!(rules.licensing.user_number_factor.to_string(), "1.25");

    for bad in [
        json!({ "licensing": { "user_number_factor": "-0.1" } }),
        json!({ "licensing": { "user_number_factor": "100.1" } }),
        json!({ "inventory": { "reservation_length": "PT0S" } }),
        json!({ "inventory": { "block_days_maximum": 0 } }),
        json!({ "inventory": { "page_maximum": 0 } }),
        json!({ "porting": { "wizard_maximum": 0 } }),
        json!({ "porting": { "port_out_pin_minimum": 11 } }),
        json!({ "porting": { "company_name_maximum": 0 } }),
        json!({ "porting": { "authorizing_person_maximum": 0 } }),
        json!({ "call_queues": { "agent_alert_minimum": "PT4M" } }),
        json!({ "call_queues": { "timeout_step": "PT0S" } }),
        json!({ "attendants": { "schedule_step": "PT0S" } }),
    ] {
        let overrides = serde_json::from_value(bad.clone()).unwrap();
        assert!(Rules::new(Generation::G2018, &overrides).is_err(), "{bad}");
    }
    for unreadable in [
        json!({ "porting": { "wizard_maximum": -1 } }),
        json!({ "porting": { "wizards": 1 } }),
        json!({ "licensing": { "user_number_factor": 1.1 } }),
        json!({ "inventory": { "search_maximum": "endless" } }),
    ] {
        assert!(
            serde_json::from_value::<phone_system_core::rules::Overrides>(unreadable.clone())
                .is_err(),
            "{unreadable}"
        );
    }
}
