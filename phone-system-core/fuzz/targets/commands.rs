//! The JSON of commands and queries: any bytes are answered or refused, and a refusal leaves no
//! trace. `cargo fuzz run -s none commands` in the folder `phone-system-core`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phone_system_core::PhoneSystem;
use phone_system_core::json::JsonSystem;

fuzz_target!(|bytes: &[u8]| {
    let system = JsonSystem::from(PhoneSystem::in_memory());
    // Each line is an envelope, so that one input can build on what it did before.
    for line in bytes.split(|byte| *byte == b'\n') {
        let before = system.events_after(0, usize::MAX);
        let dry = system.dry_run(line);
        assert_eq!(system.events_after(0, usize::MAX), before, "a dry run leaves no trace");
        let done = system.execute(line);
        assert_eq!(
            dry.is_err(),
            done.is_err(),
            "a dry run is refused exactly when the real run is"
        );
        if done.is_err() {
            assert_eq!(system.events_after(0, usize::MAX), before, "a refusal leaves no trace");
        }
        let _ = system.query(line);
        let _ = system.execute_batch(line);
    }
});
