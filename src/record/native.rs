//! Native histograms: buckets whose bounds are the powers of 2^(1/8), which is Prometheus's schema 3
//! (<https://prometheus.io/docs/specs/native_histograms/>).

/// At most this many buckets are exposed: past that, neighbours are shown as one.
pub(crate) const MOST_BUCKETS: usize = 160;

/// What is not above it counts in the zero bucket: 2^-128.
pub(crate) const ZERO_THRESHOLD: f64 = 1.0 / (1_u128 << 127) as f64 / 2.0;

/// The bucket of a value in the unit, (2^((i-1)/8), 2^(i/8)]; `None` for the zero bucket.
///
/// A double is never put on the wrong side of a bound. An integer of nanoseconds or bytes becomes a double by one division, and so is in
/// its bucket to the unit up to 2^51: 26 days, or 2 PB.
#[inline]
pub(super) fn index(value: f64) -> Option<i32> {
    (value > ZERO_THRESHOLD).then(|| {
        let bits = value.to_bits();
        let exponent = (bits >> FRACTION_BITS) as i32 - EXPONENT_BIAS;
        let mantissa = bits & (ONE - 1) | ONE;
        let below = ROOTS.iter().map(|&root| i32::from(root < mantissa)).sum::<i32>();
        (8 * exponent + below).min(LAST_INDEX)
    })
}

/// Of the smallest double above the zero threshold.
pub(super) const FIRST_INDEX: i32 = -128 * 8 + 1;
/// Of the largest sum that a histogram can keep, and of all above.
pub(super) const LAST_INDEX: i32 = 64 * 8;

const FRACTION_BITS: u32 = f64::MANTISSA_DIGITS - 1;
const EXPONENT_BIAS: i32 = f64::MAX_EXP - 1;
const ONE: u64 = 1 << FRACTION_BITS;

/// 2^(k/8) in units of 2^-52, rounded down: a mantissa is above the root if it is above this.
const ROOTS: [u64; 8] = [
    ONE,
    0x11_72B8_3C7D_517A,
    0x13_06FE_0A31_B715,
    0x14_BFDA_D536_2A27,
    0x16_A09E_667F_3BCC,
    0x18_ACE5_422A_A0DB,
    0x1A_E89F_995A_D3AD,
    0x1D_5818_DCFB_A487,
];

/// The counts of one series.
#[derive(Debug, Default)]
pub(crate) struct Native {
    pub(super) zeros: u64,
    /// By index, ascending, those without a count left out.
    pub(super) buckets: Vec<(i32, u64)>,
}

/// A [`Native`] as the protobuf exposition has it. The zero threshold is [`ZERO_THRESHOLD`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NativeParts {
    pub(crate) schema: i32,
    pub(crate) zero_count: u64,
    /// Runs of buckets: by how many indices each lies behind the end of the one before it (the first: its index), and how many it has.
    pub(crate) spans: Vec<(i32, u32)>,
    /// Each bucket's count less that of the one before it.
    pub(crate) deltas: Vec<i64>,
}

impl Native {
    /// In schema 3, or in the finest one in which there are no more than [`MOST_BUCKETS`].
    ///
    /// Buckets never become fewer, so the schema of a series never becomes finer again.
    pub(crate) fn parts(&self) -> NativeParts {
        let (mut schema, mut buckets) = (3, self.buckets.clone());
        while buckets.len() > MOST_BUCKETS {
            schema -= 1;
            buckets = halved(&buckets);
        }
        let mut parts = NativeParts { schema, zero_count: self.zeros, spans: Vec::new(), deltas: Vec::new() };
        let (mut next, mut before) = (0, 0);
        for (index, count) in buckets {
            match parts.spans.last_mut() {
                Some((_, length)) if index == next => *length += 1,
                _ => parts.spans.push((index - next, 1)),
            }
            parts.deltas.push(count.wrapping_sub(before).cast_signed());
            (next, before) = (index + 1, count);
        }
        parts
    }
}

