// @ts-check
/**
 * What the server has told, put together again: every series at every sample, from answers that hold only what changed.
 *
 * @typedef {number | number[]} Value a histogram: one cumulative count for each bound, that of all, and the sum
 * @typedef {'counter' | 'gauge' | 'histogram'} Type
 * @typedef {{family: string, type: Type, labels: Record<string, string>, bounds?: number[]}} Told
 * @typedef {{time: number, values: Record<string, Value>}} Values
 * @typedef {{
 *   generation: string, history: 'running' | 'absent', interval_seconds: number, capacity_seconds: number,
 *   prometheus: string | null, names: Record<string, string>,
 *   first_series: number, series: Told[], samples: (Values & {number: number})[], now: Values,
 * }} Answer
 */

/** One series: the samples at which it changed, and to what. Between them it stands. */
export class Series {
  /** @param {Told} told */
  constructor({family, type, labels, bounds}) {
    this.family = family;
    this.type = type;
    this.labels = labels;
    /** The bounds, then infinity; the same array for all series with the same bounds. */
    this.bounds = bounds && interned(bounds);
    /** @type {number[]} */
    this.changedAt = [];
    /** @type {Value[]} */
    this.values = [];
    /** @type {Value | undefined} As of the last sample that the server keeps. */
    this.kept = undefined;
    /** @type {Value} Counters that were not there stood at 0; of a gauge nothing is known. */
    this.before = type === 'gauge' ? NaN : this.bounds ? this.bounds.map(() => 0).concat(0) : 0;
  }

  /** @param {number} sample */
  at(sample) {
    let low = 0, high = this.changedAt.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.changedAt[middle] <= sample) low = middle + 1;
      else high = middle;
    }
    return low ? this.values[low - 1] : this.before;
  }

  /**
   * @param {number} sample
   * @param {Value} value
   */
  put(sample, value) {
    if (equal(this.values.at(-1), value)) return;
    this.changedAt.push(sample);
    this.values.push(value);
  }

  /** @param {number} sample the last one */
  undo(sample) {
    if (this.changedAt.at(-1) !== sample) return;
    this.changedAt.pop();
    this.values.pop();
  }

  /** @param {number} sample the first that is still looked at */
  forgetBefore(sample) {
    const gone = this.changedAt.findLastIndex(at => at <= sample);
    if (gone > 0) {
      this.changedAt.splice(0, gone);
      this.values.splice(0, gone);
    }
  }
}

export class History {
  /** @type {Answer | undefined} The last one. */
  answer;
  /** @type {Series[]} */
  series = [];
  /** @type {Map<string, Series[]>} */
  byFamily = new Map();
  /** @type {number[]} Milliseconds of each sample held. */
  times = [];
  /** What the first of them is numbered here. */
  first = 0;
  /** @type {number | undefined} The server's number of the last sample that it keeps. */
  number;
  /** @type {Set<Series>} Those told of since the last sample that the server keeps. */
  touched = new Set();
  /** @type {Set<Series> | undefined} The same before the last sample, where that was taken for one answer alone. */
  touchedBefore;

  /** Forgets all: the server is another one, or began anew. */
  reset() {
    Object.assign(this, new History());
  }

  get running() {
    return this.answer?.history === 'running';
  }

  /** The number of the last sample held; less than `this.first` when there is none. */
  get last() {
    return this.first + this.times.length - 1;
  }

  /** @param {number} sample */
  timeOf(sample) {
    return this.times[sample - this.first];
  }

  /** What the next request asks for, beginning with a question mark. */
  query() {
    if (!this.answer) return '';
    const after = this.number === undefined ? '' : `&after=${this.number}`;
    return `?generation=${encodeURIComponent(this.answer.generation)}${after}&series=${this.series.length}`;
  }

  /**
   * @param {Answer} answer
   * @returns {boolean} whether everything before it is void, because the server began anew
   */
  take(answer) {
    const restarted = this.answer !== undefined && this.answer.generation !== answer.generation;
    if (restarted) this.reset();
    this.answer = answer;
    this.dropPassing();
    answer.series.slice(Math.max(this.series.length - answer.first_series, 0)).forEach(told => this.add(told));
    for (const sample of answer.samples) {
      this.number = sample.number;
      this.append(sample, true);
    }
    const touched = new Set(this.touched);
    const own = this.append(answer.now, false);
    // Where the server remembers nothing, this page does.
    if (own && this.running) this.touchedBefore = touched;
    this.forget(answer.capacity_seconds);
    return restarted;
  }

  /** @param {Told} told */
  add(told) {
    const series = new Series(told);
    this.series.push(series);
    const family = this.byFamily.get(series.family);
    if (family) family.push(series);
    else this.byFamily.set(series.family, [series]);
  }

  /**
   * @param {Values} sample
   * @param {boolean} kept by the server: what it tells later is what changed since
   * @returns {boolean} whether it is a sample of its own
   */
  append({time, values}, kept) {
    const at = Math.round(time * 1000);
    const own = !(at <= (this.times.at(-1) ?? -Infinity));
    if (own) this.times.push(at);
    else if (!kept) return false;
    const changed = new Set(this.touched);
    for (const [index, value] of Object.entries(values)) {
      const series = this.series[Number(index)];
      if (!series) continue;
      const whole = series.bounds ? cumulative(/** @type {number[]} */ (value)) : value;
      series.put(this.last, whole);
      if (kept) series.kept = whole;
      else this.touched.add(series);
      changed.delete(series);
    }
    // Not told again: back to where they stood in the server's last sample.
    changed.forEach(series => series.put(this.last, series.kept ?? series.before));
    if (kept) this.touched.clear();
    return own;
  }

  dropPassing() {
    if (!this.touchedBefore) return;
    this.touched.forEach(series => series.undo(this.last));
    this.touched = this.touchedBefore;
    this.touchedBefore = undefined;
    this.times.pop();
  }

  /** @param {number} seconds that are looked back at most */
  forget(seconds) {
    const oldest = (this.times.at(-1) ?? 0) - seconds * 1000;
    const gone = this.times.findIndex(time => time >= oldest);
    // In larger steps, because each goes through all series.
    if (gone < 30) return;
    this.times.splice(0, gone);
    this.first += gone;
    this.series.forEach(series => series.forgetBefore(this.first));
  }
}

/** @type {(cells: number[]) => number[]} Of counts by bucket and a sum: counts up to each bound, and the sum. */
const cumulative = cells => {
  let total = 0;
  return cells.map((cell, index) => index === cells.length - 1 ? cell : (total += cell));
};

/** @type {(a: Value | undefined, b: Value) => boolean} */
const equal = (a, b) => Array.isArray(a) && Array.isArray(b) ? a.every((cell, index) => cell === b[index]) : a === b;

/** @type {Map<string, number[]>} */
const known = new Map();

/** @type {(bounds: number[]) => number[]} */
const interned = bounds => {
  const key = bounds.join();
  const same = known.get(key) ?? [...bounds, Infinity];
  known.set(key, same);
  return same;
};
