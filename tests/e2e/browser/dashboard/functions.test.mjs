// The dashboard's arithmetic against values worked out by hand; an end-to-end test holds the same functions against a real Prometheus.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {histogramQuantile, increase, rate} from '../../../../src/dashboard/page/functions.js';

/** A point every ten seconds from a time on. */
const every10 = (from, ...values) => values.map((value, index) => ({time: from + 10 * index, value}));
const near = (actual, expected) => assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.abs(expected), `${actual} is not ${expected}`);

test('a steady counter has its slope, wherever the window lies', () => {
  const points = every10(1_790_000_000.123, ...Array.from({length: 40}, (_, index) => 1000 + 20 * index));
  for (const shift of [0, 0.001, 3.21, 9.999]) {
    near(rate(points, 1_790_000_050 + shift, 1_790_000_350 + shift), 2);
    near(increase(points, 1_790_000_050 + shift, 1_790_000_350 + shift), 600);
  }
});

test('what is before the first point of the window is reached by its whole gap, or by half an interval', () => {
  const points = every10(100, 500, 510, 520, 530);
  // 30 s seen, 4 s before and 6 s after: both nearer than 1.1 intervals.
  near(increase(points, 96, 136), 30 * (30 + 4 + 6) / 30);
  // Farther than that: half an interval, 5 s, on either side.
  near(increase(points, 80, 136), 30 * (30 + 5 + 6) / 30);
  near(increase(points, 96, 200), 30 * (30 + 4 + 5) / 30);
  near(rate(points, 80, 200), 30 * (30 + 5 + 5) / 30 / 120);
  // Just under 1.1 intervals, and just at it.
  near(increase(points, 89.001, 130), 30 * (30 + 10.999) / 30);
  near(increase(points, 89, 130), 30 * (30 + 5) / 30);
});

test('no counter is carried on to less than nothing', () => {
  // It was 2 at 100 s and rose by 1 each second: 0 lies 2 s before.
  near(increase(every10(100, 2, 12, 22), 92, 120), 20 * (20 + 2) / 20);
  near(increase(every10(100, 0, 10, 20), 92, 120), 20);
  // The window begins too far away, and half an interval is nearer than where it would have been nothing.
  near(increase(every10(100, 8, 18, 28), 60, 120), 20 * (20 + 5) / 20);
  assert.equal(increase(every10(100, 7, 7, 7), 92, 120), 0);
});

test('a counter that begins anew goes on from where it stood', () => {
  near(increase(every10(100, 10, 20, 5, 15), 100 - 0.001, 130), 25 * (30 + 0.001) / 30);
  near(increase(every10(100, 10, 20, 5, 15, 3), 90, 140), 28 * (40 + 10) / 40);
});

test('a window is open on its left and closed on its right', () => {
  const points = every10(100, 1, 2, 4, 8);
  near(increase(points, 100, 120), 2 * (10 + 10) / 10);
  near(increase(points, 99.999, 120), 3 * (20 + 0.001) / 20);
  near(increase(points, 100, 129.999), 2 * (10 + 10 + 9.999) / 10);
  near(increase(points, 100, 130), 6 * (20 + 20 * 2 / 6) / 20);
});

test('times count to the millisecond, which Unix seconds hold with an error', () => {
  const points = [{time: 1_790_000_000.3000002, value: 1}, {time: 1_790_000_010.3, value: 2}, {time: 1_790_000_020.3000002, value: 4}];
  near(increase(points, 1_790_000_000.3, 1_790_000_020.3), 2 * (10 + 10) / 10);
});

test('with fewer than two points nothing is said', () => {
  const points = every10(100, 1, 2, 3);
  for (const [from, to] of [[0, 99], [95, 105], [110, 120], [200, 300]]) {
    assert.ok(Number.isNaN(increase(points, from, to)), `(${from}, ${to}]`);
    assert.ok(Number.isNaN(rate(points, from, to)), `(${from}, ${to}]`);
  }
  assert.ok(Number.isNaN(rate([], 0, 1)));
  assert.ok(Number.isNaN(increase([{time: 5, value: 1}, {time: 5, value: 2}], 0, 10)), 'two at one time have no interval');
});

test('a quantile lies on the line through its bucket', () => {
  const buckets = [[0.1, 10], [0.5, 30], [1, 40], [Infinity, 40]];
  near(histogramQuantile(0.5, buckets), 0.1 + 0.4 * (20 - 10) / 20);
  near(histogramQuantile(0.25, buckets), 0.1);
  near(histogramQuantile(0.1, buckets), 0.1 * 4 / 10);
  near(histogramQuantile(1, buckets), 1);
  assert.equal(histogramQuantile(0, buckets), 0);
  near(histogramQuantile(0.5, buckets.toReversed()), 0.3);
});

test('a quantile above the last bound is that bound', () => {
  assert.equal(histogramQuantile(0.9, [[1, 1], [2, 5], [Infinity, 10]]), 2);
  assert.equal(histogramQuantile(0.5, [[1, 0], [2, 0], [Infinity, 3]]), 2);
});

test('empty buckets on the way are passed over', () => {
  near(histogramQuantile(0.9, [[1, 5], [2, 5], [3, 5], [4, 10], [Infinity, 10]]), 3 + 4 / 5);
  near(histogramQuantile(0.5, [[1, 0], [2, 0], [3, 8], [Infinity, 8]]), 2.5);
});

test('a lowest bucket that ends at or below nothing has no line', () => {
  assert.equal(histogramQuantile(0.1, [[-1, 5], [1, 10], [Infinity, 10]]), -1);
  assert.equal(histogramQuantile(0.1, [[0, 5], [1, 10], [Infinity, 10]]), 0);
});

test('a histogram without observations, without infinity or with one bucket has no quantiles', () => {
  for (const buckets of [[], [[Infinity, 4]], [[1, 2], [2, 4]], [[1, 0], [Infinity, 0]], [[1, NaN], [Infinity, NaN]]]) {
    assert.ok(Number.isNaN(histogramQuantile(0.5, buckets)), JSON.stringify(buckets));
  }
  const buckets = [[1, 2], [Infinity, 4]];
  assert.equal(histogramQuantile(-0.1, buckets), -Infinity);
  assert.equal(histogramQuantile(1.1, buckets), Infinity);
  assert.ok(Number.isNaN(histogramQuantile(NaN, buckets)));
});

test('counts that fall are held, and what rounding leaves is not taken for a rise', () => {
  // As [1, 10], [2, 10], [3, 20].
  near(histogramQuantile(0.75, [[1, 10], [2, 4], [3, 20], [Infinity, 20]]), 2.5);
  // Of the third of a bound, that the 90th percentile would else fall into.
  near(histogramQuantile(1, [[1, 9], [2, 9 + 1e-14], [Infinity, 9 + 1e-14]]), 1);
});

test('series that share a bound are summed, in whatever order', () => {
  near(histogramQuantile(0.5, [[Infinity, 4], [1, 1], [2, 4], [1, 3], [2, 2], [Infinity, 2]]), 3 / 4);
});
