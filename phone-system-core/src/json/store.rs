//! Opening a store, and taking care of it, as JSON; files by their paths.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{JsonSystem, object, text, unencodable};
use crate::store;
use crate::system::{Error, PhoneSystem};

/// What [`JsonSystem::open`] takes.
#[cfg(feature = "redb")]
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    path: PathBuf,
    #[serde(default)]
    create: bool,
    #[serde(default)]
    import: Option<PathBuf>,
    #[serde(default)]
    tolerance: Option<crate::time::Duration>,
    #[serde(default = "usual_checkpoint_after")]
    checkpoint_after: Option<u64>,
    #[serde(default)]
    from_start: bool,
}

#[cfg(feature = "redb")]
fn usual_checkpoint_after() -> Option<u64> {
    crate::system::Options::default().checkpoint_after
}

/// What [`JsonSystem::maintain`] takes.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Maintain {
    Archive { path: PathBuf, before: u64 },
    Checkpoint {},
    Export { path: PathBuf, after: u64 },
    Streams {},
    Verify {},
}

/// What [`Maintain::Checkpoint`] answers.
#[derive(Serialize)]
struct Checkpointed {
    position: u64,
}

/// A stream and how many commits it has.
#[derive(Serialize)]
struct StreamLength {
    stream: String,
    commits: u64,
}

impl JsonSystem {
    /// Opens a store in a file: `{"path", "create", "import", "tolerance", "checkpoint_after",
    /// "from_start"}`, all but the path may be left out.
    ///
    /// With `create` the file is made if it is not there. With `import` what was exported to that
    /// file is appended first; a file that was made for it is removed again if that is refused. The
    /// others are those of [`Options`](crate::system::Options).
    ///
    /// # Errors
    ///
    /// `envelope.malformed`; `store.missing`, `store.denied`, `store.in_use` and whatever else
    /// opening a store or importing into it refuses.
    #[cfg(feature = "redb")]
    pub fn open(open: &[u8]) -> Result<Self, Error> {
        let Open { path, create, import, tolerance, checkpoint_after, from_start } =
            object("store to be opened", text(open)?)?;
        let usual = crate::system::Options::default();
        let tolerance = tolerance.unwrap_or(usual.tolerance);
        let options = crate::system::Options { tolerance, checkpoint_after, from_start };
        let is_new = create && !path.exists();
        let open = if create { store::RedbStore::create } else { store::RedbStore::open };
        let Some(import) = import else {
            return Ok(PhoneSystem::open(open(&path)?, options)?.into());
        };
        let lines = File::open(&import).map_err(|error| store::Error::of_file(&import, &error))?;
        let imported = PhoneSystem::import(open(&path)?, options, &mut BufReader::new(lines));
        if is_new && imported.is_err() {
            // Half of an export is not what was asked for, and would be in the way of the next try.
            let _ = std::fs::remove_file(&path);
        }
        Ok(imported?.0.into())
    }

    /// Takes care of the store, and answers what was done: one of
    ///
    /// * `{"checkpoint": {}}`, answered by `{"position"}`;
    /// * `{"verify": {}}`, answered by what was [verified](crate::system::Verified);
    /// * `{"streams": {}}`, answered by a list of `{"stream", "commits"}`;
    /// * `{"export": {"path", "after"}}`, answered by `{"commits", "last"}`;
    /// * `{"archive": {"path", "before"}}`, answered by `{"commits", "last"}`.
    ///
    /// # Errors
    ///
    /// `envelope.malformed`; `store.exists` if the file to be written is there already; what
    /// [`PhoneSystem::checkpoint`], [`verify`](PhoneSystem::verify),
    /// [`export`](PhoneSystem::export) and [`archive`](PhoneSystem::archive) refuse.
    pub fn maintain(&self, maintain: &[u8]) -> Result<String, Error> {
        match object("maintenance", text(maintain)?)? {
            Maintain::Archive { path, before } => {
                answer(&written(&path, |out| self.system.archive(before, out))?)
            }
            Maintain::Checkpoint {} => {
                answer(&Checkpointed { position: self.system.checkpoint()? })
            }
            Maintain::Export { path, after } => {
                answer(&written(&path, |out| self.system.export(after, out))?)
            }
            Maintain::Streams {} => {
                let streams = self.system.streams().into_iter();
                let lengths = streams.map(|(stream, commits)| StreamLength { stream, commits });
                answer(&lengths.collect::<Vec<_>>())
            }
            Maintain::Verify {} => answer(&self.system.verify()?),
        }
    }

    /// Makes everything durable that was decided, and takes a checkpoint; the store is closed when
    /// the last who has the system lets go of it.
    ///
    /// # Errors
    ///
    /// As [`PhoneSystem::close`].
    pub fn close(&self) -> Result<(), Error> {
        self.system.settle()
    }

    /// The commits of one stream after a place in it, at most `limit`, as an array.
    ///
    /// # Errors
    ///
    /// As [`PhoneSystem::stream_after`].
    pub fn stream_after(&self, stream: &str, after: u64, limit: usize) -> Result<String, Error> {
        Ok(format!("[{}]", self.system.stream_commits(stream, after, limit)?.join(",")))
    }
}

fn answer(answer: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(answer).map_err(|error| unencodable(&error))
}

/// A file that is written and made durable as a whole: removed again if it cannot be.
///
/// `write` flushes the lines before the commits that are in it are removed from the store. If it
/// fails after that the file stays: whether the commits are gone is not known then.
fn written<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Error>,
) -> Result<T, Error> {
    let made = OpenOptions::new().write(true).create_new(true).open(path);
    let file = made.map_err(|error| store::Error::of_file(path, &error))?;
    let mut lines = Durable { lines: BufWriter::new(file), is_whole: false };
    let written = store::keep_name(path).map_err(Error::from).and_then(|()| write(&mut lines));
    if written.is_err() && !lines.is_whole {
        // What is cut off could be taken for the whole.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// A file whose lines are durable when it was flushed.
struct Durable {
    lines: BufWriter<File>,
    is_whole: bool,
}

impl Write for Durable {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.is_whole = false;
        self.lines.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.lines.flush()?;
        self.lines.get_ref().sync_all()?;
        self.is_whole = true;
        Ok(())
    }
}
