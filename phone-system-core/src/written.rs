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

/// The last two digits of a number.
#[inline]
pub(crate) fn pair(number: u64) -> [u8; 2] {
    const PAIRS: [[u8; 2]; 100] = {
        let (mut pairs, mut number) = ([[b'0'; 2]; 100], 0_u8);
        let mut left: &mut [[u8; 2]] = &mut pairs;
        while let [first, rest @ ..] = left {
            *first = [b'0'.wrapping_add(number / 10), b'0'.wrapping_add(number % 10)];
            number = number.wrapping_add(1);
            left = rest;
        }
        pairs
    };
    PAIRS.get((number % 100) as usize).copied().unwrap_or_default()
}

impl Written {
    /// Longer than the longest text that is written so: a duration of 26 characters.
    const ROOM: usize = 32;

    pub(crate) const fn new() -> Self {
        Self { bytes: [b'0'; Self::ROOM], length: 0 }
    }

    /// Adds characters of ASCII, if there is room for all of them.
    #[inline]
    pub(crate) fn ascii<const COUNT: usize>(&mut self, characters: [u8; COUNT]) -> &mut Self {
        let left = self.bytes.get_mut(self.length..).unwrap_or_default();
        if let Some(places) = left.first_chunk_mut() {
            *places = characters;
            self.length = self.length.saturating_add(COUNT);
        }
        self
    }

    /// Adds a number of `width` digits, with zeros before it; of a longer one the last digits.
    #[inline]
    pub(crate) fn padded(&mut self, number: u64, width: u32) -> &mut Self {
        let [tens, ones] = pair(number);
        match width {
            0 => self,
            1 => self.ascii([ones]),
            2 => self.ascii([tens, ones]),
            _ => self.padded(number / 100, width.saturating_sub(2)).ascii([tens, ones]),
        }
    }

    /// Adds a number as it is written without zeros before it.
    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        let [tens, ones] = pair(number);
        match number {
            0..10 => self.ascii([ones]),
            10..100 => self.ascii([tens, ones]),
            _ => self.number(number / 100).ascii([tens, ones]),
        }
    }

    /// Adds a point and the digits after it, of `width`, without the zeros at their end but for the
    /// first two.
    pub(crate) fn fraction(&mut self, mut digits: u64, mut width: u32) -> &mut Self {
        while width > 2 && digits.is_multiple_of(10) {
            digits /= 10;
            width = width.saturating_sub(1);
        }
        self.ascii([b'.']).padded(digits, width)
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
        assert_eq!(Written::new().ascii(*b"a").padded(7, 3).as_str(), "a007");
        assert_eq!(Written::new().padded(12_345, 2).as_str(), "45");
        for (digits, text) in [(0, ".00"), (500_000, ".50"), (5, ".000005"), (123_000, ".123")] {
            assert_eq!(Written::new().fraction(digits, 6).as_str(), text);
        }
        // There is no more room than there is.
        let long = Written::new().ascii([b'x'; 30]).number(u64::MAX).ascii(*b"y").as_str().len();
        assert_eq!(long, 32);
    }
}
