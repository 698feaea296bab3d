//! Stores from outside: any bytes are imported or refused, and opened as a file or refused; what
//! was taken can be verified, exported and gone on with.
//! `cargo fuzz run -s none stores` in the folder `phone-system-core`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phone_system_core::PhoneSystem;
use phone_system_core::licensing::{BuySeats, Sku};
use phone_system_core::organization::Context;
use phone_system_core::store::{MemoryStore, RedbStore};
use phone_system_core::system::Options;
use redb::StorageBackend;
use redb::backends::InMemoryBackend;

fn go_on(system: &PhoneSystem) {
    let before = system.verify().map(|verified| verified.last.position);
    let (Ok(organization), Ok(at), Ok(actor)) =
        ("contoso".parse(), "2026-04-01T09:00:00Z".parse(), "ada".parse())
    else {
        return;
    };
    let command = BuySeats { sku: Sku::E5, seats: 1 };
    // It may have been closed years later, or own as many seats as there can be.
    if let Ok(done) = system.execute(&organization, &command, &Context::new(at, actor)) {
        assert_eq!(done.position, before.ok().map(|before| before + 1));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let import = |mut lines: &[u8]| {
        PhoneSystem::import(MemoryStore::default(), Options::default(), &mut lines)
    };
    if let Ok((system, imported)) = import(bytes) {
        let verified = system.verify().expect("what was imported is verified");
        assert_eq!(verified.last, imported.last);
        let mut export = Vec::new();
        system.export(0, &mut export).expect("what was imported is exported");
        let (_, again) = import(&export).expect("what was exported is imported");
        assert_eq!(again, imported);
        go_on(&system);
    }

    let image = InMemoryBackend::new();
    let length = u64::try_from(bytes.len()).unwrap_or(0);
    if image.set_len(length).and_then(|()| image.write(0, bytes)).is_err() {
        return;
    }
    let Ok(store) = RedbStore::over(image) else { return };
    if let Ok(system) = PhoneSystem::open(store, Options::default()) {
        if system.verify().is_ok() {
            go_on(&system);
        }
    }
});
