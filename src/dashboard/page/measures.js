// @ts-check
/**
 * Numbers over windows of time, as PromQL's `sum by (…) (increase(…))` gives them: each series on its own, then the sum.
 *
 * @typedef {import('./samples.js').History} History
 * @typedef {import('./samples.js').Series} Series
 * @typedef {Record<string, string>} Labels
 * @typedef {(labels: Labels) => boolean} Match
 * @typedef {(labels: Labels) => string | undefined} Key a name to sum under; undefined leaves the series out
 */
import {extrapolated, histogramQuantile} from './functions.js';

/** A window over the samples of a history, in milliseconds, open on the left. */
export class Window {
  /** @type {Map<Series, number[]>} Several panels ask for the same. */
  risen = new Map();

  /**
   * @param {History} history
   * @param {number} start moved to the first sample where the history is shorter
   * @param {number} end
   */
  constructor(history, start, end) {
    this.history = history;
    this.start = Math.max(start, (history.times[0] ?? 0) - 1);
    this.end = end;
    this.first = history.first + countUpTo(history.times, this.start);
    this.last = history.first + countUpTo(history.times, this.end) - 1;
  }

  get seconds() {
    return (this.end - this.start) / 1000;
  }

  /** With fewer than two samples there is no rate. */
  get known() {
    return this.last > this.first;
  }

  /**
   * How much each cell of a series rose.
   * @param {Series} series
   * @returns {number[]}
   */
  increases(series) {
    let cells = this.risen.get(series);
    if (!cells) this.risen.set(series, cells = this.increase(series));
    return cells;
  }

  /** @param {Series} series */
  increase(series) {
    const before = /** @type {number[]} */ ([series.at(this.first)].flat());
    const after = /** @type {number[]} */ ([series.at(this.last)].flat());
    const count = this.last - this.first + 1;
    const [firstTime, lastTime] = [this.history.timeOf(this.first), this.history.timeOf(this.last)];
    return after.map((last, cell) =>
      extrapolated({count, first: before[cell], rise: last - before[cell], firstTime, lastTime}, this.start, this.end));
  }

  /**
   * Increases of a family of counters, summed by key.
   * @param {string} family
   * @param {Key} [key]
   * @returns {Map<string, number>}
   */
  counts(family, key = () => '') {
    /** @type {Map<string, number>} */
    const sums = new Map();
    this.each(family, key, (name, [rise]) => sums.set(name, (sums.get(name) ?? 0) + rise));
    return sums;
  }

  /**
   * The increase of all series of a family that match; NaN where none is known.
   * @param {string} family
   * @param {Match} [match]
   */
  total(family, match = () => true) {
    return this.counts(family, labels => match(labels) ? '' : undefined).get('') ?? NaN;
  }

  /**
   * What a family of histograms took in, by key.
   * @param {string} family
   * @param {Key} [key]
   * @returns {Map<string, Distribution>}
   */
  distributions(family, key = () => '') {
    /** @type {Map<string, Distribution>} */
    const sums = new Map();
    this.each(family, key, (name, cells, series) => {
      let sum = sums.get(name);
      if (!sum) sums.set(name, sum = new Distribution());
      sum.add(/** @type {number[]} */ (series.bounds), cells);
    });
    return sums;
  }

  /**
   * @param {string} family
   * @param {Match} [match]
   */
  distribution(family, match = () => true) {
    return this.distributions(family, labels => match(labels) ? '' : undefined).get('') ?? new Distribution();
  }

  /**
   * What gauges stand at by the end, summed by key.
   * @param {string} family
   * @param {Key} [key]
   * @returns {Map<string, number>}
   */
  gauges(family, key = () => '') {
    /** @type {Map<string, number>} */
    const sums = new Map();
    for (const series of this.history.byFamily.get(family) ?? []) {
      const name = key(series.labels);
      const value = /** @type {number} */ (series.at(this.last));
      if (name !== undefined && !Number.isNaN(value)) sums.set(name, (sums.get(name) ?? 0) + value);
    }
    return sums;
  }

  /**
   * @param {string} family
   * @param {Key} key
   * @param {(name: string, cells: number[], series: Series) => void} take
   */
  each(family, key, take) {
    if (!this.known) return;
    for (const series of this.history.byFamily.get(family) ?? []) {
      const name = key(series.labels);
      if (name !== undefined) take(name, this.increases(series), series);
    }
  }
}

/** Sums of histograms: `sum by (le)`. */
export class Distribution {
  constructor() {
    /** @type {Map<number[], number[]>} Cells by their bounds; a map of one, unless endpoints have bounds of their own. */
    this.byBounds = new Map();
    this.count = 0;
    this.sum = 0;
  }

  /**
   * @param {number[]} bounds
   * @param {number[]} cells
   */
  add(bounds, cells) {
    const sums = this.byBounds.get(bounds);
    if (sums) bounds.forEach((_, index) => { sums[index] += cells[index]; });
    else this.byBounds.set(bounds, cells.slice(0, bounds.length));
    this.count += cells[bounds.length - 1];
    this.sum += cells[bounds.length];
  }

  /** NaN when nothing was taken in. */
  get mean() {
    return this.count > 0 ? this.sum / this.count : NaN;
  }

  /** @param {number} q from 0 to 1 */
  quantile(q) {
    return histogramQuantile(q, [...this.byBounds].flatMap(([bounds, cells]) =>
      bounds.map((bound, index) => /** @type {[number, number]} */ ([bound, cells[index]]))));
  }

  /**
   * The share that is at most a bound.
   * @param {number} bound
   */
  share(bound) {
    let upTo = 0;
    for (const [bounds, cells] of this.byBounds) upTo += cells[bounds.indexOf(bound)] ?? NaN;
    return this.count > 0 ? upTo / this.count : NaN;
  }
}

/**
 * The windows of a chart, at whole multiples of their step so that a curve does not tremble as time goes on; the last one ends now.
 * Each is as long as a step and a sample, and four samples at least, so that no event falls between two of them.
 * @param {History} history
 * @param {number} range seconds
 * @param {number} interval seconds between samples
 * @returns {Window[]}
 */
export const steps = (history, range, interval) => {
  const end = history.times.at(-1);
  if (end === undefined) return [];
  const earliest = Math.max(end - range * 1000, history.times[0]);
  const step = 1000 * Math.max(interval, STEPS.find(each => (end - earliest) / 1000 / each <= MOST_STEPS) ?? range / MOST_STEPS);
  const length = Math.max(step + 1000 * interval, 4000 * interval);
  const windows = [];
  for (let at = Math.ceil(earliest / step) * step; at < end; at += step) windows.push(new Window(history, at - length, at));
  return [...windows, new Window(history, end - length, end)].filter(window => window.known);
};

/** Seconds. */
const STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300];
const MOST_STEPS = 60;

/** @type {(times: number[], limit: number) => number} How many are not after the limit. */
const countUpTo = (times, limit) => {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
};
