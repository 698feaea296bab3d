//! `include/phone_system.h` and `symbols.txt` are what the sources and core's tables say.
//!
//! `UPDATE_HEADER=1 cargo test -p phone-system-ffi --test header` writes both anew.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic; these are allowed in its functions, and here in its helpers"
)]

use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};
use std::fs;
use std::mem::{offset_of, size_of};
use std::path::{Path, PathBuf};

use phone_system::{
    CALL_KINDS, DIRECTIONS, LIMITS, LINES, REACHES, WAYS, phs_authorization, phs_call, phs_charge,
    phs_context, phs_extension, phs_number, phs_occupancy, phs_price, phs_rating, phs_settlement,
};
use phone_system_core::ErrorCode;

const SOURCES: [&str; 15] = [
    "version",
    "status",
    "last_error",
    "handles",
    "calls",
    "number",
    "capacity",
    "lines",
    "charging",
    "together",
    "settling",
    "due",
    "rating",
    "traffic",
    "simulation",
];

const INTRODUCTION: &str = r"/*
 * phone-system: the licenses, telephone numbers and port orders of a cloud phone system, as an
 * embeddable library. This file is made from the library's sources; do not edit it.
 *
 * Statuses. A call that can fail returns a phs_status: PHS_OK, or why it failed. The thread's last
 * error then has the sentence and the figures: phs_last_error_message(), phs_last_error_json().
 *
 * Outputs. They are written only on success; on failure an output that is a pointer is NULL, and
 * any other is untouched unless its call says otherwise.
 *
 * Texts. What goes in is UTF-8 with its length and needs no NUL at its end; without a length beside
 * it, and in structs, it ends with NUL. Answers end with NUL and are freed with phs_string_free();
 * texts that are `const char *` are never freed.
 *
 * Instants are microseconds since 1970 began, in UTC; durations are microseconds; amounts are
 * millionths of a currency.
 *
 * NULL. A pointer that a call needs may not be NULL, an empty text's neither: the call then returns
 * PHS_BOUNDARY_NULL_ARGUMENT and does nothing. Arguments that may be NULL are named.
 *
 * Threads. Every call may be made from any thread at any time, also with the same handle. The last
 * error is kept by thread.
 *
 * Forks. A process that was forked from one that has a store open must leave that system alone: its
 * calls return PHS_STORE_FORKED there. See phs_system_open_store().
 *
 * Defects. A panic inside the library is caught and returned as PHS_BOUNDARY_PANIC.
 */";

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap_or_default()
}

/// Compares what is checked in with what it is to be; writes it if that is asked for.
fn is_current(name: &str, wanted: &str) {
    if std::env::var_os("UPDATE_HEADER").is_some() {
        fs::write(file(name), wanted).unwrap();
    }
    let found = read(name);
    let difference = wanted.lines().zip(found.lines()).position(|(wanted, found)| wanted != found);
    assert!(
        wanted == found,
        "{name} is not current from line {} on; run this test with UPDATE_HEADER=1",
        difference.map_or(1 + wanted.lines().count().min(found.lines().count()), |at| at + 1)
    );
}

fn constant(prefix: &str, name: &str) -> String {
    format!("{prefix}{}", name.to_ascii_uppercase().replace('.', "_"))
}

/// A comment in lines of at most 100 characters.
fn comment(indent: &str, text: &str) -> String {
    let short = format!("{indent}/** {text} */\n");
    if short.chars().count() <= 101 {
        return short;
    }
    let mut lines = format!("{indent}/**");
    let mut line = String::new();
    for word in text.split(' ') {
        if line.is_empty() || indent.len() + line.chars().count() + word.chars().count() + 1 > 100 {
            lines += &line;
            line = format!("\n{indent} *");
        }
        line = line + " " + word;
    }
    format!("{lines}{line}\n{indent} */\n")
}

/// An enumeration of 32 bits in every version of C and C++.
fn enumeration(name: &str, about: &str, constants: &[(String, u32, String)]) -> String {
    let mut text = format!("{}enum {name}\n", comment("", about));
    text += "#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L\n  : uint32_t\n#endif\n{\n";
    for (constant, number, meaning) in constants {
        writeln!(text, "{}  {constant} = {number},", comment("  ", meaning)).unwrap();
    }
    text += "};\n#ifndef __cplusplus\n#if __STDC_VERSION__ >= 202311L\n";
    write!(text, "/** As enum {name}. */\ntypedef enum {name} {name};\n#else\n").unwrap();
    write!(text, "/** One of enum {name}. */\ntypedef uint32_t {name};\n").unwrap();
    text += "#endif\n#endif\n";
    text
}

