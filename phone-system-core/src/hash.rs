//! SHA-256, by which texts are known again.

use std::fmt;
use std::io;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::text::read_as_text;

/// A SHA-256; 64 hexadecimal digits in JSON.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

/// How many hexadecimal digits a hash has.
pub(crate) const DIGITS: usize = 64;

impl Hash {
    /// The hash of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash of something as JSON without blanks, which is never there as a whole.
    pub(crate) fn of_json(value: &impl Serialize) -> Self {
        struct Hashing(Sha256);
        impl io::Write for Hashing {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.update(bytes);
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut writer = io::BufWriter::new(Hashing(Sha256::new()));
        // Hashing does not fail, and what is hashed here has text keys only.
        let written = serde_json::to_writer(&mut writer, value);
        debug_assert!(written.is_ok(), "{written:?}");
        let hashed = writer.into_inner().map(|hashing| hashing.0.finalize().into());
        hashed.map(Self).unwrap_or_default()
    }

    /// Its one text form: hexadecimal digits in lower case.
    pub(crate) fn digits(&self) -> [u8; DIGITS] {
        // Without a table, so that the compiler makes many at once.
        let digit = |half: u8| half.wrapping_add(if half < 10 { b'0' } else { b'a' - 10 });
        let mut digits = [b'0'; DIGITS];
        let (pairs, _) = digits.as_chunks_mut();
        for (pair, byte) in pairs.iter_mut().zip(self.0) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        digits
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digits are ASCII.
        f.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        from_hexadecimal(text).map(Self).ok_or("a hash has 64 hexadecimal digits")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

read_as_text!(Hash: "hash", "A SHA-256 in 64 hexadecimal digits.");

/// 32 bytes written as 64 hexadecimal digits in either case.
pub(crate) fn from_hexadecimal(text: &str) -> Option<[u8; 32]> {
    let digits: &[u8; DIGITS] = text.as_bytes().try_into().ok()?;
    // Without a branch for each, so that the compiler reads many at once.
    if !digits.iter().fold(true, |all, digit| all & digit.is_ascii_hexdigit()) {
        return None;
    }
    // A letter's place in the alphabet, or a digit's value, is the low half of its code.
    let value = |digit: u8| (digit & 15).wrapping_add(if digit < b'A' { 0 } else { 9 });
    let mut bytes = [0; 32];
    for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks().0) {
        *byte = (value(*high) << 4) | value(*low);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_have_one_text_form() {
        let canonical = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let hash = Hash::of(b"abc");
        assert_eq!(hash.to_string(), canonical);
        for given in [canonical, &canonical.to_uppercase()] {
            assert_eq!(given.parse(), Ok(hash));
        }
        let (short, long) = (&canonical[1..], format!("{canonical}0"));
        let (sign, wide) = (format!("+{short}"), format!("\u{e9}{}", &canonical[2..]));
        for bad in ["", short, &long, &sign, &wide, &format!("g{short}"), &format!(" {short}")] {
            assert!(bad.parse::<Hash>().is_err(), "{bad}");
        }
    }
}
