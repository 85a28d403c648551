// @ts-check
/**
 * A chart over time: axes, a legend that says the values, and a cursor that moves by pointer and by arrow keys. What is drawn between the
 * axes is given by the caller.
 *
 * @typedef {{name: string, tone: string, values: number[]}} Line a value for each time; NaN where there is none
 * @typedef {{times: number[], lines: Line[]}} Plotted times in milliseconds, ascending
 * @typedef {{x: (time: number) => number, y: (value: number) => number, width: number, bottom: number}} Scale pixels
 * @typedef {{
 *   top: (plotted: Plotted) => number,
 *   draw: (plotted: Plotted, scale: Scale) => SVGElement[],
 * }} Marks
 */
import {clock} from './format.js';
import {html, keyed, say, set, style, svg} from './dom.js';

const RIGHT = 10, TOP = 10, BOTTOM = 22;
/** Pixels that a character of an axis takes. */
const CHARACTER = 6.4;
/** Pixels that a time of day takes on either side of its tick, with seconds. */
const HALF_A_CLOCK = 4 * CHARACTER;

export class Chart {
  /**
   * @param {{label: string, format: (value: number) => string, marks: Marks, height?: number}} made
   */
  constructor({label, format, marks, height = 168}) {
    this.label = label;
    this.format = format;
    this.marks = marks;
    this.height = height;
    this.left = 0;
    /** @type {Plotted} */
    this.plotted = {times: [], lines: []};
    /** @type {number | undefined} The time under the cursor; none is the last one. */
    this.cursor = undefined;
    this.legend = html('ul', {class: 'legend'});
    this.when = html('span', {class: 'when'});
    this.plot = svg('svg', {
      class: 'plot', height, role: 'slider', tabindex: 0, 'aria-label': `${label}, over time`, 'aria-orientation': 'horizontal',
      onpointermove: event => this.point(/** @type {PointerEvent} */ (event)),
      onpointerleave: () => this.moveTo(undefined),
      onblur: () => this.moveTo(undefined),
      onkeydown: event => this.step(/** @type {KeyboardEvent} */ (event)),
    });
    this.element = html('figure', {class: 'chart'},
      html('figcaption', {}, html('span', {class: 'chart-title'}, label), this.when), this.plot, this.legend);
    this.showLegend = keyed(this.legend, (/** @type {Line} */ line) => line.name, newEntry, (entry, line) => {
      set(entry, 'class', line.tone);
      say(/** @type {Element} */ (entry.lastElementChild), this.format(line.values[this.index] ?? NaN));
    });
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** @param {Plotted} plotted */
  update(plotted) {
    this.plotted = plotted;
    this.draw();
  }

  /** Of the time under the cursor, else of the last one. */
  get index() {
    const {times} = this.plotted;
    const {cursor} = this;
    if (cursor === undefined) return times.length - 1;
    return times.reduce((best, time, index) => Math.abs(time - cursor) < Math.abs(times[best] - cursor) ? index : best, 0);
  }

  draw() {
    const {plotted: {times}, plot, height} = this;
    const width = this.element.clientWidth;
    if (width === 0) return;
    set(plot, 'viewBox', `0 0 ${width} ${height}`);
    set(plot, 'width', width);
    this.scale = undefined;
    if (times.length < 2) {
      plot.replaceChildren(svg('text', {class: 'nothing', x: width / 2, y: height / 2, 'text-anchor': 'middle'}, 'Two samples make a curve: wait a moment'));
    } else {
      const ticks = niceTicks(this.marks.top(this.plotted));
      const left = this.left = 14 + CHARACTER * Math.max(...ticks.map(tick => this.format(tick).length));
      const [first, last, top, bottom] = [times[0], times[times.length - 1], ticks[ticks.length - 1], height - BOTTOM];
      const scale = {
        x: (/** @type {number} */ time) => left + (width - left - RIGHT) * (time - first) / (last - first),
        y: (/** @type {number} */ value) => bottom - (bottom - TOP) * value / top,
        width: width - left - RIGHT,
        bottom,
      };
      this.scale = scale;
      this.line = svg('line', {class: 'cursor', y1: TOP, y2: bottom});
      plot.replaceChildren(
        ...ticks.flatMap(tick => [
          svg('line', {class: tick === 0 ? 'axis' : 'grid', x1: left, x2: width - RIGHT, y1: scale.y(tick), y2: scale.y(tick)}),
          svg('text', {x: left - 8, y: scale.y(tick) + 4, 'text-anchor': 'end'}, this.format(tick)),
        ]),
        ...timeTicks(first, last, Math.floor(scale.width / 80)).filter(time => scale.x(time) + HALF_A_CLOCK <= width).map((time, _, [one, two = one + 1]) =>
          svg('text', {x: scale.x(time), y: height - 4, 'text-anchor': 'middle'}, clock(time, two - one < 60_000))),
        ...this.marks.draw(this.plotted, scale),
        this.line,
      );
    }
    this.showCursor();
  }

  showCursor() {
    const {plotted: {times, lines}, index, cursor} = this;
    this.showLegend(lines);
    say(this.when, cursor === undefined || index < 0 ? '' : `at ${clock(times[index], true)}`);
    set(this.plot, 'aria-valuemin', 0);
    set(this.plot, 'aria-valuemax', Math.max(times.length - 1, 0));
    set(this.plot, 'aria-valuenow', Math.max(index, 0));
    set(this.plot, 'aria-valuetext', index < 0 ? 'no data' :
      `${clock(times[index], true)}: ${lines.map(({name, values}) => `${name} ${this.format(values[index])}`).join(', ')}`);
    if (!this.scale || !this.line) return;
    const x = this.scale.x(times[index]);
    set(this.line, 'x1', x);
    set(this.line, 'x2', x);
    style(this.line, 'visibility', cursor === undefined ? 'hidden' : 'visible');
  }

  /** @param {number | undefined} time */
  moveTo(time) {
    this.cursor = time;
    this.showCursor();
  }

  /** @param {PointerEvent} event */
  point(event) {
    const {times} = this.plotted;
    if (times.length < 2) return;
    const x = event.clientX - this.plot.getBoundingClientRect().left;
    const share = (x - this.left) / (this.element.clientWidth - this.left - RIGHT);
    this.moveTo(times[0] + share * (times[times.length - 1] - times[0]));
  }

  /** @param {KeyboardEvent} event */
  step(event) {
    const {times} = this.plotted;
    const last = times.length - 1;
    /** @type {Record<string, number>} */
    const to = {ArrowLeft: this.index - 1, ArrowDown: this.index - 1, ArrowRight: this.index + 1, ArrowUp: this.index + 1, Home: 0, End: last};
    if (event.key === 'Escape') return this.moveTo(undefined);
    if (to[event.key] === undefined || last < 0) return;
    event.preventDefault();
    this.moveTo(times[Math.min(Math.max(to[event.key], 0), last)]);
  }
}

/** @type {(line: Line) => HTMLLIElement} */
const newEntry = line => html('li', {},
  html('span', {class: 'swatch', 'aria-hidden': 'true'}), html('span', {class: 'name'}, line.name), html('span', {class: 'number'}));

/**
 * From 0 to the first round number that holds the top.
 * @param {number} top
 */
export const niceTicks = top => {
  if (!(top > 0)) return [0, 1];
  const rough = top / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (/** @type {number} */ ([1, 2, 2.5, 5, 10].find(each => each * power >= rough * (1 - 1e-9))));
  return Array.from({length: Math.ceil(top / step - 1e-9) + 1}, (_, index) => Number((index * step).toPrecision(12)));
};

/**
 * Round times, so many at most.
 * @param {number} first milliseconds
 * @param {number} last
 * @param {number} most
 */
export const timeTicks = (first, last, most) => {
  const step = 1000 * (ROUND_SECONDS.find(each => (last - first) / (1000 * each) <= Math.max(most, 1)) ?? 3600);
  const ticks = [];
  // Half a label would be cut off at either end.
  const margin = (last - first) * 0.04;
  for (let time = Math.ceil((first + margin) / step) * step; time <= last - margin; time += step) ticks.push(time);
  return ticks;
};

const ROUND_SECONDS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800];
