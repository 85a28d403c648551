// @ts-check
/** @typedef {import('./chart.js').Marks} Marks */
import {svg} from './dom.js';

/** @type {Marks} A curve each, broken where nothing is known. */
export const lines = {
  top: ({lines}) => Math.max(0, ...lines.flatMap(line => line.values.filter(Number.isFinite))),
  draw: ({times, lines}, {x, y}) => lines.flatMap(({tone, values}) => {
    const path = svg('path', {class: `line ${tone}`, d: trace(times, values, x, y)});
    // A value between two gaps has no length, and is a point.
    const alone = values.flatMap((value, index) => Number.isFinite(value) && ![values[index - 1], values[index + 1]].some(Number.isFinite) ?
      [svg('circle', {class: `point ${tone}`, cx: x(times[index]), cy: y(value), r: 2.5})] : []);
    return [path, ...alone];
  }),
};

/**
 * @param {number[]} times
 * @param {number[]} values
 * @param {(time: number) => number} x
 * @param {(value: number) => number} y
 */
export const trace = (times, values, x, y) => {
  let pen = 'M';
  return values.map((value, index) => {
    if (!Number.isFinite(value)) {
      pen = 'M';
      return '';
    }
    const move = `${pen}${x(times[index]).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = 'L';
    return move;
  }).join('');
};

/**
 * A curve without axes, for a table's row; its numbers stand beside it.
 * @param {SVGSVGElement} element
 * @param {number[]} values
 */
export const spark = (element, values) => {
  const [width, height] = [88, 22];
  const top = Math.max(...values.filter(Number.isFinite), 1e-9);
  const times = values.map((_, index) => index);
  element.replaceChildren(svg('path', {
    class: 'line c1',
    d: trace(times, values, index => 1 + (width - 2) * index / Math.max(values.length - 1, 1), value => height - 2 - (height - 4) * value / top),
  }));
};

export const newSpark = () => svg('svg', {class: 'spark', viewBox: '0 0 88 22', width: 88, height: 22, 'aria-hidden': 'true'});
