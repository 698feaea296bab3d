//! Tables of comma-separated values with a header (RFC 4180), as administrators' tools export them.

use std::fmt::Display;
use std::sync::Arc;

use csv::{Reader, ReaderBuilder, StringRecord, Trim};

use crate::error::{Choices, refusals};

refusals! {
    /// Why a table or a cell of it cannot be used.
    pub enum Error {
        Unreadable = TableUnreadable { row: u64, problem: String }
            => "row {row}: {problem}",
        ColumnMissing = TableColumnMissing { column: &'static str, found: Choices<String> }
            => "the header has no column `{column}`, only {found}",
        ColumnUnknown = TableColumnUnknown { row: u64, column: String, known: Choices<&'static str> }
            => "row {row}: column `{column}` is not known, and what it says would be lost; rename it if it is {known}, or remove it",
        Value = TableValue { row: u64, column: &'static str, value: String, problem: String }
            => "row {row}, column `{column}`: `{value}` {problem}",
    }
}

/// A column that a table must or may have, by its header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
}

impl Column {
    pub(crate) const fn required(name: &'static str) -> Self {
        Self { name, required: true }
    }

    pub(crate) const fn optional(name: &'static str) -> Self {
        Self { name, required: false }
    }
}

/// One row of a table; cells are asked for by column.
pub(crate) struct Row {
    /// The line's number in the file, the header being 1.
    pub(crate) number: u64,
    cells: StringRecord,
    places: Places,
}

/// Where the columns that are asked for stand.
type Places = Arc<[(&'static str, usize)]>;

impl Row {
    /// The cell in `column`, without blanks around it; empty if the table lacks the column.
    pub(crate) fn cell(&self, column: Column) -> &str {
        self.places
            .iter()
            .find(|(name, _)| *name == column.name)
            .and_then(|(_, place)| self.cells.get(*place))
            .unwrap_or_default()
    }

    /// The cell in `column` read by `read`; `problem` ends the sentence that refuses it.
    pub(crate) fn read<T, E: Display>(
        &self,
        column: Column,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Error> {
        let cell = self.cell(column);
        read(cell).map_err(|problem| self.refuse(column, &problem))
    }

    /// Refuses the cell in `column`.
    pub(crate) fn refuse(&self, column: Column, problem: &impl Display) -> Error {
        let value = self.cell(column).chars().take(64).collect();
        Error::Value {
            row: self.number,
            column: column.name,
            value,
            problem: format!("is refused: {problem}"),
        }
    }
}

/// A table whose header has been read.
pub(crate) struct Table<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    /// The names of its columns, without blanks around them.
    pub(crate) header: StringRecord,
}

impl<'a> Table<'a> {
    pub(crate) fn open(text: &'a str) -> Result<Self, Error> {
        // Spreadsheets put a byte-order mark before the header.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| unreadable(1, &error))?.clone();
        Ok(Self { reader, text, header })
    }

    /// The refusal of a table that lacks a column.
    pub(crate) fn lacks(&self, column: &'static str) -> Error {
        Error::ColumnMissing { column, found: self.header.iter().map(ToOwned::to_owned).collect() }
    }

    /// The rows, each readable or refused, one at a time.
    pub(crate) fn rows(
        self,
        places: Vec<(&'static str, usize)>,
    ) -> impl Iterator<Item = Result<Row, Error>> {
        let mut lines = Lines { text: self.text, byte: 0, line: 1 };
        let places = Places::from(places);
        self.reader.into_records().map(move |record| {
            let position = match &record {
                Ok(cells) => cells.position(),
                Err(error) => error.position(),
            };
            let number = lines.at(position.map_or(0, csv::Position::byte));
            let cells = record.map_err(|error| unreadable(number, &error))?;
            Ok(Row { number, cells, places: Arc::clone(&places) })
        })
    }
}

/// The rows of a table, each readable or refused; columns that are not asked for are passed over.
pub(crate) fn rows(text: &str, columns: &[Column]) -> Result<Vec<Result<Row, Error>>, Error> {
    let table = Table::open(text)?;
    let mut places = Vec::new();
    for column in columns {
        match table.header.iter().position(|name| name.eq_ignore_ascii_case(column.name)) {
            Some(place) => places.push((column.name, place)),
            None if column.required => return Err(table.lacks(column.name)),
            None => {}
        }
    }
    Ok(table.rows(places).collect())
}

/// Counts lines up to a byte, going forward only.
///
/// The reader's own count is taken before the line ends that lead to a record, so blank lines and
/// `\r\n` would make it too small.
struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    fn at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        let bytes = self.text.as_bytes();
        while let Some(next) = bytes.get(self.byte)
            && (self.byte < byte || matches!(next, b'\r' | b'\n'))
        {
            self.line = self.line.saturating_add(u64::from(*next == b'\n'));
            self.byte = self.byte.saturating_add(1);
        }
        self.line
    }
}

fn unreadable(row: u64, error: &csv::Error) -> Error {
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("cells in the row: {len}; in the header: {expected_len}")
        }
        _ => error.to_string(),
    };
    Error::Unreadable { row, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Column = Column::required("PhoneNumber");
    const B: Column = Column::optional("City");

    #[test]
    fn columns_are_found_by_name_and_rows_by_line() {
        let text = "\u{feff}City , phonenumber,Else\r\nSeattle,\" +1 \",x\r\n\r\nReno,+2,y\r\n";
        let rows = rows(text, &[A, B]).unwrap();
        let read: Vec<_> =
            rows.iter().flatten().map(|row| (row.number, row.cell(A), row.cell(B))).collect();
        assert_eq!(read, [(2, "+1", "Seattle"), (4, "+2", "Reno")]);
    }

    #[test]
    fn what_is_broken_is_named_by_row_and_column() {
        assert!(matches!(rows("", &[A]), Err(Error::ColumnMissing { column: "PhoneNumber", .. })));
        assert!(matches!(rows("City\nX", &[A]), Err(Error::ColumnMissing { .. })));
        let rows = rows("PhoneNumber,City\n+1,Reno\n+2\n+3,Seattle\n", &[A, B]).unwrap();
        assert!(matches!(rows[1], Err(Error::Unreadable { row: 3, .. })));
        assert!(rows[2].is_ok());
    }
}
