// What the page makes of numbers: units, ticks, verdicts, and the way to Prometheus.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {niceTicks, timeTicks} from '../../../../src/dashboard/page/chart.js';
import {condensed} from '../../../../src/dashboard/page/chart-sankey.js';
import {trace} from '../../../../src/dashboard/page/chart-line.js';
import {count, duration, percent, perSecond, plain} from '../../../../src/dashboard/page/format.js';
import {graph, label, series} from '../../../../src/dashboard/page/promql.js';
import {VITALS, judge, worst} from '../../../../src/dashboard/page/verdict.js';

test('numbers have a unit, three digits and no more', () => {
  const said = format => values => values.map(format);
  assert.deepEqual(said(duration)([0, 0.0000412, 0.00123, 0.0456, 0.9994, 0.9996, 1.234, 59.96, 119.9, 180, NaN]),
    ['0 ms', '0.041 ms', '1.23 ms', '45.6 ms', '999 ms', '1 s', '1.23 s', '60 s', '120 s', '3 min', '–']);
  assert.deepEqual(said(percent)([0, 0.00012, 0.0049, 0.05, 0.1234, 0.999, 1, NaN]), ['0 %', '0.012 %', '0.49 %', '5 %', '12.3 %', '99.9 %', '100 %', '–']);
  assert.deepEqual(said(perSecond)([0, 0.0167, 0.25, 12.345, 1234.5, Infinity]), ['0 /s', '0.017 /s', '0.25 /s', '12.3 /s', '1,235 /s', '–']);
  assert.deepEqual(said(count)([0, 2.04, 1234567.8, NaN]), ['0', '2', '1,234,568', '–']);
  assert.deepEqual(said(plain)([0.1, 0.25, 0.0123, 3]), ['0.1', '0.25', '0.012', '3']);
});

test('an axis goes from nothing to the first round number above, in a few steps', () => {
  assert.deepEqual(niceTicks(0), [0, 1]);
  assert.deepEqual(niceTicks(10), [0, 5, 10]);
  assert.deepEqual(niceTicks(0.29), [0, 0.1, 0.2, 0.3]);
  for (const top of [1e-6, 0.03, 0.7, 1, 3, 7.1, 99, 1e9]) {
    const ticks = niceTicks(top);
    assert.ok(ticks.at(-1) >= top && ticks.at(-2) < top && ticks.length >= 3 && ticks.length <= 5, `${top}: ${ticks}`);
  }
});

test('times on an axis are round, and so many as there is room for', () => {
  const start = Date.UTC(2026, 0, 1, 12, 3, 20);
  for (const [seconds, most] of [[20, 4], [300, 3], [300, 8], [900, 6], [3600, 3], [3600, 12], [60, 0]]) {
    const ticks = timeTicks(start, start + 1000 * seconds, most);
    assert.ok(ticks.length <= Math.max(most, 1), `${seconds}: ${ticks.length}`);
    assert.ok(ticks.every(tick => tick % 5000 === 0 && tick > start && tick < start + 1000 * seconds));
  }
});

test('a curve is broken where nothing is known', () => {
  const same = value => value;
  assert.equal(trace([0, 1, 2, 3, 4], [5, 6, NaN, 7, 8], same, same), 'M0.0 5.0L1.0 6.0M3.0 7.0L4.0 8.0');
});

test('the two thresholds of a vital are Google\'s, and belong to the better side', () => {
  const thresholds = Object.fromEntries(VITALS.map(({short, good, poor}) => [short, [good, poor]]));
  assert.deepEqual(thresholds, {LCP: [2.5, 4], INP: [0.2, 0.5], CLS: [0.1, 0.25], FCP: [1.8, 3], TTFB: [0.8, 1.8]});
  assert.deepEqual([2.5, 2.6, 4, 4.1, NaN].map(value => judge(value, VITALS[0])), ['good', 'fair', 'fair', 'poor', 'unknown']);
  assert.equal(worst(['good', 'unknown', 'fair', 'neutral']), 'fair');
  assert.equal(worst(['neutral', 'unknown']), 'unknown');
});

test('many pages flow as few, and none of their views is lost', () => {
  const flows = Array.from({length: 20}, (_, index) => ({from: `/${index}`, to: `/${19 - index}`, value: index + 1}));
  const few = condensed(flows);
  for (const side of ['from', 'to']) {
    const names = new Set(few.map(flow => flow[side]));
    assert.ok(names.size <= 8 && names.has('other pages'), `${[...names]}`);
  }
  assert.equal(few.reduce((sum, {value}) => sum + value, 0), 210);
  assert.deepEqual(condensed(flows.slice(0, 2)), [{from: '/1', to: '/18', value: 2}, {from: '/0', to: '/19', value: 1}]);
});

const DEFAULT = {prometheus: 'https://prometheus.example/under/', names: {}};

test('a link asks Prometheus for what the panel shows', () => {
  const address = graph(DEFAULT, 900, ['sum(rate(a_total[900s])) & more', 'b{c="d"}']);
  const {origin, pathname, searchParams, hash} = new URL(address);
  assert.equal(origin + pathname + hash, 'https://prometheus.example/under/graph');
  assert.deepEqual([...searchParams], [
    ['g0.expr', 'sum(rate(a_total[900s])) & more'], ['g0.tab', '0'], ['g0.range_input', '900s'],
    ['g1.expr', 'b{c="d"}'], ['g1.tab', '0'], ['g1.range_input', '900s'],
  ]);
  assert.equal(graph({prometheus: null, names: {}}, 900, ['a']), undefined);
  assert.equal(graph({prometheus: 'javascript:alert(1)', names: {}}, 900, ['a']), undefined);
});

test('expressions have the names and labels under which this application is scraped, and values in Go\'s quotes', () => {
  assert.equal(series(DEFAULT, 'http_requests_total', '', {endpoint: undefined}), 'http_requests_total');
  assert.equal(series(DEFAULT, 'http_requests_total', '', {endpoint: 'a"b\\c\nd'}), 'http_requests_total{endpoint="a\\"b\\\\c\\nd"}');
  const theirs = {prometheus: null, names: {
    http_request_duration_seconds: 'shop_http_server_request_duration_seconds', http_requests_total: 'shop_http_requests_total', user_errors_total: 'shop_user_errors_total',
  }};
  assert.equal(series(theirs, 'http_request_duration_seconds', '_bucket', {endpoint: '/'}), 'shop_http_server_request_duration_seconds_bucket{http_route="/"}');
  assert.equal(series(theirs, 'http_requests_total', '', {endpoint: '/'}), 'shop_http_requests_total{http_route="/"}');
  assert.equal(series(theirs, 'user_errors_total', '', {endpoint: '/'}), 'shop_user_errors_total{endpoint="/"}');
  assert.equal(label(DEFAULT, 'http_requests_total', 'endpoint'), 'endpoint');
});
