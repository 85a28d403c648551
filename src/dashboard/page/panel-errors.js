// @ts-check
/** What went wrong in pages, and what users did there. */
/** @typedef {import('./panel.js').View} View */
import {BarList} from './chart-bars.js';
import {Chart} from './chart.js';
import {lines} from './chart-line.js';
import {html, say} from './dom.js';
import {count, perMinute} from './format.js';
import {NO_PAGE, Panel, only, span} from './panel.js';
import {series} from './promql.js';

const [ERRORS, INTERACTIONS] = ['user_errors_total', 'user_interactions_total'];

export class Errors {
  constructor() {
    this.chart = new Chart({label: 'A minute, all pages', format: perMinute, marks: lines});
    this.errors = new BarList('Errors by kind and page', count);
    this.interactions = new BarList('Interactions by type and name', count);
    this.noErrors = html('p', {class: 'quiet'});
    this.noInteractions = html('p', {class: 'quiet'});
    this.panel = new Panel({id: 'errors', title: 'Errors and interactions', about: 'What pages met, and what users did in them.'}, this.chart.element,
      html('h3', {}, 'Errors'), this.noErrors, this.errors.element, html('h3', {}, 'Interactions'), this.noInteractions, this.interactions.element);
    this.element = this.panel.element;
  }

  /** @param {View} view */
  update(view) {
    const {window, steps, endpoint, where, range} = view;
    this.panel.query(view, `sum by (kind) (increase(${series(where, ERRORS, '', {endpoint})}${span(range)}))`,
      `sum by (type, name) (increase(${series(where, INTERACTIONS)}${span(range)}))`);
    const chosen = only(endpoint);
    const errors = bars(window.counts(ERRORS, labels => chosen(labels) ? JSON.stringify([labels.kind, labels.endpoint]) : undefined));
    const interactions = bars(window.counts(INTERACTIONS, ({type, name}) => JSON.stringify([type, name ? `on ${name}` : ''])));
    const known = errors.length + interactions.length > 0 || window.total('rum_events_total') > 0;
    if (!this.panel.has(known ? undefined : NO_PAGE)) return;
    this.chart.update({times: steps.map(({end}) => end), lines: [
      {name: 'errors', tone: 'poor', values: steps.map(step => 60 * (step.total(ERRORS) || 0) / step.seconds)},
      {name: 'interactions', tone: 'c1', values: steps.map(step => 60 * (step.total(INTERACTIONS) || 0) / step.seconds)},
    ]});
    this.errors.update(errors.map(bar => ({...bar, tone: 'poor'})));
    this.interactions.update(interactions);
    say(this.noErrors, errors.length ? '' : endpoint === undefined ? 'No page met an error in this time.' : 'This page met no error in this time.');
    say(this.noInteractions, interactions.length ? '' : 'No interaction in this time.');
  }
}

/** @type {(counts: Map<string, number>) => {name: string, detail: string, value: number}[]} */
const bars = counts => [...counts].filter(([, value]) => value > 0).map(([key, value]) => {
  const [name, detail] = JSON.parse(key);
  return {name: String(name ?? ''), detail: String(detail ?? ''), value};
});
