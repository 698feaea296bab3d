//! A store that lasts as long as the process.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{Error, Page, Record, Store, check_kept, check_order};

/// Keeps commits in memory; nothing survives the process.
#[derive(Debug, Default)]
pub struct MemoryStore(RwLock<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// In ascending order, without gaps.
    records: Vec<Record>,
    pages: BTreeMap<String, Vec<u8>>,
}

impl Kept {
    /// How many of the records come up to a position.
    fn upto(&self, position: u64) -> usize {
        self.records.partition_point(|record| record.position <= position)
    }

    fn last(&self) -> Option<u64> {
        self.records.last().map(|record| record.position)
    }

    fn save(&mut self, pages: &[Page]) {
        for Page { name, bytes } in pages {
            match bytes {
                Some(bytes) => self.pages.insert(name.clone(), bytes.clone()),
                None => self.pages.remove(name),
            };
        }
    }
}

impl MemoryStore {
    // What is guarded is changed only after everything that could panic.
    fn kept(&self) -> RwLockReadGuard<'_, Kept> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept_mut(&self) -> RwLockWriteGuard<'_, Kept> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn append(&self, records: &[Record]) -> Result<(), Error> {
        let mut kept = self.kept_mut();
        check_order(records, kept.last())?;
        kept.records.extend_from_slice(records);
        Ok(())
    }

    fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, Error> {
        let kept = self.kept();
        Ok(kept.records.iter().skip(kept.upto(after)).take(limit).cloned().collect())
    }

    fn save(&self, pages: &[Page]) -> Result<(), Error> {
        self.kept_mut().save(pages);
        Ok(())
    }

    fn load(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.kept().pages.get(name).cloned())
    }

    fn forget(&self, upto: u64, pages: &[Page]) -> Result<(), Error> {
        let mut kept = self.kept_mut();
        check_kept(upto, kept.last())?;
        let forgotten = kept.upto(upto);
        kept.records.drain(..forgotten);
        kept.save(pages);
        Ok(())
    }
}
