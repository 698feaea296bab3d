//! A commit: everything that one command did, in one record of the log.
//!
//! ```json
//! {"header": {"format": 1, "position": 1, "organization": "contoso", "streams": [["organization:contoso", 1]],
//!             "at": "2018-04-01T09:00:00Z", "skew": "PT0S", "actor": "ada", "key": null,
//!             "command": "licensing.buy_seats", "command_hash": "…", "payload": "…", "previous": "…"},
//!  "hash": "…",
//!  "payload": {"organization": {"ended": [], "events": [{"type": "licensing.seats_bought", "data": {…}}]},
//!              "refused": []}}
//! ```
//!
//! `payload` in the header is the SHA-256 of the payload's text, `hash` that of the header's text,
//! `previous` the hash of the commit before (64 zeros for the first). So a payload can be taken out
//! and the chain still be verified. A store keeps three lines: the hash, the header, the payload.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::billing;
use crate::bulk::Refused;
use crate::hash::{self, Hash};
use crate::inventory::StockEvent;
use crate::organization::{Event, Outcome};
use crate::store;
use crate::text::{Actor, Key, OrganizationId};
use crate::time::{Duration, Timestamp};

/// The format of commits that this version writes, and the only one that it reads.
pub(super) const FORMAT: u64 = 1;

/// What a commit is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format of the commit: 1.
    pub format: u64,
    /// Its place among all commits, from 1.
    pub position: u64,
    /// Whose it is; none for the provider's.
    pub organization: Option<OrganizationId>,
    /// The streams that it changed, each with its place there, from 1.
    pub streams: Vec<(String, u64)>,
    /// The instant at which it was decided.
    pub at: Timestamp,
    /// How far the instant that was given lay before that.
    pub skew: Duration,
    /// Who asked.
    pub actor: Actor,
    /// The idempotency key.
    pub key: Option<Key>,
    /// The command's dotted name.
    pub command: String,
    /// The hash of the command's name and fields.
    pub command_hash: Hash,
    /// The hash of the payload.
    pub payload: Hash,
    /// The hash of the commit before.
    pub previous: Hash,
}