/// The same in the next coarser schema.
fn halved(buckets: &[(i32, u64)]) -> Vec<(i32, u64)> {
    let mut halved: Vec<(i32, u64)> = Vec::with_capacity(buckets.len());
    for &(index, count) in buckets {
        let index = (index + 1) >> 1;
        match halved.last_mut() {
            Some((last, sum)) if *last == index => *sum = sum.saturating_add(count),
            _ => halved.push((index, count)),
        }
    }
    halved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roots_are_those_of_a_longer_computation() {
        assert_eq!(ROOTS, LONG_ROOTS.map(|root| (root >> 75) as u64));
    }

    #[test]
    fn integers_beside_every_bound_fall_on_their_side_of_it() {
        for per_unit in [1, 1_000_000_000] {
            let mut tried = 0;
            for bound in -240..512 {
                // The largest integer that is not above 2^(bound/8) units.
                let Some(below) = scaled(bound, per_unit).filter(|&below| below > 0 && below < 1 << 51) else { continue };
                let unit = |integer: u64| integer as f64 / per_unit as f64;
                assert!(index(unit(below)).unwrap() <= bound, "{below} of {per_unit}");
                assert!(index(unit(below + 1)).unwrap() > bound, "{below} of {per_unit}");
                tried += 1;
            }
            assert!(tried > 350, "{tried}");
        }
    }

    #[test]
    fn doubles_beside_every_bound_fall_on_their_side_of_it() {
        for bound in FIRST_INDEX..LAST_INDEX {
            let (octave, root) = (bound.div_euclid(8), bound.rem_euclid(8) as usize);
            let below = ROOTS[root] as f64 / ONE as f64 * 2.0_f64.powi(octave);
            assert_eq!(index(below), Some(bound));
            assert_eq!(index(below.next_up()), Some(bound + 1));
        }
    }

    #[test]
    fn what_is_not_above_the_threshold_is_zero_and_nothing_is_out_of_range() {
        assert_eq!(ZERO_THRESHOLD.to_bits(), 2.0_f64.powi(-128).to_bits());
        for zero in [0.0, -0.0, -1.0, f64::MIN_POSITIVE, ZERO_THRESHOLD, f64::NAN] {
            assert_eq!(index(zero), None);
        }
        assert_eq!(index(ZERO_THRESHOLD.next_up()), Some(FIRST_INDEX));
        for most in [u64::MAX as f64, f64::MAX, f64::INFINITY] {
            assert_eq!(index(most), Some(LAST_INDEX));
        }
        assert_eq!(index(1.0), Some(0));
        assert_eq!(index(2.0), Some(8));
    }

    #[test]
    fn parts_are_runs_and_differences() {
        let native = Native { zeros: 2, buckets: vec![(-3, 5), (-2, 1), (4, 7), (5, 7), (6, 9)] };
        let parts = NativeParts { schema: 3, zero_count: 2, spans: vec![(-3, 2), (5, 3)], deltas: vec![5, -4, 6, 0, 2] };
        assert_eq!(native.parts(), parts);
        let nothing = NativeParts { schema: 3, zero_count: 0, spans: vec![], deltas: vec![] };
        assert_eq!(Native::default().parts(), nothing);
    }

    #[test]
    fn too_many_buckets_are_shown_at_half_the_resolution() {
        let of = |indices: std::ops::Range<i32>| Native { zeros: 0, buckets: indices.map(|index| (index, 1)).collect() }.parts();
        assert_eq!((of(-80..80).schema, of(-80..80).deltas.len()), (3, 160));
        // (2^(-82/8), 2^(-80/8)] is the first of schema 2, and holds two.
        let half = of(-81..80);
        assert_eq!((half.schema, &*half.spans, half.deltas.len()), (2, &[(-40, 81)][..], 81));
        assert_eq!(half.deltas[..2], [2, 0]);
        let all = of(FIRST_INDEX..LAST_INDEX + 1);
        assert!(all.schema >= -4 && all.deltas.len() <= MOST_BUCKETS);
        let mut total = 0;
        let counts = all.deltas.iter().scan(0, |count, delta| {
            *count += delta;
            Some(*count)
        });
        counts.for_each(|count| total += count);
        assert_eq!(total, i64::from(LAST_INDEX - FIRST_INDEX + 1));
    }

    /// The integer part of 2^(bound/8) times that; `None` past the largest u64.
    fn scaled(bound: i32, times: u64) -> Option<u64> {
        let root = LONG_ROOTS[bound.rem_euclid(8) as usize];
        let (high, low) = (root >> 64, root & u128::from(u64::MAX));
        let product = high * u128::from(times) + ((low * u128::from(times)) >> 64);
        u64::try_from(product >> (63 - bound.div_euclid(8))).ok()
    }

    /// 2^(k/8) in units of 2^-127, rounded down: the eighth roots of 2^(k + 1016) in whole numbers, which a language with integers of any
    /// length has found.
    const LONG_ROOTS: [u128; 8] = [
        0x8000_0000_0000_0000_0000_0000_0000_0000,
        0x8B95_C1E3_EA8B_D6E6_FBE4_6287_58A5_3C90,
        0x9837_F051_8DB8_A96F_46AD_2318_2E42_F6F6,
        0xA5FE_D6A9_B151_38EA_1CBD_7F62_1710_701B,
        0xB504_F333_F9DE_6484_597D_89B3_754A_BE9F,
        0xC567_2A11_5506_DADD_3E2A_D0C9_64DD_9F37,
        0xD744_FCCA_D69D_6AF4_39A6_8BB9_902D_3FDE,
        0xEAC0_C6E7_DD24_392E_D02D_75B3_706E_54FA,
    ];
}
