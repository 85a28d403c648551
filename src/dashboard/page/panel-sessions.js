// @ts-check
/** Sessions, how many went no further, and what the others reached. */
/** @typedef {import('./panel.js').View} View */
import {Chart} from './chart.js';
import {lines} from './chart-line.js';
import {datum, html, keyed, say, tell} from './dom.js';
import {Facts} from './facts.js';
import {count, duration, percent, perMinute} from './format.js';
import {Panel, by, span} from './panel.js';
import {series} from './promql.js';

const [SESSIONS, ENGAGED, TIME, GOALS] = ['user_sessions_total', 'user_engaged_sessions_total', 'user_engaged_seconds_total', 'user_conversions_total'];

export class Sessions {
  constructor() {
    this.facts = new Facts('Sessions', 'Bounce rate', 'Time in sight each');
    this.chart = new Chart({label: 'New sessions a minute', format: perMinute, marks: lines});
    const body = html('tbody');
    this.table = html('table', {class: 'goals'}, html('thead', {}, html('tr', {}, html('th', {scope: 'col'}, 'Goal'),
      html('th', {scope: 'col', class: 'number'}, 'Reached'), html('th', {scope: 'col', class: 'number'}, 'Conversion'))), body);
    this.noGoal = html('p', {class: 'quiet'});
    this.panel = new Panel({
      id: 'sessions', title: 'Sessions', about: 'A session that has no second view, no conversion, no marked interaction and is in sight for less than 10 s has bounced.',
    }, this.facts.element, this.chart.element, html('h3', {}, 'Conversions'), this.noGoal, this.table);
    this.element = this.panel.element;
    this.fill = keyed(body, (/** @type {[string, number, number]} */ [goal]) => goal,
      ([goal]) => html('tr', {}, html('th', {scope: 'row', class: 'name'}, goal), ...[0, 1].map(() => html('td', {class: 'number'}, datum()))),
      (row, [, reached, share]) => {
        const [first, second] = row.querySelectorAll('data');
        tell(first, reached, count);
        tell(second, share, percent);
      });
  }

  /** @param {View} view */
  update(view) {
    const {window, steps, where, range} = view;
    const sum = (/** @type {string} */ family) => `sum(increase(${series(where, family)}${span(range)}))`;
    this.panel.query(view, sum(SESSIONS), `1 - ${sum(ENGAGED)} / ${sum(SESSIONS)}`,
      `sum by (goal) (increase(${series(where, GOALS)}${span(range)})) / on () group_left () ${sum(SESSIONS)}`);
    const begun = window.total(SESSIONS);
    const goals = [...window.counts(GOALS, by('goal'))].sort(([, a], [, b]) => b - a);
    const known = begun > 0 || goals.some(([, reached]) => reached > 0);
    if (!this.panel.has(known ? undefined : 'No session began in this time. A page with the script begins one.')) return;
    // Who began before this time may engage in it.
    const bounced = begun > 0 ? Math.max(1 - (window.total(ENGAGED) || 0) / begun, 0) : NaN;
    this.facts.update([begun, count], [bounced, percent], [begun > 0 ? (window.total(TIME) || 0) / begun : NaN, duration]);
    this.chart.update({times: steps.map(({end}) => end), lines: [
      {name: 'sessions', tone: 'c1', values: steps.map(step => 60 * (step.total(SESSIONS) || 0) / step.seconds)},
      {name: 'engaged', tone: 'c2', values: steps.map(step => 60 * (step.total(ENGAGED) || 0) / step.seconds)},
    ]});
    this.fill(goals.map(([goal, reached]) => [goal, reached, begun > 0 ? reached / begun : NaN]));
    this.table.hidden = goals.length === 0;
    say(this.noGoal, goals.length ? '' : 'No goal is declared. Builder::goals names them, and rumClient.conversion(…) reports that one is reached.');
  }
}
