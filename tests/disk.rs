//! A disk in memory that remembers in which order it was written to, so that every image which a
//! crash could have left can be looked at; and that fails when it is told to.

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

/// What was done to a disk.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Write(usize, Vec<u8>),
    Length(usize),
    /// Everything before it is durable.
    Sync,
}

impl Step {
    fn apply(&self, image: &mut Vec<u8>) {
        match self {
            Self::Write(offset, bytes) => {
                let end = offset + bytes.len();
                if image.len() < end {
                    image.resize(end, 0);
                }
                image[*offset..end].copy_from_slice(bytes);
            }
            Self::Length(length) => image.resize(*length, 0),
            Self::Sync => {}
        }
    }
}

/// When a disk fails.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The sync of that number, from 1, with that error.
    Sync(usize, ErrorKind),
    /// The sync of that number panics.
    Panic(usize),
    /// What would make it longer than that.
    Full(usize),
}

#[derive(Default)]
struct Inner {
    live: Vec<u8>,
    steps: Vec<Step>,
    syncs: usize,
    fault: Option<Fault>,
}

impl Inner {
    fn take(&mut self, step: Step) -> io::Result<()> {
        let length = match &step {
            Step::Write(offset, bytes) => offset + bytes.len(),
            Step::Length(length) => *length,
            Step::Sync => 0,
        };
        if matches!(self.fault, Some(Fault::Full(most)) if length > most) {
            return Err(ErrorKind::StorageFull.into());
        }
        step.apply(&mut self.live);
        self.steps.push(step);
        Ok(())
    }
}

/// A disk; its clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<Inner>>);

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("syncs", &self.syncs()).finish_non_exhaustive()
    }
}

impl Disk {
    pub(crate) fn of(image: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(Inner { live: image, ..Inner::default() })))
    }

    pub(crate) fn failing(fault: Fault) -> Self {
        Self(Arc::new(Mutex::new(Inner { fault: Some(fault), ..Inner::default() })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many syncs have succeeded.
    pub(crate) fn syncs(&self) -> usize {
        self.inner().syncs
    }

    /// Everything that was written, durable or not.
    pub(crate) fn image(&self) -> Vec<u8> {
        self.inner().live.clone()
    }

    pub(crate) fn steps(&self) -> Vec<Step> {
        self.inner().steps.clone()
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.inner().live.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let inner = self.inner();
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let end = offset.saturating_add(out.len());
        let bytes = inner.live.get(offset..end).ok_or(ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.inner().take(Step::Length(usize::try_from(length).unwrap()))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut inner = self.inner();
        match inner.fault {
            Some(Fault::Sync(number, kind)) if number == inner.syncs + 1 => {
                inner.fault = None;
                Err(kind.into())
            }
            Some(Fault::Panic(number)) if number == inner.syncs + 1 => {
                inner.fault = None;
                panic!("the disk is told to")
            }
            _ => {
                inner.syncs += 1;
                inner.take(Step::Sync)
            }
        }
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.inner().take(Step::Write(usize::try_from(offset).unwrap(), bytes.to_vec()))
    }
}

/// Goes through every moment at which a disk could have stopped: how many syncs were through, what
/// they made durable, and what was done after them and before the next.
pub(crate) fn each_crash(
    mut image: Vec<u8>,
    steps: &[Step],
    mut look: impl FnMut(usize, &[u8], &[Step]),
) {
    for (syncs, later) in steps.split(|step| matches!(step, Step::Sync)).enumerate() {
        look(syncs, &image, later);
        for step in later {
            step.apply(&mut image);
        }
    }
}

/// An image to which all of that was done as well.
pub(crate) fn wholly(image: &[u8], later: &[Step]) -> Vec<u8> {
    let mut image = image.to_vec();
    for step in later {
        step.apply(&mut image);
    }
    image
}

/// An image to which some of that was done as well: each write not at all, as a whole, up to or
/// from some byte on, or some of its sectors; a length or not.
pub(crate) fn partly(image: &[u8], later: &[Step], random: &mut Random) -> Vec<u8> {
    const SECTOR: usize = 512;
    let mut image = image.to_vec();
    for step in later {
        let (offset, bytes) = match step {
            Step::Write(offset, bytes) => (*offset, bytes.as_slice()),
            Step::Length(_) if random.below(2) == 0 => {
                step.apply(&mut image);
                continue;
            }
            _ => continue,
        };
        // What lies behind the end of the file is nowhere.
        let room = image.len().saturating_sub(offset).min(bytes.len());
        if room == 0 {
            continue;
        }
        let place = &mut image[offset..offset + room];
        let bytes = &bytes[..room];
        let cut = random.below(room + 1);
        match random.below(5) {
            0 => {}
            1 => place.copy_from_slice(bytes),
            2 => place[..cut].copy_from_slice(&bytes[..cut]),
            3 => place[cut..].copy_from_slice(&bytes[cut..]),
            _ => {
                for (place, bytes) in place.chunks_mut(SECTOR).zip(bytes.chunks(SECTOR)) {
                    if random.below(2) == 0 {
                        place.copy_from_slice(bytes);
                    }
                }
            }
        }
    }
    image
}

/// Numbers that look random and are the same for the same seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
}
