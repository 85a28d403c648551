// @ts-check
/** What browsers sent and the server did not take. */
/** @typedef {import('./panel.js').View} View */
import {BarList} from './chart-bars.js';
import {html, say} from './dom.js';
import {Facts} from './facts.js';
import {count} from './format.js';
import {Panel, by, span} from './panel.js';
import {series} from './promql.js';

const [REJECTED, EVENTS, BATCHES] = ['rum_rejected_total', 'rum_events_total', 'rum_batches_total'];

export class Ingest {
  constructor() {
    this.facts = new Facts('Batches', 'Events recorded', 'Refused');
    this.reasons = new BarList('Refused by reason', count, 15);
    this.none = html('p', {class: 'quiet'});
    this.panel = new Panel({id: 'ingest', title: 'Ingest', about: 'Beacons of browsers, and those that were refused or not recorded, by reason.'},
      this.facts.element, this.none, this.reasons.element);
    this.element = this.panel.element;
  }

  /** @param {View} view */
  update(view) {
    const {window, where, range} = view;
    this.panel.query(view, `sum by (reason) (increase(${series(where, REJECTED)}${span(range)}))`, `sum by (kind) (increase(${series(where, EVENTS)}${span(range)}))`);
    const reasons = [...window.counts(REJECTED, by('reason'))].filter(([, value]) => value > 0);
    const refused = reasons.reduce((sum, [, value]) => sum + value, 0);
    const [batches, events] = [window.total(BATCHES) || 0, window.total(EVENTS) || 0];
    if (!this.panel.has(batches + events + refused > 0 ? undefined : 'No browser has sent anything in this time.')) return;
    this.facts.update([batches, count], [events, count], [refused, count]);
    this.reasons.update(reasons.map(([name, value]) => ({name, value, tone: 'fair'})));
    say(this.none, refused > 0 ? '' : 'Nothing was refused.');
  }
}