fn statuses() -> Vec<(String, u32, String)> {
    let ok = ("PHS_OK".to_owned(), 0, "The call succeeded.".to_owned());
    let codes = ErrorCode::ALL
        .iter()
        .map(|code| (constant("PHS_", code.name()), code.number(), code.meaning().to_owned()));
    std::iter::once(ok).chain(codes).collect()
}

/// The enumeration of a table of core's words.
fn words<T: Display>(name: &str, about: &str, table: &[(u32, T)]) -> String {
    let prefix = format!("{}_", name.to_ascii_uppercase());
    let constants: Vec<_> = table
        .iter()
        .map(|(number, word)| {
            let meaning = format!("\"{word}\" in JSON.");
            (constant(&prefix, &word.to_string()), *number, meaning)
        })
        .collect();
    let about = format!("{about} Programs must expect numbers that are not here yet.");
    enumeration(name, &about, &constants)
}

fn tables() -> String {
    let lines: Vec<_> = LINES
        .iter()
        .map(|(number, line, name)| {
            let meaning = format!("\"{line}\" in JSON.");
            (constant("PHS_LINE_", name.to_str().unwrap()), *number, meaning)
        })
        .collect();
    let [major, minor, patch] = [
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    ];
    let version = env!("CARGO_PKG_VERSION");
    let macros = [
        (
            "PHS_VERSION",
            "The version of the library that this header belongs to.",
            format!("{version:?}"),
        ),
        ("PHS_VERSION_MAJOR", "The first part of PHS_VERSION.", major.to_owned()),
        ("PHS_VERSION_MINOR", "The second part of PHS_VERSION.", minor.to_owned()),
        ("PHS_VERSION_PATCH", "The third part of PHS_VERSION.", patch.to_owned()),
    ]
    .map(|(name, about, value)| format!("/** {about} */\n#define {name} {value}\n"));
    [
        macros.concat(),
        enumeration(
            "phs_status",
            "What a call returns. Numbers and names are never reused for anything else; programs \
             must expect numbers that are not here yet.",
            &statuses(),
        ),
        enumeration(
            "phs_line",
            "What a numbering plan uses a number for. Programs must expect numbers that are not \
             here yet.",
            &lines,
        ),
        words("phs_call_kind", "The sort of a call.", &CALL_KINDS),
        words("phs_reach", "Whether a call leaves the country of the one who pays.", &REACHES),
        words("phs_direction", "Which way a call goes, seen from the organization.", &DIRECTIONS),
        words("phs_way", "Which way a live call goes, seen from its number.", &WAYS),
        words("phs_limited_by", "What limits how long a call may last.", &LIMITS),
    ]
    .join("\n")
}

/// Where the fields of structs are, as the library sees them.
macro_rules! layout {
    ($( $name:ident: $( $field:ident )*; )*) => {
        vec![$(
            (format!("sizeof({})", stringify!($name)), size_of::<$name>()),
            $( (
                format!("offsetof({}, {})", stringify!($name), stringify!($field)),
                offset_of!($name, $field),
            ), )*
        )*]
    };
}

fn assertions() -> String {
    let status = [("sizeof(phs_status)".to_owned(), size_of::<u32>())];
    let fixed = layout! {
        phs_number: line country extension;
        phs_occupancy: peak admitted refused emergency;
        phs_authorization: ends_at included cost permit limited_by emergency;
        phs_charge: billed amount drawn uncollected invoiced unpriced;
        phs_rating: begins duration direction reserved;
        phs_price: amount;
    };
    // Those with pointers differ from machine to machine; the header is made on one of 64 bits.
    let wide = layout! {
        phs_call: kind reach location id user caller called wanted;
        phs_context: actor key;
        phs_extension: wanted;
        phs_settlement: duration;
    };
    let checks = status.into_iter().chain(fixed).map(|(what, size)| format!("{what} == {size}"));
    let wide = wide.into_iter().map(|(what, size)| {
        format!("{what} == {size} || sizeof(void *) != {}", size_of::<*const u8>())
    });
    let checks: Vec<_> = checks.chain(wide).collect();
    let every = |assertion: &str| {
        let mut text = String::new();
        for check in &checks {
            writeln!(text, "{assertion}({check}, \"the library was built otherwise\");").unwrap();
        }
        text
    };
    format!(
        "#if defined(__cplusplus)\n{}#elif __STDC_VERSION__ >= 201112L\n{}#endif",
        every("static_assert"),
        every("_Static_assert")
    )
}

fn made() -> String {
    let mut config = cbindgen::Config {
        language: cbindgen::Language::C,
        cpp_compat: true,
        header: Some(INTRODUCTION.to_owned()),
        include_guard: Some("PHONE_SYSTEM_H".to_owned()),
        no_includes: true,
        sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
        after_includes: Some(format!("\n{}", tables())),
        trailer: Some(assertions()),
        usize_is_size_t: true,
        documentation_style: cbindgen::DocumentationStyle::Doxy,
        style: cbindgen::Style::Both,
        line_length: 100,
        ..cbindgen::Config::default()
    };
    // Written out of core's tables above, or of no use in C.
    config.export.exclude = ["phs_status", "OK", "LINES", "NEVER"].map(ToOwned::to_owned).to_vec();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(file(&format!("src/{source}.rs")));
    }
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    String::from_utf8(header).unwrap()
}

