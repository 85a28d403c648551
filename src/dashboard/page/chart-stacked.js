// @ts-check
/** @typedef {import('./chart.js').Marks} Marks */
import {svg} from './dom.js';

/** @type {(value: number) => number} */
const known = value => Number.isFinite(value) ? value : 0;

/** @type {Marks} A column around each time, one part upon the other; a time of which nothing is known has none. */
export const stacked = {
  top: ({times, lines}) => Math.max(0, ...times.map((_, index) => lines.reduce((sum, {values}) => sum + known(values[index]), 0))),
  draw: ({times, lines}, {x, y}) => times.flatMap((time, index) => {
    const [left, right] = [times[index - 1] ?? time, times[index + 1] ?? time].map(other => x((time + other) / 2));
    let reached = 0;
    return lines.flatMap(({tone, values}) => {
      const part = known(values[index]);
      const [upper, lower] = [y(reached + part), y(reached)];
      reached += part;
      return part === 0 ? [] :
        [svg('rect', {class: `area ${tone}`, x: left.toFixed(2), width: (right - left).toFixed(2), y: upper.toFixed(2), height: (lower - upper).toFixed(2)})];
    });
  }),
};
