//! A store that lasts as long as the process.

use std::collections::HashMap;

use super::{Error, Record, Store};

/// Keeps commits in memory; nothing survives the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    records: Vec<Record>,
    /// Where the commits of each stream are.
    streams: HashMap<String, Vec<usize>>,
}

impl Store for MemoryStore {
    fn append(&mut self, records: &[Record]) -> Result<(), Error> {
        let next = u64::try_from(self.records.len()).unwrap_or(u64::MAX).saturating_add(1);
        if let Some((record, expected)) =
            records.iter().zip(next..).find(|(record, expected)| record.position != *expected)
        {
            let problem =
                format!("position {} was to be appended where {expected} is next", record.position);
            return Err(Error::Failed { problem });
        }
        for record in records {
            for (stream, _) in &record.streams {
                self.streams.entry(stream.clone()).or_default().push(self.records.len());
            }
            self.records.push(record.clone());
        }
        Ok(())
    }

    fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, Error> {
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        Ok(self.records.iter().skip(after).take(limit).cloned().collect())
    }

    fn read_stream(&self, stream: &str, after: u64, limit: usize) -> Result<Vec<Record>, Error> {
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        let places = self.streams.get(stream).map(Vec::as_slice).unwrap_or_default();
        Ok(places
            .iter()
            .skip(after)
            .take(limit)
            .filter_map(|place| self.records.get(*place))
            .cloned()
            .collect())
    }
}