/// A line that begins something a program can use, and whether a comment stands right above it.
fn items(header: &str) -> Vec<(String, bool)> {
    let (mut items, mut comment, mut above, mut depth) = (Vec::new(), false, false, 0_i32);
    for line in header.lines().map(str::trim) {
        if comment || line.starts_with("/*") {
            above = line.ends_with("*/");
            comment = !above;
            continue;
        }
        let directive = line.starts_with('#') && !line.starts_with("#define PHS_");
        let passed_over = ["", "{", "}", "};", ": uint32_t", "extern \"C\" {"].contains(&line)
            || line.contains("tatic_assert(")
            || line.starts_with("} ");
        if depth == 0 && !directive && !passed_over {
            items.push((line.to_owned(), above));
        }
        let count = |wanted| i32::try_from(line.matches(wanted).count()).unwrap();
        depth += count('(') - count(')');
        above = false;
    }
    items
}

fn functions(header: &str) -> BTreeSet<String> {
    items(header)
        .into_iter()
        .filter(|(line, _)| !line.starts_with("typedef") && !line.starts_with('#'))
        .filter_map(|(line, _)| {
            let (before, _) = line.split_once('(')?;
            before.rsplit([' ', '*']).next().map(ToOwned::to_owned)
        })
        .collect()
}

#[test]
fn the_header_and_the_symbols_are_current() {
    let header = made();
    is_current("include/phone_system.h", &header);
    let symbols: Vec<String> = functions(&header).into_iter().collect();
    assert!(symbols.iter().all(|symbol| symbol.starts_with("phs_")), "{symbols:?}");
    is_current("symbols.txt", &(symbols.join("\n") + "\n"));
}

#[test]
fn every_exported_function_is_in_the_header() {
    let header = read("include/phone_system.h");
    let mut exported = BTreeSet::new();
    for source in fs::read_dir(file("src")).unwrap() {
        let source = fs::read_to_string(source.unwrap().path()).unwrap();
        for part in source.split("#[unsafe(no_mangle)]").skip(1) {
            let (_, name) = part.split_once(" fn ").unwrap();
            exported.insert(name.split('(').next().unwrap().to_owned());
        }
    }
    assert_eq!(functions(&header), exported);
    assert!(exported.len() >= 20, "{exported:?}");
}

#[test]
fn everything_in_the_header_has_a_comment() {
    let items = items(&read("include/phone_system.h"));
    assert!(items.len() > 100, "only {} items were found", items.len());
    let bare: Vec<_> = items.iter().filter(|(_, commented)| !commented).collect();
    assert!(bare.is_empty(), "without a comment: {bare:#?}");
}

#[test]
fn the_statuses_are_core_s_codes() {
    let header = read("include/phone_system.h");
    let (_, after) = header.split_once("enum phs_status\n").unwrap();
    let (listed, _) = after.split_once("};").unwrap();
    let listed: Vec<(&str, u32)> = listed
        .lines()
        .filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "))
        .map(|(name, number)| (name, number.parse().unwrap()))
        .collect();
    assert_eq!(listed.first(), Some(&("PHS_OK", 0)));
    for (name, number) in &listed[1..] {
        let code = ErrorCode::from_number(*number).unwrap();
        assert_eq!(*name, constant("PHS_", code.name()));
    }
    let distinct =
        |part: fn(&(&str, u32)) -> String| listed.iter().map(part).collect::<BTreeSet<_>>().len();
    assert_eq!(distinct(|(name, _)| (*name).to_owned()), ErrorCode::ALL.len() + 1);
    assert_eq!(distinct(|(_, number)| number.to_string()), ErrorCode::ALL.len() + 1);
}

#[test]
fn the_version_is_cargo_s() {
    let header = read("include/phone_system.h");
    let value = |name: &str| {
        let (_, after) = header.split_once(&format!("#define {name} ")).unwrap();
        after.lines().next().unwrap().trim().to_owned()
    };
    let parts = ["MAJOR", "MINOR", "PATCH"].map(|part| value(&format!("PHS_VERSION_{part}")));
    assert_eq!(parts.join("."), env!("CARGO_PKG_VERSION"));
    assert_eq!(value("PHS_VERSION").trim_matches('"'), env!("CARGO_PKG_VERSION"));
    assert_eq!(value("PHS_ABI_VERSION"), phone_system::PHS_ABI_VERSION.to_string());
}
