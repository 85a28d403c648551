// @ts-check
/** The first line: are users well? One tile for each answer, and the worst of them in words. */
/** @typedef {import('./panel.js').View} View */
/** @typedef {import('./verdict.js').State} State */
import {datum, html, say, set, svg, tell} from './dom.js';
import {age, count, duration, percent, perSecond, plain} from './format.js';
import {failed} from './panel.js';
import {ERRORS, LATENCY, VITALS, WORDS, judge, worst} from './verdict.js';

/**
 * @typedef {{value: number, format: (value: number) => string, state: State, note: string}} Shown
 */

export class Headline {
  constructor() {
    this.verdict = html('p', {class: 'verdict', 'data-state': 'unknown'}, icon('unknown'), html('strong', {}, 'Waiting for the first numbers'), html('span'));
    const names = ['Requests', 'Errors', 'Server p95', ...VITALS.slice(0, 3).map(({short}) => `${short} p75`), 'Sessions', 'Probes up'];
    this.tiles = names.map(name => new Tile(name));
    this.element = html('section', {id: 'headline', 'aria-label': 'At a glance'}, this.verdict, html('ul', {class: 'tiles'}, ...this.tiles.map(({element}) => element)));
  }

  /** @param {View} view */
  update(view) {
    const shown = [requests(view), errors(view), latency(view), ...VITALS.slice(0, 3).map(vital => vitals(view, vital)), sessions(view), probes(view)];
    this.tiles.forEach((tile, index) => tile.update(shown[index]));
    const state = worst(shown.map(each => each.state));
    set(this.verdict, 'data-state', state);
    this.verdict.replaceChild(icon(state), /** @type {Element} */ (this.verdict.firstElementChild));
    const ofUsers = shown.slice(3, 7).some(each => each.state !== 'unknown');
    say(this.verdict.children[1], state === 'good' && !ofUsers ? 'The server is well' : ANSWERS[state]);
    say(this.verdict.children[2], reasons(this.tiles.map(({name}) => name), shown, state));
  }
}

/** @type {Record<State, string>} */
const ANSWERS = {
  good: 'Users are well', fair: 'Users could be better', poor: 'Users are having trouble', unknown: 'Nothing is known of users yet', neutral: '',
};

/** @type {(names: string[], shown: Shown[], state: State) => string} Which tiles have the say, and which have none. */
const reasons = (names, shown, state) => {
  const are = (/** @type {State} */ state) => names.filter((_, index) => shown[index].state === state);
  if (state === 'unknown') return 'Numbers appear as soon as requests or pages come in';
  if (state !== 'good') return are(state).join(', ');
  const unknown = are('unknown');
  return `${are('good').join(', ')} are good${unknown.length ? `; nothing is known of ${unknown.join(', ')}` : ''}`;
};

class Tile {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.value = datum();
    this.state = html('p', {class: 'state'});
    this.note = html('p', {class: 'note'});
    this.element = html('li', {class: 'tile'}, html('h2', {}, name), html('p', {class: 'value'}, this.value), this.state, this.note);
  }

  /** @param {Shown} shown */
  update({value, format, state, note}) {
    tell(this.value, value, format);
    set(this.element, 'data-state', state);
    this.state.replaceChildren(icon(state), html('span', {}, WORDS[state]));
    this.state.hidden = state === 'neutral';
    say(this.note, note);
  }
}

/** @type {(view: View) => Shown} */
const requests = ({window}) => {
  const total = window.total('http_requests_total');
  return {
    value: total / window.seconds, format: perSecond, state: Number.isNaN(total) ? 'unknown' : 'neutral',
    note: Number.isNaN(total) ? '' : `${count(total)} in ${age(window.seconds)}`,
  };
};

/** @type {(view: View) => Shown} */
const errors = ({window}) => {
  const total = window.total('http_requests_total');
  const wrong = window.total('http_requests_total', failed);
  const share = total > 0 ? (wrong || 0) / total : NaN;
  return {value: share, format: percent, state: judge(share, ERRORS), note: total > 0 ? `${count(wrong || 0)} answered 5xx` : ''};
};

/** @type {(view: View) => Shown} */
const latency = ({window}) => {
  const taken = window.distribution('http_request_duration_seconds');
  const value = taken.quantile(0.95);
  return {
    value, format: duration, state: judge(value, LATENCY),
    note: taken.count > 0 ? `p50 ${duration(taken.quantile(0.5))}, p99 ${duration(taken.quantile(0.99))}` : '',
  };
};

/** @type {(view: View, vital: import('./verdict.js').Vital) => Shown} */
const vitals = ({window}, vital) => {
  const seen = window.distribution(vital.family);
  const value = seen.quantile(0.75);
  return {
    value, format: vital.score ? plain : duration, state: judge(value, vital),
    note: seen.count > 0 ? `${percent(seen.share(vital.good))} of ${count(seen.count)} views good` : '',
  };
};

/** @type {(view: View) => Shown} */
const sessions = ({window}) => {
  const begun = window.total('user_sessions_total');
  const engaged = window.total('user_engaged_sessions_total');
  const known = begun >= 0.5;
  return {
    value: known ? begun : NaN, format: count, state: known ? 'neutral' : 'unknown',
    note: known ? `${percent(Math.max(1 - (engaged || 0) / begun, 0))} bounced` : '',
  };
};

/** @type {(view: View) => Shown} */
const probes = ({window}) => {
  const states = [...window.gauges('synthetic_success', labels => labels.probe ?? '')];
  const down = states.filter(([, up]) => up < 1).map(([name]) => name);
  return {
    value: states.length ? states.length - down.length : NaN, format: value => Number.isFinite(value) ? `${value} of ${states.length}` : '–',
    state: states.length === 0 ? 'unknown' : down.length ? 'poor' : 'good',
    note: down.length ? `down: ${down.join(', ')}` : states.length ? 'all answer' : 'none are set up',
  };
};

/** @type {Record<State, {body: string, sign: string}>} Shapes that differ without their colours. */
const SHAPES = {
  good: {body: 'M8 1a7 7 0 1 1 0 14a7 7 0 0 1 0-14z', sign: 'M5 8.3l2.1 2.1l4-4.6'},
  fair: {body: 'M8 1.2l7.2 13.3h-14.4z', sign: 'M8 6v4M8 12.2v.1'},
  poor: {body: 'M5 1h6l4 4v6l-4 4h-6l-4-4v-6z', sign: 'M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8'},
  unknown: {body: 'M2 3h12v10h-12z', sign: 'M5 8h6'},
  neutral: {body: '', sign: ''},
};

/** @type {(state: State) => SVGSVGElement} */
export const icon = state => svg('svg', {class: 'icon', viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true', 'data-state': state},
  svg('path', {class: 'shape', d: SHAPES[state].body}), svg('path', {class: 'sign', d: SHAPES[state].sign}));