/// The header's own JSON, written and read as it stands in nearly every commit: by a part of the time
/// that the general way through names and types takes.
impl Header {
    /// Writes what serializing it gives.
    fn write(&self, json: &mut Vec<u8>) -> io::Result<()> {
        let Self { format, position, at, skew, command_hash, payload, previous, .. } = self;
        let Self { organization, streams, actor, key, command, .. } = self;
        json.extend_from_slice(br#"{"format":"#);
        serde_json::to_writer(&mut *json, format)?;
        json.extend_from_slice(br#","position":"#);
        serde_json::to_writer(&mut *json, position)?;
        json.extend_from_slice(br#","organization":"#);
        serde_json::to_writer(&mut *json, organization)?;
        json.extend_from_slice(br#","streams":"#);
        serde_json::to_writer(&mut *json, streams)?;
        json.extend_from_slice(br#","at":"#);
        serde_json::to_writer(&mut *json, at)?;
        json.extend_from_slice(br#","skew":"#);
        serde_json::to_writer(&mut *json, skew)?;
        json.extend_from_slice(br#","actor":"#);
        serde_json::to_writer(&mut *json, actor)?;
        json.extend_from_slice(br#","key":"#);
        serde_json::to_writer(&mut *json, key)?;
        json.extend_from_slice(br#","command":"#);
        serde_json::to_writer(&mut *json, command)?;
        for (name, hash) in [
            (r#","command_hash":""#, command_hash),
            (r#"","payload":""#, payload),
            (r#"","previous":""#, previous),
        ] {
            json.extend_from_slice(name.as_bytes());
            json.extend_from_slice(&hash.digits());
        }
        json.extend_from_slice(br#""}"#);
        Ok(())
    }

    /// Reads what [`write`](Self::write) wrote; `None` if it stands there in any other way, be it
    /// right or wrong.
    fn read_written(json: &str) -> Option<Self> {
        let mut rest = Rest(json);
        let header = Self {
            format: rest.after(r#"{"format":"#)?.number(',')?,
            position: rest.after(r#""position":"#)?.number(',')?,
            organization: rest.after(r#""organization":"#)?.text_or_null()?,
            streams: rest.after(r#","streams":["#)?.streams()?,
            at: rest.after(r#","at":"#)?.text()?,
            skew: rest.after(r#","skew":"#)?.text()?,
            actor: rest.after(r#","actor":"#)?.text()?,
            key: rest.after(r#","key":"#)?.text_or_null()?,
            command: rest.after(r#","command":"#)?.text()?,
            command_hash: rest.after(r#","command_hash":"#)?.hash()?,
            payload: rest.after(r#","payload":"#)?.hash()?,
            previous: rest.after(r#","previous":"#)?.hash()?,
        };
        (rest.0 == "}").then_some(header)
    }
}

/// What is left to read of a header.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn after(&mut self, expected: &str) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(self)
    }

    fn until(&mut self, end: char) -> Option<&'a str> {
        let (found, rest) = self.0.split_once(end)?;
        self.0 = rest;
        Some(found)
    }

    /// A number and what ends it.
    fn number(&mut self, end: char) -> Option<u64> {
        let digits = self.until(end)?;
        let is_number = digits.starts_with(|first: char| ('1'..='9').contains(&first));
        is_number.then(|| digits.parse().ok()).flatten()
    }

    /// A text without escapes.
    fn text<T: FromStr>(&mut self) -> Option<T> {
        let rest = self.after("\"")?.0;
        let special = |byte: u8| matches!(byte, b'"' | b'\\') || byte.is_ascii_control();
        let (text, rest) = rest.split_at_checked(rest.bytes().position(special)?)?;
        self.0 = rest.strip_prefix('"')?;
        text.parse().ok()
    }

    /// As [`text`](Self::text), without looking for its end.
    fn hash(&mut self) -> Option<Hash> {
        let (digits, rest) = self.after("\"")?.0.split_at_checked(hash::DIGITS)?;
        self.0 = rest.strip_prefix('"')?;
        digits.parse().ok()
    }

    /// `Some(None)` is `null`, `None` what cannot be read.
    #[allow(clippy::option_option, reason = "each of the three is a case of its own")]
    fn text_or_null<T: FromStr>(&mut self) -> Option<Option<T>> {
        if self.after("null").is_some() { Some(None) } else { self.text().map(Some) }
    }

    /// The streams, one to three, and the bracket that ends them.
    fn streams(&mut self) -> Option<Vec<(String, u64)>> {
        let mut streams = Vec::with_capacity(1);
        loop {
            let name = self.after("[")?.text()?;
            streams.push((name, self.after(",")?.number(']')?));
            if self.after("]").is_some() {
                return Some(streams);
            }
            self.after(",")?;
        }
    }
}

/// What happened in one stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part<E> {
    /// What had come to its end before the command was looked at.
    pub ended: Vec<E>,
    /// What the command did.
    pub events: Vec<E>,
}

impl<E> Part<E> {
    /// All its events, in the order in which they are applied.
    pub fn all(&self) -> impl Iterator<Item = &E> {
        self.ended.iter().chain(&self.events)
    }
}

/// What happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// To the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<Part<Event>>,
    /// To its account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Part<billing::Event>>,
    /// To the provider's stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock: Option<Part<StockEvent>>,
    /// Items of the command's list that were refused.
    pub refused: Vec<Refused>,
}

/// Room for what a command does to one thing, so that it is written without being moved.
const PAYLOAD: usize = 1024;

impl Payload {
    /// Its JSON, as it is kept.
    pub(super) fn encode(&self) -> Result<Vec<u8>, store::Error> {
        let mut text = Vec::with_capacity(PAYLOAD);
        serde_json::to_writer(&mut text, self).map_err(|error| unencodable(0, &error))?;
        Ok(text)
    }

    /// What the command's answer is built from.
    pub(super) fn outcome(&self) -> Outcome<'_> {
        fn events<E: Clone>(part: Option<&Part<E>>) -> Cow<'_, [E]> {
            Cow::Borrowed(part.map(|part| part.events.as_slice()).unwrap_or_default())
        }
        Outcome {
            organization: events(self.organization.as_ref()),
            account: events(self.account.as_ref()),
            account_ended: Cow::Borrowed(
                self.account.as_ref().map(|part| part.ended.as_slice()).unwrap_or_default(),
            ),
            stock: events(self.stock.as_ref()),
            refused: &self.refused,
        }
    }
}

/// Everything that one command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// What it is known by.
    pub header: Header,
    /// The hash of the header.
    pub hash: Hash,
    /// What happened.
    pub payload: Payload,
}

/// Room for a header without long names, so that it is written without being moved.
const HEADER: usize = 640;

/// A commit as it is kept, with its hash.
pub(super) fn encode(header: &Header, payload: &[u8]) -> Result<(Vec<u8>, Hash), store::Error> {
    let mut bytes = Vec::with_capacity(HEADER.saturating_add(payload.len()));
    // The hash stands before the header, and is known after it.
    bytes.extend_from_slice(&Hash::default().digits());
    bytes.push(b'\n');
    let start = bytes.len();
    header.write(&mut bytes).map_err(|error| unencodable(header.position, &error))?;
    let hash = Hash::of(bytes.get(start..).unwrap_or_default());
    for (place, digit) in bytes.iter_mut().zip(hash.digits()) {
        *place = digit;
    }
    bytes.push(b'\n');
    bytes.extend_from_slice(payload);
    Ok((bytes, hash))
}

pub(super) fn unencodable(position: u64, error: &dyn fmt::Display) -> store::Error {
    store::Error::Failed {
        problem: format!("the commit at position {position} has no JSON: {error}"),
    }
}

/// The three lines of a commit as it is kept: hash, header and payload.
fn lines(bytes: &[u8]) -> Result<[&str; 3], String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let mut lines = text.splitn(3, '\n');
    match (lines.next(), lines.next(), lines.next()) {
        (Some(hash), Some(header), Some(payload)) => Ok([hash, header, payload]),
        _ => Err("it does not have three lines".to_owned()),
    }
}

/// A commit as one JSON object.
pub(super) fn as_json(position: u64, bytes: &[u8]) -> Result<String, store::Error> {
    let [hash, header, payload] =
        lines(bytes).map_err(|problem| store::Error::Corrupt { position, problem })?;
    Ok(format!(r#"{{"header":{header},"hash":"{hash}","payload":{payload}}}"#))
}

impl Commit {
    /// Reads a commit and holds it against its own hashes. Fields that are not known are passed
    /// over.
    ///
    /// # Errors
    ///
    /// * [`store::Error::Corrupt`] if the bytes are no commit, a hash is not that of its text, or
    ///   the commit stands at another position;
    /// * [`store::Error::Newer`] if it has a format that this version does not read;
    /// * [`store::Error::EventUnknown`] if it holds an event that this version does not know.
    pub fn read(position: u64, bytes: &[u8]) -> Result<Self, store::Error> {
        Self::parse(position, bytes).map_err(|problem| {
            newer(position, bytes).unwrap_or(store::Error::Corrupt { position, problem })
        })
    }

    fn parse(position: u64, bytes: &[u8]) -> Result<Self, String> {
        let [hash, header, payload] = lines(bytes)?;
        let known = Hash::of(header.as_bytes());
        if hash.as_bytes() != known.digits() {
            return Err("the hash is not that of the header".to_owned());
        }
        let header = match Header::read_written(header) {
            Some(header) => header,
            None => serde_json::from_str(header).map_err(|error| error.to_string())?,
        };
        if header.format != FORMAT {
            return Err(format!("it has format {}", header.format));
        }
        if header.position != position {
            return Err(format!("it says that it stands at position {}", header.position));
        }
        if Hash::of(payload.as_bytes()) != header.payload {
            return Err("the header's hash is not that of the payload".to_owned());
        }
        let payload: Payload = serde_json::from_str(payload).map_err(|error| error.to_string())?;
        Ok(Self { header, hash: known, payload })
    }
}

/// Why a commit that cannot be read is one of a newer version, if it is. Its hashes have to fit:
/// what was changed is corrupt, whatever it says.
fn newer(position: u64, bytes: &[u8]) -> Option<store::Error> {
    #[derive(Deserialize)]
    struct AnyHeader {
        format: u64,
        payload: Hash,
    }
    let [hash, header, payload] = lines(bytes).ok()?;
    if hash != Hash::of(header.as_bytes()).to_string() {
        return None;
    }
    let AnyHeader { format, payload: known } = serde_json::from_str(header).ok()?;
    if format > FORMAT {
        let what = format!("the commit at position {position}");
        return Some(store::Error::Newer { what, format, known: FORMAT });
    }
    if known != Hash::of(payload.as_bytes()) {
        return None;
    }
    let payload: serde_json::Value = serde_json::from_str(payload).ok()?;
    let mut events = ["organization", "account", "stock"]
        .into_iter()
        .flat_map(|stream| ["ended", "events"].map(|part| format!("/{stream}/{part}")))
        .filter_map(|events| payload.pointer(&events)?.as_array())
        .flatten()
        .filter_map(|event| event.get("type")?.as_str());
    let event = events.find(|name| event_names().all(|known| known != *name))?.to_owned();
    Some(store::Error::EventUnknown { position, event })
}

/// The dotted names of everything that can happen in any stream.
pub fn event_names() -> impl Iterator<Item = &'static str> {
    let others = [billing::Event::NAMES, StockEvent::NAMES].into_iter().flatten().copied();
    Event::names().chain(others)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers() -> Vec<Header> {
        let plain = Header {
            format: FORMAT,
            position: 7,
            organization: Some("contoso".parse().unwrap()),
            streams: vec![("organization:contoso".to_owned(), 5)],
            at: "2018-04-01T09:00:00Z".parse().unwrap(),
            skew: Duration::ZERO,
            actor: "ada".parse().unwrap(),
            key: None,
            command: "licensing.buy_seats".to_owned(),
            command_hash: Hash::of(b"command"),
            payload: Hash::of(b"payload"),
            previous: Hash::default(),
        };
        let full = Header {
            streams: vec![("account:contoso".to_owned(), 1), ("stock".to_owned(), u64::MAX)],
            at: "2018-04-01T09:00:00.25Z".parse().unwrap(),
            skew: Duration::from_seconds(59),
            key: Some("é 1".parse().unwrap()),
            ..plain.clone()
        };
        let escaped = Header {
            organization: Some("\"con\\toso\"".parse().unwrap()),
            streams: vec![("organization:\"con\\toso\"".to_owned(), 1)],
            ..full.clone()
        };
        let nobody = Header { organization: None, streams: Vec::new(), ..plain.clone() };
        vec![plain, full, escaped, nobody]
    }

    fn written(header: &Header) -> String {
        let mut json = Vec::new();
        header.write(&mut json).unwrap();
        String::from_utf8(json).unwrap()
    }

    #[test]
    fn a_header_is_written_as_it_serializes() {
        for header in headers() {
            assert_eq!(written(&header), serde_json::to_string(&header).unwrap());
        }
    }

    #[test]
    fn a_header_is_read_as_it_deserializes() {
        let read = |header: &Header| Header::read_written(&written(header));
        let [plain, full, escaped, nobody] = headers().try_into().unwrap();
        assert_eq!(read(&plain), Some(plain.clone()));
        assert_eq!(read(&full), Some(full.clone()));
        assert_eq!((read(&escaped), read(&nobody)), (None, None), "left to serde");
        // What is read from a header that was changed anywhere is what serde reads from it.
        for json in [written(&plain), written(&full)] {
            let places = json.char_indices().map(|(place, _)| place);
            for (place, other) in places.flat_map(|place| {
                [
                    "", " ", "0", "1", "+", "a", "F", "\"", "\\", ",", "[", "]", "\u{1}", "\u{7f}",
                    "é",
                ]
                .map(|other| (place, other))
            }) {
                let (before, rest) = json.split_at(place);
                let mut after = rest.chars();
                after.next();
                let after = after.as_str();
                for json in [format!("{before}{other}{after}"), format!("{before}{other}{rest}")] {
                    if let Some(header) = Header::read_written(&json) {
                        assert_eq!(serde_json::from_str(&json).ok(), Some(header), "{json}");
                    }
                }
            }
        }
    }
}
