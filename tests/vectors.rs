//! The vectors: transcripts that Rust, C and Python run and compare as bytes.
//!
//! A transcript is lines of UTF-8. Blank lines and lines that begin with `#` are passed over;
//! `system` begins with an empty system; any other line is a verb and what it is asked with, and the
//! line after it what is expected: `= ` and the answer, or `! ` and the refusal.
//!
//! Beside the verbs that take JSON (`give JSON` is one) there are `admit ORGANIZATION NUMBER
//! [DIALED]`, answered by the permit's number, `begin NUMBER JSON`, `release PERMIT`, answered by `released`, and
//! `occupancy NUMBER`, answered by `IN_USE PEAK ADMITTED REFUSED EMERGENCY`. `traffic FORMULA
//! ARGUMENTS` is answered by the bits of a figure in hexadecimal digits, or by a number of lines.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use phone_system_core::capacity::{self, Occupancy};
use phone_system_core::error::{ErrorCode, Refuses};
use phone_system_core::json::{self, JsonSystem};
use phone_system_core::{Error, PhoneSystem, number};

/// What a step answers: the text after `=`, or after `!`.
pub(crate) type Told = Result<String, String>;

fn told<E: Refuses>(result: Result<String, E>) -> Told {
    result.map_err(|error| serde_json::to_string(&error.refusal()).unwrap())
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn parse(payload: &str) -> Result<String, number::Error> {
    let (country, text) = payload.split_once(' ').unwrap_or((payload, ""));
    let parsed = number::parse(text, country.parse().ok())?;
    let country = parsed.country.map_or("-".to_owned(), |country| country.to_string());
    let extension = parsed.extension.unwrap_or("-".to_owned());
    Ok(format!("{} {} {country} {extension}", parsed.number, parsed.line))
}

/// An organization without blanks in it, a number in E.164 and, where there is more, what was dialed.
fn admit(system: &JsonSystem, payload: &str) -> Result<u64, Error> {
    let (organization, rest) = payload.split_once(' ').unwrap();
    let (number, dialed) =
        rest.split_once(' ').map_or((rest, None), |(number, dialed)| (number, Some(dialed)));
    system.admit(&organization.parse().unwrap(), number.parse().unwrap(), dialed)
}

fn occupancy(system: &JsonSystem, number: &str) -> String {
    let Occupancy { in_use, peak, admitted, refused, emergency } =
        system.system().occupancy(number.parse().unwrap());
    format!("{in_use} {peak} {admitted} {refused} {emergency}")
}

/// A formula of traffic theory: every bit of a figure, or a number of lines or agents.
fn traffic(payload: &str) -> Result<String, capacity::traffic::Error> {
    let (formula, arguments) = payload.split_once(' ').unwrap();
    Ok(match crate::traffic::ask(formula, arguments)? {
        crate::traffic::Told::Figure(figure) => format!("{:016x}", figure.to_bits()),
        crate::traffic::Told::Count(count) => count.to_string(),
    })
}

pub(crate) fn step(system: &JsonSystem, verb: &str, payload: &str) -> Told {
    match verb {
        "execute" => told(system.execute(payload.as_bytes())),
        "dry_run" => told(system.dry_run(payload.as_bytes())),
        "query" => told(system.query(payload.as_bytes())),
        "batch" => told(system.execute_batch(payload.as_bytes())),
        "submit" => told(system.submit(payload.as_bytes()).map(|ticket| ticket.to_string())),
        "wait" => told(system.wait(payload.parse().unwrap())),
        "events" => {
            let (position, limit) = payload.split_once(' ').unwrap();
            told(system.events_after(position.parse().unwrap(), limit.parse().unwrap()))
        }
        "execute_hex" => told(system.execute(&unhex(payload))),
        "query_hex" => told(system.query(&unhex(payload))),
        "parse" => told(parse(payload)),
        "give" => told(system.give(payload.as_bytes())),
        "gate" => told(system.gate(payload.as_bytes())),
        "admit" => told(admit(system, payload).map(|permit| permit.to_string())),
        "begin" => {
            let (number, envelope) = payload.split_once(' ').unwrap();
            told(system.begin_call(number.parse().unwrap(), envelope.as_bytes()))
        }
        "release" => told(system.release(payload.parse().unwrap()).map(|()| "released".to_owned())),
        "occupancy" => Ok(occupancy(system, payload)),
        "traffic" => told(traffic(payload)),
        _ => panic!("`{verb}` is no verb of a transcript"),
    }
}

/// One step, with where it stands and what is expected.
pub(crate) struct Step<'a> {
    line: usize,
    pub(crate) verb: &'a str,
    pub(crate) payload: &'a str,
    expected: Option<Told>,
}

pub(crate) fn read(text: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for (line, text) in
        text.lines().enumerate().filter(|(_, text)| !text.is_empty() && !text.starts_with('#'))
    {
        let (verb, payload) = text.split_once(' ').unwrap_or((text, ""));
        match verb {
            "=" => steps.last_mut().unwrap().expected = Some(Ok(payload.to_owned())),
            "!" => steps.last_mut().unwrap().expected = Some(Err(payload.to_owned())),
            _ => steps.push(Step { line: line + 1, verb, payload, expected: None }),
        }
    }
    steps
}

