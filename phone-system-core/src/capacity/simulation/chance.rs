//! Chance that is the same on every machine.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};

use crate::number::PhoneNumber;
use crate::seed::Seed;

/// What something is drawn for: each has a stream of its own, so that one more draw for the one moves
/// nothing of the other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// When calls begin and how long they last.
    Calls = 0,
    /// Who calls again, and when.
    Retries = 1,
}

/// A stream of chance: that of one number, on one day, for one purpose.
///
/// The three are the number of the stream, and the seed is the key, so that what is drawn for a
/// number hangs on nothing else that is simulated. A number has at most 15 digits, which are 50 bits;
/// with a day below 8,192 and a purpose they fill the 64 of a stream's number.
#[derive(Debug)]
pub(super) struct Stream(ChaCha8Rng);

impl Stream {
    pub(super) fn new(seed: &Seed, number: PhoneNumber, day: u32, purpose: Purpose) -> Self {
        let mut generator = ChaCha8Rng::from_seed(*seed.bytes());
        let of_day = (u64::from(day) << 1) | (purpose as u64);
        generator.set_stream((number.digits() << 14) | of_day);
        Self(generator)
    }

    /// A number above 0 and at most 1: any multiple of 2⁻⁵³ is as likely as any other.
    pub(super) fn share(&mut self) -> f64 {
        const UNIT: f64 = f64::from_bits((1023 - 53) << 52);
        // 53 bits, so that nothing is rounded.
        #[allow(clippy::cast_precision_loss, reason = "it is at most 2^53")]
        let whole = (self.0.next_u64() >> 11).saturating_add(1) as f64;
        whole * UNIT
    }

    /// A length of exponential distribution whose mean is 1.
    pub(super) fn exponential(&mut self) -> f64 {
        // Of the two zeros the plain one.
        0.0 - libm::log(self.share())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_those_of_the_first_version() {
        // The same bits on every machine and in every version: what was simulated once is simulated so
        // again. The first is the first block of ChaCha8 with key, counter and nonce 0.
        let mut generator = ChaCha8Rng::from_seed([0; 32]);
        assert_eq!(generator.next_u32().to_le_bytes(), [0x3e, 0x00, 0xef, 0x2f]);
        let number = "+14255550100".parse().unwrap();
        let mut drawn = Vec::new();
        for purpose in [Purpose::Calls, Purpose::Retries] {
            let mut stream = Stream::new(&Seed::new([7; 32]), number, 3, purpose);
            drawn.extend([stream.share().to_bits(), stream.exponential().to_bits()]);
        }
        assert_eq!(drawn, DRAWN);
    }

    const DRAWN: [u64; 4] = [
        4_604_906_267_601_988_075,
        4_607_463_019_779_054_620,
        4_606_722_348_097_651_125,
        4_586_523_212_537_860_834,
    ];

    #[test]
    fn shares_are_above_nothing_and_their_means_are_right() {
        let number = "+14255550100".parse().unwrap();
        let mut stream = Stream::new(&Seed::default(), number, 0, Purpose::Calls);
        let (mut shares, mut lengths) = (0.0, 0.0);
        for _ in 0..100_000 {
            let share = stream.share();
            assert!(share > 0.0 && share <= 1.0, "{share}");
            let length = stream.exponential();
            assert!(length >= 0.0 && length.is_finite(), "{length}");
            (shares, lengths) = (shares + share, lengths + length);
        }
        // Four standard errors.
        assert!((shares / 1e5 - 0.5_f64).abs() < 0.0037, "{shares}");
        assert!((lengths / 1e5 - 1.0_f64).abs() < 0.0127, "{lengths}");
    }
}
