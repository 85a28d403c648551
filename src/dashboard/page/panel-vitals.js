// @ts-check
/** Web Vitals: the shares of views that were good, so so and poor, and the 75th percentile against Google's thresholds. */
/** @typedef {import('./panel.js').View} View */
/** @typedef {import('./verdict.js').Vital} Vital */
import {SharesBar} from './chart-bars.js';
import {datum, html, say, set, tell} from './dom.js';
import {count, duration, plain} from './format.js';
import {NO_PAGE, Panel, only, span} from './panel.js';
import {icon} from './panel-headline.js';
import {series} from './promql.js';
import {VITALS, WORDS, judge} from './verdict.js';

export class Vitals {
  constructor() {
    this.cards = VITALS.map(vital => new Card(vital));
    this.panel = new Panel({
      id: 'vitals', scoped: true, title: 'Web Vitals', wide: true, about: 'The 75th percentile decides: three of four views were at least as good.',
    }, html('ul', {class: 'vitals'}, ...this.cards.map(({element}) => element)));
    this.element = this.panel.element;
  }

  /** @param {View} view */
  update(view) {
    const {window, endpoint, where, range} = view;
    this.panel.query(view, ...VITALS.map(({family}) =>
      `histogram_quantile(0.75, sum by (le) (rate(${series(where, family, '_bucket', {endpoint})}${span(range)})))`));
    const reported = VITALS.some(({family}) => window.distribution(family).count > 0);
    if (this.panel.has(reported ? undefined : NO_PAGE)) this.cards.forEach(card => card.update(view));
  }
}

class Card {
  /** @param {Vital} vital */
  constructor(vital) {
    this.vital = vital;
    this.format = vital.score ? plain : duration;
    this.value = datum();
    this.state = html('p', {class: 'state'});
    this.views = html('p', {class: 'note'});
    this.shares = new SharesBar();
    this.element = html('li', {class: 'vital'},
      html('h3', {}, html('abbr', {title: vital.name}, vital.short), html('span', {class: 'name'}, vital.name)),
      html('p', {class: 'value'}, this.value), this.state, this.shares.element,
      html('p', {class: 'note'}, `good up to ${this.format(vital.good)}, poor above ${this.format(vital.poor)}`), this.views);
  }

  /** @param {View} view */
  update({window, endpoint}) {
    const {vital} = this;
    const seen = window.distribution(vital.family, only(endpoint));
    const p75 = seen.quantile(0.75);
    const state = judge(p75, vital);
    tell(this.value, p75, this.format);
    set(this.element, 'data-state', state);
    this.state.replaceChildren(icon(state), html('span', {}, WORDS[state]));
    const [good, notPoor] = [seen.share(vital.good), seen.share(vital.poor)];
    this.shares.update([
      {name: 'good', tone: 'good', share: good},
      {name: 'needs improvement', tone: 'fair', share: notPoor - good},
      {name: 'poor', tone: 'poor', share: 1 - notPoor},
    ]);
    this.shares.element.hidden = !(seen.count > 0);
    say(this.views, seen.count > 0 ? `${count(seen.count)} views` : NONE[vital.short] ?? 'no view has told it yet');
  }
}

/** @type {Record<string, string>} Why a vital may be missing though pages report. */
const NONE = {INP: 'views without an interaction have none', CLS: 'Chromium alone tells it'};
