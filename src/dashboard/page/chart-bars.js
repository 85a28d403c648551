// @ts-check
/** Bars of plain elements: a share's parts in one, and a list with one for each name. */
import {datum, html, keyed, set, style, tell} from './dom.js';
import {percent} from './format.js';

/**
 * @typedef {{name: string, tone: string, share: number}} Part
 */

/** One bar that is whole, in parts; the list below it says the same in numbers. */
export class SharesBar {
  constructor() {
    this.bar = html('div', {class: 'shares', 'aria-hidden': 'true'});
    this.list = html('ul', {class: 'share-list'});
    this.element = html('div', {}, this.bar, this.list);
    this.showBar = keyed(this.bar, (/** @type {Part} */ {name}) => name, ({tone}) => html('span', {class: tone}), (part, {share}) =>
      style(part, 'flex-grow', String(Number.isFinite(share) ? share : 0)));
    this.showList = keyed(this.list, (/** @type {Part} */ {name}) => name,
      ({name, tone}) => html('li', {class: tone}, html('span', {class: 'swatch', 'aria-hidden': 'true'}), datum(), html('span', {class: 'name'}, name)),
      (entry, {share}) => tell(/** @type {HTMLDataElement} */ (entry.children[1]), share, percent));
  }

  /** @param {Part[]} parts */
  update(parts) {
    this.showBar(parts);
    this.showList(parts);
  }
}

/**
 * @typedef {{name: string, value: number, detail?: string, tone?: string}} Bar
 */

/** A list of names, longest bar first. */
export class BarList {
  /**
   * @param {string} label
   * @param {(value: number) => string} format
   * @param {number} [most] bars; what is left is summed up
   */
  constructor(label, format, most = 8) {
    this.most = most;
    this.list = html('ul', {class: 'bars', 'aria-label': label});
    this.element = this.list;
    this.longest = 1;
    this.show = keyed(this.list, (/** @type {Bar} */ {name, detail}) => `${name}\n${detail ?? ''}`, newBar, (row, {value, tone = 'c1'}) => {
      const [, number, track] = /** @type {[Element, HTMLDataElement, Element]} */ ([...row.children]);
      tell(number, value, format);
      const fill = /** @type {HTMLElement} */ (track.firstElementChild);
      set(fill, 'class', tone);
      style(fill, 'width', `${Math.max(100 * value / this.longest, value > 0 ? 0.5 : 0)}%`);
    });
  }

  /** @param {Bar[]} bars */
  update(bars) {
    const sorted = bars.toSorted((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
    const rest = sorted.slice(this.most);
    const shown = sorted.slice(0, this.most);
    if (rest.length) shown.push({name: `${rest.length} others`, value: rest.reduce((sum, {value}) => sum + value, 0), tone: 'c8'});
    this.longest = Math.max(...shown.map(({value}) => value), 1e-9);
    this.show(shown);
  }
}

/** @type {(bar: Bar) => HTMLLIElement} */
const newBar = ({name, detail}) => {
  const title = html('span', {class: 'name'}, name);
  if (detail) title.append(' ', html('small', {}, detail));
  return html('li', {}, title, datum(), html('span', {class: 'track', 'aria-hidden': 'true'}, html('span')));
};
