// The history that the page puts together is the one that the server has told: against a server made up here, which tells only changes.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Window, steps} from '../../../../src/dashboard/page/measures.js';
import {History, Series} from '../../../../src/dashboard/page/samples.js';

/** Numbers from 0 up to 1 that are the same in each run. */
const random = seed => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

const BOUNDS = [0.1, 1];

/** Counts, gauges and histograms that move, and what a ring tells of them. */
class Server {
  constructor(seed, capacity = Infinity) {
    this.random = random(seed);
    this.capacity = capacity;
    this.generation = `g${seed}`;
    this.history = 'running';
    this.time = 1_790_000_000;
    this.series = [];
    this.values = [];
    this.ring = [];
    this.number = 0;
  }

  /** Some series move, and one may appear. */
  move() {
    this.time += 0.5 + this.random();
    if (this.series.length < 12 && this.random() < 0.4) {
      const type = ['counter', 'gauge', 'histogram'][Math.floor(3 * this.random())];
      this.series.push({family: `a_${type}`, type, labels: {n: String(this.series.length)}, ...type === 'histogram' && {bounds: BOUNDS}});
      this.values.push(type === 'histogram' ? [0, 0, 0, 0] : 0);
    }
    this.values = this.values.map((value, index) => {
      if (this.random() < 0.5) return value;
      const {type} = this.series[index];
      if (type === 'gauge') return Math.floor(3 * this.random());
      if (type === 'counter') return value + 1;
      const bucket = Math.floor(3 * this.random());
      return value.map((cell, at) => at === bucket ? cell + 1 : at === 3 ? cell + 0.25 * (bucket + 1) : cell);
    });
  }

  sample() {
    this.ring.push({number: ++this.number, time: this.time, values: structuredClone(this.values)});
    if (this.ring.length > this.capacity) this.ring.shift();
  }

  answer(query) {
    const asked = new URLSearchParams(query);
    const same = asked.get('generation') === this.generation;
    const known = same && this.ring.some(({number}) => number === Number(asked.get('after'))) ? Number(asked.get('after')) : undefined;
    const first = same ? Number(asked.get('series') ?? 0) : 0;
    let before = this.ring.find(({number}) => number === known)?.values ?? [];
    const told = ({number, time, values}) => {
      const changed = Object.fromEntries(values.flatMap((value, index) => JSON.stringify(value) === JSON.stringify(before[index]) ? [] : [[index, value]]));
      return {...number !== undefined && {number}, time, values: changed};
    };
    const samples = this.ring.filter(({number}) => known === undefined || number > known).map(sample => {
      const each = told(sample);
      before = sample.values;
      return each;
    });
    return structuredClone({
      generation: this.generation, history: this.history, interval_seconds: 1, capacity_seconds: 3600, prometheus: null, names: {},
      first_series: first, series: this.series.slice(first), samples, now: told({time: this.time, values: this.values}),
    });
  }
}

/** What a series holds at the history's last sample, as the server counts it. */
const held = (history, index) => {
  const series = history.series[index];
  const value = series.at(history.last);
  return series.bounds ? [value[0], value[1] - value[0], value[2] - value[1], value[3]] : value;
};

test('after each answer the page holds what the server holds, however often it asks', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const server = new Server(seed, 5 + seed % 10);
    const history = new History();
    const decide = random(seed + 1000);
    for (let round = 0; round < 80; round++) {
      server.move();
      if (server.history === 'running' && decide() < 0.6) server.sample();
      if (decide() < 0.05) server.history = server.history === 'running' ? 'absent' : 'running';
      if (decide() < 0.4) {
        history.take(server.answer(history.query()));
        server.values.forEach((value, index) => assert.deepEqual(held(history, index), value, `seed ${seed}, round ${round}, series ${index}`));
      }
    }
  }
});

test('what is told a second time changes nothing', () => {
  const server = new Server(11);
  const history = new History();
  for (let round = 0; round < 20; round++) {
    server.move();
    server.sample();
    history.take(server.answer(history.query()));
    history.take(server.answer(`?generation=${server.generation}&series=${server.series.length}`));
    server.values.forEach((value, index) => assert.deepEqual(held(history, index), value));
  }
  assert.equal(history.times.length, 20);
});

test('of two values at one sample the later one stands', () => {
  const series = new Series({family: 'c', type: 'counter', labels: {}});
  series.put(3, 1);
  series.put(3, 2);
  assert.deepEqual([2, 3, 4].map(sample => series.at(sample)), [0, 2, 2]);
  series.put(5, 7);
  series.undo(5);
  assert.equal(series.at(5), 2);
});

