// @ts-check
/** Request rate, errors, latency and what is in flight, of all endpoints or of the chosen one. */
/** @typedef {import('./panel.js').View} View */
import {Chart} from './chart.js';
import {lines} from './chart-line.js';
import {html} from './dom.js';
import {duration, plain, perSecond} from './format.js';
import {Panel, failed, only, span} from './panel.js';
import {label, series} from './promql.js';

const QUANTILES = [0.5, 0.95, 0.99];

export class Requests {
  constructor() {
    this.rate = new Chart({label: 'Requests a second', format: perSecond, marks: lines});
    this.latency = new Chart({label: 'Time to answer', format: duration, marks: lines});
    this.flight = new Chart({label: 'In flight', format: plain, marks: lines});
    this.panel = new Panel({id: 'requests', scoped: true, title: 'Requests', wide: true, about: 'What the server counts: until the head of each response is ready.'},
      html('div', {class: 'charts'}, this.rate.element, this.latency.element, this.flight.element));
    this.element = this.panel.element;
  }

  /** @param {View} view */
  update(view) {
    const {steps, endpoint, where, range} = view;
    const chosen = only(endpoint);
    const labels = {endpoint};
    const duration = 'http_request_duration_seconds';
    this.panel.query(view,
      `sum(rate(${series(where, 'http_requests_total', '', labels)}${span(range)}))`,
      `sum(rate(${series(where, 'http_errors_total', '', labels)}${span(range)}))`,
      ...QUANTILES.map(q => `histogram_quantile(${q}, sum by (le) (rate(${series(where, duration, '_bucket', labels)}${span(range)})))`),
      `sum by (${label(where, duration, 'endpoint')}) (${series(where, 'http_requests_in_flight', '', labels)})`);
    const counted = (view.history.byFamily.get('http_requests_total') ?? []).some(({labels}) => chosen(labels));
    if (!this.panel.has(counted ? undefined : NO_REQUESTS)) return;
    const times = steps.map(({end}) => end);
    this.rate.update({times, lines: [
      {name: 'all', tone: 'c1', values: steps.map(step => step.total('http_requests_total', chosen) / step.seconds)},
      {name: '5xx', tone: 'poor', values: steps.map(step => (step.total('http_requests_total', labels => chosen(labels) && failed(labels)) || 0) / step.seconds)},
    ]});
    const taken = steps.map(step => step.distribution(duration, chosen));
    this.latency.update({times, lines: QUANTILES.map((q, index) =>
      ({name: `p${100 * q}`, tone: `c${index + 1}`, values: taken.map(each => each.quantile(q))}))});
    this.flight.update({times, lines: [
      {name: 'requests', tone: 'c2', values: steps.map(step => step.gauges('http_requests_in_flight', labels => chosen(labels) ? '' : undefined).get('') ?? 0)},
    ]});
  }
}

const NO_REQUESTS = 'No request has been counted yet. Each one is once it passes monitor.layer(), or monitor.actix(), which stands outside of all routes.';