/// Runs a transcript; answers what each step told, and calls `differs` where it is not as expected.
fn run(text: &str, mut differs: impl FnMut(&Step<'_>, &Told)) -> Vec<Told> {
    let mut system = JsonSystem::from(PhoneSystem::in_memory());
    let mut all = Vec::new();
    for one in read(text) {
        if one.verb == "system" {
            system = JsonSystem::from(PhoneSystem::in_memory());
            continue;
        }
        let told = step(&system, one.verb, one.payload);
        if one.expected.as_ref() != Some(&told) {
            differs(&one, &told);
        }
        all.push(told);
    }
    all
}

/// The transcript with what it told in place of what was expected.
fn rewritten(text: &str, told: &[Told]) -> String {
    let mut told = told.iter();
    let mut new = String::new();
    for line in text.lines().filter(|line| !line.starts_with("= ") && !line.starts_with("! ")) {
        writeln!(new, "{line}").unwrap();
        if !line.is_empty() && !line.starts_with('#') && line != "system" {
            match told.next().unwrap() {
                Ok(answer) => writeln!(new, "= {answer}").unwrap(),
                Err(refusal) => writeln!(new, "! {refusal}").unwrap(),
            }
        }
    }
    new
}

pub(crate) fn transcripts() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files.into_iter().map(|file| (file.clone(), fs::read_to_string(file).unwrap())).collect()
}

#[test]
fn every_step_tells_what_is_expected() {
    let (mut steps, mut wrong) = (0, Vec::new());
    for (file, text) in transcripts() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let told = run(&text, |step, told| {
            let (Ok(got) | Err(got)) = told;
            wrong.push(format!(
                "{name}:{}\n  wanted {:?}\n  got    {got}",
                step.line, step.expected
            ));
        });
        steps += told.len();
        if std::env::var_os("UPDATE_VECTORS").is_some() {
            fs::write(&file, rewritten(&text, &told)).unwrap();
            wrong.clear();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(steps >= 100, "only {steps} steps");
    println!("vectors: {steps} steps passed");
}

/// Codes that no transcript can produce, and where each is produced instead.
const ELSEWHERE: &[(ErrorCode, &str)] = &[
    (ErrorCode::NullArgument, "phone-system-ffi/tests/c/boundary.c"),
    (ErrorCode::HandleClosed, "phone-system-ffi/tests/c/boundary.c"),
    (ErrorCode::AbiMismatch, "phone-system-ffi/tests/c/boundary.c"),
    (ErrorCode::BufferTooSmall, "phone-system-ffi/tests/c/boundary.c"),
    (ErrorCode::Panic, "phone-system-ffi: unit test of the guard"),
    (ErrorCode::BillingBalanceTooLarge, "phone-system-core: unit test of credits"),
    (ErrorCode::TariffTooLarge, "phone-system-core: unit test of tariffs"),
    (ErrorCode::TariffOther, "phone-system-core: unit test of tariffs"),
    (ErrorCode::CapacitySimulationStopped, "tests/simulation.rs"),
    (ErrorCode::InconsistentEvent, "tests/store.rs"),
    (ErrorCode::StoreFailed, "tests/store.rs"),
    (ErrorCode::StorePoisoned, "tests/store.rs"),
    (ErrorCode::StoreCorrupt, "tests/store.rs"),
    (ErrorCode::StoreInUse, "tests/stores.rs"),
    (ErrorCode::StoreForked, "phone-system-ffi/tests/c/store.c"),
    (ErrorCode::StoreFull, "tests/crashes.rs"),
    (ErrorCode::StoreMissing, "tests/stores.rs"),
    (ErrorCode::StoreDenied, "phone-system-py/tests/test_store.py"),
    (ErrorCode::StoreExists, "phone-system-py/tests/test_store.py"),
    (ErrorCode::StoreUnreadable, "tests/stores.rs"),
    (ErrorCode::StoreNewer, "tests/durable.rs"),
    (ErrorCode::StoreEventUnknown, "tests/durable.rs"),
    (ErrorCode::StoreArchived, "tests/durable.rs"),
    (ErrorCode::StorePositionUnknown, "tests/durable.rs"),
    (ErrorCode::StoreNotEmpty, "tests/durable.rs"),
    (ErrorCode::StoreLineUnreadable, "tests/durable.rs"),
];

#[test]
fn every_code_is_produced() {
    let transcripts = transcripts();
    // As the refusal of a step, or of an item in its answer.
    let produced = |code: &ErrorCode| {
        let quoted = format!("\"{code}\"");
        transcripts.iter().flat_map(|(_, text)| read(text)).any(|step| {
            let Some(Ok(told) | Err(told)) = &step.expected else {
                return false;
            };
            told.contains(&quoted)
        })
    };
    let elsewhere = |code: &ErrorCode| ELSEWHERE.iter().any(|(other, _)| other == code);
    let missing: Vec<_> =
        ErrorCode::ALL.iter().filter(|code| !elsewhere(code) && !produced(code)).collect();
    assert!(missing.is_empty(), "no vector produces {missing:?}");
}

#[test]
fn every_command_and_query_is_asked_and_answered() {
    let mut answered = BTreeSet::new();
    for (_, text) in transcripts() {
        for step in read(&text) {
            if let (Some(Ok(_)), Some((_, rest))) =
                (&step.expected, step.payload.split_once(r#""name":""#))
            {
                answered.insert(rest.split('"').next().unwrap().to_owned());
            }
        }
    }
    let missing: Vec<_> = json::command_names()
        .chain(json::query_names())
        .filter(|name| !answered.contains(*name))
        .collect();
    assert!(missing.is_empty(), "no vector has an answer of {missing:?}");
}
