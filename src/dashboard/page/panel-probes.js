// @ts-check
/** What this process asks others from time to time, and how long connections take. */
/** @typedef {import('./panel.js').View} View */
/** @typedef {{name: string, up: number, latency: number, share: number, runs: number}} Row */
import {datum, html, keyed, set, tell} from './dom.js';
import {duration, percent} from './format.js';
import {Panel, by, span} from './panel.js';
import {icon} from './panel-headline.js';
import {series} from './promql.js';

const [UP, LATENCY, RUNS, NETWORK] = ['synthetic_success', 'synthetic_latency_seconds', 'synthetic_probes_total', 'network_latency_ms'];

export class Probes {
  constructor() {
    const body = html('tbody');
    this.panel = new Panel({id: 'probes', title: 'Synthetic probes', about: 'The last run of each, and how many of those in this time gave what they should.'},
      html('table', {class: 'probes'}, html('thead', {}, html('tr', {}, html('th', {scope: 'col'}, 'Probe'), html('th', {scope: 'col'}, 'State'),
        html('th', {scope: 'col', class: 'number'}, 'Took'), html('th', {scope: 'col', class: 'number'}, 'Success'))), body));
    this.element = this.panel.element;
    this.fill = keyed(body, (/** @type {Row} */ {name}) => name, ({name}) => html('tr', {}, html('th', {scope: 'row', class: 'name'}, name),
      html('td', {class: 'state'}), ...[0, 1].map(() => html('td', {class: 'number'}, datum()))), updateRow);
  }

  /** @param {View} view */
  update(view) {
    const {window, where, range} = view;
    this.panel.query(view, series(where, UP), series(where, LATENCY), `sum by (probe, result) (increase(${series(where, RUNS)}${span(range)}))`, series(where, NETWORK));
    const up = window.gauges(UP, by('probe'));
    const latencies = window.gauges(LATENCY, by('probe'));
    const runs = window.counts(RUNS, by('probe'));
    const successes = window.counts(RUNS, ({probe, result}) => result === 'success' ? probe : undefined);
    const rows = [...up].map(([name, up]) => {
      const all = runs.get(name) ?? 0;
      return {name, up, latency: latencies.get(name) ?? NaN, share: all > 0 ? (successes.get(name) ?? 0) / all : NaN, runs: all};
    });
    const ways = [...window.gauges(NETWORK, by('destination'))].map(([name, latency]) =>
      ({name: `connection to ${name}`, up: NaN, latency: latency / 1000, share: NaN, runs: NaN}));
    if (this.panel.has(rows.length + ways.length ? undefined : NOTHING)) {
      this.fill([...rows.sort((a, b) => a.up - b.up || (a.name < b.name ? -1 : 1)), ...ways]);
    }
  }
}

/** @type {(row: HTMLTableRowElement, shown: Row) => void} */
const updateRow = (row, {up, latency, share}) => {
  const state = /** @type {HTMLElement} */ (row.querySelector('.state'));
  const is = Number.isNaN(up) ? 'neutral' : up >= 1 ? 'good' : 'poor';
  if (state.dataset.state !== is) {
    set(state, 'data-state', is);
    state.replaceChildren(...is === 'neutral' ? [] : [icon(is), html('span', {}, is === 'good' ? 'Up' : 'Down')]);
  }
  const [took, succeeded] = row.querySelectorAll('data');
  tell(took, latency, duration);
  tell(succeeded, share, percent);
};

const NOTHING = 'No probe has run. synthetic::Probes asks what you name from time to time, and Builder::collector brings here what its collector() holds.';
