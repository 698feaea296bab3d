//! Segments: commits one after the other in one value of the file, compressed together.
//!
//! ```text
//! segment = length of what follows before compression, u32 | LZ4 block
//! before compression: for each commit: its length, u32 | its bytes
//! ```
//!
//! Numbers are little-endian. The first commit's position is the segment's key; the others follow
//! without gaps. Commits have most of their text in common with the one before, so they take a
//! third of their length; nothing is checked here that the commits' own hashes do not check.

use lz4_flex::block;

use super::Record;

/// How long a segment may become before compression; a longer commit has a segment of its own.
const MOST: usize = 1 << 20;

/// LZ4 does not make more than this of a byte.
const MOST_FROM_A_BYTE: usize = 255;

/// The commits of a segment that is being filled, before compression.
#[derive(Clone, Debug, Default)]
pub(super) struct Frames(Vec<u8>);

impl Frames {
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), String> {
        let length = u32::try_from(bytes.len())
            .map_err(|_| format!("a commit of {} bytes is too long", bytes.len()))?;
        self.0.extend_from_slice(&length.to_le_bytes());
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether a commit of this length fits beside what is there.
    pub(super) fn has_room(&self, length: usize) -> bool {
        self.0.len().saturating_add(length) <= MOST
    }

    pub(super) fn compress(&self) -> Vec<u8> {
        block::compress_prepend_size(&self.0)
    }

    /// Reads a segment back.
    pub(super) fn decompress(segment: &[u8]) -> Result<Self, String> {
        let (length, _) = block::uncompressed_size(segment).map_err(|error| error.to_string())?;
        // A length that was changed must not have gigabytes set aside.
        if length > segment.len().saturating_mul(MOST_FROM_A_BYTE) {
            return Err(format!("{length} bytes cannot come from {}", segment.len()));
        }
        block::decompress_size_prepended(segment).map(Self).map_err(|error| error.to_string())
    }

    /// The commits, the first of which has the position `first`.
    pub(super) fn records(&self, first: u64) -> impl Iterator<Item = Result<Record, String>> {
        let mut rest = self.0.as_slice();
        let mut position = first;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let here = position;
            position = position.saturating_add(1);
            let Some((bytes, after)) = split(rest) else {
                rest = &[];
                return Some(Err(format!("the segment ends within the commit at position {here}")));
            };
            rest = after;
            Some(Ok(Record { position: here, bytes: bytes.to_vec() }))
        })
    }
}

/// The first commit, and what follows it; none if it is cut off.
fn split(frames: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = frames.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}
