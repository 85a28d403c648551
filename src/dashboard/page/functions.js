// @ts-check
/**
 * What Prometheus' functions of the same names give on the same points, after their description in its documentation and the behaviour
 * of version 3. Points are cumulative, oldest first. Times are Unix seconds and count to the millisecond, as there.
 *
 * @typedef {{time: number, value: number}} Point
 */

/** @type {(seconds: number) => number} Differences of Unix seconds would be off by parts of a microsecond. */
const milliseconds = seconds => Math.round(seconds * 1000);

/**
 * How much a counter rose in a window, carried on to the window's ends where points are near enough to them.
 *
 * The window is open on the left: a point that lies just at `from` does not count (Prometheus up to 2.x counted it). A window that begins more
 * than 1.1 intervals before the first point reaches half an interval before it, or to where the counter would have been 0 if that is
 * nearer (before 2.52 that could be more than the half). On all other windows every version agrees.
 *
 * @param {Point[]} points
 * @param {number} from
 * @param {number} to inclusive
 * @returns {number} NaN with fewer than two points in the window, where Prometheus has no answer
 */
export const increase = (points, from, to) => {
  const [start, end] = [milliseconds(from), milliseconds(to)];
  let count = 0, first = NaN, firstTime = NaN, last = NaN, lastTime = NaN, beforeResets = 0;
  for (const {time, value} of points) {
    const at = milliseconds(time);
    if (at <= start) continue;
    if (at > end) break;
    if (count++ === 0) [first, firstTime] = [value, at];
    else if (value < last) beforeResets += last;
    [last, lastTime] = [value, at];
  }
  return extrapolated({count, first, rise: last - first + beforeResets, firstTime, lastTime}, start, end);
};

/**
 * The same per second.
 * @param {Point[]} points
 * @param {number} from
 * @param {number} to
 */
export const rate = (points, from, to) => increase(points, from, to) / ((milliseconds(to) - milliseconds(from)) / 1000);

/**
 * The part of `increase` that needs no points: times are in milliseconds. Of one point there is no interval, and nothing by nothing is NaN.
 * @param {{count: number, first: number, rise: number, firstTime: number, lastTime: number}} seen within the window
 * @param {number} start
 * @param {number} end
 */
export const extrapolated = ({count, first, rise, firstTime, lastTime}, start, end) => {
  const sampled = (lastTime - firstTime) / 1000;
  const interval = sampled / (count - 1);
  /** @type {(gap: number) => number} */
  const reach = gap => gap / 1000 < interval * NEAR ? gap / 1000 : interval / 2;
  const toZero = rise > 0 && first >= 0 ? sampled * (first / rise) : Infinity;
  return rise * ((sampled + Math.min(reach(firstTime - start), toZero) + reach(end - lastTime)) / sampled);
};

/** A gap of so many intervals is still one that a point is expected in. */
const NEAR = 1.1;

/**
 * `histogram_quantile`: linear within the bucket that holds the rank, the lowest bucket from 0 on.
 * @param {number} q
 * @param {[upperBound: number, cumulative: number][]} buckets in any order, the last at Infinity
 * @returns {number} NaN where there is nothing to rank
 */
export const histogramQuantile = (q, buckets) => {
  if (Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const rising = monotonic(coalesced(buckets));
  const last = rising.length - 1;
  if (last < 1 || rising[last][0] !== Infinity || !(rising[last][1] > 0)) return NaN;
  const rank = q * rising[last][1];
  const index = rising.findIndex(([, count]) => count >= rank);
  if (index === last) return rising[last - 1][0];
  const [upper, upTo] = rising[index];
  if (index === 0 && upper <= 0) return upper;
  const [lower, before] = index === 0 ? [0, 0] : rising[index - 1];
  return lower + (upper - lower) * ((rank - before) / (upTo - before));
};

/**
 * Ascending, one for each bound.
 * @param {[number, number][]} buckets
 */
const coalesced = buckets => {
  /** @type {Map<number, number>} */
  const byBound = new Map();
  for (const [bound, count] of buckets) byBound.set(bound, (byBound.get(bound) ?? 0) + count);
  return [...byBound].sort(([a], [b]) => a < b ? -1 : 1);
};

/**
 * Counts never fall with the bound: sums of series with different bounds may, and those of rates by what rounding leaves.
 * @param {[number, number][]} buckets
 */
const monotonic = buckets => {
  let reached = buckets[0]?.[1];
  return buckets.map(([bound, count]) => {
    if (count > reached && count - reached > ROUNDING * (count + reached)) reached = count;
    return /** @type {[number, number]} */ ([bound, reached]);
  });
};

const ROUNDING = 1e-12;
