// @ts-check
/** Endpoints as a table that sorts, filters and chooses. */
/** @typedef {import('./panel.js').View} View */
/**
 * @typedef {{
 *   name: string, rate: number, errors: number, p50: number, p95: number, p99: number, flight: number, trend: number[], chosen: boolean,
 * }} Row
 */
import {newSpark, spark} from './chart-line.js';
import {datum, html, keyed, say, set, tell} from './dom.js';
import {count, duration, percent, perSecond} from './format.js';
import {Panel, by, failed, span} from './panel.js';
import {label, series} from './promql.js';
import {ERRORS, LATENCY, judge} from './verdict.js';

const MOST = 10;

/** @type {{key: 'name' | 'rate' | 'errors' | 'p50' | 'p95' | 'p99' | 'flight', title: string, format?: (value: number) => string, narrow?: boolean}[]} */
const COLUMNS = [
  {key: 'name', title: 'Endpoint', narrow: true},
  {key: 'rate', title: 'Rate', format: perSecond, narrow: true},
  {key: 'errors', title: '5xx', format: percent, narrow: true},
  {key: 'p50', title: 'p50', format: duration},
  {key: 'p95', title: 'p95', format: duration, narrow: true},
  {key: 'p99', title: 'p99', format: duration},
  {key: 'flight', title: 'In flight', format: count},
];

export class Endpoints {
  /** @param {(endpoint: string | undefined) => void} choose */
  constructor(choose) {
    this.choose = choose;
    /** @type {typeof COLUMNS[number]['key']} */
    this.sortedBy = 'rate';
    this.descending = true;
    this.all = false;
    /** @type {Row[]} */
    this.rows = [];
    this.filter = html('input', {
      type: 'search', id: 'endpoint-filter', placeholder: 'Filter endpoints', autocomplete: 'off', spellcheck: 'false', oninput: () => this.show(),
    });
    this.shown = html('p', {class: 'shown', role: 'status'});
    this.more = html('button', {type: 'button', hidden: true, onclick: () => {
      this.all = !this.all;
      this.show();
    }});
    this.headings = COLUMNS.map(({key, title, narrow}) => html('th', {scope: 'col', class: `${key === 'name' ? '' : 'number'}${narrow ? '' : ' roomy'}`},
      html('button', {type: 'button', onclick: () => this.sortBy(key)}, title)));
    const body = html('tbody');
    const [first, ...numbers] = this.headings;
    this.panel = new Panel({id: 'endpoints', title: 'Endpoints', wide: true, about: 'Choose one to see its own curves and vitals.'},
      html('div', {class: 'tools'}, html('label', {for: 'endpoint-filter', class: 'hidden'}, 'Filter endpoints'), this.filter, this.shown, this.more),
      html('table', {class: 'endpoints'},
        html('thead', {}, html('tr', {}, first, html('th', {scope: 'col', class: 'roomy'}, 'Trend'), ...numbers)), body));
    this.element = this.panel.element;
    this.fill = keyed(body, (/** @type {Row} */ {name}) => name, row => this.newRow(row.name), updateRow);
  }

  /** @param {string} name */
  newRow(name) {
    const button = html('button', {type: 'button', class: 'name', onclick: () => this.choose(button.getAttribute('aria-pressed') === 'true' ? undefined : name)}, name);
    return html('tr', {}, html('th', {scope: 'row'}, button), html('td', {class: 'roomy'}, newSpark()),
      ...COLUMNS.slice(1).map(({narrow}) => html('td', {class: narrow ? 'number' : 'number roomy'}, datum())));
  }

  /** @param {View} view */
  update(view) {
    const {window, steps, where, range} = view;
    const taken = 'http_request_duration_seconds';
    const name = label(where, taken, 'endpoint');
    this.panel.query(view,
      `sum by (${name}) (rate(${series(where, 'http_requests_total')}${span(range)}))`,
      `histogram_quantile(0.95, sum by (le, ${name}) (rate(${series(where, taken, '_bucket')}${span(range)})))`);
    const counts = window.counts('http_requests_total', by('endpoint'));
    const errors = window.counts('http_requests_total', labels => failed(labels) ? labels.endpoint : undefined);
    const times = window.distributions(taken, by('endpoint'));
    const flights = window.gauges('http_requests_in_flight', by('endpoint'));
    const trends = steps.map(step => ({counts: step.counts('http_requests_total', by('endpoint')), seconds: step.seconds}));
    this.rows = [...counts].map(([name, total]) => ({
      name, rate: total / window.seconds, errors: total > 0 ? (errors.get(name) ?? 0) / total : NaN,
      p50: times.get(name)?.quantile(0.5) ?? NaN, p95: times.get(name)?.quantile(0.95) ?? NaN, p99: times.get(name)?.quantile(0.99) ?? NaN,
      flight: flights.get(name) ?? 0, trend: trends.map(({counts, seconds}) => (counts.get(name) ?? 0) / seconds), chosen: name === view.endpoint,
    }));
    if (this.panel.has(counts.size ? undefined : 'No endpoint has answered yet.')) this.show();
  }

  /** @param {typeof COLUMNS[number]['key']} key */
  sortBy(key) {
    this.descending = this.sortedBy === key ? !this.descending : key !== 'name';
    this.sortedBy = key;
    this.show();
  }

  show() {
    const {sortedBy, descending} = this;
    const wanted = this.filter.value.trim().toLowerCase();
    const matching = this.rows.filter(({name}) => name.toLowerCase().includes(wanted)).sort((a, b) => {
      const order = compare(a[sortedBy], b[sortedBy]);
      return (descending ? -order : order) || compare(a.name, b.name);
    });
    const shown = this.all ? matching : matching.slice(0, MOST);
    const chosen = matching.find(row => row.chosen);
    if (chosen && !shown.includes(chosen)) shown.push(chosen);
    this.fill(shown);
    this.headings.forEach((heading, index) =>
      set(heading, 'aria-sort', COLUMNS[index].key !== sortedBy ? undefined : descending ? 'descending' : 'ascending'));
    say(this.shown, matching.length === 0 ? 'No endpoint has this in its name' : `${shown.length} of ${this.rows.length}`);
    this.more.hidden = matching.length <= MOST;
    say(this.more, this.all ? `Show ${MOST}` : `Show all ${matching.length}`);
  }
}

/** @type {(row: HTMLTableRowElement, shown: Row) => void} */
const updateRow = (row, shown) => {
  set(row, 'class', shown.chosen ? 'chosen' : undefined);
  set(/** @type {Element} */ (row.querySelector('button')), 'aria-pressed', String(shown.chosen));
  spark(/** @type {SVGSVGElement} */ (row.querySelector('svg')), shown.trend);
  row.querySelectorAll('data').forEach((cell, index) => {
    const {key, format} = COLUMNS[index + 1];
    const value = /** @type {number} */ (shown[key]);
    tell(cell, value, /** @type {(value: number) => string} */ (format));
    const state = key === 'errors' ? judge(value, ERRORS) : key === 'p95' ? judge(value, LATENCY) : 'neutral';
    set(cell, 'data-state', state === 'fair' || state === 'poor' ? state : undefined);
  });
};

/** @type {(a: string | number, b: string | number) => number} What is not a number comes last when the largest comes first. */
const compare = (a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return (Number.isNaN(a) ? -Infinity : a) - (Number.isNaN(b) ? -Infinity : b) || 0;
  return a < b ? -1 : a > b ? 1 : 0;
};
