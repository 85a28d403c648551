// @ts-check
/**
 * Flows from what stands left to what stands right: bands as thick as their amounts. A page may stand on both sides, so that ways back need no
 * knots.
 *
 * @typedef {{from: string, to: string, value: number}} Flow
 * @typedef {{name: string, value: number, top: number, height: number, used: number}} Place
 */
import {html, say, set, svg} from './dom.js';

const GAP = 10, NODE = 8, MOST = 8, REST = 'other pages';

export class Sankey {
  /**
   * @param {string} label
   * @param {(value: number) => string} format
   */
  constructor(label, format) {
    this.label = label;
    this.format = format;
    /** @type {Flow[]} */
    this.flows = [];
    this.plot = svg('svg', {class: 'sankey', role: 'img'});
    this.rows = html('tbody');
    this.element = html('div', {class: 'flow'}, this.plot,
      html('details', {}, html('summary', {}, 'The same as a table'),
        html('div', {class: 'scrolls'}, html('table', {},
          html('thead', {}, html('tr', {}, html('th', {scope: 'col'}, 'From'), html('th', {scope: 'col'}, 'To'), html('th', {scope: 'col', class: 'number'}, 'Views'))),
          this.rows))));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** @param {Flow[]} flows */
  update(flows) {
    this.flows = condensed(flows.filter(({value}) => value > 0));
    this.draw();
    this.rows.replaceChildren(...this.flows.map(({from, to, value}) =>
      html('tr', {}, html('td', {class: 'name'}, from), html('td', {class: 'name'}, to), html('td', {class: 'number'}, this.format(value)))));
  }

  draw() {
    const {flows, plot} = this;
    const width = this.element.clientWidth;
    if (width === 0 || flows.length === 0) return;
    const [left, right] = [places(flows, 'from'), places(flows, 'to')];
    const height = Math.max(bottomOf(left), bottomOf(right));
    const label = Math.min(width * 0.3, 220);
    const [leftX, rightX] = [label, width - label - NODE];
    set(plot, 'viewBox', `0 0 ${width} ${height}`);
    set(plot, 'width', width);
    set(plot, 'height', height);
    set(plot, 'aria-label', `${this.label}: ${flows.slice(0, 5).map(({from, to, value}) => `${from} to ${to} ${this.format(value)}`).join(', ')}`);
    const unit = (/** @type {Place} */ place) => place.height / place.value;
    plot.replaceChildren(
      ...flows.map(({from, to, value}) => {
        const [a, b] = [/** @type {Place} */ (left.get(from)), /** @type {Place} */ (right.get(to))];
        const band = svg('path', {
          class: 'band', d: ribbon(leftX + NODE, a.top + a.used, value * unit(a), rightX, b.top + b.used, value * unit(b)),
        }, svg('title', {}, `${from} → ${to}: ${this.format(value)}`));
        a.used += value * unit(a);
        b.used += value * unit(b);
        return band;
      }),
      ...[...left.values()].flatMap(place => this.node(place, leftX, leftX - 8, 'end', label)),
      ...[...right.values()].flatMap(place => this.node(place, rightX, rightX + NODE + 8, 'start', label)),
    );
  }

  /**
   * @param {Place} place
   * @param {number} x
   * @param {number} textX
   * @param {string} anchor
   * @param {number} room
   */
  node({name, value, top, height}, x, textX, anchor, room) {
    const text = svg('text', {x: textX, y: top + height / 2 + 4, 'text-anchor': anchor});
    const most = Math.floor((room - 12) / 6.6) - 1;
    say(text, name.length > most ? `${name.slice(0, most - 1)}…` : name);
    text.append(svg('title', {}, `${name}: ${this.format(value)}`));
    return [svg('rect', {class: 'node', x, y: top, width: NODE, height, rx: 2}), text];
  }
}

/**
 * The largest pages of either side, and the rest of them as one.
 * @param {Flow[]} flows
 */
export const condensed = flows => {
  const [from, to] = [largest(flows, 'from'), largest(flows, 'to')];
  /** @type {Map<string, Flow>} */
  const sums = new Map();
  for (const flow of flows) {
    const named = {from: from.has(flow.from) ? flow.from : REST, to: to.has(flow.to) ? flow.to : REST};
    const key = JSON.stringify([named.from, named.to]);
    const sum = sums.get(key);
    if (sum) sum.value += flow.value;
    else sums.set(key, {...named, value: flow.value});
  }
  return [...sums.values()].sort((a, b) => b.value - a.value);
};

/** @type {(flows: Flow[], side: 'from' | 'to') => Map<string, number>} */
const totals = (flows, side) => {
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const flow of flows) sums.set(flow[side], (sums.get(flow[side]) ?? 0) + flow.value);
  return new Map([...sums].sort(([, a], [, b]) => b - a));
};

/** @type {(flows: Flow[], side: 'from' | 'to') => Set<string>} */
const largest = (flows, side) => {
  const names = [...totals(flows, side).keys()];
  return new Set(names.length <= MOST ? names : names.slice(0, MOST - 1));
};

/**
 * Where each page stands: no less tall than its name needs room.
 * @param {Flow[]} flows
 * @param {'from' | 'to'} side
 */
const places = (flows, side) => {
  const sums = totals(flows, side);
  const all = [...sums.values()].reduce((sum, value) => sum + value, 0);
  /** @type {Map<string, Place>} */
  const found = new Map();
  let top = 4;
  for (const [name, value] of sums) {
    const height = 10 + 240 * value / all;
    found.set(name, {name, value, top, height, used: 0});
    top += height + GAP;
  }
  return found;
};

/** @type {(places: Map<string, Place>) => number} */
const bottomOf = places => Math.max(...[...places.values()].map(({top, height}) => top + height)) + 4;

/** @type {(x1: number, y1: number, thick1: number, x2: number, y2: number, thick2: number) => string} */
const ribbon = (x1, y1, thick1, x2, y2, thick2) => {
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}L${x2} ${y2 + thick2}` +
    `C${middle} ${y2 + thick2} ${middle} ${y1 + thick1} ${x1} ${y1 + thick1}Z`;
};
