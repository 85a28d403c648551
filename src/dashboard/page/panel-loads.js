// @ts-check
/** What a page load is spent on, phase upon phase over time, and which pages are slow. */
/** @typedef {import('./panel.js').View} View */
import {BarList} from './chart-bars.js';
import {Chart} from './chart.js';
import {stacked} from './chart-stacked.js';
import {html} from './dom.js';
import {Facts} from './facts.js';
import {count, duration} from './format.js';
import {NO_PAGE, Panel, by, only, span} from './panel.js';
import {series} from './promql.js';

/** In the order in which they happen, and their colours. */
const PHASES = [
  ['redirect', 'c7'], ['dns', 'c2'], ['connect', 'c3'], ['request', 'c1'], ['response', 'c6'], ['dom', 'c4'], ['onload', 'c5'], ['other', 'c8'],
];
const [LOAD, PHASE] = ['page_load_time_seconds', 'page_load_phase_seconds'];

export class Loads {
  constructor() {
    this.chart = new Chart({label: 'Mean load by phase, all pages', format: duration, marks: stacked, height: 210});
    this.facts = new Facts('Loads', 'p50', 'p75', 'p95');
    this.slowest = new BarList('Slowest pages by their 75th percentile', duration, 6);
    this.panel = new Panel({id: 'loads', title: 'Page load', wide: true, about: 'From the start of navigation to the end of the load event, as browsers measured it.'},
      html('div', {class: 'split'}, this.chart.element,
        html('div', {}, this.facts.element, html('h3', {}, 'Slowest pages, p75'), this.slowest.element)));
    this.element = this.panel.element;
  }

  /** @param {View} view */
  update(view) {
    const {window, steps, endpoint, where, range} = view;
    const rate = (/** @type {string} */ suffix) => `sum by (phase) (rate(${series(where, PHASE, suffix)}${span(range)}))`;
    this.panel.query(view, `${rate('_sum')} / ${rate('_count')}`,
      `histogram_quantile(0.75, sum by (le) (rate(${series(where, LOAD, '_bucket', {endpoint})}${span(range)})))`);
    const loads = window.distribution(LOAD, only(endpoint));
    if (!this.panel.has(window.distribution(LOAD).count > 0 ? undefined : NO_PAGE)) return;
    const phases = steps.map(step => step.distributions(PHASE, by('phase')));
    this.chart.update({times: steps.map(({end}) => end), lines: PHASES.map(([name, tone]) =>
      ({name, tone, values: phases.map(each => each.get(name)?.mean ?? NaN)}))});
    this.facts.update([loads.count, count], ...[0.5, 0.75, 0.95].map(q =>
      /** @type {[number, (value: number) => string]} */ ([loads.quantile(q), duration])));
    this.slowest.update([...window.distributions(LOAD, by('endpoint'))].filter(([, {count}]) => count > 0)
      .map(([name, each]) => ({name, value: each.quantile(0.75)})));
  }
}
