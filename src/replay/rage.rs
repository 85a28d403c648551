//! Clicks of someone who has lost patience.

use super::Click;

/// How many times there are at least three clicks within a second and 30 pixels of the first of them.
pub(super) fn count(clicks: &[Click]) -> u64 {
    let mut clicks = clicks.to_vec();
    clicks.sort_unstable();
    let (mut rest, mut count) = (&clicks[..], 0);
    while let [first, ..] = rest {
        let together = rest.iter().take_while(|click| is_near(first, click)).count();
        let is_rage = together >= LEAST_CLICKS;
        count += u64::from(is_rage);
        rest = &rest[if is_rage { together } else { 1 }..];
    }
    count
}

fn is_near(first: &Click, other: &Click) -> bool {
    let (right, down) = (i64::from(other.x) - i64::from(first.x), i64::from(other.y) - i64::from(first.y));
    other.time - first.time <= WITHIN_MILLISECONDS && right * right + down * down <= WITHIN_PIXELS * WITHIN_PIXELS
}

const LEAST_CLICKS: usize = 3;
const WITHIN_MILLISECONDS: u64 = 1_000;
const WITHIN_PIXELS: i64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_clicks_within_a_second_and_thirty_pixels_are_one() {
        for (clicks, rages) in [
            (&[][..], 0),
            (&[(0, 0, 0), (500, 0, 0)], 0),
            (&[(0, 0, 0), (500, 0, 0), (1_000, 0, 0)], 1),
            (&[(0, 0, 0), (500, 0, 0), (1_001, 0, 0)], 0),
            (&[(0, 0, 0), (10, 30, 0), (20, 0, -30)], 1),
            (&[(0, 0, 0), (10, 30, 0), (20, 0, 31)], 0),
            (&[(0, 0, 0), (10, 22, 22), (20, 0, 0)], 0),
            (&[(1_000, 0, 0), (0, 0, 0), (500, 0, 0)], 1),
            (&[(0, 0, 0), (100, 0, 0), (200, 0, 0), (300, 0, 0), (400, 0, 0)], 1),
            (&[(0, 0, 0), (100, 0, 0), (200, 0, 0), (2_000, 0, 0), (2_100, 0, 0), (2_200, 0, 0)], 2),
            (&[(0, 500, 500), (900, 0, 0), (1_000, 0, 0), (1_100, 0, 0)], 1),
        ] {
            let clicks: Vec<Click> = clicks.iter().map(|&(time, x, y)| Click { time, x, y }).collect();
            assert_eq!(count(&clicks), rages, "{clicks:?}");
        }
    }
}