test('each sample that was told stands as it was, also when later ones have come', () => {
  const server = new Server(7);
  const history = new History();
  const truth = [];
  for (let round = 0; round < 60; round++) {
    server.move();
    server.sample();
    truth.push({time: Math.round(server.time * 1000), values: structuredClone(server.values)});
    if (round % 3 === 0) history.take(server.answer(history.query()));
  }
  history.take(server.answer(history.query()));
  for (const {time, values} of truth) {
    const sample = history.first + history.times.indexOf(time);
    assert.ok(sample >= history.first, `no sample at ${time}`);
    values.forEach((value, index) => {
      const series = history.series[index];
      const at = series.at(sample);
      assert.deepEqual(series.bounds ? [at[0], at[1] - at[0], at[2] - at[1], at[3]] : at, value, `series ${index} at ${time}`);
    });
  }
});

test('a counter that was not there before stood at nothing, and of a gauge nothing is known', () => {
  const history = new History();
  const base = {generation: 'a', history: 'running', interval_seconds: 10, capacity_seconds: 3600, prometheus: null, names: {}};
  history.take({...base, first_series: 0, series: [], samples: [{number: 1, time: 10, values: {}}], now: {time: 11, values: {}}});
  history.take({...base, first_series: 0,
    series: [{family: 'c', type: 'counter', labels: {}}, {family: 'g', type: 'gauge', labels: {}}, {family: 'h', type: 'histogram', labels: {}, bounds: BOUNDS}],
    samples: [{number: 2, time: 20, values: {0: 3, 1: 4, 2: [1, 0, 2, 5]}}], now: {time: 20, values: {}}});
  const window = new Window(history, 0, 20_000);
  assert.equal(window.total('c'), 3);
  assert.equal(history.series[1].at(history.first), NaN);
  assert.equal(window.gauges('g').get(''), 4);
  const taken = window.distribution('h');
  assert.deepEqual([taken.count, taken.sum, taken.share(1)], [3, 5, 1 / 3]);
});

test('another generation empties the page', () => {
  const history = new History();
  const [first, second] = [new Server(1), new Server(2)];
  for (let round = 0; round < 5; round++) {
    first.move();
    first.sample();
  }
  assert.equal(history.take(first.answer(history.query())), false);
  for (let round = 0; round < 3; round++) {
    second.move();
    second.sample();
  }
  assert.equal(history.take(second.answer(history.query())), true);
  assert.equal(history.times.length, 3);
  second.values.forEach((value, index) => assert.deepEqual(held(history, index), value));
});

test('what is older than the server remembers is forgotten, and what it stood at is not', () => {
  const history = new History();
  const server = new Server(3);
  while (server.series.length < 6) server.move();
  for (let round = 0; round < 5000; round++) {
    server.move();
    server.sample();
    history.take({...server.answer(history.query()), capacity_seconds: 60});
  }
  assert.ok(history.times.length < 120, `${history.times.length} samples are held`);
  assert.ok(history.series.every(series => series.changedAt.length <= history.times.length + 1), 'changes outlive their samples');
  server.values.forEach((value, index) => assert.deepEqual(held(history, index), value));
  const still = history.series.findIndex(({type}) => type === 'counter');
  const stood = server.values[still];
  for (let round = 0; round < 200; round++) {
    server.move();
    server.values[still] = stood;
    server.sample();
    history.take({...server.answer(history.query()), capacity_seconds: 60});
  }
  assert.equal(history.series[still].at(history.first), stood);
});

test('the windows of a chart overlap, so that none of what was counted falls between two', () => {
  for (const range of [300, 900, 3600]) {
    const history = new History();
    const base = {generation: 'a', history: 'running', interval_seconds: 10, capacity_seconds: 3600, prometheus: null, names: {}};
    const samples = Array.from({length: 361}, (_, index) => ({number: index + 1, time: 1_790_000_003 + 10 * index, values: {0: index}}));
    history.take({...base, first_series: 0, series: [{family: 'c', type: 'counter', labels: {}}], samples, now: {time: samples.at(-1).time + 4, values: {}}});
    const windows = steps(history, range, 10);
    assert.ok(windows.length >= 20 && windows.length <= 62, `${windows.length} steps`);
    for (let index = 1; index < windows.length; index++) {
      assert.ok(windows[index].first <= windows[index - 1].last, 'a rise between two windows is in neither');
      assert.ok(windows[index].end > windows[index - 1].end);
    }
    assert.equal(windows.at(-1).end, history.times.at(-1));
    for (const window of windows) assert.ok(window.known && window.total('c') > 0);
  }
});
