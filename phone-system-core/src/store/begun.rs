//! Files that were being made when the process or the machine stopped.

use std::io;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, Ordering};

use redb::{BackendError, StorageBackend};

/// What `redb` writes first into a file, when everything else in it is as it has to be.
const MAGIC: &[u8; 9] = b"redb\x1a\x0a\xa9\x0d\x0a";
/// How long the page is that `redb`'s header stands in; the header itself is shorter.
const HEADER_BYTES: u64 = 4096;
/// A new file is shorter than this until something is in it.
const LONGEST_NEW: u64 = 8 << 20;

/// A storage that is empty as long as it was only begun: `redb` lengthens a new file, writes a
/// header without its first bytes and then those, and would never open one where it was stopped
/// in between.
#[derive(Debug)]
pub(super) struct Begun<B> {
    backend: B,
    /// Whether it is known to be more than that.
    finished: AtomicBool,
}

impl<B: StorageBackend> Begun<B> {
    pub(super) fn of(backend: B) -> Self {
        Self { backend, finished: AtomicBool::new(false) }
    }

    /// Whether nothing but the header is there, and its first bytes are not, or not all of them.
    fn is_only_begun(&self, length: u64) -> io::Result<bool> {
        if !(HEADER_BYTES..LONGEST_NEW).contains(&length) {
            return Ok(false);
        }
        let mut magic = [0; MAGIC.len()];
        self.backend.read(0, &mut magic)?;
        let written = |(byte, wanted): (&u8, &u8)| *byte == 0 || byte == wanted;
        if magic == *MAGIC || !magic.iter().zip(MAGIC).all(written) {
            return Ok(false);
        }
        let rest = usize::try_from(length.saturating_sub(HEADER_BYTES)).unwrap_or(usize::MAX);
        let mut rest = vec![0; rest];
        self.backend.read(HEADER_BYTES, &mut rest)?;
        Ok(rest.iter().all(|byte| *byte == 0))
    }
}

impl<B: StorageBackend> StorageBackend for Begun<B> {
    fn len(&self) -> io::Result<u64> {
        let length = self.backend.len()?;
        // Asked first when the storage is locked, so nobody else is beginning it meanwhile.
        if !self.finished.load(Ordering::Acquire) {
            if self.is_only_begun(length)? {
                return Ok(0);
            }
            self.finished.store(true, Ordering::Release);
        }
        Ok(length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.backend.read(offset, out)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.backend.set_len(length)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.backend.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.backend.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.backend.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.backend.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.backend.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.backend.query_lock_range(start, end)
    }
}
