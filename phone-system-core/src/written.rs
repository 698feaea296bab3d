//! Short texts of figures, written in place: what is in every event is not formatted piece by piece.

/// A short text of ASCII that is being written.
pub(crate) struct Written {
    bytes: [u8; Self::ROOM],
    length: usize,
}

/// What has a short text of ASCII as its one text form.
pub(crate) trait InPlace {
    /// Writes it.
    fn write(&self, text: &mut Written);

    /// Its text.
    fn written(&self) -> Written {
        let mut text = Written::new();
        self.write(&mut text);
        text
    }
}

impl Written {
    /// Longer than the longest text that is written so: a duration of 26 characters.
    const ROOM: usize = 32;

    pub(crate) const fn new() -> Self {
        Self { bytes: [b'0'; Self::ROOM], length: 0 }
    }

    /// Adds characters of ASCII, if there is room for all of them.
    #[inline]
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        let end = self.length.saturating_add(text.len());
        if let Some(places) = self.bytes.get_mut(self.length..end) {
            places.copy_from_slice(text.as_bytes());
            self.length = end;
        }
        self
    }

    /// Adds a number of `width` digits, with zeros before it; of a longer one the last digits.
    #[inline]
    pub(crate) fn padded(&mut self, mut number: u64, width: usize) -> &mut Self {
        let end = self.length.saturating_add(width).min(Self::ROOM);
        for place in self.bytes.get_mut(self.length..end).unwrap_or_default().iter_mut().rev() {
            *place = b'0'.wrapping_add((number % 10) as u8);
            number /= 10;
        }
        self.length = end;
        self
    }

    /// Adds a number as it is written without zeros before it.
    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        let more = number.checked_ilog10().unwrap_or_default() as usize;
        self.padded(number, more.saturating_add(1))
    }

    /// Adds a point and the digits after it, of `width`, without the zeros at their end but for the
    /// first two.
    pub(crate) fn fraction(&mut self, digits: u64, width: usize) -> &mut Self {
        let shortest = self.text(".").length.saturating_add(2);
        self.padded(digits, width);
        let written = self.bytes.get(shortest..self.length).unwrap_or_default();
        let zeros = written.iter().rev().take_while(|byte| **byte == b'0').count();
        self.length = self.length.saturating_sub(zeros);
        self
    }

    pub(crate) fn as_str(&self) -> &str {
        // All of it is ASCII.
        std::str::from_utf8(self.bytes.get(..self.length).unwrap_or_default()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_they_are_formatted() {
        for number in [0, 1, 9, 10, 99, 100, 1_000_000, u64::MAX] {
            assert_eq!(Written::new().number(number).as_str(), number.to_string());
        }
        assert_eq!(Written::new().text("a").padded(7, 3).as_str(), "a007");
        assert_eq!(Written::new().padded(12_345, 2).as_str(), "45");
        for (digits, text) in [(0, ".00"), (500_000, ".50"), (5, ".000005"), (123_000, ".123")] {
            assert_eq!(Written::new().fraction(digits, 6).as_str(), text);
        }
        // There is no more room than there is.
        let long = Written::new().text(&"x".repeat(30)).number(u64::MAX).text("y").as_str().len();
        assert_eq!(long, 32);
    }
}
