//! Benchmarks of phone-system beside what a user would pick instead.
//!
//! `cargo bench -p phone-system-benches`, or one of them with `--bench maps`. Figures are ratios
//! within one run on one machine; the absolute ones are of a 2-core virtual machine. Benchmarks are
//! linked as what is shipped is, which takes some minutes.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a benchmark may panic")]
#![allow(clippy::missing_panics_doc, reason = "a benchmark may panic")]

use std::fmt::Write as _;

use phone_system_core::billing::{
    AddFunds, AuthorizeCall, CallKind, ChooseTariff, Payment, SetUpCredits, Tariff,
};
use phone_system_core::bulk::Mode;
use phone_system_core::licensing::{Assign, Assignment, ImportSeats, Sku};
use phone_system_core::organization::Context;
use phone_system_core::{Duration, OrganizationId, PhoneSystem};

/// The organization whose calls are measured.
pub fn contoso() -> OrganizationId {
    "contoso".parse().unwrap()
}

/// When everything happens.
pub fn context() -> Context {
    Context::new("2018-04-02T12:00:00Z".parse().unwrap(), "bench".parse().unwrap())
}

/// Prefixes of one to seven digits, each with a price of its own.
fn price_list() -> String {
    let mut csv = "Direction,Prefix,Country,RatePerMinute,IncrementSeconds\n".to_owned();
    for country in 1..=9 {
        writeln!(csv, "outbound,{country},US,0.0{country},60").unwrap();
    }
    for prefix in 1..=19_991_u32 {
        // Spread over all leading digits.
        let prefix = 1_000_000 + prefix * 449;
        writeln!(csv, "outbound,{prefix},US,0.{:04},6", prefix % 10_000).unwrap();
    }
    csv
}

/// A system in which a user of [`contoso`] may call by credits, by a list of 20,000 prefixes.
pub fn caller_with_credits(system: PhoneSystem) -> PhoneSystem {
    let (contoso, context) = (contoso(), context());
    let list = price_list();
    let tariff = Tariff::from_csv("list".parse().unwrap(), "USD".parse().unwrap(), &list).unwrap();
    system.add_tariff(tariff);
    let csv = "SkuPartNumber,Seats\nENTERPRISEPREMIUM,1\nMCOPSTN1,1\nMCOPSTNPP,1\n".to_owned();
    let seats = ImportSeats { csv, mode: Mode::default() };
    system.execute(&contoso, &seats, &context).unwrap();
    let skus = vec![Sku::E5, Sku::Domestic, Sku::CommunicationsCredits];
    let (user, usage_location) = ("u1@example.com".parse().unwrap(), "US".parse().unwrap());
    let assignments = vec![Assignment { user, usage_location, skus }];
    let assign = Assign { assignments, mode: Mode::default() };
    system.execute(&contoso, &assign, &context).unwrap();
    let credits = SetUpCredits { currency: "USD".parse().unwrap(), country: None };
    system.execute(&contoso, &credits, &context).unwrap();
    let chosen = ChooseTariff { tariff: "list".parse().unwrap() };
    system.execute(&contoso, &chosen, &context).unwrap();
    let amount = "1000000.00".parse().unwrap();
    system.execute(&contoso, &AddFunds { amount, payment: Payment::default() }, &context).unwrap();
    system
}

/// A call of that user abroad, which credits pay.
pub fn call(place: usize) -> AuthorizeCall {
    AuthorizeCall {
        call: format!("call-{place}").parse().unwrap(),
        kind: CallKind::UserOut,
        user: Some("u1@example.com".parse().unwrap()),
        location: "US".parse().unwrap(),
        caller: None,
        called: Some("+442079460123".to_owned()),
        reach: None,
        wanted: Some(Duration::from_seconds(600)),
    }
}
