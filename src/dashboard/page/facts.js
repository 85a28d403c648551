// @ts-check
/** A few numbers under their names. */
import {datum, html, tell} from './dom.js';

export class Facts {
  /** @param {...string} names */
  constructor(...names) {
    this.values = names.map(datum);
    this.element = html('dl', {class: 'facts'}, ...names.map((name, index) => html('div', {}, html('dt', {}, name), html('dd', {}, this.values[index]))));
  }

  /** @param {...[value: number, format: (value: number) => string]} facts in the order of their names */
  update(...facts) {
    facts.forEach(([value, format], index) => tell(this.values[index], value, format));
  }
}
